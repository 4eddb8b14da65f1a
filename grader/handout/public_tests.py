"""Check your functions on the public cases: `NAME_test(your_function)` for an exercise NAME.

Each test calls your function with the inputs of the public cases, compares what it returns with
`expected_outputs.json`, and says in words what differs first. A mistake that many people make is
named, where `public_variants.json` knows it. Grading uses these cases and others that you do not
have, so a function that only returns these outputs is not right yet.
"""

from __future__ import annotations

import importlib
import json
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from difference import Returns, Tolerance, first_difference, thaw

_HERE = Path(__file__).parent
_WIDTH = 88

EXPECTED: dict[str, Any] = json.loads((_HERE / "expected_outputs.json").read_text(encoding="utf-8"))
_PATH = _HERE / "public_variants.json"
_VARIANTS: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8")) if _PATH.exists() else {}


def check(exercise: str, function: Callable[..., Any]) -> None:
    """Print for each public case of the exercise whether `function` passes it, and if not, why."""
    returned: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for case in EXPECTED[exercise]["cases"]:
        try:
            returned[case] = _call(exercise, case, function)
        except Exception as error:  # the student's function may raise anything
            problems[case] = f"it raises {type(error).__name__}: {error}"
        else:
            problems[case] = _difference(exercise, case, _frozen(exercise, case), returned[case])
    known = [each for each in _VARIANTS.get(exercise, []) if _explains(each, exercise, returned)]
    if any(problems.values()) and known:
        _show(exercise, {} if known[0]["accepted"] else problems)
        print(textwrap.fill(f"{known[0]['title']}: {known[0]['explanation']}", _WIDTH))
    else:
        _show(exercise, problems)


def _show(exercise: str, problems: dict[str, str]) -> None:
    for case in EXPECTED[exercise]["cases"]:
        problem = problems.get(case)
        print(f"{exercise}, case {case}: {f'NOT YET, {problem}' if problem else 'passed'}")


def _call(exercise: str, case: str, function: Callable[..., Any]) -> Any:
    known = EXPECTED[exercise]["cases"][case]
    if "inputs_from" in known:
        module = importlib.import_module(known["inputs_from"])
        args, kwargs = module.PUBLIC_CASES[exercise][case]()
    else:
        args = [thaw(value) for value in known["inputs"]["args"]]
        kwargs = {name: thaw(value) for name, value in known["inputs"]["kwargs"].items()}
    return function(*args, **kwargs)


def _explains(variant: dict[str, Any], exercise: str, returned: dict[str, Any]) -> bool:
    """Whether the function returned what the variant returns, on every case."""
    outputs = variant["outputs"]
    return returned.keys() == outputs.keys() and not any(
        _difference(exercise, case, output, returned[case]) for case, output in outputs.items()
    )


def _frozen(exercise: str, case: str) -> Any:
    return EXPECTED[exercise]["cases"][case]["expected"]


def _difference(exercise: str, case: str, frozen: Any, returned: Any) -> str:
    """The first difference between a frozen output and a returned value, or an empty string."""
    known = EXPECTED[exercise]
    tolerance = Tolerance(known["cases"][case]["rtol"], known["cases"][case]["atol"])
    returns = Returns(tuple(known["returns"]), tuple(known["may_also_return"]))
    difference = first_difference(thaw(frozen), returned, tolerance, returns)
    return difference.message if difference else ""


_TESTS = {f"{exercise}_test": partial(check, exercise) for exercise in EXPECTED}
globals().update(_TESTS)
__all__ = sorted(_TESTS)
