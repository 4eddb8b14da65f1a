"""An assignment of another kind than the repository's own, of texts, dictionaries and chance: it is
checked, graded, handed out and shown by the same program, which knows nothing of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.assignments.load import load_assignment
from grader.authoring import drawn_afresh
from grader.authors.validate import generate
from grader.cli import main
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import ExerciseResult, Result, Submission, Verdict

THIRD = Path(__file__).parent / "third"
NAME = "letters_and_dice"
NOTEBOOK = "Letters_and_dice.ipynb"


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with the third assignment and its generated files."""
    folder = tmp_path_factory.mktemp("third") / "course"
    shutil.copytree(THIRD, folder)
    generate(folder, NAME)
    return folder


def answered(third: Path, path: Path, **answers: tuple[str, str]) -> Path:
    """A copy of the master at `path`, in which lines of the solutions are others."""
    text = (third / "solutions" / NAME / NOTEBOOK).read_text()
    for line, other in answers.values():
        assert text.count(line) == 1
        text = text.replace(line, other)
    path.write_text(text)
    return path


RIGHT_OTHERWISE = {
    "word_counts": ("word = word.lower()", "word = word.casefold()"),
    "run_length": ("for letter in text:", "for letter in list(text):"),
    "throw_dice": ("rng.randint(1, sides)", "rng.randrange(sides) + 1"),
    "resampled_mean": (
        "rng.choice(numbers, len(numbers))",
        "rng.choice(numbers, size=len(numbers))",
    ),
}
WRONG = {
    "word_counts": ("word = word.lower()", "word = word"),
    "run_length": (
        "runs and runs[-1][0] == letter",
        "runs and runs[-1][0] == letter and runs[-1][1] < 9",
    ),
    "throw_dice": ("rng.randint(1, sides)", "int(rng.random() * sides) + 1"),
    "resampled_mean": (
        "rng.choice(numbers, len(numbers))",
        "rng.choice(numbers, len(numbers), replace=False)",
    ),
}


def graded(third: Path, path: Path) -> Result:
    return grade(Task(third, Submission("someone", path.name, str(path)), NAME)).result


@pytest.mark.thorough
def test_the_assignment_is_in_order_and_its_cases_adequate(third: Path) -> None:
    done = CliRunner().invoke(main, ["validate", "--strict", "--root", str(third)])
    assert done.exit_code == 0, done.output
    assert f"{NAME}: in order" in done.output


def test_right_answers_have_full_points_in_another_style_too(third: Path, tmp_path: Path) -> None:
    result = graded(third, answered(third, tmp_path / "a.ipynb", **RIGHT_OTHERWISE))
    assert [each.verdict for each in result.exercises] == [Verdict.CORRECT] * 4
    assert result.score == result.max_score == 100
    assert result.flags == ()


def test_wrong_answers_are_named_and_scored_as_their_author_says(
    third: Path, tmp_path: Path
) -> None:
    result = graded(third, answered(third, tmp_path / "a.ipynb", **WRONG))

    def said(exercise: ExerciseResult) -> tuple[str, float | None, str]:
        named = exercise.diagnosis.variant if exercise.diagnosis else ""
        return exercise.verdict.value, exercise.score, named

    assert list(map(said, result.exercises)) == [
        ("partial", 10, "capitals_apart"),
        # Without a name, it passes more cases than a small mistake that has half of the points.
        ("partial", 10, ""),
        ("accepted", 30, "by_scaling"),
        ("incorrect", 0, "without_putting_back"),
    ]
    (failed,) = [case for case in result.exercises[1].cases if not case.passed]
    assert failed.name == "a_long_run"


def test_points_by_weight_are_those_of_the_cases_that_pass(third: Path, tmp_path: Path) -> None:
    few = ("range(rounds)", "range(min(rounds, 3))")
    result = graded(third, answered(third, tmp_path / "a.ipynb", resampled_mean=few))
    assert (result.exercises[-1].verdict, result.exercises[-1].score) == (Verdict.PARTIAL, 7.5)


def test_memorised_answers_are_flagged_by_cases_drawn_afresh(third: Path, tmp_path: Path) -> None:
    cases = load_assignment(third, NAME).exercise("throw_dice").cases
    assert sum(drawn_afresh(case.arguments, 1) is not None for case in cases) == 1
    known = [case.arguments().args[0] for case in cases]
    memorised = (
        "rng = random.Random(seed)",
        f"rng = random.Random(seed if seed in {known} else 0)",
    )
    result = graded(third, answered(third, tmp_path / "a.ipynb", throw_dice=memorised))
    assert result.score == 100
    assert [flag for flag in result.flags if "memorised" in flag] == [
        "throw_dice passes all frozen cases, but 1 of 1 drawn afresh for this run (seed 0) fail: "
        "are its answers memorised?"
    ]


def test_a_student_checks_the_released_notebook_on_public_cases(
    third: Path, tmp_path: Path
) -> None:
    run = CliRunner()
    folder = tmp_path / "handed_out"
    done = run.invoke(main, ["release", NAME, "--root", str(third), "-o", str(folder)])
    assert done.exit_code == 0, done.output
    done = run.invoke(main, ["check", str(folder / NOTEBOOK)])
    assert done.exit_code == 3
    assert "0 of 4 exercises pass their public cases." in done.output
    answered(third, folder / NOTEBOOK, word_counts=WRONG["word_counts"])
    done = run.invoke(main, ["check", str(folder / NOTEBOOK)])
    assert done.exit_code == 3
    assert "capital letters make another word" in done.output
    assert "3 of 4 exercises pass their public cases." in done.output


def test_the_notebook_shows_its_own_checks_and_the_report_a_page(
    third: Path, tmp_path: Path
) -> None:
    notebook = answered(third, tmp_path / "ann.ipynb", **WRONG)
    output = tmp_path / "grades"
    done = CliRunner().invoke(
        main, [str(notebook), "--root", str(third), "--output", str(output), "--quiet"]
    )
    assert done.exit_code == 0, done.output
    (result,) = json.loads((output / "results.json").read_text())["submissions"]
    assert result["score"] == 50
    assert "word_counts, case a_sentence: NOT YET" in result["exercises"][0]["printed"]
    page = (output / "report/students/ann.html").read_text()
    assert "Run-length encoding" in page
    assert "thrown by scaling" in page
