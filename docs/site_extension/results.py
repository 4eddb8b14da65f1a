"""Every key of `results.json`, from its schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.results.schema import schema
from site_extension.markdown import any_of, code, escaped, table

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "`null`",
    "number": "a number",
    "object": "a record",
    "string": "a text",
}


def results() -> str:
    """A section for the file, and for each record in it."""
    return "\n".join(_sections(schema()))


def _sections(whole: dict[str, Any]) -> Iterator[str]:
    yield from _record("The file", whole)
    for name, record in whole["$defs"].items():
        yield from _record(name, record)


def _record(name: str, record: dict[str, Any]) -> Iterator[str]:
    yield f"## {name}\n"
    if said := record.get("description"):
        yield f"{escaped(said)}\n"
    if keys := record.get("properties"):
        yield table(["key", "value"], [[code(key), _in_words(kind)] for key, kind in keys.items()])
    else:
        yield f"Its value is {_in_words(record)}.\n"


def _in_words(kind: dict[str, Any]) -> str:
    """What the value of a key may be, with a link to the record's section where it is one."""
    for several in ("anyOf", "oneOf"):
        if several in kind:
            return any_of([_in_words(each) for each in kind[several]])
    if "$ref" in kind:
        name = kind["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "enum" in kind or "const" in kind:
        return any_of([code(value) for value in kind.get("enum", [kind.get("const")])])
    if "type" not in kind:
        return "anything"
    words = _TYPES[kind["type"]]
    if kind["type"] == "array" and "items" in kind:
        return f"{words}, of which each is {_in_words(kind['items'])}"
    if isinstance(below := kind.get("additionalProperties"), dict):
        return f"{words}, for each key {_in_words(below)}"
    return f"{words} ({kind['format']})" if "format" in kind else words
