"""choice: of several notebooks of a student, those count that can, and nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.assignments.records import Assignment
from grader.submissions.attempts import last_attempts
from grader.submissions.choice import MOST_PARSED, choose
from grader.submissions.find import Found, find
from tests.conftest import ROOT, notebook

ELSEWHERE = Path("/nowhere")
ADAM = "def initialize_adam(parameters):\n    return 1"
GRADIENT = "def update_parameters_with_gd(parameters, grads, rate):\n    return 1"
ONE_OF_TWO = ("one of 2 notebooks of this student",)


@pytest.fixture(scope="module")
def assignments() -> list[Assignment]:
    return [load_assignment(ROOT, name) for name in ("adam", "optimization_methods")]


def chosen(folder: Path, assignments: Sequence[Assignment], named: str = "") -> Found:
    return choose(last_attempts(find([folder], ELSEWHERE)), assignments, named)


def names(found: Found) -> list[tuple[str, str]]:
    return [(each.student, each.path.name) for each in found.submissions]


def test_a_notebook_with_none_of_the_functions_does_not_count_where_another_has_some(
    write: Callable[..., Path], tmp_path: Path, assignments: list[Assignment]
) -> None:
    write("Ann Lee_101_assignsubmission_file/Adam.ipynb", ADAM)
    write("Ann Lee_101_assignsubmission_file/Untitled.ipynb", "initialize_adam(1)")
    broken = tmp_path / "Ann Lee_101_assignsubmission_file" / "broken.ipynb"
    broken.write_text("{")
    write("Bo Kay_102_assignsubmission_file/one.ipynb", "x = 1")
    write("Bo Kay_102_assignsubmission_file/two.ipynb", "x = 2")
    found = chosen(tmp_path, assignments)
    assert [each.path.name for each in found.submissions] == [
        "Adam.ipynb",
        "one.ipynb",
        "two.ipynb",
    ]
    ann, *bos = found.submissions
    assert (ann.student, ann.flags) == ("Ann Lee", ())
    assert [each.flags for each in bos] == [ONE_OF_TWO, ONE_OF_TWO]
    assert [line.split("/")[1][:10] for line in found.passed_over] == ["Untitled.i", "broken.ipy"]
    assert all("has none of the functions" in line for line in found.passed_over)


def test_two_notebooks_with_the_functions_are_both_graded_and_flagged(
    write: Callable[..., Path], tmp_path: Path, assignments: list[Assignment]
) -> None:
    write("leeann_1001_5001_part1.ipynb", ADAM)
    write("leeann_1001_5002_part2.ipynb", ADAM.replace("1", "2"))
    write("raybob_1002_5003_hw.ipynb", ADAM)
    found = chosen(tmp_path, assignments)
    assert [each.flags for each in found.submissions] == [ONE_OF_TWO, ONE_OF_TWO, ()]
    assert found.passed_over == ()


STUB = (
    "def initialize_adam(parameters):\n    ### START CODE HERE ###\n    v = None\n"
    "    ### END CODE HERE ###\n    return v"
)


@pytest.mark.parametrize(
    ("others", "counts"),
    [
        # The stub, by its marks and by what the template has.
        ((STUB,), False),
        (("the template",), False),
        # Whatever is an answer stays, also one that cannot be parsed, or is no `def`.
        ((STUB.replace("None", "1"),), True),
        ((STUB.replace("v = None", "v = ("),), True),
        ((STUB, "initialize_adam = lambda parameters: 1"), True),
    ],
)
def test_a_notebook_with_nothing_filled_in_does_not_count_beside_an_answer(
    write: Callable[..., Path],
    tmp_path: Path,
    assignments: list[Assignment],
    others: tuple[str, ...],
    counts: bool,
) -> None:
    # The names say nothing: the one that is called like the template has the answer.
    for student in ("ann", "bob"):
        write(f"{student}/Adam.ipynb", ADAM)
        if others == ("the template",):
            template = assignments[0].template.read_bytes()
            (tmp_path / student / "solved.ipynb").write_bytes(template)
        else:
            write(f"{student}/solved.ipynb", *others)
    found = chosen(tmp_path, assignments)
    of_ann = [each.flags for each in found.submissions if each.owner.name == "ann"]
    assert of_ann == ([ONE_OF_TWO] * 2 if counts else [()])
    reason = "ann/solved.ipynb: has nothing filled in, and ann/Adam.ipynb of the same student has"
    assert [line for line in found.passed_over if line.startswith("ann")] == (
        [] if counts else [f"{reason} an answer"]
    )


def test_of_two_notebooks_with_nothing_filled_in_none_is_dropped(
    write: Callable[..., Path], tmp_path: Path, assignments: list[Assignment]
) -> None:
    for student in ("ann", "bob"):
        write(f"{student}/one.ipynb", STUB)
        write(f"{student}/two.ipynb", STUB, "x = 1")
    found = chosen(tmp_path, assignments)
    assert [each.flags for each in found.submissions] == [ONE_OF_TWO] * 4


def test_notebooks_of_different_assignments_all_count_without_a_flag(
    write: Callable[..., Path], tmp_path: Path, assignments: list[Assignment]
) -> None:
    for student in ("ann", "bob", "cem"):
        write(f"{student}/Adam.ipynb", ADAM)
        write(f"{student}/Methods.ipynb", GRADIENT, ADAM)
    (tmp_path / "cem" / "Methods.ipynb").unlink()
    found = chosen(tmp_path, assignments)
    assert found.layouts == ("a folder for each student: 5 submissions of 3 students",)
    assert not [each for each in found.submissions if each.flags]
    assert found.passed_over == ()
    (adam, _) = assignments
    of_one = chosen(tmp_path, [adam])
    assert [each.flags for each in of_one.submissions] == [*[ONE_OF_TWO] * 4, ()]


def test_the_notebooks_that_count_can_be_named(
    write: Callable[..., Path], tmp_path: Path, assignments: list[Assignment]
) -> None:
    for student in ("ann", "bob"):
        for part in ("part1", "part2"):
            write(f"{student}/{part}.ipynb", ADAM, part)
    write("cem/other.ipynb", ADAM)
    found = chosen(tmp_path, assignments, "*part2*")
    assert names(found) == [("ann", "part2.ipynb"), ("bob", "part2.ipynb"), ("cem", "other.ipynb")]
    assert not [each for each in found.submissions if each.flags]
    assert len(found.passed_over) == 2
    assert "another notebook of the same student was chosen" in found.passed_over[0]


def test_in_a_notebook_that_printed_much_the_functions_are_found_too(
    write: Callable[..., Path], tmp_path: Path, assignments: list[Assignment]
) -> None:
    for student in ("ann", "bob"):
        data = notebook(ADAM, "x = 1")
        data["cells"][1]["outputs"] = [
            {"output_type": "stream", "name": "stdout", "text": "0" * MOST_PARSED}
        ]
        (tmp_path / student).mkdir()
        (tmp_path / student / "work.ipynb").write_text(json.dumps(data))
        write(f"{student}/scratch.ipynb", "x = 1")
    found = chosen(tmp_path, assignments)
    assert names(found) == [("ann", "work.ipynb"), ("bob", "work.ipynb")]


def test_a_name_bound_otherwise_than_by_def_is_the_function_too(
    write: Callable[..., Path], tmp_path: Path, assignments: list[Assignment]
) -> None:
    for student in ("ann", "bob"):
        write(f"{student}/work.ipynb", "initialize_adam = lambda parameters: 1")
        write(f"{student}/scratch.ipynb", "initialize_adam == 1")
    assert names(chosen(tmp_path, assignments)) == [("ann", "work.ipynb"), ("bob", "work.ipynb")]


def known(*students: str) -> Callable[[str], bool]:
    return lambda name: name in students


@pytest.mark.parametrize(
    ("files", "students", "owners"),
    [
        # The same files in each folder: a folder for each student.
        (["ann/1", "ann/2", "bob/1", "bob/2"], (), {"ann", "bob"}),
        # The folders have one file in common, and others of their own.
        (
            ["ann/1", "ann/x", "ann/y", "bob/1", "bob/z", "cem/1", "cem/q"],
            (),
            {"ann", "bob", "cem"},
        ),
        # Sections, with a file for each student.
        (["a/ann", "a/bob", "b/cem", "b/dee"], (), {""}),
        # The roster knows the folders.
        (["ann/p", "ann/q", "bob/r", "bob/s"], ("ann", "bob"), {"ann", "bob"}),
        (["ann/p", "ann/q"], ("ann",), {"ann"}),
        # The roster knows the files: a folder for each part, with the same files.
        (["part1/ann", "part1/bob", "part2/ann", "part2/bob"], ("ann", "bob"), {"ann", "bob"}),
        # One more folder around the class.
        (["top/ann/1", "top/ann/2", "top/bob/1", "top/bob/2"], (), {"ann", "bob"}),
        (["top/ann/p", "top/ann/q", "top/bob/r"], ("ann", "bob"), {"ann", "bob"}),
    ],
)
def test_a_folder_for_each_student_is_told_from_a_folder_for_a_section(
    write: Callable[..., Path],
    tmp_path: Path,
    files: list[str],
    students: tuple[str, ...],
    owners: set[str],
) -> None:
    for name in files:
        write(f"class/{name}.ipynb", name)
    is_known = known(*students) if students else None
    found = find([tmp_path / "class"], ELSEWHERE, is_known=is_known)
    assert {each.owner.name for each in found.submissions} == owners
    assert len(found.submissions) == len(files)
