"""From records to files: fills the templates and writes the pages."""

from __future__ import annotations

from base64 import b64encode
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.assignment import Assignment
from grader.model import Run
from grader.report.class_page import class_page
from grader.report.entries import entries
from grader.report.pictures import View
from grader.report.student_page import student_page
from grader.report.text import counted, number, one_line, visible, when

HERE = Path(__file__).parent


def write_report(run: Run, assignment: Assignment, folder: Path) -> None:
    """Write `index.html` and `students/<slug>.html` into an existing, empty folder.

    The same run gives the same bytes.
    """
    everyone = entries(run)
    students = folder / "students"
    students.mkdir()
    _write(folder / "index.html", "class", class_page(run, assignment, everyone))
    for entry in everyone:
        path = students / f"{entry.slug}.html"
        _write(path, "student", student_page(run, assignment, entry))


def _write(path: Path, template: str, page: object) -> None:
    html = _environment().get_template(f"{template}.html.jinja").render(page=page)
    path.write_text(html, encoding="utf-8", newline="\n")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style, script = _asset("report.css"), _asset("report.js")
    environment.globals |= {
        "style": style,
        "script": script,
        "policy": content_security_policy(style),
        "policy_with_script": content_security_policy(style, script),
        "gallery": _gallery,
    }
    environment.filters |= {
        "number": number,
        "when": when,
        "one_line": one_line,
        "counted": counted,
    }
    return environment


@lru_cache(maxsize=256)
def _gallery(views: tuple[View, ...], anchor: str) -> Markup:
    """The pictures of an exercise, which those who got it right have in common."""
    module: Any = _environment().get_template("pictures.html.jinja").module
    return Markup(module.drawn(views, anchor))


def content_security_policy(style: str, script: str = "") -> str:
    """Allow nothing but this very style sheet and this very script, if there is one."""
    scripts = f"; script-src {_source(script)}" if script else ""
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src {_source(style)}{scripts}"
    )


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _asset(name: str) -> Markup:
    return Markup((HERE / "assets" / name).read_text(encoding="utf-8"))


def _shown(value: Any) -> Any:
    """What a template prints for a value: HTML as it is, text with its unseen characters."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
