"""Names of files in an assignment's folders, and lists of the files in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

EXPECTED_OUTPUTS = "expected_outputs.json"
PUBLIC_VARIANTS = "public_variants.json"
# What draws the parameters of a notebook, for students.
PARAMETERS = "parameters.json"
# What the expected outputs were made from, in the solutions folder.
MADE_FROM = "made_from.json"
# Helpers that are made of our own files.
HANDED_OUT = ("difference.py", "public_tests.py")
COMPILED = "__pycache__"


def files_below(folder: Path) -> list[Path]:
    """All files below the folder, sorted; hidden and compiled ones are left out."""
    return sorted(Path(entry) for entry in entries_below(folder))


def entries_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The directory entries of the files that `files_below` returns, in no particular order."""
    for entry in entries_in(folder):
        if entry.name.startswith(".") or entry.name == COMPILED:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from entries_below(Path(entry))
        elif entry.is_file():
            yield entry


def entries_in(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of the folder itself, in no particular order; empty if it does not exist."""
    try:
        return list(os.scandir(folder))
    except OSError:
        return []
