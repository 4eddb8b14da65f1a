"""grade: the command as it is typed, its exit codes and its files."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import jsonschema
import openpyxl
import pytest

from grader.model import Run
from grader.results.files import read_results
from grader.results.schema import schema
from tests.waiting import ENDLESS, ENDLESS_NAME, processes_called, until

LONGEST = "def longest(text):\n    return max(text.split(), key=len)"
COUNT = "def count(text):\n    words = text.split()\n    return {w: words.count(w) for w in words}"
SPREAD = (
    "import numpy as np\n"
    "def mean_and_spread(text):\n"
    "    sizes = [len(w) for w in text.split()]\n"
    "    return np.mean(sizes), np.std(sizes)"
)
RIGHT = (LONGEST, COUNT, SPREAD)
PARTS = ["gradebook.sqlite", "grades.csv", "report", "results.json"]

Grade = Callable[..., "subprocess.CompletedProcess[str]"]


def command(*arguments: object) -> list[str]:
    return [
        sys.executable,
        "-W",
        "error",
        "-c",
        "from grader.cli import main; main()",
        *map(str, arguments),
    ]


@pytest.fixture
def run_grade(frozen_course: Path, tmp_path: Path) -> Grade:
    """Run `grade` with arguments in tmp_path, with the small course as its root."""

    def grade(*arguments: object, course: Path = frozen_course) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments, "--root", course),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return grade


def results(folder: Path) -> Run:
    path = folder / "results.json"
    jsonschema.validate(json.loads(path.read_text()), schema())
    return read_results(path)


def test_a_zip_with_a_roster_is_graded_by_its_best_attempts(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/HW_alee_attempt_2026-03-01-10-00-00_hw.ipynb", *RIGHT)
    write("in/HW_alee_attempt_2026-03-02-10-00-00_hw.ipynb", LONGEST)
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for path in (tmp_path / "in").iterdir():
            archive.write(path, path.name)
    (tmp_path / "class.csv").write_text('name,username\n"Lee, Ann",alee\n"Kay, Bo",bkay\n')
    done = run_grade("in.zip", "--roster", "class.csv", "--attempts", "best")
    assert "Blackboard download: 2 submissions of 1 student" in done.stdout
    # Three of six hundred always hand in nothing: that is said, and is no failure.
    assert "handed in nothing (1): Kay, Bo" in done.stderr
    assert "Words: 1 graded, 0 not graded" in done.stdout
    assert done.returncode == 0
    ann, bo = results(tmp_path / "grades").results
    assert (ann.owner and ann.owner.ids, bo.handed_in) == ({"login": "alee"}, False)
    assert (ann.student, ann.source) == ("Lee, Ann", "HW_alee_attempt_2026-03-01-10-00-00_hw.ipynb")
    assert ann.score == ann.max_score
    assert (bo.student, bo.score, bo.reason) == ("Kay, Bo", None, "handed in nothing")


GRADEBOOK = (
    "Student,ID,SIS Login ID,Section,Words (777),Current Score\n"
    "    Points Possible,,,,20,(read only)\n"
    '"Lee, Ann",12,a,One,,\n"Kay, Bo",13,b,One,,\n"Roe, Cy",14,c,One,,\n"Fox, Di",15,d,One,,\n'
    '"Student, Test",99,t,One,,\n'
)


def test_a_group_hands_in_for_all_its_members_and_only_the_absent_get_0(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/projectgroup1_12_90_hw.ipynb", *RIGHT)
    (tmp_path / "in" / "roecy_14_91_report.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "class.csv").write_text(GRADEBOOK)
    (tmp_path / "groups.csv").write_text(
        "name,canvas_user_id,login_id,group_name\n"
        '"Lee, Ann",12,a,Project Group 1\n"Kay, Bo",13,b,Project Group 1\n"Roe, Cy",14,c,\n'
    )
    export = ("export", "canvas", "--sheet", "class.csv", "--zero-missing")
    expected = {
        # Nobody knows who is in the group: nobody gets 0.
        (): (["20", "", "", "", ""], "'projectgroup1' has nothing in common with 'Lee, Ann'"),
        ("--groups", "groups.csv"): (["20", "20", "", "0", ""], "handed in nothing (1): Fox, Di"),
    }
    for options, (points, said) in expected.items():
        done = run_grade("in", "--roster", "class.csv", "--layout", "canvas", *options)
        assert done.returncode == 1
        assert said in done.stderr
        exported = subprocess.run(
            command(*export), cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert "Roe, Cy: left blank: handed in report.pdf" in exported.stderr
        text = (tmp_path / "grades" / "canvas.csv").read_text()
        assert [row[4] for row in csv.reader(text.splitlines())][2:] == points


def test_a_roster_of_another_class_ends_the_run_before_anything_is_written(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/leeann_12_90_hw.ipynb", "x = 1")
    (tmp_path / "class.csv").write_text(GRADEBOOK.replace(",12,", ",1200,"))
    done = run_grade("in", "--roster", "class.csv", "--layout", "canvas")
    assert done.returncode == 1
    assert "of 1 student who handed in, 0 are in it" in done.stderr
    assert "'leeann' (canvas 12); of the roster: 'Lee, Ann' (canvas 1200" in done.stderr
    assert "--roster-partial grades all the same" in done.stderr
    assert not (tmp_path / "grades").exists()


def test_a_folder_is_graded_into_results_grades_and_report(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/ann.ipynb", *RIGHT)
    write("in/bob.ipynb", LONGEST)
    (tmp_path / "in" / "notes.txt").write_text("x")
    done = run_grade("in")
    assert done.returncode == 0
    assert "Words: 2 graded, 0 not graded" in done.stdout
    assert "report: grades/report/index.html" in done.stdout
    assert "protection: " in done.stdout
    assert done.stderr == "passed over: notes.txt: is a text file and no notebook\n"
    run = results(tmp_path / "grades")
    assert [(each.student, each.score) for each in run.results] == [("ann", 20), ("bob", 4)]
    assert (tmp_path / "grades/report/index.html").exists()
    assert len(list((tmp_path / "grades/report/students").iterdir())) == 2


def test_similar_submissions_are_shown_when_asked_for(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("ann.ipynb", *RIGHT)
    index = tmp_path / "grades" / "report" / "index.html"
    for options, there in (((), False), (("--similar",), True)):
        assert run_grade("ann.ipynb", *options).returncode == 0
        assert ('<h2 id="similar">' in index.read_text(encoding="utf-8")) is there


def test_run_is_the_same_as_no_subcommand_and_says_what_was_asked_for(
    run_grade: Grade, course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("ann.ipynb", *RIGHT)
    (course / "fairgrade.toml").write_text('attempts = "best"\n')
    for_programs = run_grade("run", "ann.ipynb", "--output", "one", "--json", course=course)
    for_people = run_grade("ann.ipynb", "--output", "two", course=course)
    assert for_programs.returncode == for_people.returncode == 0
    said = json.loads(for_programs.stdout)
    assert said["option_file"] == str(course / "fairgrade.toml")
    assert [(each["assignment"], each["mean"]) for each in said["assignments"]] == [("words", 20)]
    assert for_people.stdout.startswith("options: course/fairgrade.toml\n")
    assert "Words: 1 graded, 0 not graded; mean 20, median 20 of 20 points\n" in for_people.stdout
    (one,), (two,) = (results(tmp_path / name).results for name in ("one", "two"))
    assert one.exercises == two.exercises


def test_results_are_the_same_with_one_job_and_several(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    for name in "abcd":
        write(f"in/{name}.ipynb", LONGEST, f"print('{name}')")
    for jobs in (1, 3):
        assert run_grade("in", "-j", jobs, "-o", f"out{jobs}", "-q").returncode == 0
    one, three = (
        [replace(each, seconds=0) for each in results(tmp_path / f"out{jobs}").results]
        for jobs in (1, 3)
    )
    assert one == three


def test_quiet_prints_problems_only(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/ann.ipynb", *RIGHT)
    (tmp_path / "in" / "bob.ipynb").write_text("{")
    done = run_grade("in", "--quiet")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "not graded: bob.ipynb: is not valid JSON (line 1)\n"


def test_bad_submissions_are_named_and_the_others_graded_as_if_they_were_not_there(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    write("in/good.ipynb", *RIGHT)
    write("in/R kernel.ipynb", "1", language_info={"name": "R"})
    write("in/no code.ipynb")
    write("in/<script>alert(1)<.ipynb", *RIGHT)
    write("in/new\nline.ipynb", *RIGHT)
    write("in/=1+1.ipynb", *RIGHT)
    (folder / "empty.ipynb").write_text("")
    (folder / "merge.ipynb").write_text("<<<<<<< HEAD\n{}")
    (folder / "large.ipynb").write_bytes(b" " * 60_000_000)
    (folder / "link.ipynb").symlink_to("/etc/hostname")
    (folder / "folder.ipynb").mkdir()
    done = run_grade("in")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    run = results(tmp_path / "grades")
    scores = {each.student: each.score for each in run.results}
    reasons = {each.student: each.reason for each in run.results if each.reason}
    assert {name for name, score in scores.items() if score == 20} == {
        "good",
        "<script>alert(1)<",
        "new\nline",
        "=1+1",
    }
    assert {name: reason.split(",")[0] for name, reason in reasons.items()} == {
        "R kernel": "is a notebook in r",
        "no code": "has no code in it",
        "empty": "is empty",
        "merge": "is not valid JSON: it holds the marks of an unresolved merge (<<<<<<<)",
        "large": "is too large to be read",
        "link": "is a link that leads out of its folder",
    }
    assert set(scores) == {*reasons, "good", "<script>alert(1)<", "new\nline", "=1+1"}


def test_grades_csv_has_a_row_each_and_no_zero_for_what_was_not_graded(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/ann.ipynb", *RIGHT)
    write("in/=cmd.ipynb", LONGEST, "def count(t): return {w: 1 for w in t.split()}")
    (tmp_path / "in" / "bob.ipynb").write_text("{")
    run_grade("in", "-q")
    text = (tmp_path / "grades/grades.csv").read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(text.splitlines())
    assert header == [
        *("student", "source", "status", "The longest word", "Count words", "Mean and spread"),
        *("total", "maximum", "reason", "adjusted", "late"),
    ]
    assert rows == [
        ["'=cmd", "'=cmd.ipynb", "graded", "4", "2", "0", "6", "20", "", "", ""],
        ["ann", "ann.ipynb", "graded", "4", "6", "10", "20", "20", "", "", ""],
        [
            *("bob", "bob.ipynb", "not_graded", "", "", "", "", "20"),
            *("is not valid JSON (line 1)", "", ""),
        ],
    ]
    sheet = openpyxl.load_workbook(tmp_path / "grades/grades.xlsx").active
    assert sheet is not None
    in_sheet = [*sheet.iter_rows(values_only=True)]
    assert [[*in_sheet[0]], [*in_sheet[2]]] == [
        header,
        ["ann", "ann.ipynb", "graded", 4, 6, 10, 20, 20, None, None, None],
    ]
    page = (tmp_path / "grades/report/index.html").read_text(encoding="utf-8")
    for name in ("grades.csv", "grades.xlsx"):
        assert f'<a href="../{name}" download>Download {name}</a>' in page
    run_grade("in/ann.ipynb", "-q")
    assert not (tmp_path / "grades/grades.xlsx").exists()  # of the run before
    page = (tmp_path / "grades/report/index.html").read_text(encoding="utf-8")
    assert "grades.xlsx" not in page


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "Missing argument 'PATHS...'"),
        (("gone.ipynb",), 2, "gone.ipynb: there is no such file or folder"),
        (("empty",), 2, "empty: there is no notebook (.ipynb) in there"),
        (("ann.ipynb", "--jobs", "0"), 2, "0 is not in the range"),
        (("ann.ipynb", "--fail-under", "101"), 2, "101.0 is not in the range"),
        (("ann.ipynb", "--nonsense"), 2, "No such option"),
        (("ann.ipynb", "--assignment", "verbs"), 2, "--assignment verbs: there are words"),
        (("ann.ipynb", "--output", "taken"), 2, "exists and is no report of fairgrade's"),
        (("ann.ipynb", "--output", "ann.ipynb"), 2, "is a file"),
        (("ann.ipynb", "--output", "/proc/nowhere"), 2, "results cannot be written there"),
    ],
)
def test_a_wrong_command_line_is_told_in_a_sentence(
    run_grade: Grade,
    write: Callable[..., Path],
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    write("ann.ipynb", LONGEST)
    (tmp_path / "empty").mkdir()
    (tmp_path / "taken/report").mkdir(parents=True)
    (tmp_path / "taken/report/thesis.txt").write_text("years of work")
    done = run_grade("run", *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "taken/report/thesis.txt").exists()


def test_without_assignments_the_command_says_where_it_looked(tmp_path: Path) -> None:
    done = subprocess.run(
        command("x.ipynb"), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no assignment/NAME/assignment.toml here or above" in done.stderr


def test_fail_under_is_about_the_lowest_score(run_grade: Grade, write: Callable[..., Path]) -> None:
    write("in/ann.ipynb", *RIGHT)
    write("in/bob.ipynb", COUNT, SPREAD)
    assert run_grade("in", "--fail-under", 80, "-q").returncode == 0
    assert run_grade("in", "--fail-under", 80.5, "-q").returncode == 3


def test_an_assignment_that_is_broken_stops_the_run_before_it_begins(
    run_grade: Grade, write: Callable[..., Path], course: Path, tmp_path: Path
) -> None:
    write("ann.ipynb", LONGEST)
    toml = course / "assignment/words/assignment.toml"
    toml.write_text(toml.read_text().replace("points = 4", "points = -4"))
    done = run_grade("ann.ipynb", course=course)
    assert done.returncode == 1
    assert "points: is -4 where a number above 0 is expected" in done.stderr
    assert not (tmp_path / "grades").exists()


def test_a_second_run_replaces_the_first_ones_files(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/ann.ipynb", LONGEST)
    run_grade("in", "-q")
    (tmp_path / "in/ann.ipynb").rename(tmp_path / "in/bob.ipynb")
    run_grade("in", "-q")
    assert [each.student for each in results(tmp_path / "grades").results] == ["bob"]
    assert len(list((tmp_path / "grades/report/students").iterdir())) == 1
    assert sorted(os.listdir(tmp_path / "grades")) == PARTS


def test_two_runs_at_once_into_one_folder_leave_one_whole_result(
    frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("ann", "bob"):
        write(f"{name}.ipynb", LONGEST)
    runs = [
        subprocess.Popen(command(f"{name}.ipynb", "-q", "--root", frozen_course), cwd=tmp_path)
        for name in ("ann", "bob")
    ]
    assert [run.wait(120) for run in runs] == [0, 0]
    (result,) = results(tmp_path / "grades").results
    assert result.student in ("ann", "bob")
    assert sorted(os.listdir(tmp_path / "grades")) == PARTS


def test_submissions_to_several_assignments_get_a_folder_each(
    root: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/full.ipynb", "x = 1", fairgrade={"assignment": "optimization_methods"})
    write("in/lesson.ipynb", "x = 1", fairgrade={"assignment": "adam"})
    write("in/other.ipynb", "x = 1", fairgrade={"assignment": "adam"})
    write("in/neither.ipynb", "x = 1")
    (tmp_path / "class.csv").write_text("name\ncem\nfull\nlesson\nneither\nother\n")
    done = subprocess.run(
        command("in", "--root", root, "--roster", "class.csv"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    adam, full = (results(tmp_path / "grades" / n) for n in ("adam", "optimization_methods"))
    handed_in = [[each.student for each in run.results if not each.absent] for run in (adam, full)]
    # What belongs to neither assignment may be of each.
    assert handed_in == [["lesson", "neither", "other"], ["full", "neither"]]
    # Whoever handed in nothing of one of them is listed with that one.
    absent = [[each.student for each in run.results if each.absent] for run in (adam, full)]
    assert [sorted(names) for names in absent] == [["cem", "full"], ["cem", "lesson", "other"]]
    assert "handed in nothing (2): cem; full" in done.stderr


def test_where_no_assignment_can_be_told_the_reasons_are_written_all_the_same(
    root: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("neither.ipynb", "x = 1")
    done = subprocess.run(
        command("neither.ipynb", "--root", root),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (result,) = results(tmp_path / "grades").results
    assert "belongs to no assignment for certain" in result.reason
    assert "Unknown assignment: 0 graded, 1 not graded" in done.stdout


def processes_below(folder: Path) -> list[str]:
    """Command lines of running processes that speak of the folder."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            lines.append(line)
    return lines


@pytest.mark.parametrize(
    ("how", "twice"),
    [
        (signal.SIGINT, False),
        (signal.SIGINT, True),
        (signal.SIGTERM, False),
        (signal.SIGKILL, False),
    ],
)
def test_an_ended_run_leaves_no_process_behind(
    frozen_course: Path,
    write: Callable[..., Path],
    tmp_path: Path,
    short_folder: Path,
    how: signal.Signals,
    twice: bool,
) -> None:
    """Ctrl-C leaves what an earlier run wrote, and says how far this one got."""
    report = '<meta name="generator" content="fairgrade">'
    earlier = {"results.json": "{}", "grades.csv": "x", "report/index.html": report}
    for name, text in earlier.items():
        (tmp_path / "grades" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "grades" / name).write_text(text)
    (tmp_path / "class.csv").write_text("login\na\nb\nabsent\n")
    write("in/a.ipynb", *RIGHT)
    write("in/b.ipynb", ENDLESS)
    temporary = short_folder
    run = subprocess.Popen(
        command("in", "-j", 1, "--roster", "class.csv", "--root", frozen_course),
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Behind a shell these tests may ignore Ctrl-C, and so would what they start.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    until(lambda: run.poll() is not None or {*processes_called(ENDLESS_NAME)})
    # The first result has reached the grader, too: only then is it certain to be kept.
    book = tmp_path / "grades/gradebook.sqlite"
    with closing(sqlite3.connect(book)) as connection:
        count = "SELECT count(*) FROM results WHERE status = 'graded'"
        until(lambda: run.poll() is not None or connection.execute(count).fetchone()[0])
    assert run.poll() is None
    run.send_signal(how)
    if twice:
        run.send_signal(how)
    _, errors = run.communicate(timeout=60)
    # The machine's kernel ends them as soon as it sees their parent gone.
    until(lambda: not processes_below(temporary))
    if how is not signal.SIGKILL:
        assert run.returncode == 128 + how
        # On a slow machine, lines say how far it is.
        *progress, last = errors.splitlines()
        assert last == "stopped: 1 of 2 graded; the same command goes on"
        assert all(" a minute" in line for line in progress)
        assert list(temporary.iterdir()) == []
        assert {name: (tmp_path / "grades" / name).read_text() for name in earlier} == earlier


@pytest.mark.parametrize("module", ["click", "rich.console", "numpy", "grader.runs.processes"])
def test_ctrl_c_while_modules_are_imported_shows_no_stack_trace(
    tmp_path: Path, module: str
) -> None:
    code = (
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from grader.cli import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "x.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_every_command_has_help() -> None:
    for arguments in ([], ["run"], ["validate"], ["generate"]):
        done = subprocess.run(
            command(*arguments, "--help"), capture_output=True, text=True, check=True
        )
        assert "Usage:" in done.stdout


def test_control_codes_in_names_do_not_reach_the_terminal(run_grade: Grade, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    name = "\x1b[31m[red]\x07.ipynb"
    (tmp_path / "in" / name).write_text("{")
    done = run_grade("in")
    assert "\x1b" not in done.stdout + done.stderr
    assert "[red][U+0007].ipynb" in done.stderr


def test_students_with_names_that_are_not_utf8_keep_their_own_grades(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    for name, cells in ((b"M\xfcller", RIGHT), (b"M\xf6ller", ("x = 1",))):
        path = write("in/plain.ipynb", *cells)
        path.rename(os.fsdecode(os.fsencode(path.parent) + b"/" + name + b".ipynb"))
    assert run_grade("in", "-q").returncode == 0
    scores = {each.student: each.score for each in results(tmp_path / "grades").results}
    assert scores == {"M\\xfcller": 20, "M\\xf6ller": 0}


def test_folders_with_markup_in_their_names_are_printed_as_they_are(
    run_grade: Grade, write: Callable[..., Path]
) -> None:
    write("ann.ipynb", LONGEST)
    done = run_grade("ann.ipynb", "-o", "out[/red]")
    assert done.returncode == 0
    assert "report: out[/red]/report/index.html" in done.stdout


@pytest.mark.parametrize(
    "where", [pytest.param("/dev/full", marks=pytest.mark.thorough), "closed pipe"]
)
def test_if_nobody_can_read_what_is_printed_the_files_are_written_all_the_same(
    frozen_course: Path, write: Callable[..., Path], tmp_path: Path, where: str
) -> None:
    write("ann.ipynb", LONGEST)
    if where == "/dev/full":
        stdout = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, stdout = os.pipe()
        os.close(reading)
    done = subprocess.run(
        command("ann.ipynb", "--root", frozen_course),
        cwd=tmp_path,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(stdout)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1)
    (result,) = results(tmp_path / "grades").results
    assert result.score == 4


def test_who_reads_the_first_line_only_finds_all_files_and_a_true_exit_code(
    frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("handed_in/ann.ipynb", LONGEST)
    write("handed_in/bob.ipynb", "1 / 0")
    reading, stdout = os.pipe()
    grading = subprocess.Popen(
        command("handed_in", "--root", frozen_course, "--fail-under", "100"),
        cwd=tmp_path,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(stdout)
    with open(reading) as lines:
        assert lines.readline() == "notebooks: 2 submissions\n"
    _, problems = grading.communicate()
    assert problems == ""
    assert grading.returncode == 3
    assert [each.score for each in results(tmp_path / "grades").results] == [4, 0]


def test_a_name_the_terminal_cannot_show_is_escaped(
    frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("ann.ipynb", LONGEST)
    done = subprocess.run(
        command("ann.ipynb", "-o", "Übung", "--root", frozen_course),
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "\\xdcbung" in done.stdout


@pytest.mark.thorough
def test_a_run_into_folders_removes_what_an_earlier_one_left_above_them(
    root: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/full.ipynb", "x = 1", fairgrade={"assignment": "optimization_methods"})
    subprocess.run(command("in", "-q", "--root", root), cwd=tmp_path, check=True)
    write("in/lesson.ipynb", "x = 1", fairgrade={"assignment": "adam"})
    subprocess.run(command("in", "-q", "--root", root), cwd=tmp_path, check=True)
    assert sorted(os.listdir(tmp_path / "grades")) == [
        "adam",
        "gradebook.sqlite",
        "optimization_methods",
    ]


def test_results_that_find_no_room_are_kept_elsewhere(
    frozen_course: Path, write: Callable[..., Path], tmp_path: Path, short_folder: Path
) -> None:
    """The output folder vanishes behind a file while the notebook runs."""
    write("ann.ipynb", LONGEST)
    code = (
        "import grader.report as r, grader.cli as c\n"
        "def fail(*_): raise OSError(28, 'No space left on device')\n"
        "r.write_report = fail\n"
        "c.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "ann.ipynb", "--root", str(frozen_course)],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(short_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (kept,) = short_folder.glob("fairgrade-results-*/results.json")
    assert f"No space left on device; they are in {kept}" in done.stderr
    assert json.loads(kept.read_text())["submissions"][0]["score"] == 4


def test_whoever_handed_in_a_file_is_graded_or_has_a_reason_and_nobody_is_absent(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    """Files as they come from Moodle: seven students, of whom one handed in nothing at all."""
    work = write("work.ipynb", *RIGHT).read_bytes()
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("work/work.ipynb", work)
    handed_in = {
        "Ann Lee_101": ("work.ipynb", work),
        "Bob Ray_102": ("work.ipynb.txt", work),
        "Cem Kaya_103": ("work.zip", inner.read_bytes()),
        "Dora Doe_104": (".ipynb_checkpoints/work-checkpoint.ipynb", work),
        "Eva Eck_105": ("work.html", b"<html><body>my notebook</body></html>"),
        "Finn Fox_106": ("work.pdf", b"%PDF-1.4"),
    }
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        for student, (name, content) in handed_in.items():
            archive.writestr(f"{student}_assignsubmission_file\\{name}", content)
    rows = "".join(f"Participant {each[-3:]},{each[:-4]}\n" for each in [*handed_in, "Ida Ito_109"])
    (tmp_path / "class.csv").write_text(f"Identifier,Full name\n{rows}")
    done = run_grade("m.zip", "--roster", "class.csv")
    assert "Moodle download: 6 submissions of 6 students" in done.stdout
    assert "handed in nothing (1): Ida Ito" in done.stderr
    assert "Words: 4 graded, 2 not graded" in done.stdout
    assert done.returncode == 1
    by_name = {each.student: each for each in results(tmp_path / "grades").results}
    assert {name for name, each in by_name.items() if each.score == each.max_score} == {
        *("Ann Lee", "Bob Ray", "Cem Kaya", "Dora Doe")
    }
    assert by_name["Finn Fox"].reason == "handed in work.pdf, which is a PDF and no notebook"
    assert by_name["Eva Eck"].reason == "handed in work.html, which is a web page and no notebook"
    assert "read from a checkpoint" in " ".join(by_name["Dora Doe"].flags)
    assert "although it is called work.ipynb.txt" in " ".join(by_name["Bob Ray"].flags)


def test_a_zip_without_a_notebook_says_why_by_its_own_name(
    run_grade: Grade, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("task.pdf", b"%PDF-1.4")
        archive.writestr("../work.ipynb", "{}")
    done = run_grade("class.zip")
    assert done.returncode == 2
    assert "class.zip: there is no notebook (.ipynb) in there; left out: " in done.stderr
    assert "../work.ipynb: its path leads out of the zip" in done.stderr
    assert "task.pdf: is a PDF and no notebook" in done.stderr
    assert "fairgrade-zip-" not in done.stderr
