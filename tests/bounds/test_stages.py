"""Each stage of our side has a bound, in steps, for whatever a submission contains.

A step is a call of a function (`tests.counting`). What is built into Python makes many steps in one
call; of that, time is measured where its input is doubled.
"""

from __future__ import annotations

import contextlib
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import InputError, SubmissionError, WireError
from grader.execution.outcome import Raised
from grader.grading.judging.error_hints import in_words
from grader.grading.judging.error_place import loop_at, place
from grader.grading.judging.similar_names import nearest
from grader.grading.repair.budget import Budget, OutOfSteps
from grader.grading.repair.edits import MAX_NODES, edits
from grader.notebooks import cells
from grader.notebooks.parsing import parsed_once
from grader.notebooks.read import parse_notebook
from grader.notebooks.stubs import is_untouched
from grader.report.highlight import highlighted
from grader.report.pairs.similarity import _functions as tokens_of
from grader.submissions.archives import unzipped
from grader.submissions.attempts import last_attempts
from grader.submissions.find import find
from grader.text import on_one_line, plain, uncomputed, visible
from grader.values import wire
from grader.values.difference import Returns, first_difference
from tests.bounds import grown
from tests.counting import calls_made, growth

INPUTS = ({"W1": 1, "W2": 2}, 3)
# Calls for each character, and for each input however short it is.
FEW, BASE = 60, 60_000
# For each file whose name is looked at, and for each folder that it is in.
CALLS_OF_A_FILE, CALLS_OF_A_FOLDER = 3_000, 600
# Characters of what is said of a difference.
LONGEST_WORDS = 1_000
# Of memory for a value: an empty set takes 216 bytes, where 5 are sent.
BYTES_OF_A_BYTE, BASE_BYTES = 100, 1_000_000
# Of the search, besides parsing: before the first edit, it goes through the function as often as it
# has kinds of edits, at most through `edits.MAX_NODES` nodes.
EDIT_STEPS, CALLS_OF_A_STEP, CALLS_OF_A_NODE = 2_000, 25, 300


def reads(content: bytes) -> None:
    with contextlib.suppress(SubmissionError):
        parse_notebook(content)


def parses(source: str) -> None:
    source = source.encode("utf-8", "replace").decode()
    with parsed_once():
        for name in ("longest", "count"):
            cells.defines(source, name)
            is_untouched(source, name, "x")
        cells.syntax_error(source)
        cells.calls(source)
        cells.statements(source)
        cells.definitions_only(source)
        cells.definitions_and_constants(source)
        cells.without_calls(source, frozenset({"model"}))
        cells.anchored(source)


def explains(kind: str, message: str, source: str) -> None:
    with parsed_once():
        where = place(source, ("longest", "count", "f"), 2, INPUTS, {})
        in_words(Raised(kind, plain(message[:2000]), 2), where)
        loop_at(source, 2)


def shows(text: str) -> None:
    highlighted(text)
    tokens_of(text[:20_000].encode("utf-8", "replace").decode())
    for of in (plain, visible, on_one_line, uncomputed):
        of(text)


# What an exercise may expect. What a function returns instead is the student's.
EXPECTED = (
    ({"W1": np.zeros((2, 3)), "b1": np.zeros((2, 1))}, 1.5),
    [["word", 3, None], {"a", "b"}],
    {"k1": {"k2": [True, 2**100]}},
    "a text",
    7,
)


def judges(answer: bytes) -> None:
    """Decode what a kernel answers, and compare it as if it were an answer to each exercise."""
    budget = wire.Budget(wire.MAX_ITEMS, 2 * wire.MAX_BYTES)
    with contextlib.suppress(WireError):
        value = wire.decode(answer, budget=budget)
        for expected in EXPECTED:
            returns = Returns(("W", "b")) if isinstance(expected, tuple) else Returns()
            found = first_difference(expected, value, None, returns, ["W1", "k1"])
            for words in (found.message, found.discreet) if found else ():
                assert len(words) < LONGEST_WORDS
    assert not budget.spent


def finds(names: Sequence[str]) -> None:
    """Find the notebooks of a zip and those of a folder that have these names."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "hw1.zip")
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                encodable = name.encode("utf-8", "replace").decode()
                if encodable.partition("\0")[0]:  # zipfile cuts a name there
                    archive.writestr(encodable, "{}")
        with contextlib.suppress(InputError), unzipped([path]) as found:
            last_attempts(find(found.paths, Path("/nowhere"), scratch=found.scratch))


def searches(source: str) -> None:
    budget = Budget(EDIT_STEPS)
    with parsed_once(), contextlib.suppress(OutOfSteps):
        for function in cells.functions(source).values():
            for edit in edits(function, source.split("\n"), budget):
                assert edit.source


KINDS = st.sampled_from(
    ["KeyError", "NameError", "TypeError", "ValueError", "IndexError", "AttributeError", "Own"]
)
STAGES: dict[str, tuple[Callable[..., None], tuple[st.SearchStrategy[object], ...]]] = {
    "read": (reads, (grown.files,)),
    "parse": (parses, (grown.cells,)),
    "explain": (explains, (KINDS, grown.texts | grown.expressions, grown.cells)),
    "show": (shows, (grown.cells,)),
    "judge": (judges, (grown.answers,)),
}


def check(stage: str, given_: tuple[object, ...]) -> None:
    work = STAGES[stage][0]
    size = sum(len(each) for each in given_ if isinstance(each, str | bytes))

    bound = FEW * size + BASE
    # What is imported by the first call that needs it is not counted.
    assert calls_made(lambda: work(*given_)) < bound or calls_made(lambda: work(*given_)) < bound


def check_search(source: str) -> None:
    most = CALLS_OF_A_STEP * EDIT_STEPS + CALLS_OF_A_NODE * MAX_NODES + FEW * len(source) + BASE
    assert calls_made(lambda: searches(source)) < most


def inputs(stage: str) -> st.SearchStrategy[tuple[object, ...]]:
    return st.tuples(*STAGES[stage][1])


QUICK = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
LONG = settings(QUICK, max_examples=300)


@pytest.mark.parametrize("stage", STAGES)
@given(data=st.data())
@QUICK
def test_steps_of_a_stage_are_bounded(stage: str, data: st.DataObject) -> None:
    check(stage, data.draw(inputs(stage)))


@given(grown.functions)
@QUICK
def test_steps_of_the_search_are_bounded(source: str) -> None:
    check_search(source)


def check_finding(names: list[str]) -> None:
    size, folders = sum(map(len, names)), sum(name.count("/") for name in names)
    most = CALLS_OF_A_FILE * len(names) + CALLS_OF_A_FOLDER * folders + FEW * size + BASE
    assert calls_made(lambda: finds(names)) < most


@given(st.lists(grown.file_names, min_size=1, max_size=8, unique=True))
@QUICK
def test_steps_of_finding_are_bounded(names: list[str]) -> None:
    check_finding(names)


def check_memory(answer: bytes) -> None:
    tracemalloc.start()
    try:
        judges(answer)
        assert tracemalloc.get_traced_memory()[1] < BYTES_OF_A_BYTE * len(answer) + BASE_BYTES
    finally:
        tracemalloc.stop()


@given(grown.answers)
@QUICK
def test_memory_of_an_answer_is_bounded_by_its_length(answer: bytes) -> None:
    check_memory(answer)


@pytest.mark.thorough
@pytest.mark.parametrize("stage", STAGES)
@given(data=st.data())
@LONG
def test_steps_of_a_stage_are_bounded_for_very_many(stage: str, data: st.DataObject) -> None:
    check(stage, data.draw(inputs(stage)))


@pytest.mark.thorough
@given(st.lists(grown.file_names, min_size=1, max_size=8, unique=True))
@LONG
def test_steps_of_finding_are_bounded_for_very_many(names: list[str]) -> None:
    check_finding(names)


@pytest.mark.thorough
@given(grown.answers)
@LONG
def test_memory_of_an_answer_is_bounded_by_its_length_for_very_many(answer: bytes) -> None:
    check_memory(answer)


@pytest.mark.thorough
@given(grown.functions)
@LONG
def test_steps_of_the_search_are_bounded_for_very_many(source: str) -> None:
    check_search(source)


# What is linear takes twice as long for twice the input, and what is quadratic four times.
MOST_GROWTH = 3.2
SPACES = " " * 20_000
GROWN: dict[str, Callable[[int], Callable[[], object]]] = {
    "statements on one line": lambda n: lambda: parses("a=1;" * n),
    "imports on one line": lambda n: lambda: parses("import a;" * n),
    "spaces": lambda n: lambda: parses(f"{SPACES[: n * 4]}#\n!"),
    "lines that are no Python": lambda n: lambda: parses("x = = 1\n" * n),
    "digits of a shape": lambda n: (
        lambda: in_words(
            Raised("ValueError", f"broadcast ({'1' * n * 100}x", None), place("", (), None, (), {})
        )
    ),
    "names": lambda n: lambda: nearest("abab" * 10, ["ab" * 20 + str(i) for i in range(n)]),
    "terminal codes": lambda n: lambda: plain("\x1b]0;" * n * 20 + "\x9b0" * n * 20),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", GROWN)
def test_twice_the_input_takes_twice_the_time(name: str) -> None:
    assert growth(GROWN[name], 1_500) < MOST_GROWTH
