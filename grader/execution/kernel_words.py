"""Put what a kernel says into the words that a notebook's author knows.

A kernel names its own files, folders and classes, which nobody who writes a notebook has seen:
`<ipython-input-2-838671dc4620>` for a cell, `/tmp/work` for the folder of the notebook.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig
import tempfile
from functools import cache

from grader.sandbox.launch import SITE, site_packages

CELL, FOLDER = "<cell>", "."
# Our classes, by those they stand for.
_CLASSES = {
    "agent.AgentShell": "ipykernel.zmqshell.ZMQInteractiveShell",
    "AgentShell": "ZMQInteractiveShell",
    "agent.AgentKernel": "ipykernel.ipkernel.IPythonKernel",
    "AgentKernel": "IPythonKernel",
}
_CLASS = re.compile(r"(?:agent\.)?Agent(?:Shell|Kernel)\b")
# A cell's file: IPython's name, ipykernel's, and that of an edited function.
_FILE = re.compile(
    r"<ipython-input-\d++(?:-[0-9a-f]++)?+>|(?:/tmp/)?ipykernel_\d++/\d++\.py|<edited>"
)
# In the message of a SyntaxError it stands with a line; a flag says in which cell that is.
_FILE_AND_LINE = re.compile(r"\((?:<cell>|\d++\.py), (?=line \d)")


def in_known_words(text: str) -> str:
    """The text without the names that only a kernel has: see the module's docstring.

    Files of the notebook's folder, of Python and of packages are named from their folder on.
    """
    text = _FILE_AND_LINE.sub("(", _FILE.sub(CELL, text))
    text = _CLASS.sub(lambda found: _CLASSES[found[0]], text)
    text = _own_folder().sub(lambda found: "" if found[1] else FOLDER, text)
    return _packages().sub("", text)


@cache
def _own_folder() -> re.Pattern[str]:
    """A kernel's folders: that of the notebook, its home, and that of the processes it comes from.

    They are in `/tmp` where the kernel has one of its own, and else in ours. A slash after one of
    them is matched as group 1.
    """
    parent = f"{re.escape(tempfile.gettempdir())}/fg-[a-z0-9_]{{8}}"
    kernel = f"(?:{parent}/sockets/[0-9a-f]{{8}}|/tmp)/(?:work|home)"
    return re.compile(f"(?:{kernel}|{parent})(?![\\w.-])(/?+)")


@cache
def _packages() -> re.Pattern[str]:
    """The folders in which a kernel's packages and Python are, with a slash after them."""
    own = {*site_packages(), sysconfig.get_path("stdlib"), sys.base_prefix}
    folders = sorted({*own, *map(os.path.realpath, own)}, key=len, reverse=True)
    seen_by_kernels = f"{SITE}/[0-9]++"
    return re.compile(f"(?:{'|'.join([*map(re.escape, folders), seen_by_kernels])})/")
