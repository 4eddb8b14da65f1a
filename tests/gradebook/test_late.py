"""late, extensions: late days take off what the rule says, and nothing that is not known."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from grader.assignments.load import load_assignment
from grader.assignments.records import LateRule
from grader.cli import main
from grader.errors import AssignmentError, InputError
from grader.gradebook.extensions import Extensions, LateDays, read_extensions
from grader.gradebook.late import days_begun, lateness
from grader.gradebook.times import ZONES, moment, reading, which_first
from grader.model import Owner, Result, Run, Status
from grader.results.files import read_results
from grader.results.schema import schema
from tests.conftest import notebook

DUE = datetime(2026, 3, 1, 23, 59, tzinfo=timezone(timedelta(hours=1)))
RULE = LateRule(DUE, free_days=1, percent_per_day=10, most_percent=35)
RIGHT = "def longest(text):\n    return max(text.split(), key=len)"


def handed_in(when: str, late: bool | None = None) -> Owner:
    return Owner("ann", submitted_at=when, late=late)


@pytest.mark.parametrize(
    ("when", "days", "lost"),
    [
        ("2026-02-20T10:00:00+01:00", 0, 0),
        ("2026-03-01T23:59:00+01:00", 0, 0),
        ("2026-03-01T22:59:00Z", 0, 0),
        ("2026-03-01T23:59:01+01:00", 1, 0),
        ("2026-03-02 23:59:00", 1, 0),
        ("2026-03-03 00:00:00", 2, 8),
        ("2026-03-03 10:00:00.123456 UTC", 2, 8),
        ("Tuesday, 3 March 2026, 10:00 AM", 2, 8),
        ("2026-03-04 10:00", 3, 16),
        ("2026-12-24", 298, 28),
    ],
)
def test_days_that_have_begun_count_after_the_free_ones_up_to_the_most(
    when: str, days: int, lost: float
) -> None:
    late, left = lateness(RULE, DUE, handed_in(when), 80)
    assert (late.days, late.points_lost, late.before, left) == (days, lost, 80, 80 - lost)
    assert bool(late.words) == bool(days)


UNKNOWN = ["", "-", "gestern", "3/1/26", "2026-13-01", "\0"]


@pytest.mark.parametrize("when", UNKNOWN)
@pytest.mark.parametrize("flag", [None, True])
def test_an_unknown_time_leaves_no_total_where_others_lose_points(
    when: str, flag: bool | None
) -> None:
    late, left = lateness(RULE, DUE, handed_in(when, flag), 80)
    assert (late.days, late.points_lost, late.before, left) == (None, 0, 80, None)
    assert "is not known (it was due 1 March 2026, 23:59 (UTC+01:00)): there is no" in late.words
    assert ("the platform says" in late.words.lower()) == bool(flag)
    assert (f"'{when}'" in late.words) == (when in ("gestern", "3/1/26", "2026-13-01"))


@pytest.mark.parametrize("when", UNKNOWN)
def test_an_unknown_time_takes_nothing_off_where_it_is_known_of_nobody_or_costs_nothing(
    when: str,
) -> None:
    nothing = LateRule(DUE, percent_per_day=0)
    for rule, score, known in ((RULE, 80, False), (nothing, 80, True), (RULE, 0, True)):
        late, left = lateness(rule, DUE, handed_in(when), score, known)
        assert (late.days, late.points_lost, left) == (None, 0, score)
        assert "nothing was taken off" in late.words


def test_a_platforms_word_that_it_was_in_time_is_enough() -> None:
    late, left = lateness(RULE, DUE, handed_in("", late=False), 80)
    assert (late.days, late.words, left) == (0, "", 80)


def test_one_point_is_told_in_the_singular() -> None:
    late, left = lateness(RULE, DUE, handed_in("2026-03-03 10:00"), 10)
    assert left == 9
    assert late.words.endswith("10 per cent: 1 point was taken off.")


def test_the_words_have_everything_that_the_points_follow_from() -> None:
    late, _ = lateness(RULE, DUE, handed_in("2026-03-04 10:00"), 80)
    assert late.words == (
        "Handed in late, by 3 days: it was due 1 March 2026, 23:59 (UTC+01:00). 1 day is free. "
        "Each further day takes 10 per cent: 16 points were taken off."
    )
    late, _ = lateness(RULE, DUE, handed_in("2026-03-09 10:00"), 80)
    assert "Each further day takes 10 per cent, 35 at most: 28 points were" in late.words
    extended, _ = lateness(RULE, DUE + timedelta(days=2), handed_in("2026-03-04 10:00"), 80)
    assert "it was due 3 March 2026, 23:59 (UTC+01:00), with an extension" in extended.words
    assert "Nothing was taken off" in extended.words


BERLIN = ZoneInfo("Europe/Berlin")
AUTUMN = datetime(2026, 10, 24, 20, tzinfo=BERLIN)  # clocks are put back in the night after it
SPRING = datetime(2026, 3, 28, 20, tzinfo=BERLIN)  # and forward after this one


@pytest.mark.parametrize(
    ("due", "when", "days"),
    [
        (AUTUMN, "2026-10-24 17:59:59 Z", 0),
        (AUTUMN, "2026-10-24T18:00:00.400000+00:00", 1),
        (AUTUMN, "2026-10-24 11:30:00 -0700", 1),
        (AUTUMN, "2026-10-25 18:30:00 Z", 1),
        (AUTUMN, "2026-10-25 19:00:00 Z", 1),
        (AUTUMN, "2026-10-25 19:00:01 Z", 2),
        (AUTUMN, "2026-10-25 19:30:00", 1),
        (AUTUMN, "Oct 25 2026 at 07:30 PM (CET)", 1),
        (AUTUMN, "2026-10-31 20:00:01", 8),
        (SPRING, "2026-03-29 20:00:00", 1),
        (SPRING, "2026-03-29 18:00:01 Z", 2),
        # At half past two, the clocks show the same twice, or never.
        (datetime(2026, 10, 24, 2, 30, tzinfo=BERLIN), "2026-10-25 02:30 CET", 1),
        (datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN), "2026-03-29 03:30", 1),
        (datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN), "2026-03-29 03:31", 2),
    ],
)
def test_days_are_counted_by_the_clock_of_the_course(due: datetime, when: str, days: int) -> None:
    late, _ = lateness(LateRule(due, 0, 10, timezone="Europe/Berlin"), due, handed_in(when), 80)
    assert late.days == days


@pytest.mark.parametrize(
    ("when", "days"),
    [("2026-10-24 20:10:00", 0), ("2026-10-24 20:10:01", 1), ("2026-10-25 20:10:00", 1)],
)
def test_each_day_has_its_minutes_of_grace(when: str, days: int) -> None:
    rule = LateRule(AUTUMN, 0, 10, timezone="Europe/Berlin", grace_minutes=10)
    late, left = lateness(rule, AUTUMN, handed_in(when), 80)
    assert (late.days, left) == (days, 80 - 8 * days)
    assert "it was due 24 October 2026, 20:00 (CEST), with 10 minutes of grace" in late.words
    assert late.words.startswith("Handed in within 10 minutes of grace" if not days else "Handed")


@given(
    st.sampled_from(sorted(available_timezones())),
    st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=40)),
    st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_days_never_become_fewer_and_the_clock_decides(
    name: str, local: datetime, after: timedelta, more: timedelta
) -> None:
    zone = ZoneInfo(name)
    due = local.replace(tzinfo=zone)
    when = due.astimezone(UTC) + after
    days = days_begun(due, when, zone)
    assert days <= days_begun(due, when + more, zone)
    # No clock was ever put back or forward by more than a day.
    assert abs(days - after / timedelta(days=1)) <= 2
    for number in range(1, 4):
        at_that_time = (local + timedelta(days=number)).replace(tzinfo=zone)
        assert days_begun(due, at_that_time, zone) == number


SUNDAY = datetime(2026, 10, 25, 19, 30, tzinfo=BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        *("Sunday, 25 October 2026, 7:30 PM", "Sunday, October 25, 2026, 7:30 PM"),
        *("Sunday, 25 October 2026, 7:30\u202fPM", "25 Oct 2026 19:30", "Oct 25, 2026, 7:30 p.m."),
        *("Sonntag, 25. Oktober 2026, 19:30", "So, 25. Okt. 2026, 19:30 Uhr", "25.10.26 19:30"),
        *("dimanche 25 octobre 2026, 19:30", "DIMANCHE 25 OCTOBRE 2026, 19h30"),
        *("domingo, 25 de octubre de 2026, 19:30", "25 de oct. de 2026, 7:30 p. m."),
        *("domenica, 25 ottobre 2026, 19:30", "domingo, 25 de outubro de 2026, 19:30"),
        *("zondag, 25 oktober 2026, 19:30", "2026-10-25 19:30", "2026/10/25 19:30"),
        *("25.10.2026 19:30", "25.10.2026, 19:30:00", "10/25/26, 19:30", "10/25/2026 7:30:00 PM"),
        *("25/10/2026 19:30", "25-10-2026 19:30", "25-Oct-26 19:30", "46320.8125", "46320,8125"),
        *("2026-10-25 19:30:00.000000 CET", "2026-10-25 19:30 MEZ", "2026-10-25 20:30:00 CEST"),
        *("2026-10-25 19:30:00 Europe/Berlin", "2026-10-25 19:30:00.000000 +0100"),
        *(
            "2026-10-25 13:30:00 EST",
            "2026-10-26 03:30:00 JST",
            "2026-10-25 14:30 America/New_York",
        ),
        *("2026-10-25T18:30:00Z", "2026-10-25 18:30:00 UTC", "2026-10-25 19:30 GMT+1"),
        *("2026-10-25 19:30 (UTC+01:00)", "Sun, 25 Oct 2026 19:30:00 +0100"),
    ],
)
def test_times_are_read_as_platforms_and_spreadsheets_write_them(text: str) -> None:
    assert moment(text, BERLIN) == SUNDAY


@pytest.mark.parametrize(
    "text",
    [
        *("Monday, 25 October 2026, 7:30 PM", "neděle, 25. října 2026, 19.30", "########"),
        *("3/4/2026 19:30", "2026-10-25 19:30 CST", "2026-10-25 19:30 XYZ", "25:99", "31.2.2026"),
        *("25 October 2026, 13:30 PM", "2026-10-25 19:30 Europe/Atlantis", "0001-01-01", "9" * 500),
        *("before 25 October 2026", "25 October 2026 and then some", "20261025", "12", "1e5"),
    ],
)
def test_what_means_no_one_moment_is_not_guessed(text: str) -> None:
    assert reading(text, BERLIN) is None


def test_a_class_tells_whether_the_day_or_the_month_comes_first() -> None:
    assert which_first(["3/4/2026 19:30", "25/10/2026"]) is True
    assert which_first(["3/4/26, 19:30", "Sunday, 25 October 2026", "10/25/26, 19:30"]) is False
    assert which_first(["3/4/2026"]) is None
    assert which_first(["25/10/2026", "10/25/2026"]) is None
    assert moment("3/4/2026 10:00", UTC, day_first=True) == datetime(2026, 4, 3, 10, tzinfo=UTC)
    assert moment("3/4/2026 10:00", UTC, day_first=False) == datetime(2026, 3, 4, 10, tzinfo=UTC)


def test_an_abbreviation_is_one_of_the_courses_zone_where_it_uses_it() -> None:
    for zone, hours in (("America/Chicago", -6), ("Asia/Shanghai", 8), ("America/Havana", -5)):
        read = moment("2026-01-05 12:00 CST", ZoneInfo(zone))
        assert read is not None
        assert read.utcoffset() == timedelta(hours=hours)
    # The hour that comes twice is told apart by it.
    twice = [moment(f"2026-10-25 02:30 {each}", BERLIN) for each in ("CEST", "CET")]
    assert twice == [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]


def test_the_table_of_abbreviations_has_what_all_zones_agree_on() -> None:
    used: dict[str, set[int]] = {}
    for name in available_timezones():
        for year in range(2019, 2030):
            for month in (1, 7):
                there = datetime(year, month, 15, 12, tzinfo=UTC).astimezone(ZoneInfo(name))
                minutes = (there.utcoffset() or timedelta()) // timedelta(minutes=1)
                used.setdefault(there.tzname() or "", set()).add(minutes)
    several = {name for name, minutes in used.items() if len(minutes) > 1}
    assert not several & ZONES.keys()
    for name in ZONES.keys() & used.keys():
        assert used[name] == {ZONES[name]}


MOODLES_SHEET = {
    "Ann": "Sunday, 25 October 2026, 7:30 PM",
    "Bob": "Sunday, October 25, 2026, 7:30 PM",
    "Cem": "Sonntag, 25. Oktober 2026, 19:30",
    "Dora": "dimanche 25 octobre 2026, 19:30",
    "Eva": "-",
    "Finn": "2026-10-25 19:30",
    "Gil": "25.10.2026 19:30",
    "Hao": "10/25/26, 19:30",
    "Ida": "10/11/26, 19:30",  # as in Hao's, the month comes first
}
NBGRADERS_STAMPS = {
    "cest": "2026-10-25 19:30:00.000000 CEST",
    "cet": "2026-10-25 19:30:00.123456 CET",
    "empty": "",
    "est": "2026-10-25 13:30:00.123456 EST",
    "jst": "2026-10-26 03:30:00.000000 JST",
    "name": "2026-10-25 19:30:00 Europe/Berlin",
    "offset": "2026-10-25 19:30:00.123456 +0100",
    "utc": "2026-10-24 17:00:00.000000 UTC",
    "z": "2026-10-25T19:30:00Z",
    "which": "2026-10-25 19:30:00 CST",
}


def applied(rule: LateRule, times: dict[str, str]) -> dict[str, Result]:
    """The results of a class in which everybody reached 10 points, after late days."""
    owners = {name: Owner(name, submitted_at=when) for name, when in times.items()}
    late_days = LateDays({"words": rule}).of_class(owners.values())
    return {
        name: late_days.applied(Result(name, "x.ipynb", Status.GRADED, 10, 10), "words", owner)
        for name, owner in owners.items()
    }


def test_a_class_of_moodle_loses_what_the_rule_says_but_for_whom_no_time_is_given() -> None:
    results = applied(LateRule(AUTUMN, 0, 10, timezone="Europe/Berlin"), MOODLES_SHEET)
    eva, ida = results.pop("Eva"), results.pop("Ida")
    assert {each.score for each in results.values()} == {9}
    assert (eva.score, eva.status) == (None, Status.NOT_GRADED)
    assert eva.reason == "how many days late it is cannot be told: no time is given"
    assert ida.score == 10


@pytest.mark.parametrize("zone", ["Europe/Berlin", ""])
def test_a_class_of_nbgrader_is_read_with_or_without_a_named_zone(zone: str) -> None:
    due = AUTUMN if zone else AUTUMN.replace(tzinfo=timezone(timedelta(hours=2)))
    results = applied(LateRule(due, 0, 10, timezone=zone), NBGRADERS_STAMPS)
    days = {name: each.late and each.late.days for name, each in results.items()}
    later = 1 if zone else 2  # by an offset alone, a day is always 24 hours
    late = {"cet": later, "est": later, "jst": later, "name": later, "offset": later}
    expected = {**late, "cest": 1, "utc": 0, "z": 2, "empty": None, "which": None}
    assert days == expected
    assert results["which"].status is Status.NOT_GRADED
    assert "'2026-10-25 19:30:00 CST' cannot be read" in results["which"].reason


def test_where_no_times_are_known_at_all_nobody_loses_anything() -> None:
    results = applied(LateRule(AUTUMN, 0, 10), {"Ann": "", "Bo": ""})
    assert {each.score for each in results.values()} == {10}


@given(st.text(max_size=40))
def test_any_text_is_read_or_not_and_never_an_error(text: str) -> None:
    found = moment(text, BERLIN)
    assert found is None or found.tzinfo is not None


@given(
    st.floats(0, 100),
    st.timedeltas(timedelta(days=-5), timedelta(days=400)),
    st.timedeltas(timedelta(0), timedelta(days=5)),
    st.floats(0, 30),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_later_is_never_better_and_nothing_falls_below_0(
    score: float, after: timedelta, more: timedelta, free: float, each: float, most: float
) -> None:
    rule = LateRule(DUE, free, each, most)
    first, left = lateness(rule, DUE, handed_in((DUE + after).isoformat()), score)
    second, left_later = lateness(rule, DUE, handed_in((DUE + after + more).isoformat()), score)
    assert left is not None
    assert left_later is not None
    assert left >= left_later >= -0.005
    assert first.points_lost <= second.points_lost <= score + 0.005
    ungraded, nothing = lateness(rule, DUE, handed_in((DUE + after).isoformat()), None)
    assert (nothing, ungraded.points_lost) == (None, 0)


def test_a_time_without_a_zone_is_one_of_the_due_times_zone() -> None:
    assert moment("2026-03-01 23:59", DUE.tzinfo) == DUE
    assert moment("2026-03-01 23:59:00+00:00", DUE.tzinfo) == DUE + timedelta(hours=1)
    assert moment("2026-03-01 22:59:00 UTC", None) == DUE.astimezone(UTC)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('due = "tomorrow"', "late.due: is 'tomorrow' where a time with its offset"),
        ("due = 2026-03-01T23:59:00", "late.due: is 2026-03-01 23:59:00 where a time with its of"),
        ("free_days = 1", "late.due: is missing; a time"),
        ("due = 2026-03-01T23:59:00Z\nfree_days = -1", "late.free_days: is -1 .* from 0 up"),
        ("due = 2026-03-01T23:59:00Z\npercent_per_day = 101", "is 101 where .* from 0 to 100"),
        ("due = 2026-03-01T23:59:00Z\npenalty = 1", "late.penalty: is not a key"),
        ("due = 2026-03-01T23:59:00Z\ntimezone = 'Europe/Berln'", "mean 'Europe/Berlin'"),
        ("due = 2026-03-01T23:59:00Z\ntimezone = '/etc/hosts'", "is '/etc/hosts' where the name"),
        ("due = 2026-03-01T23:59:00Z\ngrace_minutes = -5", "late.grace_minutes: is -5"),
    ],
)
def test_a_rule_that_makes_no_sense_is_an_error_in_words(
    course: Path, lines: str, words: str
) -> None:
    add_rule(course, lines)
    with pytest.raises(AssignmentError, match=words):
        load_assignment(course, "words")


def test_a_due_time_without_an_offset_is_one_of_the_named_zone(course: Path) -> None:
    add_rule(course, 'due = 2026-10-24T20:00:00\ntimezone = "Europe/Berlin"')
    rule = load_assignment(course, "words").late
    assert rule is not None
    assert (rule.due, rule.zone) == (AUTUMN, BERLIN)


def add_rule(course: Path, lines: str) -> None:
    path = course / "assignment" / "words" / "assignment.toml"
    path.write_text(path.read_text().replace("[limits]", f"[late]\n{lines}\n\n[limits]"))


def extensions(tmp_path: Path, text: str) -> Extensions:
    path = tmp_path / "extensions.csv"
    path.write_text(text)
    return read_extensions(path)


def test_extensions_are_found_by_id_email_or_name(tmp_path: Path) -> None:
    found = extensions(
        tmp_path,
        "Name,SID,Email,Due,Days\nAnn Lee,1,,2026-03-05,\nBo Kay,,b@x.edu,,2\n"
        "Cy Roe,3,,2026-03-05T12:00:00Z,\n",
    )
    ann = found.find(Owner("Someone Else", {"sid": "1"}), "")
    bo = found.find(Owner("bo", email="B@x.edu"), "")
    cy = found.find(Owner(""), "cyroe.ipynb")
    assert [each.until(DUE) if each else None for each in (ann, bo, cy)] == [
        datetime(2026, 3, 5, 23, 59, 59, tzinfo=DUE.tzinfo),
        DUE + timedelta(days=2),
        datetime(2026, 3, 5, 12, tzinfo=UTC),
    ]
    assert found.find(Owner("Ann Lee", {"sid": "9"}), "") is None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",,1", "row 2: names no student"),
        ("Ann,,", "row 2: either a due time or a number of days"),
        ("Ann,2026-03-05,1", "row 2: either a due time or a number of days"),
        ("Ann,next week,", "row 2: due is 'next week' where a time such as"),
        ("Ann,,-1", "row 2: days is '-1' where a number"),
        ("Ann,,nan", "row 2: days is 'nan' where a number"),
    ],
)
def test_a_row_that_makes_no_sense_is_an_error_with_its_number(
    tmp_path: Path, row: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        extensions(tmp_path, f"name,due,days\n{row}\n")


@pytest.fixture
def graded(course: Path, tmp_path: Path) -> Callable[..., tuple[str, Run]]:
    """Grade three students of a Gradescope export: in time, 3 days late, nobody knows when."""
    add_rule(course, "due = 2026-03-01T23:59:00Z\nfree_days = 1\npercent_per_day = 10")
    times = {"Ann": "2026-03-01 10:00:00 Z", "Bo": "2026-03-04 10:00:00 Z", "Cy": "gestern"}
    said = {}
    for number, (name, when) in enumerate(times.items()):
        place = tmp_path / "class" / f"submission_{number}"
        place.mkdir(parents=True)
        (place / "work.ipynb").write_text(json.dumps(notebook(RIGHT)))
        said[place.name] = {":submitters": [{":name": name}], ":created_at": when}
    (tmp_path / "class" / "submission_metadata.yml").write_text(yaml.safe_dump(said))

    def grade(*arguments: object, code: int = 1) -> tuple[str, Run]:
        where = ["--root", course, "--output", tmp_path / "grades"]
        done = CliRunner().invoke(main, [*map(str, [tmp_path / "class", *where, *arguments])])
        assert done.exit_code == code, done.output
        path = tmp_path / "grades" / "results.json"
        jsonschema.validate(json.loads(path.read_text()), schema())
        return done.output, read_results(path)

    return grade


def test_late_days_are_in_results_pages_and_exports(
    graded: Callable[..., tuple[str, Run]], tmp_path: Path
) -> None:
    said, run = graded()
    found = {each.student: (each.score, each.late and each.late.days) for each in run.results}
    assert found == {"Ann": (4, 0), "Bo": (3.2, 3), "Cy": (None, None)}
    why = "'gestern' cannot be read as a time, or means several"
    assert f"so there is no total; Cy: {why}. Put the time" in said
    rule = "a day is 24 hours (no `timezone` is named); 0 minutes of grace; 10 % a day"
    assert f"late days: due 1 March 2026, 23:59 (UTC), {rule}" in said
    pages = {
        path.name[:2]: path.read_text()
        for path in (tmp_path / "grades" / "report" / "students").glob("*.html")
    }
    assert "Late days" not in pages["an"]
    assert "0.8 points were taken off. Before that it was 4 points." in pages["bo"]
    assert "is not known" in pages["cy"]
    assert "by 3 days" in (tmp_path / "grades" / "grades.csv").read_text()
    grades = tmp_path / "grades"
    exported = {"csv": "export.csv", "gradescope": "gradescope/submission_1/results.json"}
    for form, place in exported.items():
        done = CliRunner().invoke(main, ["export", form, "--results", str(grades)])
        assert done.exit_code == 0, done.output
        assert "3.2" in (grades / place).read_text()
    with (grades / "export.csv").open(encoding="utf-8-sig") as sheet:
        (cy,) = (row for row in csv.DictReader(sheet) if row["student"] == "Cy")
    assert (cy["total"], why in cy["reason"]) == ("", True)


def test_an_extension_changes_what_is_late_without_grading_again(
    graded: Callable[..., tuple[str, Run]], tmp_path: Path
) -> None:
    graded()
    path = tmp_path / "extensions.csv"
    path.write_text("name,days,submitted_at\nBo,2,\nDi,1,\nCy,,2026-03-03 12:00\n")
    said, run = graded("--extensions", path, code=0)
    assert "3 kept from earlier runs" in said
    assert "Di: has an extension, and no submission is theirs" in said
    late = {each.student: each.late for each in run.results}["Bo"]
    assert late is not None
    assert (late.days, late.points_lost) == (1, 0)
    assert "with an extension" in late.words
    assert {each.student: each.score for each in run.results}["Cy"] == 3.6


def test_extensions_of_what_is_never_due_are_an_error(course: Path, tmp_path: Path) -> None:
    (tmp_path / "work.ipynb").write_text(json.dumps(notebook(RIGHT)))
    (tmp_path / "extensions.csv").write_text("name,days\nBo,2\n")
    where = ["--root", course, "--extensions", tmp_path / "extensions.csv"]
    done = CliRunner().invoke(main, [*map(str, [tmp_path / "work.ipynb", *where])])
    assert (done.exit_code, "no assignment says when it is due" in done.output) == (2, True)
