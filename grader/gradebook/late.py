"""Late days: apply an assignment's rule to the time at which a notebook was handed in."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo

from grader.assignments.load import latest
from grader.assignments.records import LateRule
from grader.gradebook.times import moment
from grader.model import Lateness, Owner
from grader.text import counted, one_line

DAY = timedelta(days=1)
_MOST_SHOWN = 60


def lateness(
    rule: LateRule,
    due: datetime,
    owner: Owner,
    score: float | None,
    somebody_known: bool = True,
    day_first: bool | None = None,
) -> tuple[Lateness, float | None]:
    """How late a notebook was handed in that was due at `due`, and the score that is left.

    `due` differs from `rule.due` where the student has an extension. `day_first` says how to read
    dates such as 3/4/2026. Where it is not known when this was handed in, no score is left if the
    rule may have to take some of it off: nobody is to be better off for a date that cannot be read.
    Only where that is known of nobody in the class (not `somebody_known`) nothing is taken off.
    """
    extended = due != rule.due
    when = moment(owner.submitted_at, rule.zone, day_first)
    if when is None:
        # If the platform says that it was in time, that is enough. If it says "late", it does not
        # say by how many days, and knows of no extension.
        known = owner.late is False and not _has_time(owner)
        free = known or not somebody_known or not takes_off(rule)
        left = score if free or not score else None
        words = "" if known else _unknown(rule, due, owner, extended, left is not None)
        return Lateness(due.isoformat(), 0 if known else None, 0.0, score, words), left
    days = days_begun(due, when, rule.zone, timedelta(minutes=rule.grace_minutes))
    percent = min(max(0.0, days - rule.free_days) * rule.percent_per_day, rule.most_percent)
    # Rounding up may give more points than there are to lose.
    lost = min(round((score or 0.0) * percent / 100, 2), score or 0.0)
    left = None if score is None else score - lost
    words = _words(rule, due, days, percent, lost, extended) if days else ""
    if not days and when.astimezone(UTC) > due.astimezone(UTC):
        words = f"Handed in within {_grace(rule)}: {_due(rule, due, extended)}."
    return Lateness(due.isoformat(), days, lost, score, words), left


def takes_off(rule: LateRule) -> bool:
    return rule.percent_per_day > 0 and rule.most_percent > 0


def days_begun(
    due: datetime, when: datetime, zone: tzinfo | None, grace: timedelta = timedelta()
) -> int:
    """The number of days that have begun after `due`, by the clock of the zone.

    A day ends when the clock shows the time of day at which it was due, and `grace` later. So it is
    25 hours long where the clock is put back.
    """
    zone = zone or UTC
    when = when.astimezone(UTC) - grace
    if when <= due.astimezone(UTC):
        return 0
    begins = due.astimezone(zone).replace(tzinfo=None)
    passed = when.astimezone(zone).replace(tzinfo=None) - begins
    days = max(1, math.floor(passed / DAY) - 1)
    while when > latest(begins + days * DAY, zone).astimezone(UTC):
        days += 1
    return days


def why_unknown(owner: Owner) -> str:
    """Why it is not known when something was handed in, with the date that cannot be read."""
    if _has_time(owner):
        shown = one_line(owner.submitted_at)[:_MOST_SHOWN]
        return f"'{shown}' cannot be read as a time, or means several"
    return "late, but no time is given" if owner.late else "no time is given"


def _has_time(owner: Owner) -> bool:
    return owner.submitted_at.strip() not in ("", "-")


def _words(
    rule: LateRule, due: datetime, days: int, percent: float, lost: float, extended: bool
) -> str:
    said = f"Handed in late, by {counted(days, 'day')}: {_due(rule, due, extended)}."
    if rule.free_days:
        said += f" {counted(rule.free_days, 'day')} {'is' if rule.free_days == 1 else 'are'} free."
    if not percent:
        return f"{said} Nothing was taken off."
    further = " further" if rule.free_days else ""
    capped = f", {rule.most_percent:g} at most" if percent == rule.most_percent < 100 else ""
    each = f"Each{further} day takes {rule.percent_per_day:g} per cent{capped}"
    points = "point was" if lost == 1 else "points were"
    return f"{said} {each}: {lost:g} {points} taken off."


def _unknown(
    rule: LateRule, due: datetime, owner: Owner, extended: bool, nothing_lost: bool
) -> str:
    late = "The platform says that this was late, but when" if owner.late else "When this"
    then = (
        "nothing was taken off"
        if nothing_lost
        else f"there is no total before that is known; {why_unknown(owner)}"
    )
    return f"{late} was handed in is not known ({_due(rule, due, extended)}): {then}."


def _due(rule: LateRule, due: datetime, extended: bool) -> str:
    more = ", with an extension" if extended else ""
    grace = f", with {_grace(rule)}" if rule.grace_minutes else ""
    return f"it was due {due_words(due)}{more}{grace}"


def due_words(due: datetime) -> str:
    """A due time as people read it: 24 October 2026, 20:00 (CEST)."""
    return f"{due.day} {due:%B %Y, %H:%M} ({due:%Z})"


def _grace(rule: LateRule) -> str:
    return f"{counted(rule.grace_minutes, 'minute')} of grace"
