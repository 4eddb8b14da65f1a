"""A whole run over a folder, attackers among the honest: who is honest notices nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.execution.protection import protection_in_force
from grader.gradebook.store import Gradebook
from grader.model import Result, Status
from grader.runs import run
from grader.runs.run import Options, grade_run
from grader.submissions.find import find
from tests.attacks import cheating, harm, learning
from tests.attacks.attack import RIGHT, WRONG, prelude
from tests.attacks.promises import World, running_kernels
from tests.conftest import notebook

CHOSEN = (
    *("reply_by_thread", "patched_encoder", "equal_to_everything", "a_legacy", "others_memory"),
    *("exit_call", "segfault", "deaf_call", "background", "memory_by_pieces", "hostile_json"),
)


def grade_folder(folder: Path, world: World) -> dict[str, Result]:
    found = find([folder], folder / "output")
    with Gradebook(folder.with_suffix(".sqlite")) as book:
        finished = grade_run(found, Options(world.root, 2, "words"), lambda graded: None, book)
        return {result.student: replace(result, seconds=0.0) for result in finished.results}


def test_the_honest_get_the_same_among_attackers_as_without_them(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of one student's reaches another, and every process of the run is gone at its end."""
    monkeypatch.setattr(
        run, "protection_in_force", lambda: protection_in_force(at_most=world.level)
    )
    attacks = {a.name: a for a in (*cheating.ATTACKS, *learning.ATTACKS, *harm.ATTACKS)}
    alone, together = tmp_path / "alone", tmp_path / "together"
    for number, name in enumerate(CHOSEN):
        honest = json.dumps(notebook(*RIGHT))
        attack = json.dumps(notebook(*WRONG, prelude(world.facts), *attacks[name].cells))
        for folder in (alone, together):
            folder.mkdir(exist_ok=True)
            (folder / f"{number:02}-honest.ipynb").write_text(honest)
        (together / f"{number:02}-mallory.ipynb").write_text(attack)
    most = sum(world.wrong_scores.values())
    expected = grade_folder(alone, world)
    before, processes = world.outside.state(), running_kernels()
    results = grade_folder(together, world)
    assert {name: results[name] for name in expected} == expected
    assert all(result.score == result.max_score for result in expected.values())
    attackers = [result for name, result in results.items() if name not in expected]
    assert len(attackers) == len(CHOSEN)
    assert all(each.status is Status.GRADED for each in attackers)
    assert all((each.score or 0) <= most for each in attackers)
    assert world.outside.state() == before
    assert running_kernels() <= processes
