"""Find what was handed in below the given paths, and who handed it in."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from grader.errors import InputError
from grader.model import Submission
from grader.submissions.archives import LONGEST_NAME, Unpacked, unpack
from grader.submissions.entries import Entry, below, link_problem, readable, unpacked
from grader.submissions.kinds import (
    NOTEBOOK_SUFFIX,
    called_but_is,
    holds_notebook,
    is_checkpoint,
    is_notebook,
    is_zip,
    lists_notebook,
    stem,
    what_is,
)
from grader.submissions.layouts import FilePaths, Flat, Folders, Layout, layout_of
from grader.submissions.people import Student
from grader.submissions.students import Files, otherwise_called
from grader.submissions.table import SubmissionTable
from grader.text import counted

# How many of the lines about what was passed over an error repeats.
_LINES_IN_ERROR = 5


@dataclass(frozen=True, slots=True)
class Found:
    """The submissions below some paths, and a line for everything that was passed over.

    `layouts` has a line for each folder: its layout, and how many submissions and students.
    `notices` are lines about how the students were found in the `roster`.
    """

    submissions: SubmissionTable
    passed_over: tuple[str, ...]
    layouts: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    roster: tuple[Student, ...] = ()


def find(
    paths: Iterable[Path | Unpacked],
    output: Path,
    layout: str = "",
    is_known: Callable[[str], bool] | None = None,
    scratch: Path | None = None,
) -> Found:
    """What was handed in at or below `paths`; hidden folders and the `output` folder are left out.

    Whoever is named by a folder, a file's name or the platform has at least one submission: each
    notebook is one, whatever it is called, and who handed in none has one with a problem that says
    what was handed in instead. Files of nobody are listed as passed over.

    An empty `layout` is found out for each folder; `is_known`, which says whether a student is
    called so, helps with that. Zips that students handed in are opened if there is a `scratch`
    folder to unpack them into.

    A submission is named as the layout names its student. Where the layout gives no name, or names
    clash, the file's name, the folder's or the path is used, so that no two submissions have the
    same name. Raises InputError for a path that does not exist, and where nothing was handed in.
    """
    search = _Search(output.resolve(), layout, is_known, scratch)
    table = SubmissionTable()
    for path in paths:
        at_path = SubmissionTable(search.at(path))
        for submission in at_path:
            if submission not in table:
                table.add(submission)
    if not table:
        raise InputError(_nothing_in(paths, search.passed_over))
    tell_apart(table)
    return Found(table, tuple(search.passed_over), tuple(search.layouts))


def _nothing_in(paths: Iterable[Path | Unpacked], passed_over: Sequence[str]) -> str:
    shown = (str(each) if isinstance(each, Path) else each.shown for each in paths)
    text = f"{', '.join(shown)}: there is no notebook ({NOTEBOOK_SUFFIX}) in there"
    lines = list(passed_over[:_LINES_IN_ERROR])
    if more := len(passed_over) - len(lines):
        lines.append(f"and {counted(more, 'other line')} like these")
    return f"{text}; left out: {'; '.join(lines)}" if lines else text


@dataclass(slots=True)
class _Search:
    """A search of all paths, and the lines that come of it."""

    output: Path
    layout: str
    is_known: Callable[[str], bool] | None
    scratch: Path | None
    passed_over: list[str] = field(default_factory=list)
    layouts: list[str] = field(default_factory=list)

    def at(self, path: Path | Unpacked) -> Iterator[Submission]:
        if isinstance(path, Unpacked):
            self.passed_over.extend(path.remarks)
            entries = [each for each in unpacked(path) if self._is_wanted(each)]
            yield from self._below(path.folder, entries)
        elif not os.path.lexists(path):
            raise InputError(f"{path}: there is no such file or folder")
        elif path.is_dir():
            entries = [each for each in below(path, self.output) if self._is_wanted(each)]
            yield from self._below(path, entries)
        else:
            yield _one_file(path)

    def _is_wanted(self, entry: Entry) -> bool:
        """Whether an entry is a file; what is said of another one is passed over."""
        if not entry.is_file:
            self.passed_over.append(f"{readable(entry.place)}: {entry.problem}")
        return entry.is_file

    def _below(self, root: Path, entries: list[Entry]) -> Iterator[Submission]:
        if inner := self._class_within(root, entries):
            self.passed_over.extend(inner.remarks)
            within = f" (in {inner.shown}, the only file there)"
            yield from self._of_class(inner.folder, list(unpacked(inner)), within)
        elif entries:
            yield from self._of_class(root, entries)

    def _class_within(self, root: Path, entries: list[Entry]) -> Unpacked | None:
        """The zip of a class that is the only file there, unpacked; None if there is none.

        A zip of which the platform or the roster says whose it is, is that student's, and so is one
        that does not hold what several students handed in. Zips in the zip are not opened for this.
        """
        files = [each for each in entries if not each.is_clutter]
        if len(files) != 1 or not self.scratch or not is_zip(PurePath(files[0].place)):
            return None
        (entry,) = files
        if entry.problem or link_problem(Path(entry.path), root) or self._has_owner(root, entry):
            return None
        place, folder = PurePath(entry.place), Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            # Named after the zip, because some layouts look at the folder's name.
            name = os.fsdecode(os.fsencode(place.stem)[:LONGEST_NAME])
            inner = unpack(Path(entry.path), folder / name, is_known=self.is_known)
        except InputError:
            return None
        if self._is_class(inner, lists_notebook(Path(entry.path))):
            return replace(inner, shown=readable(place))
        shutil.rmtree(folder)
        return None

    def _has_owner(self, root: Path, entry: Entry) -> bool:
        """Whether a platform or the roster says whose file this is."""
        try:
            layout, seen = layout_of(root, [entry.place], self.layout, self.is_known)
        except InputError:  # a pattern that does not fit
            return False
        if not isinstance(layout, (Flat, Folders)):
            return bool(layout.owners(seen.inner(entry.place)))
        names = PurePath(entry.place).with_suffix("").parts
        return self.is_known is not None and any(map(self.is_known, names))

    def _is_class(self, inner: Unpacked, has_notebook: bool) -> bool:
        """Whether a zip holds what several students handed in."""
        places = [each.place for each in unpacked(inner) if not each.is_clutter]
        if not places or not has_notebook:
            return bool(places)
        try:
            layout, seen = layout_of(inner.folder, places, self.layout, self.is_known)
        except InputError:
            return False
        if isinstance(layout, Flat):
            names = (stem(PurePath(each)) for each in places)
            return self.is_known is not None and any(map(self.is_known, names))
        owners = {owner.name for place in places for owner in layout.owners(seen.inner(place))}
        return len(owners) > 1 or not isinstance(layout, Folders)

    def _of_class(self, root: Path, entries: list[Entry], within: str = "") -> Iterator[Submission]:
        # What programs left behind says nothing about the layout, unless there is nothing else.
        paths = [each.place for each in entries if not each.is_clutter]
        paths = paths or [each.place for each in entries]
        layout, seen = layout_of(root, paths, self.layout, self.is_known)
        files = Files(root, layout, seen, self.scratch)
        nobodys = [each for each in entries if not files.add(each)]
        with_notebook = {
            PurePath(each.place).parent for each in entries if is_notebook(PurePath(each.place))
        }
        count = 0
        for items in files.people.values():
            for submission in files.handed_in_by(items):
                count += 1
                yield submission
        for entry in nobodys:
            place = PurePath(entry.place)
            if is_checkpoint(place) and place.parent.parent not in with_notebook:
                self.passed_over.append(f"{readable(place)}: is only a checkpoint of a notebook")
            for submission in self._of_nobody(entry, root, layout, seen):
                count += 1
                yield submission
        self.passed_over.extend((*files.passed_over, *layout.remarks()))
        line = f"{layout.title}: {counted(count, 'submission')}"
        of = "" if isinstance(layout, Flat) else f" of {counted(len(files.people), 'student')}"
        self.layouts.append(line + of + within)

    def _of_nobody(
        self, entry: Entry, root: Path, layout: Layout, seen: FilePaths
    ) -> Iterator[Submission]:
        """The submission that a notebook without an owner is; other files are passed over."""
        place, path = PurePath(entry.place), Path(entry.path)
        if entry.is_clutter or layout.is_platforms(seen.inner(entry.place)):
            return
        shown = readable(entry.place)
        named = is_notebook(place)
        if is_checkpoint(place) or not (named or (not entry.problem and holds_notebook(path))):
            if not is_checkpoint(place):
                self.passed_over.append(f"{shown}: {entry.problem or what_is(path, place)}")
            return
        problem = entry.problem
        if not problem and path.is_symlink():
            # Whose folder this is nobody knows, so no other file is surely the same student's.
            problem = link_problem(path, root) or "is a link to another file, which is not followed"
        if not problem and called_but_is(path):
            problem = what_is(path, place)
        flags = (
            ()
            if named and entry.place.lower().endswith(NOTEBOOK_SUFFIX)
            else (otherwise_called(place.name),)
        )
        if not isinstance(layout, Flat):
            lost = f"it lies otherwise than in {layout.title}"
            flags = (*flags, f"whose notebook this is cannot be told: {lost}")
        yield Submission("", shown, entry.path, problem, flags=() if problem else flags)


def _one_file(path: Path) -> Submission:
    """The submission that a file is which was named itself, so that links in it are followed."""
    shown = readable(path.name)
    if not path.exists():
        return Submission("", shown, str(path), "is a link that leads nowhere")
    if not path.is_file():
        return Submission("", shown, str(path), "is not a regular file")
    place = PurePath(path.name)
    if not holds_notebook(path) and (not is_notebook(place) or called_but_is(path)):
        return Submission("", shown, str(path), what_is(path, place))
    return Submission("", shown, str(path), link_problem(path, path.parent))


def tell_apart(table: SubmissionTable, after: int = 0) -> None:
    """Give all submissions but the first `after` names that no two share.

    The name is the owner's, or else the file's. Names that clash are replaced by the name with an
    id, then by the name with the notebook's, if a roster gave the name, then by the folder's name,
    then by the path.
    """
    names = (_short_name, _name_and_id, _name_and_notebook, _folder_name, _path_name, _full_name)
    table.tell_apart(names, after)


def _short_name(submission: Submission) -> str:
    return submission.owner.name or readable(stem(PurePath(submission.source or submission.file)))


def _name_and_id(submission: Submission) -> str:
    owner = submission.owner
    if not owner.ids:
        return _short_name(submission)
    # The last id says most: a student's number, for example, rather than a submission's.
    last = list(owner.ids.values())[-1]
    return f"{owner.name} ({last})" if last != owner.name else owner.name


def _name_and_notebook(submission: Submission) -> str:
    """Such as "Ann Lee (Adam)", where a student handed in several notebooks.

    A name that stands in the path, too, is not the roster's, and the path says more.
    """
    name, source = submission.owner.name, submission.source
    if not name or not source or name in source:
        return _folder_name(submission)
    return f"{name} ({readable(stem(PurePath(source)))})"


def _folder_name(submission: Submission) -> str:
    folder = str(Path(submission.source).parent)
    return folder if folder != "." else _path_name(submission)


def _path_name(submission: Submission) -> str:
    # Who handed in nothing has no path.
    return submission.source.removesuffix(NOTEBOOK_SUFFIX) or submission.owner.name


def _full_name(submission: Submission) -> str:
    return readable(submission.file) or submission.owner.name
