"""docs/authoring.md is followed to the letter: files written, commands run, their output compared.

Of the page, blocks of commands are followed by what they print; what file or cell a block belongs
to stands in the line above it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.submissions.find import find
from tests.conftest import ROOT


@dataclass(frozen=True)
class Block:
    """A block of the page, its kind, and the paragraph above it."""

    above: str
    kind: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    """The page's blocks, each with the whole paragraph above it."""
    end = 0
    for found in re.finditer(r"```(\w+)\n(.*?)```\n", page, re.DOTALL):
        above = page[end : found.start()].strip().split("\n\n")[-1]
        yield Block(above.replace("\n", " "), found[1], found[2])
        end = found.end()


def write(course: Path, block: Block) -> None:
    """Put the block's text where the line above it says."""
    where = re.fullmatch(r"`([^`]+)`, (.*):", block.above)
    assert where, f"nothing says where this belongs: {block}"
    path, place = course / where[1], where[2]
    if place == "the whole file":
        path.write_text(block.text)
    elif beginning := re.fullmatch(r"from `(.+)` on", place):
        kept, found, _ = path.read_text().partition(beginning[1])
        assert found
        path.write_text(kept + block.text)
    else:
        notebook = json.loads(path.read_text())
        if of := re.fullmatch(r"the cell with `(.+)`", place):
            (cell,) = (each for each in notebook["cells"] if of[1] in "".join(each["source"]))
            cell["source"] = block.text.rstrip("\n").splitlines(keepends=True)
        else:
            assert place == "the metadata of the last cell"
            notebook["cells"][-1]["metadata"] = json.loads(block.text)
        path.write_text(json.dumps(notebook))


def run(course: Path, commands: str) -> tuple[str, int]:
    """What the commands print, and the exit code of the last."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", commands],
        cwd=course,
        env={**os.environ, "PATH": path, "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.stdout.decode().replace("\ufeff", ""), done.returncode


def shown_as(printed: str, text: str) -> bool:
    """Whether what was printed is the page's text, where `…` stands for anything in a line, and on
    a line of its own for any lines."""
    lines = [
        "(.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n"
        for line in text.splitlines()
    ]
    return re.fullmatch("".join(lines), printed) is not None


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs" / "authoring.md").read_text()


def test_the_page_leads_to_an_assignment_that_is_graded(page: str, tmp_path: Path) -> None:
    printed, code, commands = "", 0, ""
    for block in blocks(page):
        if block.kind == "sh":
            assert code == 0, f"{commands} ended with {code}: {printed}"
            commands = block.text
            printed, code = run(tmp_path, commands)
        elif block.kind == "text":
            assert shown_as(printed, block.text), f"{commands} printed\n{printed}"
            said = re.search(r"exit code (\d)", block.above)
            assert code == (int(said[1]) if said else 0)
            code = 0
        else:
            write(tmp_path, block)
    assert load_assignment(tmp_path, "averages").max_score == 10
    assert len(find([tmp_path / "submissions"], tmp_path / "grades").submissions) == 4
    carla = (tmp_path / "grades/report/students/carla.html").read_text()
    assert "the list is not sorted" in carla


def test_every_file_that_an_author_writes_is_in_the_page(page: str) -> None:
    named = {Path(each).name for each in re.findall(r"^`([^`]+)`, .*:$", page, re.MULTILINE)}
    assert named == {
        *("assignment.toml", "Averages.ipynb", "cases.py", "variants.py"),
        *("adequacy.toml", "wrong.py"),
    }


@pytest.mark.parametrize(
    ("printed", "text", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\n", False),
        ("a\nb\nc\nd\n", "a\n…\nd\n", True),
        ("a: b\nc\n", "a: …\nc\n", True),
        ("a: b\nd\n", "a: …\nc\n", False),
    ],
)
def test_what_is_printed_is_compared_but_for_dots(printed: str, text: str, same: bool) -> None:
    assert shown_as(printed, text) == same
