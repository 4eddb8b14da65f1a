"""Which items a student's function puts into which group, beside the reference's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from grader.model import Drawing
from grader.report.pictures.plots import Label
from grader.scenes import Groups
from grader.text import counted, plural

IN_A_LINE = 10
CELL, ROW = 32, 27
LEFT, HEADING, GAP = 24, 22, 12
COLOURS = 4
MOST_LISTED = 8
# A group has rows, and a row has items; None stands for a value that is no item.
Rows: TypeAlias = Sequence[Sequence[int | None]]


@dataclass(frozen=True, slots=True)
class Box:
    """The box of an item.

    `tone` is the class of style of the item's group in the reference, empty for no item. `mark` is
    "twice" for an item that comes more than once, "apart" where the group's rows hold different
    items, or empty.
    """

    x: int
    y: int
    text: str
    tone: str
    mark: str


@dataclass(frozen=True, slots=True)
class Strips:
    """Groups below one another, each with its rows; `words` say what is to be seen."""

    title: str
    words: str
    boxes: tuple[Box, ...]
    labels: tuple[Label, ...]
    height: int

    kind = "strips"
    ground = None
    width = LEFT + IN_A_LINE * CELL
    box_width = CELL - 4
    box_height = ROW - 4


def strips(scene: Groups, drawing: Drawing | None, reference: Drawing) -> tuple[Strips, ...]:
    """The student's groups and the reference's.

    For a right function, `drawing` is None, and one picture stands for both.
    """
    theirs: list[Rows] = reference.data["groups"]
    if drawing is None:
        return (_strips("Yours, as the reference's", scene, theirs, theirs),)
    yours: list[Rows] = drawing.data["groups"]
    drawn = _strips("Yours", scene, yours, theirs)
    return drawn, _strips("The reference's", scene, theirs, theirs)


def strips_words(scene: Groups, drawing: Drawing | None, reference: Drawing) -> str:
    """How many groups there are, and which items are lost, doubled or torn apart."""
    theirs: list[Rows] = reference.data["groups"]
    if drawing is None:
        return f"Your function is right, so it makes the reference's {_sizes(scene, theirs)}."
    yours: list[Rows] = drawing.data["groups"]
    ended = f"Your function {drawing.ended}: the picture ends there." if drawing.ended else ""
    make = "Before that, you make" if ended else "You make"
    sizes = (
        f"{make} {_sizes(scene, yours)}; the reference makes {_sizes(scene, theirs)}."
        if _lengths(yours) != _lengths(theirs)
        else f"{make} {_sizes(scene, yours)}, as the reference does."
    )
    remarks = [] if drawing.ended else list(_remarks(scene, yours, theirs))
    colours = f"The colour of a {scene.item} is that of its {scene.group} in the reference."
    return " ".join(filter(None, (ended, sizes, *remarks, colours)))


def _remarks(scene: Groups, yours: list[Rows], theirs: list[Rows]) -> Iterator[str]:
    lost, twice = _lost(scene, yours), _twice(yours)
    if lost:
        yield f"In no {scene.group}: {_listed(scene, lost)}."
    if twice:
        yield f"More than once (thick frame): {_listed(scene, twice)}."
    if apart := sum(_is_apart(group, at) for group in yours for at in range(_length(group))):
        rows = " and ".join(scene.rows)
        yield f"In {counted(apart, 'place')} (dashed frame), {rows} hold different {_items(scene)}."
    if any(item is None for group in yours for row in group for item in row):
        yield f"A question mark stands for what is none of the {_items(scene)}."
    if not lost and not twice and yours and not apart and yours != theirs:
        yield f"The {_items(scene)} are in {_order(yours)} than the reference's."


def _order(yours: list[Rows]) -> str:
    items = [item for group in yours for item in group[0] if item is not None]
    return "the order they came in, rather" if items == sorted(items) else "another order"


def _sizes(scene: Groups, groups: list[Rows]) -> str:
    count = counted(len(groups), scene.group)
    if not groups:
        return f"no {scene.group}"
    lengths = [str(length) for length in _lengths(groups)]
    return f"{count} of {_and(lengths)} {_items(scene)}"


def _listed(scene: Groups, items: Sequence[int]) -> str:
    noun = scene.item if len(items) == 1 else _items(scene)
    if len(items) > MOST_LISTED:
        return f"{len(items)} of the {scene.items} {noun}"
    return f"{noun} {_and([str(item) for item in items])}"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _items(scene: Groups) -> str:
    return plural(scene.item)


def _lengths(groups: list[Rows]) -> list[int]:
    return [_length(group) for group in groups]


def _length(group: Rows) -> int:
    return max(len(row) for row in group)


def _lost(scene: Groups, groups: list[Rows]) -> list[int]:
    """The items that are missing in at least one of the rows, over all groups."""
    there = [{item for group in groups for item in group[row]} for row, _ in enumerate(scene.rows)]
    return [item for item in range(scene.items) if not all(item in each for each in there)]


def _twice(groups: list[Rows]) -> list[int]:
    return sorted({item for row in _all_rows(groups) for item in _doubled(row)})


def _all_rows(groups: list[Rows]) -> Iterator[list[int | None]]:
    """The first rows of all groups joined into one row, then their second rows, and so on."""
    for parts in zip(*groups, strict=True):
        yield [item for part in parts for item in part]


def _doubled(row: Sequence[int | None]) -> set[int]:
    counts = Counter(row)
    return {item for item, count in counts.items() if item is not None and count > 1}


def _is_apart(group: Rows, at: int) -> bool:
    """Whether the rows hold different items in one place."""
    return len({row[at] if at < len(row) else None for row in group}) > 1


@dataclass(frozen=True, slots=True)
class _Block:
    """Items that are drawn together: a group, or the items in no group.

    Each row has a name and each item a mark (see `Box`); both may be empty.
    """

    heading: str
    rows: Rows
    names: Sequence[str]
    marks: Sequence[Sequence[str]]

    @property
    def height(self) -> int:
        lines = -(-_length(self.rows) // IN_A_LINE)
        return HEADING + lines * (len(self.rows) * ROW + GAP // 2) + GAP

    def lines(self, top: int) -> Iterator[tuple[int, int, int]]:
        """For each line of boxes: the number of its row, that of its first item, and its y."""
        for first in range(0, _length(self.rows), IN_A_LINE):
            for number, _ in enumerate(self.rows):
                yield number, first, top + HEADING + number * ROW
            top += len(self.rows) * ROW + GAP // 2


def _blocks(scene: Groups, groups: list[Rows]) -> Iterator[_Block]:
    """A block for each group, and a last one for the items that are in none of them."""
    doubled = [_doubled(row) for row in _all_rows(groups)]
    for number, group in enumerate(groups, start=1):
        marks = [
            [_mark(group, at, item in twice) for at, item in enumerate(row)]
            for row, twice in zip(group, doubled, strict=True)
        ]
        yield _Block(f"{scene.group} {number}", group, scene.rows, marks)
    if lost := _lost(scene, groups):
        yield _Block(f"in no {scene.group}", [lost], [""], [[""] * len(lost)])


def _mark(group: Rows, at: int, is_doubled: bool) -> str:
    if is_doubled:
        return "twice"
    return "apart" if _is_apart(group, at) else ""


def _strips(title: str, scene: Groups, groups: list[Rows], theirs: list[Rows]) -> Strips:
    tones = {item: n % COLOURS for n, group in enumerate(theirs) for item in group[0]}
    boxes: list[Box] = []
    labels: list[Label] = []
    top = 0
    for block in _blocks(scene, groups):
        labels.append(Label(block.heading, 0, top + HEADING - 8))
        for number, first, y in block.lines(top):
            labels.append(Label(block.names[number], 0, y + ROW - 11))
            boxes += _boxes(block, number, first, y, tones)
        top += block.height
    return Strips(title, _said(scene, groups), tuple(boxes), tuple(labels), max(top - GAP, 1))


def _boxes(
    block: _Block, number: int, first: int, y: int, tones: dict[int | None, int]
) -> Iterator[Box]:
    last = first + IN_A_LINE
    items, marks = block.rows[number][first:last], block.marks[number][first:last]
    for place, (item, mark) in enumerate(zip(items, marks, strict=True)):
        text, tone = ("?", "") if item is None else (str(item), f"tone-{tones.get(item, 0)}")
        yield Box(LEFT + place * CELL, y, text, tone, mark)


def _said(scene: Groups, groups: list[Rows]) -> str:
    """The first row of each group in words, for those who cannot see the picture."""
    return "; ".join(
        f"{block.heading}: "
        + ", ".join("none" if item is None else str(item) for item in block.rows[0])
        for block in _blocks(scene, groups)
    )
