"""A course among the system's programs, as in many container images, cannot be read by kernels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import KernelFailure
from grader.sandbox.launch import readable, shown

PACKAGES = Path(sysconfig.get_path("purelib"))
LIBRARIES = Path("/usr/local/lib")
# The first is shown to kernels with the packages, the second with the system, the third not.
PLACES = (PACKAGES, LIBRARIES, Path("/usr/local/src"))
# Prints for each level what a notebook gets of the course, and whether it can still import.
LOOK = """
import asyncio, json, sys
from grader.assignments.records import Limits
from grader.errors import KernelFailure
from grader.execution.cell_steps import CellStep
from grader.execution.session import Execution, confinement_for
from grader.notebooks.read import Cell
from grader.sandbox.level import Level
from grader.sandbox.private import keep_private

course, hide, *levels = sys.argv[1:]
if hide == "hidden":
    keep_private([course])
cell = f'''
import os, json
name = os.path.basename({course!r})
found = []
for top in ({course!r}, "/site", "/usr", "/opt"):
    for folder, folders, names in os.walk(top):
        if name in folder and names:
            found += names
        elif folder.count("/") > 5 and name not in folder:
            folders.clear()
import colorsys, numpy.polynomial, json.tool
print(json.dumps(sorted(set(found))))
'''

async def seen(level):
    shut_in = confinement_for(Limits(), (), level)
    async with Execution([CellStep(Cell(1, cell))], {}, Limits(), shut_in) as execution:
        await execution.run_cells()
        return execution.runs[1].printed

answers = {}
for level in levels:
    try:
        answers[level] = asyncio.run(seen(Level.of(level)))
    except KernelFailure as error:
        answers[level] = f"refused: {error}"
print(json.dumps(answers))
"""


@pytest.fixture(params=PLACES, ids=str)
def course(request: pytest.FixtureRequest) -> Iterator[Path]:
    place: Path = request.param
    if not os.access(place, os.W_OK):
        pytest.skip(f"only root may write to {place}")
    with tempfile.TemporaryDirectory(prefix="course-", dir=place) as name:
        (Path(name) / "solutions").mkdir()
        (Path(name) / "solutions" / "solved.ipynb").write_text("the solution")
        (Path(name) / "gradebook.sqlite").write_text("grades")
        yield Path(name)


def looked(course: Path, how: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(course), how, "namespaces", "landlock"],
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


@pytest.mark.usefixtures("namespaces")
def test_nothing_of_a_course_is_seen_wherever_it_lies(course: Path) -> None:
    seen = looked(course, "hidden")
    assert seen["namespaces"] == "[]\n"
    if PACKAGES in course.parents:
        assert "lies among Python's packages; it belongs elsewhere" in seen["landlock"]
    else:
        assert seen["landlock"] == "[]\n"


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("course", [PACKAGES], indirect=True)
def test_what_is_not_hidden_there_would_be_seen(course: Path) -> None:
    """Or the test above would show nothing."""
    assert "solved.ipynb" in looked(course, "shown")["namespaces"]


def test_only_parts_of_the_prefixes_are_shown() -> None:
    """People keep courses in the others: /usr/src/app, /usr/share/course, /opt/python/course."""
    for prefix in ("/usr", "/usr/local", sys.base_prefix):
        assert os.path.realpath(prefix) not in shown()
        for part in ("src", "share", "games", "course", "local/share"):
            assert os.path.realpath(f"{prefix}/{part}") not in shown()


def test_beside_something_secret_all_else_can_be_read() -> None:
    library = os.path.realpath("/usr/lib")
    secret, *others = (f"{library}/{name}" for name in sorted(os.listdir(library)))
    left = readable([secret])
    assert secret not in left
    assert library not in left
    assert {each for each in others if not os.path.islink(each)} <= {*left}


def test_something_secret_among_packages_is_refused_where_it_could_not_be_hidden() -> None:
    with pytest.raises(KernelFailure, match="lies among Python's packages"):
        readable([str(Path(sysconfig.get_path("stdlib")) / "json")])
