"""pandas' word for a value that is missing, `NA`. On the wire `O`, which has no content."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..kind import Kind
from .pandas_there import pandas_if_imported, pandas_to_make

if TYPE_CHECKING:
    from ..wire import Reader, Writer


class Missing:
    """The type of `MISSING`, which stands for pandas' `NA`."""

    def __repr__(self) -> str:
        return "<NA>"

    def __reduce__(self) -> str:
        return "MISSING"


MISSING = Missing()


class _Missing(Kind):
    types = (Missing,)
    tags = b"O"
    marks = ("missing_value",)

    def owns(self, value: Any) -> bool:
        pandas = pandas_if_imported()
        return pandas is not None and value is pandas.NA

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"O")

    def decode(self, tag: int, reader: Reader, depth: int) -> Missing:
        return MISSING

    def built(self, value: Missing) -> Any:
        return pandas_to_make().NA

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, bool]:
        return {"missing_value": True}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Missing:
        return MISSING

    def differences(self, expected: Any, actual: Any, walk: Any, path: Any) -> Any:
        if not isinstance(actual, Missing) and not self.owns(actual):
            yield walk.wrong_type(expected, actual, path)

    def name(self, value: Any) -> str:
        return "a missing value"

    def brief(self, value: Any) -> str:
        return "<NA>"


NOT_AVAILABLE = _Missing()
