"""A path given to `grade` -> who handed in what."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import CommandError

NOTEBOOK_SUFFIX = ".ipynb"


@dataclass(frozen=True, slots=True)
class Submission:
    """One notebook that was handed in. `problem`, if any, says why it cannot even be opened."""

    student: str
    source: str
    path: Path
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The submissions below some paths, and a line for everything that was passed over."""

    submissions: tuple[Submission, ...]
    passed_over: tuple[str, ...]


def find(paths: Iterable[Path], output: Path) -> Found:
    """Every notebook at or below `paths`; hidden folders and the `output` folder are left out.

    A student is named after the notebook, or, where names clash, after the folder it lies in; no
    two have the same name.
    Raises CommandError for a path that is not there, and where there is no notebook at all.
    """
    submissions: dict[Path, Submission] = {}
    passed_over: list[str] = []
    for path in paths:
        for each in _at(path, output.resolve()):
            if isinstance(each, str):
                passed_over.append(each)
            else:
                submissions.setdefault(_absolute(each.path), each)
    if not submissions:
        where = ", ".join(map(str, paths))
        raise CommandError(f"{where}: there is no notebook ({NOTEBOOK_SUFFIX}) in there")
    return Found(tuple(_told_apart(list(submissions.values()))), tuple(passed_over))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _at(path: Path, output: Path) -> Iterator[Submission | str]:
    if not os.path.lexists(path):
        raise CommandError(f"{path}: there is no such file or folder")
    if path.is_dir():
        yield from _below(path, output)
    elif not _is_notebook(path):
        yield Submission("", _text(path.name), path, f"is not a notebook ({NOTEBOOK_SUFFIX})")
    else:
        yield Submission("", _text(path.name), path, _problem(path, path.parent))


def _below(root: Path, output: Path) -> Iterator[Submission | str]:
    """The notebooks below `root`, and a line for each entry that is passed over."""
    unread: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=unread.append):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        folders[:] = [name for name in folders if (here / name).resolve() != output]
        for name in folders:
            if (here / name).is_symlink():
                yield f"{_shown(here / name, root)}: a link to a folder, which is not followed"
        for name in sorted(name for name in names if not name.startswith(".")):
            path = here / name
            if _is_notebook(path):
                yield Submission("", _shown(path, root), path, _problem(path, root))
            else:
                yield f"{_shown(path, root)}: not a notebook"
    for error in unread:
        yield f"{_shown(Path(error.filename), root)}: cannot be read: {error.strerror}"


def _is_notebook(path: Path) -> bool:
    return path.suffix.lower() == NOTEBOOK_SUFFIX


def _problem(path: Path, root: Path) -> str:
    if path.is_symlink():
        if not path.exists():
            return "is a link that leads nowhere"
        if not path.resolve().is_relative_to(root.resolve()):
            return "is a link that leads out of its folder, which is not followed"
    return "" if path.is_file() else "is not a regular file"


def _shown(path: Path, root: Path) -> str:
    return _text(path.relative_to(root))


def _text(name: str | Path) -> str:
    """A file's name as text that every file can take; bytes that are not UTF-8 as \\xe9."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _told_apart(submissions: list[Submission]) -> Iterator[Submission]:
    """The submissions with names that no two share: the file's, the folder's, or the path."""
    names = [_text(each.path.stem) for each in submissions]
    for longer in (_folder_name, _path_name, _full_name):
        count = Counter(names)
        names = [
            name if count[name] == 1 else longer(each)
            for name, each in zip(names, submissions, strict=True)
        ]
    taken: Counter[str] = Counter()
    for name, each in zip(names, submissions, strict=True):
        taken[name] += 1
        yield replace(each, student=name if taken[name] == 1 else f"{name} ({taken[name]})")


def _folder_name(submission: Submission) -> str:
    folder = str(Path(submission.source).parent)
    return folder if folder != "." else _path_name(submission)


def _path_name(submission: Submission) -> str:
    return submission.source.removesuffix(NOTEBOOK_SUFFIX)


def _full_name(submission: Submission) -> str:
    return _text(submission.path)
