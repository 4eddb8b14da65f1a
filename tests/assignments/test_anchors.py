"""anchors: the cell of an exercise is found in whatever a student made of the notebook."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.assignments.anchors import Anchored, find_cell
from grader.notebooks.read import Notebook, parse_notebook
from tests.conftest import notebook

_BODY = [
    ("head", "markdown", "# Week 3"),
    ("load", "code", "data = [1, 2, 3]"),
    ("ask", "markdown", "**Question 1.** What do you see?"),
    ("why", "markdown", "*Your answer here*"),
    ("ask-2", "markdown", "**Question 2.** Print the mean."),
    ("mean", "code", "# Print the mean below.\n### START CODE HERE\npass\n### END CODE HERE"),
    ("end", "markdown", "The end."),
]


def _cell(cell_id: str, kind: str, source: str, **metadata: Any) -> dict[str, Any]:
    code: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    cell = {"cell_type": kind, "metadata": metadata, "source": source, **code}
    return {**cell, "id": cell_id} if cell_id else cell


def _cells() -> list[dict[str, Any]]:
    return [_cell(*each) for each in _BODY]


def _parsed(cells: list[dict[str, Any]]) -> Notebook:
    return parse_notebook(json.dumps({**notebook(), "nbformat_minor": 5, "cells": cells}).encode())


TEMPLATE = _parsed(_cells())


def _found(cells: list[dict[str, Any]], cell_id: str = "why", name: str = "trend") -> Anchored:
    return find_cell(cell_id, name, _parsed(cells), TEMPLATE)


def _without_ids(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in each.items() if key != "id"} for each in cells]


def _with_answer(text: str = "It grows.", cell_id: str = "why") -> list[dict[str, Any]]:
    return [{**each, "source": text} if each["id"] == cell_id else each for each in _cells()]


def test_a_cell_is_found_by_its_id_wherever_it_was_moved() -> None:
    cells = _with_answer()
    cells.append(cells.pop(3))
    found = _found(cells)
    assert (found.how, [each.source for each in found.answers]) == ("id", ["It grows."])
    assert found.cells[0].number == len(cells)


def test_colab_writes_the_id_into_the_metadata() -> None:
    cells = [
        {**each, "metadata": {"id": was["id"]}}
        for each, was in zip(_without_ids(_with_answer()), _cells(), strict=True)
    ]
    assert _found(cells).how == "id"


@pytest.mark.parametrize("named", ["trend", ["other", "trend"]])
def test_a_cell_without_its_id_is_found_by_the_exercise_in_its_metadata(named: object) -> None:
    cells = _without_ids(_with_answer())
    cells[3]["metadata"] = {"fairgrade": {"exercise": named}}
    found = _found([cells[3], *cells[:3], *cells[4:]])
    assert (found.how, [each.source for each in found.answers]) == ("metadata", ["It grows."])


@pytest.mark.parametrize("metadata", [{"fairgrade": 3}, {"fairgrade": {"exercise": {}}}, [], "x"])
def test_metadata_of_another_form_names_nothing(metadata: object) -> None:
    cells = _without_ids(_with_answer())
    cells[3]["metadata"] = metadata
    assert _found(cells).how == "place"


def test_a_cell_without_any_mark_is_found_between_those_that_are_recognised() -> None:
    found = _found(_without_ids(_with_answer()))
    assert (found.how, [each.source for each in found.answers]) == ("place", ["It grows."])


def test_neighbours_may_be_deleted_or_edited() -> None:
    cells = _without_ids(_with_answer())
    cells[2]["source"] = "Question 1, which I shortened"
    del cells[4]
    found = _found(cells)
    assert found.how == "place"
    assert "It grows." in [each.source for each in found.answers]


def test_an_answer_split_in_two_cells_is_both_of_them() -> None:
    cells = _without_ids(_with_answer("It grows,"))
    cells.insert(4, _cell("", "markdown", "and then it falls."))
    assert [each.source for each in _found(cells).answers] == ["It grows,", "and then it falls."]
    with_ids = _with_answer("It grows,")
    with_ids.insert(4, _cell("new", "markdown", "and then it falls."))
    assert [each.source for each in _found(with_ids).answers] == [
        "It grows,",
        "and then it falls.",
    ]


def test_an_answer_written_in_a_new_cell_below_the_untouched_one_is_an_answer() -> None:
    cells = _cells()
    cells.insert(4, _cell("new", "markdown", "It grows."))
    found = _found(cells)
    assert [each.source for each in found.cells] == ["*Your answer here*"]
    assert [each.source for each in found.answers] == ["It grows."]


def test_an_answer_in_another_kind_of_cell_is_an_answer() -> None:
    cells = _without_ids(_cells())
    cells[3] = _cell("", "code", "# It grows.")
    assert [each.source for each in _found(cells).answers] == ["# It grows."]


def test_of_copies_with_one_id_those_count_in_which_something_was_written() -> None:
    cells = _cells()
    cells.insert(4, _cell("why", "markdown", "It grows."))
    assert [each.source for each in _found(cells).cells] == ["It grows."]


def test_an_untouched_or_emptied_cell_has_no_answer() -> None:
    assert _found(_cells()).answers == ()
    assert _found(_without_ids(_cells())).answers == ()
    assert _found(_with_answer("*Your answer here*  \r\n\r\n")).answers == ()
    assert _found(_with_answer(" \n\t\n")).answers == ()


def test_a_cell_that_was_deleted_is_not_found() -> None:
    cells = _cells()
    del cells[3]
    assert _found(cells).how == ""
    assert _found(_without_ids(cells)).cells == ()


def test_a_notebook_with_nothing_of_the_template_has_no_place_for_the_cell() -> None:
    assert _found([_cell("", "code", "1"), _cell("", "markdown", "words")]).how == ""


def test_reordered_cells_do_not_hide_an_answer_beside_its_question() -> None:
    cells = _without_ids(_with_answer())
    cells = [cells[0], cells[4], cells[5], cells[1], cells[2], cells[3], cells[6]]
    assert [each.source for each in _found(cells).answers] == ["It grows."]


def test_a_code_cell_is_told_from_others_around_it_by_the_lines_it_kept() -> None:
    cells = _without_ids(_with_answer())
    cells[5]["source"] = "# Print the mean below.\n### START CODE HERE\nprint(2)\n"
    cells.insert(5, _cell("", "code", "import math"))
    cells.insert(7, _cell("", "code", "print('try')"))
    found = _found(cells, "mean", "printed_mean")
    assert (found.how, [each.number for each in found.cells]) == ("place", [7])


def test_without_a_template_a_cell_is_found_by_id_and_metadata_alone() -> None:
    nothing = Notebook(())
    assert find_cell("why", "trend", _parsed(_with_answer()), nothing).how == "id"
    assert find_cell("why", "trend", _parsed(_without_ids(_with_answer())), nothing).how == ""


def test_a_text_that_was_cut_is_an_answer_though_nothing_of_it_is_kept() -> None:
    found = _found(_with_answer("a" * 6_000_000))
    assert [(each.source, each.cut) for each in found.answers] == [("", True)]
    long = _found(_with_answer("a" * 200_000)).answers
    assert [(len(each.source), each.cut) for each in long] == [(100_000, True)]


def test_many_cells_alike_are_searched_in_reasonable_steps() -> None:
    cells = _with_answer() + [_cell("", "markdown", "same")] * 9_000
    assert _found(cells).how == "id"
    assert _found(_without_ids(cells)).how == "place"


def test_ids_of_no_text_are_no_ids() -> None:
    cells = [{**each, "id": 5} for each in _without_ids(_with_answer())]
    assert _found(cells).how == "place"
