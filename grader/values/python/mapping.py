"""Dicts. On the wire `d<n>` with n pairs of key and value, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..kind import Kind, ValuePath
from .text import unseen_difference

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer


class _Dict(Kind):
    compound = True
    types = (dict,)
    tags = b"d"
    marks = ("dict", "named")

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        writer.put_length(b"d", dict.__len__(value))
        for key, item in dict.items(value):
            writer.write(key, f"a key of {where}", depth + 1)
            writer.write(item, f"{where}[{_short(key)}]", depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> dict[Any, Any]:
        count = reader.keys()
        pairs = [(reader.key(depth + 1), reader.read(depth + 1)) for _ in range(count)]
        reader.check_keys([key for key, _ in pairs])
        built = {key: item for (key, _), item in pairs}
        reader.check_distinct(built, count)
        return built

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        if all(isinstance(key, str) for key in value):
            return {"named": {key: inner(item) for key, item in value.items()}}
        return {"dict": [[inner(key), inner(item)] for key, item in value.items()]}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> dict[Any, Any]:
        if "named" in frozen:
            return {key: inner(item) for key, item in frozen["named"].items()}
        return {inner(key): inner(item) for key, item in frozen["dict"]}

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if not isinstance(actual, dict):
            yield walk.wrong_type(expected, actual, path)
            return
        missing = [key for key in expected if key not in actual]
        extra = [key for key in actual if key not in expected]
        if missing:
            what = f"has no key {walk.brief(missing[0])}"
            has = f" (it has {', '.join(map(walk.brief, extra[:4]))} instead)" if extra else ""
            if len(extra) == 1:
                keys = missing[0], extra[0]
                has += unseen_difference(*keys, *map(walk.brief, keys))
            hushed = what if walk.knows(missing[0]) else "lacks a key that is expected"
            yield walk.found(path, "keys", what + has, hushed)
        elif extra:
            what = f"has the key {walk.brief(extra[0])}, which is not expected"
            yield walk.found(path, "keys", what, "has a key that is not expected")
        else:
            for key, value in expected.items():
                yield from walk.value(value, actual[key], (*path, key))

    def named(self, name: str, value: Any, plain: bool) -> Iterator[tuple[str, Any]]:
        return ((key if plain else f'{name}["{key}"]', item) for key, item in value.items())

    def inner(self, value: dict[Any, Any]) -> Iterable[Any]:
        return value.values()

    def keys(self, value: dict[Any, Any]) -> Iterable[Any]:
        return value

    def mapped(self, value: Any, function: Callable[[Any], Any]) -> dict[Any, Any]:
        return {key: function(item) for key, item in value.items()}

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return (leaf for pair in value.items() for each in pair for leaf in inner(each))

    def size(self, value: Any) -> int:
        return 0


def _short(key: Any) -> str:
    return repr(key)[:40] if isinstance(key, (str, int)) else "..."


DICT = _Dict()
