"""Arrays of which only a hash is kept are compared within the tolerance, as small ones are."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authors.validate import validate
from tests.authored import NAME, authored, exercise, handed_in

MASTER = """def scaled(x):
    ### START CODE HERE ###
    y = 1.1 * x + 0.3
    ### END CODE HERE ###
    return y"""
CASES = """
import numpy as np

@case("scaled", public=True)
def few():
    \"\"\"Two thousand numbers.\"\"\"
    return arguments(np.random.default_rng(1).normal(size=2_000))

@case("scaled")
def more():
    \"\"\"One number more.\"\"\"
    return arguments(np.random.default_rng(2).normal(size=2_001))
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cells = ["import numpy as np", MASTER]
    return authored(tmp_path_factory.mktemp("large"), cells, CASES, exercise("scaled"))


@pytest.mark.parametrize(
    ("expression", "points"),
    [
        ("1.1 * (x + 0.3 / 1.1)", 10),  # rounds otherwise
        ("1.1 * x + 0.3 + 1e-14", 10),
        ("(1.1 * x + 0.3) * (1 + 1e-6)", 0),
        ("np.where(np.arange(x.size) == 1_999, 0, 1.1 * x + 0.3)", 0),
        ("np.where(np.arange(x.size) == 2_000, np.nan, 1.1 * x + 0.3)", 0),
        ("(1.1 * x + 0.3)[::-1]", 0),
    ],
)
def test_the_tolerance_counts_at_every_size(course: Path, expression: str, points: float) -> None:
    answer = MASTER.replace("1.1 * x + 0.3", expression)
    assert handed_in(course, "import numpy as np", answer).score == points


def test_a_master_that_has_large_arrays_is_in_order(course: Path) -> None:
    assert list(validate(course, NAME)) == []
