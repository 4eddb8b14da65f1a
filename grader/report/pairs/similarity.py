"""Pairs of submissions that are alike beyond what the assignment and the class explain.

Each function is cut into its rows: all sequences of ten consecutive tokens (k-grams, as in Moss).
Comments and docstrings are left out, and one placeholder stands for all names that the function
binds itself, so a copy with renamed variables has the same rows. Rows that stand in the code of the
assignment, right or wrong, are no evidence, nor are rows that many students have ("usual" ones).
The rows that are left are compared. A similar pair is a reason to look, never a verdict.

K-grams for this purpose: Schleimer, Wilkerson, Aiken: Winnowing. SIGMOD 2003.
"""

from __future__ import annotations

import ast
import io
import tokenize
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations
from pathlib import Path

from grader.assignments.records import Assignment
from grader.errors import SubmissionError
from grader.model import Result
from grader.notebooks.cells import Function, functions
from grader.notebooks.read import read_notebook

ROW = 10
"""The number of tokens in a row."""
ENOUGH = 80
"""So many unusual rows two submissions have to share, which comes to some ten lines of code."""
MOSTLY = 0.7
"""The share of both answers that has to be alike for an exercise to count."""
USUAL_SHARE, USUAL_LEAST, USUAL_MOST = 20, 3, 50
"""A row is usual if more than one student in 20 has it; 3 students are never enough for that, and
more than 50 always are."""
FEWEST = 10
"""With fewer submissions, nobody can tell which rows are usual, and none are compared."""
MOST_PAIRS = 100

# Only these files are read, not all below: the course may lie in a folder with much else.
_WRITTEN = ("*.py", "*.ipynb", "variants/**/*.py")
_NO_CODE = frozenset(
    {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    | {tokenize.ENDMARKER}
)


@dataclass(frozen=True, slots=True)
class Alike:
    """An exercise that both answered alike: how many rows, and which share of the longer answer."""

    exercise: str
    rows: int
    share: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions by their places in the run, and where they are alike."""

    one: int
    two: int
    alike: tuple[Alike, ...]

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.alike)


@dataclass(slots=True)
class Likeness:
    """The rows of a class, to which `add` adds those of one result after the other.

    Results must come in the run's order: a submission is known by its place in it.
    """

    assignment: Assignment
    _known: frozenset[int] = field(init=False)
    _answers: list[dict[str, array[int]]] = field(default_factory=list)
    _having: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        sources = _sources(self.assignment.folder, self.assignment.solutions)
        if self.assignment.shared_folder != self.assignment.folder:
            shared = _sources(self.assignment.shared_folder, self.assignment.shared_solutions)
            sources = (*sources, *shared)
        self._known = frozenset(row for source in sources for row in _rows_of_all(source))

    def add(self, result: Result) -> None:
        found = {
            exercise: array("q", sorted(rows - self._known))
            for exercise, rows in _answers(result, self.assignment).items()
        }
        self._answers.append(found)
        self._having.update({row for rows in found.values() for row in rows})

    @property
    def usual(self) -> int:
        """A row is usual if more students than this have it."""
        return min(max(USUAL_LEAST, self._answered // USUAL_SHARE), USUAL_MOST)

    @property
    def enough(self) -> bool:
        """Whether there are submissions enough to tell what is usual."""
        return self._answered >= FEWEST

    @property
    def _answered(self) -> int:
        """The number of submissions with any code."""
        return sum(bool(each) for each in self._answers)

    def pairs(self) -> list[Pair]:
        """The pairs that share the most rows, at most `MOST_PAIRS`; none in a very small class."""
        if not self.enough:
            return []
        answers = [
            {exercise: self._unusual(rows) for exercise, rows in each.items()}
            for each in self._answers
        ]
        found = (_pair(one, two, answers[one], answers[two]) for one, two in _candidates(answers))
        alike = [pair for pair in found if pair.rows >= ENOUGH]
        return sorted(alike, key=lambda pair: (-pair.rows, pair.one, pair.two))[:MOST_PAIRS]

    def lines(self, one: str, two: str) -> tuple[frozenset[int], frozenset[int]]:
        """The lines of two cells in which they share unusual rows, counted from 1."""
        left, right = _Text(one), _Text(two)
        shared = self._unusual((left.rows.keys() & right.rows.keys()) - self._known)
        return left.lines(shared), right.lines(shared)

    def _unusual(self, rows: Iterable[int]) -> frozenset[int]:
        usual = self.usual
        return frozenset(row for row in rows if self._having[row] <= usual)


def _candidates(answers: list[dict[str, frozenset[int]]]) -> list[tuple[int, int]]:
    """The pairs of submissions that share at least ENOUGH rows, in whatever exercises."""
    having: dict[int, list[int]] = {}
    for place, answer in enumerate(answers):
        for row in frozenset().union(*answer.values()):
            having.setdefault(row, []).append(place)
    # Most rows are shared by the same few groups of students, so groups are counted first.
    groups = Counter(tuple(places) for places in having.values() if len(places) > 1)
    shared: Counter[tuple[int, int]] = Counter()
    for places, rows in groups.items():
        for pair in combinations(places, 2):
            shared[pair] += rows
    return [pair for pair, rows in shared.items() if rows >= ENOUGH]


def _pair(
    one: int, two: int, left: dict[str, frozenset[int]], right: dict[str, frozenset[int]]
) -> Pair:
    found = []
    for exercise in left:
        rows = len(left[exercise] & right.get(exercise, frozenset()))
        longer = max(len(left[exercise]), len(right.get(exercise, ())))
        if rows and rows >= MOSTLY * longer:
            found.append(Alike(exercise, rows, rows / longer))
    return Pair(one, two, tuple(found))


def _answers(result: Result, assignment: Assignment) -> dict[str, set[int]]:
    """Exercise -> the rows of its function, and of others in its cell that are no exercises.

    A function that stands in the cells of several exercises, which may be one cell, counts once.
    """
    names = {name: each.name for each in assignment.exercises for name in each.names}
    taken: set[tuple[str, ...]] = set()
    found: dict[str, set[int]] = {}
    for exercise in result.exercises:
        for name, function in _Text(exercise.code).functions.items():
            tokens = tuple(token for token, _ in function)
            if names.get(name, exercise.name) == exercise.name and tokens not in taken:
                taken.add(tokens)
                found.setdefault(exercise.name, set()).update(row for row, _ in _rows(function))
    return found


_Tokens = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Text:
    """A cell's functions as tokens."""

    code: str

    @property
    def functions(self) -> dict[str, _Tokens]:
        return _functions(self.code)

    @cached_property
    def rows(self) -> dict[int, set[int]]:
        """Row -> the lines of the cell that it goes over."""
        found: dict[int, set[int]] = {}
        for function in self.functions.values():
            for row, lines in _rows(function):
                found.setdefault(row, set()).update(lines)
        return found

    def lines(self, rows: frozenset[int]) -> frozenset[int]:
        return frozenset(line for row in rows for line in self.rows.get(row, ()))


def _rows(tokens: _Tokens) -> Iterator[tuple[int, list[int]]]:
    """Every row of the tokens as its hash, with the lines that it goes over."""
    for start in range(len(tokens) - ROW + 1):
        row = tokens[start : start + ROW]
        yield hash(tuple(token for token, _ in row)), [line for _, line in row]


# Tokens take a hundred times the length of the code. The exercises of one student are often asked
# for one after the other, and may stand in one cell.
@lru_cache(maxsize=16)
def _functions(code: str) -> dict[str, _Tokens]:
    """Name -> tokens of the body, for each function in a cell; a token has its line in the cell."""
    lines = code.split("\n")
    return {name: tuple(_tokens(each, lines)) for name, each in functions(code).items()}


def _tokens(function: Function, lines: list[str]) -> Iterator[tuple[str, int]]:
    body = function.body[ast.get_docstring(function, clean=False) is not None :]
    if not body:
        return
    before = body[0].lineno - 1
    text = "\n".join(lines[before : function.end_lineno])
    own = _own_names(function)
    try:
        for each in tokenize.generate_tokens(io.StringIO(text).readline):
            if each.type not in _NO_CODE:
                # "a" and 'a' mean the same.
                token = "name" if each.string in own else each.string.strip("'\"")
                yield token, before + each.start[0]
    except (tokenize.TokenError, SyntaxError):  # a magic; the tokens before it are enough
        return


def _own_names(function: Function) -> frozenset[str]:
    """The names that a function binds: its parameters, variables, and functions in it."""
    return frozenset(name for node in ast.walk(function) for name in _named(node))


def _named(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.arg(arg=name) | ast.Name(name, ast.Store()) | ast.FunctionDef(name=name):
            yield name


def _rows_of_all(code: str) -> Iterator[int]:
    for function in _functions(code).values():
        yield from (row for row, _ in _rows(function))


def _sources(*folders: Path) -> tuple[str, ...]:
    """The code that an assignment consists of: template, master, helpers, variants, wrong forms."""
    return tuple(
        source
        for folder in folders
        for pattern in _WRITTEN
        for path in sorted(folder.glob(pattern))
        for source in _code_of(path)
    )


def _code_of(path: Path) -> list[str]:
    try:
        if path.suffix == ".py":
            return [path.read_text(encoding="utf-8")]
        if path.suffix == ".ipynb":
            return [cell.source for cell in read_notebook(path).cells]
    except (OSError, UnicodeDecodeError, SubmissionError):  # a checkpoint, or somebody's scratch
        pass
    return []
