"""pool: every task has one result, whatever becomes of the processes that work on them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from grader.grading.grade import Task
from grader.model import Graded, Status, Submission
from grader.runs import processes as pool
from grader.runs.processes import MAX_TRIES, default_jobs, grade_all, local_processes
from grader.sandbox.level import Level


def tasks(root: Path, *names: str) -> list[Task]:
    return [
        Task(root, Submission(name, f"{name}.ipynb", str(root / f"{name}.ipynb")), "words")
        for name in names
    ]


class Fragile(Executor):
    """An executor that is broken, as a process pool is, by tasks of certain students."""

    def __init__(self, deadly: set[str]) -> None:
        self.deadly = deadly
        self.broken = False

    def submit(self, function: Callable[..., Graded], task: Task) -> Future[Graded]:  # type: ignore[override]
        future: Future[Graded] = Future()
        self.broken = self.broken or task.submission.student in self.deadly
        if self.broken:
            future.set_exception(BrokenProcessPool())
        else:
            future.set_result(function(task))
        return future


def reasons(graded: list[Graded]) -> dict[str, str]:
    return {each.result.student: each.result.reason for each in graded}


def test_any_executor_will_do(tmp_path: Path) -> None:
    done = list(grade_all(tasks(tmp_path, *"abcde"), lambda: ThreadPoolExecutor(2), 2))
    assert sorted(reasons(done)) == list("abcde")
    assert all("No such file" in reason for reason in reasons(done).values())


def test_no_more_than_so_many_tasks_are_in_flight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most, lock = 0, 0, threading.Lock()
    grade = pool.grade

    def counted(task: Task) -> Graded:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        graded = grade(task)
        with lock:
            running -= 1
        return graded

    monkeypatch.setattr(pool, "grade", counted)
    done = list(grade_all(tasks(tmp_path, *"abcdefgh"), lambda: ThreadPoolExecutor(8), 3))
    assert len(done) == 8
    assert most <= 3


def test_who_takes_a_worker_down_is_given_up_and_the_others_are_not_blamed(tmp_path: Path) -> None:
    done = list(grade_all(tasks(tmp_path, *"abcdef"), lambda: Fragile({"c"}), 4))
    assert sorted(reasons(done)) == list("abcdef")
    assert reasons(done)["c"] == f"ended the grading process {MAX_TRIES} times"
    assert all("No such file" in reasons(done)[name] for name in "abdef")


def test_a_worker_process_that_is_killed_is_replaced(
    frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    """Whenever one submission has begun, its worker is killed, from outside, for real."""
    mark = tmp_path / "begun"
    begin = f"open({str(mark)!r}, 'w').close()\nimport time\ntime.sleep(3)"
    write("unlucky.ipynb", begin)
    write("b.ipynb", "def longest(text):\n    return max(text.split(), key=len)")
    found = [
        Task(
            frozen_course,
            Submission(name, f"{name}.ipynb", str(tmp_path / f"{name}.ipynb")),
            "words",
            level=Level.LIMITS,  # so that it can leave its mark
        )
        for name in ("unlucky", "b")
    ]
    stop = threading.Event()

    def kill_workers() -> None:
        while not stop.wait(0.01):
            if mark.exists():
                mark.unlink()
                for child in multiprocessing.active_children():
                    child.kill()

    killer = threading.Thread(target=kill_workers)
    killer.start()
    try:
        with local_processes(1) as make_executor:
            graded = grade_all(found, make_executor, 2)
            done = {each.result.student: each.result for each in graded}
    finally:
        stop.set()
        killer.join()
    assert done["unlucky"].status is Status.NOT_GRADED
    assert "ended the grading process" in done["unlucky"].reason
    assert done["b"].score == 4


def test_local_processes_leave_no_process_or_folder(
    tmp_path: Path, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(short_folder))
    with local_processes(2) as make_executor:
        executor = make_executor()
        worker = executor.submit(os.getpid).result()
        assert list(short_folder.iterdir())
    assert list(short_folder.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(worker, signal.SIGCONT)


def test_a_temporary_folder_too_deep_for_sockets_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 80)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with local_processes(1):
        assert list(deep.iterdir()) == []


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

    class Endless(Executor):
        def submit(self, *_: object, **__: object) -> Future[Graded]:  # type: ignore[override]
            taken = threading.Thread(
                target=lambda: signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            )
            threading.Timer(0.1, taken.start).start()
            return Future()

    with pytest.raises(KeyboardInterrupt):
        list(grade_all(tasks(tmp_path, "a"), Endless, 1))
