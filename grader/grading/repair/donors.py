"""Edits that put lines of a right answer in the place of a wrong function's.

A right answer of the class, the donor, is aligned with the wrong function, and its variables are
renamed to those which play their part there. What they differ in then are headers, and runs of
lines in one block. Few of these differences are taken over together, so that the lines that an
edit changes say where the mistake is.

A donor is parsed, and never run as it is. An edit made of it runs where all edits do.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, groupby, product

from grader.grading.repair.budget import Budget
from grader.grading.repair.changes import body_of
from grader.grading.repair.editor import MAX_DEPTH
from grader.grading.repair.graft import Difference, Graft, count, leaves_half
from grader.grading.repair.outline import BLOCKS, Aligner, Line, Pair, all_lines, outline
from grader.grading.repair.places import nesting, renamed
from grader.grading.repair.spelling import anonymous, parameters, variables
from grader.notebooks.cells import Function, functions

# So many donors are aligned, the nearest first.
NEAREST = 40
# So many differences are taken over together.
TOGETHER = 3
# Of so many donors all edits are tried, the smallest first, before those of donors further away.
AT_ONCE = 8


def grafts(function: Function, name: str, donors: Sequence[str], budget: Budget) -> Iterator[Graft]:
    """The edits that the nearest donors give, those that change least first, none of them twice.

    `donors` are cells with the function under `name`. Raises OutOfSteps where the budget is used
    up.
    """
    if nesting(function) > MAX_DEPTH:
        return
    most = count(body_of(function)) // 2
    found = list(_differences_of_nearest(function, name, donors, budget))
    known = set[tuple[object, ...]]()
    for first, size in product(range(0, len(found), AT_ONCE), range(1, TOGETHER + 1)):
        for differences in found[first : first + AT_ONCE]:
            for chosen in combinations(differences, size):
                key = tuple(each.key for each in chosen)
                if key not in known and leaves_half(chosen, most):
                    known.add(key)
                    yield Graft(function, chosen)


def _differences_of_nearest(
    function: Function, name: str, donors: Sequence[str], budget: Budget
) -> Iterator[list[Difference]]:
    """What tells the function from each of its nearest donors, from the nearest one on."""
    own = outline(function, anonymous(function))
    shapes = Counter(each.text for each in all_lines(own))
    given = len(parameters(function))
    near = [each for each in (_donor(donor, name) for donor in donors) if each]
    near = [each for each in near if len(parameters(each.function)) == given]
    near.sort(key=lambda each: (shapes - each.shapes).total() + (each.shapes - shapes).total())
    mine = outline(function, str)
    found = [_compared(function, own, mine, donor, budget) for donor in near[:NEAREST]]
    for _, differences in sorted(found, key=lambda each: each[0]):
        yield [each for each in differences if each.is_small]


@dataclass(frozen=True, slots=True)
class _Donor:
    function: Function
    lines: tuple[Line, ...]
    shapes: Counter[str]


@lru_cache(maxsize=2_000)
def _donor(source: str, name: str) -> _Donor | None:
    function = functions(source).get(name)
    if function is None or nesting(function) > MAX_DEPTH:
        return None
    lines = outline(function, anonymous(function))
    return _Donor(function, lines, Counter(each.text for each in all_lines(lines)))


def _compared(
    function: Function,
    own: Sequence[Line],
    mine: Sequence[Line],
    donor: _Donor,
    budget: Budget,
) -> tuple[float, list[Difference]]:
    """The cost of an alignment with the donor, and the differences."""
    by_form = Aligner(budget)
    pairs = list(_matched(by_form, by_form.of(own, donor.lines).pairs))
    names = _names(function, donor.function, pairs)
    aligner = Aligner(budget)
    theirs = outline(donor.function, lambda name: names.get(name, name))
    found = aligner.of(mine, theirs)
    return found.cost, list(_differences(function, "body", found.pairs, names, aligner))


def _matched(aligner: Aligner, pairs: Sequence[Pair]) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """The statements that stand for each other, those inside of them as well."""
    for mine, its in _both(pairs):
        yield mine.statement, its.statement
        yield from _matched(aligner, aligner.of(mine.body, its.body).pairs)
        yield from _matched(aligner, aligner.of(mine.orelse, its.orelse).pairs)


def _both(pairs: Sequence[Pair]) -> Iterator[tuple[Line, Line]]:
    return ((mine, its) for mine, its in pairs if mine and its)


def _names(
    function: Function, donor: Function, pairs: Sequence[tuple[ast.stmt, ast.stmt]]
) -> dict[str, str]:
    """For each parameter and variable of the donor, the name that plays its part in the function.

    That is the one that stands most often where it stands. A variable without such a name keeps its
    own, unless that is another one's.
    """
    names = dict(zip(parameters(donor), parameters(function), strict=True))
    own, theirs = variables(function), variables(donor)
    votes = Counter(
        (its, mine)
        for pair in pairs
        for mine, its in _names_in_place(*pair)
        if mine in own and its in theirs
    )
    for (its, mine), _ in votes.most_common():
        if its not in names and mine not in names.values():
            names[its] = mine
    taken = {*own, *parameters(function), *names.values()}
    for its in sorted(theirs - names.keys()):
        names[its] = f"{its}_" if its in taken else its
    return names


def _names_in_place(mine: ast.AST, its: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that stand at the same place of two trees, as far as these have the same form."""
    match mine, its:
        case ast.Name(a), ast.Name(b):
            yield a, b
    if type(mine) is not type(its):
        return
    for field in mine._fields:
        if field not in BLOCKS or not isinstance(mine, ast.stmt):
            yield from _names_in_parts(getattr(mine, field, None), getattr(its, field, None))


def _names_in_parts(mine: object, its: object) -> Iterator[tuple[str, str]]:
    if isinstance(mine, list) and isinstance(its, list):
        for one, other in zip(mine, its, strict=False):
            yield from _names_in_parts(one, other)
    elif isinstance(mine, ast.AST) and isinstance(its, ast.AST):
        yield from _names_in_place(mine, its)


def _differences(
    owner: ast.stmt,
    field: str,
    pairs: Sequence[Pair],
    names: Mapping[str, str],
    aligner: Aligner,
) -> Iterator[Difference]:
    """The differences in an aligned block, and in the blocks inside it."""
    block: list[ast.stmt] = getattr(owner, field)
    start = len(block) - sum(1 for mine, _ in pairs if mine)  # behind a docstring
    for kept, grouped in groupby(pairs, _are_both_there):
        run = list(grouped)
        stop = start + sum(1 for mine, _ in run if mine)
        if not kept:
            new = tuple(_renamed(its.statement, names) for _, its in run if its)
            yield Difference(owner, field, start, stop, new)
        else:
            for mine, its in _both(run):
                yield from _inside(mine, its, names, aligner)
        start = stop


def _are_both_there(pair: Pair) -> bool:
    """Whether the two lines are equal, or both have blocks that are compared by themselves."""
    mine, its = pair
    return mine is not None and its is not None and (mine.has_blocks or mine.text == its.text)


def _inside(
    mine: Line, its: Line, names: Mapping[str, str], aligner: Aligner
) -> Iterator[Difference]:
    if mine.text != its.text:
        yield Difference(mine.statement, "", 0, 0, (_renamed(its.statement, names),))
    for field in BLOCKS if mine.has_blocks else ():
        pairs = aligner.of(getattr(mine, field), getattr(its, field)).pairs
        yield from _differences(mine.statement, field, pairs, names, aligner)


def _renamed(statement: ast.stmt, names: Mapping[str, str]) -> ast.stmt:
    new = renamed(statement, names)
    assert isinstance(new, ast.stmt)
    return new
