"""students: whoever handed in a file is there, with a notebook or with what it is instead."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePath
from types import FrameType

import pytest

from grader.model import Submission
from grader.submissions.archives import unzipped
from grader.submissions.entries import below
from grader.submissions.find import Found, find
from grader.submissions.layouts import FilePaths
from grader.submissions.layouts.moodle import Moodle
from grader.submissions.student_zips import MOST_ZIPS
from grader.submissions.students import MOST_COMPANIONS, MOST_NOTEBOOKS, Files
from tests.conftest import notebook

ELSEWHERE = Path("/nowhere")
WORK = json.dumps(notebook("def f():\n    return 1")).encode()
PERCENT = b"""# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# A task

# %%
def f():
    return 1
"""
MARKDOWN = b"""---
jupyter:
  jupytext:
    formats: md
---

A task

```python
def f():
    return 1
```
"""
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:1234\nsize 12345\n"
EXPORT = b"""<!DOCTYPE html>\n<html><head><title>work</title></head>
<body class="jp-Notebook"></body></html>"""


def packed(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., None]:
    """Put files into a student's folder of a class; Ann, with a notebook, is there already."""

    def put_files(student: str, files: dict[str, bytes]) -> None:
        for name, content in files.items():
            path = tmp_path / "class" / f"{student}_assignsubmission_file" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    put_files("Ann Lee_101", {"work.ipynb": WORK})
    return put_files


def found_in(tmp_path: Path) -> Found:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return find([tmp_path / "class"], ELSEWHERE, scratch=scratch)


def of(student: str, found: Found) -> list[Submission]:
    return [each for each in found.submissions if each.owner.name == student]


@pytest.mark.parametrize(
    "files",
    [
        {"work.IPYNB": WORK},
        {"work.ipynb.txt": WORK},
        {"work.ipynb.json": WORK},
        {"work.ipynb.download": WORK},
        {"work.ipynb (1)": WORK},
        {"work.json": WORK},
        {"work": WORK},
        {"work.txt": b"\xef\xbb\xbf\n" + WORK},
        {"work.ipynb.bak": WORK},
        {"work.py": PERCENT},
        {"work.md": MARKDOWN},
        {"work.zip": packed({"work.ipynb": WORK})},
        {"work.zip": packed({"hw/work.ipynb": WORK, "__MACOSX/hw/._work.ipynb": b"\0"})},
        {"work.zip": packed({"work\\work.ipynb.txt": WORK})},
        {"work.ipynb": packed({"work.ipynb": WORK})},
        {".ipynb_checkpoints/work-checkpoint.ipynb": WORK},
        {"work.ipynb": b"", ".ipynb_checkpoints/work-checkpoint.ipynb": WORK},
    ],
    ids=lambda files: "+".join(files),
)
def test_what_is_a_notebook_is_read_whatever_it_is_called(
    put: Callable[..., None], tmp_path: Path, files: dict[str, bytes]
) -> None:
    put("Bo Kay_102", files)
    (bo,) = of("Bo Kay", found_in(tmp_path))
    assert bo.problem == ""
    assert b"def f" in bo.path.read_bytes()
    assert bo.student == "Bo Kay"
    plainly = {"work.IPYNB", "work.zip"} & files.keys() or files.keys() == {"work.ipynb"}
    assert plainly or bo.flags


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("report.pdf", b"%PDF-1.4", "is a PDF"),
        ("work.ipynb", b"%PDF-1.4", "is a PDF"),
        ("work.html", EXPORT, "is an export of a notebook"),
        ("work.html", b"<html><body>hello</body></html>", "is a web page"),
        ("work.ipynb", b"<!DOCTYPE html><html>sign in</html>", "is a web page"),
        ("work.py", b"# coding: utf-8\n\n# In[1]:\n\nx = 1\n", "is an export of a notebook"),
        ("work.py", b"def f(): pass", "is a Python script"),
        ("essay.docx", packed({"word/document.xml": b"<x/>"}), "is a Word document"),
        ("work.ipynb", b"", "is empty"),
        ("work.ipynb", LFS, "is a pointer of Git LFS"),
        ("work.tar.gz", b"\x1f\x8b\x08\x00", "is an archive that is not opened"),
        ("work.7z", b"7z\xbc\xaf\x27\x1c", "is an archive that is not opened"),
        ("work.rar", b"Rar!\x1a\x07\x00", "is an archive that is not opened"),
        ("work.ipynb", b"Rar!\x1a\x07\x00", "is an archive that is not opened"),
        ("work.gdoc", b'{"doc_id": "1", "url": "https://x"}', "is a link: the file itself"),
        ("work.ipynb", b'{"url": "https://x", "doc_id": "1"}', "is a link: the file itself"),
        ("work.url", b"[InternetShortcut]\nURL=https://x", "is a link: the file itself"),
        ("link.txt", b"https://colab.research.google.com/drive/1\n", "is a link: the file itself"),
        (".work.ipynb.icloud", b"bplist00", "is a placeholder of iCloud"),
        ("work.zip", packed({"report.pdf": b"%PDF"}), "is a zip without a notebook"),
        ("work.zip", packed({"work.zip": b"PK"}), "is a zip with a zip in it"),
        ("work.zip", b"no zip", "is a zip that cannot be read"),
        ("work.zip", packed({}), "is an empty zip"),
        ("screen.png", b"\x89PNG\r\n", "is a picture"),
        ("data.json", b'{"metadata": {}, "x": 1}', "is a file of data"),
        ("whatever.xyz", b"\0\1\2", "is no notebook"),
        (".DS_Store", b"\0", "is no notebook"),
        (".hidden/x.ipynb", WORK, "is a hidden folder"),
    ],
)
def test_who_handed_in_no_notebook_is_there_with_what_it_is(
    put: Callable[..., None], tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    put("Bo Kay_102", {name: content})
    (bo,) = of("Bo Kay", found_in(tmp_path))
    shown = name.split("/")[0]
    assert bo.problem.startswith(f"handed in {shown}, which {words}"), bo.problem


def test_of_several_files_the_most_telling_is_named(
    put: Callable[..., None], tmp_path: Path
) -> None:
    put("Bo Kay_102", {"a.csv": b"1", "b.rar": b"Rar!\x1a\x07", "c.pdf": b"%PDF", ".DS_Store": b""})
    (bo,) = of("Bo Kay", found_in(tmp_path))
    assert bo.problem == (
        "handed in b.rar, which is an archive that is not opened: only zips are, and 3 other files"
    )


@pytest.mark.parametrize(
    "more",
    [
        {".ipynb_checkpoints/work-checkpoint.ipynb": WORK.replace(b"1", b"2")},
        {"__MACOSX/._work.ipynb": b"\0", ".DS_Store": b"\0", "._work.ipynb": b"\0"},
        {"Thumbs.db": b"1", "desktop.ini": b"1", "~$report.docx": b"1"},
        {"work.py": PERCENT, "work.html": EXPORT, "report.pdf": b"%PDF"},
        {"data.zip": packed({"data.csv": b"1"})},
        {"work (1).ipynb": WORK},
        {"everything.zip": packed({"work.ipynb": WORK, "report.pdf": b"%PDF"})},
    ],
    ids=lambda files: "+".join(files),
)
def test_what_comes_with_a_notebook_takes_nothing_from_it(
    put: Callable[..., None], tmp_path: Path, more: dict[str, bytes]
) -> None:
    put("Bo Kay_102", {"work.ipynb": WORK, **more})
    (bo,) = of("Bo Kay", found_in(tmp_path))
    assert (bo.problem, bo.flags, bo.path.name) == ("", (), "work.ipynb")
    assert bo.source == "Bo Kay_102_assignsubmission_file/work.ipynb"


def test_a_second_notebook_in_a_zip_is_found_too(put: Callable[..., None], tmp_path: Path) -> None:
    second = packed({"part2.ipynb": WORK.replace(b"1", b"2"), "helpers.py": b"x = 1"})
    put("Bo Kay_102", {"part1.ipynb": WORK, "rest.zip": second})
    one, two = of("Bo Kay", found_in(tmp_path))
    assert two.source == "Bo Kay_102_assignsubmission_file/rest.zip/part2.ipynb"
    assert [Path(each).name for each in two.companions] == ["helpers.py"]
    assert [Path(each).name for each in one.companions] == ["rest.zip"]


class Prefixed(Moodle):
    """Moodle's download without folders, in which its prefix is taken off the files' names."""

    def file_name(self, path: PurePath) -> str:
        return path.name.split("_file_")[-1]


def test_files_that_the_platform_named_go_with_the_notebook_under_their_own_names(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    for name, content in {"my_work.ipynb": WORK, "helpers.py": b"x = 1"}.items():
        (folder / f"Ann Lee_12_assignsubmission_file_{name}").write_bytes(content)
    entries = list(below(folder, ELSEWHERE))
    seen = FilePaths([each.place for each in entries])
    files = Files(folder, Prefixed(folder, seen), seen, tmp_path)
    assert [files.add(entry) for entry in entries] == [True, True]
    ((ann,),) = (list(files.handed_in_by(items)) for items in files.people.values())
    assert ann.source == "Ann Lee_12_assignsubmission_file_my_work.ipynb"
    assert [Path(each).name for each in ann.companions] == ["helpers.py"]
    assert Path(ann.companions[0]).parent == ann.path.parent
    assert ann.path.name == "my_work.ipynb"


def test_what_was_left_out_of_a_zip_is_its_students_reason(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    path.write_bytes(
        packed(
            {
                "Ann Lee_1_assignsubmission_file/work.ipynb": WORK,
                "Bo Kay_2_assignsubmission_file/work.ipynb": b"@" * 1000,
                "Cy Ray_3_assignsubmission_file/.DS_Store": b"0",
                "Dee Fox_4_assignsubmission_file/.work/x.ipynb": WORK,
                "Eva Gil_5_assignsubmission_file/__MACOSX/._x.ipynb": b"0",
                "__MACOSX/Ann Lee_1_assignsubmission_file/._work.ipynb": b"0",
            }
        )
    )
    content = bytearray(path.read_bytes())
    content[content.index(b"Bo Kay_2_assignsubmission_file/work.ipynb") + 45] ^= 0xFF
    path.write_bytes(content)
    with unzipped([path]) as unpacked:
        ann, bo, cy, dee, eva = find(unpacked.paths, ELSEWHERE).submissions
    assert (ann.student, ann.problem) == ("Ann Lee", "")
    assert (bo.student, bo.problem[:7]) == ("Bo Kay", "is dama")
    assert (cy.student, cy.problem[:20]) == ("Cy Ray", "handed in .DS_Store,")
    assert (dee.student, dee.problem) == (
        "Dee Fox",
        "handed in .work, which is a hidden folder and is not searched",
    )
    assert (eva.student, eva.problem[:19]) == ("Eva Gil", "handed in __MACOSX,")


def link(path: Path, to: str | Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(to)
    return path


LINKS: dict[str, Callable[[Path], Path]] = {
    "a classmate's notebook": lambda bob: link(bob / "x.ipynb", "../hw-alice/x.ipynb"),
    "by another name": lambda bob: link(bob / "x.ipynb.txt", "../hw-alice/x.ipynb"),
    "out and in again": lambda bob: link(bob / "x.ipynb", "../hw-bob/../hw-alice/x.ipynb"),
    "an absolute path": lambda bob: link(bob / "x.ipynb", bob.parent / "hw-alice" / "x.ipynb"),
    "a folder": lambda bob: link(bob / "sub", "../hw-alice"),
    "through a linked folder": lambda bob: link(
        bob / "x.ipynb", f"{link(bob / 'a', '../hw-alice').name}/x.ipynb"
    ),
    "a checkpoint": lambda bob: link(
        bob / ".ipynb_checkpoints" / "x-checkpoint.ipynb", "../../hw-alice/x.ipynb"
    ),
    "a zip": lambda bob: link(bob / "x.zip", "../hw-alice/x.zip"),
    "outside of all": lambda bob: link(bob / "x.ipynb", "/etc/passwd"),
    "nowhere": lambda bob: link(bob / "x.ipynb", "gone.ipynb"),
    "itself": lambda bob: link(bob / "x.ipynb", "x.ipynb"),
}


@pytest.mark.parametrize("kind", LINKS)
@pytest.mark.parametrize("layout", ["classroom", "folders", "moodle", "flat"])
def test_a_link_out_of_a_students_own_folder_is_never_graded(
    tmp_path: Path, kind: str, layout: str
) -> None:
    names = {"moodle": ["A_1_assignsubmission_file", "B_2_assignsubmission_file"]}
    alice, bob = (tmp_path / "class" / each for each in names.get(layout, ["hw-alice", "hw-bob"]))
    for folder in (tmp_path / "class" / "hw-carol", alice):
        folder.mkdir(parents=True)
        (folder / "x.ipynb").write_bytes(WORK)
        (folder / "x.zip").write_bytes(packed({"x.ipynb": WORK}))
    bob.mkdir()
    if layout == "moodle":
        (tmp_path / "class" / "hw-carol").rename(tmp_path / "class" / "C_3_assignsubmission_file")
        alias = tmp_path / "class" / "hw-alice"
        alias.mkdir()
        os.link(alice / "x.ipynb", alias / "x.ipynb")
    LINKS[kind](bob)
    if layout == "classroom":
        for folder in (tmp_path / "class").iterdir():
            (folder / ".git").mkdir()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    found = find([tmp_path / "class"], ELSEWHERE, layout, scratch=scratch)
    his = [each for each in found.submissions if each.source.startswith(bob.name)]
    assert all(each.problem for each in his)
    assert layout == "flat" or len(his) == 1
    assert not [line for each in found.submissions for line in each.companions if bob.name in line]


def test_links_within_a_students_own_folder_are_followed(tmp_path: Path) -> None:
    for name in ("ann", "bob"):
        (tmp_path / name / "real").mkdir(parents=True)
        (tmp_path / name / "real" / "x.ipynb").write_bytes(WORK)
    link(tmp_path / "bob" / "x.ipynb", "real/x.ipynb")
    (tmp_path / "bob" / "real" / "x.ipynb").rename(tmp_path / "bob" / "real" / "file")
    (tmp_path / "bob" / "x.ipynb").unlink()
    link(tmp_path / "bob" / "x.ipynb", "real/file")
    found = find([tmp_path], ELSEWHERE, "folders")
    assert {each.student: each.problem for each in found.submissions} == {"ann": "", "bob": ""}


def test_a_classmates_clone_in_ones_own_changes_nobodys_submission(tmp_path: Path) -> None:
    """A nested clone, and a file `.git` that leads to a classmate's repository."""
    for login in ("alice", "bob"):
        (tmp_path / f"hw-{login}" / ".git").mkdir(parents=True)
        (tmp_path / f"hw-{login}" / "x.ipynb").write_bytes(WORK.replace(b"1", login.encode()))
    nested = tmp_path / "hw-bob" / "hw-alice"
    nested.mkdir()
    (nested / "x.ipynb").write_bytes(WORK.replace(b"1", b"7"))
    (nested / ".git").write_text("gitdir: ../../hw-alice/.git")
    found = find([tmp_path], ELSEWHERE)
    assert [(each.owner.name, each.source) for each in found.submissions] == [
        ("alice", "hw-alice/x.ipynb"),
        ("bob", "hw-bob/x.ipynb"),
        ("bob", "hw-bob/hw-alice/x.ipynb"),
    ]
    assert all(each.companions == () for each in found.submissions)


def test_a_student_arranges_the_own_folder_like_a_platform_in_vain(tmp_path: Path) -> None:
    for login in ("alice", "bob"):
        (tmp_path / f"hw-{login}" / ".git").mkdir(parents=True)
        (tmp_path / f"hw-{login}" / "x.ipynb").write_bytes(WORK)
    bob = tmp_path / "hw-bob"
    (bob / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Alice\n    :sid: '1'\n"
    )
    for name in ("submission_1", "Alice_1_assignsubmission_file_", "submitted/alice/hw1"):
        (bob / name).mkdir(parents=True)
        (bob / name / "y.ipynb").write_bytes(WORK.replace(b"1", b"2"))
    found = find([tmp_path], ELSEWHERE)
    for each in found.submissions:
        assert each.owner.name == each.source.split("/")[0].removeprefix("hw-")
    (tmp_path / "hw-alice" / "x.ipynb").unlink()
    (tmp_path / "hw-alice" / ".git").rmdir()
    (tmp_path / "hw-alice").rmdir()
    alone = find([tmp_path], ELSEWHERE)
    assert {each.owner.ids.get("login", "")[-3:] for each in alone.submissions} == {"bob"}


def calls_to_find(folder: Path) -> int:
    """How many functions are called, in Python or in C, while a class is found."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        find([folder], ELSEWHERE, "folders")
    finally:
        sys.setprofile(before)
    return calls


def test_whoever_hands_in_thousands_of_notebooks_is_told_and_costs_little(tmp_path: Path) -> None:
    for folder in ("ann", "bob"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.ipynb").write_bytes(WORK)

    def hand_in(numbers: range) -> None:
        for number in numbers:
            (tmp_path / "bob" / f"{number}.ipynb").write_bytes(b"{" + str(number).encode())
            (tmp_path / "bob" / f"{number}.csv").write_bytes(b"1")

    few = calls_to_find(tmp_path)
    hand_in(range(100))
    some = calls_to_find(tmp_path)
    hand_in(range(100, 200))
    many = calls_to_find(tmp_path)
    assert many - some < 1.5 * (some - few)
    ann, bob = find([tmp_path], ELSEWHERE, "folders").submissions
    assert (ann.problem, bob.student) == ("", "bob")
    assert bob.problem == f"handed in 201 notebooks, where at most {MOST_NOTEBOOKS} are graded"


def test_of_thousands_of_other_files_some_go_with_the_notebook_and_that_is_said(
    tmp_path: Path,
) -> None:
    for folder in ("ann", "bob"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.ipynb").write_bytes(WORK)
    for number in range(300):
        (tmp_path / "bob" / f"{number}.csv").write_bytes(b"1")
    _, bob = find([tmp_path], ELSEWHERE).submissions
    assert len(bob.companions) == MOST_COMPANIONS
    assert bob.flags == (f"only {MOST_COMPANIONS} of 300 other files are used",)


def test_loose_zips_and_files_are_their_students_where_no_platform_named_them(
    tmp_path: Path,
) -> None:
    """Zips that are called after the students, and files of those whom the roster knows."""
    (tmp_path / "class").mkdir()
    files = {
        "ann.ipynb": WORK,
        "bob.zip": packed({"work.ipynb": WORK}),
        "cem.pdf": b"%PDF",
        "task.pdf": b"%PDF",
        "data.zip": packed({"data.csv": b"1"}),
        "dee.ipynb": WORK,
        "dee.py": b"x = 1",
    }
    for name, content in files.items():
        (tmp_path / "class" / name).write_bytes(content)
    (tmp_path / "scratch").mkdir()
    known = ("ann", "bob", "cem", "dee").__contains__
    for is_known, others in ((None, {"cem"}), (known, set())):
        found = find(
            [tmp_path / "class"], ELSEWHERE, is_known=is_known, scratch=tmp_path / "scratch"
        )
        problems = {each.student: each.problem for each in found.submissions}
        assert problems.keys() == {"ann", "bob", "cem", "dee"} - others
        assert problems["ann"] == problems["bob"] == problems["dee"] == ""
        passed_over = {line.split(":")[0] for line in found.passed_over}
        assert {"task.pdf", "data.zip"} <= passed_over
    assert problems["cem"] == "handed in cem.pdf, which is a PDF and no notebook"


def test_of_one_student_few_zips_are_opened_and_that_is_said(
    put: Callable[..., None], tmp_path: Path
) -> None:
    put("Bo Kay_102", {f"{number}.zip": packed({"x.txt": b"x"}) for number in range(MOST_ZIPS)})
    put("Bo Kay_102", {"0.zip": packed({"work.ipynb": WORK})})
    put("Cy Ray_103", {f"{n:02}.zip": packed({"x.txt": b"x"}) for n in range(MOST_ZIPS + 5)})
    found = found_in(tmp_path)
    assert [each.problem for each in of("Bo Kay", found)] == [""]
    (cy,) = of("Cy Ray", found)
    assert "14 other files" in cy.problem
