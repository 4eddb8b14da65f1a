"""store, recorded, diff and their commands: nothing found is lost or found twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from grader.errors import InputError, SystemFailure
from grader.gradebook.store import Gradebook, migrations
from grader.gradebook.store.results import Kept
from grader.model import (
    ExerciseResult,
    Picture,
    Protection,
    Result,
    Run,
    Status,
    Submission,
    Verdict,
)
from grader.results.files import read_results
from grader.results.schema import schema
from tests.conftest import ROOT
from tests.waiting import until

PROTECTION = Protection("limits", "", {}, {})
LONGEST = "def longest(text):\n    return max(text.split(), key=len)"
WRONG = "def longest(text):\n    return min(text.split(), key=len)"
Grade = Callable[..., "subprocess.CompletedProcess[str]"]


def result(student: str = "ann", score: float | None = 4) -> Result:
    status = Status.NOT_GRADED if score is None else Status.GRADED
    verdict = Verdict.NOT_GRADED if score is None else Verdict.CORRECT
    exercises = (ExerciseResult("longest", verdict, score, 4),)
    return Result(student, f"{student}.ipynb", status, score, 4, exercises=exercises)


def submission(student: str = "ann") -> Submission:
    return Submission(student, f"{student}.ipynb", f"{student}.ipynb")


def begin(book: Gradebook) -> int:
    return book.begin("2025-11-20T09:05:00+00:00", "1", 1, PROTECTION, {"grader": "1"})


def kept(found: Result, content: str = "c") -> Kept:
    return Kept(0, content, "words", found)


def command(*arguments: object) -> list[str]:
    code = "from grader.cli import main; main()"
    return [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]


@pytest.fixture
def grade(tmp_path: Path) -> Grade:
    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def results(folder: Path) -> Run:
    path = folder / "results.json"
    jsonschema.validate(json.loads(path.read_text()), schema())
    return read_results(path)


def without_times(run: Run) -> list[Result]:
    return [replace(each, seconds=0) for each in run.results]


def test_a_result_comes_back_as_it_was_and_for_the_same_notebook_and_basis_only(
    tmp_path: Path,
) -> None:
    with Gradebook(tmp_path / "book") as book:
        book.record(begin(book), 1, kept(result()), "basis")
    with Gradebook(tmp_path / "book") as book:
        found = book.kept(submission(), "c", "basis")
        assert found is not None
        assert found.result == result()
        assert book.kept(submission(), "changed", "basis") is None
        assert book.kept(submission(), "c", "another") is None
        assert book.kept(submission("bob"), "c", "basis") is None


def test_what_was_not_graded_is_in_the_book_and_valid_for_no_later_run(tmp_path: Path) -> None:
    with Gradebook(tmp_path / "book") as book:
        run = begin(book)
        book.record(run, 1, kept(result(score=None)), "basis")
        assert book.kept(submission(), "c", "basis") is None
        assert [each.result.score for each in book.results_of(run)] == [None]


def test_pictures_come_back_in_their_order_for_their_exercise_only(tmp_path: Path) -> None:
    shown = [Picture("image/png", 3, 2, b"\x00\xff"), Picture("image/jpeg", 30, 20, b"")]
    with Gradebook(tmp_path / "book") as book:
        pictures = {"chart": shown, "sketch": shown[1:]}
        number = book.record(begin(book), 1, kept(result()), "basis", pictures=pictures)
        assert book.pictures(number, "chart") == shown
        assert book.pictures(number, "sketch") == shown[1:]
        assert book.pictures(number, "longest") == book.pictures(number + 1, "chart") == []


def test_a_result_found_twice_is_kept_once_unless_it_was_graded_again(tmp_path: Path) -> None:
    with Gradebook(tmp_path / "book") as book:
        one, two, three = (begin(book) for _ in range(3))
        book.record(one, 1, kept(result(score=4)), "basis")
        book.record(two, 1, kept(result(score=3)), "basis")
        assert [each.result.score for each in book.results_of(two)] == [4]
        book.record(three, 1, kept(result(score=2)), "basis", regrade=True)
        found = book.kept(submission(), "c", "basis")
        assert found is not None
        assert found.result.score == 2
        assert [each.result.score for each in book.results_of(one)] == [4]


def test_a_book_of_the_first_version_is_brought_to_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "book"
    db = sqlite3.connect(path)
    migrations.apply(db, before="decisions")
    db.execute("INSERT INTO runs VALUES (7, 'then', NULL, '0', 1, '{\"level\": \"limits\"}', '{}')")
    db.commit()
    db.close()
    with Gradebook(path) as book:
        assert [each.number for each in book.runs()] == [7]
        book.note("ann", "hello")
        assert book.decisions().remarks == {"ann": ("hello",)}


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda path: path.write_text("my thesis " * 99), "is no gradebook"),
        (lambda path: sqlite(path, "CREATE TABLE t (a)"), "is a database, but no gradebook"),
        (lambda path: of_a_newer_fairgrade(path), "newer fairgrade .*its step 'moods'"),
        (lambda path: path.mkdir(), "cannot be read or written"),
    ],
)
def test_a_file_that_is_no_gradebook_of_ours_is_told_and_left_alone(
    tmp_path: Path, write: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / "book"
    write(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises((InputError, SystemFailure), match=words):
        Gradebook(path)
    assert (path.read_bytes() if path.is_file() else b"") == before


def of_a_newer_fairgrade(path: Path) -> None:
    Gradebook(path).__exit__()
    sqlite(path, "UPDATE _sqlite_migrations SET name = 'moods' WHERE name = 'decisions'")


def sqlite(path: Path, statement: str) -> None:
    db = sqlite3.connect(path)
    with db:
        db.execute(statement)
    db.close()


def test_a_full_disk_is_told_and_what_was_kept_stays(tmp_path: Path) -> None:
    with Gradebook(tmp_path / "book") as book:
        run = begin(book)
        book.record(run, 1, kept(result("ann")), "basis")
        book._db.execute("PRAGMA max_page_count = 1")  # SQLite takes the pages there are
        large = ExerciseResult("longest", Verdict.CORRECT, 4, 4, code="x" * 1_000_000)
        bob = Result("bob", "bob.ipynb", Status.GRADED, 4, 4, exercises=(large,))
        with pytest.raises(SystemFailure, match="full"):
            book.record(run, 1, kept(bob), "basis")
        assert [each.result.student for each in book.results_of(run)] == ["ann"]


_WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.gradebook.test_store import begin, kept, result
from grader.gradebook.store import Gradebook
with Gradebook(Path(sys.argv[1])) as book:
    run = begin(book)
    for number in range(60):
        book.record(run, 1, kept(result(f"s{number}")), "basis")
"""


def test_two_processes_at_once_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", _WRITER, str(tmp_path / "book"), str(ROOT)]
    writers = [subprocess.Popen(arguments) for _ in range(2)]
    assert [each.wait(120) for each in writers] == [0, 0]
    with Gradebook(tmp_path / "book") as book:
        assert [len(list(book.results_of(each.number))) for each in book.runs()] == [60, 60]
    db = sqlite3.connect(tmp_path / "book")
    assert db.execute("SELECT count(*) FROM results").fetchone() == (60,)
    db.close()


def test_a_second_run_grades_only_what_changed_and_regrade_everything(
    grade: Grade, course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/ann.ipynb", LONGEST)
    write("in/bob.ipynb", LONGEST)
    assert grade("in", "--root", course).returncode == 0
    first = without_times(results(tmp_path / "grades"))
    again = grade("in", "--root", course)
    assert "2 kept from earlier runs (--regrade grades them), 0 new" in again.stdout
    assert without_times(results(tmp_path / "grades")) == first
    write("in/bob.ipynb", WRONG)
    assert "1 kept from earlier runs" in grade("in", "--root", course).stdout
    assert [each.score for each in results(tmp_path / "grades").results] == [4, 0]
    assert "kept" not in grade("in", "--regrade", "--root", course).stdout
    assert "kept" not in grade("in", "--full", "--root", course).stdout
    cases = course / "solutions/words/cases.py"
    cases.write_text(cases.read_text() + "\n# another remark\n")
    assert "kept" not in grade("in", "--root", course).stdout


@pytest.mark.thorough
def test_diff_says_who_changed_by_how_much_and_why(
    grade: Grade, course: Path, write: Callable[..., Path]
) -> None:
    write("in/ann.ipynb", LONGEST)
    write("in/bob.ipynb", LONGEST)
    grade("in", "-q", "--root", course)
    write("in/bob.ipynb", WRONG)
    grade("in", "-q", "--root", course)
    toml = course / "assignment/words/assignment.toml"
    toml.write_text(toml.read_text().replace("points = 4", "points = 5"))
    grade("in", "-q", "--root", course)
    assert "bob\tlongest\t4\t0\t-4\tthe notebook\n" in grade("diff", 1, 2).stdout
    points = grade("diff", 2, 3).stdout
    assert "ann\tlongest\t4\t5\t+1\tits points\n" in points
    assert "bob" not in points
    head, *runs = [line.split("\t") for line in grade("runs").stdout.splitlines()]
    assert head[:3] == ["run", "assignment", "started"]
    assert all(head)
    assert [(run[0], run[1], run[-1]) for run in runs] == [
        (number, "words", "finished") for number in "123"
    ]
    assert "there is no run 9" in grade("diff", 1, 9).stderr


def test_diff_is_written_as_a_page(
    grade: Grade, course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    for source in (LONGEST, WRONG):
        write("in/bob.ipynb", source)
        grade("in", "-q", "--root", course)
    assert grade("diff", 1, 2, "--page", "diff.html").returncode == 0
    page = (tmp_path / "diff.html").read_text(encoding="utf-8")
    assert "What changed from run 1 to run 2" in page
    assert "<bdi>bob</bdi>" in page
    (report,) = tmp_path.rglob("report/index.html")
    told = " ".join(report.read_text(encoding="utf-8").split())
    assert "1 score of 1 student is another, 0 points won and 4 lost." in told
    refused = grade("diff", 1, 2, "--page", "in/bob.ipynb")
    assert (refused.returncode, "ends in .html" in refused.stderr) == (2, True)
    lost = grade("diff", 1, 2, "--page", "nowhere/diff.html")
    assert (lost.returncode, "cannot be written" in lost.stderr) == (2, True)


def test_a_persons_decision_stands_through_regrading_and_can_be_undone(
    grade: Grade, course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/ann.ipynb", WRONG)
    grade("in", "-q", "--root", course)
    assert grade("adjust", "ann", "longest", 3, "--reason", "=<b>kind</b>").returncode == 0
    assert grade("note", "ann", "See <i>me</i>").returncode == 0
    grade("in", "-q", "--regrade", "--root", course)
    (ann,) = results(tmp_path / "grades").results
    made = ann.exercises[0].adjustment
    assert made is not None
    assert (ann.score, ann.exercises[0].score, made.instead_of) == (3, 3, 0)
    assert ann.exercises[0].verdict is Verdict.INCORRECT
    page = (tmp_path / "grades/report/students/ann.html").read_text()
    assert "Decided by a person: 3 of 4 points" in page
    assert "=&lt;b&gt;kind&lt;/b&gt;" in page
    assert "See &lt;i&gt;me&lt;/i&gt;" in page
    grades = (tmp_path / "grades/grades.csv").read_text()
    assert "The longest word: 3 instead of 0: =<b>kind" in grades
    assert grade("adjust", "ann", "longest", "--undo").returncode == 0
    grade("in", "-q", "--root", course)
    (ann,) = results(tmp_path / "grades").results
    assert (ann.score, ann.exercises[0].adjustment) == (0, None)
    assert "no adjustment to undo" in grade("adjust", "ann", "longest", "--undo").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("bob", "longest", "3", "--reason", "x"), "nobody of this name"),
        (("ann", "shortest", "3", "--reason", "x"), "no result for 'shortest'"),
        (("anne", "longest", "3", "--reason", "x"), "did you mean 'ann'?"),
        (("ann", "longst", "3", "--reason", "x"), "did you mean 'longest'?"),
        (("ann", "longest", "5", "--reason", "x"), "not between 0 and 4"),
        (("ann", "longest", "nan", "--reason", "x"), "not between 0 and 4"),
        (("ann", "longest", "3"), "--reason is missing"),
        (("ann", "longest"), "SCORE is missing"),
        (("ann", "longest", "3", "--gradebook", "none"), "there is no gradebook"),
    ],
)
def test_a_wrong_adjustment_is_told_in_a_sentence(
    grade: Grade, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "grades").mkdir()
    with Gradebook(tmp_path / "grades/gradebook.sqlite") as book:
        book.record(begin(book), 1, kept(result()), "basis")
    done = grade("adjust", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


MOMENTS = int(os.environ.get("FAIRGRADE_KILLS", "1"))


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_a_run_killed_anywhere_is_gone_on_with_and_ends_as_if_undisturbed(
    grade: Grade, course: Path, write: Callable[..., Path], tmp_path: Path, seed: int
) -> None:
    """Killed once the gradebook holds so many results, or a little later."""
    for number in range(6):
        write(f"in/s{number}.ipynb", LONGEST if number % 2 else WRONG)
    assert grade("in", "-q", "-o", "calm", "--seed", 1, "--root", course).returncode == 0
    drawn = random.Random(seed)
    wanted, later = drawn.randrange(6), drawn.random() * 0.2
    run = subprocess.Popen(command("in", "-q", "--seed", 1, "--root", course), cwd=tmp_path)
    book = tmp_path / "grades/gradebook.sqlite"
    until(lambda: run.poll() is not None or held(book) >= wanted)
    try:
        run.wait(later)
    except subprocess.TimeoutExpired:
        run.send_signal(signal.SIGKILL)
        run.wait()
    before = held(book)
    done = grade("in", "--seed", 1, "--root", course)
    assert done.returncode == 0
    if before > 0:
        assert f"{before} kept from earlier runs" in done.stdout
    if 0 < before < 6:
        assert "going on with the run of" in done.stdout
    assert without_times(results(tmp_path / "grades")) == without_times(results(tmp_path / "calm"))
    assert held(book) == 6


def held(book: Path) -> int:
    """How many results are in the gradebook; -1 where there is none yet."""
    try:
        db = sqlite3.connect(f"file:{book}?mode=ro", uri=True)
    except sqlite3.Error:
        return -1
    try:
        return int(db.execute("SELECT count(*) FROM results").fetchone()[0])
    except sqlite3.Error:
        return -1
    finally:
        db.close()
