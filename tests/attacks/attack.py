"""What an attack is, and what every attacking notebook begins with.

A notebook is graded with the small course of `tests/course`: first come wrong answers, then what
the attacker knows of the world outside (more than a student ever would), then the attack. A cell
that got anywhere says so itself, by `got_out`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import dedent

import pytest
from _pytest.mark.structures import ParameterSet

# Attacks that take long, because what they wait for is a time limit: `.ci/thorough` runs them.
LONG = frozenset(
    [
        "endless_search",
        "endless_trees",
        "frame_too_large",
        "frames_without_end",
        "handlers_gone",
        "hidden_inputs_drawn",
        "huge_message",
        "huge_repr",
        "huge_values",
        "malformed_frame_in_a_cell",
        "many_outputs",
        "slow_definitions",
        "texts_of_wide_characters",
        "threads_that_stay",
    ]
)


@dataclass(frozen=True)
class Attack:
    """`cells` are run after the wrong answers; `heir`, if any, is a cell of the submission graded
    next, which calls `got_out` if it finds what this one left for it."""

    name: str
    tries: str
    cells: tuple[str, ...]
    heir: str = ""
    student: str = "mallory"
    only: str = ""  # a level, where the promise is made at no other
    needs_group: bool = False  # the promise is made where control groups can be made
    floods: bool = False  # it sends more than we want, until its kernel is ended for it

    def __str__(self) -> str:
        return self.name


def attack(
    name: str,
    tries: str,
    *cells: str,
    heir: str = "",
    student: str = "mallory",
    only: str = "",
    needs_group: bool = False,
    floods: bool = False,
) -> Attack:
    texts = tuple(dedent(cell).strip("\n") for cell in cells if cell)
    return Attack(name, tries, texts, heir, student, only, needs_group, floods)


# Nothing, 2 of 6 points for the public case, nothing: what every attack has to beat.
WRONG = (
    "def longest(text):\n    return text",
    "def count(text):\n    return {word: 1 for word in text.split()}",
    "def mean_and_spread(text):\n    return 0.0, 0.0",
)
RIGHT = (
    "def longest(text):\n    return max(text.split(), key=len)",
    "def count(text):\n    return {word: text.split().count(word) for word in text.split()}",
    "import numpy as np\n"
    "def mean_and_spread(text):\n"
    "    sizes = [len(word) for word in text.split()]\n"
    "    return np.mean(sizes), np.std(sizes)",
)

GOT_OUT = "GOT" + " OUT"

# Help for attackers. `tries` is for what must fail; in a child, so that a filter may kill it.
PRELUDE = '''
import ctypes, os, resource, signal, socket, struct, sys, threading, time
OUTSIDE = {outside!r}
libc = ctypes.CDLL(None, use_errno=True)

def got_out(how):
    print("GOT", "OUT: " + str(how)[:300], flush=True)

def tries(what, act, *expected):
    """Call `act`; it got out if it returns, with one of the `expected` values if there are any."""
    child = os.fork()
    if child == 0:
        try:
            value = act()
        except BaseException:
            os._exit(0)
        os._exit(7 if not expected or value in expected else 0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7:
        got_out(what)

def system(number, *arguments):
    """A system call by its number on x86_64, aarch64."""
    number = number[os.uname().machine != "x86_64"]
    if number is None:
        raise OSError("not on this machine")
    ctypes.set_errno(0)
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def kernel():
    return get_ipython().kernel

def reply(kind, content, parent=None, buffers=(), channel="shell"):
    """Send our grader a message of any kind, signed with the key that the kernel holds."""
    k = kernel()
    if channel == "iopub":
        k.session.send(k.iopub_socket, kind, content, parent, ident=b"x", buffers=list(buffers))
        return
    ident = list(k._shell_parent_ident.get())
    stream = k.shell_stream if channel == "shell" else k.control_stream
    k.session.send(stream.socket, kind, content, parent, ident=ident, buffers=list(buffers))

def raw(*frames, copies=1):
    """Send our grader frames of any content on shell."""
    ident = list(kernel()._shell_parent_ident.get())
    kernel().shell_stream.socket.send_multipart(ident + list(frames) * copies, copy=False)

def signed(header=b"{{}}", parent=b"{{}}", metadata=b"{{}}", content=b"{{}}", buffers=()):
    """Frames of a message whose parts are any bytes, with a signature that is right."""
    parts = [header, parent, metadata, content]
    return [b"<IDS|>", kernel().session.sign(parts), *parts, *buffers]

def answer_with(payload):
    """Answer every call of a function with these bytes instead of what it returns."""
    k = kernel()
    def call_request(stream, ident, parent):
        k.session.send(stream, "call_reply", {{}}, parent, ident=ident, buffers=[payload])
    k.shell_handlers["call_request"] = call_request
'''


def prelude(outside: dict[str, object]) -> str:
    return PRELUDE.format(outside=outside)


def each(attacks: Iterable[Attack]) -> list[ParameterSet]:
    """The attacks as parameters of a test."""
    return [
        pytest.param(one, id=one.name, marks=[pytest.mark.thorough] if one.name in LONG else [])
        for one in attacks
    ]
