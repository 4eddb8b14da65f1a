"""Find the notebooks below the given paths, and who handed them in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from grader.errors import InputError
from grader.model import Owner, Submission
from grader.submissions.layouts import OWN_FILES, Flat, Layout, NotebookPaths, layout_of
from grader.submissions.table import SubmissionTable
from grader.text import counted

NOTEBOOK_SUFFIX = ".ipynb"


@dataclass(frozen=True, slots=True)
class Found:
    """The submissions below some paths, and a line for everything that was passed over.

    `layouts` has a line for each folder: its layout, and how many submissions and students.
    """

    submissions: SubmissionTable
    passed_over: tuple[str, ...]
    layouts: tuple[str, ...] = ()


def find(paths: Iterable[Path], output: Path, layout: str = "") -> Found:
    """Every notebook at or below `paths`; hidden folders and the `output` folder are left out.

    An empty `layout` is found out for each folder. A submission is named as the layout names its
    student. Where the layout gives no name, or names clash, the file's name, the folder's or the
    path is used, so that no two submissions have the same name. Raises InputError for a path that
    does not exist, and where there is no notebook at all.
    """
    table = SubmissionTable()
    passed_over: list[str] = []
    layouts: list[str] = []
    for path in paths:
        at_path = SubmissionTable()
        for each in _at(path, output.resolve()):
            if isinstance(each, str):
                passed_over.append(each)
            else:
                at_path.add(each)
        if path.is_dir() and at_path:
            at_path, line = _owned(path, at_path, layout)
            layouts.append(line)
        for submission in at_path:
            if submission not in table:
                table.add(submission)
    if not table:
        where = ", ".join(map(str, paths))
        raise InputError(f"{where}: there is no notebook ({NOTEBOOK_SUFFIX}) in there")
    table.change(lambda each: _flagged(each, table))
    tell_apart(table)
    return Found(table, tuple(passed_over), tuple(layouts))


def _owned(root: Path, found: SubmissionTable, name: str) -> tuple[SubmissionTable, str]:
    """The submissions of a folder with their owners, and a line that says which layout it has.

    A notebook of several students becomes a submission of each.
    """
    places = NotebookPaths(found, root)
    layout, depth = layout_of(places, name)
    owned = SubmissionTable(
        replace(each, owner=owner, flags=flags)
        for each, place in zip(found, replace(places, depth=depth), strict=True)
        for owner, flags in _owners(layout, place)
    )
    if isinstance(layout, Flat):
        return owned, f"{layout.title}: {counted(len(owned), 'submission')}"
    groups = f"{counted(len(owned), 'submission')} of {counted(owned.people, 'student')}"
    return owned, f"{layout.title}: {groups}"


def _owners(layout: Layout, place: PurePath) -> Iterator[tuple[Owner, tuple[str, ...]]]:
    owners = layout.owners(place)
    for owner in owners:
        yield replace(owner, name=_text(owner.name), ids=_text_ids(owner)), ()
    if not owners:
        lost = f"whose notebook this is cannot be told: it lies otherwise than in {layout.title}"
        yield Owner(""), () if isinstance(layout, Flat) else (lost,)


def _text_ids(owner: Owner) -> dict[str, str]:
    return {kind: _text(each) for kind, each in owner.ids.items()}


def _flagged(submission: Submission, among: SubmissionTable) -> Submission:
    """The submission, with a flag if its student handed in several different notebooks.

    Attempts at the same thing count as one.
    """
    number = among.things_of(submission.person) if submission.person else 1
    if number == 1:
        return submission
    flag = f"one of {number} notebooks of this student"
    return replace(submission, flags=(*submission.flags, flag))


def _at(path: Path, output: Path) -> Iterator[Submission | str]:
    if not os.path.lexists(path):
        raise InputError(f"{path}: there is no such file or folder")
    if path.is_dir():
        yield from _below(path, output)
    elif not _is_notebook(path):
        yield Submission("", _text(path.name), str(path), f"is not a notebook ({NOTEBOOK_SUFFIX})")
    else:
        yield Submission("", _text(path.name), str(path), _problem(path, path.parent))


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
                yield Submission("", _shown(path, root), str(path), _problem(path, root))
            elif name not in OWN_FILES:
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
    """A file's name as text that can be written as UTF-8; other bytes are escaped, as in \\xe9."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def tell_apart(table: SubmissionTable, after: int = 0) -> None:
    """Give all submissions but the first `after` names that no two share.

    The name is the owner's, or else the file's. Names that clash are replaced by the name with an
    id, then by the folder's name, then by the path.
    """
    table.tell_apart((_short_name, _name_and_id, _folder_name, _path_name, _full_name), after)


def _short_name(submission: Submission) -> str:
    return submission.owner.name or _text(submission.path.stem)


def _name_and_id(submission: Submission) -> str:
    owner = submission.owner
    if not owner.ids:
        return _short_name(submission)
    # The last id says most: a student's number, for example, rather than a submission's.
    last = list(owner.ids.values())[-1]
    return f"{owner.name} ({last})" if last != owner.name else owner.name


def _folder_name(submission: Submission) -> str:
    folder = str(Path(submission.source).parent)
    return folder if folder != "." else _path_name(submission)


def _path_name(submission: Submission) -> str:
    return submission.source.removesuffix(NOTEBOOK_SUFFIX)


def _full_name(submission: Submission) -> str:
    return _text(submission.file)
