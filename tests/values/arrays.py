"""Arrays of every kind that is sent, for laws, and whether two are the same in type and items."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

plain_dtypes = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes()
    | hnp.unsigned_integer_dtypes()
    | hnp.floating_dtypes(sizes=(16, 32, 64))
    | hnp.complex_number_dtypes(sizes=(64, 128))
)
text_dtypes = hnp.unicode_string_dtypes(min_len=1) | hnp.byte_string_dtypes(min_len=1)
time_dtypes = hnp.datetime64_dtypes() | hnp.timedelta64_dtypes()
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
plain_arrays = hnp.arrays(plain_dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0))
text_arrays = hnp.arrays(text_dtypes, shapes)
time_arrays = hnp.arrays(time_dtypes, shapes)
singles = st.none() | st.text(max_size=3) | st.integers() | st.floats() | st.booleans()
object_arrays = hnp.arrays(np.dtype(object), shapes, elements=singles)
record_arrays = hnp.arrays(
    hnp.array_dtypes(plain_dtypes | text_dtypes | time_dtypes, min_size=1, max_size=3), shapes
).filter(lambda array: not any(array.dtype[name].shape for name in array.dtype.names or ()))


def same_arrays(one: Any, other: Any) -> bool:
    """Equal in shape, dtype (but for the order of bytes) and items, NaN and NaT included."""
    if one.shape != other.shape or one.dtype.kind != other.dtype.kind:
        return False
    if one.dtype.names:
        return bool(one.dtype.names == other.dtype.names) and all(
            same_arrays(one[name], other[name]) for name in one.dtype.names
        )
    if one.dtype.kind == "O":
        return all(
            type(left) is type(right) and (left == right or (left != left and right != right))
            for left, right in zip(one.flat, other.flat, strict=True)
        )
    if one.dtype.newbyteorder("=") != other.dtype.newbyteorder("="):
        return False
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fcmM"))
