"""fairgrade from a wheel, in an environment of its own: no clone is needed, nor looked for."""

from __future__ import annotations

import json
import re
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.installed.conftest import Installed


@pytest.fixture(scope="session")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def test_the_commands_that_need_no_course_work_in_any_folder(installed: Installed) -> None:
    assert "For students:" in installed.grade("--help")
    assert "fairgrade, version" in installed.grade("--version")
    assert "wrote assignment/averages/assignment.toml" in installed.grade("init", "averages")
    assert "fairgrade, version" in installed.run("python", "-m", "fairgrade", "--version").stdout


def test_no_clone_is_imported(installed: Installed) -> None:
    where = "import fairgrade, grader; print(fairgrade.__file__, grader.__file__, sep='\\n')"
    found = installed.run("python", "-c", where).stdout.split()
    assert found == [
        str(installed.packages / name) for name in ("fairgrade.py", "grader/__init__.py")
    ]


def test_the_examples_are_those_of_the_repository(installed: Installed) -> None:
    assert "`grade submissions`" in installed.grade("examples")
    written = installed.folder / "fairgrade-examples"
    pairs = {
        "assignment": "assignment",
        "solutions": "solutions",
        "submissions": "examples/submissions",
    }
    for name, origin in pairs.items():
        assert contents(written / name) == contents(ROOT / origin)
    assert {path.name for path in written.iterdir()} == {*pairs, "README.md"}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & {*path.parts}
    }


def test_examples_are_not_written_over_anything(installed: Installed) -> None:
    (installed.folder / "mine").write_text("")
    done = installed.run("grade", "examples", ".")
    assert done.returncode == 2
    assert "something is in it already" in done.stderr
    assert [path.name for path in installed.folder.iterdir()] == ["mine"]


def test_no_kernel_may_read_the_solutions_that_were_installed(installed: Installed) -> None:
    asked = (
        "from grader.authors.examples import source\n"
        "from grader.sandbox.launch import may_be_read, site_packages\n"
        "print(source(), may_be_read(str(source().resolve())), *map(may_be_read, site_packages()))"
    )
    place, *readable = installed.run("python", "-c", asked).stdout.split()
    assert Path(place) == installed.environment / "share" / "fairgrade"
    assert readable[0] == "False"
    assert "True" in readable[1:]
    notebooks = installed.packages.joinpath("grader").rglob("*.ipynb")
    assert [path.parent.name for path in notebooks] == ["starter"]


@pytest.mark.thorough
def test_the_class_of_examples_is_graded(installed: Installed) -> None:
    installed.grade("examples", "course")
    course = Installed(installed.environment, installed.folder / "course")
    assert "16 graded, 0 not graded" in course.grade("submissions")
    results = json.loads((course.folder / "grades" / "results.json").read_text())["submissions"]
    scores = {each["student"]: each["score"] for each in results}
    said = re.findall(
        r"^\| `(\w+)\.ipynb` .* \| ([\d.]+) \|$", (course.folder / "README.md").read_text(), re.M
    )
    assert scores == {name: float(points) for name, points in said}


@pytest.mark.thorough
def test_the_doctor_examines_the_machine_in_any_folder(installed: Installed) -> None:
    assert "protection: " in installed.grade("doctor")


def test_the_metadata_has_no_upper_bound_for_python(metadata: Message) -> None:
    assert metadata["Requires-Python"] == ">=3.11"
    tried = [each for each in metadata.get_all("Classifier", ()) if ":: Python :: 3." in each]
    assert [each.rpartition(" ")[2] for each in tried] == ["3.11", "3.12", "3.13", "3.14"]


def test_what_the_index_shows_links_to_the_repository(metadata: Message) -> None:
    """Each relative link of the README, with the address that the metadata give, to a file."""
    shown = metadata.get_payload()
    assert isinstance(shown, str)
    (home,) = re.findall(r"^Homepage, (\S+)$", "\n".join(metadata.get_all("Project-URL", ())), re.M)
    links = re.findall(r"\]\(([^)#]+)", shown)
    assert len(links) == len(re.findall(r"\]\(([^)#]+)", (ROOT / "README.md").read_text()))
    assert all(link.startswith("https://") for link in links)
    inside = [link for link in links if link.startswith(f"{home}/blob/main/")]
    assert len(inside) > 10
    for link in inside:
        assert (ROOT / link.removeprefix(f"{home}/blob/main/")).exists(), link
