"""`grade clusters`, `name` and `variant`: from wrong answers without a name to an author's variant.

A small class is graded once, in real kernels; the tests go on with copies of what came of it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.authors.validate import generate, validate
from grader.cli import main
from grader.gradebook.store import GRADEBOOK
from grader.model import Diagnosis, ExerciseResult, Result
from grader.results.files import read_results, write_results
from tests.conftest import notebook

# Three that return the shortest word, the first of equally long ones in the alphabet; two that
# raise the same; one like no other; one with a name; one that is right.
CLASS = {
    "ann": "# by Ann Lee, <ann@x.edu> \x1b[31m\ndef longest(text):\n"
    "\treturn min(text.split(), key=lambda word: (len(word), word))",
    "bob": "def shorter(one, other):\n"
    "    return min(one, other, key=lambda word: (len(word), word))\n\n"
    "def longest(text):\n"
    "    '''The template's docstring.'''\n"
    "    first, *rest = text.split()  # Bob's remark\n"
    "    for word in rest:\n"
    "        first = shorter(first, word)\n"
    "    return first",
    "cy": "import functools\nORDER = {'key': len}\ndef longest(text: str) -> str:\n"
    "    return functools.reduce(lambda one, other: one, sorted(sorted(text.split()), **ORDER))",
    "dan": "def longest(text):\n    return text.split()[-1]",
    "eve": "def longest(text):\n    return max(text.split(), key=len)",
    "fay": "def longest(text):\n    return text.split()[99]",
    "gil": "def longest(text):\n    words = text.split()\n    return words[len(words)]",
    "hal": "def longest(text):\n    return text.split()[0]",
}
ALIKE = ("ann", "bob", "cy")
TITLE, TEXT = "the <b>shortest</b> word", "You return the shortest word: what does $a < b$ keep?"
Run = Callable[..., str]


@pytest.fixture(scope="module")
def graded_class(frozen_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the course, the submissions, and what `grade` wrote of them."""
    folder = tmp_path_factory.mktemp("class")
    shutil.copytree(frozen_course, folder / "course")
    settings = folder / "course/assignment/words/assignment.toml"
    settings.write_text(settings.read_text().replace("title =", "search = false\ntitle =", 1))
    (folder / "in").mkdir()
    for name, source in CLASS.items():
        (folder / "in" / f"{name}.ipynb").write_text(json.dumps(notebook(source)))
    assert run(folder, "run", folder / "in", "-q", "--root", folder / "course") == ""
    return folder


@pytest.fixture
def there(graded_class: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded_class, tmp_path / "class"))


def run(folder: Path, *arguments: object, code: int = 0) -> str:
    """What a command says; it is given the output folder and the gradebook in `folder`."""
    grades = {
        "run": ("--output", folder / "grades"),
        "clusters": (folder / "grades",),
        "export": ("--results", folder / "grades"),
    }
    more = grades.get(str(arguments[0]), ("--gradebook", folder / "grades" / GRADEBOOK))
    done = CliRunner().invoke(main, [*map(str, (*arguments, *more))])
    assert done.exit_code == code, done.output
    return done.output


def again(folder: Path, *options: str) -> dict[str, ExerciseResult]:
    """Grade as before; the answers to the exercise by student."""
    run(folder, "run", folder / "in", "-q", "--root", folder / "course", *options)
    return answers(folder)


def answers(folder: Path) -> dict[str, ExerciseResult]:
    results = read_results(folder / "grades" / "results.json").results
    return {each.student: each.exercises[0] for each in results}


def number_of(folder: Path, student: str = "ann") -> int:
    found = answers(folder)[student].behaviour
    assert found is not None
    return found


def page(folder: Path, student: str) -> str:
    text = (folder / "grades/report/students" / f"{student}.html").read_text(encoding="utf-8")
    return " ".join(text.split())


def diagnosed(answer: ExerciseResult) -> tuple[str, bool]:
    return (answer.diagnosis.title, answer.diagnosis.by_staff) if answer.diagnosis else ("", False)


def test_answers_that_behave_alike_are_listed_with_cases_students_and_one_of_them(
    graded_class: Path,
) -> None:
    numbers = [number_of(graded_class, student) for student in ALIKE]
    assert len(set(numbers)) == 1
    said = run(graded_class, "clusters")
    assert said.index(f"{numbers[0]}: 3 answers to The longest word: incorrect") == 0
    assert said.index("ann, bob, cy") < said.index("2 answers to The longest word: error")
    assert "fails one_longest, two_longest; passes nothing" in said
    assert "    first, *rest = text.split()  # Bob's remark" in said
    assert "dan" not in said
    assert said.endswith(
        "Words: of 6 wrong answers without a name, 5 behave like another one, in 2 ways; "
        "5 (83%) stand above\n"
    )
    assert run(graded_class, "clusters", "--most", 1).count("answers to") == 1


def test_what_students_wrote_reaches_no_terminal_as_it_is(there: Path) -> None:
    path = there / "grades/results.json"
    whole = read_results(path)
    hostile = "\x1b]0;owned\x07def longest(text):\r\n\u202e  pass" + "\nx" * 100
    results = [
        replace(
            each,
            student=f"{each.student}\n\x1b[2J",
            exercises=tuple(replace(e, code=hostile) for e in each.exercises),
        )
        for each in whole.results
    ]
    write_results(replace(whole, results=results), path)
    said = run(there, "clusters")
    assert not {"\x1b", "\r", "\u202e", "\x07"} & set(said)
    assert "… 62 more lines" in said


def test_words_stand_on_the_page_of_everybody_who_behaves_so_and_change_no_points(
    there: Path,
) -> None:
    before, number = answers(there), number_of(there)
    said = run(there, "name", number, "--title", f" {TITLE}\n", "--text", TEXT)
    assert f"longest, {number}: stands on the pages of 3 submissions; run `grade` as before" in said
    stopped = run(there, "export", "csv", code=2)
    assert f"people decided since the results were written (The longest word: {TITLE})" in stopped
    for after in (again(there), again(there, "--regrade")):
        members = [student for student, each in after.items() if diagnosed(each)[1]]
        assert members == [*ALIKE]
        assert {diagnosed(after[student]) for student in ALIKE} == {(TITLE, True)}
        assert {name: each.score for name, each in after.items()} == {
            name: each.score for name, each in before.items()
        }
    for student in ALIKE:
        shown = page(there, student)
        assert "<h4>the &lt;b&gt;shortest&lt;/b&gt; word</h4>" in shown
        assert "You return the shortest word: what does <math" in shown
        assert "Your course&#39;s staff says this of all answers that do the same" in shown
        assert not any(f"{other}.ipynb" in shown for other in {*CLASS} - {student})
    assert "staff" not in page(there, "dan")
    run(there, "export", "feedback")
    run(there, "export", "gradescope")
    told = (there / "grades/gradescope/ann/results.json").read_text()
    assert "staff says this of all answers that do the same" in told
    assert "the first word" in page(there, "hal")
    assert TITLE not in run(there, "clusters")
    run(there, "name", number, "--undo")
    assert "people decided since" in run(there, "export", "csv", code=2)
    assert diagnosed(again(there)["ann"]) == ("", False)


def test_the_variant_is_in_order_and_explains_what_the_words_did(there: Path) -> None:
    number = number_of(there)
    assert "`grade name` gives it some" in run(there, "variant", number, code=2)
    run(there, "name", number, "--title", "the shortest word", "--text", TEXT)
    written = run(there, "variant", number)
    assert "@mistake('longest', title='the shortest word')\ndef the_shortest_word(text):" in written
    assert "read it before you use it" in written
    assert "Ann" not in written
    variants = there / "course/solutions/words/variants.py"
    variants.write_text(f"{variants.read_text()}\n\n{written}")
    generate(there / "course", "words")
    assert list(validate(there / "course", "words")) == []
    for path in (there / "in").iterdir():
        if path.stem not in ALIKE:
            path.unlink()
    after = again(there)
    assert {diagnosed(after[student]) for student in ALIKE} == {("the shortest word", False)}
    assert {after[student].behaviour for student in ALIKE} == {None}
    assert after["ann"].score == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("name", "99", "--title", "x", "--text", "y"), "no answer has the behaviour 99; `grade "),
        (("name", "9" * 30, "--title", "x", "--text", "y"), "is not in the range"),
        (("name", "abc", "--title", "x", "--text", "y"), "'abc' is not a valid integer"),
        (("name", "NUMBER", "--text", "y"), "--title is missing"),
        (("name", "NUMBER", "--title", " ", "--text", "y"), "--title is missing"),
        (("name", "NUMBER", "--title", "x"), "--text is missing"),
        (("name", "NUMBER", "--title", "x" * 101, "--text", "y"), "101 characters, of at most 100"),
        (("name", "NUMBER", "--undo"), "has no words to take back"),
        (("variant", "NUMBER"), "has no words yet"),
    ],
)
def test_a_wrong_command_is_told_in_a_sentence(
    graded_class: Path, arguments: tuple[str, ...], words: str
) -> None:
    number = number_of(graded_class)
    given = (number if each == "NUMBER" else each for each in arguments)
    said = run(graded_class, *given, code=2)
    assert words in said


def test_where_every_wrong_answer_has_a_name_nothing_is_listed(there: Path) -> None:
    path = there / "grades/results.json"
    whole = read_results(path)

    def named(result: Result) -> Result:
        first, *others = result.exercises
        diagnosis = None if first.verdict.solved else Diagnosis("a", "b")
        return replace(result, exercises=(replace(first, diagnosis=diagnosis), *others))

    write_results(replace(whole, results=[*map(named, whole.results)]), path)
    assert run(there, "clusters") == "Words: no wrong answer is without a name\n"
    alone = [each for each in whole.results if each.student in ("ann", "dan")]
    write_results(replace(whole, results=alone), path)
    assert "2 wrong answers without a name, no two of them alike" in run(there, "clusters")


def test_several_assignments_are_listed_one_after_the_other(there: Path) -> None:
    for name in ("one", "two"):
        (there / "grades" / name).mkdir()
        shutil.copy(there / "grades/results.json", there / "grades" / name)
    (there / "grades/results.json").unlink()
    assert run(there, "clusters").count("in 2 ways") == 2
    done: Any = CliRunner().invoke(main, ["clusters", str(there / "grades/one/results.json")])
    assert done.output.count("in 2 ways") == 1
