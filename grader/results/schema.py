"""The JSON schema of `results.json`, made from the records that are written there.

`python -m grader.results.schema` writes it to `docs/results.schema.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import msgspec
from msgspec import Meta

from grader.model import Count
from grader.results.files import ResultsFile

PATH = Path(__file__).parents[2] / "docs" / "results.schema.json"


class PathData(TypedDict):
    """A path: its places, the start first."""

    points: list[Annotated[list[float], Meta(min_length=2, max_length=2)]]


class GroupsData(TypedDict):
    """Groups: for each of them its rows, for each row its items; null is no item at all."""

    groups: list[list[list[Count | None]]]


class TrainingData(TypedDict):
    """A training of the notebook: the steps after which it told its cost, and these costs; the
    label, 0 or 1, of each place of a grid, row by row upwards; and the share of labels that are
    right. The last two are empty where there is no trained network."""

    steps: list[Count]
    costs: list[float]
    labels: Annotated[str, Meta(pattern="^[01]*$")]
    right: Annotated[float, Meta(ge=0, le=1)] | None


_DATA = (PathData, GroupsData, TrainingData)
_NUMBER, _NULL = {"properties": {"score": {"type": "number"}}}, {"type": "null"}


def schema() -> dict[str, Any]:
    """The schema, as JSON data. It asks for every key that this version writes."""
    (_, *data), components = msgspec.json.schema_components(
        (ResultsFile, *_DATA), ref_template="#/$defs/{name}"
    )
    for each in _objects(components):
        _close(each)
    components["Drawing"]["properties"]["data"] = {"oneOf": data}
    components["Result"] |= {
        "if": {"properties": {"status": {"const": "graded"}}},
        "then": _NUMBER,
        "else": {"properties": {"score": _NULL, "reason": {"minLength": 1}}},
    }
    components["ExerciseResult"] |= {
        "if": {
            "properties": {"verdict": {"enum": ["not_graded", "to_review"]}, "adjustment": _NULL}
        },
        "then": {"properties": {"score": _NULL}},
        "else": _NUMBER,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **components.pop("ResultsFile"),
        "title": "results.json of fairgrade",
        "$defs": components,
    }


def text() -> str:
    """The schema as the text of `docs/results.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in the schema, at any depth."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _objects(each)


def _close(node: dict[str, Any]) -> None:
    """Require all keys of a record and allow no others; put its description on one line."""
    if isinstance(node.get("description"), str):
        words = " ".join(node["description"].partition(">>>")[0].split())
        node["description"] = re.sub(r"\bNone\b", "null", words)
    if isinstance(node.get("properties"), dict):
        node |= {"required": list(node["properties"]), "additionalProperties": False}
        for each in node["properties"].values():
            each.pop("default", None)


if __name__ == "__main__":
    if not PATH.parent.is_dir():
        raise SystemExit(f"{PATH.parent}: is missing; run this in a clone of the repository")
    PATH.write_text(text(), encoding="utf-8")
