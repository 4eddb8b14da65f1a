"""A week of data: DataFrames in functions and names, a plot that a driver looks at, and two answers
that a person reads, a chart and a text.

The course is written as an author writes it; nothing in the program knows of it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.authors.validate import generate
from grader.cli import main
from grader.gradebook.reviews import Review
from grader.gradebook.store import Gradebook
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import Result, Submission
from grader.results.files import read_results

WEEK = Path(__file__).parent / "data_science"
NAME, NOTEBOOK = "sales", "Sales.ipynb"
# A line of the master, and another that is as right.
RIGHT_OTHERWISE = {
    'known = sales.dropna(subset=["price"])': 'known = sales[sales["price"].notna()].copy()',
    'revenues = rows.groupby("shop")["revenue"].sum().reset_index()': (
        'revenues = rows.groupby("shop")["revenue"].sum().reset_index().sort_values("revenue")'
    ),
    'means = sales.set_index("day")["price"].resample("MS").mean()': (
        'means = sales.groupby(pd.Grouper(key="day", freq="MS"))["price"].mean().rename("mean")'
    ),
    "best_shop = revenues.idxmax()": "best_shop = str(revenues.sort_values().index[-1])",
    'prices = table.pivot_table("price", index="shop", columns="fruit", observed=True)': (
        'prices = table.groupby(["shop", "fruit"], observed=True)["price"].mean().unstack()'
    ),
    'plt.plot(means.index, means, marker="o")': "means.plot(ax=plt.gca())",
}
TIDY, REVENUES, MEANS, BEST, PRICES, LINE = RIGHT_OTHERWISE
CHART, FINDING = 'revenues.plot.bar(ylabel="revenue")', "The south sells most"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with its generated files."""
    folder = tmp_path_factory.mktemp("week") / "course"
    shutil.copytree(WEEK, folder)
    generate(folder, NAME)
    return folder


def answered(week: Path, path: Path, answers: dict[str, str]) -> Path:
    """A copy of the master at `path`, in which lines of the solutions are others."""
    master = json.loads((week / "solutions" / NAME / NOTEBOOK).read_text())
    for line, other in answers.items():
        there = [cell for cell in master["cells"] if line in "".join(cell["source"])]
        assert len(there) == 1, line
        there[0]["source"] = "".join(there[0]["source"]).replace(line, other)
    path.write_text(json.dumps(master))
    return path


def graded(week: Path, tmp_path: Path, answers: dict[str, str]) -> Result:
    path = answered(week, tmp_path / "a.ipynb", answers)
    return grade(Task(week, Submission("someone", path.name, str(path)), NAME)).result


def verdicts(result: Result) -> list[str]:
    return [each.verdict.value for each in result.exercises]


def first_message(result: Result, exercise: str) -> str:
    (found,) = [each for each in result.exercises if each.name == exercise]
    return next(case.message for case in found.cases if not case.passed)


@pytest.mark.thorough
def test_the_week_is_in_order_and_its_cases_adequate(
    week: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    done = CliRunner().invoke(main, ["validate", "--strict", "--root", str(week)])
    assert done.exit_code == 0, done.output
    assert f"{NAME}: in order" in done.output
    assert "Warning" not in capfd.readouterr().err


def test_right_answers_have_full_points_in_another_style_too(week: Path, tmp_path: Path) -> None:
    result = graded(week, tmp_path, RIGHT_OTHERWISE)
    assert verdicts(result) == ["correct"] * 6 + ["to_review"] * 2
    assert (result.score, result.max_score) == (None, 55)
    assert result.reason == "46 of 46 points, and 9 points to be reviewed"
    assert result.flags == ()


def test_mistakes_are_named(week: Path, tmp_path: Path) -> None:
    result = graded(
        week,
        tmp_path,
        {
            TIDY: "known = sales.dropna()",
            'sales["count"] * sales["price"]': 'sales["price"]',
            MEANS: 'means = sales.groupby(sales["day"].dt.to_period("M").dt.to_timestamp())'
            '["price"].mean()',
            BEST: "best_shop = revenues.idxmin()",
            PRICES: PRICES + ".T",
        },
    )
    named = [each.diagnosis.variant for each in result.exercises[:3] if each.diagnosis]
    assert named == ["any_missing", "sum_of_prices", "only_months_with_sales"]
    assert verdicts(result)[3:5] == ["incorrect"] * 2
    assert first_message(result, "best_shop") == "best_shop differs from what is expected"
    assert first_message(result, "prices") == "prices lacks a column that is expected"


@pytest.mark.parametrize(
    ("line", "other", "words"),
    [
        (
            'plt.ylabel("mean price")',
            'plt.ylabel("price")',
            'ylabel[0] is "price" where "mean price" is expected',
        ),
        (
            LINE,
            'plt.plot(means.index, means.cumsum(), marker="o")',
            "heights[0][1] is 3.5 where 2.5 is",
        ),
        (LINE, "plt.bar(means.index, means)", "heights has 0 items where 1 is expected"),
        (LINE, "pass", "heights has 0 items where 1 is expected"),
    ],
)
def test_what_is_wrong_with_a_plot_is_said_by_the_words_of_its_driver(
    week: Path, tmp_path: Path, line: str, other: str, words: str
) -> None:
    result = graded(week, tmp_path, {line: other})
    assert verdicts(result)[5] == "incorrect"
    assert words in first_message(result, "draw_means")


def test_the_chart_and_the_text_wait_for_a_person_who_sees_them(week: Path, tmp_path: Path) -> None:
    folder = tmp_path / "handed in"
    folder.mkdir()
    answered(week, folder / "ann.ipynb", {FINDING: "The east sells least"})
    answered(week, folder / "bo.ipynb", {f"{CHART}\nplt.show()": "print(revenues)"})
    (folder / "cy.ipynb").write_bytes((week / "assignment" / NAME / NOTEBOOK).read_bytes())
    out = tmp_path / "grades"
    options = ["--root", str(week), "--output", str(out), "--jobs", "1"]
    done = CliRunner().invoke(main, ["run", str(folder), *options])
    assert done.exit_code == 0, done.output
    with Gradebook(out / "gradebook.sqlite") as book:
        charts = {each.student: each for each in book.answers_to("chart", NAME)}
        found = {student: book.result(each.number).result for student, each in charts.items()}
        plots = {student: book.pictures(each.number, "chart") for student, each in charts.items()}
        assert [each.media for each in plots["ann"]] == ["image/png"]
        assert plots["bo"] == plots["cy"] == []
        assert found["ann"].exercises[7].code.count("The east sells least") == 1
        assert (
            "lake" in found["bo"].exercises[6].printed
            or "south" in found["bo"].exercises[6].printed
        )
        assert verdicts(found["bo"]) == ["correct"] * 6 + ["to_review"] * 2
        assert verdicts(found["cy"]) == ["unanswered"] * 8
        book.review(NAME, "ann", "chart", Review(5, by="Bo"), 0)
        book.review(NAME, "ann", "finding", Review(2, "What is missing?", "Bo"), 0)
    done = CliRunner().invoke(main, ["run", str(folder), *options])
    assert done.exit_code == 0, done.output
    totals = {each.student: each.score for each in read_results(out / "results.json").results}
    assert totals == {"ann": 53, "bo": None, "cy": 0}


@pytest.mark.parametrize(
    ("exercise", "line", "other", "words"),
    [
        ("tidied", TIDY, "known = sales", "tidy has 3 rows where 2 are expected"),
        (
            "tidied",
            'tidy = known.assign(shop=shops.astype("category"))',
            "tidy = known.assign(shop=shops)",
            "tidy, column 'shop' is of dtype str where category is expected",
        ),
        (
            "revenue_by_shop",
            REVENUES,
            REVENUES.replace("sum", "max"),
            "revenues has no row ('lake', 3.5) (in whatever order)",
        ),
        (
            "revenue_by_shop",
            REVENUES,
            REVENUES.replace(".reset_index()", ""),
            "revenues is a Series where a DataFrame is expected",
        ),
        (
            "by_month",
            MEANS,
            MEANS + ".round()",
            "means, row 2024-05-01 is 2 where 1.5 is expected",
        ),
    ],
)
def test_what_differs_in_a_public_case_is_said_by_row_and_column(
    week: Path, tmp_path: Path, exercise: str, line: str, other: str, words: str
) -> None:
    message = first_message(graded(week, tmp_path, {line: other}), exercise)
    assert message.splitlines()[-1].startswith(words)


def test_a_student_checks_tables_with_what_was_handed_out(week: Path, tmp_path: Path) -> None:
    folder, run = tmp_path / "handed_out", CliRunner()
    done = run.invoke(main, ["release", NAME, "--root", str(week), "-o", str(folder)])
    assert done.exit_code == 0, done.output
    code = "from public_tests import tidied_test; tidied_test(lambda sales: sales)"
    done_there = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done_there.stdout == (
        "tidied, case one_price_missing: NOT YET, tidy has 3 rows where 2 are expected\n"
    )
    answered(week, folder / NOTEBOOK, {TIDY: "known = sales"})
    done = run.invoke(main, ["check", str(folder / NOTEBOOK)])
    assert "tidy has 3 rows where 2 are expected" in " ".join(done.output.split())
    assert "3 of 4 exercises pass their public cases" in " ".join(done.output.split())
