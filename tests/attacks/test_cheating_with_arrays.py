"""Every attack of `cheating_with_arrays.py`, at every level: no promise of ours is broken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.notebooks.read import read_notebook
from grader.sandbox.level import Level
from tests.attacks.attack import Attack, each
from tests.attacks.cheating_with_arrays import ATTACKS, WRONG
from tests.attacks.promises import Outside, World
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def numeric_world(
    level: Level, outside: Outside, tmp_path_factory: pytest.TempPathFactory
) -> World:
    """The repository's own assignment, where arrays matter; the honest one hands in the master."""
    name = "adam"
    assignment = load_assignment(ROOT, name)
    right = tuple(cell.source for cell in read_notebook(assignment.master).cells)
    facts = {"level": level.word, "course": str(ROOT), "repository": str(ROOT), **outside.facts}
    folder = tmp_path_factory.mktemp("n")
    hidden = numbers(assignment.solutions) - numbers(assignment.folder)
    assert hidden
    return World(level, ROOT, name, folder, outside, facts, WRONG, right, tuple(hidden))


def numbers(folder: Path) -> set[str]:
    """The numbers among expected outputs, to as many digits as a message shows."""
    return set(re.findall(r"\d+\.[1-9]\d{4}", (folder / "expected_outputs.json").read_text()))


@pytest.mark.parametrize("attack", each(ATTACKS))
def test_an_attack_breaks_no_promise(attack: Attack, numeric_world: World) -> None:
    """Scores no more, touches nothing outside, changes no other result, ends in time, is seen."""
    assert numeric_world.broken_promises(attack) == {}
