"""Right answers of a class, kept in small number, for the search to take lines from.

Of answers that differ in names, comments and ways of writing only, one is kept. The others are
bounded in number and in characters, so that they can be sent to a worker with every submission.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import msgspec

from grader.grading.repair.places import nesting
from grader.grading.repair.spelling import numbered
from grader.notebooks.cells import functions

# Of an exercise.
MAX_ANSWERS, MAX_CHARACTERS = 200, 100_000
# Of a single answer, which is left out if it has more.
MAX_OF_ONE = 5_000
MAX_DEPTH = 50


@dataclass(slots=True)
class RightAnswers:
    """The right answers to each exercise, as far as they differ in form."""

    _answers: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _packed: dict[tuple[str, str], bytes] = field(default_factory=dict)
    # Not looked at yet: after the last submission of a class, nobody asks for its answers.
    _added: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, assignment: str, exercise: str, code: str) -> None:
        """Add a right answer, the cell that defines the exercise's function."""
        self._added.append((assignment, exercise, code))

    def _take(self, assignment: str, exercise: str, code: str) -> None:
        key = assignment, exercise
        answers = self._answers.setdefault(key, {})
        left = MAX_CHARACTERS - sum(map(len, answers.values()))
        if len(answers) >= MAX_ANSWERS or len(code) > min(MAX_OF_ONE, left):
            return
        function = functions(code).get(exercise)
        if function is not None and nesting(function) <= MAX_DEPTH:
            try:
                form = numbered(function)
            except RecursionError:
                return
            if form not in answers:
                answers[form] = code
                self._packed.pop(key, None)

    def packed(self) -> dict[str, dict[str, bytes]]:
        """All answers, to be sent."""
        added, self._added = self._added, []
        for each in added:
            self._take(*each)
        found: dict[str, dict[str, bytes]] = {}
        for (assignment, exercise), answers in self._answers.items():
            key = assignment, exercise
            if key not in self._packed:
                self._packed[key] = zlib.compress(msgspec.json.encode(list(answers.values())))
            found.setdefault(assignment, {})[exercise] = self._packed[key]
        return found


def unpacked(answers: bytes) -> list[str]:
    """The right answers to an exercise."""
    return msgspec.json.decode(zlib.decompress(answers), type=list[str])
