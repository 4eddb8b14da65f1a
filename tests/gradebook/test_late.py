"""late, extensions: late days take off what the rule says, and nothing that is not known."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

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
from grader.gradebook.extensions import Extensions, read_extensions
from grader.gradebook.late import lateness, moment
from grader.model import Owner, Run
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


@pytest.mark.parametrize("when", ["", "-", "gestern", "3/1/26", "2026-13-01", "\0"])
@pytest.mark.parametrize("flag", [None, True])
def test_an_unknown_time_is_said_and_takes_nothing_off(when: str, flag: bool | None) -> None:
    late, left = lateness(RULE, DUE, handed_in(when, flag), 80)
    assert (late.days, late.points_lost, left) == (None, 0, 80)
    assert "is not known (it was due 1 March 2026, 23:59 (UTC+01:00)): nothing" in late.words
    assert ("the platform says" in late.words.lower()) == bool(flag)


def test_a_platforms_word_that_it_was_in_time_is_enough() -> None:
    late, left = lateness(RULE, DUE, handed_in("", late=False), 80)
    assert (late.days, late.words, left) == (0, "", 80)


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
    ],
)
def test_a_rule_that_makes_no_sense_is_an_error_in_words(
    course: Path, lines: str, words: str
) -> None:
    add_rule(course, lines)
    with pytest.raises(AssignmentError, match=words):
        load_assignment(course, "words")


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
    times = {"Ann": "2026-03-01 10:00:00 Z", "Bo": "2026-03-04 10:00:00 Z", "Cy": None}
    said = {}
    for number, (name, when) in enumerate(times.items()):
        place = tmp_path / "class" / f"submission_{number}"
        place.mkdir(parents=True)
        (place / "work.ipynb").write_text(json.dumps(notebook(RIGHT)))
        said[place.name] = {":submitters": [{":name": name}], ":created_at": when}
    (tmp_path / "class" / "submission_metadata.yml").write_text(yaml.safe_dump(said))

    def grade(*arguments: object) -> tuple[str, Run]:
        where = ["--root", course, "--output", tmp_path / "grades"]
        done = CliRunner().invoke(main, [*map(str, [tmp_path / "class", *where, *arguments])])
        assert done.exit_code == 0, done.output
        path = tmp_path / "grades" / "results.json"
        jsonschema.validate(json.loads(path.read_text()), schema())
        return done.output, read_results(path)

    return grade


def test_late_days_are_in_results_pages_and_exports(
    graded: Callable[..., tuple[str, Run]], tmp_path: Path
) -> None:
    said, run = graded()
    found = {each.student: (each.score, each.late and each.late.days) for each in run.results}
    assert found == {"Ann": (4, 0), "Bo": (3.2, 3), "Cy": (4, None)}
    assert "when it was handed in is not known, nothing was taken off: 1" in said
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


def test_an_extension_changes_what_is_late_without_grading_again(
    graded: Callable[..., tuple[str, Run]], tmp_path: Path
) -> None:
    graded()
    path = tmp_path / "extensions.csv"
    path.write_text("name,days\nBo,2\nDi,1\n")
    said, run = graded("--extensions", path)
    assert "3 kept from earlier runs" in said
    assert "Di: has an extension, and no submission is theirs" in said
    late = {each.student: each.late for each in run.results}["Bo"]
    assert late is not None
    assert (late.days, late.points_lost) == (1, 0)
    assert "with an extension" in late.words


def test_extensions_of_what_is_never_due_are_an_error(course: Path, tmp_path: Path) -> None:
    (tmp_path / "work.ipynb").write_text(json.dumps(notebook(RIGHT)))
    (tmp_path / "extensions.csv").write_text("name,days\nBo,2\n")
    where = ["--root", course, "--extensions", tmp_path / "extensions.csv"]
    done = CliRunner().invoke(main, [*map(str, [tmp_path / "work.ipynb", *where])])
    assert (done.exit_code, "no assignment says when it is due" in done.output) == (2, True)
