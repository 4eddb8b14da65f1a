"""Members of an Enum, named tuples, and objects of a dataclass: by their names and fields.

The classes are the student's, so they are not made anew on our side: what is decoded says what the
class is called and what the fields hold. On the wire `E<class><member>`; `n` (named tuple) and `k`
(dataclass) with the class's name, the number of fields, and name and value of each.
"""

from __future__ import annotations

import dataclasses
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from ..kind import Attribute, Kind, ValuePath
from ..limits import WireError
from .sequence import TUPLE, OfItems

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

# Characters of a name, and fields of one class.
MAX_NAME_LENGTH, MAX_NAMES = 200, 1_000


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an Enum, by its class's name and its own."""

    class_name: str
    name: str


class NamedTuple(tuple[Any, ...]):
    """A named tuple: its items, with the names of the fields that they are in."""

    class_name: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, class_name: str, names: Iterable[str], items: Iterable[Any]) -> NamedTuple:
        made = cls(items)
        made.class_name, made.names = class_name, tuple(names)
        return made

    def with_items(self, items: Iterable[Any]) -> NamedTuple:
        """The same with other items."""
        return NamedTuple.of(self.class_name, self.names, items)

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("names", ()):
            return self[self.names.index(name)]
        raise AttributeError(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return NamedTuple.of, (self.class_name, self.names, tuple(self))


@dataclass(frozen=True, slots=True)
class DataObject:
    """An object of a dataclass: the class's name, and its fields by name."""

    class_name: str
    fields: dict[str, Any]


class _Member(Kind):
    types = (Member,)
    tags = b"E"
    marks = ("member",)
    is_input = False

    def owns(self, value: Any) -> bool:
        return isinstance(value, Enum)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        member = _member(value)
        writer.put(b"E")
        _write_name(writer, member.class_name, where)
        _write_name(writer, member.name, where)

    def decode(self, tag: int, reader: Reader, depth: int) -> Member:
        return Member(_read_name(reader), _read_name(reader))

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, str]:
        member = _member(value)
        return {"member": member.name, "class": member.class_name}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Member:
        return Member(frozen["class"], frozen["member"])

    def differences(
        self, expected: Member, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        actual = _member(actual) if isinstance(actual, Enum) else actual
        if not isinstance(actual, Member) or actual.class_name != expected.class_name:
            yield walk.wrong_type(expected, actual, path)
        elif actual.name != expected.name:
            shown = f"is {walk.brief(actual)} where {walk.brief(expected)} is expected"
            yield walk.found(path, "value", shown, "differs from what is expected")

    def name(self, value: Any) -> str:
        return f"a member of {_member(value).class_name}"

    def brief(self, value: Any) -> str:
        member = _member(value)
        return f"{member.class_name}.{member.name}"

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return ()


class _NamedTuple(OfItems):
    """Its items are compared as a tuple's; a plain tuple or list may stand for it."""

    types = (NamedTuple,)
    tags = b"n"
    marks = ("namedtuple",)

    def owns(self, value: Any) -> bool:
        return isinstance(value, tuple) and isinstance(getattr(value, "_fields", None), tuple)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        items, names = list(tuple.__iter__(value)), _names_of(value)
        if len(names) != len(items):  # it only looks like one
            TUPLE.encode(value, writer, where, depth)
            return
        fields = dict(zip(names, items, strict=True))
        _write_fields(writer, b"n", _class_of(value), fields, where, depth)

    def decode(self, tag: int, reader: Reader, depth: int) -> NamedTuple:
        name, fields = _read_fields(reader, depth)
        return NamedTuple.of(name, fields, fields.values())

    def built(self, value: NamedTuple) -> Any:
        return namedtuple(value.class_name, value.names)(*value)

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        pairs = zip(_names_of(value), value, strict=True)
        return {"namedtuple": {k: inner(v) for k, v in pairs}, "class": _class_of(value)}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> NamedTuple:
        fields = frozen["namedtuple"]
        return NamedTuple.of(frozen["class"], fields, map(inner, fields.values()))

    def differences(
        self, expected: NamedTuple, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        names = _names_of(expected)
        if self.owns(actual) or isinstance(actual, NamedTuple):
            yield from _other_names(names, _names_of(actual), walk, path)
        yield from super().differences(expected, actual, walk, path)

    def mapped(self, value: Any, function: Callable[[Any], Any]) -> Any:
        return NamedTuple.of(_class_of(value), _names_of(value), map(function, value))

    def name(self, value: Any) -> str:
        return f"a named tuple {_class_of(value)}"

    def brief(self, value: Any) -> str:
        return f"{_class_of(value)}{tuple(value)!r}"


class _DataObject(Kind):
    compound = True
    types = (DataObject,)
    tags = b"k"
    marks = ("dataclass",)
    is_input = False

    def owns(self, value: Any) -> bool:
        return dataclasses.is_dataclass(value) and not isinstance(value, type)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        _write_fields(writer, b"k", _class_of(value), _fields_of(value), where, depth)

    def decode(self, tag: int, reader: Reader, depth: int) -> DataObject:
        return DataObject(*_read_fields(reader, depth))

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        fields = {name: inner(item) for name, item in _fields_of(value).items()}
        return {"dataclass": _class_of(value), "fields_of_it": fields}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> DataObject:
        fields = {name: inner(item) for name, item in frozen["fields_of_it"].items()}
        return DataObject(frozen["dataclass"], fields)

    def differences(
        self, expected: DataObject, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        is_one = isinstance(actual, DataObject) or self.owns(actual)
        if not is_one or _class_of(actual) != expected.class_name:
            yield walk.wrong_type(expected, actual, path)
            return
        fields = _fields_of(actual)
        wanted, has = tuple(sorted(expected.fields)), tuple(sorted(fields))
        yield from _other_names(wanted, has, walk, path)
        for name, item in expected.fields.items():
            yield from walk.value(item, fields.get(name), (*path, Attribute(name)))

    def name(self, value: Any) -> str:
        return f"an object of {_class_of(value)}"

    def brief(self, value: Any) -> str:
        fields = ", ".join(f"{name}={item!r}" for name, item in _fields_of(value).items())
        return f"{_class_of(value)}({fields})"

    def simplified(self, value: DataObject) -> Any:
        return value.class_name, value.fields

    def named(self, name: str, value: Any, plain: bool) -> Iterator[tuple[str, Any]]:
        return ((f"{name}.{key}", item) for key, item in _fields_of(value).items())

    def inner(self, value: Any) -> Iterable[Any]:
        return _fields_of(value).values()

    def mapped(self, value: Any, function: Callable[[Any], Any]) -> DataObject:
        fields = {name: function(item) for name, item in _fields_of(value).items()}
        return DataObject(_class_of(value), fields)

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return (leaf for item in _fields_of(value).values() for leaf in inner(item))

    def size(self, value: Any) -> int:
        return 0


def _member(value: Any) -> Member:
    if isinstance(value, Member):
        return value
    return Member(type(value).__name__, str(value.name))


def _class_of(value: Any) -> str:
    known = isinstance(value, (NamedTuple, DataObject))
    return str(value.class_name if known else type(value).__name__)


def _names_of(value: Any) -> tuple[str, ...]:
    names = value.names if isinstance(value, NamedTuple) else value._fields
    return tuple(map(str, names))


def _fields_of(value: Any) -> dict[str, Any]:
    """The fields of an object of a dataclass by which the class itself compares it."""
    if isinstance(value, DataObject):
        return value.fields
    return {
        each.name: getattr(value, each.name) for each in dataclasses.fields(value) if each.compare
    }


def _other_names(
    expected: tuple[str, ...], actual: tuple[str, ...], walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    if expected != actual:
        has, wanted = (", ".join(names[:8]) for names in (actual, expected))
        what = f"has the fields {has} where {wanted} are expected"
        yield walk.found(path, "keys", what, "has other fields than expected")


def _write_name(writer: Writer, name: str, where: str) -> None:
    data = name.encode()
    if not 0 < len(data) <= MAX_NAME_LENGTH:
        raise WireError(f"{where} has a name of {len(data)} bytes")
    writer.put_sized(b"", data)


def _read_name(reader: Reader) -> str:
    name = reader.take(reader.length(MAX_NAME_LENGTH)).decode()
    if not name:
        raise WireError("a name of no characters")
    return name


def _write_fields(
    writer: Writer, tag: bytes, class_name: str, fields: dict[str, Any], where: str, depth: int
) -> None:
    if len(fields) > MAX_NAMES:
        raise WireError(f"{where} has {len(fields)} fields")
    writer.put(tag)
    _write_name(writer, class_name, where)
    writer.put_length(b"", len(fields))
    for name, item in fields.items():
        _write_name(writer, name, where)
        writer.write(item, f"{where}.{name}", depth + 1)


def _read_fields(reader: Reader, depth: int) -> tuple[str, dict[str, Any]]:
    class_name, count = _read_name(reader), reader.length(MAX_NAMES)
    fields: dict[str, Any] = {}
    for _ in range(count):
        name = _read_name(reader)
        fields[name] = reader.read(depth + 1)
    if len(fields) != count:
        raise WireError("two fields of one name")
    return class_name, fields


MEMBER, NAMED_TUPLE, DATA_OBJECT = _Member(), _NamedTuple(), _DataObject()
