"""The names of files that an assignment's folders have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

EXPECTED_OUTPUTS = "expected_outputs.json"
PUBLIC_VARIANTS = "public_variants.json"
# Helpers that are copies of our own files: the helper's name -> the file below `grader/`.
HANDED_OUT = {"difference.py": "values/difference.py", "public_tests.py": "handout/public_tests.py"}
COMPILED = "__pycache__"


def files_below(folder: Path) -> list[Path]:
    """Every file below the folder but hidden and compiled ones, sorted."""
    return sorted(_files_below(folder))


def _files_below(folder: Path) -> Iterator[Path]:
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not _is_passed_over(name)]
        for name in names:
            file = Path(path, name)
            if not _is_passed_over(name) and file.is_file():
                yield file


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name == COMPILED
