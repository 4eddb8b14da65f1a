"""Make the pictures of the README again: `python docs/make_pictures.py`.

The examples are graded, and pages of their report are photographed in Debian's Chromium, in the
light theme. It needs the `test` extra.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from grader import grade_class

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1200, 1100
STUDENT = "wrong_bias_correction_missing"
WRONG = "exercise-6"  # Adam


def main() -> None:
    """Grade the examples and write both pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        with grade_class(ROOT / "examples" / "submissions", ROOT, seed=1) as finished:
            ((_, _, output),) = finished.write(folder)
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto((output / "report" / "index.html").as_uri())
            _photograph(page, IMAGES / "class.png")
            student = output / "report" / "students" / f"{STUDENT}.html"
            page.goto(student.as_uri())
            there = "element => element.scrollIntoView({behavior: 'instant'})"
            page.locator(f"#{WRONG}").evaluate(there)
            _photograph(page, IMAGES / "student.png")
            browser.close()


def _photograph(page: Page, path: Path) -> None:
    page.screenshot(path=path, animations="disabled")
    print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
