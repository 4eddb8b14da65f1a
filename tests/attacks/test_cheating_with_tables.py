"""Every attack of `cheating_with_tables.py`, at every level: no promise of ours is broken."""

from __future__ import annotations

import shutil

import pytest

from grader.assignments.load import load_assignment
from grader.authors.validate import generate
from grader.notebooks.read import read_notebook
from grader.sandbox.level import Level
from tests.attacks.attack import Attack, each
from tests.attacks.cheating_with_tables import ATTACKS, WRONG
from tests.attacks.promises import Outside, World
from tests.attacks.test_cheating_with_arrays import numbers
from tests.conftest import ROOT

NAME = "sales"


@pytest.fixture(scope="session")
def world_of_tables(
    level: Level, outside: Outside, tmp_path_factory: pytest.TempPathFactory
) -> World:
    """The week of data, where tables matter; the honest one hands in the master.

    It is without the answers that a person reads, so that the honest one has a total.
    """
    root = tmp_path_factory.mktemp("tables") / "course"
    shutil.copytree(ROOT / "tests" / "courses" / "data_science", root)
    settings = root / "assignment" / NAME / "assignment.toml"
    text = settings.read_text()
    settings.write_text(text[: text.index('[[exercise]]\nname = "chart"')])
    generate(root, NAME)
    assignment = load_assignment(root, NAME)
    right = tuple(cell.source for cell in read_notebook(assignment.master).cells)
    facts = {"level": level.word, "course": str(root), "repository": str(ROOT), **outside.facts}
    folder = tmp_path_factory.mktemp("t")
    hidden = numbers(assignment.solutions) - numbers(assignment.folder)
    assert hidden
    return World(level, root, NAME, folder, outside, facts, WRONG, right, tuple(hidden))


@pytest.mark.parametrize("attack", each(ATTACKS))
def test_an_attack_breaks_no_promise(attack: Attack, world_of_tables: World) -> None:
    """Scores no more, touches nothing outside, changes no other result, ends in time, is seen."""
    assert world_of_tables.broken_promises(attack) == {}
