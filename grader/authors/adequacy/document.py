"""The proof of adequacy as a document (`docs/adequacy.md`) and as rows for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.authors.adequacy.forms import Form, Kind
from grader.authors.adequacy.proof import Proof
from grader.authors.adequacy.trials import MARGIN
from grader.errors import AssignmentError
from grader.files import write_file
from grader.text import counted

DOCUMENT = Path("docs", "adequacy.md")
COLUMNS = ("exercise", "hidden cases", "told apart", "rewritings", "equivalent", "spare cases")

_INTRODUCTION = f"""# Are the cases adequate?

This page is written by `grade validate --strict --write`, and checked by `grade validate --strict`.

Every wrong form of an exercise must differ from the reference on at least one hidden case, by
{MARGIN} tolerances or more. Wrong forms are **mutants** of the reference, made one by one from its
syntax tree; **mistakes** that students are told about; and **wrong forms** written for a case.
**Accepted variants** earn full points, and are told apart so that they can be named. **Rewritings**
mean what the reference means in another style, and must pass everything. An **equivalent** mutant
is as right as the reference. A case is **spare** if other cases tell apart all that it does; any
other case is needed: without it the proof fails.
"""


def document(proofs: Sequence[Sequence[Proof]]) -> str:
    """The whole page; `proofs` has the proofs of each assignment, one for each exercise."""
    return "\n".join([_INTRODUCTION, *(section(each) for each in proofs)])


def write_document(root: Path, proofs: Sequence[Sequence[Proof]]) -> Path:
    """Write the page below `root`, and return where it is."""
    path = root / DOCUMENT
    try:
        write_file(path, document(proofs).encode(), parents=True)
    except OSError as error:
        raise AssignmentError(f"{path}: cannot be written: {error.strerror}") from None
    return path


def out_of_date(root: Path, proofs: Sequence[Sequence[Proof]]) -> Iterator[str]:
    """A line for each assignment whose section of the page is not what the proofs say now.

    There are none where the page does not exist.
    """
    path = root / DOCUMENT
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    for each in proofs:
        if section(each) not in text:
            yield f"{path}: is not what is found out now about {each[0].assignment.name!r}"


def section(proofs: Sequence[Proof]) -> str:
    """The part of the page about one assignment."""
    return "\n".join(
        [
            f"## {proofs[0].assignment.name}",
            "",
            *_table(COLUMNS, map(row, proofs)),
            "### What each hidden case is needed for",
            "",
            *_table(("exercise", "case", "what it alone tells apart"), _cases(proofs)),
            "### Equivalent mutants",
            "",
            *_table(("exercise", "statement", "mutant", "reason"), _equivalents(proofs)),
        ]
    )


def row(proof: Proof) -> tuple[str, ...]:
    """What was found out about one exercise, in the order of `COLUMNS`."""
    counts = Counter(form.kind for form in proof.wrong if form.told_by)
    told = ", ".join(counted(counts[kind], kind.value) for kind in Kind if counts[kind])
    return (
        proof.exercise.name,
        str(len(proof.cases)),
        told,
        str(len(proof.of(Kind.REWRITING))),
        str(len(proof.allowances.equivalents)),
        str(len(proof.allowances.spares)),
    )


def _cases(proofs: Sequence[Proof]) -> Iterator[tuple[str, ...]]:
    for proof in proofs:
        spare = {each.case: each.reason for each in proof.allowances.spares}
        for case in proof.cases:
            needing = proof.needing(case)
            alone = _listed(needing) if needing else f"spare: {spare.get(case, 'no reason given')}"
            yield proof.exercise.name, case, alone


def _listed(forms: list[Form]) -> str:
    """The forms in one cell of the table: mutants by their number, all others by name."""
    named = [f"`{form.name}`" for form in forms if form.kind is not Kind.MUTANT]
    unnamed = len(forms) - len(named)
    return ", ".join([*named, *([counted(unnamed, "mutant")] if unnamed else [])])


def _equivalents(proofs: Sequence[Proof]) -> Iterator[tuple[str, ...]]:
    for proof in proofs:
        for each in proof.allowances.equivalents:
            yield proof.exercise.name, f"`{each.was}`", f"`{each.becomes}`", each.reason


def _table(columns: Sequence[str], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield from map(_line, (columns, ["---"] * len(columns)))
    yield from map(_line, rows)
    yield ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
