"""Late days: apply an assignment's rule to the time at which a notebook was handed in."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from grader.assignments.records import LateRule
from grader.model import Lateness, Owner
from grader.text import counted

DAY = timedelta(days=1)
# How Moodle's English sheets write a time. All others write ISO 8601.
_MOODLES = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M")


def lateness(
    rule: LateRule, due: datetime, owner: Owner, score: float | None
) -> tuple[Lateness, float | None]:
    """How late a notebook was handed in that was due at `due`, and the score that is left.

    `due` differs from `rule.due` where the student has an extension. Where nobody knows when it was
    handed in, no points are taken off.
    """
    extended = due != rule.due
    when = moment(owner.submitted_at, due.tzinfo)
    if when is None:
        # If the platform says that it was in time, that is enough. If it says "late", it does not
        # say by how many days, and knows of no extension.
        known = owner.late is False
        words = "" if known else _unknown(due, owner, extended)
        return Lateness(due.isoformat(), 0 if known else None, 0.0, score, words), score
    days = max(0, math.ceil((when - due) / DAY))
    percent = min(max(0.0, days - rule.free_days) * rule.percent_per_day, rule.most_percent)
    # Rounding up may give more points than there are to lose.
    lost = min(round((score or 0.0) * percent / 100, 2), score or 0.0)
    left = None if score is None else score - lost
    words = _words(rule, due, days, percent, lost, extended) if days else ""
    return Lateness(due.isoformat(), days, lost, score, words), left


def moment(text: str, zone: tzinfo | None) -> datetime | None:
    """The time in a platform's text, in `zone` where it names none; None if it cannot be read."""
    text = re.sub(r" UTC$", "+00:00", text.strip())
    for read in (datetime.fromisoformat, *map(_reader, _MOODLES)):
        try:
            found = read(text)
        except ValueError:
            continue
        return found if found.utcoffset() is not None else found.replace(tzinfo=zone)
    return None


def _reader(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)


def _words(
    rule: LateRule, due: datetime, days: int, percent: float, lost: float, extended: bool
) -> str:
    said = f"Handed in late, by {counted(days, 'day')}: {_due(due, extended)}."
    if rule.free_days:
        said += f" {counted(rule.free_days, 'day')} {'is' if rule.free_days == 1 else 'are'} free."
    if not percent:
        return f"{said} Nothing was taken off."
    further = " further" if rule.free_days else ""
    capped = f", {rule.most_percent:g} at most" if percent == rule.most_percent < 100 else ""
    each = f"Each{further} day takes {rule.percent_per_day:g} per cent{capped}"
    return f"{said} {each}: {lost:g} points were taken off."


def _unknown(due: datetime, owner: Owner, extended: bool) -> str:
    late = "The platform says that this was late, but when" if owner.late else "When this"
    return f"{late} was handed in is not known ({_due(due, extended)}): nothing was taken off."


def _due(due: datetime, extended: bool) -> str:
    more = ", with an extension" if extended else ""
    return f"it was due {due.day} {due:%B %Y, %H:%M} ({due:%Z}){more}"
