"""Whatever a class hands in, everybody is in exactly one state, and nobody is lost.

The classes are generated: files of every kind, in every layout that names people, in folders and in
zips. Everybody of the class is in the roster.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.submissions.archives import unzipped
from grader.submissions.choice import choose
from grader.submissions.find import Found, find
from grader.submissions.people import Student
from grader.submissions.roster import NOTHING, with_roster
from tests.conftest import notebook

ELSEWHERE = Path("/nowhere")
WORK = json.dumps(notebook("def f():\n    return 1")).encode()
SCRIPT = b"# ---\n# jupyter:\n#   jupytext:\n#     x: y\n# ---\n\n# %%\nx = 1\n"


def zip_of(content: bytes, name: str = "work.ipynb") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()


# A file's name and content, and whether it can be graded.
FILES: list[tuple[str, bytes, bool]] = [
    ("work.ipynb", WORK, True),
    ("part 2.ipynb", WORK.replace(b"1", b"2"), True),
    ("work.ipynb.txt", WORK.replace(b"1", b"3"), True),
    ("WORK.IPYNB", WORK.replace(b"1", b"4"), True),
    ("work", WORK, True),
    ("work.py", SCRIPT, True),
    ("work.zip", zip_of(WORK.replace(b"1", b"5")), True),
    (".ipynb_checkpoints/work-checkpoint.ipynb", WORK, True),
    ("deep/down/work.ipynb", WORK.replace(b"1", b"6"), True),
    ("empty.ipynb", b"", False),
    ("report.pdf", b"%PDF-1.4", False),
    ("work.7z", b"7z\xbc\xaf\x27\x1c", False),
    ("other.zip", zip_of(b"x", "a.txt"), False),
    ("broken.zip", b"PK\x03\x04", False),
    ("work.html", b"<html></html>", False),
    ("helpers.py", b"x = 1", False),
    (".DS_Store", b"0", False),
    (".hidden/work.ipynb", WORK, False),
    ("__MACOSX/._work.ipynb", b"0", False),
    ("~$work.docx", b"0", False),
]
NAMES = ["Ann Lee", "Bo Kay", "Jörg Müller", "Zoe\u0308 Ray", "王小明", "Øyvind Åse", "O'Neil Cy"]
# Layout -> the path of a file of a student. In Canvas' download there are no folders.
PLACES: dict[str, Callable[[int, str], str]] = {
    "moodle": lambda n, file: f"{NAMES[n]}_{n + 101}_assignsubmission_file/{file}",
    "moodle with a folder around": lambda n, file: (
        f"class/{NAMES[n]}_{n + 101}_assignsubmission_file_/{file}"
    ),
    "canvas": lambda n, file: (
        f"{NAMES[n].lower().replace(' ', '')}_{n + 101}_"
        f"{crc32(file.encode())}_{file.split('/')[-1]}"
    ),
    "nbgrader": lambda n, file: f"submitted/s{n + 101}/hw1/{file}",
    "folders": lambda n, file: f"s{n + 101}/{file}",
}


def roster_of(layout: str) -> tuple[Student, ...]:
    kind = layout.split(" ")[0]
    login = kind if kind in ("canvas", "moodle") else "login"
    number = "" if login == kind else "s"
    return tuple(
        Student(name, "", ((login, f"{number}{n + 101}"),)) for n, name in enumerate(NAMES)
    )


def handed_in(
    folder: Path, layout: str, files: dict[int, list[tuple[str, bytes, bool]]], as_zip: bool
) -> Found:
    """What is found of a class whose students handed in these files."""
    where = folder / "class"
    where.mkdir()
    paths = {
        PLACES[layout](number, name): content
        for number, handed in files.items()
        for name, content, _ in handed
    }
    if as_zip:
        with zipfile.ZipFile(folder / "class.zip", "w") as archive:
            for name, content in paths.items():
                archive.writestr(name, content)
    else:
        for name, content in paths.items():
            (where / name).parent.mkdir(parents=True, exist_ok=True)
            (where / name).write_bytes(content)
    roster = roster_of(layout)
    ids = {each for student in roster for each in (student.name, student.ids[0][1])}
    with unzipped([folder / "class.zip" if as_zip else where], ids.__contains__) as unpacked:
        name = layout.split(" ")[0]
        found = find(unpacked.paths, ELSEWHERE, name, ids.__contains__, unpacked.scratch)
        found = with_roster(choose(found, []), roster)
        assert all(each.path.is_file() for each in found.submissions if not each.problem)
    return found


def _is_plain(name: str) -> bool:
    return "/" not in name and name[0] not in ".~"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    layout=st.sampled_from(sorted(PLACES)),
    files=st.dictionaries(
        st.integers(0, len(NAMES) - 1),
        st.lists(st.sampled_from(FILES), min_size=1, max_size=4, unique_by=lambda file: file[0]),
        min_size=1,
    ),
    as_zip=st.booleans(),
)
def test_everybody_is_in_exactly_one_state(
    layout: str, files: dict[int, list[tuple[str, bytes, bool]]], as_zip: bool
) -> None:
    if layout == "canvas":  # which writes all of a student's files side by side
        files = {n: [file for file in handed if "/" not in file[0]] for n, handed in files.items()}
        files = {
            n: [file for file in handed if file[0][0] not in ".~"] for n, handed in files.items()
        }
        files = {n: handed for n, handed in files.items() if handed} or {0: [FILES[0]]}
    with tempfile.TemporaryDirectory() as folder:
        found = handed_in(Path(folder), layout, files, as_zip)
    states: dict[str, set[str]] = defaultdict(set)
    for each in found.submissions:
        assert list(each.owner.ids.values())[-1] or each.owner.name
        number = next(v for v in each.owner.ids.values() if v.lstrip("s").isdigit())
        if each.problem == NOTHING:
            state = "nothing"
        else:
            state = "not gradable" if each.problem else "gradable"
        states[number.lstrip("s")].add(state)
    expected = {}
    for n in range(len(NAMES)):
        handed = files.get(n, [])
        gradable = any(can for _, _, can in handed)
        expected[str(n + 101)] = "gradable" if gradable else "not gradable" if handed else "nothing"
    assert {number: "+".join(sorted(state)) for number, state in states.items()} == expected
    assert len({each.student for each in found.submissions}) == len(found.submissions)
