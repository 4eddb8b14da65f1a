"""How long a class page takes to open in Chromium, and how large it is.

    python benchmarks/class_page.py [--students 5000] [--rounds 5]

The results are made up: as many cases, mistakes and flags as real ones have. "Opened" is from the
start of the navigation to the first frame that is drawn with the table in it; "searched" is from a
letter typed to the frame with the rows that fit. "Painted" is when Chromium first painted anything.
Exit code 1 if, in the median, opening takes a second or more, or the first paint 0.3 seconds.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from workloads import REPOSITORY

from grader.assignments.load import load_assignment
from grader.assignments.records import Assignment, Exercise
from grader.model import (
    CaseResult,
    Diagnosis,
    ExerciseResult,
    Protection,
    Result,
    Run,
    Status,
    Verdict,
)
from grader.report import write_report

LIMIT_SECONDS, PAINT_SECONDS = 1.0, 0.3
PAINTED = "performance.getEntriesByName('first-paint')[0].startTime / 1000"
VERDICTS = (Verdict.CORRECT, Verdict.CORRECT, Verdict.CORRECT, Verdict.INCORRECT, Verdict.PARTIAL)
DRAWN = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        page = _written(Path(name), options.students)
        opened, painted, searched = _measured(page, options.rounds)
        size = page.stat().st_size
    middle = statistics.median(opened)
    print(f"{options.students} students, {size / 1e6:.1f} MB")
    print(f"opened in {middle:.2f} s (median of {options.rounds}; {max(opened):.2f} at most)")
    paint = statistics.median(painted)
    print(f"painted in {paint:.2f} s ({max(painted):.2f} at most)")
    print(f"searched in {statistics.median(searched):.3f} s")
    sys.exit(middle >= LIMIT_SECONDS or paint >= PAINT_SECONDS)


def _written(folder: Path, students: int) -> Path:
    assignment = load_assignment(REPOSITORY, "optimization_methods")
    protection = Protection("namespaces", "", {}, {})
    results = tuple(_results(assignment, students))
    begin = time.process_time()
    started = "2025-11-20T09:05:00+00:00"
    run = Run(assignment.name, assignment.title, "1", started, 1, protection, results)
    write_report(run, assignment, folder)
    print(f"written in {time.process_time() - begin:.1f} CPU seconds", file=sys.stderr)
    return folder / "index.html"


def _results(assignment: Assignment, students: int) -> Iterator[Result]:
    rng = random.Random(1)
    for number in range(students):
        exercises = tuple(_exercise(each, rng) for each in assignment.exercises)
        yield Result(
            student=f"Student Number {number}",
            source=f"{number}/work.ipynb",
            status=Status.GRADED,
            score=sum(each.score or 0 for each in exercises),
            max_score=assignment.max_score,
            flags=(f"cell {number % 9} raised an error",) if number % 3 == 0 else (),
            seconds=round(rng.lognormvariate(0, 0.5), 2),
            exercises=exercises,
        )


def _exercise(exercise: Exercise, rng: random.Random) -> ExerciseResult:
    verdict = rng.choice(VERDICTS)
    right = verdict is Verdict.CORRECT
    mistake = rng.choice(exercise.mistakes)
    cases = (
        CaseResult(case.name, case.title, case.visibility, right or rng.random() < 0.5)
        for case in exercise.cases
    )
    return ExerciseResult(
        name=exercise.name,
        verdict=verdict,
        score={Verdict.CORRECT: exercise.points, Verdict.PARTIAL: exercise.points / 2}.get(
            verdict, 0.0
        ),
        max_score=exercise.points,
        diagnosis=None if right else Diagnosis(mistake.name, mistake.title),
        cases=tuple(cases),
    )


def _measured(path: Path, rounds: int) -> tuple[list[float], list[float], list[float]]:
    opened, painted, searched = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(rounds):
            page = browser.new_page()
            opened.append(_timed(partial(page.goto, path.as_uri()), page))
            painted.append(page.evaluate(PAINTED))
            searched.append(_timed(partial(page.fill, "#search", "4321"), page))
            page.close()
        browser.close()
    return opened, painted, searched


def _timed(act: Any, page: Any) -> float:
    begin = time.monotonic()
    act()
    page.evaluate(DRAWN)
    return time.monotonic() - begin


if __name__ == "__main__":
    main()
