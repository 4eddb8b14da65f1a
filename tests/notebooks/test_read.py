"""read: what students hand in is read; what cannot be is refused with a reason in words."""

from __future__ import annotations

import contextlib
import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.notebooks.read import (
    MAX_CELLS,
    MAX_NOTEBOOK_BYTES,
    MAX_SOURCE_BYTES,
    MAX_VALUES,
    MAX_WHOLE_BYTES,
    parse_notebook,
    read_notebook,
)
from tests.conftest import notebook
from tests.counting import calls_made


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
    with pytest.raises(SubmissionError, match="is 152 MB large, where at most 150 are read"):
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


def file_of(*outputs: str, form: str = "{}") -> bytes:
    """A notebook with one cell, in the way of which stand these outputs, or others of that form."""
    head = '{"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": ['
    tail = (
        '], "source": ["x = 1\\n", "y = 2"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}'
    )
    return f"{head}{', '.join(outputs or (form,))}{tail}".encode()


def memory_of(content: bytes) -> int:
    """The most memory that reading takes, in bytes, besides the content itself."""
    tracemalloc.start()
    try:
        with contextlib.suppress(SubmissionError):
            parse_notebook(content)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "output",
    ["[]", "{}", '{"a": 1}', '"ab"', "1.5", '{"output_type": "stream", "text": ["1, 2, 3\\n"]}'],
)
def test_outputs_take_no_memory(output: str) -> None:
    content = file_of(*[output] * 200_000)

    assert [cell.source for cell in parse_notebook(content).cells] == ["x = 1\ny = 2"]
    assert memory_of(content) < 100_000


def test_notebook_that_printed_a_hundred_megabytes_is_read(tmp_path: Path) -> None:
    text = '{"name": "stdout", "output_type": "stream", "text": "' + "line\\n" * 17_000_000 + '"}'
    path = tmp_path / "printed.ipynb"
    path.write_bytes(file_of(text))

    assert read_notebook(path).cells[0].source == "x = 1\ny = 2"


@pytest.mark.parametrize("output", ["NaN", '"\\ud800"', "[" * 500 + "]" * 500])
def test_outputs_that_are_no_strict_json_are_read_too(output: str) -> None:
    assert parse_notebook(file_of(output)).cells[0].source == "x = 1\ny = 2"


def test_what_is_decoded_as_a_whole_may_be_less_large() -> None:
    values = file_of("NaN", *["[]"] * (MAX_VALUES // 2))
    bytes_ = file_of("NaN", '"' + "a" * MAX_WHOLE_BYTES + '"')
    for content in (values, bytes_):
        with pytest.raises(SubmissionError, match="MB; clearing the outputs makes it small"):
            parse_notebook(content)


def test_old_format_is_converted_without_its_outputs() -> None:
    outputs = ",".join(["{}"] * 100_000)
    cell = (
        f'{{"cell_type": "code", "input": "x = 1", "language": "python", "outputs": [{outputs}]}}'
    )
    head = '{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": ['
    content = f"{head}{cell}]}}]}}".encode()

    assert parse_notebook(content).cells[0].source == "x = 1"
    assert calls_made(lambda: parse_notebook(content)) < 20_000


@pytest.mark.parametrize("format_", [3, 4])
def test_number_of_cells_is_bounded(format_: int) -> None:
    cells = [{"cell_type": "code", "source": "1", "input": "1"}] * (MAX_CELLS + 1)
    held = {"cells": cells} if format_ == 4 else {"worksheets": [{"cells": cells}]}
    content = json.dumps({"nbformat": format_, "nbformat_minor": 0, "metadata": {}, **held})

    with pytest.raises(SubmissionError, match="cells, where at most 10,000 are read"):
        parse_notebook(content.encode())


def test_source_of_one_cell_is_bounded() -> None:
    content = json.dumps(notebook("x" * MAX_SOURCE_BYTES)).encode()

    with pytest.raises(SubmissionError, match="has a cell with 5 MB of code"):
        parse_notebook(content)
