"""Mend the given cells of a master: what cannot stand in an assignment, and what is missing.

Each code cell of a master that is being read stands for a step that is no test, in this order.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.authors.importing.foreign import Master, Role, Step, new_cell
from grader.notebooks.cells import bindings, names_bound, names_read, syntax_error
from grader.notebooks.parsing import parsed_cell, source_lines

_IMPORTS = (ast.Import, ast.ImportFrom)


def mend_given(master: Master) -> None:
    """Give the master what its cells need of its tests, and take out what is not Python."""
    _add_imports(master)
    _set_aside(master)


def _add_imports(master: Master) -> None:
    """Put the imports of a visible test in its place, where the other cells use what they import.

    The other program runs its tests among the cells, so the cells may rely on such an import.
    """
    missing = _used(master.steps)
    hidden = {test.step: test.hidden for unit in master.units for test in unit.tests}
    found: list[tuple[int, str]] = []
    for number, step in enumerate(master.steps):
        if step.role is not Role.TEST:
            missing -= names_bound(step.source)
            continue
        for node, bound in _imports(step.source, hidden.get(number, frozenset())):
            if bound & missing:
                missing -= bound
                found.append((number, ast.unparse(node)))
    for number in sorted({number for number, _ in found}, reverse=True):
        source = "\n".join(text for each, text in found if each == number)
        _insert(master, number, source)


def _used(steps: Sequence[Step]) -> set[str]:
    """The names that the cells without tests read."""
    trees = (parsed_cell(each.source).tree for each in steps if each.role is not Role.TEST)
    return {name for tree in trees for node in tree.body for name in names_read(node)}


def _imports(source: str, hidden: frozenset[int]) -> Iterator[tuple[ast.stmt, set[str]]]:
    for node, bound in bindings(source):
        if isinstance(node, _IMPORTS) and node.lineno not in hidden:
            yield node, set(bound)


def _insert(master: Master, number: int, source: str) -> None:
    """Add a given cell before the test that is the step of this number."""
    before = sum(each.role is not Role.TEST for each in master.steps[:number])
    places = [n for n, cell in enumerate(master.cells) if cell["cell_type"] == "code"]
    made = {"cell_type": "code", "id": f"imports-{number}", "metadata": {}}
    place = places[before - 1] + 1 if before else 0
    master.cells.insert(place, new_cell(made, source))
    master.steps.insert(number, Step(source, Role.GIVEN))
    for test in (each for unit in master.units for each in unit.tests):
        test.step += test.step >= number
    master.remarks.append(
        f"imports-{number}: a cell with what a test imports and other cells use: `{source}`"
    )


def _set_aside(master: Master) -> None:
    """Make raw cells of given code cells that are not Python, as those that show an error are.

    A notebook with such a cell cannot be checked, and a raw cell is shown but not run.
    """
    numbers = [n for n, each in enumerate(master.steps) if each.role is not Role.TEST]
    codes = [cell for cell in master.cells if cell["cell_type"] == "code"]
    for number, cell in zip(numbers, codes, strict=True):
        step = master.steps[number]
        error = syntax_error(step.source) if step.role is Role.GIVEN else None
        if error is None:
            continue
        cell["cell_type"] = "raw"
        del cell["outputs"], cell["execution_count"]
        master.steps[number] = replace(step, source="")
        first = next(iter(source_lines(step.source.strip())), "")
        master.remarks.append(
            f"{cell['id']}: is not Python (line {error.lineno}: {error.msg}), and a raw cell here, "
            f"which is not run; it begins with `{first[:60]}`"
        )
