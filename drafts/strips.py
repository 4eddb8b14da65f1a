"""Which items went into which group: geometry and words; `pictures.html.jinja` draws them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.canvas import Groups
from grader.model import Drawing
from grader.report.text import counted

IN_A_LINE = 10
CELL, ROW = 30, 26
LEFT, HEADING, GAP = 22, 22, 12
COLOURS = 4
Rows = Sequence[Sequence[int | None]]


@dataclass(frozen=True, slots=True)
class Box:
    """A cell with an item's number. `colour` is that of its group in the reference; a `mark` is
    "twice" or "apart", or empty."""

    x: int
    y: int
    text: str
    colour: str
    mark: str


@dataclass(frozen=True, slots=True)
class Label:
    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Strips:
    """The groups below one another; what is in no group comes last."""

    title: str
    boxes: tuple[Box, ...]
    headings: tuple[Label, ...]
    names: tuple[Label, ...]
    height: int

    width = LEFT + IN_A_LINE * CELL + 2
    cell = CELL - 4
    row = ROW - 4


@dataclass(frozen=True, slots=True)
class Sorting:
    """The student's groups beside the reference's."""

    kind = "sorting"
    words: str
    differs: bool
    strips: tuple[Strips, ...]


def sorting(canvas: Groups, yours: Drawing | None, reference: Drawing) -> Sorting:
    """`yours` is None where the student's function makes the reference's groups."""
    theirs: list[Rows] = reference.data["groups"]
    if yours is None:
        words = f"Your {canvas.group}es are the reference's. {_sizes(canvas, theirs)}"
        return Sorting(words, False, (_strips("Yours, as the reference's", canvas, theirs, theirs),))
    groups: list[Rows] = yours.data["groups"]
    return Sorting(
        words=_words(canvas, groups, theirs, yours.ended),
        differs=groups != theirs,
        strips=(
            _strips("Yours", canvas, groups, theirs),
            _strips("The reference's", canvas, theirs, theirs),
        ),
    )
