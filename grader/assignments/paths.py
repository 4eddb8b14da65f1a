"""The names of files that an assignment's folders have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

EXPECTED_OUTPUTS = "expected_outputs.json"
PUBLIC_VARIANTS = "public_variants.json"
# Helpers that are made of our own files.
HANDED_OUT = ("difference.py", "public_tests.py")
COMPILED = "__pycache__"


def files_below(folder: Path) -> list[Path]:
    """Every file below the folder but hidden and compiled ones, sorted."""
    return sorted(Path(entry) for entry in entries_below(folder))


def entries_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The directory entries of these files, in no order."""
    for entry in entries_in(folder):
        if entry.name.startswith(".") or entry.name == COMPILED:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from entries_below(Path(entry))
        elif entry.is_file():
            yield entry


def entries_in(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in the folder itself, in no order; nothing where there is no such folder."""
    try:
        return list(os.scandir(folder))
    except OSError:
        return []
