"""`grade release`: the files that a student gets of an assignment, the same bytes every time."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from mimetypes import MimeTypes
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jinja2
import tomli_w

from grader.assignments.load import load_assignment
from grader.assignments.paths import EXPECTED_OUTPUTS, PARAMETERS, PUBLIC_VARIANTS
from grader.assignments.records import Assignment
from grader.authors.leaks import giveaways
from grader.authors.validate import out_of_step
from grader.errors import AssignmentError, InputError, Remedy
from grader.files import write_folder, write_zip
from grader.grading.in_step import check_in_step
from grader.notebooks.cells import imports

README, REQUIREMENTS = "README.md", "requirements.txt"
_PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?==[A-Za-z0-9.!+_-]+")
# Those that Python knows, and not the machine's, which may know more.
_FILE_TYPES = MimeTypes(filenames=())
_LINK = re.compile(r"""\]\(\s*([^)\s]+)|(?:src|href)=["']([^"']+)["']""")


def bundle(root: Path, name: str) -> dict[str, bytes]:
    """Path in the bundle -> content, in order of the paths.

    Raises AssignmentError where a generated file is not what would be generated now, a file or the
    pin of a package is missing, or something of the solutions would be in the bundle.
    """
    assignment = load_assignment(root, name)
    for problem in out_of_step(assignment, root):
        raise AssignmentError(problem, Remedy.GENERATE)
    check_in_step(assignment, root)
    files = {path: _content(assignment, path) for path in _paths(assignment)}
    files["assignment.toml"] = _settings(assignment)
    _refuse_giveaways(assignment, files)
    files[REQUIREMENTS] = _requirements(assignment, files)
    files.setdefault(README, _readme(assignment))
    return dict(sorted(files.items()))


def _refuse_giveaways(assignment: Assignment, files: dict[str, bytes]) -> None:
    allowed = [each.text for each in assignment.may_be_given]
    found = [
        line for line in giveaways(assignment, files) if not any(text in line for text in allowed)
    ]
    if found:
        listed = "\n  ".join(found[:20])
        more = f"\n  and {len(found) - 20} more" if len(found) > 20 else ""
        raise AssignmentError(
            f"{assignment.name} was not released: students would get something of the solutions\n"
            f"  {listed}{more}\n"
            "what they may have stands in a table [[may_be_given]] of assignment.toml, with `text` "
            "and `reason`"
        )


# The keys of an exercise that stay here: a rubric says what a good answer has.
_NOT_FOR_STUDENTS = ("outputs_from", "rubric")


def write_bundle(files: dict[str, bytes], name: str, output: Path) -> None:
    """Write the files to `output`: a zip with a folder `name` in it, or a folder.

    Raises InputError for a folder with anything else in it.
    """
    try:
        if output.suffix == ".zip":
            inside = ((f"{name}/{path}", content) for path, content in files.items())
            write_zip(output, inside, compressed=False, parents=True)
        else:
            _refuse_foreign(files, output)
            write_folder(output, files.items(), parents=True)
    except OSError as error:
        raise InputError(f"{output}: cannot be written: {error.strerror}") from None


def _refuse_foreign(files: dict[str, bytes], output: Path) -> None:
    if output.exists() and not output.is_dir():
        raise InputError(f"{output}: is a file, and no .zip", Remedy.OTHER_BUNDLE_TARGET)
    there = {str(p.relative_to(output)) for p in output.rglob("*") if not p.is_dir()}
    foreign = sorted(there - files.keys())
    if foreign:
        raise InputError(
            f"{output}: holds {foreign[0]}, which is not of this bundle; name an empty folder"
        )


def _paths(assignment: Assignment) -> list[str]:
    """The files of the bundle that stand in the assignment's folder.

    These are the notebook, the modules that it imports, the files that its text links to (such as
    pictures), and what `public_tests.py` and `grade check` read.
    """
    linked = [*_links(assignment)]
    return list(
        dict.fromkeys(
            [
                assignment.notebook,
                EXPECTED_OUTPUTS,
                PUBLIC_VARIANTS,
                *([PARAMETERS] if assignment.parameters else []),
                *assignment.helpers,
                *assignment.shared_files,
                *linked,
            ]
        )
    )


def _links(assignment: Assignment) -> Iterator[str]:
    """The files that the notebook's text links to, as paths from its folder."""
    for cell in _cells(assignment.template.read_bytes()):
        if cell["cell_type"] == "markdown":
            for in_markdown, in_html in _LINK.findall("".join(cell["source"])):
                target = unquote((in_markdown or in_html).split("#")[0])
                if target and _is_file(assignment.folder / target, target):
                    yield os.path.normpath(target)


def _is_file(path: Path, target: str) -> bool:
    """Whether a link is to a file: not to a page of the web, nor a formula such as `a^{[L](i)}`."""
    if re.match(r"[a-z]+:|//|www\.", target):
        return False
    kind, _ = _FILE_TYPES.guess_type(target)
    return kind is not None or path.is_file()


def _content(assignment: Assignment, path: str) -> bytes:
    file = assignment.folder / path
    if not file.resolve().is_relative_to(assignment.folder.resolve()):
        raise AssignmentError(f"{file}: is outside of the assignment's folder")
    try:
        return file.read_bytes()
    except OSError as error:
        raise AssignmentError(
            f"{file}: the notebook or assignment.toml names it, but it cannot be read: "
            f"{error.strerror}"
        ) from None


def _settings(assignment: Assignment) -> bytes:
    """The bundle's `assignment.toml`, which refers to no other assignment.

    What an exercise takes from the assignment that it is shared from is copied into it.
    """
    data = tomllib.loads((assignment.folder / "assignment.toml").read_text(encoding="utf-8"))
    if assignment.shared_folder != assignment.folder:
        base = tomllib.loads((assignment.shared_folder / "assignment.toml").read_text("utf-8"))
        shared = {exercise["name"]: exercise for exercise in base["exercise"]}
        data["exercise"] = [shared[each["name"]] | each for each in data["exercise"]]
    for key in ("shares", "shared_files", "public_cases", "may_be_given"):
        data.pop(key, None)
    for exercise in data["exercise"]:
        for key in _NOT_FOR_STUDENTS:
            exercise.pop(key, None)
    return tomli_w.dumps(data).encode()


def _requirements(assignment: Assignment, files: dict[str, bytes]) -> bytes:
    """The content of `requirements.txt`.

    Raises AssignmentError where a line does not pin a version, or where the notebook or a helper
    imports a package that no line pins.
    """
    problems = [
        f"{line!r} is not of the form name==version"
        for line in assignment.requirements
        if not _PINNED.fullmatch(line)
    ]
    pinned = {_normal(re.split(r"[=\[]", line)[0]) for line in assignment.requirements}
    for module in sorted(_imported(files) - _own(assignment) - sys.stdlib_module_names):
        known = packages_distributions().get(module, [module])
        if not pinned & set(map(_normal, known)):
            problems.append(
                f"the notebook or a helper imports {module}, and no line pins it; "
                f'add "{known[0]}=={_installed(known[0])}"'
            )
    if problems:
        listed = "\n  ".join(problems)
        raise AssignmentError(f"{assignment.folder / 'assignment.toml'}: requirements:\n  {listed}")
    return "".join(f"{line}\n" for line in sorted(assignment.requirements)).encode()


def _imported(files: dict[str, bytes]) -> set[str]:
    """The modules that the notebook's cells and the helpers import."""
    nodes: list[ast.AST] = []
    for path, content in files.items():
        if path.endswith(".py"):
            nodes += ast.walk(ast.parse(content))
        elif path.endswith(".ipynb"):
            for cell in _cells(content):
                nodes += imports("".join(cell["source"])) if cell["cell_type"] == "code" else []
    return {name.split(".")[0] for node in nodes for name in _modules(node)}


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""] if node.level == 0 else []
    return [each.name for each in node.names] if isinstance(node, ast.Import) else []


def _own(assignment: Assignment) -> set[str]:
    return {Path(name).stem for name in assignment.helper_files()}


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "VERSION"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _readme(assignment: Assignment) -> bytes:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader", "handout"), keep_trailing_newline=True
    )
    return environment.get_template("README.md.jinja").render(assignment=assignment).encode()


def _cells(notebook: bytes) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(notebook)["cells"]
    return cells
