"""A whole run over a folder, attackers among the honest: who is honest notices nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from grader.gradebook.store import Gradebook
from grader.model import Result, Status
from grader.runs.processes import LocalGraders, Workers
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
# As the course of the attacks has it.
SECONDS = 60.0


def grade_folder(folder: Path, world: World) -> dict[str, Result]:
    found, options = find([folder], folder / "output"), Options(world.root, "words")
    with Workers(2, world.level) as workers, Gradebook(folder.with_suffix(".sqlite")) as book:
        graders = LocalGraders(workers, workers.protection(), SECONDS)
        finished = grade_run(found, options, graders, book, lambda graded: None)
        return {result.student: replace(result, seconds=0.0) for result in finished.results}


def test_the_honest_get_the_same_among_attackers_as_without_them(
    world: World, tmp_path: Path
) -> None:
    """Nothing of one student's reaches another, and every process of the run is gone at its end."""
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
