"""processes: every task has one result, whatever becomes of the processes that work on them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import AssignmentError
from grader.grading.not_graded import not_reached
from grader.grading.task import Task
from grader.model import Graded, Status, Submission
from grader.runs.processes import (
    MAX_TRIES,
    WorkerLost,
    Workers,
    grade_all,
)
from grader.runs.requests import default_jobs
from grader.sandbox.level import Level

# As the small course has it.
SECONDS = 60.0
LONGEST = "def longest(text):\n    return max(text.split(), key=len)"


def tasks(root: Path, *names: str) -> list[Task]:
    return [
        Task(root, Submission(name, f"{name}.ipynb", str(root / f"{name}.ipynb")), "words")
        for name in names
    ]


def reasons(graded: list[Graded]) -> dict[str, str]:
    return {each.result.student: each.result.reason for each in graded}


def graded(task: Task) -> Graded:
    return not_reached(task, "graded")


def test_no_more_than_so_many_tasks_are_graded_at_once(tmp_path: Path) -> None:
    running, most, lock = 0, 0, threading.Lock()
    full = threading.Barrier(3)

    def counted(task: Task) -> Graded:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        full.wait(60)  # three are there, and a fourth would be seen
        with lock:
            running -= 1
        return graded(task)

    assert len(list(grade_all(tasks(tmp_path, *"abcdefghi"), counted, 3))) == 9
    assert most == 3


def test_what_costs_a_worker_is_tried_once_more_when_all_others_are_done(tmp_path: Path) -> None:
    asked: list[str] = []

    def fragile(task: Task) -> Graded:
        asked.append(task.submission.student)
        if task.submission.student == "c" and asked.count("c") == 1:
            raise WorkerLost("ended the grading process")
        return graded(task)

    done = list(grade_all(tasks(tmp_path, *"abcdef"), fragile, 1))
    assert asked == [*"abcdef", "c"]
    assert reasons(done) == dict.fromkeys("abcdef", "graded")


def test_what_costs_a_worker_every_time_is_given_up_and_the_others_are_not_blamed(
    tmp_path: Path,
) -> None:
    def deadly(task: Task) -> Graded:
        if task.submission.student == "c":
            raise WorkerLost("ended the grading process")
        return graded(task)

    done = reasons(list(grade_all(tasks(tmp_path, *"abcdef"), deadly, 4)))
    assert done.pop("c") == f"ended the grading process, {MAX_TRIES} times"
    assert done == dict.fromkeys("abdef", "graded")


def test_a_malformed_assignment_ends_the_run_and_what_is_in_the_works(tmp_path: Path) -> None:
    ended = threading.Event()

    def malformed(task: Task) -> Graded:
        if task.submission.student == "a":
            raise AssignmentError("no points")
        ended.wait(60)
        raise WorkerLost("ended")

    with pytest.raises(AssignmentError, match="no points"):
        list(grade_all(tasks(tmp_path, *"ab"), malformed, 2, ended.set))
    assert ended.is_set()


def test_a_worker_process_that_is_killed_is_replaced(
    frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    """Whenever one submission has begun, its worker is killed, from outside, for real."""
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    write("unlucky.ipynb", f"open({str(begun)!r}, 'w').close()\nimport time\ntime.sleep(60)")
    write("b.ipynb", LONGEST)
    found = [
        Task(
            frozen_course,
            Submission(name, f"{name}.ipynb", str(tmp_path / f"{name}.ipynb")),
            "words",
            level=Level.LIMITS,  # so that it can say that it has begun
        )
        for name in ("unlucky", "b")
    ]
    with Workers(1) as workers:

        def kill_twice() -> None:
            for _ in range(MAX_TRIES):
                begun.read_bytes()  # until the notebook has opened and closed its end
                for number in workers.numbers:
                    os.kill(number, signal.SIGKILL)

        killer = threading.Thread(target=kill_twice)
        killer.start()
        done = {each.result.student: each.result for each in workers.grade_all(found, SECONDS)}
        killer.join()
    assert done["unlucky"].status is Status.NOT_GRADED
    assert done["unlucky"].reason == f"ended the grading process, {MAX_TRIES} times"
    assert done["b"].score == 4


def test_a_worker_that_takes_too_long_is_ended_and_the_next_task_gets_another(
    frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    """A stopped process stands for one that is stuck on our side, where its own limits are idle."""
    write("b.ipynb", LONGEST)
    (task,) = tasks(tmp_path, "b")
    task = Task(frozen_course, task.submission, "words", level=Level.LIMITS)
    with Workers(1, allowance_seconds=0) as workers:
        workers.grade(task, SECONDS)
        (stuck,) = workers.numbers
        os.kill(stuck, signal.SIGSTOP)
        with pytest.raises(WorkerLost, match="took longer than 1 s"):
            workers.grade(task, seconds=1)
        assert workers.grade(task, SECONDS).result.score == 4
        assert stuck not in workers.numbers


def test_a_worker_whose_memory_has_run_out_is_not_used_any_more(
    frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    """A file with `NaN` in it is decoded as a whole: here, millions of empty lists."""
    (tmp_path / "a.ipynb").write_text(
        f'{{"nbformat": 4, "cells": [], "metadata": {{"y": NaN, "x": [{"[]," * 2_400_000}[]]}}}}'
    )
    write("b.ipynb", LONGEST)
    large, small = tasks(tmp_path, "a", "b")
    large, small = (
        replace(each, root=frozen_course, level=Level.LIMITS) for each in (large, small)
    )
    with Workers(1, memory_bytes=200_000_000) as workers:
        assert workers.grade(small, SECONDS).result.score == 4
        with pytest.raises(WorkerLost, match="memory ran out"):
            workers.grade(large, SECONDS)
        assert workers.numbers == []
        assert workers.grade(small, SECONDS).result.score == 4


def test_workers_leave_no_process_or_folder(
    frozen_course: Path, write: Callable[..., Path], short_folder: Path
) -> None:
    script = (
        "import sys, os\n"
        "from grader.runs.processes import Workers\n"
        "workers = Workers(1)\n"
        "print(workers.protection().level, *workers.numbers, flush=True)\n"
        "input()\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "TMPDIR": str(short_folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    _, number = run.stdout.readline().split()
    assert list(short_folder.iterdir())
    worker = os.pidfd_open(int(number))
    run.communicate("\n", timeout=60)
    assert run.returncode == 0
    os.close(worker)
    with pytest.raises(ProcessLookupError):
        os.kill(int(number), signal.SIGCONT)
    assert list(short_folder.iterdir()) == []


def test_a_temporary_folder_too_deep_for_sockets_is_not_used(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 80)
    deep.mkdir()
    script = (
        "import os\nfrom grader.runs.processes import Workers\n"
        "with Workers(1) as workers:\n    print(workers.protection().level)\n"
        "    print(os.listdir(os.environ['TMPDIR']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TMPDIR": str(deep)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("\n[]\n")


def test_there_is_a_job_for_every_core_this_process_may_use() -> None:
    assert 1 <= default_jobs() <= (os.cpu_count() or 1)


@pytest.fixture
def _ctrl_c() -> Iterator[None]:
    """Ctrl-C is heard, even where these tests run behind a shell that has them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c")
def test_ctrl_c_that_does_not_wake_the_main_thread_is_noticed_all_the_same(tmp_path: Path) -> None:
    """A signal that another thread takes stands for one that comes as the main one falls asleep."""
    given_up = threading.Event()

    def endless(task: Task) -> Graded:
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        given_up.wait(60)
        raise WorkerLost("ended")

    with pytest.raises(KeyboardInterrupt):
        list(grade_all(tasks(tmp_path, "a"), endless, 1, given_up.set))
    assert given_up.is_set()
