"""The pages of exercises of all kinds in a real browser, as a class of two courses gets them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.courses import test_data_science as sales
from tests.courses import test_programming as week

pytestmark = pytest.mark.browser

SIZES = [(1200, 900), (380, 800)]
# A sentence of each kind of exercise that is wrong, and what the page says of a written one.
SAID = {
    "week": {
        "raises": "raises nothing where ValueError is expected",
        "driver": 'stack.pop() is "a" where "b" is expected',
        "print": "line 1 of the text differs from what is expected",
        "value": "count differs from what is expected",
        "checker": "result is something that is not right: the items are not in order",
    },
    "sales": {
        "table": "tidy has 3 rows where 2 are expected",
        "value": "prices lacks a column that is expected",
        "plot": 'ylabel[0] is "price" where "mean price" is expected',
        "written": "A person has still to read this. Until then its 5 points are open",
    },
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of each course's report on a student who is wrong and one who is right."""
    root = tmp_path_factory.mktemp("kinds")
    found = {}
    for name, written in (("week", week.COURSE), ("sales", sales.WEEK)):
        course, submissions = root / name, root / f"{name} handed in"
        shutil.copytree(written, course)
        _command("generate", "--root", str(course))
        submissions.mkdir()
        (_of_sales if name == "sales" else _of_week)(course, submissions)
        out = root / f"{name} graded"
        _command("run", str(submissions), "--root", str(course), "--output", str(out))
        found[name] = out / "report"
    return found


def _command(*arguments: str) -> None:
    """Run a command in a process of its own: in this one, the browser's event loop is running."""
    done = subprocess.run(
        [sys.executable, "-m", "grader", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _of_week(course: Path, folder: Path) -> None:
    text = (course / "assignment" / "week" / "Week.ipynb").read_text()
    wrong = {name: cell for name, (cell, _) in week.WRONG.items()}
    for student, answers in (("wrong", wrong), ("right", week.RIGHT_OTHERWISE)):
        notebook = json.loads(text)
        for cell in notebook["cells"]:
            cell["source"] = answers.get(cell["id"], cell["source"])
        (folder / f"{student}.ipynb").write_text(json.dumps(notebook))


def _of_sales(course: Path, folder: Path) -> None:
    wrong = {
        sales.TIDY: "known = sales",
        sales.BEST: "best_shop = revenues.idxmin()",
        sales.PRICES: sales.PRICES + ".T",
        'plt.ylabel("mean price")': 'plt.ylabel("price")',
    }
    sales.answered(course, folder / "wrong.ipynb", wrong)
    sales.answered(course, folder / "right.ipynb", sales.RIGHT_OTHERWISE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("course", SAID)
def test_the_pages_fit_are_silent_and_axe_finds_nothing(
    opened: Any, pages: dict[str, Path], course: str, width: int, height: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    students = sorted((pages[course] / "students").glob("*.html"))
    assert len(students) == 2
    for path in (pages[course] / "index.html", *students):
        viewport = {"width": width, "height": height}
        seen = opened(path, color_scheme=scheme, viewport=viewport, bypass_csp=True)
        # What is folded away has to fit as well.
        seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert seen.complaints == []
        assert {url.partition(":")[0] for url in seen.requests} == {"file"}
        results = Axe().run(seen.page)
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("course", SAID)
def test_each_kind_says_what_is_wrong_and_the_first_of_it_is_on_the_first_screen(
    opened: Any, pages: dict[str, Path], course: str, width: int, height: int
) -> None:
    (path,) = (pages[course] / "students").glob("wrong*.html")
    page = opened(path, viewport={"width": width, "height": height}).page
    first = page.locator("article.answer").first
    assert first.locator("h3").bounding_box()["y"] < height - 40
    assert first.get_by_text("incorrect", exact=True).bounding_box()["y"] < height
    words = " ".join(page.locator("main").inner_text().split())
    for kind, said in SAID[course].items():
        assert said in words, kind
