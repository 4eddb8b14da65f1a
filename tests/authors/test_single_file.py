"""single_file: the student's difference.py stands alone, and says what the room itself says."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.authors.single_file import difference_file
from grader.values.comparisons import COMPARISONS
from grader.values.difference import Returns, Tolerance
from grader.values.frozen import freeze, thaw
from grader.values.kinds import KINDS

ALONE = ModuleType("difference")
sys.modules["difference_of_a_student"] = ALONE
ALONE.__name__ = "difference_of_a_student"
exec(difference_file(), ALONE.__dict__)

arrays = hnp.arrays(st.sampled_from([np.float64, np.int64, np.bool_]), st.just((3,)))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=2) | arrays,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=1), inner, max_size=3)
        | st.sets(st.integers(0, 3), max_size=3)
        | st.complex_numbers()
        | st.binary(max_size=2)
    ),
    max_leaves=6,
)


@given(values, values, st.sampled_from(sorted(COMPARISONS)))
def test_it_finds_the_same_difference_in_the_same_words(one: Any, other: Any, name: str) -> None:
    ours = COMPARISONS[name].first_difference(thaw(freeze(one)), other, Tolerance(), Returns(), ())
    expected = ALONE.thaw(freeze(one))
    theirs = ALONE.COMPARISONS[name].first_difference(
        expected, other, ALONE.Tolerance(), ALONE.Returns(), ()
    )
    assert (theirs and theirs.message) == (ours and ours.message)
    assert repr(expected) == repr(thaw(freeze(one)))


def test_it_needs_numpy_and_the_standard_library_alone(tmp_path: Path) -> None:
    (tmp_path / "difference.py").write_bytes(difference_file())
    code = (
        "import sys, numpy; before = set(sys.modules); import difference\n"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) - {"difference"} <= sys.stdlib_module_names


def test_it_holds_nothing_of_the_wire_and_leaves_out_no_kind() -> None:
    tree = ast.parse(difference_file())
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert not defined & {"encode", "decode", "freeze", "condensed"}
    assert [type(kind).__name__ for kind in ALONE.KINDS] == [type(kind).__name__ for kind in KINDS]


@pytest.mark.parametrize("name", ["adam", "optimization_methods"])
def test_the_copies_in_the_repository_are_what_is_made_now(root: Path, name: str) -> None:
    assert (root / "assignment" / name / "difference.py").read_bytes() == difference_file()
