"""`grade init`: a new assignment, with one exercise that works at once."""

from __future__ import annotations

import keyword
import re
from importlib.resources import files
from pathlib import Path

import numpy as np

from grader.authors.validate import generate
from grader.errors import InputError
from grader.files import write_file

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def start(root: Path, name: str) -> list[Path]:
    """Write the new assignment's two folders below `root`, and return the files in them.

    Raises InputError for a name that is taken or that no folder should have.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise InputError(
            f"{name!r} cannot be an assignment's name; one is expected that starts with a small "
            "letter, and has small letters, digits and _ only, such as moving_average"
        )
    folder, solutions = root / "assignment" / name, root / "solutions" / name
    for taken in (folder, solutions):
        if taken.exists():
            raise InputError(f"{taken}: exists already; choose another name")
    title = name.replace("_", " ").capitalize()
    notebook = f"{title.replace(' ', '_')}.ipynb"
    words = {"NAME": name, "TITLE": title, "NOTEBOOK": notebook, "NUMPY": np.__version__}
    for source, target in (
        ("assignment.toml", folder / "assignment.toml"),
        ("cases.py", solutions / "cases.py"),
        ("variants.py", solutions / "variants.py"),
        ("master.ipynb", solutions / notebook),
    ):
        _write(target, _filled(source, words))
    generate(root, name)
    written = (path for top in (folder, solutions) for path in top.rglob("*") if path.is_file())
    # `generate` imported the cases, so Python's compiled files are there too; leave them out.
    return sorted(path for path in written if path.parent.name != "__pycache__")


def _filled(source: str, words: dict[str, str]) -> str:
    text = files("grader").joinpath("authors", "starter", source).read_text(encoding="utf-8")
    return re.sub(rf"\b({'|'.join(words)})\b", lambda match: words[match[0]], text)


def _write(path: Path, text: str) -> None:
    try:
        write_file(path, text.encode(), parents=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
