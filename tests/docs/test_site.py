"""The documents as a site: it is built without a warning, and every link leads somewhere."""

from __future__ import annotations

import fcntl
import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from site_extension.links import out_of_the_folder
from site_extension.menu import with_menu

from tests.conftest import ROOT
from tests.docs.test_reference import COMMANDS, SETTINGS, terms

DOCS = ROOT / "docs"
DOORS = ("students", "instructors", "authors", "operators")


def build(docs: Path, to: Path) -> subprocess.CompletedProcess[str]:
    """Build the site as CI does."""
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", docs, to],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once for all processes that run tests side by side."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with (folder / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "site" / "index.html").exists():
            done = build(DOCS, folder / "site")
            assert done.returncode == 0, done.stderr
    return folder / "site"


class Page(HTMLParser):
    """What a page links to, by `href` and `src`, and the ids that links may lead to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.in_article: list[str] = []
        self.ids: set[str] = set()
        self._depth = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag == "article"
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            elif name in ("href", "src"):
                self.links.append(value or "")
                if self._depth:
                    self.in_article.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "article"


def local(links: list[str], page: Path) -> Iterator[tuple[Path, str]]:
    """The files of the site that the links of a page lead to, and the ids in them."""
    for link in links:
        parts = urlsplit(link)
        if not parts.scheme and not parts.netloc:
            target = page.parent / unquote(parts.path) if parts.path else page
            yield target.resolve(), unquote(parts.fragment)


def read(page: Path, known: dict[Path, Page]) -> Page:
    if page not in known:
        known[page] = Page(page)
    return known[page]


def test_every_link_within_the_site_leads_to_what_is_there(site: Path) -> None:
    known: dict[Path, Page] = {}
    followed = 0
    for page in site.rglob("*.html"):
        if site / "_static" in page.parents:
            continue  # the theme's own, from which it makes others
        for target, fragment in local(read(page, known).links, page):
            followed += 1
            assert target.is_file(), f"{page.relative_to(site)} links to {target}"
            if fragment and target.suffix == ".html":
                assert fragment in read(target, known).ids, f"{page}: {target}#{fragment}"
    assert followed > 1000


@pytest.mark.parametrize("door", DOORS)
def test_the_front_page_leads_to_each_door(site: Path, door: str) -> None:
    index = site / "index.html"
    targets = {target for target, _ in local(Page(index).in_article, index)}
    assert site / "start" / f"{door}.html" in targets


def test_every_page_is_on_the_list_of_a_door(site: Path) -> None:
    doors = [site / "start" / f"{door}.html" for door in DOORS]
    listed = {target for door in doors for target, _ in local(Page(door).in_article, door)}
    pages = {site / path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}
    missing = pages - listed - {*doors, site / "index.html"}
    assert not missing, f"docs/start/ lists no {', '.join(path.name for path in missing)}"


def test_the_reference_is_in_the_site(site: Path) -> None:
    for name, text in (("commands", COMMANDS), ("settings", SETTINGS)):
        page = html.unescape((site / "reference" / f"{name}.html").read_text(encoding="utf-8"))
        shown = re.sub(r"<[^>]+>", "", page)
        assert terms(text)
        assert all(term in shown for term in terms(text))


def test_links_that_lead_nowhere_and_unlisted_pages_are_errors(tmp_path: Path) -> None:
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "docs" / "lonely.md").write_text("# Lonely\n\n[no](nobody.md) [id](design.md#no)\n")
    done = build(tmp_path / "docs", tmp_path / "site")
    assert done.returncode != 0
    problems = [line for line in done.stderr.splitlines() if "lonely.md" in line]
    assert [each for each in problems if "isn't included in any toctree" in each]
    assert [each for each in problems if "nobody.md" in each]
    assert [each for each in problems if "'no'" in each]
    assert not (tmp_path / "docs" / "reference" / "commands.md").read_text().count("--output")


def test_a_link_out_of_the_documents_leads_to_the_repository(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "howto" / "page.md"
    text = "[a](../../README.md) [b](../security.md#levels) [c](../../SECURITY.md#top)"
    assert out_of_the_folder(text, page, tmp_path / "docs", "https://x/blob/main") == (
        "[a](https://x/blob/main/README.md) [b](../security.md#levels)"
        " [c](https://x/blob/main/SECURITY.md#top)"
    )


def test_the_lists_of_a_door_are_the_menu() -> None:
    text = "# Door\n\n- [One](../one.md): first, see [three](../three.md)\n- [Two](two.md)\n"
    assert with_menu(text, "start/door").endswith(
        "```{toctree}\n:hidden:\n\nOne <../one>\nTwo <two>\n```\n"
    )
    assert with_menu(text, "security") == text


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(380, "dark"), (1200, "light")])
@pytest.mark.parametrize("name", ["index", *(f"start/{door}" for door in DOORS)])
def test_a_door_fits_and_is_accessible_and_asks_nobody(
    opened: Any, site: Path, name: str, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    viewport = {"width": width, "height": 800}
    seen = opened(site / f"{name}.html", color_scheme=scheme, viewport=viewport)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert {urlsplit(each).scheme for each in seen.requests} <= {"file", "data", "blob"}
    assert not [each for each in seen.complaints if not each.startswith("[PST]: Changed to")]
    results = Axe().run(seen.page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["reference/commands", "reference/settings", "security"])
def test_a_page_of_long_names_fits_on_a_telephone(opened: Any, site: Path, name: str) -> None:
    page = opened(site / f"{name}.html", viewport={"width": 380, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
