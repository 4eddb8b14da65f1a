"""Write the author's variant that makes the mistake of a student's function.

It is for a person to read and to put into `variants.py`: nothing here runs the student's code. The
text is made from the syntax tree, so it has no comments, which may name the student, and nothing in
it looks like something else than it is.
"""

from __future__ import annotations

import ast
import builtins
import copy
import textwrap
from dataclasses import dataclass
from typing import TypeVar

from grader.gradebook.unnamed import Words
from grader.grading.evidence import IMPORTS
from grader.notebooks.cells import Function, bindings, functions, names_read

WIDTH = 95


@dataclass(frozen=True, slots=True)
class WrittenVariant:
    """The source of the variant, as a piece of `variants.py`, and remarks for who uses it."""

    source: str
    remarks: tuple[str, ...]


def variant_from(exercise: str, code: str, words: Words) -> WrittenVariant:
    """The variant of a cell's function, with the words as its title and docstring.

    What else of the cell it needs, such as imports and other functions, stands inside of it. If the
    cell defines no function of the exercise's name, the last one is taken, as it may have another
    of the exercise's names. If there is none, what is to be written stands in its place.
    """
    known = functions(code)
    found = known.get(exercise) or next(reversed(known.values()), None)
    inside: list[ast.stmt] = []
    if found is None:
        remarks = ["the answer has no function that can be read: write it yourself"]
        found = functions("def answer(*args):\n    raise NotImplementedError")["answer"]
    else:
        given = bindings(code)
        others = [(_copied(node), names) for node, names in given if node is not found]
        found = _copied(found)
        inside, lacking = _needed(found, others)
        what = "the function uses what other cells of its notebook define"
        remarks = [f"{what}: {', '.join(sorted(lacking))}"] if lacking else []
    body = [*inside, *_without_docstring(found.body)]
    function = _renamed(found, body, words.name)
    function.decorator_list = [_decorator(exercise, words)]
    function.body.insert(0, ast.Expr(ast.Constant(_docstring(words))))
    notes = ["From a student's answer: read it before you use it, as variants run outside of"]
    notes += ["the sandbox.", *(f"{each[0].upper()}{each[1:]}." for each in remarks)]
    head = "".join(f"# {line}\n" for line in notes)
    source = ast.unparse(ast.fix_missing_locations(ast.Module([function], [])))
    text = f"from grader.authoring import mistake\n\n\n{head}{source}\n"
    return WrittenVariant(text, tuple(remarks))


def _decorator(exercise: str, words: Words) -> ast.expr:
    title = ast.keyword("title", ast.Constant(words.title))
    return ast.Call(ast.Name("mistake"), [ast.Constant(exercise)], [title])


def _docstring(words: Words) -> str:
    paragraph = " ".join(words.explanation.split())
    lines = textwrap.wrap(paragraph, WIDTH, initial_indent=" " * 7)
    return "\n    ".join(lines).strip()


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(ast.Constant(str())), _, *_]:
            return body[1:]
    return body


_Node = TypeVar("_Node", bound=ast.stmt)


def _copied(statement: _Node) -> _Node:
    """A copy without annotations, as these may need names that the module does not have."""
    made = copy.deepcopy(statement)
    for node in ast.walk(made):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, Function):
            node.returns = None
    return made


def _renamed(function: Function, body: list[ast.stmt], name: str) -> Function:
    """The function with this body and name, by which it also calls itself."""
    before, function.name, function.body = function.name, name, body
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == before:
            node.id = name
    return function


def _needed(
    function: Function, others: list[tuple[ast.stmt, set[str]]]
) -> tuple[list[ast.stmt], set[str]]:
    """The usual imports and those of the cell's other statements that the function needs, and the
    names that neither gives. `others` has with each statement the names that it binds."""
    imports: list[ast.stmt] = []
    needed: list[ast.stmt] = []
    known = {*dir(builtins), function.name}
    # A default value is worked out before anything inside of the function is there.
    lacking = _names_of_defaults(function) - known
    waiting = sorted(names_read(function) - lacking)
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        giving = [node for node, names in others if name in names]
        if giving:
            new = [node for node in giving if node not in needed]
            needed += new
            waiting += [each for node in new for each in sorted(names_read(node))]
        elif name in IMPORTS:
            imports += ast.parse(IMPORTS[name]).body
        else:
            lacking.add(name)
    return [*imports, *(node for node, _ in others if node in needed)], lacking


def _names_of_defaults(function: Function) -> set[str]:
    defaults = [each for each in (*function.args.defaults, *function.args.kw_defaults) if each]
    nodes = [node for each in defaults for node in ast.walk(each)]
    return {node.id for node in nodes if isinstance(node, ast.Name)}
