"""Read the list of a course's students, and complete the submissions with it.

It adds the names, email addresses and ids that downloads lack, and the students who handed in
nothing. It tells what a group handed in to each of its members.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.errors import InputError, Mismatch, Remedy
from grader.model import HANDED_IN_NOTHING, Owner, Submission
from grader.submissions.find import Found, tell_apart
from grader.submissions.kinds import stem
from grader.submissions.names import letters_of
from grader.submissions.people import DECISIVE, How, Known, Match, Student, alike, name_of, said
from grader.submissions.sheet import ADVICE, Sheet
from grader.submissions.student_rows import is_test_student, merged, student_in
from grader.submissions.table import SubmissionTable
from grader.text import counted

__all__ = [
    "NOTHING",
    "Known",
    "Student",
    "read_groups",
    "read_roster",
    "read_rows",
    "student_in",
    "with_roster",
]

NOTHING = HANDED_IN_NOTHING
# How many examples of each side are shown where a roster does not fit.
_EXAMPLES = 2


def read_roster(path: Path, notices: list[str] | None = None) -> tuple[Student, ...]:
    """The students in a table whose columns have known names, each once.

    The sheets that Canvas and Moodle export can be used as they are. What people should know of
    how the table was read is added to `notices`. Raises InputError where no column names students.
    """
    sheet = Sheet.read(path)
    rows = [student for _, row in sheet.records() if (student := student_in(row))]
    if not rows:
        columns = "; ".join(filter(None, sheet.header)) or "none"
        raise InputError(
            f"{path}: names no students; it needs a column name, email, login or sid below "
            f"a row of column names, which are: {columns}; if the table is right, {ADVICE}"
        )
    found = merged(rows)
    if notices is not None:
        notices += sheet.notices
        notices += (f"{path}: {line}" for line in found.contradictions)
        if more := len(rows) - len(found.students) - len(found.contradictions):
            notices.append(f"{path}: {counted(more, 'row')} of students who had a row already")
    return found.students


def read_groups(path: Path, notices: list[str] | None = None) -> tuple[Student, ...]:
    """The students of a table with a column of groups; raises InputError where there is none."""
    students = read_roster(path, notices)
    if not any(student.groups for student in students):
        raise InputError(f"{path}: names no groups; it needs a column group, or group_name")
    return students


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table, as dictionaries by the column names; raises InputError."""
    return [row for _, row in Sheet.read(path).records()]


def with_roster(
    found: Found,
    roster: Sequence[Student],
    groups: Sequence[Student] = (),
    *,
    partial: bool = True,
) -> Found:
    """Complete the submissions with the roster's names, email addresses and ids.

    What a group handed in becomes a submission of each member; `groups` are students with the
    groups that they are in, besides those in the roster. For each student without a submission one
    is added, whose problem is "handed in nothing", or says why nobody can be sure of that.
    Submissions of people who are not in the roster are listed as passed over. Without `partial`,
    raises Mismatch where less than half of those who handed in are in the roster.
    """
    people = _People(tuple(roster), _members((*groups, *roster), roster))
    table = SubmissionTable(people.expanded(found.submissions))
    people.look_up(table)
    if not partial:
        people.check_fit()
    table.change(people.completed, people.key)
    for submission in people.without():
        table.add(submission)
    tell_apart(table)
    return replace(
        found,
        submissions=table,
        passed_over=(*found.passed_over, *people.nobodies, *people.unknown),
        notices=(*found.notices, *people.notices()),
        roster=tuple(roster),
    )


def with_groups(found: Found, groups: Sequence[Student]) -> Found:
    """Give what groups handed in to their members, where there is no roster."""
    people = _People((), _members(groups, groups))
    table = SubmissionTable(people.expanded(found.submissions))
    tell_apart(table)
    return replace(found, submissions=table)


_Groups = dict[str, tuple[Student, ...]]


def _members(groups: Iterable[Student], roster: Sequence[Student]) -> _Groups:
    """The members of each group, as the roster has them, by the letters of the group's name."""
    grouped = [student for student in groups if student.groups]
    known = Known(roster if grouped else ())
    members: _Groups = {}
    for student in grouped:
        member = student if student in known else known.find(student.owner) or student
        for group in student.groups:
            others = members.get(letters_of(group), ())
            members[letters_of(group)] = tuple(dict.fromkeys((*others, member)))
    return members


@dataclass(slots=True)
class _People:
    """The people of a class, as they are found in the roster.

    `matches` has for each submission, by its place in the table, the student that was found, and
    `numbers` a number for each of these students. `unknown` are lines about submissions of people
    who are not in the roster, `nobodies` about those of nobody. `unsure` are lines that say why it
    is not certain that others handed in nothing, and `why` is the first in the words of a reason.
    `doubtful` has the reasons of single students.
    """

    roster: tuple[Student, ...]
    groups: _Groups
    known: Known = field(init=False)
    matches: dict[tuple[str, str, str], Match] = field(default_factory=dict)
    numbers: dict[Student, int] = field(default_factory=dict)
    found: dict[str, None] = field(default_factory=dict)
    strangers: dict[str, None] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    nobodies: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    why: str = ""
    doubtful: dict[Student, str] = field(default_factory=dict)
    ways: dict[How, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = Known(self.roster)

    def expanded(self, submissions: Iterable[Submission]) -> Iterator[Submission]:
        """The submissions, those of a group once for each member, and none of the Test Student."""
        for each in submissions:
            if "canvas" in each.owner.ids and is_test_student(each.owner.name):
                self.nobodies.append(f"{each.source}: is of Canvas' Test Student, who is nobody")
                continue
            members = self._group(each.owner)
            yield from (replace(each, owner=_member(each.owner, one)) for one in members)
            if not members:
                yield each

    def look_up(self, table: SubmissionTable) -> None:
        """Find the student of each submission; those who fit by a part of the name come last."""
        late: list[Submission] = []
        for each in table:
            match = self.known.match(each.owner, stem(each.path))
            if match.weak:
                late.append(each)
            else:
                self._take(each, match)
        taken = set(self.numbers)
        for each in late:
            match = self.known.match(each.owner, stem(each.path))
            free = match.student and match.student not in taken
            self._take(each, match if free else Match())

    def check_fit(self) -> None:
        """Raise Mismatch where less than half of those who handed in are in the roster."""
        compared = len(self.found) + len(self.strangers)
        if 2 * len(self.found) >= compared:
            return
        ours = "; ".join(list(self.strangers)[:_EXAMPLES])
        theirs = "; ".join(str(each) for each in self.roster[:_EXAMPLES])
        raise Mismatch(
            f"the roster does not fit what was handed in: of {counted(compared, 'student')} who "
            f"handed in, {len(self.found)} are in it; nothing was graded. Compared were, of what "
            f"was handed in: {ours}; of the roster: {theirs}",
            Remedy.ROSTER_PARTIAL,
        )

    def completed(self, submission: Submission) -> Submission:
        """The submission with what the roster says of its student."""
        match = self.matches.get(_key(submission))
        student = match.student if match else None
        if student is None:
            return submission
        return replace(submission, owner=_completed(submission.owner, student))

    def key(self, submission: Submission) -> str:
        """A key that everything of one student has; empty where the roster does not know whose."""
        match = self.matches.get(_key(submission))
        return f"student {self.numbers[match.student]}" if match and match.student else ""

    def without(self) -> Iterator[Submission]:
        """A submission that says so for each student of whom nothing was found."""
        for student in self.roster:
            if student not in self.numbers:
                yield _nothing(student, self.doubtful.get(student) or self.why)

    def notices(self) -> Iterator[str]:
        """What people should know of how the students were found."""
        yield from self.unsure
        for how, examples in self.ways.items():
            yield f"{counted(len(examples), 'student')}: {how.value}, such as {examples[0]}"

    def _group(self, owner: Owner) -> tuple[Student, ...]:
        """The members of the group whose submission it is; none if it is a student's own."""
        members = self.groups.get(letters_of(owner.name), ()) if owner.name else ()
        if not members:
            return ()
        student = self.known.find(owner)
        own = student is not None and student.named and alike(student, owner.name)
        return () if own else members

    def _take(self, submission: Submission, match: Match) -> None:
        owner, shown = submission.owner, said(submission.owner, stem(submission.path))
        self.matches[_key(submission)] = match
        if match.student is None:
            self._stranger(submission, match, shown)
            return
        student = match.student
        self.found[shown] = None
        self.numbers.setdefault(student, len(self.numbers))
        if match.how is not How.SURE:
            self.ways.setdefault(match.how, []).append(f"{shown} and {student}")
        if not alike(student, name_of(owner)):
            self._doubt(
                f"{submission.source}: {owner.name!r} has nothing in common with {student}, whose "
                "number it has; if groups handed in, name a table of the groups, since without it "
                "nobody of this class is known to have handed in nothing",
                f"perhaps they are in a group, such as {owner.name}, whose members nobody knows",
            )

    def _stranger(self, submission: Submission, match: Match, shown: str) -> None:
        source, student = submission.source, submission.student
        if match.candidates:
            self.found[shown] = None
            several = "; ".join(map(str, match.candidates))
            self.unknown.append(f"{source}: {student} may be each of several: {several}")
            for each in match.candidates:
                self.doubtful[each] = f"perhaps {source} is theirs; others fit as well"
            return
        self.strangers[shown] = None
        self.unknown.append(f"{source}: its student, {student}, is not in the roster")
        if not self.known.rules_out(submission.owner):
            self._doubt(
                f"{source}: {shown} is not in the roster, and may be somebody of whom nothing "
                "was found; nobody of this class is known to have handed in nothing",
                f"perhaps {source} is theirs, whose student is not in the roster",
            )

    def _doubt(self, line: str, reason: str) -> None:
        self.unsure.append(line)
        self.why = self.why or reason


def _key(submission: Submission) -> tuple[str, str, str]:
    return submission.file, submission.owner.name, submission.person


def _member(owner: Owner, student: Student) -> Owner:
    """The owner of what a group handed in, for one member of it."""
    ids = {kind: each for kind, each in owner.ids.items() if kind not in DECISIVE}
    own = replace(
        student.owner, late=owner.late, submitted_at=owner.submitted_at, attempt=owner.attempt
    )
    thing = f"{owner.attempts_of}/{student}" if owner.attempts_of else ""
    return replace(own, name=student.name, ids={**ids, **own.ids}, attempts_of=thing)


def _completed(owner: Owner, student: Student) -> Owner:
    """The owner with what the roster says; a name that contradicts the roster's stays."""
    more = {kind: each for kind, each in student.ids if kind not in owner.ids}
    named = student.named and alike(student, name_of(owner))
    return replace(
        owner,
        name=student.name if named else owner.name or student.name,
        ids={**owner.ids, **more},
        email=owner.email or student.email,
        submitted_at=owner.submitted_at or student.submitted_at,
        section=student.section,
    )


def _nothing(student: Student, doubt: str) -> Submission:
    owner = Owner(student.name, dict(student.ids), email=student.email, section=student.section)
    problem = f"nothing was found under this name, but {doubt}" if doubt else NOTHING
    return Submission(student.name, "", "", problem, owner)
