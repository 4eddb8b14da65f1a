"""Read the times that platforms and spreadsheets write, in the languages in which they write them.

A time that can mean two different moments is not guessed: it is None, as one that cannot be read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# No platform writes a longer one; patterns need not run over a whole novel in a cell.
MOST_CHARACTERS = 200
# Excel counts the days from this one; the numbers are those from 2000 to 2099.
_EXCELS_FIRST = datetime(1899, 12, 30)
_EXCELS_DAYS = range(36526, 73051)

# Names without accents, in small letters, of English, German, French, Spanish, Italian, Portuguese
# and Dutch. A shorter name that means the same in all of them is one of the three-letter ones.
_MONTHS = """
january januar janvier enero gennaio janeiro januari jan janner jan. janv ene gen
february februar fevrier febrero febbraio fevereiro februari feb fev fevr
march marz mars marzo marco maart mar mrz mrt maerz
april avril abril aprile apr avr abr
may mai mayo maggio maio mei mag
june juni juin junio giugno junho jun giu
july juli juillet julio luglio julho jul juil lug
august aout agosto augustus aug ago
september septembre septiembre setiembre settembre setembro sep sept set
october oktober octobre octubre ottobre outubro oct okt ott out
november novembre noviembre novembro nov
december dezember decembre diciembre dicembre dezembro dec dez dic
"""
_WEEKDAYS = """
monday montag lundi lunes lunedi segunda-feira maandag mon mo lun seg ma
tuesday dienstag mardi martes martedi terca-feira dinsdag tue tues di mar ter
wednesday mittwoch mercredi miercoles mercoledi quarta-feira woensdag wed mi mer mie qua wo
thursday donnerstag jeudi jueves giovedi quinta-feira donderdag thu thur thurs do jeu jue gio qui
friday freitag vendredi viernes venerdi sexta-feira vrijdag fri fr ven vie sex vr
saturday samstag sonnabend samedi sabado sabato zaterdag sat sa sam sab za
sunday sonntag dimanche domingo domenica zondag sun so dim dom zo
"""


def _numbered(lines: str, first: int) -> dict[str, int]:
    rows = enumerate(lines.split("\n")[1:-1], first)
    return {name: number for number, row in rows for name in row.split()}


MONTHS, WEEKDAYS = _numbered(_MONTHS, 1), _numbered(_WEEKDAYS, 0)
# Abbreviations of zones that mean the same everywhere, with minutes from UTC. Those that mean
# several (CST: Chicago, Shanghai, Havana) are read only where the course's zone uses them.
_ZONES = """
UTC+0 GMT+0 UT+0 Z+0 WET+0 BST+60 WEST+60 CET+60 MEZ+60 WAT+60 CEST+120 MESZ+120 EET+120 CAT+120
SAST+120 EEST+180 MSK+180 EAT+180 IDT+180 PKT+300 WIB+420 HKT+480 AWST+480 WITA+480 JST+540 KST+540
WIT+540 ACST+570 AEST+600 ACDT+630 AEDT+660 NZST+720 NZDT+780 NDT-150 ADT-180 NST-210 AST-240
EDT-240 EST-300 MDT-360 MST-420 PDT-420 AKDT-480 AKST-540 HST-600
"""
ZONES = {
    name: int(minutes)
    for each in _ZONES.split()
    for name, minutes in [re.split(r"(?=[+-])", each, maxsplit=1)]
}
# Those that mean several, with all their meanings. Where the course has a bare offset from UTC, the
# one that is the same is meant.
_SEVERAL = {
    "CST": (-360, 480, -300),
    "CDT": (-300, -240),
    "PST": (-480, 480),
    "IST": (330, 120, 60),
}
_YEARS = range(1970, 2200)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?(?::?00)?", re.IGNORECASE)
_WORD = r"[^\W\d_]{1,20}"
_WEEKDAY = re.compile(rf"({_WORD}(?:-feira)?)\.?,? ")
_DATES = tuple(
    map(
        re.compile,
        (
            # 25 October 2026, 25. Oktober 2026, 1er octobre 2026, 25 de octubre de 2026, 25-Oct-26
            rf"(?P<day>\d\d?)(?:er|st|nd|rd|th|o|\.)?(?: (?:de |of )?|-)(?P<name>{_WORD})\.?,?"
            r"(?: (?:de |del )?|-)(?P<year>\d{4}|\d\d)(?!\d)",
            # October 25, 2026
            rf"(?P<name>{_WORD})\.? (?P<day>\d\d?)(?:st|nd|rd|th)?,? (?P<year>\d{{4}})(?!\d)",
            # 2026/10/25
            r"(?P<year>\d{4})[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)(?!\d)",
            # 25.10.2026
            r"(?P<day>\d\d?)\. ?(?P<month>\d\d?)\. ?(?P<year>\d{4}|\d\d)(?!\d)",
            # 25/10/2026 or 10/25/26: which of the two comes first is known from the class
            r"(?P<first>\d\d?)(?P<sign>[/-])(?P<second>\d\d?)(?P=sign)(?P<year>\d{4}|\d\d)(?!\d)",
        ),
    )
)
_BETWEEN = re.compile(r"[ ,t]{1,3}(?:(?:at|um|a las|as|alle|om|-) )?")
_TIME = re.compile(
    r"(?P<hour>\d\d?)(?:[:.h] ?(?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d{1,9})?)?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?| uhr)?"
)


class Reading(NamedTuple):
    """A time that was read. `is_date` says that the text has no time of day."""

    moment: datetime
    is_date: bool


def moment(text: str, zone: tzinfo | None, day_first: bool | None = None) -> datetime | None:
    """The time in a platform's text, in `zone` where it names none; None if it cannot be read.

    `day_first` says what 3/4/2026 is: 3 April, or March 4. If it is None, that cannot be read.
    """
    found = reading(text, zone, day_first)
    return found.moment if found else None


def reading(text: str, zone: tzinfo | None, day_first: bool | None = None) -> Reading | None:
    """The time in the text, as `moment` has it, with whether the text is a date alone."""
    text = " ".join(unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).split())
    without, named = _without_zone(text)
    found = _local(without, day_first)
    if found is None:
        return None
    try:
        if found.moment.tzinfo is None:
            where = _zone(named, found.moment, zone) if named else zone
            if named and where is None:
                return None
            found = found._replace(moment=found.moment.replace(tzinfo=where))
        elif named:
            return None
    except (OverflowError, ValueError):
        return None
    return found if found.moment.year in _YEARS else None


def which_first(texts: Iterable[str]) -> bool | None:
    """Whether dates such as 3/4/2026 in a class's texts begin with the day; None if nobody knows.

    A number above 12 tells it. A class in which both orders are told by some date has no order.
    """
    told: set[bool] = set()
    for text in texts:
        if match := _DATES[-1].match(_plain(" ".join(text[:MOST_CHARACTERS].split()))):
            first, second = int(match["first"]), int(match["second"])
            if (first > 12) is not (second > 12):
                told.add(first > 12)
    return told.pop() if len(told) == 1 else None


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of a name such as Europe/Berlin; None where there is none of this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _plain(text: str) -> str:
    """The text in small letters and without accents, also not those of capital letters."""
    apart = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in apart if not unicodedata.combining(char))


def _without_zone(text: str) -> tuple[str, str]:
    """The text without the zone at its end, and that: an abbreviation, a name or an offset."""
    before, _, last = text.rpartition(" ")
    last = last.strip("()[]")
    names = last.replace("/", "").replace("_", "").isalpha() and last[:1].isupper()
    if before and (_OFFSET.fullmatch(last) or (names and not _belongs(last))):
        return before.rstrip(" ,"), last
    if text[-1:] in ("Z", "z") and text[-2:-1].isdigit():
        return text[:-1], "UTC"
    return text, ""


def _belongs(word: str) -> bool:
    """Whether a word at the end of a time belongs to the time of day."""
    return word.lower() in ("am", "pm", "m", "uhr")


def _zone(name: str, local: datetime, zone: tzinfo | None) -> tzinfo | None:
    """The zone of an abbreviation, a name or an offset; None if it is not known what is meant."""
    if match := _OFFSET.fullmatch(name):
        distance = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(distance if match[1] == "+" else -distance)
    if "/" in name:
        return zone_named(name)
    name = name.upper()
    for there in _in_that_year(local, zone):
        if there.tzname() == name:
            return timezone(there.utcoffset() or timedelta())
    if name in ZONES:
        return timezone(timedelta(minutes=ZONES[name]))
    here = local.replace(tzinfo=zone).utcoffset()
    return next((zone for each in _SEVERAL.get(name, ()) if timedelta(minutes=each) == here), None)


def _in_that_year(local: datetime, zone: tzinfo | None) -> Iterable[datetime]:
    """The local time in the zone, and then the months of its year, by which names it goes there."""
    if zone is None:
        return
    yield local.replace(tzinfo=zone)
    yield local.replace(tzinfo=zone, fold=1)
    for month in range(1, 13):
        yield datetime(local.year, month, 15, tzinfo=zone)


def _local(text: str, day_first: bool | None) -> Reading | None:
    try:
        # "2026-10-25T19:30:00.123456+01:00" and the like; "20261025" is more likely a number.
        return Reading(datetime.fromisoformat(text if "-" in text else "-"), len(text) == 10)
    except ValueError:
        pass
    if re.fullmatch(r"\d{5}(?:[.,]\d{1,12})?", text):
        return _excels(float(text.replace(",", ".")))
    text = _plain(text)
    weekday = _WEEKDAY.match(text)
    if weekday and weekday[1] in WEEKDAYS and not _is_month(weekday[1], text):
        text = text[weekday.end() :]
    else:
        weekday = None
    found = _date_and_time(text, day_first)
    if found and weekday and found.moment.weekday() != WEEKDAYS[weekday[1]]:
        return None  # "Monday, 3/4/2026" is another date where that is no Monday
    return found


def _is_month(word: str, text: str) -> bool:
    """Whether a word that is a weekday and a month is a month here: "mar 3, 2026"."""
    return word in MONTHS and bool(_DATES[1].match(text))


def _excels(number: float) -> Reading | None:
    """The time that a spreadsheet stores as a number of days."""
    if int(number) not in _EXCELS_DAYS:
        return None
    seconds = round(number * 24 * 60 * 60)
    return Reading(_EXCELS_FIRST + timedelta(seconds=seconds), number.is_integer())


def _date_and_time(text: str, day_first: bool | None) -> Reading | None:
    for form in _DATES:
        if match := form.match(text):
            day, rest = _date(match, day_first), text[match.end() :]
            if day and not rest:
                return Reading(datetime.combine(day, time()), True)
            between = _BETWEEN.match(rest)
            clock = _clock(rest[between.end() :]) if between else None
            if day and clock is not None:
                return Reading(datetime.combine(day, clock), False)
    return None


def _date(match: re.Match[str], day_first: bool | None) -> date | None:
    found = match.groupdict()
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    if "first" in found:
        first, second = int(found["first"]), int(found["second"])
        if first <= 12 and second <= 12 and first != second and day_first is None:
            return None
        begins = first > 12 or (second <= 12 and bool(day_first))
        day, month = (first, second) if begins else (second, first)
    else:
        month = MONTHS.get(found["name"], 0) if "name" in found else int(found["month"])
        day = int(found["day"])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    match = _TIME.fullmatch(text)
    if match is None or not (match["minute"] or match["half"]):
        return None
    hour, half = int(match["hour"]), match["half"]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(match["minute"] or 0), int(match["second"] or 0))
    except ValueError:
        return None
