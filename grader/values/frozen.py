"""Expected outputs as JSON that a person can review: the way in; `thaw` in
`grader.values.difference` is the way out."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from grader.errors import AssignmentError
from grader.values.difference import Digest, digest

# Larger arrays are kept as shape, digest and first values: nobody reviews 14 MB of numbers.
MAX_NUMBERS = 2_000


def freeze(value: Any) -> Any:
    """Plain JSON data for a value of base types, as `thaw` reads it."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else {"float": repr(value)}
    if isinstance(value, list):
        return [freeze(item) for item in value]
    if isinstance(value, np.ndarray):
        return _freeze_array(value)
    if isinstance(value, Digest):
        kind = {"dtype": value.dtype, "shape": list(value.shape)}
        return {**kind, "sha256": value.sha256, "head": list(value.head)}
    return _freeze_other(value)


def _freeze_array(array: np.ndarray[Any, Any]) -> dict[str, Any]:
    if array.dtype.kind == "c":
        raise AssignmentError("expected outputs with arrays of complex numbers are not supported")
    kind = {"dtype": array.dtype.name, "shape": list(array.shape)}
    if array.size > MAX_NUMBERS:
        head = [float(number) for number in array.flat[:3]]
        return {**kind, "sha256": digest(array), "head": head}
    return {**kind, "array": _numbers(array.tolist())}


def _numbers(values: Any) -> Any:
    if isinstance(values, list):
        return [_numbers(value) for value in values]
    return repr(values) if isinstance(values, float) and not np.isfinite(values) else values


def _freeze_other(value: Any) -> dict[str, Any]:
    match value:
        case tuple():
            return {"tuple": [freeze(item) for item in value]}
        case dict() if all(isinstance(key, str) for key in value):
            return {"named": {key: freeze(item) for key, item in value.items()}}
        case dict():
            return {"dict": [[freeze(key), freeze(item)] for key, item in value.items()]}
        case set():
            return {"set": sorted((freeze(item) for item in value), key=json.dumps)}
        case complex():
            return {"complex": [repr(value.real), repr(value.imag)]}
        case bytes():
            return {"bytes": value.hex()}
    raise AssignmentError(f"expected outputs of type {type(value).__name__} are not supported")


def pretty(data: Any, indent: str = "") -> str:
    """JSON text with a line for each entry of an object, and a line for each row of numbers."""
    deeper = f"{indent} "
    if isinstance(data, dict) and data:
        entries = [f"{deeper}{json.dumps(key)}: {pretty(v, deeper)}" for key, v in data.items()]
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    if isinstance(data, list) and any(isinstance(item, (list, dict)) for item in data):
        items = [f"{deeper}{pretty(item, deeper)}" for item in data]
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    return json.dumps(data)
