"""Read the times that platforms write into names of folders."""

from __future__ import annotations

import re
from datetime import datetime

# A month's name in English, German, French, Spanish, Italian, Portuguese or Dutch, in full or
# abbreviated, begins with one of these words.
_MONTHS = (
    "jan en gen",
    "feb fév fev",
    "mar mär maa mrt",
    "apr avr abr",
    "may mai mag mei",
    "jun juin giu",
    "jul juil lug",
    "aug aoû aou ago",
    "sep set",
    "oct okt ott out",
    "nov",
    "dec dez déc dic",
)
_STARTS = {start: number for number, words in enumerate(_MONTHS, 1) for start in words.split()}
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|º|\.)?"
_MONTH = r"(?:de )?(?P<month>[^\W\d_]{3,12})\.?"
_YEAR = r"(?:de )?(?P<year>[0-9]{4})"
_CLOCK = (
    r"(?P<hour>[0-9]{1,2})[:._h]?(?P<minute>[0-9]{2})(?![0-9])(?: ?(?P<half>[AaPp])\.?[Mm]\b\.?)?"
)
_MONTH_FIRST = rf"{_MONTH} {_DAY},? {_YEAR},? {_CLOCK}"
_DAY_FIRST = rf"{_DAY} {_MONTH},? {_YEAR},? {_CLOCK}"
# The same for use within another pattern, without names of groups.
WRITTEN_OUT = re.sub(r"\?P<\w+>", "?:", f"(?:{_MONTH_FIRST}|{_DAY_FIRST})")


def written_out(text: str) -> str:
    """A time such as "Mar 1, 2026 1000 AM" in ISO 8601; empty if it cannot be read.

    >>> written_out("Mar 1, 2026 130 PM")
    '2026-03-01T13:30:00'
    >>> written_out("1. März 2026 10:00")
    '2026-03-01T10:00:00'
    """
    match = re.fullmatch(_MONTH_FIRST, text) or re.fullmatch(_DAY_FIRST, text)
    if not match:
        return ""
    hour = int(match["hour"])
    if half := (match["half"] or "").lower():
        hour = hour % 12 + (12 if half == "p" else 0)
    year, day, minute = (int(match[part]) for part in ("year", "day", "minute"))
    try:
        return datetime(year, _month(match["month"]), day, hour, minute).isoformat()
    except ValueError:
        return ""


def _month(name: str) -> int:
    """The number of a month; 0 if its name is not known."""
    name = name.lower()
    return next((_STARTS[name[:n]] for n in (4, 3, 2) if name[:n] in _STARTS), 0)
