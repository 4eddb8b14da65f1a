"""release, leaks: what students get, the same every time, and nothing of the solutions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.authors.release import bundle, write_bundle
from grader.authors.validate import generate
from grader.errors import AssignmentError, InputError
from grader.handout.check import check, passed

WORDS = "assignment/words"


def refusal(course: Path) -> str:
    with pytest.raises(AssignmentError) as caught:
        bundle(course, "words")
    return str(caught.value)


@pytest.mark.parametrize(
    "name", ["adam", pytest.param("optimization_methods", marks=pytest.mark.thorough)]
)
def test_the_repositorys_assignments_can_be_released(root: Path, name: str) -> None:
    files = bundle(root, name)
    assert {"README.md", "requirements.txt", "images/velocity.svg"} <= files.keys()
    notebook = load_assignment(root, name).notebook
    assert files[notebook] == (root / "assignment" / name / notebook).read_bytes()
    assert all("==" in line for line in files["requirements.txt"].decode().splitlines())


def test_a_zip_has_the_same_bytes_every_time(course: Path, tmp_path: Path) -> None:
    written = []
    for number in (1, 2):
        output = tmp_path / f"{number}.zip"
        for path in (course / WORDS).iterdir():
            os.utime(path, (number * 10**8, number * 10**8))
            path.chmod(0o600 + 0o44 * (number - 1))
        write_bundle(bundle(course, "words"), "words", output)
        written.append(output.read_bytes())
    assert written[0] == written[1]
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert all(name.startswith("words/") for name in names)
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}


def test_a_folder_has_what_the_zip_has_and_is_left_alone_if_it_holds_more(
    course: Path, tmp_path: Path
) -> None:
    files = bundle(course, "words")
    folder = tmp_path / "handout"
    for _ in range(2):
        write_bundle(files, "words", folder)
    assert {str(p.relative_to(folder)): p.read_bytes() for p in folder.iterdir()} == files
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match=r"holds thesis\.txt"):
        write_bundle(files, "words", folder)


def test_a_released_lesson_stands_for_itself_and_can_be_checked(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Adam (1)"
    write_bundle(bundle(root, "adam"), "adam", folder)
    shutil.copy(root / "solutions/adam/Adam.ipynb", folder)
    assignment, result = check(folder / "Adam.ipynb", None)
    assert passed(result)
    assert assignment.max_score == 100


def _add_to_helper(text: str) -> Callable[[Path], None]:
    def add(course: Path) -> None:
        path = course / WORDS / "texts.py"
        path.write_text(f"{path.read_text()}\n{text}\n", encoding="utf-8")

    return add


def _master_as_helper(course: Path) -> None:
    shutil.copy(course / "solutions/words/Words.ipynb", course / WORDS / "old.ipynb")
    _helper(course, "old.ipynb")


def _cases_as_helper(course: Path) -> None:
    shutil.copy(course / "solutions/words/cases.py", course / WORDS / "more.py")
    _helper(course, "more.py")


def _part_of_cases_as_helper(course: Path) -> None:
    lines = (course / "solutions/words/variants.py").read_text().splitlines()
    (course / WORDS / "more.py").write_text("\n".join(lines[-5:]))
    _helper(course, "more.py")


def _printed_outputs(course: Path) -> None:
    path = course / WORDS / "extra.ipynb"
    shutil.copy(course / WORDS / "Words.ipynb", path)
    notebook = json.loads(path.read_text())
    notebook["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "3"}]
    path.write_text(json.dumps(notebook))
    _helper(course, "extra.ipynb")


def _helper(course: Path, name: str) -> None:
    toml = course / WORDS / "assignment.toml"
    toml.write_text(toml.read_text().replace('["texts.py"]', f'["texts.py", "{name}"]', 1))


def _hidden_number(course: Path) -> None:
    frozen = json.loads((course / "solutions/words/expected_outputs.json").read_text())
    number = frozen["mean_and_spread"]["cases"]["lengths"]["expected"]["tuple"][1]
    _add_to_helper(f"# about {number:.10g}")(course)


@pytest.mark.parametrize(
    ("put", "words"),
    [
        (_master_as_helper, "old.ipynb: is the same as words/Words.ipynb"),
        (_cases_as_helper, "more.py: is the same as words/cases.py"),
        (_part_of_cases_as_helper, "more.py: holds a passage of variants.py"),
        (_printed_outputs, "extra.ipynb: is a notebook with outputs"),
        (
            _add_to_helper("#  word = max( text.split(), key=len )"),
            "texts.py: holds a line of the reference solution: word=max(text.split(),key=len)",
        ),
        (_add_to_helper("# try two_longest"), "texts.py: speaks of the hidden case two_longest"),
        (
            _add_to_helper("'uno due tre quattro cinquee'"),
            "texts.py: holds a text of a hidden case: 'uno due tre quattro cinquee'",
        ),
        (_hidden_number, "texts.py: holds a number of a hidden case: "),
    ],
)
def test_nothing_is_released_that_holds_something_of_the_solutions(
    course: Path, put: Callable[[Path], None], words: str
) -> None:
    assert "README.md" in bundle(course, "words")
    put(course)
    message = refusal(course)
    assert "was not released" in message
    assert words in message


def test_generated_files_that_are_out_of_step_are_not_released(course: Path) -> None:
    path = course / WORDS / "Words.ipynb"
    path.write_text(path.read_text().replace("word = None", "word = 1"))
    assert "Words.ipynb: is not what is generated now" in refusal(course)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Words"', 'title = "Words"\nrequirements = ["numpy"]', "not of the form"),
        ('["texts.py"]', '["texts.py", "gone.txt"]', r"gone\.txt: the notebook or"),
        ('["texts.py"]', '["texts.py", "../../x.txt"]', r"is outside of the assignment's folder"),
    ],
)
def test_what_the_author_has_to_mend_is_named(course: Path, old: str, new: str, words: str) -> None:
    toml = course / WORDS / "assignment.toml"
    toml.write_text(toml.read_text().replace(old, new, 1))
    with pytest.raises(AssignmentError, match=words):
        bundle(course, "words")


def test_a_package_that_is_imported_has_to_be_pinned(course: Path) -> None:
    _add_to_helper("import numpy")(course)
    assert 'imports numpy, and no line pins it; add "numpy==' in refusal(course)


def test_a_file_the_notebook_links_to_is_in_the_bundle(course: Path) -> None:
    master = course / "solutions/words/Words.ipynb"
    notebook = json.loads(master.read_text())
    text = "![a tree](images/a%20tree.svg) [docs](https://example.org/x.html) [up](#top)"
    notebook["cells"].append(
        {"cell_type": "markdown", "id": "pic", "metadata": {}, "source": [text]}
    )
    master.write_text(json.dumps(notebook))
    generate(course, "words")
    assert r"images/a tree.svg: the notebook or" in refusal(course)
    (course / WORDS / "images").mkdir()
    (course / WORDS / "images/a tree.svg").write_text("<svg/>")
    assert bundle(course, "words")["images/a tree.svg"] == b"<svg/>"


def test_the_command_says_what_it_wrote_or_why_not(course: Path, tmp_path: Path) -> None:
    def release() -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-c",
            "from grader.cli import main; main()",
            "release",
            "words",
        ]
        return subprocess.run(
            [*command, "--root", course], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    done = release()
    assert done.returncode == 0
    assert done.stdout.startswith("wrote words.zip: README.md, Words.ipynb, ")
    (tmp_path / "words.zip").unlink()
    _cases_as_helper(course)
    done = release()
    assert done.returncode == 1
    assert "students would get something of the solutions" in done.stderr
    assert not (tmp_path / "words.zip").exists()
