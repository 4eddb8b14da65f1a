"""Every regular expression of the package, as its source has it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_METHODS = frozenset(
    {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
)
_FLAGS = {"DOTALL": re.DOTALL, "MULTILINE": re.MULTILINE, "IGNORECASE": re.IGNORECASE}


@dataclass(frozen=True)
class Pattern:
    """A regular expression, where it stands (a file and a line of it), and how it is used.

    `uses` are functions of `re`, or methods of compiled patterns: "match", "sub" and so on.
    """

    text: str
    flags: int
    place: str
    uses: frozenset[str]

    def __str__(self) -> str:
        return self.place


def patterns() -> list[Pattern]:
    """The patterns that are given to functions of `re`, and those of Pygments' lexers.

    What is put into a pattern when it is used stands for one letter here.
    """
    files = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _sources()}
    public: dict[str, set[str]] = defaultdict(set)
    for tree in files.values():
        for name, uses in _uses(tree).items():
            public[name] |= uses
    return [each for path, tree in files.items() for each in _of_file(path, tree, public)]


def _uses(tree: ast.Module) -> dict[str, set[str]]:
    """What is used of each compiled pattern, by the pattern's name."""
    used: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ast.Name(name), attribute) if attribute in _METHODS:
                used[name].add(attribute)
    return used


def _sources() -> list[Path]:
    """All modules but those that read an author's own masters, on which no student has a word."""
    modules = (ROOT / "grader").rglob("*.py")
    return sorted(path for path in modules if "importing" not in path.parts)


def _of_file(path: Path, tree: ast.Module, public: Mapping[str, set[str]]) -> Iterator[Pattern]:
    private = _uses(tree)
    every = {use for name, found in private.items() if name != "re" for use in found}
    uses: dict[ast.AST, set[str]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign([ast.Name(name)], ast.Call() as call):
                uses[call] = private[name] if name.startswith("_") else public[name]
            case ast.Attribute(ast.Call() as call, method):
                uses[call] = {method}
        for expression, flags, method in _given(node):
            text = _text(expression)
            if text is not None:
                # Where a pattern is in a list, it may be used as any other one of the file is.
                of = (uses.get(node) or every) if method == "compile" else {method}
                place = f"{path.relative_to(ROOT)}:{expression.lineno}"
                yield Pattern(text, flags, place, frozenset(of & _METHODS) or frozenset({"search"}))


def _given(node: ast.AST) -> Iterator[tuple[ast.expr, int, str]]:
    match node:
        case ast.Call(ast.Attribute(ast.Name("re"), called), [first, *_]) if (
            called in _METHODS or called == "compile"
        ):
            given = (*node.args[1:], *(each.value for each in node.keywords))
            yield first, sum(_flags(each) for each in given), called
        case ast.ClassDef(bases=[ast.Name("RegexLexer"), *_]):
            for each in ast.walk(node):
                match each:
                    case ast.Tuple([ast.Constant(str()) as rule, ast.Name() | ast.Attribute()]):
                        yield rule, re.MULTILINE, "match"


def _flags(node: ast.expr) -> int:
    return sum(
        _FLAGS[each.attr]
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and each.attr in _FLAGS
    )


def _text(node: ast.expr) -> str | None:
    """The pattern in an expression; None where it is a name, which is compiled elsewhere."""
    match node:
        case ast.Constant(str() as text):
            return text
        case ast.Constant(bytes() as text):
            return text.decode("latin-1")
        case ast.JoinedStr(values):
            return "".join(_text(each) or "" for each in values)
        case ast.FormattedValue():
            return "q"
        case ast.BinOp(left, ast.Add(), right):
            return f"{_text(left) or 'q'}{_text(right) or 'q'}"
    return None
