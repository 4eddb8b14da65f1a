"""Unpack zips into temporary folders, with only the files that grading needs."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader.errors import InputError
from grader.files import scratch_folder
from grader.submissions.layouts import OWN_FILES

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """The most that is unpacked of one zip. Sizes are in bytes, after unpacking.

    A member larger than `small` may be at most `ratio` times as large as in the zip. Notebooks are
    compressed to about a tenth; what is compressed to a thousandth was made to fill the disk.
    """

    members: int = 100_000
    size: int = 10_000_000_000
    size_of_one: int = 200_000_000
    ratio: int = 200
    small: int = 10_000_000


class Unzipped(NamedTuple):
    """The given paths, each zip replaced by its folder, and a line for each member left out."""

    paths: tuple[Path, ...]
    left_out: tuple[str, ...]


@contextmanager
def unzipped(paths: Iterable[Path], limits: ZipLimits = ZipLimits()) -> Iterator[Unzipped]:
    """Unpack the zips among `paths` into folders that last as long as the context.

    Only notebooks and the files by which layouts are recognized are unpacked. Raises InputError
    for a zip that cannot be read, or that holds more than `limits` allow.
    """
    with scratch_folder("fairgrade-zip-") as name:
        folders: list[Path] = []
        left_out: list[str] = []
        for number, path in enumerate(paths):
            if path.suffix.lower() == ".zip" and path.is_file():
                # Named after the zip, because some layouts look at the folder's name.
                folder = Path(name) / str(number) / path.stem
                folder.mkdir(parents=True)
                left_out += _unpack(path, folder, limits)
                path = folder
            folders.append(path)
        yield Unzipped(tuple(folders), tuple(left_out))


def _unpack(path: Path, folder: Path, limits: ZipLimits) -> Iterator[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > limits.members:
                raise InputError(f"{path}: holds more than {limits.members:,} files")
            yield from _members(archive, path, folder, limits)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError(
            f"{path}: is no zip that can be read: {error}; download it once more"
        ) from None


def _members(
    archive: zipfile.ZipFile, path: Path, folder: Path, limits: ZipLimits
) -> Iterator[str]:
    room = limits.size
    for member in archive.infolist():
        name = PurePosixPath(member.filename)
        if member.is_dir() or _is_clutter(name):
            continue
        problem = _problem(member, name, limits)
        if not problem:
            size, problem = _write(archive, member, folder / name, min(room, limits.size_of_one))
            room -= size
        if room <= 0:
            raise InputError(f"{path}: unpacks to more than {limits.size:,} bytes")
        if problem:
            yield f"{member.filename}: {problem}"


def _is_clutter(name: PurePosixPath) -> bool:
    hidden = any(part.startswith(".") and part != ".." for part in name.parts)
    return (hidden and name.parts[-2:] != (".git", "HEAD")) or "__MACOSX" in name.parts


def _problem(member: zipfile.ZipInfo, name: PurePosixPath, limits: ZipLimits) -> str:
    if name.is_absolute() or ".." in name.parts or "\\" in member.filename:
        return "its path leads out of the zip, so it was left out"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind and not stat.S_ISREG(kind):
        return "a link or no regular file, which is not unpacked"
    if name.suffix.lower() == ".zip":
        return "a zip inside the zip, which is not opened"
    if name.suffix.lower() != ".ipynb" and name.name not in (*OWN_FILES, "HEAD"):
        return "not a notebook"
    if member.flag_bits & 1:
        return "encrypted, so it was left out"
    if member.file_size > limits.size_of_one:
        return f"larger than {limits.size_of_one:,} bytes, so it was left out"
    if member.file_size > max(limits.small, limits.ratio * member.compress_size):
        return f"packed to less than one in {limits.ratio}, as no notebook is, so it was left out"
    return ""


def _write(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, most: int
) -> tuple[int, str]:
    """Unpack one member; the bytes written, and what went wrong (empty if nothing)."""
    written = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, path.open("xb") as file:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > most:
                    break
                file.write(chunk)
    except FileExistsError:
        return 0, "there is another file of that name in the zip, so this one was left out"
    except (OSError, ValueError, RuntimeError, NotImplementedError, EOFError) as error:
        return _removed(path, written), f"cannot be unpacked: {error}"
    except (zipfile.BadZipFile, zlib.error) as error:
        return _removed(path, written), f"is damaged: {error}"
    if written > most:
        return _removed(path, written), "larger than it says, so it was left out"
    return written, ""


def _removed(path: Path, written: int) -> int:
    with suppress(OSError):  # a name too long for this disk was never made
        path.unlink()
    return written
