"""read: what students hand in is read; what cannot be is refused with a reason in words."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.notebooks.read import MAX_NOTEBOOK_BYTES, read_notebook
from tests.conftest import notebook


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[bytes | str], str]:
    """Why a file with this content is refused."""

    def reason(content: bytes | str) -> str:
        path = tmp_path / "handed_in.ipynb"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(SubmissionError) as caught:
            read_notebook(path)
        return str(caught.value)

    return reason


def test_code_cells_are_read_with_the_number_a_person_would_count(tmp_path: Path) -> None:
    data = notebook("a = 1", "b = 2")
    data["cells"].insert(1, {"cell_type": "markdown", "metadata": {}, "source": "words"})
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(data))
    assert [(cell.number, cell.source) for cell in read_notebook(path).cells] == [
        (1, "a = 1"),
        (3, "b = 2"),
    ]


def test_the_assignment_named_in_the_metadata_is_read(write: Callable[..., Path]) -> None:
    path = write("n.ipynb", "1", fairgrade={"assignment": "words"})
    assert read_notebook(path).assignment == "words"
    assert read_notebook(write("n.ipynb", "1", fairgrade={"assignment": ["x"]})).assignment == ""


def test_a_notebook_of_format_3_is_converted_and_flagged(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": ["x = 1"], "outputs": [], "language": "python"}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}]}
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(old))
    read = read_notebook(path)
    assert [each.source for each in read.cells] == ["x = 1"]
    assert read.flags == ("converted from notebook format 3",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("not json", "is not valid JSON (line 1)"),
        ('{"nbformat": 4,\n<<<<<<< HEAD\n', "unresolved merge"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("[1]", "JSON, but not a notebook"),
        ('{"nbformat": "4"}', "JSON, but not a notebook"),
        ('{"nbformat": 4}', "no list of cells"),
        ('{"nbformat": 4, "cells": {}}', "no list of cells"),
        ('{"nbformat": 3, "worksheets": 7}', "could not be converted"),
        ('{"nbformat": 99, "cells": []}', "could not be converted"),
        ('{"nbformat": 4, "cells": []}', "no code in it"),
        (json.dumps(notebook("  \n")), "no code in it"),
        ("[" * 100_000, "nested too deeply"),
        ('{"nbformat": 4, "x": ' + "1" * 6000 + "}", "an absurd number"),
        (json.dumps(notebook("1", language_info={"name": "R"})), "a notebook in r"),
    ],
)
def test_what_is_no_gradable_notebook_is_refused_with_the_reason(
    refused: Callable[[str], str], content: str, words: str
) -> None:
    assert words in refused(content)


def test_a_notebook_that_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "n.ipynb"
    path.touch()
    os.truncate(path, MAX_NOTEBOOK_BYTES + 2_000_000)  # a sparse file: it takes no room
    with pytest.raises(SubmissionError, match="is 52 MB large, where at most 50 are read"):
        read_notebook(path)


def test_a_file_that_vanished_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="cannot be read: No such file"):
        read_notebook(tmp_path / "gone.ipynb")


def test_malformed_cells_are_passed_over(tmp_path: Path) -> None:
    data = notebook("x = 1")
    data["cells"] += [None, {"cell_type": "code", "source": 7}, {"cell_type": "code"}, "x"]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(data))
    assert [cell.source for cell in read_notebook(path).cells] == ["x = 1", ""]


@pytest.mark.parametrize("language", ["python", "Python", "python3", "ipython", "ipython3"])
def test_python_by_any_of_its_names_is_read(write: Callable[..., Path], language: str) -> None:
    assert read_notebook(write("n.ipynb", "x = 1", language_info={"name": language})).cells


def test_halves_of_surrogate_pairs_do_no_harm(write: Callable[..., Path]) -> None:
    assert read_notebook(write("n.ipynb", "x = '\ud800'")).cells[0].source == "x = '?'"
