"""Only the command line speaks of options and commands; what is below it does not know them."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader
from grader.cli.remedies import HINTS, advised
from grader.errors import AssignmentError, InputError, Remedy, SystemFailure

PACKAGE = Path(grader.__file__).parent
# An option within a sentence, or a command in backquotes. A string that is nothing but an option
# is an argument of another program, such as bubblewrap.
OPTION = re.compile(r"(?:^|[\s(`])--[a-z][a-z-]*")
COMMAND = re.compile(r"`grade[ `]")
ALLOWED = {
    ("authors/adequacy/document.py", "grade validate --strict --write"): (
        "a page that is kept says for good how it was made"
    ),
    (
        "authors/single_file.py",
        "`grade generate`",
    ): "a generated file says for good how it was made",
    ("runs/cluster/client.py", "--nthreads 1"): "an option of Dask's own command",
    ("sandbox/advice.py", "--security-opt"): "options of Docker's",
}


def messages(tree: ast.Module) -> Iterator[str]:
    """The string literals that are no docstrings and no whole argument for another program."""
    statements = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    documentation = {id(value) for value in statements if isinstance(value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            alone = re.fullmatch(r"--[a-z-]+", node.value)
            if id(node) not in documentation and not alone:
                yield node.value


def named(text: str) -> bool:
    return bool(OPTION.search(text) or COMMAND.search(text))


def modules() -> list[str]:
    paths = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    return sorted(path.as_posix() for path in paths if path.parts[0] != "cli")


def test_no_module_below_the_command_line_names_an_option_or_a_command() -> None:
    found = {
        (module, text)
        for module in modules()
        for text in messages(ast.parse((PACKAGE / module).read_text(encoding="utf-8")))
        if named(text)
    }
    allowed = {
        (module, text)
        for module, text in found
        for at, part in ALLOWED
        if module == at and part in text
    }
    assert found - allowed == set()
    assert len(allowed) == len(ALLOWED), "an exception that nothing needs any more"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('raise E("--output names another folder")', True),
        ('raise E(f"{path}: is broken; give --layout folders")', True),
        ('yield "run `grade generate` again"', True),
        ('run(["bwrap", "--unshare-all"])', False),
        ('def f():\n    """What `grade run --full` does."""', False),
        ('NAME = "a"\n"""What `--name` takes."""', False),
    ],
)
def test_what_counts_as_naming_an_option(source: str, expected: bool) -> None:
    assert any(map(named, messages(ast.parse(source)))) is expected


def test_the_command_line_has_words_for_every_remedy() -> None:
    assert HINTS.keys() == set(Remedy)
    assert all(map(named, HINTS.values()))


def test_an_error_is_said_with_the_option_that_mends_it() -> None:
    error = InputError("book: there is no gradebook", Remedy.OTHER_GRADEBOOK)
    assert str(error) == "book: there is no gradebook"
    assert advised(error) == "book: there is no gradebook; --gradebook names another file"
    assert advised(AssignmentError("points: is -4")) == "points: is -4"


def test_an_error_of_another_process_keeps_its_remedy() -> None:
    error = pickle.loads(pickle.dumps(SystemFailure("no room", Remedy.OTHER_OUTPUT_FOLDER)))
    assert (str(error), error.remedy) == ("no room", Remedy.OTHER_OUTPUT_FOLDER)
