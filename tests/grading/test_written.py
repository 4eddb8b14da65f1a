"""written: what a student wrote is found and kept for a person, and never a zero by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.assignments.load import load_assignment
from grader.authors.release import bundle
from grader.authors.validate import validate
from grader.errors import AssignmentError
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.handout.check import check, explained
from grader.model import ExerciseResult, Result, Status, Submission, Verdict
from tests.conftest import notebook
from tests.written import (
    CASES,
    FILE,
    GIVEN,
    MEAN,
    MODEL,
    NAME,
    PLOT,
    RIGHT,
    as_notebook,
    cell,
    cells,
    course,
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return course(tmp_path_factory.mktemp("written"), FILE)


@pytest.fixture
def graded(root: Path, tmp_path: Path) -> Callable[..., Result]:
    """The result of a notebook of these cells, and of the files that come with it."""

    def grade_it(every: list[dict[str, Any]], **files: bytes) -> Result:
        path = tmp_path / "ann.ipynb"
        path.write_text(as_notebook(every))
        beside = []
        for name, content in files.items():
            beside.append(tmp_path / name.replace("_", "."))
            beside[-1].write_bytes(content)
        came = tuple(map(str, beside))
        return grade(Task(root, Submission("ann", path.name, str(path), companions=came))).result

    return grade_it


def _of(result: Result, name: str) -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


def test_an_answer_in_words_has_no_points_until_a_person_gave_some(
    graded: Callable[..., Result],
) -> None:
    result = graded(cells(RIGHT, "They grow.", PLOT.format("print('drawn')")), essay_txt=b"A page.")
    trend, chart, essay = (_of(result, name) for name in ("trend", "chart", "essay"))
    assert [each.name for each in result.exercises] == ["mean", "trend", "chart", "essay"]
    assert (trend.verdict, trend.score, trend.max_score) == (Verdict.TO_REVIEW, None, 5)
    assert (trend.code, trend.kind) == ("They grow.", "written")
    assert (chart.verdict, chart.printed) == (Verdict.TO_REVIEW, "drawn\n")
    assert (essay.verdict, essay.code) == (Verdict.TO_REVIEW, "A page.")
    assert (result.status, result.score) == (Status.TO_REVIEW, None)
    assert result.reason == "10 of 10 points, and 10 points to be reviewed"


def test_an_untouched_or_emptied_answer_is_unanswered(graded: Callable[..., Result]) -> None:
    for text in (GIVEN, "", " \n\n", GIVEN + "  \n"):
        trend = _of(graded(cells(RIGHT, text, PLOT.format("pass"))), "trend")
        assert (trend.verdict, trend.score) == (Verdict.UNANSWERED, 0)


@pytest.mark.parametrize("answer", [".", "<!-- no idea -->", "\u200b", GIVEN + "x", "Your answer:"])
def test_one_character_is_enough_not_to_get_a_zero(
    graded: Callable[..., Result], answer: str
) -> None:
    trend = _of(graded(cells(RIGHT, answer, PLOT.format("pass"))), "trend")
    assert (trend.verdict, trend.score) == (Verdict.TO_REVIEW, None)


def test_an_answer_in_a_cell_of_the_students_own_is_found_beside_the_untouched_one(
    graded: Callable[..., Result],
) -> None:
    every = cells(RIGHT, GIVEN, PLOT.format("pass"))
    every.insert(4, cell("own", "markdown", "They grow."))
    assert _of(graded(every), "trend").code == "They grow."


def test_an_answer_at_the_end_of_the_notebook_is_no_zero_for_the_untouched_cell(
    graded: Callable[..., Result],
) -> None:
    every = [*cells(RIGHT, GIVEN, PLOT.format("pass")), cell("", "markdown", "About 2: it grows.")]
    del every[5]["metadata"]
    every[5]["metadata"] = {}
    trend = _of(graded([*every[:6], cell("z", "code", "1"), *every[6:]]), "trend")
    assert trend.verdict is Verdict.TO_REVIEW
    assert "it may be in cell 8" in trend.message


def test_a_deleted_cell_is_for_a_person_to_look_at(graded: Callable[..., Result]) -> None:
    every = cells(RIGHT, "They grow.", PLOT.format("pass"))
    del every[3]
    trend = _of(graded(every), "trend")
    assert (trend.verdict, trend.score) == (Verdict.TO_REVIEW, None)
    assert "is not in the notebook any more" in trend.message


def test_an_answer_in_several_cells_is_shown_with_the_number_of_each(
    graded: Callable[..., Result],
) -> None:
    every = cells(RIGHT, "They grow,", PLOT.format("pass"))
    every.insert(4, cell("own", "markdown", "and fall."))
    assert _of(graded(every), "trend").code == "[cell 4]\nThey grow,\n\n[cell 5]\nand fall."


def test_a_very_long_answer_says_that_the_rest_is_in_the_notebook(
    graded: Callable[..., Result],
) -> None:
    trend = _of(graded(cells(RIGHT, "word " * 50_000, PLOT.format("pass"))), "trend")
    assert len(trend.code) == 20_000
    assert "the rest is in the notebook" in trend.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "handed in as essay.txt, 10 bytes; it is no text"),
        (b"caf\xe9", "5 bytes; it is no text"),
        (b"", "handed in as essay.txt"),
    ],
)
def test_a_file_that_is_no_text_is_named_and_not_shown(
    graded: Callable[..., Result], content: bytes, words: str
) -> None:
    essay = _of(graded(cells(RIGHT, GIVEN, PLOT.format("pass")), essay_txt=content), "essay")
    assert (essay.verdict, essay.code) == (Verdict.TO_REVIEW, "")
    assert words in essay.message or content == b"caf\xe9"


def test_a_file_that_did_not_come_is_no_zero(graded: Callable[..., Result]) -> None:
    essay = _of(graded(cells(RIGHT, GIVEN, PLOT.format("pass"))), "essay")
    assert (essay.verdict, essay.score) == (Verdict.TO_REVIEW, None)
    assert essay.message == "no file essay.txt was found beside the notebook"


def test_functions_are_graded_as_ever_beside_written_answers(graded: Callable[..., Result]) -> None:
    result = graded(cells(MEAN.format("return 0"), "They grow.", PLOT.format("pass")))
    assert _of(result, "mean").verdict is Verdict.INCORRECT
    assert result.reason == "0 of 13 points, and 7 points to be reviewed"


def test_a_function_that_could_not_be_graded_is_told_before_what_is_to_be_reviewed(
    graded: Callable[..., Result],
) -> None:
    result = graded([])
    assert result.status is Status.NOT_GRADED
    assert result.reason == "has no code in it"


def test_the_assignment_is_in_order_and_its_models_answer_stays_here(root: Path) -> None:
    assert list(validate(root, NAME)) == []
    files = bundle(root, NAME)
    everything = b"".join(files.values())
    assert b"They grow, but for 7." not in everything
    assert b"says that they grow" not in everything
    assert b"START ANSWER HERE" in files["Survey.ipynb"]
    assert "`essay.txt`, which a person reads" in files["README.md"].decode()


def test_students_check_what_a_machine_can(tmp_path: Path) -> None:
    folder = course(tmp_path / "course", FILE, cases=CASES.replace("'mean'", "'mean', public=True"))
    handed_out = tmp_path / "handed out"
    handed_out.mkdir()
    for name, content in bundle(folder, NAME).items():
        (handed_out / name).write_bytes(content)
    assert 'kind = "written"' in (handed_out / "assignment.toml").read_text()
    assignment, result = check(handed_out / "Survey.ipynb", None)
    assert [each.name for each in result.exercises] == ["mean"]
    said = "\n".join(explained(assignment, result))
    assert "trend: is not checked here; a person reads it" in said
    assert "no public case" not in said


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('cell = "why"\n', "", "cell: is missing"),
        ('cell = "why"', 'cell = "why"\nfile = "a.txt"', "stands beside `file`"),
        ('cell = "why"', 'file = "../a.txt"', "the name of a file that students hand in"),
        ('kind = "written"\ncell = "why"', "", "is for exercises of kind"),
        ("points = 3 },", "points = 1e99 },", "points"),
        ('text = "names the outlier"', 'text = ""', "text"),
    ],
)
def test_a_written_exercise_of_the_wrong_form_is_named(
    root: Path, tmp_path: Path, old: str, new: str, words: str
) -> None:
    other = course(tmp_path / "other")
    settings = other / "assignment" / NAME / "assignment.toml"
    text = settings.read_text()
    assert old in text
    settings.write_text(text.replace(old, new, 1))
    with pytest.raises(AssignmentError, match=words):
        load_assignment(other, NAME)


def test_a_notebook_of_words_alone_waits_for_a_person_too(tmp_path: Path) -> None:
    """Where an assignment asks for no function, a notebook that defines none is no stranger."""
    folder = course(tmp_path)
    settings = folder / "assignment" / NAME / "assignment.toml"
    text = settings.read_text()
    start, end = text.index("[[exercise]]"), text.index('[[exercise]]\nname = "trend"')
    settings.write_text(text[:start] + text[end:])
    (folder / "solutions" / NAME / "cases.py").write_text("")
    path = tmp_path / "ann.ipynb"
    path.write_text(json.dumps({**notebook("def other(): pass"), "cells": cells(RIGHT, "Up.", "")}))
    result = grade(Task(folder, Submission("ann", path.name, str(path)), NAME)).result
    assert (result.status, result.reason) == (
        Status.TO_REVIEW,
        "0 of 3 points, and 5 points to be reviewed",
    )


def test_the_model_answer_of_a_text_cell_is_not_what_a_student_is_compared_with(
    graded: Callable[..., Result],
) -> None:
    trend = _of(graded(cells(RIGHT, MODEL, PLOT.format("pass"))), "trend")
    assert trend.verdict is Verdict.TO_REVIEW


SCRIPT = """# ---
# jupyter:
#   jupytext:
#     text_representation: {{extension: .py, format_name: percent}}
# ---

# %% [markdown]
# # A survey

# %%
{mean}

# %% [markdown]
# **What do you see?**

# %% [markdown]
{why}

# %% [markdown]
# **Draw it.**

# %%
{plot}
"""
TEXT = """---
jupyter:
  jupytext:
    formats: md
---

# A survey

```python
{mean}
```

**What do you see?**

<!-- #region -->
{why}
<!-- #endregion -->

**Draw it.**

```python
{plot}
```
"""


@pytest.mark.parametrize(("form", "comment"), [(SCRIPT, "# "), (TEXT, "")])
def test_an_answer_in_a_notebook_that_jupytext_wrote_is_found(
    root: Path, tmp_path: Path, form: str, comment: str
) -> None:
    def trend(why: str) -> ExerciseResult:
        path = tmp_path / "ann.ipynb"
        lines = "\n".join(f"{comment}{line}" for line in why.strip().split("\n"))
        path.write_text(form.format(mean=RIGHT, why=lines, plot=PLOT.format("print('drawn')")))
        return _of(grade(Task(root, Submission("ann", path.name, str(path)))).result, "trend")

    answered = trend("They grow.\n\nBut for one.")
    assert (answered.verdict, answered.code) == (Verdict.TO_REVIEW, "They grow.\n\nBut for one.")
    assert trend(GIVEN).verdict is Verdict.UNANSWERED
