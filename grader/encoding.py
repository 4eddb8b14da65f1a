"""Write records as JSON, and read them back. Errors name the place in the data.

Records are frozen dataclasses. Only for the files that an author writes they are `msgspec.Struct`,
in which a key that is not known can be made an error.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import inspect

Keys: TypeAlias = tuple[str | int, ...]

_T = TypeVar("_T")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_LONGEST_VALUE = 60
# An upper bound above this one only excludes infinity, so messages do not mention it.
_MOST = 1e12
# The names that msgspec's messages use for the types of JSON and TOML.
_TYPE_NAMES = {
    str: "str",
    int: "int",
    float: "float",
    bool: "bool",
    list: "array",
    dict: "object",
    type(None): "null",
}
_WORDS: dict[type[inspect.Type], str] = {
    inspect.StrType: "a string",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "true or false",
    inspect.NoneType: "null",
    inspect.DictType: "a table of named values",
    inspect.StructType: "a table of named values",
    inspect.DataclassType: "a table of named values",
    inspect.DateTimeType: "a time with its offset from UTC, such as 2026-03-01T23:59:00+01:00,",
}


class Malformed(ValueError):
    """Data that does not have a record's form.

    `keys` lead to the place, such as ("exercise", 0, "name"). `problem` says what is wrong there,
    such as "is 'x' where a number is expected".
    """

    def __init__(self, keys: Keys, problem: str) -> None:
        path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
        super().__init__(f"{path.lstrip('.')}: {problem}" if keys else problem)
        self.keys = keys
        self.problem = problem


def to_json(record: object) -> bytes:
    """The record as JSON, in one line of ASCII. NaN and infinity, which JSON has not, become null.

    Other characters are escaped: some of them, such as U+202E, change how the text around them is
    shown by whatever opens the file.
    """
    try:
        encoded = msgspec.json.encode(record)
        return encoded if encoded.isascii() else _ascii(encoded.decode())
    except UnicodeEncodeError:  # half of a surrogate pair: UTF-8 has none, but JSON can escape it
        return json.dumps(msgspec.to_builtins(record), allow_nan=False).encode()


def _ascii(text: str) -> bytes:
    """JSON with everything but ASCII escaped, which stands in its strings only."""
    return _BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text).encode()


def from_json(text: str | bytes, kind: type[_T]) -> _T:
    """The record of type `kind` in a JSON text, as `to_json` writes it; unknown keys are ignored.

    Raises Malformed where the text is no JSON, or does not have the record's form.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError:
        pass
    try:  # unlike msgspec, json reads halves of surrogate pairs, which old files may have
        data = json.loads(text)
    except ValueError as error:
        raise Malformed((), f"is not valid JSON: {error}") from None
    return convert(data, kind)


def convert(data: object, kind: type[_T]) -> _T:
    """The record of type `kind` made of dictionaries, lists and so on, such as a TOML file's.

    Raises Malformed where the data does not have the record's form.
    """
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise _malformed(str(error), data, kind) from None


def _malformed(message: str, data: object, kind: type) -> Malformed:
    """msgspec's error, with the keys that lead to the place, in words for the data's author."""
    what, _, path = message.partition(" - at `")
    got = re.search(r"got `(\w+)`", what)
    keys = next(_found(_steps(path), data, got[1] if got else ""), ())
    if missing := re.fullmatch(r"Object missing required field `(.+)`", what):
        keys = (*keys, missing[1])
        return Malformed(keys, f"is missing; {_expected(_type_at(kind, keys))} is expected")
    if unknown := re.fullmatch(r"Object contains unknown field `(.+)`", what):
        return Malformed((*keys, unknown[1]), _not_known(unknown[1], _type_at(kind, keys)))
    if not what.startswith(("Expected", "Invalid")):
        return Malformed(keys, what)  # said by the record itself
    shown = _shown(_value_at(data, keys))
    return Malformed(keys, f"is {shown} where {_expected(_type_at(kind, keys))} is expected")


def _steps(path: str) -> list[str | int | None]:
    """The keys in a path such as `$.submissions[3].ids[...]`; None for `[...]`, any key."""
    found = re.findall(r"\.(\w+)|\[(\d+)\]|\[\.\.\.\]", path)
    return [name or (int(number) if number else None) for name, number in found]


def _found(steps: list[str | int | None], data: Any, got: str) -> Iterator[Keys]:
    """All keys in the data that the steps may stand for, where the type is the one in the message.

    msgspec's paths leave out the key in a dictionary, so that every key has to be tried.
    """
    if not steps:
        if not got or _TYPE_NAMES.get(type(data), got) == got:
            yield ()
        return
    first, *rest = steps
    for key in list(data) if first is None else [first]:
        for more in _found(rest, data[key], got):
            yield (key, *more)


def _value_at(data: Any, keys: Keys) -> Any:
    for key in keys:
        data = data[key]
    return data


def _type_at(kind: type, keys: Keys) -> inspect.Type:
    found = inspect.type_info(kind)
    for key in keys:
        found = next(_inner(each, key) for each in _alternatives(found) if _has_inner(each))
    return found


def _alternatives(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    return kind.types if isinstance(kind, inspect.UnionType) else (kind,)


def _has_inner(kind: inspect.Type) -> bool:
    return hasattr(kind, "fields") or hasattr(kind, "item_type") or hasattr(kind, "value_type")


def _inner(kind: Any, key: str | int) -> inspect.Type:
    """The type of the value under the key."""
    if hasattr(kind, "fields"):
        kind = next(each.type for each in kind.fields if each.encode_name == key)
    else:
        kind = kind.item_type if hasattr(kind, "item_type") else kind.value_type
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _expected(kind: inspect.Type) -> str:
    """The type in words, with an article, to be followed by "is expected"."""
    match kind:
        case inspect.UnionType():
            return " or ".join(map(_expected, kind.types))
        case inspect.LiteralType():
            # An empty text is what stands for a key that is left out.
            return f"one of {', '.join(str(each) for each in kind.values if each != '')}"
        case inspect.EnumType():
            return f"one of {', '.join(each.value for each in kind.cls)}"
        case inspect.VarTupleType():
            return f"a list of {_plural(kind.item_type)}"
    return " ".join(filter(None, [_WORDS[type(kind)], _range(kind)]))


def _range(kind: inspect.Type) -> str:
    above, least, most = (getattr(kind, name, None) for name in ("gt", "ge", "le"))
    if above is not None:
        return f"above {above:g}"
    if least is None:
        return ""
    return f"from {least:g} up" if most is None or most > _MOST else f"from {least:g} to {most:g}"


def _plural(kind: inspect.Type) -> str:
    kind = kind.type if isinstance(kind, inspect.Metadata) else kind
    return f"{_WORDS.get(type(kind), 'a value').removeprefix('a ').split()[0]}s"


def _not_known(key: str, kind: inspect.Type) -> str:
    table: Any = next(each for each in _alternatives(kind) if hasattr(each, "fields"))
    return not_known(key, [each.encode_name for each in table.fields])


def not_known(key: str, known: Collection[str]) -> str:
    """What is said of a key that is none of those that are known, with the nearest of these."""
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"is not a key that is known here ({', '.join(sorted(known))}){hint}"


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, datetime) else repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
