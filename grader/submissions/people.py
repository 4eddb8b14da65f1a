"""Who is who: the one place where people of submissions, rosters, sheets and groups are compared.

A number or an id decides where both sides have it. Otherwise names do, without regard to case, the
order of words, accents and the ways to write them, as long as only one student fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from grader.model import Owner
from grader.submissions.headings import ID
from grader.submissions.names import is_part, letters_of, may_be_same, name_keys, words_of

# Kinds of ids of which a student has only one. Logins may differ between platforms.
DECISIVE = ("canvas", "moodle", "sid")
_EXPONENT = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Student:
    """A row of the roster.

    `ids` are pairs of a kind and an id, such as ("canvas", "12345"). `submitted_at` is the time of
    submission as the file writes it; empty if it has none. `groups` are the names of the groups
    that the student belongs to.
    """

    name: str
    email: str
    ids: tuple[tuple[str, str], ...]
    submitted_at: str = ""
    groups: tuple[str, ...] = ()
    section: str = ""

    @property
    def named(self) -> bool:
        """Whether the name is one, and not an email address or id where there is no name."""
        return bool(letters_of(self.name)) and self.name not in (
            self.email,
            *dict(self.ids).values(),
        )

    @property
    def owner(self) -> Owner:
        name = self.name if self.named else ""
        return Owner(name, dict(self.ids), email=self.email, section=self.section)

    def __str__(self) -> str:
        return said(self.owner, self.name)


class How(Enum):
    """By what a student was found, where people should know: the words for it."""

    SURE = ""
    ZEROS = "ids that differ by leading zeros or by case are taken for the same"
    CASE = "logins that differ by capital letters are taken for the same"
    PART = "a name of which only some words are the same is taken for the only one that fits"
    ADDRESS = "the beginning of an email address is taken for the login"


@dataclass(frozen=True, slots=True)
class Match:
    """The student found, and how; `candidates` are the students of whom each might be meant.

    A `weak` match holds only as long as no other submission fits the student better.
    """

    student: Student | None = None
    how: How = How.SURE
    candidates: tuple[Student, ...] = ()

    @property
    def weak(self) -> bool:
        return self.how in (How.PART, How.ADDRESS)


Key = tuple[str, str]


class Known:
    """An index of students by their ids, email addresses and names."""

    def __init__(self, students: Iterable[Student]) -> None:
        self._all = dict.fromkeys(students)
        self.students = tuple(self._all)
        self._indexes = [(tier, _index(self.students, tier.of_student)) for tier in _TIERS]
        self._numbers = {each for student in self.students for each in _loose_ids(student.ids)}
        self._kinds = {kind for kind, _ in self._numbers}
        self._by_word: dict[str, list[int]] = {}
        for place, student in enumerate(self.students):
            for word in set(_of(student)):
                self._by_word.setdefault(word, []).append(place)

    def __contains__(self, student: Student) -> bool:
        return student in self._all

    def find(self, owner: Owner, name: str = "") -> Student | None:
        """The student whom the owner of a submission is; None if nobody fits.

        `name` is used where the layout gives no name. A student whose number on a platform differs
        from the owner's is somebody else, even if the names are the same.
        """
        return self.match(owner, name).student

    def match(self, owner: Owner, name: str = "") -> Match:
        """The same, with how the student was found, and whether there are several."""
        owner = replace(owner, name=owner.name or name)
        for tier, index in self._indexes:
            found = _listed(index, tier.of_owner(owner))
            fitting = [each for each in found if tier.fits(each, owner)]
            if len(fitting) > 1:
                fitting = [each for each in fitting if alike(each, name_of(owner))] or fitting
            if len(fitting) == 1:
                return Match(fitting[0], _how(tier, fitting[0], owner))
            if fitting:
                return Match(candidates=tuple(fitting))
        return self._by_part(owner)

    def rules_out(self, owner: Owner) -> bool:
        """Whether a number says that the owner is none of these students, and no group of theirs.

        A number that is one of theirs but for zeros, under another name, does not say that.
        """
        numbers = list(_loose_ids(owner.ids.items()))
        compared = [number for number in numbers if number[0] in self._kinds]
        return (
            bool(compared)
            and not any(number in self._numbers for number in numbers)
            and not _maybe_group(owner)
        )

    def _by_part(self, owner: Owner) -> Match:
        """The only student with whose name the owner's has at least two words in common."""
        words = words_of(owner.name)
        lists = [self._by_word.get(each, []) for each in set(words)]
        common = Counter(place for each in lists for place in each)
        several = (self.students[place] for place, count in common.items() if count > 1)
        fitting = [
            student
            for student in several
            if not contradict(student, owner) and is_part(words, _of(student))
        ]
        if len(fitting) == 1:
            return Match(fitting[0], How.PART)
        return Match(candidates=tuple(fitting))


@dataclass(frozen=True, slots=True)
class _Tier:
    """A way to recognize people: the keys of a student, and those of an owner.

    With `named`, the names must not contradict; else only the ids must not.
    """

    of_student: Callable[[Student], Iterator[Key]]
    of_owner: Callable[[Owner], Iterator[Key]]
    how: How = How.SURE
    named: bool = False

    def fits(self, student: Student, owner: Owner) -> bool:
        if contradict(student, owner):
            return False
        return not self.named or alike(student, name_of(owner))


def name_of(owner: Owner) -> str:
    """The owner's name; empty where it is only an email address or an id."""
    return "" if owner.name in (owner.email, *owner.ids.values()) else owner.name


def contradict(student: Student, owner: Owner) -> bool:
    """Whether the ids say that the owner is somebody else.

    Where groups hand in, Moodle's downloads have the group's name and number, which may be a
    student's number too; then the names have nothing in common.
    """
    theirs = dict(student.ids)
    for kind, each in owner.ids.items():
        if kind in DECISIVE and kind in theirs and id_key(theirs[kind]) != id_key(each):
            return True
    return "moodle" in owner.ids and not alike(student, name_of(owner))


def alike(student: Student, name: str) -> bool:
    """Whether a name may be this student's: it has something in common, or cannot be compared.

    Names cannot be compared where one of them is missing, lost its letters ("???"), or is in
    another script.
    """
    return not student.named or may_be_same(student.name, name)


def _maybe_group(owner: Owner) -> bool:
    """Whether the name may be a group's. Moodle's groups have numbers of their own."""
    grouplike = re.search(r"\d|gr[ou]+p|team|[ée]quip|partner", owner.name, re.IGNORECASE)
    return "moodle" in owner.ids or bool(grouplike)


def said(owner: Owner, name: str = "") -> str:
    """Somebody for a sentence, with what they are compared by: 'Ann Lee' (canvas 12)."""
    marks = [f"{kind} {each}" for kind, each in owner.ids.items() if each != owner.name]
    marks += [owner.email] if owner.email and owner.email != owner.name else []
    return f"{owner.name or name!r}" + (f" ({', '.join(marks)})" if marks else "")


def plain_id(text: str) -> str:
    """An id without what spreadsheets do to it: 1001.0 and 1.001E+03 are 1001.

    Empty where a spreadsheet has cut off digits, as in 1.00123E+11.
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lstrip("'").replace("\u200b", "")
    if match := re.fullmatch(r"(\d+)[.,]0+", text):
        return match[1]
    if match := _EXPONENT.fullmatch(text):
        decimals, zeros = match[2] or "", int(match[3])
        return match[1] + decimals if zeros == len(decimals) else ""
    return text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+", text) else text


def id_key(text: str) -> str:
    """What is the same for ids that differ by leading zeros, case, or the form of a spreadsheet."""
    return plain_id(text).casefold().lstrip("0") or "0"


def _index(
    students: Iterable[Student], keys: Callable[[Student], Iterator[Key]]
) -> dict[Key, list[Student]]:
    index: dict[Key, list[Student]] = {}
    for student in students:
        for key in dict.fromkeys(keys(student)):
            index.setdefault(key, []).append(student)
    return index


def _listed(index: Mapping[Key, list[Student]], keys: Iterable[Key]) -> list[Student]:
    return list(dict.fromkeys(student for key in keys for student in index.get(key, ())))


def _exact_ids(ids: Iterable[Key]) -> Iterator[Key]:
    return ((kind, each) for kind, each in ids if kind in DECISIVE)


def _loose_ids(ids: Iterable[Key]) -> Iterator[Key]:
    """The ids in one form; one of unknown kind may be any."""
    for kind, each in ids:
        for may_be in DECISIVE if kind == ID else (kind,):
            if may_be in DECISIVE:
                yield may_be, id_key(each)


def _texts(owner: Owner) -> Iterator[str]:
    """What a student may be called instead of by a name: a login, an id, an email address."""
    yield from filter(None, (owner.ids.get("login", ""), owner.name, owner.email))


def _of_texts(student: Student) -> Iterator[str]:
    yield from (each for _, each in student.ids)
    if student.email:
        yield student.email


def _cased(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _address_keys(student: Student) -> Iterator[Key]:
    for each in (student.email, dict(student.ids).get("login", "")):
        if "@" in each and len(local := _cased(each).partition("@")[0]) > 2:
            yield "", local


def _named_keys(level: int) -> Callable[[Student], Iterator[Key]]:
    return lambda student: name_keys(student.name, level) if student.named else iter(())


def _owner_name_keys(level: int) -> Callable[[Owner], Iterator[Key]]:
    def keys(owner: Owner) -> Iterator[Key]:
        yield from name_keys(owner.name, level)
        yield from name_keys(owner.ids.get("login", ""), level)

    return keys


# The surest first. What fits several students in one of them is not looked for in the next.
_TIERS = (
    _Tier(lambda student: _exact_ids(student.ids), lambda owner: _exact_ids(owner.ids.items())),
    _Tier(
        lambda student: iter([("", _cased(student.email))] if student.email else []),
        lambda owner: iter([("", _cased(owner.email))] if owner.email else []),
    ),
    _Tier(
        lambda student: _loose_ids(student.ids),
        lambda owner: _loose_ids(owner.ids.items()),
        How.ZEROS,
        named=True,
    ),
    _Tier(
        lambda student: (("", each) for each in _of_texts(student)),
        lambda owner: (("", each) for each in _texts(owner)),
    ),
    _Tier(
        lambda student: (("", _cased(each)) for each in _of_texts(student)),
        lambda owner: (("", _cased(each)) for each in _texts(owner)),
        How.CASE,
    ),
    _Tier(
        lambda student: (("", id_key(each)) for kind, each in student.ids if kind != "login"),
        lambda owner: (("", id_key(each)) for each in _texts(owner) if each.isdigit()),
        How.ZEROS,
    ),
    _Tier(_named_keys(0), _owner_name_keys(0)),
    _Tier(_named_keys(1), _owner_name_keys(1)),
    _Tier(
        _address_keys,
        lambda owner: (("", _cased(each)) for each in _texts(owner) if "@" not in each),
        How.ADDRESS,
    ),
)


def _how(tier: _Tier, student: Student, owner: Owner) -> How:
    """How the student was found; sure where something is the same to the letter.

    It is to be said where an id of both is the same only but for zeros or case, whatever decided.
    """
    theirs = dict(student.ids)
    both = theirs.keys() & owner.ids.keys() & set(DECISIVE)
    if any(theirs[kind] != owner.ids[kind] for kind in both):
        return How.ZEROS
    same = {student.email, *theirs.values()} & {owner.name, owner.email, *owner.ids.values()}
    return How.SURE if same - {""} and tier.how in (How.ZEROS, How.CASE) else tier.how


def _of(student: Student) -> tuple[str, ...]:
    return words_of(student.name) if student.named else ()
