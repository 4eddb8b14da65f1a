"""Write the arguments of a recorded call as Python, with large arrays in files beside it."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.values import wire

# An array of more numbers is written to a file.
MOST_NUMBERS = 64
MOST_CHARACTERS = 4_000
FOLDER = "inputs"


@dataclass(slots=True)
class Inputs:
    """The files that hold inputs, by name, and which imports the inputs in `cases.py` need."""

    files: dict[str, bytes] = field(default_factory=dict)
    numpy: bool = False
    wire: bool = False

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any], stem: str) -> str:
        """The source of `arguments(...)` for these arguments."""
        parts = [self.value(each, f"{stem}_{n}") for n, each in enumerate(args)]
        parts += [f"{name}={self.value(each, f'{stem}_{name}')}" for name, each in kwargs.items()]
        return f"arguments({', '.join(parts)})"

    def value(self, value: Any, stem: str) -> str:
        """The source of a value that has come over the wire."""
        try:
            source = self._source(value, stem)
        except _Other:
            source = ""
        if source and len(source) <= MOST_CHARACTERS:
            return source
        self.wire = True
        self.files[f"{stem}.bin"] = bytes(wire.encode(value))
        return f'saved("{stem}.bin")'

    def _source(self, value: Any, stem: str) -> str:
        if value is None or (
            isinstance(value, (bool, int, str, bytes)) and type(value).__module__ == "builtins"
        ):
            return repr(value)
        if type(value) is float:
            return repr(value) if math.isfinite(value) else f'float("{value}")'
        if type(value) is complex and math.isfinite(abs(value)):
            return repr(value)
        if type(value) in (list, tuple, set, dict):
            return self._container(value, stem)
        if type(value) is np.ndarray and value.dtype.kind in "biufc":
            return self._array(value, stem)
        if isinstance(value, np.generic) and value.dtype.kind in "biufc":
            self.numpy = True
            return (
                f"np.{value.dtype.name}({value.item()!r})"
                if np.isfinite(value)
                else self._array(np.asarray(value), stem) + "[()]"
            )
        raise _Other

    def _container(self, value: Any, stem: str) -> str:
        if type(value) is dict:
            return (
                "{"
                + ", ".join(
                    f"{self._source(k, stem)}: {self.value(each, f'{stem}_{n}')}"
                    for n, (k, each) in enumerate(value.items())
                )
                + "}"
            )
        items = [self.value(each, f"{stem}_{n}") for n, each in enumerate(value)]
        if type(value) is tuple:
            return f"({', '.join(items)}{',' * (len(items) == 1)})"
        if type(value) is set:
            return "{" + ", ".join(sorted(items)) + "}" if items else "set()"
        return f"[{', '.join(items)}]"

    def _array(self, value: np.ndarray[Any, Any], stem: str) -> str:
        self.numpy = True
        plain = value.dtype.isnative and bool(np.all(np.isfinite(value)))
        if plain and 0 < value.size <= MOST_NUMBERS:
            usual = value.dtype.name in ("float64", "int64", "bool", "complex128")
            dtype = "" if usual else f', dtype="{value.dtype.name}"'
            return f"np.array({value.tolist()!r}{dtype})"
        buffer = io.BytesIO()
        np.save(buffer, value, allow_pickle=False)
        self.files[f"{stem}.npy"] = buffer.getvalue()
        return f'np.load(INPUTS / "{stem}.npy")'


class _Other(Exception):
    """A value that is not written as text."""
