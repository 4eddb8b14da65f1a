"""What the form of an answer's page says, read strictly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from grader.assignments.records import Exercise
from grader.gradebook.reviews import Review
from grader.model import RubricItem
from grader.review.answers import score_of
from grader.text import number

MAX_BYTES = 64_000
LONGEST_REMARK = 5_000
_MOST_FIELDS = 200


class FormError(ValueError):
    """What was sent cannot be saved; the message says to the person what is to be changed."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent: each field with its values.

    Its fields: `token`; `instead_of`, the number of the decision that the page showed; `item`, the
    place of each rubric item that holds; `points` and `remark`; `shown_points` and `shown_item`,
    what the page had for these; `then`, what is to be shown or done after it.
    """

    fields: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, body: bytes) -> Sent:
        """Raises FormError where the bytes are no form."""
        try:
            text = body.decode("ascii")
            found = parse_qs(
                text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
            )
        except ValueError:
            raise FormError("this is not what the page sends; load it again") from None
        return cls(found)

    def one(self, name: str) -> str:
        return (self.fields.get(name) or [""])[0]

    @property
    def instead_of(self) -> int:
        text = self.one("instead_of")
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise FormError("the page is not complete; load it again")
        return int(text)

    def review(self, exercise: Exercise, by: str) -> Review:
        """The decision; raises FormError where points are missing or out of range."""
        places = self._places("item", exercise)
        items = tuple(exercise.rubric[place] for place in places)
        remark = self.one("remark").replace("\r\n", "\n").strip()
        if len(remark) > LONGEST_REMARK:
            raise FormError(f"the remark is longer than {LONGEST_REMARK:,} characters")
        return Review(self._score(exercise, items, places), remark, by, items)

    def _score(
        self, exercise: Exercise, items: tuple[RubricItem, ...], places: Sequence[int]
    ) -> float:
        """The points in the field; those of the items where only these were changed."""
        text = self.one("points").strip()
        unchanged = text == self.one("shown_points").strip()
        if items and not text:
            return score_of(items, exercise)
        if text and unchanged and places != self._places("shown_item", exercise):
            return score_of(items, exercise)
        return _points(text, exercise.points)

    def _places(self, name: str, exercise: Exercise) -> list[int]:
        texts = self.fields.get(name, ())
        known = {str(place): place for place in range(len(exercise.rubric))}
        if not set(texts) <= known.keys():
            raise FormError("the rubric has changed; load the page again")
        return sorted({known[text] for text in texts})


def _points(text: str, most: float) -> float:
    if not text:
        raise FormError("points are missing: tick an item, or write how many there are")
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        points = math.nan
    if not 0 <= points <= most:
        raise FormError(f"{text[:20]!r} is not a number of points from 0 to {number(most)}")
    return points
