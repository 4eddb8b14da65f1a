"""Write a run's output folder: `results.json`, `grades.csv`, `grades.xlsx` and the report.

Each of them is replaced as a whole or not at all.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.assignments.records import Assignment
from grader.errors import InputError, Remedy, SystemFailure
from grader.files import put_in_place, scratch_folder, undisturbed
from grader.gradebook.diff import Since
from grader.model import Run
from grader.results.files import write_grades, write_results, write_sheet
from grader.results.spreadsheet import can_write_spreadsheets

RESULTS, GRADES, REPORT = "results.json", "grades.csv", "report"
SHEET = "grades.xlsx"


def prepare(folder: Path) -> None:
    """Make the output folder; raises InputError where it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"{folder}: results cannot be written there: {error.strerror}",
            Remedy.OTHER_OUTPUT_FOLDER,
        ) from None
    report = folder / REPORT
    if report.exists() and not _is_ours(report):
        raise InputError(
            f"{report}: exists and is no report of fairgrade's, so it is not replaced",
            Remedy.OTHER_OUTPUT_FOLDER,
        )


def write_output(
    run: Run,
    assignment: Assignment,
    folder: Path,
    similar: bool = False,
    since: Since | None = None,
) -> None:
    """Write results, grades and report; with `similar`, the report lists similar submissions.

    `since` is what the report says of the run before. A class has its grades as a spreadsheet, too,
    where openpyxl is installed.

    All of them are written beside the folder's files before the first is put in its place, so an
    error while writing leaves what an earlier run wrote. Raises SystemFailure where the folder
    cannot be written to; the results are then kept in a temporary folder, if there is room, and the
    message says where.
    """
    # Here, as many who import this write no page.
    from grader.report import write_report

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with scratch_folder(".writing-", folder) as name:
            staged = Path(name)
            (staged / REPORT).mkdir()
            write_results(run, staged / RESULTS)
            write_grades(run, assignment, staged / GRADES)
            grades = [GRADES]
            if len(run.results) > 1 and can_write_spreadsheets():
                write_sheet(run, assignment, staged / SHEET)
                grades.append(SHEET)
            write_report(run, assignment, staged / REPORT, folder / REPORT, similar, since, grades)
            with _locked(folder), undisturbed():
                for part in (REPORT, *grades, RESULTS):
                    put_in_place(staged / part, folder / part)
                if SHEET not in grades:
                    (folder / SHEET).unlink(missing_ok=True)
    except OSError as error:
        raise SystemFailure(
            f"{folder}: the results could not be written: {error.strerror}; {_kept(run)}",
            Remedy.OTHER_OUTPUT_FOLDER,
        ) from None


def remove_output(folder: Path) -> None:
    """Remove the output that an earlier run wrote into `folder` itself.

    This is for a run of several assignments, which writes to a folder for each of them below it.
    """
    for part in (RESULTS, GRADES, SHEET):
        (folder / part).unlink(missing_ok=True)
    if (folder / REPORT).exists() and _is_ours(folder / REPORT):
        shutil.rmtree(folder / REPORT)


def _kept(run: Run) -> str:
    """Write the results to the system's folder for temporary files, and say where they are."""
    try:
        path = Path(tempfile.mkdtemp(prefix="fairgrade-results-")) / RESULTS
        write_results(run, path)
    except OSError:
        return "nor anywhere else; make room there, and run the same command again"
    return f"they are in {path}"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock on the folder, so that two runs do not put their files there at the same time."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_ours(report: Path) -> bool:
    index = report / "index.html"
    if not report.is_dir() or not index.is_file():
        return report.is_dir() and not any(report.iterdir())
    with index.open(encoding="utf-8", errors="replace") as file:
        return 'name="generator" content="fairgrade' in file.read(4096)
