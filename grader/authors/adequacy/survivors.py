"""What is said of wrong forms that no hidden case tells from the reference.

Mutants that one case more would settle are told together: those that a public case tells apart,
those of lines that no hidden case reaches, and those of one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from grader.authors.adequacy.allowances import ALLOWANCES
from grader.authors.adequacy.forms import Form, Kind
from grader.authors.adequacy.trials import MARGIN, NEAR
from grader.text import counted

_APART = f" by {MARGIN} tolerances or more"
_LIST_THEM = f"list {{}} as equivalent in {ALLOWANCES} with the reason"


def survivors(exercise: str, forms: Sequence[Form], master: Path, folder: Path) -> Iterator[str]:
    """Yield a message for each group of the `forms`, which no hidden case tells apart.

    `master` is the notebook that mutants are made of, `folder` that of the other forms.
    """
    for form in forms:
        if form.kind is not Kind.MUTANT:
            apart = _APART if _is_near(form) else ""
            yield (
                f"{folder}: the {form.kind.value} {form.name!r} of {exercise!r}: no hidden case "
                f"tells it from the reference{apart}; add a case that does"
            )
    mutants = [form for form in forms if form.kind is Kind.MUTANT]
    for case, told in _grouped([form for form in mutants if form.public], lambda f: f.public):
        yield (
            f"{master}: {exercise!r}: no hidden case tells {counted(len(told), 'mutant')} from the "
            f"reference that the public case {case!r} tells; add a hidden case like it:"
            f"{''.join(map(_statement, _by_statement(told)))}"
        )
    others = [form for form in mutants if not form.public]
    yield from _unreached(exercise, [form for form in others if not form.reached], master)
    for same in _by_statement([form for form in others if form.reached]):
        yield _of_statement(exercise, same, master)


def _unreached(exercise: str, forms: Sequence[Form], master: Path) -> Iterator[str]:
    lines = sorted({form.line for form in forms})
    if lines:
        where = f"{'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))} of its cell"
        yield (
            f"{master}: {exercise!r}, {where}: no hidden case comes there, so that "
            f"{counted(len(forms), 'mutant')} cannot be told from the reference; add a case that "
            "does"
        )


def _of_statement(exercise: str, forms: Sequence[Form], master: Path) -> str:
    apart = _APART if any(map(_is_near, forms)) else ""
    others = " or ".join(f"`{form.becomes}`" for form in forms)
    them = "it" if len(forms) == 1 else "them"
    return (
        f"{master}: {exercise!r}, line {forms[0].line} of its cell: no hidden case tells {others} "
        f"from `{forms[0].was}`{apart}; add a case that does, or {_LIST_THEM.format(them)}"
    )


def _statement(forms: Sequence[Form]) -> str:
    others = " or ".join(f"`{form.becomes}`" for form in forms)
    return f"\n  line {forms[0].line}: {others} instead of `{forms[0].was}`"


def _is_near(form: Form) -> bool:
    return NEAR.decode() in form.said


def _by_statement(forms: Sequence[Form]) -> list[list[Form]]:
    return [same for _, same in _grouped(forms, lambda form: f"{form.line:6} {form.was}")]


def _grouped(forms: Sequence[Form], key: Callable[[Form], str]) -> Iterator[tuple[str, list[Form]]]:
    for value, same in groupby(sorted(forms, key=key), key):
        yield value, list(same)
