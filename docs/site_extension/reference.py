"""Which part of a page is made by which function."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from site_extension.commands import commands
from site_extension.results import results
from site_extension.settings import option_file, settings

# By the word in the comment that they take the place of: `<!-- generated: commands -->`.
GENERATED: dict[str, Callable[[], str]] = {
    "commands": commands,
    "option file": option_file,
    "results": results,
    "settings": settings,
}
_COMMENT = re.compile(r"^<!-- generated: (.+) -->$", re.MULTILINE)


def filled(text: str) -> str:
    """The text of a page, with what is made from the code in the place of each comment.

    Raises KeyError for a word that nothing is made for.
    """
    return _COMMENT.sub(lambda found: GENERATED[found[1]](), text)


def is_generated(page: Path) -> bool:
    """Whether something of the page is made from the code."""
    return _COMMENT.search(page.read_text(encoding="utf-8")) is not None
