"""Every key of `assignment.toml`, and of the file with a course's options.

What a key means stands beside it in the code, in a comment that begins with `#:`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from msgspec import NODEFAULT, Struct, inspect, structs
from sphinx.pycode import ModuleAnalyzer

from grader.assignments.tables import AssignmentTable, SharingTable
from grader.cli.option_file import expected, keys
from site_extension.markdown import any_of, code, defined, escaped

_FORMS: tuple[type[Struct], ...] = (AssignmentTable, SharingTable)
_TYPES = {
    inspect.BoolType: "true or false",
    inspect.DateTimeType: "a date and time",
    inspect.FloatType: "a number",
    inspect.IntType: "a whole number",
}
# What TOML can write below and above any bound is not worth a word.
_HUGE = 1e15


def settings() -> str:
    """A section for each table of `assignment.toml`, the keys outside of all tables first."""
    return "\n".join(_sections())


def tables() -> dict[str, list[type[Struct]]]:
    """The structs whose fields are the keys of a table, by how the table begins in the file.

    The keys outside of all tables come first, under an empty name.
    """
    found: dict[str, list[type[Struct]]] = {"": list(_FORMS)}
    for form in _FORMS:
        _add_tables(form, "", found)
    return found


def _add_tables(kind: type[Struct], above: str, found: dict[str, list[type[Struct]]]) -> None:
    """Add the tables below a table, whose name begins with `above`."""
    for field in structs.fields(kind):
        value = inspect.type_info(field.type)
        for below in _structs(value):
            name = f"{above}{field.encode_name}"
            begins = f"[[{name}]]" if isinstance(value, inspect.VarTupleType) else f"[{name}]"
            known = found.setdefault(begins, [])
            known += [] if below in known else [below]
            _add_tables(below, f"{name}.", found)


def option_file() -> str:
    """The keys of the option file."""
    return "\n".join(
        defined(code(key), f"{expected(option)}. {escaped(option.help or '')}")
        for key, option in keys().items()
    )


def meaning(kind: type[Struct], key: str) -> str:
    """What is said of a field in the code, there or where the struct inherits it from.

    Raises KeyError where nothing is.
    """
    for each in kind.__mro__:
        if each.__module__ in sys.modules and each.__module__.startswith("grader."):
            said = ModuleAnalyzer.for_module(each.__module__).find_attr_docs()
            if lines := said.get((each.__qualname__, key)):
                return " ".join(lines)
    raise KeyError(f"{kind.__qualname__}.{key} has no comment that begins with #:")


def _sections() -> Iterator[str]:
    for begins, kinds in tables().items():
        yield f"## {code(begins) if begins else 'Outside of all tables'}\n"
        fields: dict[str, tuple[type[Struct], structs.FieldInfo]] = {}
        for kind in kinds:
            for field in structs.fields(kind):
                fields.setdefault(field.encode_name, (kind, field))
        for kind, field in fields.values():
            if not _is_table(field):
                yield _defined(kind, field)


def _defined(kind: type[Struct], field: structs.FieldInfo) -> str:
    key, value = field.encode_name, _in_words(inspect.type_info(field.type))
    return defined(code(key), f"{value}{_default(field)}. {escaped(meaning(kind, key))}")


def _is_table(field: structs.FieldInfo) -> bool:
    return bool(_structs(inspect.type_info(field.type)))


def _structs(kind: inspect.Type) -> list[type[Struct]]:
    """The structs of a type, within lists and where it may be missing."""
    match kind:
        case inspect.StructType():
            return [kind.cls]
        case inspect.VarTupleType():
            return _structs(kind.item_type)
        case inspect.UnionType():
            return [each for one in kind.types for each in _structs(one)]
    return []


def _default(field: structs.FieldInfo) -> str:
    """What is to be said of a key that is left out, such as "; `15` if it is left out"."""
    if field.default is not NODEFAULT:
        value = field.default
    elif field.default_factory is not NODEFAULT:
        value = field.default_factory()
    else:
        return ", which has to be given"
    if isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, (str, tuple, dict)):
        if not value:
            return ""
        value = f'"{value}"'
    return f"; {code(value)} if it is left out"


def _in_words(kind: inspect.Type) -> str:
    """What may be written as the value of a key."""
    match kind:
        case inspect.LiteralType() if kind.values != ("",):
            return any_of([code(f'"{value}"') for value in kind.values])
        case inspect.VarTupleType():
            return f"a list of {_in_words(kind.item_type).removeprefix('a ')}s"
        case inspect.DictType():
            return f"a table, for each key {_in_words(kind.value_type)}"
        case inspect.IntType() | inspect.FloatType():
            return _TYPES[type(kind)] + _bounds(kind)
    # Texts, also a literal of an empty one only: it may be any in the other form of the file.
    return _TYPES.get(type(kind), "a text")


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    least, most = kind.ge, kind.le if kind.le is not None and kind.le < _HUGE else None
    if least is not None and most is not None:
        return f" from {least:g} to {most:g}"
    if kind.gt is not None:
        return f" above {kind.gt:g}"
    return "" if least is None else f" from {least:g} on"
