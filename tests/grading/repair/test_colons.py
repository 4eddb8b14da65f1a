"""A colon that was forgotten in a slice is found, and so is a bound on the wrong side of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.report.next_steps import LOOK_AGAIN
from tests.forms.mini_batches import EXERCISE, LAST_SLICES
from tests.forms.table import diagnosed


@pytest.mark.parametrize("name", ["one column for a slice", "the last full one again"])
def test_both_lines_of_the_slice_are_marked(name: str, tmp_path: Path) -> None:
    source = LAST_SLICES[name]
    result = diagnosed(EXERCISE, source, tmp_path)

    lines = source.strip("\n").split("\n")
    wrong = [n for n, line in enumerate(lines, 1) if "-(m % mini_batch_size)" in line]
    assert [each.line for each in result.marks if each.words.startswith(LOOK_AGAIN)] == wrong
