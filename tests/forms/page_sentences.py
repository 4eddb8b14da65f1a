"""Hold every sentence of a wrong form's page against a measurement.

What variants say is measured in `tests/solutions`, what is said of the first step that differs and
of pictures in `tests/grading/tracing` and `tests/report`. Here it is what is said of cases and
points: the form and the reference are called on each case, and what a message states must be so. A
sentence of a kind that nobody knows is a fault, too.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np

from grader.assignments.load import load_assignment
from grader.assignments.modules import importable
from grader.assignments.records import Case, Exercise
from grader.assignments.reference import reference
from grader.model import ExerciseResult, Owner, Result, Status, Visibility
from grader.report import write_report
from grader.report.next_steps import next_step
from grader.report.words import CASES, VERDICTS
from tests.report.test_report import run

ROOT = Path(__file__).parents[2]
ASSIGNMENT = load_assignment(ROOT, "optimization_methods")
BLOCKS = re.compile(
    "p|li|t[dhr]|h[1-4]|summary|d[dt]|figcaption|div|details|section|article|header|main|[uo]l"
    "|table|footer"
)
PASSED_OVER = re.compile("script|style|pre|svg|nav|title|math")

# What a page says of any answer: headings, the meaning of words, where the page comes from.
WORDS = {
    text for each in (*VERDICTS.values(), *CASES.values()) for text in (each.word, each.meaning)
}
ALWAYS = re.compile(
    r"Skip to the content|Numbers|The code|What the words mean|public|hidden|What to look at next"
    r"|What does not work yet|What it does, in pictures|The first step that differs"
    r"|a case that students (?:have on their own machine|do not have; its values are not shown)\."
    r"|Optimization methods|ada|Notebook: form\.ipynb\. Run on .*|Made by fairgrade .*"
    r"|X|Y|Yours|The reference's|In a (?:bowl|curved valley)|mini-batch \d+|in no mini-batch|\d+"
    r"|Twenty columns in mini-batches of eight|What the notebook printed there"
)
# What is said of pictures and of the first step, which other tests measure.
ELSEWHERE = re.compile(
    r"(?:Your path|To the eye,|You make|Your function|In step \d+, your function) .*"
    r'|On the public case ".*|As it should be: .*'
)
PLACE = r"(?P<place>[\w.\[\]\"', ]+?)"


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._text: list[str] = []
        self._skipped = 0

    def end_block(self) -> None:
        text = " ".join("".join(self._text).split())
        self._text = []
        if text:
            self.found.append(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._skipped += bool(PASSED_OVER.fullmatch(tag))
        if tag == "math":
            self._text.append(dict(attrs).get("aria-label") or dict(attrs).get("alttext") or "")
        if BLOCKS.fullmatch(tag):
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= bool(PASSED_OVER.fullmatch(tag))
        if BLOCKS.fullmatch(tag):
            self.end_block()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._text.append(data)


def texts_of_page(result: ExerciseResult, folder: Path) -> list[str]:
    """The texts of the page of a student who has this answer, block by block."""
    student = Result(
        "ada",
        "form.ipynb",
        Status.GRADED,
        result.score,
        100,
        exercises=(result,),
        owner=Owner("ada"),
    )
    folder.mkdir()
    write_report(run(student), ASSIGNMENT, folder)
    (page,) = folder.glob("students/*.html")
    parser = _Texts()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.found


def untrue(result: ExerciseResult, source: str, folder: Path) -> Iterator[str]:
    """Yield each text of the page that is not so, or of which nobody knows whether it is."""
    exercise = ASSIGNMENT.exercise(result.name)
    about_cases = _About(exercise, result, source)
    told = {
        text for each in exercise.variants for text in (each.title, each.explanation, each.beside)
    }
    known = {" ".join(text.split()) for text in told} | {mark.words for mark in result.marks}
    known |= {exercise.title, f"{exercise.title}: {next_step(result)}", *WORDS}
    for text in texts_of_page(result, folder):
        # The name is followed by what is asked, as the author wrote it.
        about = text.startswith(f"{exercise.name} \N{EN DASH}")
        if text in known or about or ELSEWHERE.fullmatch(text):
            continue
        if not about_cases.holds(text) and not ALWAYS.fullmatch(text):
            yield text


class _About:
    """What is said of an exercise's cases, and whether it is so."""

    def __init__(self, exercise: Exercise, result: ExerciseResult, source: str) -> None:
        self.exercise, self.result, self.source = exercise, result, source
        self.passed = [case for case in result.cases if case.passed]
        self.titles = {" ".join(case.title.split()).rstrip("."): case for case in result.cases}
        self.messages = {
            " ".join(line.split()): (case, found.visibility is Visibility.PUBLIC)
            for found in result.cases
            if found.passed is False
            for case in exercise.cases
            if case.name == found.name
            for line in (found.message, *found.message.split("\n"))
        }

    def holds(self, text: str) -> bool:
        if found := re.fullmatch(r"(?:Cases: )?(\d+) of (\d+) (?:cases pass|passed)(.*)", text):
            counts = (len(self.passed), len(self.result.cases))
            earned = re.fullmatch(r", which earns (\d+)% of the points", found[3])
            share = round(100 * (self.result.score or 0) / self.result.max_score)
            right = earned[1] == str(share) if earned else not found[3]
            return right and (int(found[1]), int(found[2])) == counts
        if found := re.search(r"([\d.]+) of (\d+) points", text):
            return float(found[1]) == self.result.score
        if found := re.fullmatch(r"This explains what is wrong in: (.*)", text):
            diagnoses = (self.result.diagnosis, *self.result.also)
            return found[1] in [", ".join(each.parts) for each in diagnoses if each]
        if found := re.fullmatch(r"(Passed|The same in): (.*)", text):
            return self._are_alike(found[1], found[2].split("; "))
        if found := re.fullmatch(r"(\d+) lines of (docstring|given code)", text):
            return int(found[1]) < len(self.source.split("\n"))
        if text in self.messages:
            case, public = self.messages[text]
            return _is_so(text, case, self.exercise, self.source, public)
        title = re.sub(r"\.? (public|hidden) \w+$", "", text).rstrip(".")
        return title in self.titles

    def _are_alike(self, what: str, titles: list[str]) -> bool:
        if titles[-1].startswith("… and"):
            titles.pop()
        # A title may have a semicolon of its own.
        cases = [each for title, each in self.titles.items() if title in "; ".join(titles)]
        if what == "Passed":
            return bool(cases) and all(case.passed for case in cases)
        return bool(cases) and len({case.message for case in cases}) == 1


def _called(function: Callable[..., Any], case: Case) -> Any:
    inputs = case.arguments()
    with np.errstate(all="ignore"):
        try:
            return function(*inputs.args, **inputs.kwargs)
        except Exception as error:
            return error


def _is_so(text: str, case: Case, exercise: Exercise, source: str, public: bool) -> bool:
    """Whether what the message states is so of the form's function on the case."""
    namespace: dict[str, Any] = {"math": math, "np": np}
    with importable(ASSIGNMENT.folder):
        for cell in source.split("# %%\n"):
            exec(cell, namespace)  # ours, unlike a student's: it may run in this process
        actual = _called(namespace[exercise.name], case)
    expected = _called(reference(ASSIGNMENT)[exercise.name], case)
    if text.startswith("raises "):
        return _raises(text, actual, source)
    if isinstance(actual, Exception):
        return True  # a line that explains it, which tests/grading/test_error_hints.py holds
    if found := re.match(
        r"the function returns (a dict|\d+ values|another number of values)", text
    ):
        many = len(actual) if isinstance(actual, (tuple, list)) else 1
        return {"a dict": isinstance(actual, dict)}.get(
            found[1], many != len(exercise.returns.names)
        )
    right, mine = _named(exercise, expected), _named(exercise, actual)
    if found := re.match(
        r"All items of (\w+) but the last are right; the last one is not\. ", text
    ):
        pairs = list(zip(right[found[1]], mine[found[1]], strict=True))
        so = [_alike(one, other) for one, other in pairs]
        return (
            so[:-1] == [True] * (len(so) - 1)
            and not so[-1]
            and _of_place(text[found.end() :], right, mine)
        )
    if found := re.match(r"([\w ,]+) (?:is|are) right, ([\w ,]+) (?:is|are) not\. ", text):
        parts = [re.split(", | and ", found[number]) for number in (1, 2)]
        hold = [
            [_alike(_part(each, right), _part(each, mine)) for each in names] for names in parts
        ]
        return all(hold[0]) and not any(hold[1]) and _of_place(text[found.end() :], right, mine)
    return _of_place(text, right, mine)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(_alike(*pair) for pair in pairs)
    return other is not None and np.shape(one) == np.shape(other) and np.allclose(one, other)


def _part(name: str, values: dict[str, Any]) -> list[Any]:
    """The arrays of `W of v`, the values of v for weights, or of `W`, the weights themselves."""
    letter, _, of = name.partition(" of ")
    inside: dict[str, Any] = values[of or "parameters"]
    return [value for key, value in inside.items() if key.removeprefix("d").startswith(letter)]


def _raises(text: str, actual: Any, source: str) -> bool:
    kind = text.split()[1].rstrip(":")
    line = re.search(r"\(line (\d+) of the cell: (.*?)\)(?: |$)", text)
    cells = [cell.strip("\n").split("\n") for cell in source.split("# %%\n")]
    lines = [cell[int(line[1]) - 1] for cell in cells if line and int(line[1]) <= len(cell)]
    stands = not line or any(" ".join(each.split()).startswith(line[2][:20]) for each in lines)
    return type(actual).__name__ == kind and stands


def _named(exercise: Exercise, value: Any) -> dict[str, Any]:
    """The returned values, and their items by their keys, by what a message calls them."""
    names = exercise.returns.names + exercise.returns.also
    several = isinstance(value, (tuple, list)) and len(exercise.returns.names) > 1
    values = dict(zip(names, value if several else [value], strict=False))
    dicts = [each for each in values.values() if isinstance(each, dict)]
    often = Counter(key for each in dicts for key in each)
    alone = {key: found for each in dicts for key, found in each.items() if often[key] == 1}
    return {**alone, **values}


def _of_place(text: str, expected: dict[str, Any], actual: dict[str, Any]) -> bool:
    found = re.match(rf"{PLACE} (?=is|has|holds|differs)(?P<what>.*)", text)
    if found is None:
        return False
    what = found["what"]
    mine, right = _value(found["place"], actual), _value(found["place"], expected)
    if key := re.match(r"has no key \"(\w+)\"", what):
        return key[1] not in mine and key[1] in right
    if what == "has a key that is not expected":
        return bool(mine.keys() - right.keys())
    if items := re.match(
        r"has (?:(\d+) items where (\d+) are expected|too (few|many) items)", what
    ):
        if items[1]:
            return (len(mine), len(right)) == (int(items[1]), int(items[2]))
        return (len(mine) < len(right)) is (items[3] == "few")
    if what.startswith(("has another shape", "has shape")):
        shapes = re.findall(r"\(.*?\)", what)
        stated = [str(np.shape(mine)), str(np.shape(right))]
        return np.shape(mine) != np.shape(right) and (not shapes or shapes == stated)
    if what.startswith("holds booleans where integers"):
        return (np.asarray(mine).dtype.kind, np.asarray(right).dtype.kind) == ("b", "i")
    if what.startswith("holds other values"):
        starts = [
            float(each) for each in re.findall(r"-?[\d.]+(?:e-?\d+)?", what.split("with")[-1])
        ]
        as_expected = np.allclose(np.ravel(right)[: len(starts)], starts, rtol=1e-6)
        return not np.array_equal(mine, right) and bool(as_expected)
    return _of_number(what, found["place"], mine, right, expected, actual)


def _of_number(
    what: str, place: str, mine: Any, right: Any, expected: dict[str, Any], actual: dict[str, Any]
) -> bool:
    if what == "differs from what is expected":
        return not np.array_equal(mine, right)
    if what.startswith("is nan where a number"):
        return bool(np.isnan(mine) and not np.isnan(right))
    if kinds := re.match(r"is (None|an integer) where (a dict|an array) is expected", what):
        is_so = {"None": mine is None, "an integer": isinstance(mine, int)}[kinds[1]]
        return is_so and isinstance(right, dict if kinds[2] == "a dict" else np.ndarray)
    numbers = re.match(r"is (\S+) where (\S+) is expected(?:: (\S+) apart)?", what)
    if numbers is None:
        return False
    stated = [_number(text) for text in numbers.group(1, 2)]
    near = [bool(np.allclose(stated, [mine, right], rtol=1e-5, atol=1e-12, equal_nan=True))]
    if counts := re.search(r"(\d+) of (\d+) numbers differ", what):
        array = place.rsplit("[", 1)[0]
        one, other = _value(array, expected), _value(array, actual)
        near.append(np.size(other) == int(counts[2]))
        near.append(int(counts[1]) <= int(np.sum(~(np.asarray(one) == np.asarray(other)))))
    return all(near)


def _number(text: str) -> float:
    return {"True": 1.0, "False": 0.0}.get(text) or float(text.replace("False", "0"))


def _value(place: str, values: dict[str, Any]) -> Any:
    """What a place such as `v["dW1"][0, 0]` or `mini_batches[0][1]` stands for."""
    return eval(place, {}, values)
