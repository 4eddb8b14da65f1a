"""Places that no kernel may read, wherever they lie: course, submissions, results, our own files.

A kernel may read the system's programs and libraries, and a course may lie among them, as
`/usr/local/lib/course` does. Then it is hidden: see `launch`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

_places: set[str] = set()


def keep_private(places: Iterable[str | Path]) -> None:
    """Hide these files and folders from all kernels that this process starts from now on."""
    _places.update(os.path.realpath(place) for place in places)


def private_places() -> tuple[str, ...]:
    """The real paths of what is hidden; the folder for temporary files is always among them."""
    return tuple(sorted({*_places, os.path.realpath(tempfile.gettempdir())}))


def lies_in(place: str, folder: str) -> bool:
    """Whether a path is that of the folder, or of something below it."""
    return place == folder or place.startswith(folder.rstrip("/") + "/")
