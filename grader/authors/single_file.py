"""The student's `difference.py`: what compares values, in one file that needs numpy alone.

It is made of the modules in `grader/values/`, each after those that it imports. Of their statements
only those are kept that the public names need, directly or through others; what encodes values for
a kernel is left out, for instance. Nothing is renamed, so no two of these modules may define the
same name.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

PUBLIC = (
    *("COMPARISONS", "Digest", "Difference", "Returns", "Tolerance"),
    *("built", "first_difference", "thaw"),
)
_ROOTS = ("difference", "comparisons", "frozen")
_HEADING = '''\
"""Compares an expected with a returned value, and says what differs first.

`public_tests.py` uses this. It is a part of the program that grades, made into one file by
`grade generate`, and needs numpy and nothing else, but pandas or scipy for values of these.
"""

from __future__ import annotations

'''


@cache
def difference_file() -> bytes:
    """The content of `difference.py`.

    Raises RuntimeError where two of the modules define the same name.
    """
    statements = [each for name in _in_order(_ROOTS, {}) for each in _statements(name)]
    defined = [each for each in statements if not isinstance(each.node, _IMPORT)]
    _refuse_repeated(name for each in defined for name in each.names)
    used = _used(defined)
    kept = [each for each in defined if each.names & used]
    imports = [each.node for each in statements if isinstance(each.node, _IMPORT)]
    text = _joined([(each.node, each.text(used)) for each in kept], blank_lines=2)
    return f"{_HEADING}{_imported(imports, used)}{text}\n".encode()


_IMPORT = (ast.Import, ast.ImportFrom)
_DEFINITION = (ast.FunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class _Statement:
    """A statement of a module or class, with all lines of the module."""

    node: ast.stmt
    lines: tuple[str, ...]

    @property
    def names(self) -> set[str]:
        """The names that it binds."""
        if isinstance(self.node, _DEFINITION):
            return {self.node.name}
        if isinstance(self.node, ast.Try):
            return {node.name for node in ast.walk(self.node) if isinstance(node, ast.ClassDef)}
        targets = getattr(self.node, "targets", None) or [getattr(self.node, "target", self.node)]
        inside = (node for target in targets for node in ast.walk(target))
        return {node.id for node in inside if isinstance(node, ast.Name)}

    @property
    def members(self) -> list[_Statement]:
        body = self.node.body if isinstance(self.node, ast.ClassDef) else []
        return [_Statement(node, self.lines) for node in body]

    def is_needed(self, used: set[str]) -> bool:
        """Whether this member of a class has to be kept if these are the names in use."""
        if isinstance(self.node, ast.AnnAssign) and "ClassVar" not in _read(self.node):
            return True  # a dataclass's field
        return not self.names or any(n in used or n.startswith("__") for n in self.names)

    def leads_to(self, used: set[str]) -> set[str]:
        """The names that it reads; of a class, those of its head and of the members it keeps."""
        if not isinstance(self.node, ast.ClassDef):
            return _read(self.node)
        found = [_read(node) for node in (*self.node.bases, *self.node.decorator_list)]
        found += [each.leads_to(used) for each in self.members if each.is_needed(used)]
        return set[str]().union(*found)

    def text(self, used: set[str]) -> str:
        """Its lines, with the comment above it; of a class only the members that are kept."""
        first = min(n.lineno for n in (self.node, *getattr(self.node, "decorator_list", ())))
        while self.lines[first - 2].strip().startswith("#"):
            first -= 1
        if not isinstance(self.node, ast.ClassDef):
            return "\n".join(self.lines[first - 1 : self.node.end_lineno])
        head = "\n".join(self.lines[first - 1 : self.node.lineno])
        kept = [(each.node, each.text(used)) for each in self.members if each.is_needed(used)]
        return f"{head}\n{_joined(kept, blank_lines=1) or '    pass'}"


def _in_order(names: Iterable[str], seen: dict[str, None]) -> dict[str, None]:
    """The modules, each after those that it imports."""
    for name in names:
        if name not in seen:
            imported = [s.node for s in _statements(name) if isinstance(s.node, ast.ImportFrom)]
            _in_order((_absolute(node, name) for node in imported if node.level), seen)
            seen[name] = None
    return seen


def _absolute(node: ast.ImportFrom, name: str) -> str:
    """The name of the module that a module of this name imports from."""
    above = name.split(".")[: -node.level]
    return ".".join([*above, node.module or ""])


@cache
def _statements(name: str) -> tuple[_Statement, ...]:
    """The statements of a module, without its docstring and its `if TYPE_CHECKING`."""
    *folders, module = name.split(".")
    path = files("grader").joinpath("values", *folders, f"{module}.py")
    source = path.read_text(encoding="utf-8")
    lines = tuple(source.splitlines())
    body = ast.parse(source).body
    told = (node for node in body if not isinstance(node, (ast.Expr, ast.If)))
    return tuple(_Statement(node, lines) for node in told)


def _used(statements: list[_Statement]) -> set[str]:
    """The public names, the names that their definitions read, those that these read, and so on."""
    used, more = set[str](), set(PUBLIC)
    while more:
        used |= more
        found = (each.leads_to(used) for each in statements if each.names & used)
        more = set[str]().union(*found) - used
    return used


def _read(node: ast.AST) -> set[str]:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _refuse_repeated(names: Iterable[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise RuntimeError(f"several modules of grader/values/ define {', '.join(repeated)}")


def _imported(imports: list[ast.Import | ast.ImportFrom], used: set[str]) -> str:
    """The import statements for the names in use, numpy's after those of the standard library."""
    modules, members = set[str](), dict[str, set[str]]()
    for node in imports:
        for alias in node.names if not getattr(node, "level", 0) else ():
            if (alias.asname or alias.name) not in used:
                continue
            as_name = f" as {alias.asname}" if alias.asname else ""
            if isinstance(node, ast.Import):
                modules.add(f"import {alias.name}{as_name}\n")
            else:
                members.setdefault(node.module or "", set()).add(f"{alias.name}{as_name}")
    lines = sorted(modules - {"import numpy as np\n"})
    for name, found in sorted(members.items()):
        lines.append(f"from {name} import {', '.join(sorted(found))}\n")
    return "".join([*lines, "\nimport numpy as np\n\n"])


def _joined(texts: list[tuple[ast.stmt, str]], blank_lines: int) -> str:
    """The statements with blank lines around definitions and after docstrings."""
    pieces: list[str] = []
    for index, (node, text) in enumerate(texts):
        before = texts[index - 1][0] if index else None
        apart = isinstance(node, _DEFINITION) or isinstance(before, (*_DEFINITION, ast.Expr))
        pieces += ["\n" * (1 + blank_lines if apart else 1) if before else "", text]
    return "".join(pieces)
