"""The table of cheats in docs/security.md: its rows, and our own column, by real runs."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT

BENCHMARKS = str(ROOT / "benchmarks")


@pytest.fixture(scope="module")
def cheats() -> ModuleType:
    """`benchmarks/cheats.py`, which makes the notebooks and writes the table."""
    sys.path.insert(0, BENCHMARKS)
    try:
        return importlib.import_module("cheats")
    finally:
        sys.path.remove(BENCHMARKS)


def test_the_table_has_the_eight_notebooks_of_the_script(cheats: ModuleType) -> None:
    rows = cheats.rows_of(cheats.PAGE.read_text(encoding="utf-8"))
    assert [title for title, *_ in rows] == [row.title for row in cheats.ROWS]
    assert len(rows) == 8
    assert all(len(cells) == 1 + len(cheats.GRADERS) and all(cells) for cells in rows)


@pytest.mark.parametrize("number", range(8))
def test_our_column_is_what_a_run_gives(cheats: ModuleType, number: int) -> None:
    _, ours, *_ = cheats.rows_of(cheats.PAGE.read_text(encoding="utf-8"))[number]
    row = cheats.ROWS[number]
    assert ours == ("full" if row.deserves else "zero")
    assert cheats.outcome(cheats.Fairgrade(Path()), row, seconds=300) == ours


def test_without_a_cheat_right_is_full_and_wrong_is_zero(cheats: ModuleType) -> None:
    grader = cheats.Fairgrade(Path())
    given = [cheats.outcome(grader, row, seconds=300) for row in cheats.CONTROLS]
    assert given == ["full", "zero"]
