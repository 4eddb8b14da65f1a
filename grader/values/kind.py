"""What a kind of value says about itself, and how the kinds are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from .limits import WireError

if TYPE_CHECKING:
    from .difference import Difference, Walk
    from .wire import Reader, Writer

# Where a value is: the keys and positions that lead to it from what was returned.
ValuePath: TypeAlias = tuple[Any, ...]


class CannotRead(Exception):
    """An object of a library with something in it that is not sent, nor compared."""


class CannotFreeze(Exception):
    """A value that JSON is not to hold; the text goes on after "expected outputs"."""


class Kind:
    """One kind of value. What is inherited from here is right for most single values.

    A kind whose values are sent overrides `encode` and `decode` and has `tags`; one whose values
    are expected outputs overrides `freeze`, and `thaw` with `marks` unless plain JSON is enough;
    one that is compared by more than its type and `==` overrides `differences`. One whose values
    are of a library's or a student's class is decoded as a record of its parts, and `built` makes
    it anew for inputs, if `is_input`.
    """

    # The types whose values are of this kind, and so are those of subclasses.
    types: ClassVar[tuple[type, ...]] = ()
    # The bytes one of which a value begins with on the wire.
    tags: ClassVar[bytes] = b""
    # The keys by one of which a JSON object is known to stand for such a value.
    marks: ClassVar[tuple[str, ...]] = ()
    # With an article, as in "is a float where an array is expected".
    words: ClassVar[str] = ""
    # Whether such a value can be made anew in a kernel, so that a function can be given one.
    is_input: ClassVar[bool] = True
    # Whether a value holds others, so that it may not be an item where only single values may be.
    compound: ClassVar[bool] = False

    def owns(self, value: Any) -> bool:
        """Whether a value is of this kind, though its very type is not one of `types`."""
        return isinstance(value, self.types)

    # On the wire

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        """Write the tag and the value, which runs inside the kernel on whatever was returned.

        A value of a subclass is written as one of the base type, by the base type's methods.
        Raises WireError, which names the place `where`, for what cannot be sent.
        """
        raise WireError(f"{where} is of type {type(value).__name__}, which cannot be compared")

    def decode(self, tag: int, reader: Reader, depth: int) -> Any:
        """Read what stands after the tag, which a hostile program may have written.

        Makes exact base types only, and checks every length before anything is allocated.
        Raises WireError for all else.
        """
        raise NotImplementedError

    def built(self, value: Any) -> Any:
        """What a student's function is given for a decoded value: an object of a library, perhaps.

        It is called in the kernel, for inputs, which our side has sent.
        """
        return value

    # As JSON

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> Any:
        """Plain JSON data for the value; `inner` freezes a value in it. Raises CannotFreeze."""
        raise CannotFreeze(f"of type {type(value).__name__}")

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Any:
        """The value that a JSON object with one of `marks` stands for.

        May raise KeyError, TypeError and ValueError.
        """
        raise NotImplementedError

    # Compared

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        """The differences of any value from an expected one of this kind, the first one first.

        A value in it is compared by `walk.value`, with its key or `Position` added to the path.
        """
        if type(expected) is not type(actual):
            yield walk.wrong_type(expected, actual, path)
        elif expected != actual:
            shown = f"{walk.brief(actual)} where {walk.brief(expected)} is expected"
            yield walk.found(path, "value", f"is {shown}", "differs from what is expected")

    def negative(self, value: Any) -> Any:
        """The value with the other sign, if it has one; values in it are left as they are."""
        return value

    # Shown

    def name(self, value: Any) -> str:
        """What the value is: "a float"."""
        known = self.words and type(value) in self.types
        return self.words if known else f"a {type(value).__name__}"

    def brief(self, value: Any) -> str:
        """The value as code would say it; what is long is cut by the caller."""
        return repr(value)

    def named(self, name: str, value: Any, plain: bool) -> Iterator[tuple[str, Any]] | None:
        """The values in it, each with the name it has in a value called `name`; None if single.

        If `plain`, a key is enough of a name.
        """
        return None

    def line(self, name: str, value: Any, shapes: bool) -> str:
        """A single value for a notebook's text; if `shapes`, an array's shape instead of it."""
        return f"{name} = {value}"

    # Looked through

    def inner(self, value: Any) -> Iterable[Any]:
        """The values in it that are compared by themselves."""
        return ()

    def keys(self, value: Any) -> Iterable[Any]:
        """The keys by which the values in it are told apart."""
        return ()

    def mapped(self, value: Any, function: Callable[[Any], Any]) -> Any:
        """The value with the function applied to each of the values in it."""
        return value

    def simplified(self, value: Any) -> Any:
        """What stands for the value in a signature: the same for two that are equal.

        It is of other kinds, if it is not the value itself.
        """
        return value

    def condensed(self, value: Any) -> Any:
        """What is kept of the value where it is too large to be kept whole."""
        return value

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        """All numbers, texts and other single values in it; `inner` gives those of one in it."""
        return (value,)

    def size(self, value: Any) -> int:
        """How long it takes to compare, in numbers, without the values in it."""
        return 1


def has_masked_items(value: Any) -> bool:
    """Whether the value is a masked array of numpy's with an item, or a field of one, masked."""
    if not isinstance(value, np.ma.MaskedArray):
        return False
    # Of records, the mask is one of records, too.
    return bool(np.frombuffer(np.ma.getmaskarray(value).tobytes(), np.bool_).any())


def plain(value: Any) -> Any:
    """The value as it is compared: one of numpy's single values, or a 0-d array, as Python's."""
    if isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0:
        if has_masked_items(value):
            return value
        if value.dtype.kind not in "mMV":
            return value.item()
        # Of a time, Python's would be a number in some units; of a record, a tuple.
        array = np.asarray(value)
        return array if array.dtype.kind == "V" else array[()]
    return value


class Position:
    """A step of a path that says where a value is, and nothing of what was returned."""


class Index(Position, int):
    def __str__(self) -> str:
        return f"[{int(self)}]"


class Label(Position):
    """A step that names something by the words of the author's data, such as a column.

    Words that may hold no value have `hushed` instead of `text`, and only where the reader knows
    the label, `known`.
    """

    def __init__(self, text: str, known: Any, hushed: str) -> None:
        self.text, self.known, self.hushed = text, known, hushed

    def __str__(self) -> str:
        return self.text


class Attribute(Position, str):
    def __str__(self) -> str:
        return f".{str.__str__(self)}"


class Element(Position, tuple[int, ...]):
    def __str__(self) -> str:
        return f"[{', '.join(map(str, self))}]"


class Kinds:
    """Kinds of values, of which the first that owns a value is the value's."""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds = kinds
        self._by_type = {each: kind for kind in reversed(kinds) for each in kind.types}
        self._by_letter: dict[str, Kind] = {}

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds)

    def of(self, value: Any) -> Kind:
        """The value's kind; for what no kind owns one that can be named, but not sent or kept."""
        found = self._by_type.get(type(value))
        if found is None:
            is_array = type(value) is np.ndarray
            return self._of_array(value) if is_array else self._owner(value)
        return found

    def _of_array(self, array: np.ndarray[Any, Any]) -> Kind:
        """The kind of an array, which its kind of dtype decides; there are many arrays."""
        letter = array.dtype.kind
        if letter not in self._by_letter:
            self._by_letter[letter] = self._owner(array)
        return self._by_letter[letter]

    def _owner(self, value: Any) -> Kind:
        return next((kind for kind in self._kinds if kind.owns(value)), _OTHER)

    @cached_property
    def by_tag(self) -> dict[int, Kind]:
        return {tag: kind for kind in self._kinds for tag in kind.tags}

    @cached_property
    def by_mark(self) -> dict[str, Kind]:
        return {mark: kind for kind in self._kinds for mark in kind.marks}


_OTHER = Kind()
