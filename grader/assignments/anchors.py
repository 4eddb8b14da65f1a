"""Find the cell of an exercise in a student's notebook: that of a written answer, for example.

An assignment names the cell by its id in the master, which the template keeps. A student's notebook
may have no ids (those of older formats), other ones (Colab gives new ones), or one id twice. So the
cell is looked for by its id, then by the name of the exercise in its metadata, and then by its
place: between those of the template's cells before and after it that are recognised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.notebooks.any_cell import AnyCell
from grader.notebooks.read import Notebook


@dataclass(frozen=True, slots=True)
class Anchored:
    """Where a student's notebook has the cell of an exercise.

    `cells` are those that take the place of the template's: mostly one, several where the cell was
    split or copied, none where it is not found. `how` it was found is "id", "metadata" or "place",
    or empty. `beside` are cells of the student's own next to it, which may be part of an answer.
    `original` is the template's cell; None where the template has none of that id.
    """

    cells: tuple[AnyCell, ...]
    how: str
    beside: tuple[AnyCell, ...]
    original: AnyCell | None

    @property
    def answers(self) -> tuple[AnyCell, ...]:
        """All cells in which there is something that the template's cell has not, in order."""
        given = _text(self.original) if self.original else ""
        every = sorted((*self.cells, *self.beside), key=lambda cell: cell.number)
        return tuple(each for each in every if each.cut or _text(each) not in ("", given))


def find_cell(
    cell_id: str,
    exercise: str,
    notebook: Notebook,
    template: Notebook,
    known: Mapping[int, int] | None = None,
) -> Anchored:
    """Where `notebook` has the template's cell of the id `cell_id`, which belongs to `exercise`.

    Without a template, as in a student's own folder, a cell is found by id and metadata alone.
    `known` is what `recognised` returns, where that was called before.
    """
    original = next((each for each in template.every if each.id == cell_id), None)
    known = recognised(notebook, template) if known is None else known
    candidates = {
        "id": [each for each in notebook.every if cell_id and each.id == cell_id],
        "metadata": [each for each in notebook.every if exercise in each.exercises],
    }
    how = next((how for how, cells in candidates.items() if cells), "")
    near = _near(original, notebook, template, known) if original else []
    if how:
        cells = _but_untouched_copies(candidates[how], original)
    elif original and (place := template.every.index(original)) in known:
        cells, how = [notebook.every[known[place]]], "place"
    else:
        cells = _in_place(near, original, template) if original else []
        how = "place" if cells else ""
    beside = tuple(each for each in near if each not in cells)
    return Anchored(tuple(cells), how, beside, original)


def recognised(notebook: Notebook, template: Notebook) -> dict[int, int]:
    """The places of the template's cells that are recognised -> the place of each in `notebook`.

    A cell is recognised by its id, by the exercise in its metadata, or by its text. What stands
    twice on either side is not recognised by that, since nobody knows which one is which.
    """
    found: dict[int, int] = {}
    for keys in (_ids, _named, _texts):
        ours, theirs = _once(keys(template.every)), _once(keys(notebook.every))
        taken = set(found.values())
        for key, place in ours.items():
            if key in theirs and place not in found and theirs[key] not in taken:
                found[place] = theirs[key]
    return found


def _ids(cells: Sequence[AnyCell]) -> list[object]:
    return [each.id or None for each in cells]


def _named(cells: Sequence[AnyCell]) -> list[object]:
    return [each.exercises or None for each in cells]


def _texts(cells: Sequence[AnyCell]) -> list[object]:
    return [(each.kind, _text(each)) if _text(each) else None for each in cells]


def _once(keys: Iterable[object]) -> dict[object, int]:
    """The places of the keys that stand there once; None is no key."""
    listed = list(keys)
    count = Counter(listed)
    return {key: place for place, key in enumerate(listed) if key is not None and count[key] == 1}


def _but_untouched_copies(cells: list[AnyCell], original: AnyCell | None) -> list[AnyCell]:
    """Of cells that are copies of each other, those that a student wrote in, if there are any."""
    given = _text(original) if original else ""
    return [each for each in cells if _text(each) not in ("", given)] or cells


def _near(
    original: AnyCell, notebook: Notebook, template: Notebook, known: Mapping[int, int]
) -> list[AnyCell]:
    """The cells, none of them recognised, between the nearest recognised ones around a cell.

    Where the cells have changed their order, these are the ones after the nearest before it; and
    around the cell itself, where it is recognised in another place than between these two.
    """
    place = template.every.index(original)
    before = max((at for at in known if at < place), default=None)
    after = min((at for at in known if at > place), default=None)
    if place in known:
        return _around(known[place], notebook, known)
    if before is None and after is None:
        return []
    start = known[before] + 1 if before is not None else 0
    end = known[after] if after is not None else len(notebook.every)
    if start > end:
        return _around(start - 1, notebook, known)
    theirs = set(known.values())
    return [each for at, each in enumerate(notebook.every[start:end], start) if at not in theirs]


def _around(place: int, notebook: Notebook, known: Mapping[int, int]) -> list[AnyCell]:
    """The cells next to a place of the notebook, up to those that are recognised."""
    theirs = set(known.values())
    start, end = place, place + 1
    while start > 0 and start - 1 not in theirs:
        start -= 1
    while end < len(notebook.every) and end not in theirs:
        end += 1
    return [each for at, each in enumerate(notebook.every[start:end], start) if at not in theirs]


def _in_place(near: list[AnyCell], original: AnyCell, template: Notebook) -> list[AnyCell]:
    """Those of some cells that take the place of the template's cell `original`.

    They are of its kind, if any is. Of several, those count that have most of its lines, leaving
    out lines that other cells of the template have as well.
    """
    cells = [each for each in near if each.kind == original.kind] or near
    others = (line for each in template.every if each != original for line in _lines(each))
    lines = _lines(original) - set(others)
    shared = [len(lines & _lines(each)) for each in cells]
    return [each for each, count in zip(cells, shared, strict=True) if count == max(shared)]


def _lines(cell: AnyCell) -> set[str]:
    return {line.strip() for line in cell.source.splitlines()} - {""}


def _text(cell: AnyCell) -> str:
    """A cell's text, but for white space at the ends of its lines, which editors change."""
    return "\n".join(line.rstrip() for line in cell.source.strip().splitlines())
