"""Results as the pages show them: each with the student's name and the address of its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from grader.model import Result, Run, Status, Verdict
from grader.report.slugs import free, slug
from grader.report.words import VERDICTS, Word
from grader.text import one_line, shortened, visible, without_terminal_codes

LONGEST_NAME, LONGEST_PROSE, LONGEST_REASON = 80, 2_000, 300
MOST_LINES = 200
"""How many of the flags, the cases or the passed-over files a page lists."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A result with its shown name and the file name of its page, without the suffix."""

    result: Result
    name: str
    slug: str

    @property
    def graded(self) -> bool:
        """Whether a machine graded all that it can, and a person may have something to review."""
        return self.result.status is not Status.NOT_GRADED

    @property
    def to_review(self) -> bool:
        """Whether there is no total because a person has still to read what was written."""
        return self.result.status is Status.TO_REVIEW

    @property
    def absent(self) -> bool:
        """Whether the student certainly handed in nothing, and has no score that a person gave."""
        return self.result.absent

    @property
    def href(self) -> str:
        """The page's address, seen from the class page."""
        return f"students/{quote(self.slug)}.html"

    @property
    def reason(self) -> str:
        return prose(self.result.reason) or "No reason was recorded."

    @property
    def left_out(self) -> float:
        """The points of exercises without a verdict, which the total does not include."""
        return sum(each.max_score for each in self.result.exercises if each.score is None)

    @property
    def remarks(self) -> tuple[str, ...]:
        return tuple(map(prose, self.result.remarks))

    @property
    def late(self) -> str:
        return prose(self.result.late.words) if self.result.late else ""

    @property
    def drawn(self) -> tuple[str, ...]:
        """The values of the notebook that were drawn for the student."""
        return lines(self.result.drawn)

    @property
    def flags(self) -> tuple[str, ...]:
        return lines(self.result.flags)


def entries(run: Run) -> Iterator[Entry]:
    """An entry for every result, in the run's order; each is made when it is asked for."""
    taken: set[str] = set()
    for result in run.results:
        yield Entry(result, shown_name(result.student), free(slug(result.student), taken))


def shown_reason(entry: Entry) -> str:
    """Why there is no grade, for a cell of a table."""
    return shortened(one_line(" ".join(entry.reason.split())), LONGEST_REASON)


def shown_name(student: str) -> str:
    """The student's name on one line, "(no name)" for none; of a very long one, both ends."""
    name = one_line(student).strip() or "(no name)"
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 20]} … {name[-20:]}"


def prose(text: str, limit: int = LONGEST_PROSE) -> str:
    """A message of possibly several lines, without terminal codes and of bearable length."""
    return shortened(visible(without_terminal_codes(text)).strip(), limit)


def lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text on one line; of very many the first, and a line that says how many more."""
    every = tuple(texts)
    shown = tuple(shortened(one_line(text), LONGEST_PROSE) for text in every[:MOST_LINES])
    more = len(every) - len(shown)
    return (*shown, f"… and {more} more") if more else shown


def verdict_words(results: Iterable[Result]) -> tuple[Word, ...]:
    """The words for those verdicts that occur, in the order of `Verdict`."""
    found = {exercise.verdict for result in results for exercise in result.exercises}
    return tuple(VERDICTS[verdict] for verdict in Verdict if verdict in found)
