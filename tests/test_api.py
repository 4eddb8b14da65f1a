"""api: one notebook or a class, from a program, in threads and in event loops."""

from __future__ import annotations

import asyncio
import doctest
import inspect
import json
import os
import pydoc
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import grader
from grader import (
    AssignmentError,
    Grader,
    Listener,
    Status,
    SystemFailure,
    grade_class,
    grade_class_async,
    grade_notebook,
    grade_notebook_async,
)
from grader.authors.init import start
from grader.authors.validate import generate
from grader.model import Graded

LONGEST = "def longest(text):\n    return max(text.split(), key=len)"


@pytest.fixture
def words(frozen_course: Path) -> Path:
    """The folder of the small course's assignment."""
    return frozen_course / "assignment" / "words"


@pytest.fixture
def ann(write: Callable[..., Path]) -> Path:
    return write("submissions/ann.ipynb", LONGEST)


def test_a_notebook_is_graded_from_its_file_or_from_its_bytes(words: Path, ann: Path) -> None:
    with Grader(jobs=1) as grader:
        from_file = grader.grade_notebook(ann, words)
        from_bytes = grader.grade_notebook(ann.read_bytes(), str(words), student="ann")
    assert (from_file.student, from_file.score, from_file.max_score) == ("ann", 4, 20)
    assert from_bytes.exercises == from_file.exercises


def test_what_cannot_be_graded_has_its_reason_and_no_score(words: Path, tmp_path: Path) -> None:
    with Grader(jobs=1) as grader:
        missing = grader.grade_notebook(tmp_path / "none.ipynb", words)
        broken = grader.grade_notebook(b"{", words)
    assert (missing.status, missing.score) == (Status.NOT_GRADED, None)
    assert "No such file" in missing.reason
    assert "not valid JSON" in broken.reason


def test_a_folder_without_an_assignment_is_the_callers_mistake(tmp_path: Path, ann: Path) -> None:
    with pytest.raises(AssignmentError, match=r"has no assignment\.toml"):
        grade_notebook(ann, tmp_path)


def test_it_works_inside_a_running_event_loop(words: Path, ann: Path, frozen_course: Path) -> None:
    """As in a notebook or a web server, whose loop goes on meanwhile."""

    async def served() -> tuple[float | None, float | None, list[str]]:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        counting = asyncio.create_task(count())
        one = await grade_notebook_async(ann, words)
        async with Grader(jobs=2) as grader:
            two, three = await asyncio.gather(
                grader.grade_notebook_async(ann, words), grader.grade_notebook_async(ann, words)
            )
        finished = await grade_class_async(ann.parent, frozen_course, jobs=1)
        with finished:
            students = [each.student for each in finished.results]
        counting.cancel()
        assert turns > 1000
        assert two.exercises == three.exercises
        return one.score, two.score, students

    assert asyncio.run(served()) == (4, 4, ["ann"])


def test_calling_it_from_a_loop_without_async_works_too(words: Path, ann: Path) -> None:
    async def cell() -> float | None:
        return grade_notebook(ann, words).score

    assert asyncio.run(cell()) == 4


def test_several_threads_may_use_one_grader(words: Path, ann: Path) -> None:
    with Grader(jobs=2) as grader, ThreadPoolExecutor(6) as threads:
        results = list(threads.map(lambda _: grader.grade_notebook(ann, words), range(12)))
    assert {each.score for each in results} == {4}


def test_a_thread_that_ends_takes_no_worker_with_it(words: Path, ann: Path) -> None:
    """On Linux a process can be told to end with the very thread that started it."""
    with Grader(jobs=1) as grader:
        thread = threading.Thread(target=grader.grade_notebook, args=(ann, words))
        thread.start()
        thread.join()
        before = grader.processes
        assert grader.grade_notebook(ann, words).score == 4
        assert grader.processes == before


def test_an_assignment_that_has_changed_on_the_disk_is_seen(course: Path, ann: Path) -> None:
    toml = course / "assignment" / "words" / "assignment.toml"
    with Grader(jobs=1) as grader:
        assert grader.grade_notebook(ann, toml.parent).max_score == 20
        toml.write_text(toml.read_text().replace("points = 4", "points = 5"))
        result = grader.grade_notebook(ann, toml.parent)
    assert (result.score, result.max_score) == (5, 21)


def test_closing_gives_processes_and_folders_back(
    words: Path, ann: Path, short_folder: Path
) -> None:
    script = (
        "import os, sys, tempfile\nfrom grader import Grader\n"
        "with Grader(jobs=2) as grader:\n"
        "    grader.grade_notebook(sys.argv[1], sys.argv[2])\n"
        "    processes = grader.processes\n"
        "    assert processes and os.listdir(tempfile.gettempdir())\n"
        "for number in processes:\n"
        "    try:\n        os.kill(number, 0)\n"
        "    except ProcessLookupError:\n        continue\n"
        "    sys.exit(f'{number} is there still')\n"
        "assert os.listdir(tempfile.gettempdir()) == []\n"
        "assert len(os.listdir('/proc/self/fd')) < 10\n"
    )
    subprocess.run(
        [sys.executable, "-c", script, ann, words],
        env={**os.environ, "TMPDIR": str(short_folder)},
        check=True,
    )


def test_a_script_needs_no_guard_against_being_run_again(
    words: Path, ann: Path, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nfrom grader import grade_notebook\n"
        "print('once')\nprint(grade_notebook(*sys.argv[1:]).score)\n"
    )
    done = subprocess.run(
        [sys.executable, script, ann, words], capture_output=True, text=True, check=True
    )
    assert done.stdout == "once\n4.0\n"


def test_a_class_is_graded_kept_and_written(
    frozen_course: Path, write: Callable[..., Path], ann: Path, tmp_path: Path
) -> None:
    write("submissions/bob.ipynb", "1 / 0")
    output = tmp_path / "out"
    told: list[str] = []
    listener = Listener(
        found=lambda found: told.append(f"{len(found.submissions)} found"),
        graded=lambda graded: told.append(graded.result.student),
    )
    with Grader(jobs=2) as grader:
        with grader.grade_class(
            ann.parent, frozen_course, output=output, listener=listener
        ) as finished:
            scores = {each.student: each.score for each in finished.results}
            written = [folder for _, _, folder in finished.write()]
        again = grader.grade_class([ann.parent], frozen_course, output=output)
        with again:
            assert (again.count, again.kept) == (2, 2)
    assert scores == {"ann": 4, "bob": 0}
    assert written == [output]
    assert told[0] == "2 found"
    assert sorted(told[1:]) == ["ann", "bob"]
    data = json.loads((output / "results.json").read_text())
    assert [each["student"] for each in data["submissions"]] == ["ann", "bob"]
    assert (output / "report" / "index.html").is_file()


def test_results_of_an_assignment_that_changed_meanwhile_are_not_used_again(
    course: Path, ann: Path, tmp_path: Path
) -> None:
    """The author saves the file while the class is graded, and then undoes it."""
    toml = course / "assignment" / "words" / "assignment.toml"
    before = toml.read_text()
    book = tmp_path / "book.sqlite"

    def edit(_: Graded) -> None:
        toml.write_text(before.replace("points = 4", "points = 5"))

    with Grader(jobs=1) as grader:
        with grader.grade_class(
            ann, course, gradebook=book, listener=Listener(graded=edit)
        ) as finished:
            ((_, run),) = finished.runs
        assert any("changed while this run lasted" in line for line in run.passed_over)
        toml.write_text(before)
        with grader.grade_class(ann, course, gradebook=book) as finished:
            assert (finished.kept, finished.count) == (0, 1)
        with grader.grade_class(ann, course, gradebook=book) as finished:
            assert (finished.kept, finished.count) == (1, 1)


def test_a_class_without_an_output_folder_leaves_nothing(
    frozen_course: Path, ann: Path, short_folder: Path
) -> None:
    script = (
        "import os, sys, tempfile\nfrom grader import grade_class\n"
        "with grade_class(sys.argv[1], sys.argv[2], jobs=1) as finished:\n"
        "    assert finished.all_graded\n"
        "assert os.listdir(tempfile.gettempdir()) == []\n"
    )
    subprocess.run(
        [sys.executable, "-c", script, ann.parent, frozen_course],
        env={**os.environ, "TMPDIR": str(short_folder)},
        cwd=short_folder.parent,
        check=True,
    )


def test_importing_grader_imports_nothing_that_is_not_used() -> None:
    script = "import sys, grader; print(*sorted(m for m in sys.modules if 'grader' in m))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["grader"]


def test_the_public_names_are_sorted_few_and_told_by_help() -> None:
    assert grader.__all__ == sorted(grader.__all__)
    assert len(grader.__all__) <= 15
    shown = pydoc.plain(pydoc.render_doc(grader))
    assert all(name in shown for name in grader.__all__)
    assert set(grader.__all__) <= set(dir(grader))


@pytest.fixture(scope="session")
def averages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the examples speak of: a course with `averages`, and what two students handed in."""
    folder = tmp_path_factory.mktemp("examples")
    course = folder / "course"
    course.mkdir()
    start(course, "averages")
    generate(course, "averages")
    (folder / "submissions").mkdir()
    master = course / "solutions" / "averages" / "Averages.ipynb"
    template = course / "assignment" / "averages" / "Averages.ipynb"
    shutil.copy(master, folder / "ann.ipynb")
    shutil.copy(master, folder / "submissions" / "ann.ipynb")
    shutil.copy(template, folder / "submissions" / "bob.ipynb")
    return folder


@pytest.mark.parametrize("name", [*grader.__all__, "grader"])
def test_the_example_in_every_docstring_runs(
    name: str, averages: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(averages, tmp_path / "x")
    monkeypatch.chdir(tmp_path / "x")
    public = grader if name == "grader" else getattr(grader, name)
    names = {each: getattr(grader, each) for each in grader.__all__}
    # Not `getdoc`: that of a base class is another's.
    text = inspect.cleandoc(public.__doc__ or "")
    test = doctest.DocTestParser().get_doctest(text, names, name, None, None)
    assert test.examples, f"{name} has no example"
    assert doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS).run(test).failed == 0


@pytest.mark.parametrize(
    ("removed_after", "gradebook", "words"),
    [
        (1, "", r"gradebook\.sqlite: the gradebook"),
        (2, "", r"gradebook\.sqlite: the gradebook or its folder was removed"),
        (2, "elsewhere.sqlite", "out: was removed, or another folder put in its place"),
    ],
)
def test_an_output_folder_that_is_removed_meanwhile_is_a_failure(
    frozen_course: Path,
    ann: Path,
    write: Callable[..., Path],
    tmp_path: Path,
    removed_after: int,
    gradebook: str,
    words: str,
) -> None:
    """What could be found out is written all the same, if everything was."""
    write("submissions/bob.ipynb", "x = 1")
    output, count = tmp_path / "out", 0

    def removing(_: Graded) -> None:
        nonlocal count
        count += 1
        if count == removed_after:
            shutil.rmtree(output)

    def graded_and_written() -> None:
        with grade_class(
            ann.parent,
            frozen_course,
            output=output,
            gradebook=tmp_path / gradebook if gradebook else None,
            listener=Listener(graded=removing),
        ) as finished:
            list(finished.write())

    with pytest.raises(SystemFailure, match=words):
        graded_and_written()
    assert count == removed_after or (output / "results.json").exists()


def test_an_interrupted_class_is_not_written_over_an_earlier_one(
    frozen_course: Path, ann: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    with grade_class(ann, frozen_course, output=output) as finished:
        assert len(list(finished.write())) == 1
    before = (output / "results.json").read_bytes()

    def interrupting(graded: Graded) -> None:
        if not graded.kept:
            raise KeyboardInterrupt

    write("submissions/bob.ipynb", "x = 1")
    write("submissions/broken.ipynb").write_text("{")
    (tmp_path / "class.csv").write_text("login\nann\nbob\nbroken\nabsent\n")
    # The first one that this run grades is bob, or broken.
    with grade_class(
        ann.parent,
        frozen_course,
        output=output,
        roster=tmp_path / "class.csv",
        listener=Listener(
            graded=lambda each: interrupting(each) if each.submission.source else None
        ),
    ) as finished:
        reasons = {each.student: each.reason for each in finished.results}
        assert finished.interrupted
        assert list(finished.write()) == []
    assert reasons["absent"] == "handed in nothing"
    assert "the run was stopped before this was graded" in reasons.values()
    assert (output / "results.json").read_bytes() == before
