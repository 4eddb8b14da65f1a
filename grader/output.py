"""Everything a run leaves in its output folder, each part replaced as a whole or not at all."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import CommandError
from grader.export import write_grades, write_results
from grader.model import Run
from grader.report import write_report

RESULTS, GRADES, REPORT = "results.json", "grades.csv", "report"


def prepare(folder: Path) -> None:
    """Make the output folder; raises CommandError where it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CommandError(
            f"{folder}: results cannot be written there: {error.strerror}; "
            "--output names another folder"
        ) from None
    report = folder / REPORT
    if report.exists() and not _is_ours(report):
        raise CommandError(
            f"{report}: exists and is no report of fairgrade's, so it is not replaced; "
            "--output names another folder"
        )


def write_output(run: Run, assignment: Assignment, folder: Path) -> None:
    """Write results, grades and report; what a reader finds is all of one run.

    Raises CommandError where the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as name:
            staged = Path(name)
            (staged / REPORT).mkdir()
            write_results(run, staged / RESULTS)
            write_grades(run, assignment, staged / GRADES)
            write_report(run, assignment, staged / REPORT)
            with _locked(folder):
                if (folder / REPORT).exists():
                    (folder / REPORT).rename(staged / "old")
                for part in (REPORT, GRADES, RESULTS):
                    os.replace(staged / part, folder / part)
    except OSError as error:
        raise CommandError(
            f"{folder}: the results could not be written: {error.strerror}; with room there, or "
            "another --output, run the same command again"
        ) from None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep another run from swapping its parts into the same folder at the same time."""
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
