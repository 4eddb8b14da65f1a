"""Text that a student controls, made fit for files and screens."""

from __future__ import annotations

import re

_TERMINAL_CODES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # window titles, links, device strings
    r"|\x1b[ -/]*[0-~]"  # the rest
)
# What spreadsheets take for the beginning of a formula, also behind blanks and full-width.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def without_terminal_codes(text: str) -> str:
    """The text as a terminal would have shown it, without its colours."""
    return _TERMINAL_CODES.sub("", text)


def plain(text: str) -> str:
    """The text without terminal codes, control characters (but line ends and tabs) and halves of
    surrogate pairs, which no file in UTF-8 may hold."""
    text = without_terminal_codes(text.replace("\r\n", "\n"))
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return text.encode("utf-8", "replace").decode()


def uncomputed(text: str) -> str:
    """The text on one line, behind a `'` where a spreadsheet would compute it."""
    return f"'{on_one_line(text)}" if _FORMULA.match(text) else on_one_line(text)


def on_one_line(text: str) -> str:
    """The same as `one_line`, but line ends are spaces."""
    return one_line(" ".join(text.splitlines()))


def one_line(text: str) -> str:
    """The same on one line: no line ends, nothing that does not print."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
