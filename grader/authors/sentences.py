"""List every sentence a student can meet: `python -m grader.authors.sentences`.

For whoever maintains fairgrade or writes an assignment, to read them all once as a student does.
They come from the texts of the assignments under the current folder, and from the code and the
templates that say something on a student's page or in `grade check`. What is put into a sentence
when it is said stands there as `…`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.assignments.load import assignment_names, load_assignment
from grader.assignments.records import Exercise
from grader.report.words import CASES, VERDICTS

PACKAGE = Path(__file__).parents[1]
# The code that says something to students, and the templates of their pages.
CODE = (
    "values/**/*.py",
    "assignments/kinds/*.py",
    "grading/*.py",
    "grading/drawn/*.py",
    "grading/judging/*.py",
    "grading/repair/search.py",
    "grading/tracing/*.py",
    "gradebook/late.py",
    "notebooks/read.py",
    "handout/check.py",
    "report/entries.py",
    "report/explanation.py",
    "report/findings.py",
    "report/next_steps.py",
    "report/pictures/*.py",
    "report/student_page.py",
)
TEMPLATES = ("base", "student", "answer", "parts", "pictures")
# A shorter text is a key, a name or a part of a sentence.
FEWEST_WORDS = 3
_TAG = re.compile(r"<[^<>]*>|\{%[^%]*%\}|\{#[^#]*#\}")
_HOLE = re.compile(r"\{\{[^{}]*\}\}")
_WORD = re.compile(r"[^\W\d_]{2,}|\ba\b|\bI\b")


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """A sentence, or a few, and where it stands: a file and line, or an exercise and its text."""

    where: str
    text: str


def sentences(root: Path) -> Iterator[Said]:
    """All of them: the assignments' below `root`, then the verdicts', the code's, the pages'."""
    for name in assignment_names(root):
        for exercise in load_assignment(root, name).exercises:
            yield from _of_exercise(f"{name}, {exercise.name}", exercise)
    for verdict, word in VERDICTS.items():
        yield Said(f"verdict {verdict}", f"{word.word}: {word.meaning}")
    for passed, word in CASES.items():
        yield Said(f"case passed: {passed}", f"{word.word}: {word.meaning}")
    for pattern in CODE:
        for path in sorted(PACKAGE.glob(pattern)):
            yield from of_code(path.read_text(encoding="utf-8"), _named(path))
    for name in TEMPLATES:
        path = PACKAGE / "report" / "templates" / f"{name}.html.jinja"
        yield from of_template(path.read_text(encoding="utf-8"), _named(path))


def _named(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


def _of_exercise(where: str, exercise: Exercise) -> Iterator[Said]:
    yield Said(where, f"{exercise.title}: {exercise.asks}")
    yield from (Said(f"{where}, case {case.name}", case.title) for case in exercise.cases)
    for variant in exercise.variants:
        for text in (variant.title, variant.explanation, variant.beside):
            if text:
                yield Said(f"{where}, variant {variant.name}", " ".join(text.split()))


def of_code(source: str, name: str) -> Iterator[Said]:
    """The texts of a module with several words: no docstrings, patterns, or texts of exceptions,
    which are for authors."""
    for node in _read_by_students(ast.parse(source)):
        text = " ".join(_text(node).split())
        if len(_WORD.findall(text)) >= FEWEST_WORDS:
            yield Said(f"{name}:{node.lineno}", text)


def _read_by_students(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Raise() | ast.Expr(ast.Constant()):
            return
        case ast.Call(ast.Attribute(ast.Name("re"))):
            return
        case ast.JoinedStr() | ast.Constant(str()):
            yield node
            holes = node.values if isinstance(node, ast.JoinedStr) else []
            inside = [each.value for each in holes if isinstance(each, ast.FormattedValue)]
        case _:
            inside = list(ast.iter_child_nodes(node))  # type: ignore[arg-type]
    for each in inside:
        yield from _read_by_students(each)


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(str() as text):
            return text
        case ast.JoinedStr(values):
            return "".join(map(_text, values))
    return "…"


def of_template(source: str, name: str) -> Iterator[Said]:
    """The texts of a template between its tags, and those that its expressions choose from."""
    for number, line in enumerate(source.splitlines(), start=1):
        chosen = re.findall(r'"([^"<>]*)"', " ".join(_HOLE.findall(line)))
        for text in (*_TAG.sub("\n", _HOLE.sub("…", line)).split("\n"), *chosen):
            if len(_WORD.findall(text)) >= FEWEST_WORDS:
                yield Said(f"{name}:{number}", " ".join(text.split()))


if __name__ == "__main__":
    for each in sentences(Path.cwd()):
        print(f"{each.where}: {each.text}")
