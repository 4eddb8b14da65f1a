"""A submission as a row of the class page's table: for the template, and as data for the script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.model import ExerciseResult, Result
from grader.report.entries import Entry, shown_reason
from grader.report.tally import Share, Tally, digest
from grader.report.words import VERDICTS, Word
from grader.text import counted, number, one_line

GRADED, TO_REVIEW = "graded", "to review"
UNGRADED, ABSENT = "could not be graded", "handed in nothing"
# Those with verdicts come first: `view.js` counts on it.
STATUSES = (GRADED, TO_REVIEW, UNGRADED, ABSENT)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row of the table says of one exercise."""

    word: Word
    score: float | None
    adjusted: bool
    pattern: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A submission in the table: a cell per exercise, None where there is nothing to say.

    `left_out` are points of exercises without a verdict; `mistakes` and `flags` are numbers of
    kinds of them. `known_as` is the name in the roster or on the platform, `ids` are all that are
    known. `late` says how many days, or that it is late.
    """

    name: str
    slug: str
    href: str
    status: str
    score: float | None
    left_out: float
    reason: str
    reason_key: str
    flags: tuple[int, ...]
    seconds: float
    cells: tuple[Cell | None, ...]
    mistakes: tuple[int, ...]
    known_as: str = ""
    email: str = ""
    ids: str = ""
    section: str = ""
    late: str = ""
    adjusted: int = 0


def row_of(entry: Entry, tally: Tally) -> Row:
    """The row of an entry that was added to the tally."""
    results = entry.result.exercises
    found = {exercise.name: exercise for exercise in results if entry.graded}
    return Row(
        name=entry.name,
        slug=entry.slug,
        href=entry.href,
        status=_status(entry),
        score=entry.result.score,
        left_out=entry.left_out if _status(entry) == GRADED else 0,
        reason=shown_reason(entry) if _status(entry) in (TO_REVIEW, UNGRADED) else "",
        reason_key=digest(entry.reason) if _status(entry) == UNGRADED else "",
        flags=tuple(each.number for each in tally.flags_of(entry)),
        seconds=entry.result.seconds,
        cells=tuple(_cell(found.get(name), share) for name, share in tally.shares.items()),
        mistakes=tuple(
            mistake.number for each in found.values() for mistake in tally.mistakes_of(each)
        ),
        late=_late(entry.result),
        adjusted=sum(each.adjustment is not None for each in results),
        **_owner(entry.result),
    )


def _status(entry: Entry) -> str:
    if entry.to_review:
        return TO_REVIEW
    return GRADED if entry.graded else ABSENT if entry.absent else UNGRADED


def _cell(result: ExerciseResult | None, share: Share) -> Cell | None:
    if result is None:
        return None
    pattern = share.pattern(result)
    return Cell(
        VERDICTS[result.verdict],
        result.score,
        result.adjustment is not None,
        pattern.number if pattern else None,
    )


def _owner(result: Result) -> dict[str, str]:
    owner = result.owner
    if owner is None:
        return {}
    return {
        "known_as": one_line(owner.name) if owner.name != result.student else "",
        "email": one_line(owner.email),
        "ids": one_line(" ".join(dict.fromkeys(owner.ids.values()))),
        "section": one_line(owner.section),
    }


def _late(result: Result) -> str:
    """How late the notebook is: what the deadline says, or else what the platform does."""
    if result.late:
        return counted(result.late.days, "day") if result.late.days else ""
    return "late" if result.owner and result.owner.late else ""


def row_data(row: Row, words: list[Word]) -> Iterator[Any]:
    """A row as a list for the page's script: names of values would take twice the space."""
    yield from (
        row.name,
        row.slug,
        STATUSES.index(row.status),
        number(row.score),
        number(row.left_out or None),
    )
    yield from (
        row.reason,
        row.reason_key,
        row.flags,
        number(row.seconds) if row.status in (GRADED, TO_REVIEW) else "",
    )
    yield [
        cell and [words.index(cell.word), number(cell.score), int(cell.adjusted), cell.pattern]
        for cell in row.cells
    ]
    yield row.mistakes
    yield from (row.known_as, row.email, row.ids, row.section, row.late, row.adjusted)
