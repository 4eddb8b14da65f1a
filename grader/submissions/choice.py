"""Choose among several notebooks that one student handed in.

A notebook without any of the exercises' functions does not count where another one has some, nor
does one in which nothing is filled in where another one has an answer. Which of several with
answers counts is not guessed: all are graded and flagged, unless the names of those that count are
given.
"""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from grader.assignments.kinds import kind_of
from grader.assignments.records import Assignment
from grader.assignments.untouched import template_of
from grader.errors import SubmissionError
from grader.model import Submission
from grader.notebooks.parsing import parsed_once
from grader.notebooks.read import Notebook, notebook_bytes, parse_notebook
from grader.submissions.find import Found, tell_apart

# Up to this size a notebook is parsed; in a larger one, functions are searched in the bytes. It is
# large because it printed a lot, and parsed it would take several times as much memory.
MOST_PARSED = 5_000_000
ONE_OF_SEVERAL = re.compile(r"one of \d+ notebooks of this student")


def one_of_several(number: int) -> str:
    """The flag of each of a student's notebooks, where there are several."""
    return f"one of {number} notebooks of this student"


def choose(found: Found, assignments: Sequence[Assignment], named: str = "") -> Found:
    """Drop notebooks that do not count, list them, and flag those of which only one can.

    `named` is a pattern such as `*part2*`: of a student's several notebooks, those count whose file
    names or paths it fits; where it fits none, it is not applied.
    """
    table = found.submissions
    known = [_Functions.of(each) for each in assignments]
    dropped: list[str] = []
    flags: dict[int, str] = {}
    for group in table.of_one_person():
        kept = dict(_fitting(group, named)) if named else dict(group)
        for place, each in group:
            if place not in kept:
                dropped.append(f"{each.source}: another notebook of the same student was chosen")
        belongs = {place: _belonging(each, known) for place, each in kept.items()}
        if known and any(belongs.values()):
            better = next(kept[place] for place, name in belongs.items() if name)
            for place in [place for place, name in belongs.items() if not name]:
                dropped.append(
                    f"{kept.pop(place).source}: has none of the functions, and {better.source} of "
                    "the same student has some"
                )
        for place, answered in _unanswered(kept, belongs, known).items():
            dropped.append(
                f"{kept.pop(place).source}: has nothing filled in, and {answered.source} of the "
                "same student has an answer"
            )
        table.drop({place for place, _ in group} - kept.keys())
        flags.update(dict.fromkeys(kept, ""))
        flags.update(_flags(kept, belongs))
    table.flag(flags, ONE_OF_SEVERAL)
    if dropped:
        tell_apart(table)
    return replace(found, passed_over=(*found.passed_over, *dropped))


def _fitting(
    group: Sequence[tuple[int, Submission]], pattern: str
) -> Sequence[tuple[int, Submission]]:
    fitting = [
        (place, each)
        for place, each in group
        if fnmatch.fnmatch(PurePath(each.source).name, pattern)
        or fnmatch.fnmatch(each.source, pattern)
    ]
    return fitting or group


def _flags(kept: dict[int, Submission], belongs: dict[int, str]) -> Iterator[tuple[int, str]]:
    """A flag for each notebook of which there are several of the same assignment.

    Of attempts at the same thing, only the last counts, with all its notebooks.
    """
    last: dict[str, int] = defaultdict(int)
    for each in kept.values():
        last[each.owner.attempts_of] = max(last[each.owner.attempts_of], each.owner.attempt)
    of_one: dict[str, list[int]] = defaultdict(list)
    for place, each in kept.items():
        if not each.owner.attempts_of or each.owner.attempt == last[each.owner.attempts_of]:
            of_one[belongs[place]].append(place)
    for places in of_one.values():
        if len(places) > 1:
            for place in places:
                yield place, one_of_several(len(places))


def _unanswered(
    kept: dict[int, Submission], belongs: dict[int, str], known: Sequence[_Functions]
) -> dict[int, Submission]:
    """The places of notebooks in which nothing is filled in, where another has an answer.

    Each has one of the others, which is of the same assignment.
    """
    found: dict[int, Submission] = {}
    for functions in known:
        of_it = {place: kept[place] for place in kept if belongs[place] == functions.name}
        if len(of_it) < 2:
            continue
        answered = {place for place, each in of_it.items() if _has_answer(each, functions)}
        if answered:
            found |= {place: of_it[min(answered)] for place in of_it.keys() - answered}
    return found


def _has_answer(submission: Submission, functions: _Functions) -> bool:
    """Whether something else than the stubs that students were given is there of the functions."""
    content = notebook_bytes(submission.path)
    if len(content) > MOST_PARSED:
        return True  # somebody ran it, and printed much
    notebook, template = parse_notebook(content), template_of(functions.assignment)
    with parsed_once() as parsed:
        parsed.known = template.parsed
        for exercise in functions.assignment.exercises:
            kind = kind_of(exercise)
            cells = kind.cells(exercise, notebook, template)
            if len(kind.untouched(exercise, cells, template)) < len(cells):
                return True
    return functions.are_assigned(notebook)


@dataclass(frozen=True, slots=True)
class _Functions:
    """The functions and variables of an assignment: a pattern for cells, and one for JSON."""

    assignment: Assignment
    in_cells: re.Pattern[str]
    in_json: re.Pattern[bytes]

    @property
    def name(self) -> str:
        return self.assignment.name

    @classmethod
    def of(cls, assignment: Assignment) -> _Functions:
        one, variable = _one_of(assignment, "function"), _one_of(assignment, "variable")
        # Each repeated part is delimited on both sides, so that the search takes linear time.
        defined = rf"(?:async[ \t]+)?def[ \t]+(?P<name>{one})[ \t]*\("
        assigned = rf"(?P<assigned>{one})[ \t]*=(?!=)"
        value = rf"(?P<value>{variable})[ \t]*=(?!=)"
        return cls(
            assignment,
            re.compile(rf"^[ \t]*(?:{defined}|{assigned}|{value})", re.MULTILINE),
            re.compile(rf'(?:"|\\n)(?:[ ]|\\t)*(?:{defined}|{value})'.encode()),
        )

    def found_in(self, notebook: Notebook) -> Iterator[re.Match[str]]:
        """Each place where one is defined, or its name is assigned something."""
        return self.in_cells.finditer("\n".join(cell.source for cell in notebook.cells))

    def are_assigned(self, notebook: Notebook) -> bool:
        return any(found["assigned"] for found in self.found_in(notebook))


def _one_of(assignment: Assignment, noun: str) -> str:
    """A pattern for the names of exercises that are this in a notebook."""
    exercises = [each for each in assignment.exercises if kind_of(each).noun == noun]
    names = {re.escape(name) for each in exercises for name in each.names}
    return "|".join(sorted(names, key=len, reverse=True)) or "(?!)"


def _belonging(submission: Submission, known: Sequence[_Functions]) -> str:
    """The name of the assignment of which a notebook has the most functions; empty for none."""
    if submission.problem or not known:
        return ""
    try:
        content = notebook_bytes(submission.path)
        counts = _counts(content, known)
    except SubmissionError:
        return ""
    # An assignment may contain all of another one's exercises.
    most = max(known, key=lambda each: (counts[each.name], -len(each.assignment.exercises))).name
    return most if counts[most] else ""


def _counts(content: bytes, known: Sequence[_Functions]) -> dict[str, int]:
    if len(content) > MOST_PARSED:
        return {
            each.name: len(
                {found["name"] or found["value"] for found in each.in_json.finditer(content)}
            )
            for each in known
        }
    notebook = parse_notebook(content)
    counts = {
        each.name: len({next(filter(None, found.groups())) for found in each.found_in(notebook)})
        for each in known
    }
    # The assignment that a notebook names is the one that it belongs to, if it has any of it.
    if counts.get(notebook.assignment):
        counts[notebook.assignment] += sum(counts.values())
    return counts
