"""Text that a student controls, made fit for files and screens."""

from __future__ import annotations

import re

_TERMINAL_CODES = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\))?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """The text without terminal codes, control characters (but line ends and tabs) and halves of
    surrogate pairs, which no file in UTF-8 may hold."""
    text = _TERMINAL_CODES.sub("", text.replace("\r\n", "\n"))
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return text.encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """The same on one line: no line ends, nothing that does not print."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
