"""Debian's Chromium for tests, and pages that are opened in it; conftest has the fixtures, too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.missing import missing


def _missing(what: str) -> None:
    missing(f"{what}; install Debian's chromium, and playwright and axe-playwright-python by pip")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of this module."""
    chromium = shutil.which("chromium")
    if chromium is None:
        _missing("there is no chromium on the PATH")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed")
    driver = sync_playwright()
    try:
        playwright = driver.__enter__()
    except Exception as error:  # its Node.js does not start, for want of a library
        _missing(f"playwright's driver does not start ({error}); install Debian's libatomic1")
    try:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield running
        running.close()
    finally:
        driver.__exit__()


@dataclass
class Opened:
    """A page in the browser, with everything it asked for and complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def column(self, number: int) -> list[str]:
        cells = self.page.locator(f"table.sortable tbody tr > :nth-child({number})")
        return [text.strip() for text in cells.all_inner_texts()]

    @property
    def shown(self) -> str:
        """What both pagers say."""
        (text,) = set(self.page.locator(".pager .shown").all_inner_texts())
        return str(text)

    def header(self, name: str) -> Any:
        return self.page.locator("table.sortable th", has_text=name)

    def sort_by(self, name: str) -> None:
        self.header(name).get_by_role("button").click()


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    contexts = []

    def open_page(path: Path, **options: Any) -> Opened:
        context = browser.new_context(**options)
        contexts.append(context)
        seen = Opened(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.complaints.append(dialog.message))
        seen.page.goto(path.as_uri())
        return seen

    yield open_page
    for context in contexts:
        context.close()
