"""notebook: what students hand in is read; what cannot be is refused with a reason in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import notebook

from grader import notebook as module
from grader.errors import SubmissionError
from grader.notebook import (
    calls,
    defines,
    definitions_only,
    functions,
    is_untouched,
    parse,
    read_notebook,
    statements,
    syntax_error,
)


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
        (json.dumps(notebook("1", language_info={"name": "R"})), "a notebook in r"),
    ],
)
def test_what_is_no_gradable_notebook_is_refused_with_the_reason(
    refused: Callable[[str], str], content: str, words: str
) -> None:
    assert words in refused(content)


def test_a_notebook_that_is_too_large_is_refused_before_it_is_read(
    refused: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_NOTEBOOK_BYTES", 1_000_000)
    assert "is 2 MB large" in refused(" " * 2_000_000)


def test_a_file_that_vanished_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="cannot be read: No such file"):
        read_notebook(tmp_path / "gone.ipynb")


def test_malformed_cells_are_passed_over(tmp_path: Path) -> None:
    data = notebook("x = 1")
    data["cells"] += [None, {"cell_type": "code", "source": 7}, {"cell_type": "code"}, "x"]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(data))
    assert [cell.source for cell in read_notebook(path).cells] == ["x = 1", ""]


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\ndef f(): pass",
        "!ls\ndef f(): pass",
        "%%time\ndef f(): pass",
        "x?\ndef f(): pass",
    ],
)
def test_magics_do_not_hide_functions(source: str) -> None:
    assert list(functions(source)) == ["f"]


def test_a_function_is_seen_in_a_cell_that_is_not_python() -> None:
    assert defines("def f(x):\n    return x +", "f")
    assert not defines("def g(x):\n    return f(x) +", "f")


@pytest.mark.parametrize("source", ["x = ", "(" * 5000, "-" * 100_000 + "1", "x = '\0'"])
def test_what_is_not_python_is_told_without_harm(source: str) -> None:
    assert parse(source) is None
    assert isinstance(syntax_error(source), SyntaxError)


def test_calls_are_those_that_run_with_the_cell() -> None:
    assert calls("def f():\n    return model(1)\ng = lambda: fit(2)\n") == set()
    assert calls("for i in range(2):\n    p = model(i)") == {"range", "model"}
    assert calls("@decorate\nclass A:\n    x = model(1)") == {"model"}


def test_definitions_only_keeps_imports_functions_and_classes_on_their_lines() -> None:
    source = "import a; b()\nx = 1\n@a.d\ndef f():\n    return 1\nclass C: pass\nmodel(f)"
    assert definitions_only(source) == "import a\n\n@a.d\ndef f():\n    return 1\nclass C: pass\n"
    assert definitions_only("x = 1\ny = 2") == ""


def test_statements_are_the_cells_top_level_ones() -> None:
    assert statements("import a, b; x = 1\n@d\ndef f():\n    return 1") == [
        "import a, b",
        "x = 1",
        "@d\ndef f():\n    return 1",
    ]


STUB = """def f(x):
    y = 0
    ### START CODE HERE ### (approx. 2 lines)
    {}
    ### END CODE HERE ###
    return y
"""


@pytest.mark.parametrize(
    "line", ["", "# think", "y = None", "a, b = None, None", "y[str(1)] = None  # 1", "pass", "..."]
)
def test_a_stub_with_nothing_but_none_is_untouched(line: str) -> None:
    assert is_untouched(STUB.format(line), "f")


@pytest.mark.parametrize("line", ["y = x", "y = None or x", "return None", "y += None", "print()"])
def test_a_stub_with_anything_in_it_is_not(line: str) -> None:
    assert not is_untouched(STUB.format(line), "f")


def test_a_stub_of_comments_that_does_not_parse_is_untouched() -> None:
    source = (
        "def f(x):\n    for l in range(3):\n        ### START CODE HERE ###\n"
        "        # two lines\n        ### END CODE HERE ###\n    return x"
    )
    assert parse(source) is None
    assert is_untouched(source, "f")


def test_one_filled_stub_of_two_is_not_untouched() -> None:
    two = (
        STUB.format("y = None")
        + "    ### START CODE HERE ###\n    y = 2\n    ### END CODE HERE ###"
    )
    assert not is_untouched(two, "f")


def test_without_markers_only_the_templates_own_function_is_untouched() -> None:
    template = STUB.format("y = None")
    bare = "def f(x):\n    '''Words.'''\n    y = 0\n    y = None\n    return y"
    assert is_untouched(bare, "f", template)
    assert not is_untouched(bare.replace("y = None", "y = x"), "f", template)
    assert not is_untouched(bare, "f")
