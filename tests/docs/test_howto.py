"""docs/start/ and docs/howto/: their commands are run as they stand, as far as a test can.

What belongs to other systems, such as `wsl` or `conda`, is not run; which commands these are stands
here, so that a new one is noticed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.results.files import read_results
from tests.conftest import ROOT
from tests.docs.test_github import program
from tests.docs.test_instructors import EXAMPLES

DOCS = ROOT / "docs"
PAGES = [*(DOCS / "start").glob("*.md"), *(DOCS / "howto").glob("*.md")]
# What a test runs, and what only people do.
RUN = {"grade", "cd", "nbgrader", "for", "login=$(basename", "folder=feedback/$login/averages"}
RUN |= {"mkdir", "cp", "done"}
NOT_RUN = {"sudo", "python3", "~/fairgrade/bin/pip", "~/fairgrade/bin/grade", "echo"}
NOT_RUN |= {"podman", "conda", "pip"}


def blocks(page: Path) -> list[str]:
    """The blocks of commands of a page, also those within lists."""
    found = re.findall(r"^( *)```sh\n(.*?)^ *```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def run(folder: Path, *commands: str, more: Path | None = None) -> tuple[int, str]:
    """The exit code of the commands, and what they print; `more` is a folder of programs."""
    places = [Path(sys.executable).parent, *([more] if more else [])]
    path = os.pathsep.join([*map(str, places), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(commands)],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_is_run_by_a_test_or_known_not_to_be(page: Path) -> None:
    lines = [line for block in blocks(page) for line in block.splitlines()]
    assert {line.split()[0] for line in lines} <= RUN | NOT_RUN


def test_what_the_machine_can_do_is_told_in_any_folder(tmp_path: Path) -> None:
    for page in ("start/operators", "howto/windows", "howto/apparmor"):
        assert "grade doctor\n" in blocks(DOCS / f"{page}.md")
    code, said = run(tmp_path, "grade doctor")
    assert code == 0, said
    assert re.search(r"^protection: (namespaces|landlock|limits), as ", said, re.MULTILINE)


def test_an_author_starts_and_a_student_checks(tmp_path: Path) -> None:
    (start,) = blocks(DOCS / "start" / "authors.md")
    code, said = run(tmp_path, start)
    assert code == 0, said
    (check,) = blocks(DOCS / "start" / "students.md")
    code, said = run(tmp_path / "assignment" / "averages", check)
    assert code == 3, said


def test_the_tests_in_a_notebook_need_nothing_of_fairgrade(tmp_path: Path) -> None:
    """As on a student's machine with Windows, where there is no fairgrade."""
    assert run(tmp_path, "grade init averages")[0] == 0
    folder = tmp_path / "assignment" / "averages"
    imported = "import sys, public_tests; print([n for n in sys.modules if n.startswith('grader')])"
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, '.'); {imported}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


@pytest.fixture
def small_class(tmp_path: Path) -> Path:
    """What `grade examples` writes, with two of its submissions."""
    first, _ = blocks(DOCS / "start" / "instructors.md")
    code, said = run(tmp_path, first)
    assert code == 0, said
    folder = tmp_path / "fairgrade-examples"
    for path in (folder / "submissions").iterdir():
        if path.stem not in ("all_right_power", "untouched"):
            path.unlink()
    return folder


def test_an_instructor_tries_it_and_forgets_a_student(small_class: Path) -> None:
    _, second = blocks(DOCS / "start" / "instructors.md")
    code, said = run(small_class.parent, second)
    assert code == 0, said
    forget, again = blocks(DOCS / "howto" / "privacy.md")
    (small_class / "submissions" / "all_right_power.ipynb").unlink()
    for command in (forget, again):
        code, said = run(small_class, command)
        assert code == 0, said
    (left,) = read_results(small_class / "grades" / "results.json").results
    assert left.student == "untouched"
    for path in (small_class / "grades").rglob("*"):
        assert path.is_dir() or b"all_right_power" not in path.read_bytes(), path


def test_a_notebook_from_colab_has_all_points(small_class: Path) -> None:
    code = (EXAMPLES / "all_right_in_place.ipynb").read_text()
    assert "google.colab" in code
    shutil.copy(EXAMPLES / "all_right_in_place.ipynb", small_class)
    assert run(small_class, "grade all_right_in_place.ipynb --fail-under 100")[0] == 0


NBGRADER = """
# What nbgrader 0.9.6 was seen to do with its exchange and the course's folders.
case "$1" in
  collect)
    mkdir -p submitted/ann/"$2"
    cp solutions/"$2"/*.ipynb submitted/ann/"$2"
    echo "2026-03-01 10:00:00.000000 UTC" > submitted/ann/"$2"/timestamp.txt
    echo secret > submitted/ann/"$2"/submission_secret.txt ;;
  release_assignment) ls release/"$2"/*.ipynb ;;
  release_feedback) cd feedback/ann/"$2" && ls ./*.html timestamp.txt submission_secret.txt ;;
  db) [ "$*" = "db assignment add averages" ] ;;
  *) exit 9 ;;
esac
"""


def test_nbgraders_exchange_is_served(tmp_path: Path) -> None:
    (programs := tmp_path / "programs").mkdir()
    program(programs, "nbgrader", NBGRADER)
    (course := tmp_path / "course").mkdir()
    out, grade, back = blocks(DOCS / "howto" / "jupyterhub.md")
    assert run(course, "grade init averages")[0] == 0
    for commands in (out, grade, back):
        code, said = run(course, commands, more=programs)
        assert code == 0, said
    (ann,) = read_results(course / "grades" / "results.json").results
    assert (ann.student, ann.score) == ("ann", ann.max_score)
    assert ann.owner is not None
    assert ann.owner.submitted_at.startswith("2026-03-01")
    page = course / "feedback" / "ann" / "averages" / "Averages.html"
    assert "Moving average" in page.read_text()
