"""Every attack of `harm.py`, at every level: none of our promises is broken by it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.attacks.attack import Attack, each
from tests.attacks.harm import ATTACKS
from tests.attacks.promises import World


@pytest.mark.parametrize("attack", each(ATTACKS))
def test_an_attack_breaks_no_promise(attack: Attack, world: World) -> None:
    """Scores no more, touches nothing outside, changes no other result, ends in time, is seen."""
    assert world.broken_promises(attack) == {}


READ = (
    "import sys; from grader.notebooks.cells import definitions_only, defines, syntax_error\n"
    "from grader.notebooks.parsing import parsed_once; from grader.notebooks.stubs import is_untouched\n"
    "source = eval(sys.argv[1])\n"
    "with parsed_once():\n"
    "    defines(source, 'longest'), definitions_only(source), is_untouched(source, 'longest')\n"
)
LONG = {
    "blank_lines": r"'\n' * 100_000 + 'x = = 1'",
    "magics": r"'!ls\n' * 100_000",
    "lines_that_cannot_be_read": r"'x = = 1\n' * 20_000",
    "spaces": r"' ' * 100_000 + '!'",
    "commas": r"', ' * 100_000 + '!'",
    "words": r"'a' * 200_000 + '!'",
    "functions": r"'def f(): pass\n' * 30_000",
    "decorators": r"'@a\n' * 20_000",
    "marks": r"'#' * 100_000 + ' START CODE'",
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_cell_is_read_in_time_that_grows_with_its_length(name: str) -> None:
    """The grader itself cannot be kept busy: what is quadratic would take minutes here."""
    subprocess.run([sys.executable, "-c", READ, LONG[name]], check=True, timeout=40)
