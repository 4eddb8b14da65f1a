"""From records to files: fills the templates and writes the pages."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.assignments.records import Assignment
from grader.caches import cached
from grader.execution.installation import program
from grader.files import written_whole
from grader.gradebook.diff import Change, Since
from grader.gradebook.fingerprint import digest, fingerprint
from grader.gradebook.store.runs import ListedRun
from grader.model import Run
from grader.report.class_page import ClassPage
from grader.report.compiled import compiled
from grader.report.diff_page import DiffPage
from grader.report.entries import Entry, entries
from grader.report.exercise_page import ExercisePage, exercise_file
from grader.report.pairs.pair_page import PairPage, pair_pages
from grader.report.pairs.similarity import Likeness
from grader.report.pictures.views import View
from grader.report.student_page import student_page
from grader.report.typeset import typeset
from grader.text import counted, number, one_line, visible, when

HERE = Path(__file__).parent
# The mark of a student's page (see `_mark`) stands in its first so many characters.
HEAD = 1000


def write_report(
    run: Run,
    assignment: Assignment,
    folder: Path,
    earlier: Path | None = None,
    similar: bool = False,
    since: Since | None = None,
    grades: Sequence[str] = (),
) -> None:
    """Write the pages of the class, the exercises and the students into an existing, empty folder;
    with `similar`, a page for each pair of similar submissions as well. `since` is what changed
    since the run before. `grades` are the files with grades beside the folder `earlier`.

    The same run gives the same bytes, with one exception: where the `earlier` report has a
    student's page that says the same, that file is taken over, and with it the date that it has.
    """
    students = folder / "students"
    students.mkdir()
    before = DiffPage(since.one, since.two, since.changes) if since else None
    page = ClassPage(run, assignment, before, grades)
    exercises = [
        ExercisePage(run, assignment, page.tally, each, number)
        for number, each in enumerate(assignment.exercises, start=1)
    ]
    likeness = Likeness(assignment) if similar else None
    for entry in entries(run):
        page.add(entry)
        for exercise in exercises:
            exercise.add(entry)
        if likeness:
            likeness.add(entry.result)
        name, mark = f"{entry.slug}.html", _mark(run, assignment, entry)
        if not (earlier and _taken(earlier / "students" / name, students / name, mark)):
            _write(students / name, "student", student_page(run, assignment, entry), mark)
    if likeness:
        page.compared = likeness.enough
        page.pairs = list(_write_pairs(run, assignment, likeness, folder / "similar"))
    (folder / "exercises").mkdir()
    for exercise in exercises:
        _write(folder / "exercises" / exercise_file(exercise.exercise), "exercise", exercise)
    _write(folder / "index.html", "class", page)


def _write_pairs(
    run: Run, assignment: Assignment, likeness: Likeness, folder: Path
) -> Iterator[PairPage]:
    folder.mkdir()
    for page in pair_pages(run, assignment, likeness):
        _write(folder / f"{page.number}.html", "pair", page)
        yield page


def write_diff(one: ListedRun, two: ListedRun, changes: list[Change], path: Path) -> None:
    """Write what changed from run `one` to run `two` as a page of its own."""
    with written_whole(path) as new:
        _write(new, "diff", DiffPage(one, two, changes))


def _write(path: Path, template: str, page: object, mark: str = "") -> None:
    pieces = _environment().get_template(f"{template}.html.jinja").generate(page=page, mark=mark)
    # Piece by piece: the page of a large class is large, too.
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)


def _mark(run: Run, assignment: Assignment, entry: Entry) -> str:
    """A hash of everything that a student's page says, but for the date of the run."""
    exercises = [(each.name, each.title, each.asks, each.points) for each in assignment.exercises]
    names = (run.title, run.version, assignment.title, entry.name, entry.slug)
    written = [variant.written for each in assignment.exercises for variant in each.variants]
    about = (*names, exercises, written, assignment.editions)
    said = repr((_looks(), _pictures(assignment), about, entry.result))
    return sha256(said.encode("utf-8", "backslashreplace")).hexdigest()[:32]


@cached()
def _pictures(assignment: Assignment) -> str:
    """A hash of all that pictures may depend on: drivers may read any file of the assignment.

    It is empty for an assignment without pictures.
    """
    drawn = any(exercise.pictures for exercise in assignment.exercises)
    return digest(fingerprint([assignment])) if drawn else ""


@cache
def _looks() -> str:
    """A hash of what all pages are made with: the report's code, templates, style and script."""
    parts = sorted(path for path in HERE.glob("*/*") if path.is_file())
    every = b"".join(path.read_bytes() for path in parts if path.parent.name != "__pycache__")
    return program() + sha256(every).hexdigest()


def _taken(earlier: Path, path: Path, mark: str) -> bool:
    """Link the page of the earlier report to `path` if it has the mark; False if that fails."""
    try:
        with earlier.open(encoding="utf-8") as file:
            if f'name="page" content="{mark}"' not in file.read(HEAD):
                return False
        os.link(earlier, path, follow_symlinks=False)
    except (OSError, UnicodeDecodeError):  # gone meanwhile, or a disk without links
        return False
    return True


def environment_of(*folders: Path) -> Environment:
    """An environment for pages made of the templates in these folders, and of the report's."""
    environment = Environment(
        loader=FileSystemLoader([*folders, HERE / "templates"]),
        bytecode_cache=compiled(f"jinja2-{version('jinja2')}-{_looks()[:32]}"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "number": number,
        "when": when,
        "one_line": one_line,
        "counted": counted,
        "typeset": typeset,
    }
    return environment


@cache
def _environment() -> Environment:
    environment = environment_of()
    style, keys = _asset("report.css"), _asset("keys.js")
    script = keys + _asset("view.js") + _asset("class.js")
    steps = keys + _asset("student.js")
    environment.globals |= {
        "style": style,
        "script": script,
        "steps": steps,
        "policy": content_security_policy(style),
        "policy_with_script": content_security_policy(style, script),
        "policy_with_steps": content_security_policy(style, steps),
        "gallery": _gallery,
        "view": view,
    }
    return environment


@lru_cache(maxsize=256)
def _gallery(views: tuple[View, ...], anchor: str) -> Markup:
    """The HTML of an exercise's pictures, cached: all who got it right have the same ones."""
    module: Any = _environment().get_template("pictures.html.jinja").module
    return Markup(module.drawn(views, anchor))


def view(**terms: str) -> str:
    """The address of those submissions in the class page's table that these terms fit.

    `class.js` reads it; for its keys see there.

    >>> view(mistake="adam:no bias")
    '#mistake=adam%3Ano+bias'
    """
    return f"#{urlencode(terms, errors='replace')}"


def content_security_policy(style: str, script: str = "", forms: str = "'none'") -> str:
    """A Content-Security-Policy that allows this style sheet and this script, and nothing else.

    They are named by their SHA-256, so that no other style or script is used even in the page.
    `forms` is where forms may be sent to.
    """
    scripts = f"; script-src {_source(script)}" if script else ""
    return (
        f"default-src 'none'; base-uri 'none'; form-action {forms}; "
        f"style-src {_source(style)}{scripts}"
    )


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def asset_of(path: Path) -> Markup:
    """A style sheet or script of ours, to be put into a page as it is."""
    return Markup(path.read_text(encoding="utf-8"))


def _asset(name: str) -> Markup:
    return asset_of(HERE / "assets" / name)


def _shown(value: Any) -> Any:
    """What a template prints: HTML as it is, other text with unseen characters written out."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
