"""What is installed here: fairgrade's own code, and the packages that kernels can import."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from grader import __version__
from grader.assignments.paths import files_below
from grader.sandbox.launch import site_packages

PACKAGE = Path(__file__).parents[1]
_DISTRIBUTION = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)(-py[\d.]+)?\.(dist|egg)-info")
_OWN = "fairgrade"


def installation() -> str:
    """The versions of fairgrade, Python and numpy, and a hash of fairgrade's code, in one line.

    All workers of a cluster must have the same.
    """
    numpy = packages().get("numpy", "")
    return f"{__version__} {program()} Python {platform.python_version()}, numpy {numpy}"


@cache
def packages() -> dict[str, str]:
    """Package name -> version, for the packages that kernels can import."""
    return packages_in(site_packages())


def packages_in(folders: Iterable[str]) -> dict[str, str]:
    """Package name -> version, for the packages in these folders; fairgrade is left out."""
    found = {}
    for folder in filter(os.path.isdir, folders):
        for entry in sorted(os.listdir(folder)):
            match = _DISTRIBUTION.fullmatch(entry)
            if match and match["name"] != _OWN:
                found[match["name"]] = match["version"]
    return found


@cache
def program(*parts: str) -> str:
    """A hash of fairgrade's own code, or of `parts` of it: files and folders below `grader/`."""
    every = [path for part in parts or ("",) for path in _modules(PACKAGE / part)]
    pieces = (
        piece
        for path in every
        for piece in (path.relative_to(PACKAGE).as_posix().encode(), path.read_bytes())
    )
    return hash_of(pieces)[:12]


def _modules(place: Path) -> list[Path]:
    files = files_below(place) if place.is_dir() else [place]
    return [path for path in files if path.suffix == ".py"]


def hash_of(pieces: Iterable[bytes]) -> str:
    """The SHA-256 hash of all pieces, one after another, in hexadecimal."""
    every = hashlib.sha256()
    for piece in pieces:
        every.update(piece)
    return every.hexdigest()
