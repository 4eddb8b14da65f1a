"""Texts of the code as Markdown."""

from __future__ import annotations

import re

# What Markdown would take for markup; code between backticks is left alone.
_SPECIAL = re.compile(r"(`[^`]*`)|([\\*_<>\[\]|$])")


def escaped(text: str) -> str:
    """The text on one line, to be read as it stands; between backticks it is code."""
    return _SPECIAL.sub(lambda found: found[1] or f"\\{found[2]}", " ".join(text.split()))


def code(text: object) -> str:
    """The text as code, in a table too."""
    return f"`{text}`".replace("|", "\\|")


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def defined(term: str, said: str) -> str:
    """An entry of a list of terms, each with what is said of it; both are Markdown already."""
    return f"{term}\n: {said[:1].upper()}{said[1:]}\n"


def any_of(words: list[str]) -> str:
    """`a`, `b` or `c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
