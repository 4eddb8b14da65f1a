"""`grade forget`: nothing of a student is left in the gradebook, and nothing of others is gone."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import InputError
from grader.gradebook.store import GRADEBOOK, Gradebook
from grader.gradebook.store.forget import DELETIONS, Held, rewrite
from grader.gradebook.unnamed import Words
from grader.model import Picture, Submission
from grader.results.files import read_results
from tests.conftest import notebook
from tests.gradebook.test_store import begin, kept, result

RIGHT = "def longest(text):\n    return max(text.split(), key=len)"


def rows(path: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(path)) as db:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for (name,) in tables
        }


def fill(book: Gradebook, student: str) -> None:
    """Results in two runs, of which one is taken over, and everything that people can decide."""
    one, two = begin(book), begin(book)
    for run in (one, two):
        content = kept(result(student), f"{student} {run}")
        behaviours = {"longest": f"of {student} {run}"}
        pictures = {"chart": [Picture("image/png", 3, 2, f"of {student}".encode())]}
        number = book.record(run, 1, content, "f", behaviours=behaviours, pictures=pictures)
        book.behaviours_of(number)
    book.take(two, [number - 1])
    book.adjust("words", student, "longest", 3, f"we spoke, {student}")
    book.adjust("words", student, "longest", 2, f"and again, {student}")
    book.note(student, f"see me, {student}")


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Gradebook]:
    """A gradebook that has the same of two students."""
    with Gradebook(tmp_path / GRADEBOOK) as book:
        fill(book, "secundus")
        fill(book, "tertia")
        yield book


def test_every_row_about_the_student_is_deleted_and_no_other(both: Gradebook) -> None:
    before = rows(both.path)
    assert both.held("secundus") == Held(2, 2, 1, ())
    assert both.forget("secundus")
    after = rows(both.path)
    shared = {"runs", "behaviours", "words"}  # of nobody: a hash of what an answer returned
    for table, number in before.items():
        mine = table not in shared and not table.startswith(("_", "sqlite"))
        assert after[table] == (number / 2 if mine else number), table
    assert both.held("tertia") == Held(2, 2, 1, ())
    assert [each.result.student for each in both.results_of(4)] == ["tertia"] * 2


def test_no_table_about_students_is_left_out(tmp_path: Path) -> None:
    with Gradebook(tmp_path / GRADEBOOK):
        pass
    about = {"student", "submission_id", "result_id"}
    with closing(sqlite3.connect(tmp_path / GRADEBOOK)) as db:
        tables = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        columns = {
            name: {row[1] for row in db.execute(f"PRAGMA table_info({name})")} for name in tables
        }
    found = {name for name in tables if columns[name] & about}
    assert {deletion.split()[2] for deletion in DELETIONS} == found


def test_the_file_has_no_trace_of_the_name(both: Gradebook) -> None:
    assert any(b"secundus" in path.read_bytes() for path in both.path.parent.iterdir())
    assert both.forget("secundus")
    for path in both.path.parent.iterdir():
        # The keys of behaviours are the test's own words here, and hashes elsewhere.
        assert b"secundus" not in path.read_bytes().replace(b"of secundus", b""), path
    assert b"tertia" in both.path.read_bytes()


def test_a_program_that_reads_the_file_meanwhile_is_noticed(both: Gradebook) -> None:
    with (
        closing(sqlite3.connect(both.path)) as reader,
        closing(sqlite3.connect(both.path, timeout=0, isolation_level=None)) as db,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM results").fetchone()
        assert not rewrite(db)
        reader.execute("COMMIT")
        assert rewrite(db)


def test_words_for_answers_that_behave_like_the_students_stay(both: Gradebook) -> None:
    number = both.behaviours_of(1)["longest"]
    both.name(number, Words("it is short", "Look for the longest.", "2026-03-01"))
    assert both.forget("secundus")
    assert both.decisions().words[number].title == "it is short"


def test_who_is_not_there_cannot_be_forgotten(both: Gradebook) -> None:
    with pytest.raises(InputError, match=r"nobody of this name.*tertia"):
        both.held("tertja")


def test_a_group_is_told_apart_by_other_names_of_the_same_file(both: Gradebook) -> None:
    of_secundus = replace(result("quartus"), source="secundus.ipynb")
    both.record(1, 1, kept(of_secundus, "secundus 1"), "f")
    assert both.held("secundus").other_names == ("quartus",)


def grade(folder: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def class_of_two(frozen_course: Path, tmp_path: Path) -> Path:
    """A course with the graded submissions of two students."""
    folder = Path(shutil.copytree(frozen_course, tmp_path / "course"))
    (folder / "in").mkdir()
    for name in ("secundus", "tertia"):
        text = json.dumps(notebook(RIGHT))
        (folder / "in" / f"{name}.ipynb").write_text(text)
    done = grade(folder, "in")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def holding(folder: Path, name: str) -> list[str]:
    """The files of the output folder that have a name in them or are called so."""
    return [
        str(path.relative_to(folder))
        for path in (folder / "grades").rglob("*")
        if path.is_file() and (name in path.name or name.encode() in path.read_bytes())
    ]


def test_after_the_next_run_no_file_of_the_output_has_the_student(class_of_two: Path) -> None:
    assert len(holding(class_of_two, "secundus")) > 3
    done = grade(class_of_two, "forget", "secundus", "--yes")
    assert done.returncode == 0, done.stderr
    assert "secundus: 1 result deleted from grades/gradebook.sqlite" in done.stdout
    (class_of_two / "in" / "secundus.ipynb").unlink()
    assert grade(class_of_two, "in").returncode == 0
    assert holding(class_of_two, "secundus") == []
    (left,) = read_results(class_of_two / "grades" / "results.json").results
    assert left.student == "tertia"


@pytest.mark.parametrize(("said", "left"), [("y\n", 1), ("n\n", 2), ("", 2)])
def test_nothing_is_deleted_before_a_person_says_yes(
    class_of_two: Path, said: str, left: int
) -> None:
    done = grade(class_of_two, "forget", "secundus", said=said)
    assert "Delete what grades/gradebook.sqlite holds of secundus: 1 result?" in done.stdout
    assert rows(class_of_two / "grades" / GRADEBOOK)["submissions"] == left


def test_the_same_student_can_hand_in_again_afterwards(both: Gradebook) -> None:
    assert both.forget("secundus")
    run = begin(both)
    number = both.record(run, 1, kept(result("secundus"), "secundus 1"), "f")
    same = Submission("secundus", "secundus.ipynb", "secundus.ipynb")
    again = both.kept(same, "secundus 1", "f")
    assert again is not None
    assert again.number == number
