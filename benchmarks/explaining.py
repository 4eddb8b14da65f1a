"""What it costs to explain wrong answers: seconds for each submission, step by step.

    python benchmarks/explaining.py [--students 40]

A class is made of the answers in `pool/`, of which 15 % are wrong, as `compare.py` makes it. Each
notebook is graded in this process by the grader's own steps: once without right answers of the
class and once with those of `pool/`, in turn. Seconds are by the clock. The first two notebooks
are graded before anything is measured, as a process warms up then.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean

from classroom import SHARES, WRONG, Student, functions_notebook, pool, students
from places import SEARCH, TRACING, timed

from grader.assignments.load import load_assignment
from grader.grading.grade import grade
from grader.grading.repair.right_answers import RightAnswers
from grader.grading.steps import STEPS
from grader.grading.task import Donors, Task
from grader.model import Submission

REPOSITORY = Path(__file__).parent.parent
NAME = "optimization_methods"
Times = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=40)
    count = parser.parse_args().students
    exercises = [each.name for each in load_assignment(REPOSITORY, NAME).exercises]
    donors = right_answers(exercises)
    everyone = students(count + 2, exercises)
    runs = [(seconds(each, {}), seconds(each, donors)) for each in everyone][2:]
    wrong = [pair for pair, each in zip(runs, everyone[2:], strict=True) if is_wrong(each)]
    print("| step | a submission | one with a wrong answer |")
    print("|---|---|---|")
    for what, all_of_them, of_wrong in zip(
        (
            "verdicts, and what is shown of the code",
            "the search, by single edits",
            "the search, with right answers of the class",
            "the first step that differs",
        ),
        rows(runs),
        rows(wrong),
        strict=True,
    ):
        print(f"| {what} | {all_of_them:.3f} | {of_wrong:.3f} |")
    print(f"\n{len(runs)} submissions, {len(wrong)} of them with a wrong answer")


def is_wrong(student: Student) -> bool:
    return student.right != frozenset(student.functions)


def right_answers(exercises: Sequence[str]) -> Donors:
    answers = RightAnswers()
    for module in SHARES:
        for name in exercises if module != WRONG else ():
            answers.add(NAME, name, pool(module)[name])
    return answers.packed()


def seconds(student: Student, donors: Donors) -> Times:
    """How long each step took; the empty name stands for those without which nothing is graded."""
    times: Times = {}
    submission = Submission(student.name, student.name, student.name)
    content = json.dumps(functions_notebook(student.functions)).encode()
    task = Task(REPOSITORY, submission, NAME, donors=donors)
    grade(task, content, [timed(step, times) for step in STEPS])
    return times


def rows(runs: Sequence[tuple[Times, Times]]) -> Iterator[float]:
    """Mean seconds of the steps that are needed, of the search without and with right answers, and
    of the first step that differs."""
    yield mean(
        sum(spent for what, spent in each.items() if what not in (SEARCH, TRACING))
        for pair in runs
        for each in pair
    )
    yield mean(without.get(SEARCH, 0.0) for without, _ in runs)
    yield mean(with_them.get(SEARCH, 0.0) for _, with_them in runs)
    yield mean(each.get(TRACING, 0.0) for pair in runs for each in pair)


if __name__ == "__main__":
    main()
