"""helpers: a notebook finds the helpers as the author wrote them, compiled or not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from grader.assignments.helpers import files_beside
from grader.assignments.load import load_assignment
from grader.assignments.records import Limits
from grader.errors import AssignmentError
from grader.execution.cell_steps import CellStep
from grader.execution.outcome import CellRun
from grader.execution.protection import protection_in_force
from grader.execution.session import Execution, confinement_for
from grader.notebooks.read import Cell


def printed(files: dict[str, bytes | Path], *cells: str) -> str:
    """What the cells print in a kernel that finds these files."""
    limits = Limits(cell_seconds=10)
    shut_in = confinement_for(limits, (), protection_in_force()[0])
    steps = [CellStep(Cell(number, source)) for number, source in enumerate(cells)]

    async def run() -> dict[int, CellRun]:
        async with Execution(steps, files, limits, shut_in) as execution:
            await execution.run_cells()
            return execution.runs

    return "".join(each.printed for each in asyncio.run(run()).values())


@pytest.fixture
def files(frozen_course: Path) -> dict[str, bytes | Path]:
    return files_beside(load_assignment(frozen_course, "words"))


def test_no_kernel_compiles_a_helper_again(files: dict[str, bytes | Path]) -> None:
    nothing_is_compiled = (
        "from importlib.machinery import SourceFileLoader\nSourceFileLoader.source_to_code = None"
    )
    use = "import texts\nprint(texts.EXAMPLE[:7])"
    assert printed(files, nothing_is_compiled, use) == "the cat\n"
    source_alone = {"texts.py": files["texts.py"]}
    assert "TypeError" in printed(source_alone, nothing_is_compiled, use)


def test_a_helper_that_a_cell_writes_anew_is_the_one_that_is_imported(
    files: dict[str, bytes | Path],
) -> None:
    cells = ("%%writefile texts.py\nEXAMPLE = 'mine'", "import texts\nprint(texts.EXAMPLE)")
    assert printed(files, *cells).endswith("mine\n")


def test_a_helper_that_is_no_python_fails_where_it_is_imported(course: Path) -> None:
    (course / "assignment/words/texts.py").write_text("x = = 1")
    files = files_beside(load_assignment(course, "words"))
    assert [name for name in files if "__pycache__" in name] == []
    assert printed(files, "import texts").startswith("SyntaxError")


def test_helpers_of_any_size_reach_the_kernel(course: Path) -> None:
    """Together they are larger than any message may be, and than what a kernel may write."""
    data = course / "assignment/words/data"
    data.mkdir()
    for name in ("one.bin", "two.bin"):
        (data / name).write_bytes(name.encode() * 4_000_000)
    toml = course / "assignment/words/assignment.toml"
    before = toml.read_text()
    toml.write_text(before.replace("helpers = [", 'helpers = ["data/one.bin", "data/two.bin", '))
    assert toml.read_text() != before
    files = files_beside(load_assignment(course, "words"))
    assert files["data/one.bin"] == data / "one.bin"
    use = (
        "import texts\n"
        "one, two = (open(f'data/{n}.bin', 'rb').read() for n in ('one', 'two'))\n"
        "print(one == b'one.bin' * 4_000_000, two == b'two.bin' * 4_000_000)"
    )
    assert printed(files, use) == "True True\n"


def test_a_helper_that_is_not_there_is_told_to_the_author(course: Path) -> None:
    assignment = load_assignment(course, "words")
    (course / "assignment/words/texts.py").unlink()
    with pytest.raises(AssignmentError, match=r"texts\.py: a helper of 'words' cannot be read"):
        files_beside(assignment)
