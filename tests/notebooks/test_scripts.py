"""scripts: notebooks that jupytext wrote as text have the cells that the notebook had."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.notebooks.read import parse_notebook, read_notebook
from grader.notebooks.scripts import ScriptCell, is_script, read_script

HEADER = """# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: FORMAT
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

"""
FUNCTION = '''def f(x):
    """What it does.

    # %% no cell
    """

    return x % 2'''
PERCENT = f"""# %% [markdown]
# # The task
#
# Write `f`.

# %%
# %matplotlib inline
import numpy as np  # %% of them

# %% tags=["answer"]
{FUNCTION}

# %% [markdown] tags=["hint"]
# Try it.

# %%
f(3)
"""
LIGHT = f"""# # The task
#
# Write `f`.

# %matplotlib inline
import numpy as np  # %% of them

# +
{FUNCTION}

after = 1
# -

# Try it.

def g(x):

    return x

f(3)
"""
MARKDOWN = f"""---
jupyter:
  jupytext:
    formats: md
  kernelspec:
    language: python
    name: python3
---

# The task

```python
%matplotlib inline
import numpy as np  # %% of them
```

Write `f`:

```python tags=["answer"]
{FUNCTION}
```

```python active=""
not_run()
```

```bash
rm -r nothing
```

<!-- #region -->
An example:

```python
f(4)
```
<!-- #endregion -->

~~~python
f(3)
~~~
"""
MYST = f"""---
jupytext:
  text_representation:
    format_name: myst
---

```{{code-cell}} ipython3
:tags: [answer]

{FUNCTION}
```

An example:

```python
f(4)
```

```{{code-cell}} ipython3
---
tags: [x]
---
f(3)
```
"""
MYST_CELLS = """---
jupytext:
  text_representation:
    format_name: myst
---

# The task

+++

Three lines:


```text
+++
```

+++ {"slideshow": {"slide_type": "slide"}}

Another.
+++ not a mark

```{code-cell}
# %matplotlib inline
%matplotlib inline
```

```{code-cell}

:not: an option
```

````{code-cell} ipython3
---
name: two
tags: [x, y]
---
TEXT = \'\'\'
```
\'\'\'
````

```{raw-cell}
:format: text/html

<b>
```

```{code-cell}
:tags: [open]

left_open()
"""
IMPORTS = "%matplotlib inline\nimport numpy as np  # %% of them"


def code(text: str) -> list[str]:
    return [cell.source for cell in read_script(text).cells if cell.kind == "code"]


def texts(text: str) -> list[str]:
    return [cell.source for cell in read_script(text).cells if cell.kind == "markdown"]


def test_the_percent_format_is_read() -> None:
    script = read_script(HEADER.replace("FORMAT", "percent") + PERCENT)
    assert [(cell.kind, cell.source) for cell in script.cells] == [
        ("markdown", "# The task\n\nWrite `f`."),
        ("code", IMPORTS),
        ("code", FUNCTION),
        ("markdown", "Try it."),
        ("code", "f(3)"),
    ]
    assert script.language == "python"


def test_the_light_format_is_read() -> None:
    text = HEADER.replace("FORMAT", "light") + LIGHT
    cells = [IMPORTS, f"{FUNCTION}\n\nafter = 1", "def g(x):\n\n    return x", "f(3)"]
    assert code(text) == cells
    assert texts(text) == ["# The task\n\nWrite `f`.", "Try it."]


def test_markdown_and_myst_are_read_without_what_is_not_run() -> None:
    assert code(MARKDOWN) == [IMPORTS, FUNCTION, "f(3)"]
    assert code(MYST) == [FUNCTION, "f(3)"]
    assert texts(MYST) == ["An example:\n\n```python\nf(4)\n```"]
    assert texts(MARKDOWN) == [
        "# The task",
        "Write `f`:",
        "An example:\n\n```python\nf(4)\n```",
    ]


def test_the_cells_of_myst_have_their_metadata_and_texts_are_parted_by_marks() -> None:
    assert read_script(MYST_CELLS).cells == (
        ScriptCell("markdown", "# The task"),
        ScriptCell("markdown", "Three lines:\n\n\n```text\n+++\n```"),
        ScriptCell(
            "markdown", "Another.\n+++ not a mark", '{"slideshow": {"slide_type": "slide"}}'
        ),
        ScriptCell("code", "# %matplotlib inline\n%matplotlib inline"),
        ScriptCell("code", ":not: an option"),
        ScriptCell("code", "TEXT = '''\n```\n'''", options="name: two\ntags: [x, y]"),
        ScriptCell("raw", "<b>", options="format: text/html"),
        ScriptCell("code", "left_open()", options="tags: [open]"),
    )


def test_options_are_read_where_the_header_names_no_format() -> None:
    unnamed = MYST.replace("format_name: myst", "extension: .md")
    found = [cell.options for cell in read_script(unnamed).cells if cell.kind == "code"]
    assert found == ["tags: [answer]", "", "tags: [x]"]


def test_two_blank_lines_part_texts_and_quotes_and_raw_cells_are_read() -> None:
    assert texts(f"{MARKDOWN}\nOne.\n\nStill one.\n\n\nTwo.\n")[-2:] == [
        "One.\n\nStill one.",
        "Two.",
    ]
    quoted = '# %% [markdown]\n"""\nIn quotes.\n"""\n# %% [raw]\n# as it is\n'
    found = read_script(HEADER.replace("FORMAT", "percent") + quoted).cells
    assert [(cell.kind, cell.source) for cell in found] == [
        ("markdown", "In quotes."),
        ("raw", "as it is"),
    ]


@pytest.mark.parametrize("text", [HEADER + PERCENT, MARKDOWN])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_such_a_file_is_read_as_a_notebook_and_flagged(tmp_path: Path, text: str, end: str) -> None:
    path = tmp_path / "work.txt"
    path.write_bytes(text.replace("\n", end).encode("utf-8-sig"))
    read = read_notebook(path)
    assert "return x % 2" in read.cells[1].source
    assert "\r" not in read.cells[1].source
    assert read.flags == ("read from the text that jupytext made of the notebook",)
    # Text is a cell, too, so that the numbers are those of the notebook.
    assert [cell.number for cell in read.cells][:2] == [2, 3 if text.startswith("# ---") else 4]


@pytest.mark.parametrize(
    "text",
    [
        PERCENT,
        LIGHT,
        "# A page\n\n```python\nf(3)\n```\n",
        "---\ntitle: A page of jupytext\n---\n",
        "# ---\n# title: jupytext\n# ---\n",
        HEADER.replace("FORMAT", "sphinx"),
        "",
        "# ---",
        "{}",
    ],
)
def test_a_text_without_jupytexts_header_is_no_notebook(text: str) -> None:
    assert not is_script(text)


def test_other_languages_and_texts_without_code_are_refused() -> None:
    with pytest.raises(SubmissionError, match="a notebook in r"):
        parse_notebook((HEADER.replace("python", "R") + PERCENT).encode())
    with pytest.raises(SubmissionError, match="no code"):
        parse_notebook((HEADER + "# %% [markdown]\n# x\n").encode())


def test_a_notebook_saved_in_utf_16_is_read() -> None:
    text = '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "é = 1"}]}'
    assert parse_notebook(text.encode("utf-16")).cells[0].source == "é = 1"


LINES = st.sampled_from(
    [
        "# %%",
        "# %% [markdown]",
        "# +",
        "# -",
        "",
        "x = 1",
        "    y",
        '"""',
        "```python",
        "```",
        "~~~",
    ]
)


@given(st.lists(LINES), st.sampled_from([HEADER, MARKDOWN[:100]]))
def test_whatever_follows_the_header_no_line_of_code_is_there_twice(
    lines: list[str], header: str
) -> None:
    numbered = [f"x = {n}" if line == "x = 1" else line for n, line in enumerate(lines)]
    text = header + "\n".join(numbered)
    found = "\n".join(code(text)).split("\n")
    for n, line in enumerate(lines):
        assert line != "x = 1" or found.count(f"x = {n}") <= 1
