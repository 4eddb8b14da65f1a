"""docs/howto/troubleshooting.md: the messages that it quotes are those that fairgrade prints."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "howto" / "troubleshooting.md"
DOTS = "…"


def templates(path: Path) -> Iterator[str]:
    """The texts in a file's code; what is filled in stands as dots."""
    tree = ast.parse(path.read_text())
    within = {
        id(value)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for value in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (v.value if isinstance(v, ast.Constant) else DOTS for v in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and id(node) not in within:
            yield str(node.value)


def is_quoted_from(quoted: str, template: str) -> bool:
    """Whether the template's text is what is quoted, where dots stand for any part of it."""
    pattern = ".*".join(map(re.escape, quoted.split(DOTS)))
    return re.fullmatch(pattern, " ".join(template.split())) is not None


MESSAGES = re.findall(r"^### (.*)$", PAGE.read_text(), re.MULTILINE)
TEMPLATES = [
    template
    for path in (ROOT / "fairgrade.py", *(ROOT / "grader").rglob("*.py"))
    for template in templates(path)
]


@pytest.mark.parametrize("message", MESSAGES)
def test_the_message_stands_in_the_code(message: str) -> None:
    assert len(re.sub(rf"[{DOTS}\W]", "", message)) > 10
    assert any(is_quoted_from(message, template) for template in TEMPLATES)


def test_every_heading_of_a_message_is_followed_by_what_to_do() -> None:
    parts = re.split(r"^##+ .*$", PAGE.read_text(), flags=re.MULTILINE)
    headings = re.findall(r"^##+ .*$", PAGE.read_text(), re.MULTILINE)
    for heading, text in zip(headings, parts[1:], strict=True):
        assert bool(text.strip()) is heading.startswith("### "), heading


@pytest.mark.parametrize(
    ("quoted", "template", "same"),
    [
        ("… is no gradebook", "…: is no gradebook", True),
        ("…: is no gradebook", "…: is no gradebook, but a list", False),
        ("…: is no gradebook…", "…: is no gradebook, but a list", True),
        ("is no gradebook", "…: is no gradebook", False),
    ],
)
def test_what_is_quoted_is_compared_but_for_dots(quoted: str, template: str, same: bool) -> None:
    assert is_quoted_from(quoted, template) == same
