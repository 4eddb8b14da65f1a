"""archives: nothing gets out of a zip but notebooks, and nothing is left out in silence."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from grader.errors import InputError
from grader.submissions.archives import ZipLimits, unzipped


def names_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_paths_outside_links_and_zips_inside_are_listed_and_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../up.ipynb", "/abs.ipynb", "a/../../up.ipynb", "b\\c.ipynb", "in.zip"):
            archive.writestr(name, "{}")
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("notes.pdf", "x")
        archive.writestr("good.ipynb", "{}")
        archive.writestr("__MACOSX/._good.ipynb", "x")
    with unzipped([path]) as (folders, left_out):
        assert names_below(folders[0]) == ["good.ipynb"]
        below = names_below(folders[0].parent.parent)
        assert [each for each in below if each.endswith(".ipynb")] == ["0/class/good.ipynb"]
    assert len(left_out) == 7
    assert not (tmp_path / "up.ipynb").exists()


def test_what_packs_like_a_bomb_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.ipynb", b"\0" * 20_000_000)
    with unzipped([path]) as (folders, left_out):
        assert names_below(folders[0]) == []
    assert "as no notebook is" in left_out[0]


def test_a_member_that_is_too_large_is_left_out_and_the_others_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("large.ipynb", "large")
        archive.writestr("good.ipynb", "{}")
    with unzipped([path], ZipLimits(size_of_one=2)) as (folders, left_out):
        assert names_below(folders[0]) == ["good.ipynb"]
    assert left_out == ("large.ipynb: larger than 2 bytes, so it was left out",)


def test_the_same_name_twice_and_a_name_too_long_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ipynb", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.ipynb", "2")
        archive.writestr("x" * 300 + ".ipynb", "3")
    with unzipped([path]) as (folders, left_out):
        assert (folders[0] / "a.ipynb").read_text() == "1"
    assert "another file of that name" in left_out[0]
    assert "cannot be unpacked" in left_out[1]


def test_a_damaged_member_is_listed_and_the_others_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ipynb", "AAAAAAAA")
        archive.writestr("b.ipynb", "BBBBBBBB")
    path.write_bytes(path.read_bytes().replace(b"AAAAAAAA", b"AAAAXAAA"))
    with unzipped([path]) as (folders, left_out):
        assert names_below(folders[0]) == ["b.ipynb"]
    assert "a.ipynb: is damaged" in left_out[0]


@pytest.mark.parametrize("limits", [ZipLimits(members=1), ZipLimits(size=3)])
def test_a_zip_of_too_much_is_refused(tmp_path: Path, limits: ZipLimits) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ipynb", "{}")
        archive.writestr("b.ipynb", "{}")
    with pytest.raises(InputError, match="more than"), unzipped([path], limits):
        pass


def test_what_is_no_zip_is_an_error_in_words(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    path.write_text("no zip")
    with pytest.raises(InputError, match="is no zip that can be read"), unzipped([path]):
        pass


def test_the_folders_are_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ipynb", "{}")
    with unzipped([path, tmp_path]) as (folders, _):
        assert folders[1] == tmp_path
    assert not folders[0].exists()
    assert tmp_path.exists()
