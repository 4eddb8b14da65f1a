"""Read the marks that otter-grader knows in the text of cells: of solutions, prompts and tests."""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterator
from typing import Any

import yaml

from grader.authors.importing.marks import Line
from grader.notebooks.parsing import source_lines

_SOLUTION = re.compile(r"\s*#\s?SOLUTION(?: NO PROMPT)?\s*;?\s*$")
_SEED = re.compile(r"\s*#\s?SEED\s*$")
_IGNORED = re.compile(r"#\s?IGNORE\s*$")
_BEGIN = re.compile(r"^\s*#\s*BEGIN SOLUTION(?: NO PROMPT)?\s*$", re.IGNORECASE)
_END = re.compile(r"^\s*#\s*END SOLUTION\s*$", re.IGNORECASE)
_PROMPT = re.compile(r"^\s*(?:\"{3}|'{3}|#)?\s*;?\s*#?\s*BEGIN PROMPT\s*$", re.IGNORECASE)
_PROMPT_END = re.compile(r"^\s*(?:\"{3}|'{3}|#)?\s*;?\s*#?\s*END PROMPT\s*$", re.IGNORECASE)
_IGNORE = re.compile(r"^\s*#\s*BEGIN\s+IGNORE", re.IGNORECASE)
_IGNORE_END = re.compile(r"#\s*END\s+IGNORE\s*$", re.IGNORECASE)
_IGNORED_CELL = re.compile(r"^\s*#+\s*ignore\s*#*\s*$", re.IGNORECASE)
_HEADING = re.compile(r"^\s*#+\s*solution\s*#*\s*$", re.IGNORECASE)
_CONFIG = re.compile(r"^\s*(?:\w+\s*=\s*)?[\"']{1,3}\s*#\s*BEGIN\s*TEST\s*CONFIG", re.IGNORECASE)
_CONFIG_END = re.compile(r"^\s*[\"']{1,3}\s*;?\s*#\s*END\s*TEST\s*CONFIG", re.IGNORECASE)
_TEST_WORDS = re.compile(r"^\s*#+\s*(hidden\s+)?tests?\b\s*#*\s*$", re.IGNORECASE)
_HIDDEN = re.compile(r"^\s*#.*\bhidden\b", re.IGNORECASE)
OK_TEST = re.compile(r"^\s*(?:OK_FORMAT\s*=.*\n\s*)?test\s*=\s*\{", re.MULTILINE)


def answer_lines(source: str) -> tuple[list[Line], str]:
    """The lines of an answer without otter's marks, and its source as otter runs it.

    A prompt, which students get in the place of a solution, becomes comments.
    """
    lines: list[Line] = []
    solution = prompt = ignored = False
    for text in source_lines(source):
        if _PROMPT.match(text) or _PROMPT_END.match(text):
            prompt = bool(_PROMPT.match(text))
        elif prompt:
            lines.append(Line(_as_comment(text), solution=False))
        elif _BEGIN.match(text) or _END.match(text):
            solution = bool(_BEGIN.match(text))
        elif _IGNORE.match(text) or _IGNORE_END.search(text):
            ignored = bool(_IGNORE.match(text))
        elif not (ignored or _IGNORED.search(text) or _HEADING.match(text)):
            lines.append(_line(text, solution))
    return lines, "\n".join(each.text for each in lines)


def _line(text: str, solution: bool) -> Line:
    for mark in (_SOLUTION, _SEED):
        if mark.search(text):
            return Line(mark.sub("", text), solution=True)
    return Line(text, solution)


def _as_comment(text: str) -> str:
    if not text.strip() or text.strip().startswith("#"):
        return text
    indent = text[: len(text) - len(text.lstrip())]
    return f"{indent}# {text.lstrip()}"


def is_test_cell(source: str) -> bool:
    """Whether a cell of the older format is a test: its first line is `## Test ##`, or alike."""
    lines = source_lines(source)
    return bool(lines) and bool(_TEST_WORDS.match(lines[0]))


def is_ignored_cell(source: str) -> bool:
    """Whether a cell is none of the assignment: its first line is `## Ignore ##`, or alike."""
    lines = source_lines(source)
    return bool(lines) and bool(_IGNORED_CELL.match(lines[0]))


def test_of(source: str) -> tuple[str, dict[str, Any], bool]:
    """A test cell without what is said about it: its source, its settings, whether it is hidden.

    The lines keep their numbers.
    """
    lines = source_lines(source)
    config: dict[str, Any] = {}
    hidden = bool(lines) and bool(_HIDDEN.match(lines[0]))
    if lines and _CONFIG.match(lines[0]):
        end = next((n for n, each in enumerate(lines) if n and _CONFIG_END.match(each)), 0)
        config = mapping("\n".join(lines[1:end]))
        lines = [""] * (end + 1) + lines[end + 1 :]
    lines = [_IGNORED.sub("", each).rstrip() if _IGNORED.search(each) else each for each in lines]
    return _called("\n".join(lines)), config, bool(config.get("hidden", hidden))


def _called(source: str) -> str:
    """The source, with a call of the function where it defines one alone, as otter calls it."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return source
    match body:
        case [ast.FunctionDef(name=name, args=args)]:
            return f"{source}\n{name}({', '.join(each.arg for each in args.args)})"
    return source


def mapping(text: str) -> dict[str, Any]:
    """The settings in a piece of YAML; none where it is not a mapping."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        # Messages with a colon or a backslash are no YAML: what can be read by line is.
        found = _by_line(text)
    return found if isinstance(found, dict) else {}


def _by_line(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in text.splitlines():
        try:
            each = yaml.safe_load(line)
        except yaml.YAMLError:
            continue
        found |= each if isinstance(each, dict) else {}
    return found


def ok_cases(source: str) -> list[dict[str, Any]]:
    """The cases of a cell that holds `test = {...}`, of the suites in it."""
    start = source.index("{")
    try:
        found = ast.literal_eval(source[start : source.rindex("}") + 1])
    except (SyntaxError, ValueError):
        return []
    return cases_of(found) if isinstance(found, dict) else []


def cases_of(test: dict[str, Any]) -> list[dict[str, Any]]:
    """The cases of a test in the form of OK, which notebooks have in their metadata."""
    return [case for suite in test.get("suites", ()) for case in suite.get("cases", ())]


def from_doctest(code: str) -> str:
    """The examples of a doctest as asserts: a value that is shown is to be the master's."""
    parser = doctest.DocTestParser()
    try:
        examples = parser.get_examples(code)
    except ValueError:
        return code
    return "\n".join(line for each in examples for line in _example(each))


def _example(example: doctest.Example) -> Iterator[str]:
    source, want = example.source.rstrip("\n"), example.want.strip()
    shown = (
        source.removeprefix("print(").removesuffix(")") if source.startswith("print(") else source
    )
    try:
        ast.parse(shown, mode="eval")
    except SyntaxError:
        want = ""
    if want == "True":
        yield f"assert {shown}"
    elif want:
        yield f"assert ({shown}) == ({shown})"
    else:
        yield source
