"""renamed: decisions stay with a student whom a run calls otherwise than the one before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.gradebook.fingerprint import content
from grader.gradebook.renamed import follow_names
from grader.gradebook.store import GRADEBOOK, Gradebook
from grader.model import Owner, Submission
from grader.results.files import write_results
from grader.submissions.table import SubmissionTable
from tests.gradebook.test_recorded import a_run
from tests.gradebook.test_store import begin, kept, result

SOURCE = "leeann_12_90_hw.ipynb"


def handed_in(folder: Path, student: str, text: str = "{}") -> Submission:
    (folder / SOURCE).write_text(text)
    return Submission(student, SOURCE, str(folder / SOURCE))


def decided(book: Gradebook, submission: Submission) -> None:
    found = replace(result(submission.student), source=submission.source)
    book.record(begin(book), 1, kept(found, content(submission)), "basis")
    book.adjust("words", submission.student, "longest", 3, "see our talk")
    book.note(submission.student, "well done")


@pytest.mark.parametrize("names", [("leeann", "Lee, Ann"), ("Lee, Ann", "leeann")])
def test_decisions_follow_the_name_with_a_roster_and_without(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    before, after = names
    with Gradebook(tmp_path / "book") as book:
        decided(book, handed_in(tmp_path, before))
        follow_names(book, SubmissionTable([handed_in(tmp_path, after)]))
        decisions = book.decisions()
    assert [student for _, student, _ in decisions.scores] == [after]
    assert decisions.remarks == {after: ("well done",)}


def test_decisions_do_not_go_to_another_notebook_or_one_of_several(tmp_path: Path) -> None:
    with Gradebook(tmp_path / "book") as book:
        decided(book, handed_in(tmp_path, "leeann"))
        follow_names(book, SubmissionTable([handed_in(tmp_path, "Lee, Ann", '{"a": 1}')]))
        group = [handed_in(tmp_path, "Kay, Bo"), handed_in(tmp_path, "Roe, Cy")]
        follow_names(book, SubmissionTable(group))
        assert book.decisions().students == {"leeann"}


@pytest.mark.parametrize("exercise", ["longest", "The longest word"])
def test_an_exercise_is_adjusted_by_its_title_or_name(tmp_path: Path, exercise: str) -> None:
    ann = result("ann")
    with Gradebook(tmp_path / GRADEBOOK) as book:
        book.record(begin(book), 1, kept(ann), "basis")
    run = replace(a_run(ann), titles={"longest": "The longest word"})
    write_results(run, tmp_path / "results.json")
    there = ["--gradebook", str(tmp_path / GRADEBOOK)]
    done = CliRunner().invoke(main, ["adjust", "ann", exercise, "3", "--reason", "right", *there])
    assert (done.exit_code, "ann, The longest word: 3 of 4" in done.output) == (0, True), (
        done.output
    )
    with Gradebook(tmp_path / GRADEBOOK) as book:
        assert [key[2] for key in book.decisions().scores] == ["longest"]
    near = CliRunner().invoke(main, ["adjust", "ann", "The longest wrd", "3", *there])
    assert "did you mean 'The longest word'?" in near.output


@pytest.mark.parametrize("text", ["Lee, Ann", "Ann Lee", "leeann", "ALEE", "0012", "a@x.edu"])
def test_a_student_is_adjusted_by_any_name_login_or_id(tmp_path: Path, text: str) -> None:
    owner = Owner("Lee, Ann", {"canvas": "12", "login": "alee"}, "a@x.edu")
    ann = replace(result("Lee, Ann"), owner=owner)
    bob = replace(result("Roe, Bob"), owner=Owner("Roe, Bob", {"canvas": "13"}))
    with Gradebook(tmp_path / GRADEBOOK) as book:
        run = begin(book)
        for each in (ann, bob):
            book.record(run, 1, kept(each), "basis")
    write_results(a_run(ann, bob), tmp_path / "results.json")
    arguments = ["adjust", text, "longest", "3", "--reason", "right idea"]
    done = CliRunner().invoke(main, [*arguments, "--gradebook", str(tmp_path / GRADEBOOK)])
    assert done.exit_code == 0, done.output
    with Gradebook(tmp_path / GRADEBOOK) as book:
        assert book.decisions().students == {"Lee, Ann"}
