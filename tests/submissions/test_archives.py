"""archives: nothing leads out of a zip, and nothing is left out in silence."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.errors import InputError
from grader.submissions.archives import Unpacked, ZipLimits, unzipped


def names_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def write_zip(path: Path, *names: str, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name in names:
            archive.writestr(name, "{}")
    return path


@contextmanager
def unpacked(path: Path, limits: ZipLimits | None = None) -> Iterator[Unpacked]:
    with unzipped([path], limits=limits or ZipLimits()) as found:
        (archive,) = found.paths
        assert isinstance(archive, Unpacked)
        yield archive


def problems(archive: Unpacked) -> dict[str, str]:
    return {each.place: each.problem for each in archive.members if each.problem}


def test_nothing_leads_out_of_a_zip_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    odd = ("../up.ipynb", "/abs.ipynb", "a/../../up.ipynb", "..\\b.ipynb", "C:\\d.ipynb")
    with zipfile.ZipFile(path, "w") as archive:
        for name in (*odd, "good.ipynb", "notes.pdf", "__MACOSX/._good.ipynb"):
            archive.writestr(name, "{}")
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with unpacked(path) as found:
        assert names_below(found.folder) == ["good.ipynb", "notes.pdf"]
        kept = {place: problem[:9] for place, problem in problems(found).items()}
        assert kept == {"link.ipynb": "is a link", "__MACOSX": "is a hidd"}
    assert len(found.remarks) == len(odd)
    assert all("leads out of the zip" in line for line in found.remarks)
    assert not (tmp_path / "up.ipynb").exists()


def test_of_a_path_of_very_many_folders_its_beginning_is_said(tmp_path: Path) -> None:
    """Every step of finding goes through them, so 20,000 such paths would take hours."""
    deep = "/".join(["ann", *["a"] * 30_000, "work.ipynb"])
    with unpacked(write_zip(tmp_path / "x.zip", deep, "bob/work.ipynb")) as archive:
        assert names_below(archive.folder) == ["bob/work.ipynb"]
        assert problems(archive) == {
            "ann/a/a": "has folders more than 50 deep in it, whose files were not unpacked"
        }


def test_backslashes_separate_folders(tmp_path: Path) -> None:
    with unpacked(write_zip(tmp_path / "ps5.zip", "subs\\ann\\work.ipynb", "subs\\bob\\")) as found:
        assert names_below(found.folder) == ["subs/ann/work.ipynb"]


def test_a_notebook_that_printed_much_is_unpacked_however_well_it_packs(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("much.ipynb", b"0" * 30_000_000)
    assert path.stat().st_size < 100_000
    with unpacked(path) as found:
        assert names_below(found.folder) == ["much.ipynb"]
        assert problems(found) == {}


def test_a_member_that_is_too_large_is_said_and_the_others_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("large.ipynb", "large")
        archive.writestr("good.ipynb", "{}")
    with unpacked(path, ZipLimits(size_of_one=2)) as found:
        assert names_below(found.folder) == ["good.ipynb"]
        assert "MB large" in problems(found)["large.ipynb"]


@pytest.mark.parametrize("limits", [ZipLimits(members=3), ZipLimits(size=6)])
def test_one_students_files_do_not_take_the_place_of_the_others(
    tmp_path: Path, limits: ZipLimits
) -> None:
    many = [f"ann/{number}.txt" for number in range(50)]
    with unpacked(
        write_zip(tmp_path / "class.zip", *many, "bo/x.ipynb", "cy/x.ipynb"), limits
    ) as found:
        assert names_below(found.folder)[1:] == ["bo/x.ipynb", "cy/x.ipynb"]
        assert len(problems(found)) == 49
        assert "was not unpacked" in problems(found)["ann/49.txt"]


def test_the_same_name_twice_is_said_and_a_name_too_long_for_the_disk_is_unpacked(
    tmp_path: Path,
) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ipynb", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.ipynb", "2")
        archive.writestr("x" * 300 + ".ipynb", "3")
    with unpacked(path) as found:
        assert (found.folder / "a.ipynb").read_text() == "1"
        long = next(each for each in found.members if each.place.startswith("xxx"))
        assert (Path(long.path).read_text(), long.problem) == ("3", "")
    assert "another file of that name" in found.remarks[0]


def test_a_damaged_and_an_encrypted_member_are_said_and_the_others_are_unpacked(
    tmp_path: Path,
) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ipynb", "AAAAAAAA")
        archive.writestr("b.ipynb", "BBBBBBBB")
        archive.writestr("c.ipynb", "CCCCCCCC")
    content = bytearray(path.read_bytes().replace(b"AAAAAAAA", b"AAAAXAAA"))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # the mark of encryption
    path.write_bytes(content)
    with unpacked(path) as found:
        assert names_below(found.folder) == ["b.ipynb"]
        assert "is damaged" in problems(found)["a.ipynb"]
        assert "is encrypted" in problems(found)["c.ipynb"]


def test_a_zip_that_lists_too_much_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "class.zip", "a.ipynb", "b.ipynb")
    with pytest.raises(InputError, match="more than 1 files"), unpacked(path, ZipLimits(listed=1)):
        pass


def test_what_is_no_zip_is_an_error_in_words(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    path.write_text("no zip")
    with pytest.raises(InputError, match="is no zip that can be read"), unzipped([path]):
        pass


def test_the_folders_are_gone_afterwards(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "class.zip", "a.ipynb")
    with unzipped([path, tmp_path]) as found:
        archive, folder = found.paths
        assert folder == tmp_path
        assert isinstance(archive, Unpacked)
        assert archive.folder.exists()
    assert not archive.folder.exists()
    assert tmp_path.exists()


STUDENTS = {
    "gbk": ["王小明", "李雷", "张伟"],
    "shift_jis": ["田中太郎", "山田さくら"],
    "big5": ["陳小明", "林志玲"],
    "cp437": ["Jörg Müller", "Zoë Ray"],
    "cp850": ["Jörg Müller", "Øyvind Åse", "João Dias"],
    "cp866": ["Иван Петров", "Ольга Попова"],
    "utf-8": ["Jörg Müller", "王小明", "Zoe\u0308 Ray"],
}


def unmarked_zip(path: Path, encoding: str, names: list[str]) -> Path:
    """A zip whose names are in an encoding that it does not say."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            # The name is written in place of one of as many bytes.
            archive.writestr("#" * len(name.encode(encoding)), "{}")
    content = path.read_bytes()
    for raw in sorted((name.encode(encoding) for name in names), key=len, reverse=True):
        content = content.replace(b"#" * len(raw), raw)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", STUDENTS)
@pytest.mark.parametrize("with_roster", [False, True])
def test_names_are_read_in_the_encoding_that_a_zip_does_not_say(
    tmp_path: Path, encoding: str, with_roster: bool
) -> None:
    students = STUDENTS[encoding]
    # Different lengths in bytes keep the names apart while they are put in.
    names = [f"{name}/{'x' * (20 * number)}.ipynb" for number, name in enumerate(students, start=1)]
    path = unmarked_zip(tmp_path / "class.zip", encoding, names)
    with unzipped([path], students.__contains__ if with_roster else None) as found:
        (archive,) = found.paths
        assert isinstance(archive, Unpacked)
        assert {each.place for each in archive.members} == set(names)
        assert not problems(archive)
    guessed = [line for line in archive.remarks if "which is a guess" in line]
    assert len(guessed) == (0 if encoding == "utf-8" else 1)


def test_korean_names_are_read_with_the_help_of_the_roster(tmp_path: Path) -> None:
    path = unmarked_zip(tmp_path / "class.zip", "euc_kr", ["김철수_101_x/work.ipynb"])
    with unzipped([path], "김철수".__eq__) as found:
        (archive,) = found.paths
        assert isinstance(archive, Unpacked)
        assert [each.place for each in archive.members] == ["김철수_101_x/work.ipynb"]
