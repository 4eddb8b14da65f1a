"""The reference solution: what of the master notebook is run in our process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.assignments.reference import reference
from grader.errors import AssignmentError


@pytest.mark.parametrize("name", ["optimization_methods", "adam"])
def test_the_reference_in_our_process_is_the_masters(root: Path, name: str) -> None:
    assignment = load_assignment(root, name)
    functions = reference(assignment)
    assert set(functions) == {exercise.name for exercise in assignment.exercises}
    case = assignment.exercise("initialize_adam").cases[0]
    v, s = functions["initialize_adam"](*case.arguments().args)
    assert set(v) == set(s) == {"dW1", "db1", "dW2", "db2"}


def test_the_reference_has_all_of_the_notebook_that_it_needs_and_nothing_else(course: Path) -> None:
    master = course / "solutions/words/Words.ipynb"
    written = json.loads(master.read_text())
    given = [
        "from texts import *\nfrom operator import itemgetter as item",
        "def words(text):\n    return SPLIT(text)",
        "SPLIT = str.split\nnever = [1 / 0]",
        "def longest(text):\n    never = [len(word) for word in words(text)]\n"
        "    return item(0)(words(text)) + EXAMPLE",
    ]
    cells = [dict(written["cells"][1], source=[cell]) for cell in given]
    master.write_text(json.dumps({**written, "cells": [*written["cells"], *cells]}))
    functions = reference(load_assignment(course, "words"))
    assert functions["longest"]("uno due") == "unothe cat and the dog and the bird"


def test_a_reference_that_does_not_stand_alone_is_the_authors_to_mend(course: Path) -> None:
    master = course / "solutions/words/Words.ipynb"
    written = json.loads(master.read_text())
    cell = dict(written["cells"][1], source=["def count(text, by=1 / 0):\n    return {}"])
    master.write_text(json.dumps({**written, "cells": [*written["cells"], cell]}))
    with pytest.raises(AssignmentError, match=r"Words\.ipynb: .* ZeroDivisionError: division"):
        reference(load_assignment(course, "words"))
