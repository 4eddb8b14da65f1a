"""None, and the booleans, numpy's too. On the wire `N`, `T` and `F`, which have no content."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import Kind

if TYPE_CHECKING:
    from ..wire import Reader, Writer


class _None(Kind):
    types = (type(None),)
    tags = b"N"
    words = "None"

    def encode(self, value: None, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"N")

    def decode(self, tag: int, reader: Reader, depth: int) -> None:
        return None

    def freeze(self, value: None, inner: Callable[[Any], Any]) -> None:
        return None


class _Boolean(Kind):
    types = (bool, np.bool_)
    tags = b"TF"
    words = "a boolean"

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"T" if value else b"F")

    def decode(self, tag: int, reader: Reader, depth: int) -> bool:
        return tag == ord("T")

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> bool:
        return bool(value)


NONE, BOOLEAN = _None(), _Boolean()
