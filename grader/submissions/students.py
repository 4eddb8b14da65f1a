"""Make submissions of the files that each student handed in.

Every student is in one of two states here: with a notebook, or with a submission whose problem says
what was handed in instead. Who is missing altogether is known only from a roster.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from grader.model import Owner, Submission
from grader.submissions.entries import Entry, composed, link_problem, readable, target
from grader.submissions.kinds import (
    NOTEBOOK_SUFFIX,
    Rank,
    holds_notebook,
    is_checkpoint,
    is_clutter,
    is_zip,
    lists_notebook,
    stem,
    telling,
    what_is,
)
from grader.submissions.layouts import FilePaths, Flat, Folders, Layout
from grader.submissions.student_files import (
    Candidate,
    Item,
    as_many_as_opened,
    candidates,
    copied,
    files_beside,
    is_a_zip,
    is_named,
    same_bytes,
)
from grader.submissions.student_zips import StudentZips
from grader.text import counted

# How many different notebooks of one student are graded. Who hands in more is asked which counts.
MOST_NOTEBOOKS = 50
# How many other files of a student go with a notebook.
MOST_COMPANIONS = 200

FROM_CHECKPOINT = "read from a checkpoint of Jupyter's, as no other notebook was handed in"


def otherwise_called(name: str) -> str:
    """The flag of a notebook that is not called one, or only in part."""
    return f"a notebook although it is called {readable(name)}"


@dataclass(slots=True)
class Files:
    """The files below a root by the students who handed them in, each student under a key."""

    root: Path
    layout: Layout
    seen: FilePaths
    scratch: Path | None = None
    people: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    passed_over: list[str] = field(default_factory=list)
    zips: StudentZips = field(init=False)

    def __post_init__(self) -> None:
        self.zips = StudentZips(self.scratch, self.passed_over)

    def add(self, entry: Entry) -> bool:
        """Add a file to its students' files; whether it has any."""
        inner = self.seen.inner(entry.place)
        if self.layout.is_platforms(inner) or _is_under_clutter(inner):
            return False
        owners = self.layout.owners(inner) or self._named_like(inner, entry)
        for owner in map(_readable, owners):
            item = Item(entry, owner, self.layout.file_name(inner))
            self.people[_key(owner)].append(item)
        return bool(owners)

    def _named_like(self, inner: PurePath, entry: Entry) -> tuple[Owner, ...]:
        """The student after whom a file is called that no platform has named.

        That is somebody whom the roster knows, or anybody if the file is a zip, in which there is
        perhaps a notebook. Notebooks of nobody are submissions of their own without this.
        """
        if not isinstance(self.layout, (Flat, Folders)) or entry.is_clutter:
            return ()
        name = stem(inner)
        is_zipped = is_zip(inner) and not entry.problem and lists_notebook(Path(entry.path))
        is_known = self.layout.is_known is not None and self.layout.is_known(name)
        if is_zipped or (is_known and not is_checkpoint(inner)):
            return (Owner(name, {"login": name}),)
        return ()

    def handed_in_by(self, items: Sequence[Item]) -> Iterator[Submission]:
        """The submissions of one student: each notebook, or else what was handed in instead.

        Attempts at the same thing are told apart: one that has no notebook is a submission, too,
        where another attempt has one.
        """
        self.zips.begin_student()
        groups = _attempts(items)
        found = {key: self._named(group) for key, group in groups.items()}
        # Other files are only looked into where nothing of this thing is called a notebook.
        things = {of for (of, _), each in found.items() if each} or {of for of, _ in groups}
        for (of, number), group in groups.items():
            if of in things and not found[of, number]:
                found[of, number] = self._otherwise_called(group)
        things = {of for (of, _), each in found.items() if each}
        for (of, number), group in groups.items():
            yield from self._submissions(found[of, number])
            if of in things and not found[of, number]:
                yield self._instead(group)
        if not things:
            yield self._instead(items)

    def _submissions(self, found: list[Candidate]) -> Iterator[Submission]:
        if len(found) > MOST_NOTEBOOKS:
            item = found[0].item
            why = f"handed in {len(found):,} notebooks, where at most {MOST_NOTEBOOKS} are graded"
            yield Submission("", readable(item.entry.place), item.entry.path, why, item.owner)
            return
        same = same_bytes([each.item for each in found])
        for each in found:
            first = same.get(each.item.entry.path, each.item)
            if first is each.item:
                yield self._submission(each)
            else:
                shown = readable(first.entry.place)
                self.passed_over.append(f"{readable(each.item.entry.place)}: the same as {shown}")

    def _named(self, group: Sequence[Item]) -> list[Candidate]:
        """The notebooks that are called so, also those in a zip of the student's."""
        loose = [item for item in group if not item.entry.is_clutter]
        zips = [item for item in loose if is_a_zip(item)]
        found = candidates(
            [item for item in loose if item not in zips and is_named(item)], loose, Rank.NAMED
        )
        for item in zips:
            inner = self._inner(item, only_with_notebook=bool(found))
            found += candidates([each for each in inner if is_named(each)], inner, Rank.NAMED)
        return found

    def _otherwise_called(self, group: Sequence[Item]) -> list[Candidate]:
        """The notebooks that are not called so, or else the checkpoints of some."""
        loose = [item for item in group if not item.entry.is_clutter]
        zips = [item for item in loose if is_a_zip(item)]
        every = [*loose, *(each for item in zips for each in self._inner(item))]
        others = [item for item in every if not is_checkpoint(item.place) and self._opens(item)]
        if found := [item for item in as_many_as_opened(others) if holds_notebook(item.path)]:
            return candidates(found, every, Rank.OTHERWISE_CALLED)
        kept = [item for item in every if is_checkpoint(item.place) and self._opens(item)]
        return candidates(kept, every, Rank.CHECKPOINT)

    def _opens(self, item: Item) -> bool:
        return not item.entry.problem and not self._link_problem(item)

    def _submission(self, candidate: Candidate) -> Submission:
        item = candidate.item
        shown, problem = readable(item.entry.place), item.entry.problem or self._link_problem(item)
        if problem:
            return Submission("", shown, item.entry.path, problem, item.owner)
        flags: tuple[str, ...] = ()
        if candidate.rank is Rank.CHECKPOINT:
            flags = (FROM_CHECKPOINT,)
        elif not item.name.lower().endswith(NOTEBOOK_SUFFIX):
            flags = (otherwise_called(item.name),)
        beside = files_beside(candidate)
        if len(beside) > MOST_COMPANIONS:
            flags = (*flags, f"only {MOST_COMPANIONS} of {len(beside):,} other files are used")
        used = [each for each in beside[:MOST_COMPANIONS] if self._opens(each)]
        companions, path = self._together(item, used)
        return Submission("", shown, path, "", item.owner, flags, companions)

    def _together(self, item: Item, beside: Sequence[Item]) -> tuple[tuple[str, ...], str]:
        """The paths of a notebook's companions, and its own.

        Where the platform changed the files' names, they are copied under the names that the
        student chose, since the notebook calls them so.
        """
        renamed = any(each.name != each.place.name for each in (item, *beside))
        if beside and renamed and self.scratch:
            folder = Path(tempfile.mkdtemp(dir=self.scratch))
            paths = [copied(each, folder) for each in (item, *beside)]
            return tuple(path for path in paths[1:] if path), paths[0] or item.entry.path
        return tuple(os.path.abspath(each.entry.path) for each in beside), item.entry.path

    def _link_problem(self, item: Item) -> str:
        """Why a link is not followed: it must stay among the files of its own student."""
        if item.inside or not item.path.is_symlink():
            return item.entry.problem
        if problem := link_problem(item.path, self.root):
            return problem
        end = target(item.path, self.root)
        owners = self.layout.owners(self.seen.inner(end)) if end else ()
        if _key(item.owner) not in [_key(_readable(owner)) for owner in owners]:
            return "is a link to a file of somebody else, which is not followed"
        return ""

    def _inner(self, item: Item, only_with_notebook: bool = False) -> list[Item]:
        """The files in a zip that a student handed in; none if it cannot be read."""
        if self._link_problem(item):
            return []
        return [
            Item(each, item.owner, each.place.split("/")[-1], item.name)
            for each in self.zips.entries(item.entry, only_with_notebook)
        ]

    def _instead(self, items: Sequence[Item]) -> Submission:
        """The submission of a student who handed in no notebook."""
        last = max(item.owner.attempt for item in items)
        items = [item for item in items if item.owner.attempt == last]
        item = min(items, key=lambda each: (each.entry.is_clutter, telling(each.name), each.name))
        what = self._link_problem(item) or self._what_is(item)
        more = f", and {counted(len(items) - 1, 'other file')}" if len(items) > 1 else ""
        problem = f"handed in {readable(item.name)}, which {what}{more}"
        return Submission("", readable(item.entry.place), item.entry.path, problem, item.owner)

    def _what_is(self, item: Item) -> str:
        if is_a_zip(item):
            return self.zips.what_is(item.entry)
        return what_is(item.path, PurePath(item.name))


def _is_under_clutter(place: PurePath) -> bool:
    """Whether the topmost folder itself is no student's, such as `__MACOSX` or checkpoints."""
    top = PurePath(place.parts[0], "x")
    return len(place.parts) > 1 and (is_clutter(top) or is_checkpoint(top))


def _readable(owner: Owner) -> Owner:
    """The owner with name and ids that can be written as UTF-8."""
    ids = {kind: composed(each) for kind, each in owner.ids.items()}
    return replace(owner, name=composed(owner.name), ids=ids)


def _key(owner: Owner) -> str:
    return owner.person or owner.name


def _attempts(items: Iterable[Item]) -> dict[tuple[str, int], list[Item]]:
    """The files by the thing they are attempts at, and the attempt's number, in order."""
    groups: dict[tuple[str, int], list[Item]] = defaultdict(list)
    for item in items:
        of = item.owner.attempts_of
        groups[of, item.owner.attempt if of else 1].append(item)
    return groups
