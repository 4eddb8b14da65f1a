"""Read files that platforms write beside what students handed in."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

from grader.text import one_line

_ENOUGH = 100_000
_HIDDEN = re.compile(r"<(head|style|script|title)\b[^<]*(?:<(?!/\1)[^<]*)*</\1>", re.IGNORECASE)


def beginning(path: Path, size: int = _ENOUGH) -> str:
    """The first characters of a text in UTF-8; empty where there is no file, or a link."""
    # A name in a zip may be too long for the disk, where a Path would raise.
    if os.path.islink(path) or not os.path.isfile(path):
        return ""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return file.read(size)
    except OSError:
        return ""


def first_line(path: Path) -> str:
    """The beginning of a file's first line, without control characters."""
    return one_line(beginning(path, 1000).partition("\n")[0].strip())


def is_blank_page(path: Path) -> bool:
    """Whether a page in HTML shows nothing, as where a text could be entered, and was not."""
    page = beginning(path)
    if "<img" in page or len(page) == _ENOUGH:
        return False
    return not unescape(re.sub(r"<[^<>]*>", "", _HIDDEN.sub("", page))).strip()
