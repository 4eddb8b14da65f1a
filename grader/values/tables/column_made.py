"""From pandas' arrays to plain ones, in a kernel or where an author works, and back for inputs."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ..arrays.array_shape import Array
from ..arrays.object_array import objects
from ..kind import CannotRead
from ..limits import MAX_BYTES
from .column_record import Column
from .missing import NOT_AVAILABLE, Missing
from .pandas_there import pandas_if_imported, pandas_to_make
from .pandas_time import PANDAS_TIME, PandasTime

# Dtypes of which a second array says what is missing.
NULLABLE = re.compile(r"U?Int(8|16|32|64)|Float(32|64)|boolean")


def column_of(values: Any) -> tuple[str, Any, Array | None, Any, bool]:
    """What a `Column` is made of, from a pandas array, Series or Index.

    Raises CannotRead for a dtype whose values are not sent.
    """
    pandas, dtype = pandas_if_imported(), values.dtype
    name = str(dtype)
    if len(values) * 8 > MAX_BYTES:
        raise CannotRead(f"a column of {len(values)} values is too large")
    array = values if isinstance(values, pandas.api.extensions.ExtensionArray) else values.array
    if isinstance(dtype, pandas.CategoricalDtype):
        codes = np.asarray(array.codes, np.int64)
        categories = Column(*column_of(array.categories))
        return "category", codes, None, categories, bool(array.ordered)
    if isinstance(dtype, pandas.SparseDtype):
        dense = np.asarray(array)
        return dense.dtype.name, dense, None, None, False
    return (name, *_plain(array, dtype, pandas), None, False)


def _plain(array: Any, dtype: Any, pandas: Any) -> tuple[Array, Array | None]:
    """The values of an array, and which are missing, where the values cannot say it."""
    if isinstance(dtype, pandas.DatetimeTZDtype):
        return np.asarray(array.tz_convert("UTC").tz_localize(None)), None
    missing = np.asarray(array.isna(), bool)
    if isinstance(dtype, pandas.PeriodDtype):
        texts = [None if gone else str(each) for each, gone in zip(array, missing, strict=True)]
        return objects(list(texts), (len(texts),)), None
    if isinstance(dtype, pandas.IntervalDtype):
        ends = [np.asarray(each) for each in (array.left, array.right)]
        return np.stack(ends, axis=1), missing
    if isinstance(dtype, pandas.StringDtype):
        return np.asarray(array.to_numpy(dtype=object, na_value=None)), None
    if isinstance(dtype, np.dtype) or type(array).__name__ == "NumpyExtensionArray":
        return np.asarray(array), None
    if NULLABLE.fullmatch(str(dtype)):
        numpys = dtype.numpy_dtype
        return array.to_numpy(dtype=numpys, na_value=numpys.type(0)), missing
    raise CannotRead(f"a column of dtype {dtype}, which is not compared")


def made_array(column: Any) -> Any:
    """A pandas array, or one of numpy's, of a column."""
    pandas, dtype, values = pandas_to_make(), column.dtype, column.values
    if column.categories is not None:
        categories = pandas.Index(made_array(column.categories))
        return pandas.Categorical.from_codes(values, categories, ordered=column.ordered)
    if values.ndim == 2:
        closed = dtype.rpartition(", ")[2][:-1]
        return pandas.arrays.IntervalArray.from_arrays(values[:, 0], values[:, 1], closed)
    if column.missing is not None:
        made = pandas.array(values, dtype=dtype)
        made[column.missing] = pandas.NA
        return made
    if dtype.startswith("datetime64") and ", " in dtype:
        zone = dtype.partition(", ")[2][:-1]
        return pandas.DatetimeIndex(values).tz_localize("UTC").tz_convert(zone).array
    if dtype.startswith("period"):
        return pandas.PeriodIndex(list(values), freq=dtype[7:-1]).array
    if dtype in ("str", "string"):
        return pandas.array(list(values), dtype=dtype)
    if values.dtype.kind == "O":
        items = [each.built(item) if (each := _made_singly(item)) else item for item in values]
        return objects(items, values.shape)
    return values


def _made_singly(item: Any) -> Any:
    """The kind of a single value that pandas has a class of its own for."""
    known = {Missing: NOT_AVAILABLE, PandasTime: PANDAS_TIME}
    return known.get(type(item))
