"""Check your functions on the public cases: `update_parameters_with_gd_test(your_function)` etc.

There is one `<name of the exercise>_test` for every exercise of this folder's assignment. Each
calls your function with the inputs of `testCases.py`, compares what it returns with
`expected_outputs.json`, and says in words what differs first. Grading uses these cases and others
that you do not have, so a function that only returns these outputs is not right yet.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from difference import Difference, Returns, Tolerance, first_difference, thaw
from testCases import PUBLIC_CASES

EXPECTED: dict[str, Any] = json.loads(
    Path(__file__).with_name("expected_outputs.json").read_text(encoding="utf-8")
)


def check(exercise: str, function: Callable[..., Any]) -> None:
    """Print for each public case of the exercise whether `function` passes it, and if not, why."""
    for case in EXPECTED[exercise]["cases"]:
        problem = _problem(exercise, case, function)
        verdict = f"NOT YET, {problem}" if problem else "passed"
        print(f"{exercise}, case {case}: {verdict}")


def _problem(exercise: str, case: str, function: Callable[..., Any]) -> str:
    args, kwargs = PUBLIC_CASES[exercise][case]()
    try:
        returned = function(*args, **kwargs)
    except Exception as error:
        return f"it raises {type(error).__name__}: {error}"
    difference = _difference(exercise, case, returned)
    return difference.message if difference else ""


def _difference(exercise: str, case: str, returned: Any) -> Difference | None:
    known = EXPECTED[exercise]
    frozen = known["cases"][case]
    return first_difference(
        thaw(frozen["expected"]),
        returned,
        Tolerance(frozen["rtol"], frozen["atol"]),
        Returns(tuple(known["returns"]), tuple(known["may_also_return"])),
    )


_TESTS = {f"{exercise}_test": partial(check, exercise) for exercise in EXPECTED}
globals().update(_TESTS)
__all__ = sorted(_TESTS)
