"""Which of the files that came with a notebook are put beside it in the kernel.

A file is put there if the notebook needs it: a module that a cell imports, what that module
imports in turn, and other files that are named in the code. It never takes the place of what the
assignment, Python or an installed package provides under that name, so that the notebook runs with
the same packages as everybody's.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from importlib.machinery import PathFinder
from pathlib import PurePosixPath

from grader.notebooks.cells import imports_anywhere
from grader.notebooks.read import Notebook
from grader.sandbox.launch import site_packages
from grader.text import one_line

# Names of files of which a remark speaks.
MAX_NAMED = 5
# What the kernel has in its folder anyway, and what Python would run by itself.
_NEVER = frozenset({"__main__", "__pycache__", "sitecustomize", "usercustomize"})
_WORD = re.compile(r"[\w.-]+")


def chosen(
    notebook: Notebook, came: Mapping[str, bytes], beside: Iterable[str]
) -> dict[str, bytes]:
    """The files to be put beside the notebook, of those that came with it.

    `came` is by path below the notebook's folder, `beside` are the names of the assignment's own.
    """
    if not came:
        return {}
    own = {_root(name).lower() for name in beside}
    free = {name: content for name, content in came.items() if _is_free(name, own)}
    sources = [cell.source for cell in notebook.cells]
    used: dict[str, bytes] = {}
    while True:
        imported = {name for source in sources for name in imports_anywhere(source)}
        words = {word for source in sources for word in _WORD.findall(source)}
        more = {
            name: content
            for name, content in free.items()
            if name not in used and _is_used(name, imported, words)
        }
        if not more:
            return used
        used |= more
        sources = [_text(content) for name, content in more.items() if name.endswith(".py")]


def remarks(
    notebook: Notebook, names: Iterable[str], used: Mapping[str, bytes], beside: Iterable[str]
) -> list[str]:
    """Lines that say which of the files that came with the notebook are used, and which are not.

    Of those that are not, only modules are named, and files that the notebook names. Copies of the
    assignment's own files are nothing to speak of.
    """
    own = {_root(name).lower() for name in beside}
    words = {word for cell in notebook.cells for word in _WORD.findall(cell.source)}
    left = [
        name
        for name in names
        if name not in used
        and _root(name).lower() not in own
        and (name.endswith(".py") or PurePosixPath(name).name in words)
    ]
    lines = []
    if used:
        lines.append(f"put beside the notebook, since it uses them: {_listed(list(used))}")
    if left:
        lines.append(f"handed in with the notebook and not used: {_listed(left)}")
    return lines


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{', '.join(one_line(name[:80]) for name in names[:MAX_NAMED])}{more}"


def _root(name: str) -> str:
    """The name by which Python would look for it: of a file without its suffixes, or a folder."""
    return PurePosixPath(name).parts[0].partition(".")[0]


def _is_free(name: str, own: set[str]) -> bool:
    """Whether nothing else provides what would be found under this name."""
    root, path = _root(name), PurePosixPath(name)
    hidden = any(part.startswith(".") or part in _NEVER for part in path.parts)
    if hidden or root in _NEVER or root.lower() in own:
        return False
    if path.suffix not in (".py", "") and len(path.parts) == 1:
        return path.suffix not in (".pyc", ".pyd", ".so", ".pth", ".ipynb")
    return not _is_provided(root)


def _is_provided(module: str) -> bool:
    if module in sys.stdlib_module_names or module in sys.builtin_module_names:
        return True
    return PathFinder.find_spec(module, site_packages()) is not None


def _is_used(name: str, imported: set[str], words: set[str]) -> bool:
    path = PurePosixPath(name)
    if path.suffix == ".py":
        return _root(name) in imported
    # A file of data is used by its name, or by that of the folder that it is in.
    return path.name in words or (len(path.parts) > 1 and path.parts[0] in words | imported)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
