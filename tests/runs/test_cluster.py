"""cluster: the same results on Dask's workers as on processes here, whatever befalls those."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click.testing
import dask
import pytest
from dask.utils import key_split

from grader.authors.validate import generate
from grader.cli import main
from grader.errors import InputError, SystemFailure, WeakProtection
from grader.gradebook.store import Gradebook
from grader.runs.cluster.client import connected
from grader.runs.cluster.worker import NAMES_KEPT, TASK, OurTasks
from grader.runs.cluster.workers import cluster_workers
from grader.runs.run import load_assignments
from grader.sandbox.level import Level
from tests.attacks.attack import RIGHT, WRONG
from tests.authored import authored, with_ids
from tests.conftest import ROOT, notebook
from tests.grading.test_parameters import CASES, CELLS, EXERCISES
from tests.runs.cluster_class import Where, graded, recorded, write_class
from tests.runs.real_cluster import RealCluster, Striker
from tests.waiting import ENDLESS, ENDLESS_NAME, processes_called, until


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCluster]:
    """A scheduler and two workers."""
    with RealCluster(tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.start_scheduler()
        cluster.start_workers(2)
        cluster.wait_for_workers(2)
        yield cluster


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_class(tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="module")
def expected(
    class_folder: Path, frozen_course: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What becomes of the class on processes here."""
    book = tmp_path_factory.mktemp("expected") / "book.sqlite"
    results = graded(class_folder, Where(frozen_course), book)
    assert json.loads(results["a"])["score"] == json.loads(results["unlucky"])["score"] == 20
    assert json.loads(results["b"])["score"] < 20
    return results


def test_a_class_gets_the_same_results_as_on_processes_here(
    cluster: RealCluster, frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    """Whatever notebooks and names there are, and what is none."""
    write("class/right.ipynb", *RIGHT)
    write("class/déjà vu.ipynb", "print('é')", *WRONG)
    (tmp_path / "class" / "broken.ipynb").write_bytes(b"\xff{")
    (tmp_path / "class" / "lost.ipynb").symlink_to("nowhere")
    here = graded(tmp_path / "class", Where(frozen_course), tmp_path / "here.sqlite")
    there = Where(frozen_course, cluster.address)
    assert graded(tmp_path / "class", there, tmp_path / "there.sqlite") == here
    assert len(here) == 4


def test_a_worker_that_is_killed_costs_nobody_anything(
    cluster: RealCluster,
    frozen_course: Path,
    class_folder: Path,
    expected: dict[str, str],
    tmp_path: Path,
) -> None:
    with Striker(cluster, signal.SIGKILL) as striker:
        results = graded(class_folder, Where(frozen_course, cluster.address), tmp_path / "b.sqlite")
    assert results == expected
    assert len(striker.struck) == 1


def test_who_takes_a_worker_down_every_time_is_given_up_and_the_others_are_not_blamed(
    cluster: RealCluster,
    frozen_course: Path,
    class_folder: Path,
    expected: dict[str, str],
    tmp_path: Path,
) -> None:
    with Striker(cluster, signal.SIGKILL, most=10) as striker:
        results = graded(class_folder, Where(frozen_course, cluster.address), tmp_path / "b.sqlite")
    unlucky = json.loads(results.pop("unlucky"))
    assert (unlucky["status"], unlucky["score"]) == ("not_graded", None)
    assert unlucky["reason"] == "given up after 2 tries: its worker died"
    assert results == {name: each for name, each in expected.items() if name != "unlucky"}
    assert len(striker.struck) == 2


@pytest.mark.thorough
def test_a_worker_that_hangs_is_started_again(
    cluster: RealCluster,
    frozen_course: Path,
    class_folder: Path,
    expected: dict[str, str],
    tmp_path: Path,
) -> None:
    told: list[str] = []
    with Striker(cluster, signal.SIGSTOP) as striker:
        there = Where(frozen_course, cluster.address, spare_seconds=-25)
        results = graded(class_folder, there, tmp_path / "b.sqlite", told.append)
    assert results == expected
    assert len(striker.struck) == 1
    assert any("has been silent for 35 s and is started again" in line for line in told)


@pytest.mark.thorough
def test_a_scheduler_that_is_killed_and_started_again_loses_nothing(
    frozen_course: Path, class_folder: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    with RealCluster(tmp_path) as cluster:
        scheduler = cluster.start_scheduler()
        cluster.start_workers(2)
        cluster.wait_for_workers(2)

        def kill_scheduler() -> None:
            """Workers end with their scheduler: what manages services starts all of them again."""
            scheduler.kill()
            scheduler.wait()
            cluster.start_scheduler()
            cluster.start_workers(2, "again")

        told: list[str] = []
        # Signal 0 does nothing to the worker.
        with Striker(cluster, 0, then=kill_scheduler) as striker:
            there = Where(frozen_course, cluster.address)
            results = graded(class_folder, there, tmp_path / "b.sqlite", told.append)
    assert results == expected
    assert len(striker.struck) == 1
    assert any("the scheduler is lost; waiting for it" in line for line in told)


def test_a_client_that_is_killed_goes_on_where_it_was(
    cluster: RealCluster,
    frozen_course: Path,
    class_folder: Path,
    expected: dict[str, str],
    tmp_path: Path,
) -> None:
    book = tmp_path / "b.sqlite"
    command = [sys.executable, "-c", "from grader.cli import main; main()", str(class_folder)]
    command += ["--root", str(frozen_course)]
    command += ["--scheduler", cluster.address, "--gradebook", str(book), "--seed", "3"]
    command += ["--output", str(tmp_path / "out"), "--assignment", "words"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as killed:
        until(lambda: len(recorded(book)) >= 2)
        killed.kill()
    before = recorded(book)
    assert 2 <= len(before) < len(expected)
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "going on with the run" in told
    assert recorded(book) == dict.fromkeys(expected, 1)
    assert graded(class_folder, Where(frozen_course), book) == expected


def test_ctrl_c_stops_a_run_on_a_cluster_keeps_what_is_graded_and_frees_the_workers(
    cluster: RealCluster, frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("class/a.ipynb", *RIGHT)
    write("class/b.ipynb", ENDLESS)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.json").write_text("{}")
    command = [sys.executable, "-c", "from grader.cli import main; main()", str(tmp_path / "class")]
    command += ["--root", str(frozen_course), "--scheduler", cluster.address]
    command += ["--output", str(tmp_path / "out")]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # Behind a shell these tests may ignore Ctrl-C, and so would what they start.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as stopped:
        book = tmp_path / "out" / "gradebook.sqlite"
        until(
            lambda: (
                stopped.poll() is not None
                or ({*processes_called(ENDLESS_NAME)} and len(recorded(book)) == 1)
            )
        )
        stopped.send_signal(signal.SIGINT)
        _, errors = stopped.communicate(timeout=60)
    assert stopped.returncode == 130
    assert errors == "stopped: 1 of 2 graded; the same command goes on\n"
    assert recorded(book) == {"a": 1}
    assert (tmp_path / "out" / "results.json").read_text() == "{}"
    # The worker does not go on with what nobody waits for.
    until(lambda: not {*processes_called(ENDLESS_NAME)})


def test_workers_that_lack_a_package_are_named_and_with_require_environment_not_used(
    cluster: RealCluster, course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("class/a.ipynb", *RIGHT)
    (assignment,) = load_assignments(course)
    template = json.dumps(notebook("import absent_here"))
    assignment.template.write_text(template, encoding="utf-8")
    changed = load_assignments(course)
    required: list[str] = []
    with pytest.raises(SystemFailure, match="none of its 2 workers may be used; nothing was"):
        cluster_workers(
            cluster.address, changed, Level.LIMITS, required.append, require_environment=True
        )
    told: list[str] = []
    results = graded(
        tmp_path / "class", Where(course, cluster.address), tmp_path / "b", told.append
    )
    assert json.loads(results["a"])["score"] == 20
    for lines in (required, told):
        assert len(lines) == 2
        assert all("absent_here" in line and "tcp://127.0.0.1" in line for line in lines)


@pytest.mark.thorough
@pytest.mark.usefixtures("namespaces")
def test_the_scheduler_keeps_nothing_of_a_task_that_is_over(cluster: RealCluster) -> None:
    """Or its memory would grow with the class."""

    def kept(dask_scheduler: Any) -> tuple[int, int]:
        spans = dask_scheduler.extensions["spans"].spans.values()
        collections = sum(len(each.metadata["collections"]) for each in spans if each.metadata)
        return collections, key_split.cache_info().currsize

    with cluster.client() as client:
        client.register_plugin(OurTasks())
        collections, _ = client.run_on_scheduler(kept)
        for number in range(NAMES_KEPT + 1):
            client.submit(int, key=f"{TASK}-{number}").result()
        assert client.run_on_scheduler(kept)[0] == collections
        assert client.run_on_scheduler(kept)[1] < NAMES_KEPT
        # What is not ours is left as it is.
        client.submit(int, key="somebody's-1").result()
        assert client.run_on_scheduler(kept)[0] == collections + 1


@pytest.mark.thorough
def test_a_worker_that_protects_less_than_required_is_named_and_not_used(
    frozen_course: Path, class_folder: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    """So is one with another fairgrade; and where no other is left, nothing is graded."""
    other = tmp_path / "other"
    shutil.copytree(ROOT / "grader", other / "grader")
    with (other / "grader" / "grading" / "judging" / "judge.py").open("a") as file:
        file.write("# another program\n")
    told: list[str] = []
    with RealCluster(tmp_path) as cluster:
        cluster.start_scheduler()
        cluster.start_workers(
            1, "weak", {"PATH": f"{without_bubblewrap(tmp_path)}:{os.environ['PATH']}"}
        )
        cluster.start_workers(1, "other", {"PYTHONPATH": str(other)})
        cluster.wait_for_workers(2)
        there = Where(frozen_course, cluster.address, Level.NAMESPACES)
        with pytest.raises(WeakProtection, match="none of its 2 workers may be used"):
            graded(class_folder, there, tmp_path / "none.sqlite", told.append)
        assert len(told) == 2
        checked = check(cluster.address, frozen_course)
        assert checked.exit_code == 1
        assert "protection is at level landlock, and namespaces is required" in checked.output
        assert "0 of 2 workers can be used" in checked.output
        cluster.start_workers(1, "good")
        cluster.wait_for_workers(3)
        told.clear()
        assert graded(class_folder, there, tmp_path / "b.sqlite", told.append) == expected
    assert sum("is not used: has fairgrade" in line for line in told) == 1
    assert sum("is not used: protection is at level landlock" in line for line in told) == 1


def without_bubblewrap(folder: Path) -> Path:
    """A folder for PATH with a `bwrap` that can do nothing."""
    (folder / "bin").mkdir()
    (folder / "bin" / "bwrap").symlink_to("/bin/false")
    return folder / "bin"


def check(address: str, course: Path) -> click.testing.Result:
    arguments = ["cluster-check", address, "--root", str(course), "--require", "namespaces"]
    return click.testing.CliRunner().invoke(main, arguments, catch_exceptions=False)


@pytest.mark.usefixtures("namespaces")
def test_check_says_what_each_worker_can_do(cluster: RealCluster, frozen_course: Path) -> None:
    checked = check(cluster.address, frozen_course)
    assert checked.exit_code == 0, checked.output
    assert checked.output.count("can be used\n") == 3
    for fact in ("fairgrade: ", "canary: namespaces", "warm start: ", "clock: ", "cores: "):
        assert checked.output.count(fact) == 2, fact


def test_where_no_scheduler_answers_it_says_so(frozen_course: Path) -> None:
    with (
        pytest.raises(SystemFailure, match="no scheduler answers there"),
        connected("tcp://127.0.0.1:1", seconds=1),
    ):
        pass
    assert check("nonsense://x", frozen_course).exit_code == 2


def test_over_tls_all_is_as_without_and_who_has_no_certificate_is_not_let_in(
    frozen_course: Path,
    class_folder: Path,
    expected: dict[str, str],
    tmp_path: Path,
) -> None:
    """With one authority of our own, as docs/cluster.md makes it."""
    files = certificates(tmp_path)
    options_of_dask = [f"--tls-{name}={path}" for name, path in files.items()]
    with RealCluster(tmp_path, *options_of_dask, protocol="tls") as cluster:
        cluster.start_scheduler()
        cluster.start_workers(1)
        names = {"ca-file": "ca-file", "client.cert": "cert", "client.key": "key"}
        ours = {f"distributed.comm.tls.{name}": str(files[of]) for name, of in names.items()}
        with dask.config.set({**ours, "distributed.comm.require-encryption": True}):
            there = Where(frozen_course, cluster.address)
            assert graded(class_folder, there, tmp_path / "b.sqlite") == expected
            plain = replace(there, scheduler=cluster.address.replace("tls", "tcp"))
            with pytest.raises(InputError, match="encryption"):
                graded(class_folder, plain, tmp_path / "plain.sqlite")
        with pytest.raises(InputError, match="cannot be used as a scheduler"):
            graded(class_folder, there, tmp_path / "none.sqlite")
        (tmp_path / "stranger").mkdir()
        strange = certificates(tmp_path / "stranger")
        ours |= {f"distributed.comm.tls.{name}": str(strange[of]) for name, of in names.items()}
        with dask.config.set(ours), pytest.raises(SystemFailure, match="no scheduler answers"):
            graded(class_folder, there, tmp_path / "none.sqlite")


def certificates(folder: Path) -> dict[str, Path]:
    """A new authority's certificate, and a certificate by it with its key, as `docs/cluster.md`
    makes them."""
    text = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    commands = next(each for each in text.split("```")[1::2] if "openssl req" in each)
    shell = ["sh", "-ec", commands.removeprefix("sh\n")]
    subprocess.run(shell, cwd=folder, check=True, capture_output=True)
    names = {"ca-file": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
    return {option: folder / name for option, name in names.items()}


@pytest.mark.thorough
def test_a_chart_that_a_person_is_to_see_comes_from_a_cluster_too(
    cluster: RealCluster, tmp_path: Path
) -> None:
    course = shutil.copytree(ROOT / "tests" / "courses" / "data_science", tmp_path / "course")
    generate(course, "sales")
    (tmp_path / "in").mkdir()
    shutil.copy(course / "solutions" / "sales" / "Sales.ipynb", tmp_path / "in" / "ann.ipynb")
    pictures = {}
    for name, where in {"here": ["--jobs", "1"], "there": ["--scheduler", cluster.address]}.items():
        arguments = ["run", str(tmp_path / "in"), "--root", str(course), *where]
        arguments += ["--output", str(tmp_path / name)]
        done = click.testing.CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        with Gradebook(tmp_path / name / "gradebook.sqlite") as book:
            (answer,) = book.answers_to("chart", "sales")
            pictures[name] = book.pictures(answer.number, "chart")
    assert [each.media for each in pictures["there"]] == ["image/png"]
    assert pictures["there"] == pictures["here"]


def test_what_is_drawn_for_a_student_is_the_same_on_a_cluster(
    cluster: RealCluster, tmp_path: Path
) -> None:
    course = authored(tmp_path / "course", CELLS, CASES, *EXERCISES)
    (tmp_path / "in").mkdir()
    for name in ("ann", "bob"):
        (tmp_path / "in" / f"{name}.ipynb").write_text(json.dumps(with_ids(*CELLS)))
    (tmp_path / "roster.csv").write_text("name,login\nann,ann\nbob,bob\n")
    drawn = {}
    for name, where in {"here": ["--jobs", "1"], "there": ["--scheduler", cluster.address]}.items():
        arguments = ["run", str(tmp_path / "in"), "--root", str(course), *where]
        arguments += ["--roster", str(tmp_path / "roster.csv"), "--output", str(tmp_path / name)]
        done = click.testing.CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        results = json.loads((tmp_path / name / "results.json").read_text())["submissions"]
        assert [each["score"] for each in results] == [50, 50]
        drawn[name] = [each["drawn"] for each in results]
    assert drawn["here"] == drawn["there"]
    assert drawn["here"][0] != drawn["here"][1]


@pytest.mark.thorough
def test_the_examples_get_the_same_results_as_on_processes_here(
    cluster: RealCluster, tmp_path: Path
) -> None:
    """In all that `results.json` and `grades.csv` say, times aside: ours, those that `%time`
    printed, and the line in which an endless loop was when its time was over."""
    files: dict[str, list[Any]] = {}
    places = {"here": ["--jobs", "2"], "there": ["--scheduler", cluster.address]}
    for name, where in places.items():
        arguments = ["run", str(ROOT / "examples" / "submissions"), "--root", str(ROOT)]
        arguments += ["--seed", "7", "--output", str(tmp_path / name), *where]
        done = click.testing.CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        results = (tmp_path / name / "results.json").read_text()
        results = re.sub(r'CPU times: [^"]*?Wall time: .*?s\\n', "", results)
        data = json.loads(results) | {"started": ""}
        for submission in data["submissions"]:
            submission["seconds"] = 0
            for exercise in submission["exercises"]:
                for mark in exercise["marks"]:
                    mark["line"] *= "time was over" not in mark["words"]
        files[name] = [data, (tmp_path / name / "grades.csv").read_text()]
    assert files["there"] == files["here"]
