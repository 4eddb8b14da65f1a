"""Unpack zips into temporary folders.

Nothing that one student put into a zip keeps the others from being graded: what is not unpacked is
listed with its reason and its place, so that whoever handed it in is not taken for absent.
"""

from __future__ import annotations

import errno
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import NamedTuple

from grader.errors import InputError, SystemFailure
from grader.files import scratch_folder
from grader.submissions.kinds import (
    MAX_FOLDERS,
    REPOSITORIES,
    clutter_folder,
    is_clutter,
    is_too_deep,
    is_zip,
)
from grader.submissions.zip_names import read_names

_CHUNK = 1 << 20
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_HIDDEN = "is a hidden folder and is not searched"
_TOO_DEEP = f"has folders more than {MAX_FOLDERS} deep in it, whose files were not unpacked"
# A file system's limit for one name of a file, in bytes.
LONGEST_NAME = 255
# How the line about a file ends that has no place below the zip's folder.
LEFT_OUT = "so it was left out"


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """The most that is unpacked of one zip. Sizes are in bytes, after unpacking.

    How well a member is packed says nothing: a notebook that printed a lot packs to a thousandth.
    Beyond `listed` members the zip is refused. Of the others, `members` are unpacked, which
    together take `size` bytes. Each student's first files come before anybody's second ones, and
    small files before large ones, so that one student's files do not take the place of others'.
    """

    listed: int = 1_000_000
    members: int = 100_000
    size: int = 10_000_000_000
    size_of_one: int = 200_000_000


# What is unpacked of a zip that a student handed in.
INNER_LIMITS = ZipLimits(listed=20_000, members=2_000, size=500_000_000)


class Member(NamedTuple):
    """A file of a zip: its path in it, where it was unpacked to, and why it was not, if so."""

    place: str
    path: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A zip that was unpacked into `folder`. `shown` is what people know the zip by.

    `members` are sorted by their places. `remarks` are lines about what has no place below the
    folder, and about the names.
    """

    shown: str
    folder: Path
    members: tuple[Member, ...]
    remarks: tuple[str, ...] = ()


class Unzipped(NamedTuple):
    """The given paths, of which zips are unpacked, and a folder for what is unpacked later."""

    paths: tuple[Path | Unpacked, ...]
    scratch: Path


@contextmanager
def unzipped(
    paths: Iterable[Path],
    is_known: Callable[[str], bool] | None = None,
    limits: ZipLimits = ZipLimits(),
) -> Iterator[Unzipped]:
    """Unpack the zips among `paths` into folders that last as long as the context.

    `is_known` says whether a student is called so, which decides about names in zips that do not
    say their encoding. Raises InputError for a zip that cannot be read or that lists more than
    `limits` allow, and SystemFailure where there is no room on the disk.
    """
    with scratch_folder("fairgrade-zip-") as name:
        found: list[Path | Unpacked] = []
        for number, path in enumerate(paths):
            if is_zip(path) and path.is_file():
                # Named after the zip, because some layouts look at the folder's name.
                folder = Path(name) / str(number) / path.stem
                found.append(unpack(path, folder, limits, is_known))
            else:
                found.append(path)
        inner = Path(name) / "inner"
        inner.mkdir()
        yield Unzipped(tuple(found), inner)


def unpack(
    path: Path,
    folder: Path,
    limits: ZipLimits = ZipLimits(),
    is_known: Callable[[str], bool] | None = None,
) -> Unpacked:
    """Unpack one zip into a new folder; raises what `unzipped` does."""
    folder.mkdir(parents=True)
    try:
        with zipfile.ZipFile(path) as archive:
            return _unpacked(archive, path, folder, limits, is_known)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{path}: is no zip that can be read: {error}; download it once more"
        ) from None


def _unpacked(
    archive: zipfile.ZipFile,
    path: Path,
    folder: Path,
    limits: ZipLimits,
    is_known: Callable[[str], bool] | None,
) -> Unpacked:
    infos = archive.infolist()
    if len(infos) > limits.listed:
        raise InputError(f"{path}: holds more than {limits.listed:,} files")
    read = read_names(infos, is_known)
    remarks = [f"{path.name}: {read.remark}"] if read.remark else []
    wanted: dict[PurePosixPath, zipfile.ZipInfo] = {}
    left_out: dict[str, Member] = {}
    for info, name in zip(infos, read.names, strict=True):
        if info.is_dir() or name.endswith("/"):
            continue
        if is_too_deep(name):
            start = "/".join(name.split("/", 3)[:3])
            left_out[start] = Member(start, "", _TOO_DEEP)
            continue
        place = PurePosixPath(name)
        if hidden := _hidden_folder(place):
            if hidden.name not in REPOSITORIES:
                left_out[str(hidden)] = Member(str(hidden), "", _HIDDEN)
            continue
        if why := _why_without_place(place, place in wanted):
            remarks.append(f"{name}: {why}, {LEFT_OUT}")
        else:
            wanted[place] = info
    members = sorted((*_members(archive, wanted, folder, limits), *left_out.values()))
    return Unpacked(path.name, folder, tuple(members), tuple(remarks))


def _hidden_folder(place: PurePosixPath) -> PurePath | None:
    """The folder that programs made around a file, unless the file shows that it is a clone's."""
    if ".." in place.parts or place.parts[-2:] == (".git", "HEAD"):
        return None
    return clutter_folder(place)


def _why_without_place(place: PurePosixPath, is_there: bool) -> str:
    if place.is_absolute() or ".." in place.parts or not place.parts or "\0" in str(place):
        return "its path leads out of the zip"
    # A drive of Windows, as in `C:/work.ipynb`.
    if place.parts[0].endswith(":"):
        return "its path leads out of the zip"
    return "there is another file of that name in the zip" if is_there else ""


def _members(
    archive: zipfile.ZipFile,
    wanted: dict[PurePosixPath, zipfile.ZipInfo],
    folder: Path,
    limits: ZipLimits,
) -> Iterator[Member]:
    room = limits.size
    for number, place in enumerate(_in_turn(wanted)):
        info = wanted[place]
        problem = _problem(info, room, number, limits)
        if is_clutter(place) and place.name != "HEAD":
            problem = "was left behind by a program"
        path = _path_of(place, folder, number)
        if not problem:
            size, problem = _write(archive, info, path, min(room, limits.size_of_one))
            room -= size
        yield Member(str(place), str(path), problem)


def _in_turn(wanted: dict[PurePosixPath, zipfile.ZipInfo]) -> list[PurePosixPath]:
    """The places in the order in which they are unpacked: see `ZipLimits`."""
    tops = {place.parts[0] for place in wanted}
    depth = 1 if len(tops) > 1 else 2
    by_size = sorted(wanted, key=lambda place: wanted[place].file_size)
    before: Counter[tuple[str, ...]] = Counter()
    turns: dict[PurePosixPath, int] = {}
    for place in by_size:
        turns[place] = before[place.parts[:depth]]
        before[place.parts[:depth]] += 1
    return sorted(by_size, key=turns.__getitem__)


def _path_of(place: PurePosixPath, folder: Path, number: int) -> Path:
    """Where a member is unpacked to; elsewhere than its place if the disk has no such long names.

    The name of zip members is limited to 65,535 bytes, that of files to 255.
    """
    if max(len(part.encode("utf-8", "replace")) for part in place.parts) <= LONGEST_NAME:
        return folder / place
    return folder / f".long-{number}" / f"file{place.suffix[:20]}"


def _problem(info: zipfile.ZipInfo, room: int, number: int, limits: ZipLimits) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind and not stat.S_ISREG(kind):
        return "is a link or no regular file, which is not unpacked"
    if info.flag_bits & 1:
        return "is encrypted, so it was not unpacked"
    if info.file_size > limits.size_of_one:
        return (
            f"is {info.file_size // 1_000_000} MB large, where at most "
            f"{limits.size_of_one // 1_000_000} are unpacked"
        )
    if number >= limits.members or info.file_size > room:
        return (
            f"was not unpacked: of one zip, {limits.members:,} files and "
            f"{limits.size // 1_000_000:,} MB are"
        )
    return ""


def _write(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, most: int
) -> tuple[int, str]:
    """Unpack one member; the bytes written, and what went wrong (empty if nothing)."""
    written = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as source, path.open("xb") as file:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > most:
                    break
                file.write(chunk)
    except (FileExistsError, NotADirectoryError):
        return 0, "has the name of another file in the zip, so it was not unpacked"
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        return _removed(path, written), f"is damaged: {error}"
    except (OSError, ValueError, RuntimeError, NotImplementedError) as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise SystemFailure(
                f"{archive.filename}: there is no room to unpack it in {path.parent}; make room "
                "there, or name another folder for temporary files (TMPDIR)"
            ) from None
        return _removed(path, written), f"cannot be unpacked: {error}"
    if written > most:
        return _removed(path, written), "is larger than it says, so it was not unpacked"
    return written, ""


def _removed(path: Path, written: int) -> int:
    with suppress(OSError):
        path.unlink()
    return written
