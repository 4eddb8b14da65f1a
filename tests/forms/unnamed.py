"""How many wrong answers without a name the most frequent behaviours hold.

    python -m tests.forms.unnamed [--students 1000] [--wrong 0.5] [--slips 0.5]

A class is generated and graded. Each student takes for each exercise one of the forms in which real
notebooks write it (this folder), a wrong one with the probability `--wrong`. How often a wrong
form is taken falls with its rank, as 1, 1/2, 1/3, …; the ranks are drawn by chance. With the
probability `--slips` a wrong answer is instead a right form with one small change, each of which is
as likely as any other (`grader/authors/adequacy/mutants.py`): nobody has written words for these.
Without `--slips` there are only the forms.

Printed is, of each exercise and of all, how many answers are wrong, how many of these have no name,
how many different behaviours these have, and how many have one of the ten most frequent. A change
that changes nothing gives a right answer, which is not counted.

Found for 1,000 students: of the forms alone, 291 of 2,960 wrong answers have no name, and all of
these have one of 7 behaviours. With `--slips 0.5` 1,295 of 2,897 have none, and 580 behaviours;
20 % have one of the ten most frequent, of a single exercise 24 to 61 %.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.api import grade_class
from grader.authors.adequacy.mutants import mutants
from grader.model import ExerciseResult, Verdict
from grader.notebooks.cells import functions
from tests.conftest import ROOT, notebook
from tests.forms import adam, adam_start, gd, mini_batches, momentum, velocity

ASSIGNMENT = "optimization_methods"
MODULES = (gd, mini_batches, velocity, momentum, adam_start, adam)
SENTENCES = 10
# Verdicts of forms that come to an end.
WRONG = (Verdict.INCORRECT, Verdict.PARTIAL, Verdict.ERROR)


def sources(student: random.Random, options: argparse.Namespace) -> Iterator[str]:
    """The cells that one student writes."""
    for module in MODULES:
        right, wrong = _forms(module)
        if student.random() >= options.wrong:
            source = student.choice(right)
        elif student.random() < options.slips:
            source = student.choice(_slips(module))
        else:
            weights = [1 / rank for rank in range(1, len(wrong) + 1)]
            (source,) = student.choices(wrong, weights)
        yield from (cell.strip("\n") for cell in source.split("# %%\n"))


@cache
def _forms(module: ModuleType) -> tuple[list[str], list[str]]:
    forms: dict[str, Any] = module.FORMS
    right = [form.source for form in forms.values() if form.verdict is Verdict.CORRECT]
    wrong = [form.source for form in forms.values() if form.verdict in WRONG]
    random.Random(module.EXERCISE).shuffle(wrong)
    return right, wrong


@cache
def _slips(module: ModuleType) -> list[str]:
    """The right forms of a single cell with one small change each."""
    found = []
    for source in _forms(module)[0]:
        function = functions(source).get(module.EXERCISE)
        if function and len(functions(source)) == 1 and "# %%" not in source:
            found += [ast.unparse(mutant.function) for mutant in mutants(function)]
    return found


def told(name: str, answers: Iterable[ExerciseResult]) -> str:
    """A line of the table."""
    wrong = [each for each in answers if each.verdict.answered and not each.verdict.solved]
    unnamed = [each for each in wrong if each.is_unnamed]
    sizes = Counter((each.name, each.behaviour) for each in unnamed if each.behaviour)
    largest = sum(count for _, count in sizes.most_common(SENTENCES))
    share = f"{largest / len(unnamed):.0%}" if unnamed else "-"
    return f"| {name} | {len(wrong)} | {len(unnamed)} | {len(sizes)} | {share} |"


def _course(folder: Path) -> Path:
    """The course without what takes time here: the search for the mistake's line, and pictures."""
    for side in ("assignment", "solutions"):
        shutil.copytree(ROOT / side, folder / side)
    (folder / "solutions" / ASSIGNMENT / "pictures.py").unlink()
    settings = folder / "assignment" / ASSIGNMENT / "assignment.toml"
    settings.write_text(f"search = false\n{settings.read_text()}")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--wrong", type=float, default=0.5)
    parser.add_argument("--slips", type=float, default=0.0)
    options = parser.parse_args()
    draw = random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        course, handed_in = _course(Path(name)), Path(name, "in")
        handed_in.mkdir()
        for number in range(options.students):
            cells = notebook("import math\nimport numpy as np", *sources(draw, options))
            (handed_in / f"student{number:04}.ipynb").write_text(json.dumps(cells))
        with grade_class(handed_in, course, assignment=ASSIGNMENT, seed=0) as finished:
            answers = [each for result in finished.results for each in result.exercises]
    print(f"| exercise | wrong | without a name | behaviours | of the {SENTENCES} most frequent |")
    print("|---|---|---|---|---|")
    for module in MODULES:
        print(told(module.EXERCISE, [each for each in answers if each.name == module.EXERCISE]))
    print(told("all", answers))


if __name__ == "__main__":
    main()
