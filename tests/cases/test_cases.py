"""Inputs that once showed a fault, each graded as a class: what is right of them.

Of every class it is also held that `--zero-missing` gives 0 to the absent, and to nobody else.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from grader.api.grader import Grader, Listener
from grader.authors.init import start
from grader.errors import InputError
from grader.exports import EXPORTS, Request
from grader.exports.tables import Csv
from grader.model import Result, Run

CASES = Path(__file__).parent
LATE = '[late]\ndue = 2026-10-24T20:00:00\ntimezone = "Europe/Berlin"\npercent_per_day = 10\n\n'
QUICK = "[limits]\ncell_seconds = 3\n\n"
RIGHT = (
    "def moving_average(numbers, window):\n"
    "    starts = range(len(numbers) - window + 1)\n"
    "    return [sum(numbers[start : start + window]) / window for start in starts]"
)
LONGEST = "def longest(text):\n    return max(text.split(), key=len)"
ANN_AND_BOB = {"Ann Lee": 10, "Bob Ray": 10}


@dataclass(frozen=True, slots=True)
class Graded:
    """A class that was graded: its results by name, and the lines that were told of it."""

    runs: dict[str, Run]
    passed_over: tuple[str, ...]
    told: tuple[str, ...]
    all_graded: bool
    folder: Path

    @property
    def results(self) -> dict[str, Result]:
        (run,) = self.runs.values()
        return {each.student: each for each in run.results}

    @property
    def scores(self) -> dict[str, float | None]:
        """The scores of those who handed in something."""
        return {name: each.score for name, each in self.results.items() if not each.absent}

    @property
    def absent(self) -> list[str]:
        return [name for name, each in self.results.items() if each.absent]

    def flags(self, student: str) -> str:
        return "; ".join(self.results[student].flags)

    def words(self, student: str) -> str:
        late = self.results[student].late
        return late.words if late else ""

    def export(self, name: str, sheet: Path) -> Exported:
        """The sheet as it is filled in with --zero-missing."""
        (run,) = self.runs.values()
        target = self.folder / "sheet.csv"
        request = Request(run, self.folder, target)
        kind = next(each for each in EXPORTS if each.name == name)
        options: dict[str, Any] = {"sheet": sheet, "zero_missing": True}
        kind(**options).write(request)
        return Exported(target.read_text(encoding="utf-8-sig"), request.notes)


@dataclass(frozen=True, slots=True)
class Exported:
    text: str
    notes: list[str] = field(default_factory=list)

    def column(self, name: str, delimiter: str = ",") -> list[str]:
        rows = csv.DictReader(self.text.splitlines(), delimiter=delimiter)
        return [row[name] for row in rows]


Grade = Callable[..., Graded]


@pytest.fixture(scope="module")
def averages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course that `grade init averages` makes, without the wait for cells that take long."""
    course = tmp_path_factory.mktemp("averages")
    start(course, "averages")
    settings = course / "assignment" / "averages" / "assignment.toml"
    settings.write_text(settings.read_text().replace("[[exercise]]", f"{QUICK}[[exercise]]", 1))
    return course


@pytest.fixture(scope="module")
def averages_with_late_days(averages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a rule for late days: due on the day before the clocks are put back."""
    course = tmp_path_factory.mktemp("late") / "course"
    shutil.copytree(averages, course)
    settings = course / "assignment" / "averages" / "assignment.toml"
    settings.write_text(settings.read_text().replace("[limits]", f"{LATE}[limits]", 1))
    return course


@pytest.fixture(scope="module")
def two_assignments(
    averages: Path, frozen_course: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A course of two assignments: `averages` and `words`."""
    course = tmp_path_factory.mktemp("two") / "course"
    shutil.copytree(averages, course)
    return Path(shutil.copytree(frozen_course, course, dirs_exist_ok=True))


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(jobs=1) as grader:
        yield grader


@pytest.fixture
def grade(grader: Grader, averages: Path, tmp_path: Path) -> Grade:
    """Grade what is at a path below this folder, or anywhere."""

    def grade_them(paths: str | Path, course: Path = averages, **options: Any) -> Graded:
        told: list[str] = []
        for name in options.keys() & {"roster", "groups"}:
            options[name] = CASES / options[name]
        listener = Listener(told=told.append)
        with grader.grade_class(CASES / paths, course, listener=listener, **options) as finished:
            assert finished.found is not None
            runs = {
                each.name: replace(run, results=list(run.results)) for each, run in finished.runs
            }
            for run in runs.values():
                check_who_gets_0(run, tmp_path)
            passed_over = finished.found.passed_over
            return Graded(runs, passed_over, tuple(told), finished.all_graded, tmp_path)

    return grade_them


def check_who_gets_0(run: Run, folder: Path) -> None:
    """Fail unless those whom --zero-missing gives 0 are the absent, and only they."""
    target = folder / "table.csv"
    Csv(zero_missing=True).write(Request(run, folder, target))
    with target.open(encoding="utf-8-sig", newline="") as file:
        totals = {row["student"]: row["total"] for row in csv.DictReader(file)}
    given = {each.student for each in run.results if each.score is None and totals[each.student]}
    assert given == {each.student for each in run.results if each.absent}
    assert all(totals[name] == "0" for name in given)


def test_what_is_no_notebook_by_its_name_is_read_or_has_a_reason(grade: Grade) -> None:
    folder = CASES / "01_not_a_notebook_counts_as_absent"
    found = grade(folder / "m.zip", roster=folder / "worksheet.csv")
    assert found.scores == {
        **dict.fromkeys(("Ann Lee", "Bob Ray", "Cem Kaya", "Dora Doe"), 10),
        **dict.fromkeys(("Eva Eck", "Finn Fox", "Hao Hu"), None),
        "Gil Gor": 10,
    }
    assert found.absent == ["Ida Ito"]
    assert not found.all_graded
    assert found.flags("Bob Ray") == "a notebook although it is called work.ipynb.txt"
    assert "read from a checkpoint" in found.flags("Gil Gor")
    reason = "handed in work.pdf, which is a PDF and no notebook"
    assert found.results["Hao Hu"].reason == reason
    sheet = found.export("moodle", folder / "worksheet.csv")
    assert sheet.column("Grade") == ["10", "10", "10", "10", "", "", "10", "", "0"]
    assert f"Hao Hu: left blank: {reason}" in sheet.notes


@pytest.mark.parametrize("roster", [False, True])
def test_the_number_decides_in_a_worksheet_that_excel_saved(grade: Grade, roster: bool) -> None:
    folder = CASES / "03_worksheet_saved_by_excel"
    found = grade(folder / "m.zip", **({"roster": folder / "ws.csv"} if roster else {}))
    names = {"Jörg Müller", "Ann Müller", "王小明", "Øyvind Åse"}
    assert found.scores == dict.fromkeys(names, 10)
    sheet = found.export("moodle", folder / "ws.csv")
    assert sheet.column("Grade", ";") == ["10"] * 4
    assert sheet.column("Full name", ";")[0] == "Jörg Müller"
    assert "it is read as Windows-1252" in sheet.notes[0]
    assert [line for line in found.told if "Windows-1252" in line] == list(found.told)
    assert len(found.told) == roster


def test_backslashes_in_a_zip_are_separators(grade: Grade) -> None:
    found = grade("04_zip_from_powershell/ps5.zip")
    assert found.scores == {"ann": 10, "bob": 10, "carla": 10}


def test_a_student_in_two_sections_is_one(grade: Grade) -> None:
    folder = Path("06_student_in_two_sections")
    found = grade(folder / "export.zip", roster=folder / "two_sections.csv")
    assert (found.scores, found.absent) == (ANN_AND_BOB, [])


def test_without_the_groups_nobody_gets_0_and_with_them_every_member_has_the_points(
    grade: Grade, tmp_path: Path
) -> None:
    folder = CASES / "07_canvas_group"
    alone = grade(folder / "submissions.zip", roster=folder / "gradebook.csv")
    assert not alone.all_graded
    assert alone.absent == []
    assert "'projectgroup1' has nothing in common with 'Lee, Ann'" in alone.told[0]
    sheet = alone.export("canvas", folder / "gradebook.csv")
    # The first two rows are none of students. Dora Doe's group has no right answer.
    assert sheet.column("Averages (777)")[2:] == ["10", "", "", "0", "", ""]
    groups = tmp_path / "groups.csv"
    groups.write_text(
        "name,canvas_user_id,group_name\n"
        '"Lee, Ann",1001,Project Group 1\n"Ray, Bob",1002,Project Group 1\n'
        '"Kaya, Cem",1003,Project Group 2\n"Doe, Dora",1004,Project Group 2\n"Eck, Eva",1005,\n'
    )
    together = grade(folder / "submissions.zip", roster=folder / "gradebook.csv", groups=groups)
    assert together.all_graded
    assert together.scores == {"Lee, Ann": 10, "Ray, Bob": 10, "Kaya, Cem": 0, "Doe, Dora": 0}
    assert together.absent == ["Eck, Eva"]
    sheet = together.export("canvas", folder / "gradebook.csv")
    assert sheet.column("Averages (777)")[2:] == ["10", "10", "0", "0", "0", ""]


def test_ids_that_lost_their_zeros_are_the_same_and_that_is_said(grade: Grade) -> None:
    folder = Path("09_leading_zeros")
    found = grade(folder / "export.zip", roster=folder / "roster.csv")
    assert (found.scores, found.absent) == (ANN_AND_BOB, [])
    assert "ids that differ by leading zeros or by case are taken for the same" in found.told[0]


def test_logins_are_compared_without_case(grade: Grade) -> None:
    folder = Path("10_case_of_logins")
    found = grade(folder / "subs", roster=folder / "roster.csv")
    assert (found.scores, found.absent) == ({**ANN_AND_BOB, "Cem Kaya": 10}, [])


def test_a_later_cell_that_takes_a_name_costs_nothing_and_is_named(grade: Grade) -> None:
    found = grade("11_later_cell_reuses_a_name/subs")
    assert set(found.scores.values()) == {10}
    assert "uses `sum` (cell 4 gives it another meaning)" in found.flags("later_sum")
    assert "uses `len` (cell 4 gives it another meaning)" in found.flags("later_len")
    assert "cell 2 removes it" in found.flags("del_all")


def test_a_line_that_cannot_run_here_costs_only_itself_and_is_named(grade: Grade) -> None:
    found = grade("12_line_that_cannot_run_here/subs")
    assert found.scores == dict.fromkeys(found.scores, 10)
    assert len(found.scores) == 12
    lines = {
        "assert_then_const": "in its line 2, `assert sys.version_info[:2] == (3, 9)`",
        "chdir_then_const": "in its line 2, `os.chdir('/content/drive/MyDrive/hw1')`",
        "input_then_const": "in its line 1, `name = input('Your name: ')`",
        "import_then_const": "in its line 1, `import seaborn as sns`",
        "long_then_const": "ran out of time in its line 2, `time.sleep(600)`",
        "same_cell_test_fail": "in its line 9, `print(open('expected.txt').read())`",
    }
    assert all(line in found.flags(name) for name, line in lines.items())


def test_helpers_of_any_size_reach_the_kernel(
    averages: Path, grade: Grade, tmp_path: Path, write: Callable[..., Path]
) -> None:
    course = Path(shutil.copytree(averages, tmp_path / "course"))
    folder = course / "assignment" / "averages"
    (folder / "data").mkdir()
    with (folder / "data" / "big.bin").open("wb") as file:
        file.truncate(40_000_000)
    settings = folder / "assignment.toml"
    helpers = '"expected_outputs.json", "data/big.bin"]'
    settings.write_text(settings.read_text().replace('"expected_outputs.json"]', helpers))
    size = "assert len(open('data/big.bin', 'rb').read()) == 40_000_000"
    found = grade(write("ann.ipynb", size, RIGHT), course)
    assert (found.scores, found.flags("ann")) == ({"ann": 10}, "")


def test_a_folder_with_two_notebooks_is_one_students_where_the_roster_knows_it(
    grade: Grade,
) -> None:
    folder = Path("14_two_notebooks_in_each_folder")
    found = grade(folder / "subs", roster=folder / "roster.csv")
    assert (found.scores, found.absent) == ({**ANN_AND_BOB, "Carla Cay": 10}, [])
    assert [line.partition(":")[0] for line in found.passed_over] == [
        f"{name}/part2.ipynb" for name in ("ann", "bob", "carla")
    ]


def test_a_day_across_the_clock_change_is_one_day(
    grade: Grade, averages_with_late_days: Path
) -> None:
    found = grade("15_late_days_over_the_clock_change/export.zip", averages_with_late_days)
    scores = found.scores
    assert scores.pop("Ann on time") == 10
    assert set(scores.values()) == {9}
    assert found.words("Hao no zone") == found.words("Bob 23.5h by the clock")
    assert "by 1 day: it was due 24 October 2026, 20:00 (CEST)" in found.words("Hao no zone")


def test_a_students_own_module_is_put_beside_the_notebook(grade: Grade) -> None:
    found = grade("17_own_module_handed_in/subs")
    assert found.scores == {"ann": 10, "bob": 10, "cem": 10}
    assert "since it uses them: my_helpers.py" in found.flags("ann")
    assert "since it uses them: solution.py" in found.flags("bob")


def test_numbers_behind_names_on_canvas_are_no_attempts(grade: Grade) -> None:
    found = grade("18_canvas_two_parts/submissions.zip")
    parts = {"leeann_1001_5001_hw-1": 0, "leeann_1001_5002_hw-2": 10}
    assert found.scores == {**parts, "raybob": 10}
    assert {found.flags(part) for part in parts} == {"one of 2 notebooks of this student"}


@pytest.mark.parametrize("roster", ["roster.csv", "roster_names.csv"])
@pytest.mark.parametrize("platform", ["blackboard", "brightspace", "sakai", "teams"])
def test_downloads_of_other_platforms_are_matched_and_their_attempts_told(
    grade: Grade, platform: str, roster: str
) -> None:
    found = grade(f"19_other_platforms/{platform}.zip", roster=f"19_other_platforms/{roster}")
    expected = {**ANN_AND_BOB, "Cem Kaya": 10} if platform == "teams" else ANN_AND_BOB
    assert found.scores == expected
    in_roster = {*ANN_AND_BOB, *(["Cem Kaya"] if roster == "roster_names.csv" else [])}
    assert set(found.absent) == in_roster - expected.keys()
    earlier = [line for line in found.passed_over if line.endswith("the last one counts")]
    assert len(earlier) == (platform != "sakai")


def test_a_second_file_on_google_classroom_is_not_guessed_about(grade: Grade) -> None:
    folder = Path("19_other_platforms")
    found = grade(folder / "google_classroom.zip", roster=folder / "roster.csv")
    assert list(found.scores.values()) == [10, 10, 0]
    assert {each.owner.name for each in found.results.values() if each.owner} == {*ANN_AND_BOB}
    assert [bool(found.flags(name)) for name in found.scores] == [False, True, True]


EXCEL = CASES / "20_excel_rosters"
NOTICES = {
    "blank_first.csv": "the names of the columns are in row 2",
    "cp1252.csv": "it is read as Windows-1252",
    "sep_line.csv": "its first line, sep=;, is left out",
    "title_rows.csv": "the names of the columns are in row 3",
    "utf16_tab.txt": "it is read as UTF-16",
    "utf8_tab.csv": "has tabs between its columns",
}


@pytest.mark.parametrize(
    "name", sorted({each.name for each in EXCEL.iterdir() if each.is_file()} - {"xlsx.csv"})
)
def test_a_roster_that_a_spreadsheet_saved_is_read_and_what_is_odd_is_said(
    grade: Grade, name: str
) -> None:
    found = grade(EXCEL / "subs", roster=EXCEL / name)
    assert (found.scores, found.absent) == ({"Ann Lee": 10, "Jörg Müller": 10}, [])
    assert NOTICES.get(name, "") in " ".join(found.told)
    assert bool(found.told) == (name in NOTICES)


def test_a_workbook_is_refused_with_what_to_do(grade: Grade) -> None:
    with pytest.raises(InputError, match=r"is an Excel workbook .*; save it as CSV UTF-8"):
        grade(EXCEL / "subs", roster=EXCEL / "xlsx.csv")


def test_timestamps_in_any_zone_are_read_and_a_missing_one_gives_no_total(
    grade: Grade, averages_with_late_days: Path
) -> None:
    found = grade("21_nbgrader_timestamps/submitted", averages_with_late_days)
    assert not found.all_graded
    expected = dict.fromkeys(("cest", "cet", "est", "jst", "name", "offset", "utc_late"), 9)
    # 19:30 UTC is half an hour after the first day is over.
    assert found.scores == {**expected, "utc": 10, "z": 8, "empty": None}
    assert "no time is given" in found.results["empty"].reason


def test_moodles_dates_are_read_in_several_languages_and_a_missing_one_gives_no_total(
    grade: Grade, averages_with_late_days: Path
) -> None:
    folder = Path("22_moodle_dates")
    found = grade(folder / "m.zip", averages_with_late_days, roster=folder / "ws.csv")
    assert not found.all_graded
    scores = found.scores
    assert scores.pop("Eva None") is None
    assert list(scores.values()) == [9] * 7
    sheet = found.export("moodle", CASES / folder / "ws.csv")
    assert sheet.column("Grade") == ["9", "9", "9", "9", "", "9", "9", "9"]


@pytest.mark.parametrize(
    ("name", "students", "guess"),
    [
        ("gbk", {"李雷", "王小明"}, "GBK"),
        ("utf8_noflag", {"Jörg Müller", "Zoë Ray"}, ""),
        ("cp850", {"Jörg Müller", "Zoë Ray"}, "DOS (cp437)"),
    ],
)
def test_names_in_a_zip_that_does_not_say_its_encoding_are_the_rosters(
    grade: Grade, name: str, students: set[str], guess: str
) -> None:
    found = grade(f"23_names_in_zips/{name}.zip", roster="23_names_in_zips/roster.csv")
    assert found.scores == dict.fromkeys(students, 10)
    assert set(found.absent) == {"李雷", "王小明", "Jörg Müller", "Zoë Ray"} - students
    assert [f"read as {guess}" in line for line in found.passed_over] == ([True] if guess else [])


def test_a_scratch_notebook_and_a_copy_do_not_count_and_every_cell_is_filled(
    grade: Grade,
) -> None:
    folder = CASES / "24_a_scratch_notebook_too"
    found = grade(folder / "m.zip", roster=folder / "ws.csv")
    assert found.scores == {**ANN_AND_BOB, "Cem Kaya": 10, "Dora Doe": 10}
    assert found.export("moodle", folder / "ws.csv").column("Grade") == ["10"] * 4
    copy, scratch = found.passed_over
    assert "Averages (1).ipynb: the same as" in copy
    assert "Untitled.ipynb: has none of the functions" in scratch


def test_the_notebook_of_another_assignment_is_said_to_be_that(
    grade: Grade, two_assignments: Path, write: Callable[..., Path]
) -> None:
    write("subs/ann.ipynb", LONGEST)
    bob = write("subs/bob.ipynb", RIGHT, fairgrade={"assignment": "words"})
    found = grade(bob.parent, two_assignments, assignment="averages")
    assert found.scores == {"ann": None, "bob": 10}
    reason = "this is the notebook of words, as its functions say; it defines 0 of the 1 function"
    assert reason in found.results["ann"].reason
    assert "its metadata name words, but it defines all" in found.flags("bob")


@pytest.mark.parametrize(
    ("name", "delimiter", "points"),
    [
        ("blankrow", ",", ["", "10", "10", "10"]),
        ("firstlast", ",", ["10", "10", "10"]),
        ("ids_sci", ",", ["10", "10", "10"]),
        ("semis", ";", ["10,00", "10", "10"]),
    ],
)
def test_canvas_sheets_are_filled_however_a_spreadsheet_left_them(
    grade: Grade, name: str, delimiter: str, points: list[str]
) -> None:
    folder = CASES / "26_canvas_columns"
    found = grade(folder / "submissions.zip")
    sheet = found.export("canvas", folder / f"{name}.csv")
    assert sheet.column("Averages (777)", delimiter) == points


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("final", "Canvas passes over the column 'Final Score project"),
        ("thousand", "is out of 1000 points, and Averages out of 10"),
    ],
)
def test_canvas_sheets_that_would_lose_or_falsify_points_are_refused(
    grade: Grade, name: str, why: str
) -> None:
    folder = CASES / "26_canvas_columns"
    found = grade(folder / "submissions.zip")
    with pytest.raises(InputError, match=why):
        found.export("canvas", folder / f"{name}.csv")


def test_whoever_lacks_one_of_two_assignments_is_absent_there(
    grade: Grade, two_assignments: Path, tmp_path: Path, write: Callable[..., Path]
) -> None:
    for student in ("ann", "bob", "cem"):
        write(f"subs/{student}/Words.ipynb", LONGEST)
        write(f"subs/{student}/Averages.ipynb", RIGHT)
    (tmp_path / "subs" / "cem" / "Averages.ipynb").unlink()
    roster = tmp_path / "roster.csv"
    roster.write_text("login,name\nann,Ann Lee\nbob,Bob Ray\ncem,Cem Kaya\ndora,Dora Doe\n")
    found = grade(tmp_path / "subs", two_assignments, roster=roster, layout="folders")
    absent = {
        name: {each.student for each in run.results if each.absent}
        for name, run in found.runs.items()
    }
    assert absent == {"words": {"Dora Doe"}, "averages": {"Cem Kaya", "Dora Doe"}}
