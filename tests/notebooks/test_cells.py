"""cells: what a cell says is read without running it, magics and mistakes and all."""

from __future__ import annotations

import ast
import time
from threading import Thread

import pytest

from grader.notebooks.cells import (
    Called,
    anchored,
    bindings,
    calls,
    calls_of,
    defines,
    definitions,
    definitions_and_constants,
    definitions_only,
    functions,
    names_read,
    statements,
    syntax_error,
    without_calls,
)
from grader.notebooks.parsing import (
    MAX_CELL_CHARACTERS,
    MAX_NOTEBOOK_TOKENS,
    ParsedCells,
    parsed_once,
)
from grader.notebooks.stubs import is_untouched, skeleton


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
    assert isinstance(syntax_error(source), SyntaxError)
    assert statements(source) == []


def test_calls_are_those_that_run_with_the_cell() -> None:
    assert calls("def f():\n    return model(1)\ng = lambda: fit(2)\n") == set()
    assert calls("for i in range(2):\n    p = model(i)") == {"range", "model"}
    assert calls("@decorate\nclass A:\n    x = model(1)") == {"model"}


def test_definitions_only_keeps_imports_functions_and_classes_on_their_lines() -> None:
    source = "import a; b()\nx = 1\n@a.d\ndef f():\n    return 1\nclass C: pass\nmodel(f)"
    assert definitions_only(source) == "import a\n\n@a.d\ndef f():\n    return 1\nclass C: pass\n"
    assert definitions_only("x = 1\ny = 2") == ""


@pytest.mark.parametrize(
    "line",
    ["EPS = 1e-8", "small: float = 10**-8", "sizes = [2, -5, (1, 'a')]", "rates = {1: 0.1}"],
)
def test_constants_are_what_needs_nothing_else(line: str) -> None:
    assert definitions_and_constants(f"{line}\ndef f(): pass") == f"{line}\ndef f(): pass"


@pytest.mark.parametrize(
    "line", ["x = model(1)", "y = x", "a.b = 1", "a[0] = 1", "z = [n for n in (1, 2)]", "n: int"]
)
def test_what_needs_more_is_no_constant(line: str) -> None:
    assert definitions_and_constants(f"{line}\ndef f(): pass") == "\ndef f(): pass"


@pytest.mark.parametrize(
    ("source", "texts", "target"),
    [
        ("p = model(X, 'gd', optimizer='adam', n=3)", {"gd", "adam"}, "p"),
        ("a, b = model('gd')", {"gd"}, ""),
        ("p = f(model('gd'))", {"gd"}, ""),
        ("%%time\np = model('gd')", {"gd"}, "p"),
        ("p = q = model(['gd'])", set(), ""),
    ],
)
def test_calls_are_known_by_their_texts_and_their_values_name(
    source: str, texts: set[str], target: str
) -> None:
    assert calls_of(source, "model") == [Called(frozenset(texts), target)]


def test_calls_in_functions_are_not_made_when_a_cell_runs() -> None:
    assert calls_of("def f(): model('gd')\nother('gd')\nx.model('gd')", "model") == []


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
    assert syntax_error(source)
    assert is_untouched(source, "f")


def test_one_filled_stub_of_two_is_not_untouched() -> None:
    two = (
        STUB.format("y = None")
        + "    ### START CODE HERE ###\n    y = 2\n    ### END CODE HERE ###"
    )
    assert not is_untouched(two, "f")


def test_without_markers_only_the_templates_own_function_is_untouched() -> None:
    original = skeleton(STUB.format("y = None"), "f")
    bare = "def f(x):\n    '''Words.'''\n    y = 0\n    y = None\n    return y"
    assert is_untouched(bare, "f", original)
    assert not is_untouched(bare.replace("y = None", "y = x"), "f", original)
    assert not is_untouched(bare, "f")


def test_a_line_that_is_not_python_costs_only_itself() -> None:
    source = "import a\nprint 'done'\ndef f():\n    return 1\nx = (1,\n     2)\ny = = 3"
    assert statements(source) == ["import a", "def f():\n    return 1", "x = (1,\n     2)"]
    assert list(functions(source)) == ["f"]
    assert syntax_error(source)


def test_a_function_with_a_mistake_in_it_is_not_patched_together() -> None:
    source = "def f():\n    x = 1\n    y = = 2\n    return x\ndef g():\n    return 1"
    assert list(functions(source)) == ["g"]
    assert defines(source, "f")


def test_statements_keep_their_magics() -> None:
    assert statements("%matplotlib inline\nimport a\nfiles = !ls") == [
        "%matplotlib inline",
        "import a",
        "files = !ls",
    ]


def test_other_cell_magics_make_it_no_python() -> None:
    assert statements("%%html\n<b>f</b>") == []
    assert syntax_error("%%bash\nls") is None


@pytest.mark.parametrize(
    "source",
    ["\n".join(["%time x"] * 500 + ["+".join("a" * 40_000)]), "%matplotlib inline\n" * 5000],
)
def test_cells_made_to_be_slow_are_read_at_once(source: str) -> None:
    started = time.process_time()
    definitions(source)
    assert time.process_time() - started < 20


def test_what_a_long_running_call_gives_is_left_out_and_the_rest_kept() -> None:
    source = (
        "import os\nONE = 1\nstep = lambda x: x\np = model(ONE)\nq = predict(p)\nr = q + 1\n"
        "for i in range(3):\n    ONE += i\nplot(ONE)\ndef f():\n    return model(p)"
    )
    assert without_calls(source, frozenset({"model"})) == (
        "import os\nONE = 1\nstep = lambda x: x\n\n\n\nfor i in range(3):\n    ONE += i\n\n"
        "def f():\n    return model(p)"
    )


def test_line_numbers_survive_empty_lines_at_the_top() -> None:
    assert anchored("\n\nx = 1") == "#\n#\nx = 1"
    assert anchored("x = 1\n") == "x = 1\n"
    assert anchored("\n%%time\nx = 1") == "\n%%time\nx = 1"


def test_what_gives_names_a_meaning_is_found_with_these_names() -> None:
    source = (
        "%matplotlib inline\nimport os.path\nfrom re import sub as s\nfrom math import *\n"
        "def f(x):\n    y = x\nclass C:\n    z = 1\nfor a, (b, c) in ():\n    d = a\nprint(e)"
    )
    assert [names for _, names in bindings(source)] == [
        {"os"},
        {"s"},
        {"*"},
        {"f"},
        {"C"},
        {"a", "b", "c", "d"},
    ]


def test_a_statement_reads_the_names_that_it_does_not_bind() -> None:
    source = "def f(x, *, y=Y):\n    z = [g(i) for i in x]\n    return z, y, np.mean"
    ((statement, _),) = bindings(source)
    assert names_read(statement) == {"Y", "g", "np"}


def test_a_function_inside_of_another_is_its_own() -> None:
    ((statement, _),) = bindings("def f(x):\n    def g(y):\n        return y + z\n    return g(x)")
    assert names_read(statement) == {"z"}


def test_the_name_of_a_caught_exception_is_the_statements_own() -> None:
    ((statement, _),) = bindings(
        "try:\n    y = f(1)\nexcept ValueError as error:\n    print(error)"
    )
    assert names_read(statement) == {"f", "print", "ValueError"}


def test_within_the_context_a_cell_is_parsed_once_and_forgotten_at_its_end() -> None:
    source = "def f():\n    return 1"
    with parsed_once():
        first = functions(source)["f"]
        assert functions(source)["f"] is first
    with parsed_once():
        assert functions(source)["f"] is not first
    assert functions(source)["f"] is not functions(source)["f"]


def test_what_one_thread_parses_no_other_has() -> None:
    source = "def f():\n    return 1"
    found = []
    with parsed_once():
        mine = functions(source)["f"]
        thread = Thread(target=lambda: found.append(functions(source)["f"]))
        thread.start()
        thread.join()
    assert found[0] is not mine


def long_cells(count: int) -> list[str]:
    """Cells that define f0, f1, …, and have a long line that is nothing but assignments."""
    end = "\n" + "a=1;" * (MAX_NOTEBOOK_TOKENS // 12)
    return [f"def f{number}(): pass{end}" for number in range(count)]


def nodes_of(parsed: ParsedCells) -> int:
    return len({id(node) for tree in parsed.trees for node in ast.walk(tree)})


@pytest.mark.parametrize(
    "cells",
    [
        [f"u{n}=1;" + "a=1;" * 247_000 for n in range(9)],
        [f"u{n}=1;" + "a=1;" * 2_470 for n in range(900)],
        [f"u{n}\n" + "a\n" * 150_000 for n in range(3)],
        [f"u{n} = [" + "lambda:0," * 100_000 + "]" for n in range(3)],
        [f'u{n} = """' + "a " * 400_000 + '"""' for n in range(9)],
        [f"u{n} = x\n" + "x = = 1\n" * 20_000 for n in range(9)],
    ],
    ids=["long", "many", "short lines", "functions", "texts", "not Python"],
)
def test_of_a_notebook_so_much_is_kept_and_no_more(cells: list[str]) -> None:
    """A syntax tree takes up to 1,000 bytes for each token, which is 100 MB altogether."""
    with parsed_once() as parsed:
        for cell in cells:
            definitions(cell)
        assert nodes_of(parsed) < 3 * MAX_NOTEBOOK_TOKENS


def test_a_long_cell_keeps_what_it_defines() -> None:
    data = "numbers = [" + "1, " * MAX_NOTEBOOK_TOKENS + "]"
    cell = f"import os\n{data}\nrate = 1\n@wraps\ndef f():\n    return numbers\nf()"
    with parsed_once():
        assert functions(cell)["f"].lineno == 5
        assert definitions(cell) == ["import os", "@wraps\ndef f():\n    return numbers"]
        assert "too long" in str(syntax_error(cell))


def test_of_a_notebook_too_many_tokens_are_not_parsed() -> None:
    cells = long_cells(9)
    with parsed_once():
        rest = [len(statements(cell)) for cell in cells]
        assert rest[0] == rest[1] > 1
        assert rest[3:] == [1] * 6
        assert all(functions(cell) for cell in cells)
        assert "too long" in str(syntax_error(cells[-1]))
    with parsed_once():  # the next notebook pays nothing for it
        assert len(statements(cells[-1])) == rest[0]


def test_a_cell_that_is_far_too_long_is_not_parsed_at_all() -> None:
    cell = "def f(): pass\n#" + "a" * MAX_CELL_CHARACTERS
    assert not functions(cell)
    assert defines(cell, "f")


def test_a_cell_that_the_template_has_does_not_count() -> None:
    cells = long_cells(5)
    with parsed_once() as template:
        known = functions(cells[0])["f0"]
    with parsed_once() as parsed:
        parsed.known = template
        assert functions(cells[0])["f0"] is known
        assert not parsed.trees


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a = 1\rb = 2\rdef f():\r    return 1", ["a = 1", "b = 2", "def f():\n    return 1"]),
        ("a = 1\r\nb = '\u2028'\r\nc = 3", ["a = 1", "b = '\u2028'", "c = 3"]),
        ("a = '\x0c\x1c'; b = 2\n\x0c\nc = 3", ["a = '\x0c\x1c'", "b = 2", "c = 3"]),
        ("é = 'ü'; b = (1,\n2); c = 3", ["é = 'ü'", "b = (1,\n2)", "c = 3"]),
    ],
)
def test_lines_are_counted_as_python_counts_them(source: str, found: list[str]) -> None:
    assert statements(source) == found
    assert not definitions_and_constants(source).startswith("\n")


@pytest.mark.parametrize("value", ["-" * 50_000 + "1", "0x" + "f" * 5_000, "(" * 300 + "1"])
def test_what_cannot_be_printed_again_is_no_stub(value: str) -> None:
    stub = f"def f():\n    ### START CODE HERE ###\n    x = {value}\n    ### END CODE HERE ###"
    assert not is_untouched(stub, "f", "the template's")
