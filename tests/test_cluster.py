"""cluster: the same results on Dask's workers as on processes here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from attacks.attack import RIGHT, WRONG
from real_cluster import RealCluster

from grader.gradebook import Gradebook
from grader.model import Result
from grader.run import Options, grade_run
from grader.submissions import find


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCluster]:
    """A scheduler and two workers."""
    with RealCluster(tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.start_scheduler()
        cluster.start_workers(2)
        with cluster.client() as client:
            client.wait_for_workers(2)
        yield cluster


def graded(folder: Path, options: Options, book: Path) -> dict[str, str]:
    """Every result as the bytes it is kept in, times aside, by student."""
    with Gradebook(book) as gradebook:
        finished = grade_run(find([folder], book), options, lambda _: None, gradebook)
    return {each.student: _bytes(each) for each in finished.results}


def _bytes(result: Result) -> str:
    return json.dumps(replace(result, seconds=0.0).to_json())


def test_a_class_gets_the_same_results_as_on_processes_here(
    cluster: RealCluster, frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("class/right.ipynb", *RIGHT)
    write("class/wrong.ipynb", *WRONG)
    write(
        "class/déjà vu.ipynb",
        "print('é')",
        RIGHT[0],
        "def count(text):\n    raise ValueError(text)",
    )
    (tmp_path / "class" / "broken.ipynb").write_bytes(b"\xff{")
    (tmp_path / "class" / "lost.ipynb").symlink_to("nowhere")
    here = Options(frozen_course, jobs=2, assignment="words", seed=3)
    there = replace(here, scheduler=cluster.address)
    expected = graded(tmp_path / "class", here, tmp_path / "here.sqlite")
    assert graded(tmp_path / "class", there, tmp_path / "there.sqlite") == expected
    assert len(expected) == 5
    assert json.loads(expected["right"])["score"] == 20
