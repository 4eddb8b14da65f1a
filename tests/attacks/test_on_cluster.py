"""Attacks graded on a cluster: the same results as on processes here, and nothing left behind."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from grader.sandbox.level import Level
from tests.attacks import cheating, learning
from tests.attacks.attack import RIGHT, WRONG, Attack, prelude
from tests.attacks.promises import World
from tests.conftest import notebook
from tests.runs.cluster_class import Where, graded
from tests.runs.real_cluster import RealCluster

# What is seen of these depends on the moment; that they win nothing is tested elsewhere.
BY_CHANCE = {"frames_without_end", "hostile_json", "reply_by_thread", "where_the_packages_lie"}
SECONDS = {"cell_seconds": 30, "call_seconds": 20, "submission_seconds": 300}


@pytest.fixture
def patient_course(attacked_course: Path, tmp_path: Path) -> Path:
    """The course with limits that are not reached because a machine is busy."""
    course = Path(shutil.copytree(attacked_course, tmp_path / "course"))
    toml = course / "assignment" / "words" / "assignment.toml"
    text = toml.read_text()
    for name, seconds in SECONDS.items():
        text = re.sub(f"^{name} = .*$", f"{name} = {seconds}", text, flags=re.MULTILINE)
    toml.write_text(text)
    return course


def attacks() -> list[Attack]:
    everything = (*cheating.ATTACKS, *learning.ATTACKS)
    return [each for each in everything if each.name not in BY_CHANCE]


# Workers take the strongest level there is.
@pytest.mark.thorough
@pytest.mark.parametrize("level", [Level.NAMESPACES], indirect=True, scope="session")
def test_attacks_get_the_same_results_as_on_processes_here(
    world: World, patient_course: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "honest.ipynb").write_text(json.dumps(notebook(*RIGHT)))
    for each in attacks():
        cells = (*WRONG, prelude(world.facts), *each.cells)
        (folder / f"{each.name}.ipynb").write_text(json.dumps(notebook(*cells)))
    expected = graded(folder, Where(patient_course), tmp_path / "here.sqlite")
    before = world.outside.state()
    with RealCluster(tmp_path) as cluster:
        cluster.start_scheduler()
        cluster.start_workers(2)
        there = Where(patient_course, cluster.address)
        results = graded(folder, there, tmp_path / "there.sqlite")
    assert {name: each for name, each in expected.items() if results[name] != each} == {}
    assert json.loads(results["honest"])["score"] == 20
    assert len(results) == len(attacks()) + 1
    assert world.outside.state() == before
