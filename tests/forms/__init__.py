"""The forms in which real notebooks write the exercises, right and wrong, one module each.

A form is source text, as students type it: it is never imported here, but put into a notebook and
graded. Each module's `FORMS` maps a form's name to the form and the verdict it deserves.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.model import Verdict


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write an exercise, and what has to be said of it.

    `source` is one or several cells, parted by lines of `# %%`. `variant` is the diagnosis. Of a
    wrong form, `passes` names cases it gets through all the same, and `fails_only` all that it
    does not get through: they say what a grader with fewer cases would have missed.
    """

    source: str
    verdict: Verdict = Verdict.CORRECT
    variant: str = ""
    passes: tuple[str, ...] = ()
    fails_only: tuple[str, ...] = ()


def wrong(
    source: str,
    verdict: Verdict = Verdict.INCORRECT,
    *,
    passes: tuple[str, ...] = (),
    fails_only: tuple[str, ...] = (),
) -> Form:
    """A form that earns nothing."""
    return Form(source, verdict, passes=passes, fails_only=fails_only)


def changed(source: str, *changes: tuple[str, str]) -> str:
    """The source with each `(old, new)` made once; a change that changes nothing is an error."""
    for old, new in changes:
        if source.count(old) != 1:
            raise ValueError(f"{old!r} is in the source {source.count(old)} times")
        source = source.replace(old, new)
    return source


def repeats_published(exercise: str, arguments: str) -> str:
    """A function that returns the public expected outputs to the last bit, whatever it is given."""
    return f"""
from difference import thaw
from public_tests import EXPECTED

def {exercise}({arguments}):
    # this is what the check compares with, so it cannot be wrong
    return thaw(EXPECTED["{exercise}"]["cases"]["published"]["expected"])
"""
