"""Print what is said of every wrong form, as a table: `python -m tests.forms.table`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import ExerciseResult, Submission
from tests.conftest import UNHURRIED, notebook
from tests.forms import adam, adam_start, gd, mini_batches, momentum, velocity

ROOT = Path(__file__).parents[2]
MODULES = (gd, mini_batches, velocity, momentum, adam_start, adam)


def diagnosed(exercise: str, source: str, folder: Path) -> ExerciseResult:
    cells = ["import math\nimport numpy as np", *source.split("# %%\n")]
    path = folder / "form.ipynb"
    path.write_text(json.dumps(notebook(*(cell.strip("\n") for cell in cells))))
    submission = Submission("form", path.name, str(path))
    result = grade(Task(ROOT, submission, "optimization_methods", search=UNHURRIED)).result
    return next(each for each in result.exercises if each.name == exercise)


def words(result: ExerciseResult) -> str:
    """The variants that are named, with the parts they explain."""
    found = [each for each in (result.diagnosis, *result.also) if each]
    named = [
        f"{each.variant} (in {', '.join(each.parts)})" if each.parts else each.variant
        for each in found
    ]
    either = [f"or {each.variant}" for each in result.alternatives]
    return "; ".join([*named, *either])


def table() -> Iterator[str]:
    yield "| exercise | form | verdict | points | diagnosis |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory(prefix="forms-") as name:
        for module in MODULES:
            for form in module.FORMS:
                if form in module.RIGHT or module.FORMS[form].variant:
                    continue
                result = diagnosed(module.EXERCISE, module.FORMS[form].source, Path(name))
                points = f"{result.score:g} of {result.max_score:g}"
                yield (
                    f"| {module.EXERCISE} | {form} | {result.verdict.value} | {points} "
                    f"| {words(result) or '—'} |"
                )


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
