"""Checkers of tables: they get DataFrames, made of what was decoded."""

from __future__ import annotations

from pathlib import Path

from tests.authored import authored, exercise, handed_in

MASTER = """import pandas as pd
def shuffled(table):
    ### START CODE HERE ###
    mixed = table.sample(frac=1, random_state=1)
    ### END CODE HERE ###
    return mixed"""
CASES = """
import pandas as pd

def same_rows(answer, arguments):
    table = arguments.args[0]
    if not isinstance(answer, pd.DataFrame):
        return "a DataFrame is expected"
    return answer.sort_index().equals(table) and list(answer.index) != list(table.index)

@case("shuffled", check=same_rows)
def ten_rows():
    \"\"\"Ten rows.\"\"\"
    return arguments(pd.DataFrame({"a": range(10), "b": list("abcdefghij")}))
"""


def test_an_authors_checker_is_given_dataframes(tmp_path: Path) -> None:
    root = authored(tmp_path, [MASTER], CASES, exercise("shuffled"))
    told = {}
    for expression in ("table[::-1]", "table", "table['a']", "table[::-1].assign(b='x')"):
        cell = f"import pandas as pd\ndef shuffled(table):\n    return {expression}"
        result = handed_in(root, cell)
        assert result.reason == ""
        (graded,) = result.exercises
        told[expression] = graded.verdict.value
    assert told == {
        "table[::-1]": "correct",
        "table": "incorrect",
        "table['a']": "incorrect",
        "table[::-1].assign(b='x')": "incorrect",
    }
