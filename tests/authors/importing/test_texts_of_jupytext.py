"""Masters of nbgrader's that jupytext wrote as text are read with the metadata of their cells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.authors.importing.planned import Kind, State
from grader.authors.importing.run import import_master
from grader.authors.validate import generate, validate
from grader.errors import InputError

HEADER = """# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

"""
DOUBLE, FIRST, WHY = (
    f'nbgrader={{"grade_id": "{name}", "schema_version": 3, {notes}}}'
    for name, notes in {
        "double": '"grade": false, "solution": true',
        "first": '"grade": true, "solution": false, "points": 2',
        "why": '"grade": true, "solution": true, "points": 3',
    }.items()
)
PERCENT = f"""# %% [markdown]
# # Sums
#
# Write `double`.

# %% {DOUBLE}
def double(n):
    ### BEGIN SOLUTION
    return 2 * n
    ### END SOLUTION

# %% {FIRST}
assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(3) == 6
### END HIDDEN TESTS

# %% [markdown] {WHY}
# Because it is so.
"""


def test_a_master_that_jupytext_wrote_as_text_is_read_with_its_texts(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    path = tmp_path / "source" / "sums.py"
    path.write_text(HEADER + PERCENT)
    made = import_master("nbgrader", path, tmp_path, "sums")
    assert [(each.kind, each.state) for each in made.planned] == [
        (Kind.FUNCTION, State.READY),
        (Kind.WRITTEN, State.READY),
    ]
    assert made.written.helpers == []
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []
    exercises = load_assignment(tmp_path, "sums").exercises
    assert [(each.kind, each.points) for each in exercises] == [("function", 2), ("written", 3)]
    template = (tmp_path / "assignment/sums/sums.ipynb").read_text()
    assert "Write `double`." in template
    assert "Because it is so" not in template


def test_of_a_master_in_markdown_fences_and_regions_are_read(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    path = tmp_path / "source" / "sums.md"
    path.write_text(
        f"""---
jupyter:
  jupytext:
    formats: md
---

Write `double`.

```python {DOUBLE}
def double(n):
    ### BEGIN SOLUTION
    return 2 * n
    ### END SOLUTION
```

```python {FIRST}
assert double(2) == 4
```

<!-- #region {WHY} -->
Because it is so.
<!-- #endregion -->
"""
    )
    made = import_master("nbgrader", path, tmp_path, "sums")
    assert [each.kind for each in made.planned] == [Kind.FUNCTION, Kind.WRITTEN]
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []


MYST = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3, display_name: Python 3, language: python}
---

# Sums

+++

Write `double`.

```{code-cell} ipython3
---
nbgrader:
  grade_id: double
  schema_version: 3
  grade: false
  solution: true
tags: [answer]
---
def double(n):
    ### BEGIN SOLUTION
    return 2 * n
    ### END SOLUTION
```

```{code-cell} ipython3
:nbgrader: {grade_id: first, schema_version: 3, grade: true, solution: false, points: 2}

assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(3) == 6
### END HIDDEN TESTS
```

+++ {"nbgrader": {"grade_id": "why", "grade": true, "solution": true, "points": 3}}

Because it is so.


And so it stays.

+++

That is all.
"""


def test_of_a_master_in_myst_the_metadata_of_all_cells_are_read(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    path = tmp_path / "source" / "sums.md"
    path.write_text(MYST)
    made = import_master("nbgrader", path, tmp_path, "sums")
    assert [(each.kind, each.state) for each in made.planned] == [
        (Kind.FUNCTION, State.READY),
        (Kind.WRITTEN, State.READY),
    ]
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []
    exercises = load_assignment(tmp_path, "sums").exercises
    assert [(each.kind, each.points) for each in exercises] == [("function", 2), ("written", 3)]
    cells = json.loads((tmp_path / "assignment/sums/sums.ipynb").read_text())["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert texts[:2] == ["# Sums", "Write `double`."]
    assert texts[-1] == "That is all."
    assert not any("so it stays" in text or "+++" in text for text in texts)
    (answer,) = (cell for cell in cells if "def double" in "".join(cell["source"]))
    assert answer["metadata"]["tags"] == ["answer"]


def test_metadata_in_myst_that_are_no_yaml_are_named(tmp_path: Path) -> None:
    path = tmp_path / "sums.md"
    path.write_text(MYST.replace("solution: false, points: 2}", "solution: false"))
    with pytest.raises(InputError, match=r"metadata of a cell, from 'nbgrader: .* are no YAML"):
        import_master("nbgrader", path, tmp_path, "sums")


def test_metadata_called_nbgrader_that_are_not_its_own_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "sums.md"
    path.write_text(f"{MYST}\n```{{code-cell}}\n:nbgrader: not any more\n\nx = 1\n```\n")
    made = import_master("nbgrader", path, tmp_path, "sums")
    assert [each.kind for each in made.planned] == [Kind.FUNCTION, Kind.WRITTEN]
