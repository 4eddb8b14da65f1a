"""The packages that an assignment's notebook imports, and whether this machine has them.

A student whose notebook fails because of a package that is missing here has done nothing wrong. So
what is missing is said before anybody is graded, with the command that installs it.
"""

from __future__ import annotations

import ast
import re
import shlex
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.machinery import PathFinder
from importlib.metadata import Distribution

from packaging.requirements import InvalidRequirement, Requirement

from grader.assignments.records import Assignment
from grader.caches import cached
from grader.errors import SubmissionError
from grader.notebooks.cells import imports
from grader.notebooks.read import read_notebook
from grader.sandbox.launch import site_packages

# What is installed to import a module of another name.
_INSTALLED_AS = {
    "Bio": "biopython",
    "Levenshtein": "levenshtein",
    "PIL": "pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


@dataclass(frozen=True, slots=True)
class Need:
    """A package that an assignment needs.

    `module` is what its notebook or a helper imports, `requirement` what is to be installed for it,
    with the version where the assignment pins one. `found` is the version that is there where that
    is another; it is empty where there is none.
    """

    module: str
    requirement: str
    assignment: str
    found: str = ""


@cached()
def needs_of(assignment: Assignment) -> tuple[Need, ...]:
    """The packages that the assignment's notebook imports, itself or through its helpers.

    Imports within a function, or tried with `try`, are not counted: those may fail. Nothing is
    known of a notebook that cannot be read, which is reported elsewhere.
    """
    pinned = _pinned(assignment.requirements)
    return tuple(
        Need(
            module, pinned.get(_package(module, pinned), _package(module, pinned)), assignment.name
        )
        for module in sorted(_imported(assignment))
        if module not in sys.stdlib_module_names
    )


def unmet(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Those of the needs that kernels on this machine cannot meet, each package once."""
    found: dict[str, Need] = {}
    for need in needs:
        version = _version(_name(need.requirement))
        if not _there(need.module):
            found.setdefault(need.requirement, need)
        elif version and not Requirement(need.requirement).specifier.contains(version, True):
            found.setdefault(need.requirement, replace(need, found=version))
    return tuple(found.values())


def in_words(needs: Collection[Need], machine: str = "this machine") -> str:
    """A line about needs that a machine does not meet, with the command that installs them."""
    lacking = [
        f"{each.module}, which {each.assignment} imports" for each in needs if not each.found
    ]
    other = [
        f"{_name(each.requirement)} {each.found}, where {each.assignment} pins {each.requirement}"
        for each in needs
        if each.found
    ]
    parts = [f"lacks {'; '.join(lacking)}"] if lacking else []
    parts += [f"has {'; '.join(other)}"] if other else []
    python = sys.executable if machine == "this machine" else "python"
    install = " ".join(shlex.quote(each.requirement) for each in needs)
    return f"{machine} {', and '.join(parts)}; to install: {python} -m pip install {install}"


def missing_modules(assignment: Assignment) -> frozenset[str]:
    """The modules that the assignment's notebook imports and that are missing on this machine."""
    return frozenset(each.module for each in unmet(needs_of(assignment)) if not each.found)


def _pinned(requirements: Iterable[str]) -> dict[str, str]:
    """Name of a package -> the assignment's requirement for it, of those that apply here."""
    found = {}
    for line in requirements:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue  # pip says what is wrong with it
        if requirement.url is None and (
            requirement.marker is None or requirement.marker.evaluate()
        ):
            found[_normal(requirement.name)] = f"{requirement.name}{requirement.specifier}"
    return found


def _package(module: str, pinned: Collection[str]) -> str:
    """The name of the package to be installed for a module."""
    known = _INSTALLED_AS.get(module, module)
    if _normal(known) in pinned or module in _INSTALLED_AS:
        return _normal(known)
    return next((name for name in pinned if module in _modules_in(name)), _normal(module))


def _imported(assignment: Assignment) -> set[str]:
    """The top names of all modules that the notebook imports, but for the assignment's helpers."""
    helpers = {
        name.removesuffix(".py"): path
        for name, path in assignment.helper_files().items()
        if name.endswith(".py")
    }
    try:
        cells = read_notebook(assignment.template).cells
    except SubmissionError:
        return set()
    found = {module for cell in cells for module in _modules(imports(cell.source))}
    read: set[str] = set()
    while more := (found & helpers.keys()) - read:
        read |= more
        for name in more:
            try:
                body = ast.parse(helpers[name].read_bytes()).body
            except (OSError, SyntaxError, ValueError):
                continue  # it fails where it is imported, and is reported there
            found |= set(_modules(body))
    return found - helpers.keys()


def _modules(statements: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, ast.Import):
            yield from (each.name.partition(".")[0] for each in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield statement.module.partition(".")[0]


@cache
def _there(module: str) -> bool:
    """Whether kernels here can import a module."""
    return PathFinder.find_spec(module, site_packages()) is not None


@cache  # to read it takes milliseconds, and it is asked for every submission
def _version(package: str) -> str:
    installed = _distribution(package)
    return installed.version if installed else ""


def _modules_in(package: str) -> set[str]:
    """The top names of the modules that an installed package holds.

    They are read from the list of its files itself: `Distribution.files` makes an object of each of
    thousands.
    """
    installed = _distribution(package)
    listed = installed.read_text("RECORD") if installed else None
    return {
        re.split("[/,]", line, maxsplit=1)[0].removesuffix(".py")
        for line in (listed or "").splitlines()
    }


@cache
def _distribution(package: str) -> Distribution | None:
    return next(iter(Distribution.discover(name=package, path=list(site_packages()))), None)


@cache
def _name(requirement: str) -> str:
    return Requirement(requirement).name


def _normal(name: str) -> str:
    """A package's name as registries compare names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
