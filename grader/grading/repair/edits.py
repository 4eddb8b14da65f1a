"""Edits of a student's function. Each undoes one slip; the search finds out which makes it right.

Edits are made one after the other, as they are asked for. What each costs is taken off a `Budget`
before it is made, since a single one may have to go through the function thousands of times.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Protocol

from grader.grading.repair.budget import Budget, weight
from grader.grading.repair.changes import body_of
from grader.grading.repair.editor import Editor, first_line
from grader.grading.repair.moves import Move
from grader.grading.repair.plainer import plainer
from grader.grading.repair.replacement import Changes
from grader.notebooks.cells import Function

# Longer functions are not edited: what an edit costs grows with their length. A function's length
# is counted in nodes of its syntax tree, where long strings count as many, and in characters.
MAX_NODES, MAX_CHARACTERS = 3_000, 60_000


class Edit(Protocol):
    """A function's source after an edit."""

    @property
    def source(self) -> str: ...

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines of the function's cell that differ, counted from 1."""

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """Each statement that differs: what it was, and what it becomes, in one line."""


def edits(function: Function, lines: Sequence[str], budget: Budget) -> Iterator[Edit]:
    """The function's edits, the likeliest first, none of them twice.

    `lines` are those of the cell in which it stands. Raises OutOfSteps where the budget is used up.
    """
    # Other ends of lines than "\n" are counted by some of Python's modules only.
    if any(len(line.splitlines()) > 1 for line in lines) or _is_too_long(function, lines):
        return
    editor = Editor(function, lines, budget)
    found = set[str]()
    for change in editor.likely_changes():
        for edit in _made(editor, change):
            if edit.source not in found:
                found.add(edit.source)
                yield edit


def _made(editor: Editor, change: Changes | Move) -> Iterator[Edit]:
    """The edit of a change; before it the plainer one, where the change has an operation in it that
    leaves a value as it is: `l` before `l * 1`."""
    if isinstance(change, Move):
        yield change
        return
    plain = {place: plainer(place.node, new) for place, new in change.items()}
    ways = [change] if all(plain[place] is change[place] for place in plain) else [plain, change]
    for way in ways:
        try:
            edit = editor.replaced(way)
        except (RecursionError, ValueError):  # it cannot be printed, such as `"\\n"` in an f-string
            continue
        if edit:
            yield edit


def _is_too_long(function: Function, lines: Sequence[str]) -> bool:
    own = lines[first_line(function) - 1 : function.end_lineno]
    if sum(map(len, own)) > MAX_CHARACTERS:
        return True
    parts = (function.args, *function.decorator_list, *body_of(function))
    weights = (weight(node) for each in parts for node in ast.walk(each))
    # As soon as they are too many, the others are not looked at.
    return any(total > MAX_NODES for total in accumulate(weights))
