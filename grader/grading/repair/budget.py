"""The work that the search for a mistake may do in our process, counted in steps.

A step is one node of a syntax tree that is visited, or a piece of a long text. Counted in steps, a
search ends at the same edit on every machine. A clock, which is read as well, is for emergencies.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

# A string of so many characters counts as much as a node.
CHARACTERS = 16
# The clock is read once in so many steps.
BETWEEN = 1_000


class OutOfSteps(Exception):
    """Raised where a search has used up its steps, or its time."""


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """How long the search for the mistake of one exercise may take.

    `seconds` are of this process's processor time, `clock_seconds` by the clock. Where time ends a
    search, what it finds depends on the machine. So the numbers of edits and of steps are what
    bounds a search, and these limits are for emergencies.
    """

    seconds: float = 2.0
    clock_seconds: float = 10.0


@dataclass(slots=True)
class Budget:
    """So many `steps` are left, and `is_over` says whether time is over."""

    steps: int
    is_over: Callable[[], bool] = lambda: False
    _unread: int = BETWEEN

    def spend(self, steps: int = 1) -> None:
        """Take off steps; raises OutOfSteps where none are left."""
        self.steps -= steps
        self._unread -= steps
        if self.steps < 0:
            raise OutOfSteps
        if self._unread < 0:
            self._unread = BETWEEN
            if self.is_over():
                raise OutOfSteps


def weight(node: ast.AST) -> int:
    """How many steps a single node counts, without its children."""
    match node:
        case ast.Constant(str() | bytes() as text):
            return 1 + len(text) // CHARACTERS
        case ast.Constant(int() as number):
            return 1 + number.bit_length() // (4 * CHARACTERS)
        case ast.Name(name) | ast.arg(arg=name) | ast.Attribute(attr=name):
            return 1 + len(name) // CHARACTERS
    return 1
