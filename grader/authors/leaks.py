"""Find what of an assignment's solutions stands in the files that students are to get.

This is a net for accidents (a copied master, a printed answer, a hidden case in a helper). It does
not find what an author gives away in other words.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grader.assignments.records import Assignment, Case
from grader.model import Visibility
from grader.notebooks.stubs import ANSWER_END, ANSWER_START, END_MARK, START_MARK
from grader.values.contents import leaves

# Shorter lines and texts, and numbers with fewer digits, may be the same by chance.
LONG_LINE, LONG_TEXT, DIGITS = 20, 8, 9
SHORT_LINE = 8
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"\d+\.?\d*(?:[eE][-+]?\d+)?")


def giveaways(assignment: Assignment, files: Mapping[str, bytes]) -> Iterator[str]:
    """A line for each place in `files` (path -> content) where something of the solutions stands.

    `assignment` must have been loaded with its expected outputs.
    """
    secrets = _Secrets(assignment)
    for path, content in files.items():
        for what in secrets.found_in(path, content):
            yield f"{path}: {what}"


@dataclass(frozen=True)
class _Secrets:
    """What students must not get: the reference's lines, the solutions' files, hidden cases."""

    assignment: Assignment

    def found_in(self, path: str, content: bytes) -> Iterator[str]:
        digest = hashlib.sha256(content).hexdigest()
        if digest in self.files:
            yield f"is the same as {self.files[digest]}"
        if path.endswith(".ipynb") and _has_outputs(content):
            yield "is a notebook with outputs; clear them"
        lines = list(_text_lines(path, content))
        squeezed = [_squeezed(line) for line in lines]
        for line in self.answers:
            inside = len(line) >= LONG_LINE
            if any(line in each if inside else line == each for each in squeezed):
                yield f"holds a line of the reference solution: {line}"
        for window in _windows(lines):
            if window in self.passages:
                yield f"holds a passage of {self.passages[window]}: {window[0]}…"
        text = "\n".join(lines)
        yield from self._found_in_text(text)

    def _found_in_text(self, text: str) -> Iterator[str]:
        for name in self.case_names:
            if re.search(rf"\b{re.escape(name)}\b", text):
                yield f"speaks of the hidden case {name}"
        for secret in self.texts:
            if secret in text:
                yield f"holds a text of a hidden case: {secret!r}"
        for written in dict.fromkeys(_NUMBER.findall(text)):
            digits = _significant(written)
            if digits >= DIGITS and abs(float(written)) in self.numbers(min(digits, 17)):
                yield f"holds a number of a hidden case: {written}"

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """Lines between the master's markers that stand nowhere else in it, without blanks."""
        inside, outside = _stub_lines(self.assignment.master.read_bytes())
        long = {line for line in inside if len(line) >= SHORT_LINE and not line.startswith("#")}
        return tuple(sorted(long - outside))

    @cached_property
    def given_words(self) -> frozenset[str]:
        """The names in the code that students are given: `learning_rate` is no secret there."""
        master = self.assignment.master.read_bytes()
        code = [line for line, inside in _lines_of(master, kinds=("code",)) if not inside]
        return frozenset(word for line in code for word in _NAME.findall(line))

    @cached_property
    def files(self) -> dict[str, str]:
        """Digest -> name of every file of the solutions."""
        return {
            hashlib.sha256(path.read_bytes()).hexdigest(): f"{path.parent.name}/{path.name}"
            for path in self.assignment.solutions.rglob("*")
            if path.is_file() and path.stat().st_size
        }

    @cached_property
    def passages(self) -> dict[tuple[str, ...], str]:
        """Each three consecutive lines of the solutions' modules -> the file they stand in."""
        return {
            window: path.name
            for path in self.assignment.solutions.rglob("*.py")
            for window in _windows(path.read_text(encoding="utf-8").splitlines())
        }

    @cached_property
    def case_names(self) -> list[str]:
        public = {case.name for case in self._cases(Visibility.PUBLIC)}
        hidden = {case.name for case in self._cases(Visibility.HIDDEN)}
        return sorted(name for name in hidden - public - self.given_words if "_" in name)

    @cached_property
    def texts(self) -> list[str]:
        public = {leaf for leaf in self._leaves(Visibility.PUBLIC) if isinstance(leaf, str)}
        hidden = {leaf for leaf in self._leaves(Visibility.HIDDEN) if isinstance(leaf, str)}
        secret = hidden - public - self.given_words
        return sorted(text for text in secret if len(text) >= LONG_TEXT)

    def numbers(self, digits: int) -> set[float]:
        """The numbers that only hidden cases have, rounded to so many significant digits."""
        if digits not in self._rounded:
            self._rounded[digits] = {_rounded(number, digits) for number in self._hidden_numbers}
        return self._rounded[digits]

    @cached_property
    def _rounded(self) -> dict[int, set[float]]:
        return {}

    @cached_property
    def _hidden_numbers(self) -> set[float]:
        public = set(_finite(self._leaves(Visibility.PUBLIC)))
        hidden = set(_finite(self._leaves(Visibility.HIDDEN)))
        return {each for each in hidden - public if _significant(repr(each)) >= DIGITS}

    def _cases(self, visibility: Visibility) -> Iterator[Case]:
        for exercise in self.assignment.exercises:
            yield from (case for case in exercise.cases if case.visibility is visibility)

    def _leaves(self, visibility: Visibility) -> Iterator[Any]:
        for case in self._cases(visibility):
            given = case.arguments()
            yield from leaves([*given.args, *given.kwargs.values(), case.expected])


def _finite(values: Iterable[Any]) -> Iterator[float]:
    for value in values:
        if isinstance(value, (int, float)) and abs(value) < 1e300:
            yield abs(float(value))


def _rounded(number: float, digits: int) -> float:
    return float(f"{number:.{digits - 1}e}")


def _significant(written: str) -> int:
    mantissa = written.lower().split("e")[0]
    return len(mantissa.replace(".", "").strip("-0"))


def _squeezed(line: str) -> str:
    return "".join(line.split())


def _windows(lines: Iterable[str]) -> list[tuple[str, ...]]:
    """Each three consecutive lines, without blanks, once imports and short lines are left out."""
    told = [_squeezed(line) for line in lines if not re.match(r"\s*(from|import)\b", line)]
    told = [line for line in told if len(line) > 3]
    return list(zip(told, told[1:], told[2:], strict=False))


def _text_lines(path: str, content: bytes) -> Iterator[str]:
    """The lines of a text, or of all strings in a notebook; none of a file that is not UTF-8."""
    try:
        text = content.decode("utf-8")
        strings = leaves(json.loads(text)) if path.endswith(".ipynb") else [text]
    except ValueError:
        return
    for string in strings:
        yield from str(string).splitlines()


def _has_outputs(notebook: bytes) -> bool:
    try:
        cells = json.loads(notebook)["cells"]
        return any(cell.get("outputs") for cell in cells)
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


def _stub_lines(master: bytes) -> tuple[set[str], set[str]]:
    """The lines of the master's cells without blanks: those between its markers, and the others."""
    lines = [(_squeezed(line), inside) for line, inside in _lines_of(master)]
    return {line for line, inside in lines if inside}, {
        line for line, inside in lines if not inside
    }


def _lines_of(
    master: bytes, kinds: Container[str] = ("code", "markdown", "raw")
) -> Iterator[tuple[str, bool]]:
    """The lines of cells of these kinds, each with whether it stands between the markers."""
    for cell in json.loads(master)["cells"]:
        if cell["cell_type"] not in kinds:
            continue
        inside = False
        for line in "".join(cell["source"]).splitlines():
            if START_MARK.match(line) or ANSWER_START.match(line):
                inside = True
            elif END_MARK.match(line) or ANSWER_END.match(line):
                inside = False
            else:
                yield line, inside
