"""Files and folders that are written whole or not at all; temporary ones go with their process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from grader.files import scratch_folder, write_file, write_folder, write_zip, written_whole

HELD = """
import sys
from grader.files import scratch_folder

with scratch_folder("fg-", sys.argv[1]) as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


def another(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    """Another process, and the folder that it has."""
    process = subprocess.Popen(
        [sys.executable, "-c", HELD, str(parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_it_is_gone_with_all_that_is_in_it_also_after_an_error(tmp_path: Path) -> None:
    with suppress(ValueError), scratch_folder("fg-", str(tmp_path)) as folder:
        (Path(folder) / "below").mkdir()
        raise ValueError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_is_not(
    tmp_path: Path,
) -> None:
    killed, left = another(tmp_path)
    living, in_use = another(tmp_path)
    with killed, living:
        (left / "large").write_text("x")
        killed.kill()
        killed.wait()
        assert left.exists()
        with scratch_folder("fg-", str(tmp_path)) as folder:
            assert set(tmp_path.iterdir()) == {in_use, Path(folder)}
        living.communicate("")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_one_left_is_removed_under_whichever_of_our_names(tmp_path: Path) -> None:
    killed, left = another(tmp_path)
    with killed:
        killed.kill()
        killed.wait()
    for prefix in ("bait-", "fgw-", "fairgrade-", "fairgrade-zip-"):
        left = left.rename(tmp_path / f"{prefix}abcdefgh")
        copy = shutil.copytree(left, tmp_path / "copy")
        with scratch_folder("fg-", str(tmp_path)):
            assert not left.exists()
        left = copy


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_what_is_somebody_elses_is_left_alone_by_root_too(tmp_path: Path) -> None:
    killed, left = another(tmp_path)
    with killed:
        killed.kill()
        killed.wait()
    os.chown(left, 12345, -1)
    with scratch_folder("fg-", str(tmp_path)):
        assert left.exists()


def test_nothing_else_is_removed(tmp_path: Path) -> None:
    """Such as results that were kept because there was no room for them elsewhere."""
    others = [tmp_path / name for name in ("fg-results-abcdefgh", "fg-short", "fg-nolock99")]
    for other in others:
        other.mkdir()
    for other in others[:2]:
        (other / ".fairgrade-lock").touch()
    (others[2] / ".lock").touch()  # somebody else's program has such a file, too
    (tmp_path / "target").mkdir()
    (tmp_path / "fg-lllllll1").symlink_to(tmp_path / "target")
    (tmp_path / "fg-fffffff1").write_text("a file")
    before = set(tmp_path.iterdir())
    with scratch_folder("fg-", str(tmp_path)):
        pass
    assert set(tmp_path.iterdir()) == before


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def broken_off() -> Iterator[tuple[str, bytes]]:
    yield "one.txt", b"new"
    raise ValueError


def test_a_file_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    for content in (b"old", b"new"):
        write_file(tmp_path / "a.txt", content)
    assert contents(tmp_path) == {"a.txt": b"new"}


def test_a_folder_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [("one.txt", b"1"), ("below/two.txt", b"2")])
    write_folder(tmp_path / "out", [("three.txt", b"3")])
    assert contents(tmp_path) == {"out/three.txt": b"3"}


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_breaks_off_leaves_what_was_there_and_nothing_else(tmp_path: Path, name: str) -> None:
    write = write_zip if name.endswith(".zip") else write_folder
    with suppress(ValueError):
        write(tmp_path / name, broken_off())
    assert list(tmp_path.iterdir()) == []
    write(tmp_path / name, [("one.txt", b"old")])
    before = contents(tmp_path)
    with suppress(ValueError):
        write(tmp_path / name, broken_off())
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_where_nothing_was_written_what_was_there_stays(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [("one.txt", b"old")])
    with pytest.raises(FileNotFoundError), written_whole(tmp_path / "out"):
        pass
    assert contents(tmp_path) == {"out/one.txt": b"old"}


def test_folders_above_are_made_only_where_that_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_file(tmp_path / "a" / "b.txt", b"")
    write_file(tmp_path / "a" / "b.txt", b"", parents=True)
    assert contents(tmp_path) == {"a/b.txt": b""}


def test_a_zip_is_the_same_bytes_every_time_and_says_what_can_be_run(tmp_path: Path) -> None:
    files = [("run.sh", b"true"), ("data.txt", b"x" * 1000)]
    for name in ("one.zip", "two.zip"):
        write_zip(tmp_path / name, files, frozenset({"run.sh"}))
    write_zip(tmp_path / "stored.zip", files, compressed=False)
    found = contents(tmp_path)
    assert found["one.zip"] == found["two.zip"]
    assert len(found["stored.zip"]) > 1000 > len(found["one.zip"])
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        modes = {each.filename: each.external_attr >> 16 for each in archive.infolist()}
    assert modes == {"run.sh": 0o100755, "data.txt": 0o100644}
