"""A path given to `grade` -> who handed in what."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from grader.errors import CommandError
from grader.layouts import OWN_FILES, Flat, Layout, Owner, layout_of

NOTEBOOK_SUFFIX = ".ipynb"


@dataclass(frozen=True, slots=True)
class Submission:
    """One notebook that one student handed in.

    `student` is a name that no two submissions share; `owner` is what the layout says of them.
    `file` is the notebook's path: as text, since a whole class is held. `problem`, if any, says why
    the notebook cannot even be opened; `flags` are remarks for people.
    """

    student: str
    source: str
    file: str
    problem: str = ""
    owner: Owner = field(default_factory=lambda: Owner(""))
    flags: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return Path(self.file)


@dataclass(frozen=True, slots=True)
class Found:
    """The submissions below some paths, and a line for everything that was passed over.

    `layouts` has a line for each folder that says how it was understood.
    """

    submissions: tuple[Submission, ...]
    passed_over: tuple[str, ...]
    layouts: tuple[str, ...] = ()


def find(paths: Iterable[Path], output: Path, layout: str = "") -> Found:
    """Every notebook at or below `paths`; hidden folders and the `output` folder are left out.

    A student is named as the layout says, which is found out where `layout` is empty. Where it
    says nothing, or names clash, it is the file's name, the folder's, or the path; no two
    submissions have the same name.
    Raises CommandError for a path that is not there, and where there is no notebook at all.
    """
    submissions: dict[tuple[str, Owner], Submission] = {}
    passed_over: list[str] = []
    layouts: list[str] = []
    for path in paths:
        at_path: list[Submission] = []
        for each in _at(path, output.resolve()):
            if isinstance(each, str):
                passed_over.append(each)
            else:
                at_path.append(each)
        if path.is_dir() and at_path:
            at_path, line = _owned(path, at_path, layout)
            layouts.append(line)
        for submission in at_path:
            submissions.setdefault((os.path.abspath(submission.file), submission.owner), submission)
    if not submissions:
        where = ", ".join(map(str, paths))
        raise CommandError(f"{where}: there is no notebook ({NOTEBOOK_SUFFIX}) in there")
    named = told_apart(_flagged(submissions.values()))
    return Found(tuple(named), tuple(passed_over), tuple(layouts))


def _owned(root: Path, found: list[Submission], name: str) -> tuple[list[Submission], str]:
    """The submissions of one folder with their owners, one for each, and how it was understood."""
    places = [each.path.relative_to(root) for each in found]
    layout, depth = layout_of(root.resolve(), places, name)
    owned = [
        replace(each, owner=owner, flags=flags)
        for each, place in zip(found, places, strict=True)
        for owner, flags in _owners(layout, PurePath(*place.parts[depth:]))
    ]
    students = len({each.owner if _person(each) is None else _person(each) for each in owned})
    if isinstance(layout, Flat):
        return owned, f"{layout.title}: {_count(len(owned), 'submission')}"
    counted = f"{_count(len(owned), 'submission')} of {_count(students, 'student')}"
    return owned, f"{layout.title}: {counted}"


def _owners(layout: Layout, place: PurePath) -> Iterator[tuple[Owner, tuple[str, ...]]]:
    owners = layout.owners(place)
    for owner in owners:
        yield replace(owner, name=_text(owner.name), ids=_text_ids(owner)), ()
    if not owners:
        lost = f"whose notebook this is cannot be told: it lies otherwise than in {layout.title}"
        yield Owner(""), () if isinstance(layout, Flat) else (lost,)


def _text_ids(owner: Owner) -> tuple[tuple[str, str], ...]:
    return tuple((kind, _text(each)) for kind, each in owner.ids)


def _person(submission: Submission) -> object | None:
    """What is the same for all submissions of one student; None where nobody can say."""
    owner = submission.owner
    return next((each for each in owner.ids if each[0] == "sid"), None) or owner.ids or None


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _flagged(submissions: Iterable[Submission]) -> list[Submission]:
    """The submissions, with a flag on those of a student who has several that are no attempts at
    the same thing."""
    submissions = list(submissions)
    things: dict[object, set[str]] = {}
    for each in submissions:
        things.setdefault(_person(each), set()).add(each.owner.attempts_of or each.source)
    return [
        replace(each, flags=(*each.flags, f"one of {number} notebooks of this student"))
        if _person(each) is not None and (number := len(things[_person(each)])) > 1
        else each
        for each in submissions
    ]


def _at(path: Path, output: Path) -> Iterator[Submission | str]:
    if not os.path.lexists(path):
        raise CommandError(f"{path}: there is no such file or folder")
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
    """A file's name as text that every file can take; bytes that are not UTF-8 as \\xe9."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def told_apart(submissions: list[Submission], others: Iterable[str] = ()) -> Iterator[Submission]:
    """The submissions with names that no two share, and none with `others`.

    A name is the owner's, or the file's; where it clashes with an id, the folder's, or the path.
    """
    names = [each.owner.name or _text(each.path.stem) for each in submissions]
    for longer in (_name_and_id, _folder_name, _path_name, _full_name):
        count = Counter(names)
        names = [
            name if count[name] == 1 else longer(each)
            for name, each in zip(names, submissions, strict=True)
        ]
    taken = set(others)
    for name, each in zip(names, submissions, strict=True):
        numbered, number = name, 1
        while numbered in taken:
            number += 1
            numbered = f"{name} ({number})"
        taken.add(numbered)
        yield replace(each, student=numbered)


def _name_and_id(submission: Submission) -> str:
    owner = submission.owner
    if not owner.ids:
        return owner.name or _text(submission.path.stem)
    # The last one, because it says most: a student's number rather than a submission's.
    return f"{owner.name} ({owner.ids[-1][1]})" if owner.ids[-1][1] != owner.name else owner.name


def _folder_name(submission: Submission) -> str:
    folder = str(Path(submission.source).parent)
    return folder if folder != "." else _path_name(submission)


def _path_name(submission: Submission) -> str:
    return submission.source.removesuffix(NOTEBOOK_SUFFIX)


def _full_name(submission: Submission) -> str:
    return _text(submission.file)
