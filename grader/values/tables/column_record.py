"""What is kept of a column of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays.array_shape import Array


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The values of a column, in an array.

    `dtype` is pandas' name of it. `missing` says which values are missing, where the values
    themselves cannot. Of categories, the values are codes, -1 for what is missing. Texts are an
    array of objects, with None for what is missing; of intervals, both ends are in a row.
    """

    dtype: str
    values: Any
    missing: Array | None = None
    categories: Column | None = None
    ordered: bool = False

    def __len__(self) -> int:
        return int(self.values.shape[0])

    def at(self, row: int) -> Any:
        """The value in a row, as Python has it; None for one that is missing."""
        if self.categories is not None:
            code = int(self.values[row])
            return None if code < 0 else self.categories.at(code)
        if self.missing is not None and self.missing[row]:
            return None
        value = self.values[row]
        if self.values.ndim == 2:
            return tuple(map(_as_pythons, value))
        return _as_pythons(value)


def _as_pythons(value: Any) -> Any:
    is_number = isinstance(value, np.generic) and value.dtype.kind in "biufc"
    return value.item() if is_number else value
