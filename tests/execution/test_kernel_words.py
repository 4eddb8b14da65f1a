"""What a kernel says is put into words of the notebook's author: no file or class of ours."""

from __future__ import annotations

import sys
import sysconfig
import tempfile
from collections.abc import Callable

import pytest

from grader.execution.kernel_words import in_known_words
from grader.model import Graded

# Apart, because no file of ours is to have the path of a real machine in it.
HOME, WORK = "home", "work"
FOLDER = f"{tempfile.gettempdir()}/fg-p9pdp56g/sockets/535dd359"


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("invalid syntax (<ipython-input-2-838671dc4620>, line 1)", "invalid syntax (line 1)"),
        ("unexpected indent (<ipython-input-12>, line 3)", "unexpected indent (line 3)"),
        ("invalid syntax (1234567.py, line 1)", "invalid syntax (line 1)"),
        ("bad (/tmp/ipykernel_31/1234567.py, line 4)", "bad (line 4)"),
        ('File "<ipython-input-7-0d5cb73f55e6>", line 3, in f', 'File "<cell>", line 3, in f'),
        ("/tmp/ipykernel_31/123.py:4: UserWarning: hm", "<cell>:4: UserWarning: hm"),
        (
            "'AgentShell' object has no attribute 'x'",
            "'ZMQInteractiveShell' object has no attribute 'x'",
        ),
        (
            "'AgentKernel' object has no attribute 'x'",
            "'IPythonKernel' object has no attribute 'x'",
        ),
        ("<agent.AgentShell object>", "<ipykernel.zmqshell.ZMQInteractiveShell object>"),
        (f"from 'testCases' (/tmp/{WORK}/testCases.py)", "from 'testCases' (testCases.py)"),
        (f"from 'testCases' ({FOLDER}/{WORK}/testCases.py)", "from 'testCases' (testCases.py)"),
        ("OSError: /tmp/work", "OSError: ."),
        (
            f"[Errno 13] Permission denied: '{FOLDER}/{HOME}/.config'",
            "[Errno 13] Permission denied: '.config'",
        ),
        (f"'{tempfile.gettempdir()}/fg-p9pdp56g/x/db'", "'x/db'"),
        (
            "/site/0/IPython/core/interactiveshell.py:3831: W",
            "IPython/core/interactiveshell.py:3831: W",
        ),
        (f"{sysconfig.get_path('stdlib')}/json/decoder.py", "json/decoder.py"),
        (f"{sysconfig.get_path('purelib')}/numpy/x.py", "numpy/x.py"),
        (f"{sys.base_prefix}/bin/python3", "bin/python3"),
        ("ran <edited>", "ran <cell>"),
    ],
)
def test_what_only_a_kernel_has_is_replaced(said: str, known: str) -> None:
    assert in_known_words(said) == known


@pytest.mark.parametrize(
    "said",
    [
        "No such file or directory: '/content/drive/x.csv'",
        "/tmp/worksheet.csv",
        "/tmp/work.csv",
        f"/{HOME}/ann/{WORK}/data.csv",
        "MyAgentShellX",
        "(1234567.py)",
        "ipython-input-2",
    ],
)
def test_what_a_student_wrote_stays(said: str) -> None:
    assert in_known_words(said) == said


# What a notebook can be made to say of its kernel, a cell each.
CELLS = (
    "import os, sys, inspect, traceback\nprint(os.getcwd(), os.path.expanduser('~'), sys.path)",
    "def f(:\n  pass",
    "  x = 1\n y = 2",
    "from texts import nothing_here",
    "raise OSError(os.getcwd())",
    "get_ipython().nothing",
    "get_ipython().kernel.nothing",
    "print(get_ipython(), get_ipython().kernel)",
    "raise KeyError(inspect.currentframe().f_code.co_filename)",
    "try:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()",
    "import warnings; warnings.warn('hm')",
    "raise RuntimeError(inspect.__file__)",
    "quit()",
    "def longest(text):\n"
    "    here = inspect.currentframe().f_code.co_filename\n"
    "    raise ValueError(f'{os.getcwd()} {get_ipython()} {here} {inspect.__file__}')",
)
OURS = (
    "ipython-input",
    "ipykernel_",
    "Agent",
    "/tmp/work",
    "/tmp/home",
    "/fg-",
    "/site/",
    "<edited>",
)


def test_no_flag_message_or_output_has_a_word_that_only_the_kernel_knows(
    grade_cells: Callable[..., Graded],
) -> None:
    result = grade_cells(*CELLS).result
    exercise = result.exercises[0]
    said = [*result.flags, *(case.message for case in exercise.cases), exercise.printed]
    assert len(result.flags) >= 8
    assert "ValueError" in exercise.cases[0].message
    for text in said:
        assert not [word for word in OURS if word in text], text
        assert sys.base_prefix not in text
