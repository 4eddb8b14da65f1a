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


def test_a_canvas_zip_with_a_roster_is_graded_by_its_best_attempts(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/leeann_12_90_hw.ipynb", *RIGHT)
    write("in/leeann_12_91_hw-1.ipynb", LONGEST)
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for path in (tmp_path / "in").iterdir():
            archive.write(path, path.name)
    (tmp_path / "class.csv").write_text('Student,ID\n"Lee, Ann",12\n"Kay, Bo",13\n')
    done = run_grade("in.zip", "--roster", "class.csv", "--attempts", "best")
    assert "Canvas download: 2 submissions of 1 student" in done.stdout
    # Three of six hundred always hand in nothing: that is said, and is no failure.
    assert "handed in nothing (1): Kay, Bo" in done.stderr
    assert "Words: 1 graded, 0 not graded" in done.stdout
    assert done.returncode == 0
    ann, bo = results(tmp_path / "grades").results
    assert (ann.owner and ann.owner.ids, bo.handed_in) == ({"canvas": "12"}, False)
    assert (ann.student, ann.source) == ("leeann", "leeann_12_90_hw.ipynb")
    assert ann.score == ann.max_score
    assert (bo.student, bo.score, bo.reason) == ("Kay, Bo", None, "handed in nothing")


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
    assert done.stderr == "passed over: notes.txt: not a notebook\n"
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


def test_run_is_the_same_as_no_subcommand(
    run_grade: Grade, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("ann.ipynb", *RIGHT)
    assert run_grade("run", "ann.ipynb", "--output", "one").returncode == 0
    assert run_grade("ann.ipynb", "--output", "two").returncode == 0
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
        "large": "is 60 MB large",
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
        *("student", "source", "status", "longest", "count", "mean_and_spread"),
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
    done = subprocess.run(
        command("in", "--root", root), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    adam, full = (results(tmp_path / "grades" / n) for n in ("adam", "optimization_methods"))
    assert [each.student for each in adam.results] == ["lesson", "neither", "other"]
    assert [each.student for each in full.results] == ["full"]


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


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_ended_run_leaves_no_process_behind(
    frozen_course: Path,
    write: Callable[..., Path],
    tmp_path: Path,
    short_folder: Path,
    how: signal.Signals,
) -> None:
    """Ctrl-C, too, leaves what was finished readable, and says what was not."""
    write("in/a.ipynb", *RIGHT)
    write("in/b.ipynb", ENDLESS)
    temporary = short_folder
    run = subprocess.Popen(
        command("in", "-j", 1, "--root", frozen_course),
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
        count = "SELECT count(*) FROM results"
        until(lambda: run.poll() is not None or connection.execute(count).fetchone()[0])
    assert run.poll() is None
    run.send_signal(how)
    _, errors = run.communicate(timeout=60)
    # The machine's kernel ends them as soon as it sees their parent gone.
    until(lambda: not processes_below(temporary))
    if how is signal.SIGINT:
        assert run.returncode == 1, errors
        assert (tmp_path / "grades/results.json").exists(), errors
        first, second = results(tmp_path / "grades").results
        assert (first.score, second.score) == (20, None)
        assert second.reason == "the run was stopped before this was graded"
        assert list(temporary.iterdir()) == []
        assert "Traceback" not in errors


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


@pytest.mark.parametrize("where", ["/dev/full", "closed pipe"])
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
        "import grader.results.folder as o, grader.cli as c\n"
        "def fail(*_): raise OSError(28, 'No space left on device')\n"
        "o.write_report = fail\n"
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
