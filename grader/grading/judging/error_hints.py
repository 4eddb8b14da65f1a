"""Explain in plain words an exception that a student's function raised.

Python's messages say what the interpreter met. The hints here say what a student can do about it.
They are made from the message, the line of the student's code, and the inputs of a public case.
Where nothing helpful is known, there is no hint.

Message and code are the student's, so every step is bounded: no pattern gives anything back that it
has matched (`++`), of a function so many nodes are looked at, and of similar names the most
promising are compared.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.execution.outcome import Raised
from grader.grading.judging.error_place import Place
from grader.grading.judging.parameters import OTHER_PARAMETERS
from grader.grading.judging.similar_names import nearest

# So many keys of a dictionary are listed.
MOST_NAMES = 8
_DIGITS = "0123456789"
_TYPES: dict[str, object] = {
    "numpy.ndarray": np.ndarray,
    **{kind.__name__: kind for kind in (dict, list, tuple, set, str, int, float)},
}
_SHAPE = re.compile(r"\((?:\d++,?+)*+\)")
_CALLED = re.compile(r"(?:\w++\.)*+(\w++)\(\) (missing|got an unexpected|takes) ")


def in_words(raised: Raised, where: Place) -> str:
    """A hint at what the exception means, in one or two sentences; empty if there is none."""
    explain = _EXPLAINED.get(raised.type)
    return explain(raised.message, where) if explain else ""


def _key_error(message: str, where: Place) -> str:
    try:
        key = ast.literal_eval(message)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return ""  # TypeError: a set of lists, for example
    dicts = {name: each for name, each in where.inputs.items() if isinstance(each, dict)}
    asked = where.asked_for(key)
    lacking = [name for name in asked if name not in dicts or _is_missing(key, dicts[name])]
    owners = [name for name, each in dicts.items() if not _is_missing(key, each)]
    if len(lacking) == 1 and lacking[0] in dicts:
        name = lacking[0]
        said = f"`{name}` has no key {key!r}; its keys are {_listed(dicts[name])}."
        return said + (_of_another(key, owners) or _key_hint(key, dicts[name]))
    known = [each for value in dicts.values() for each in value]
    said = "No such key was there when this line was reached."
    return said + (_of_another(key, owners) or _key_hint(key, known))


def _of_another(key: Any, owners: Sequence[str]) -> str:
    """Whose key it is, where another input has it."""
    return f" {key!r} is a key of `{owners[0]}`." if owners else ""


def _is_missing(key: Any, value: Mapping[Any, Any]) -> bool:
    try:
        return key not in value
    except TypeError:  # a list, or a tuple with one in it: no dictionary has such a key
        return True


def _key_hint(key: Any, keys: Iterable[Any]) -> str:
    """A hint at the key that may have been meant in place of one that does not exist."""
    texts = [each for each in keys if isinstance(each, str)]
    word = key.rstrip(_DIGITS) if isinstance(key, str) else ""
    if isinstance(key, str) and word != key:
        numbers = sorted(
            int(each[len(word) :])
            for each in texts
            if each.startswith(word) and each[len(word) :].isdecimal()
        )
        if numbers:
            return (
                f" The keys that begin with {word!r} go from {numbers[0]} to {numbers[-1]}: "
                "look at where the index of the loop begins and ends."
            )
    like = nearest(key, texts) if isinstance(key, str) else ""
    return f" Is {like!r} meant?" if like else ""


def _name_error(message: str, where: Place) -> str:
    match = re.match(r"name '(\w+)' is not defined", message)
    if not match:
        if "not associated with a value" in message or "referenced before" in message:
            return (
                "In this function the name gets its value in a line that had not been run yet: in "
                "a later one, or in a branch that was not taken."
            )
        return ""
    name = match[1]
    like = nearest(name, where.names | set(dir(builtins)))
    hint = f" Is `{like}` meant?" if like else ""
    return f"Nothing is called `{name}` there: neither a parameter nor a variable.{hint}"


def _type_error(message: str, where: Place) -> str:
    called = _CALLED.match(message)
    if called:
        return _wrong_call(called[1], message, where)
    hints = (hint for said, hint in _TYPE_ERRORS if any(_says(message, each) for each in said))
    return next(hints, "")


def _wrong_call(name: str, message: str, where: Place) -> str:
    if where.function and name == where.function.name and where.line is None:
        return OTHER_PARAMETERS
    match = re.search(r"argument '(\w+)'", message)
    if "unexpected" in message and match:
        called = where.defined.get(name)
        own = ast.walk(called.args) if called else ()
        like = nearest(match[1], (each.arg for each in own if isinstance(each, ast.arg)))
        return f"`{name}` has no parameter `{match[1]}`.{f' Is `{like}` meant?' if like else ''}"
    if "missing" in message:
        return f"A call of `{name}` leaves out what it needs: compare it with its first line."
    return f"A call of `{name}` gives it more than it takes: compare it with its first line."


_NONE = (
    "Something in this line is still None: a stub that has not been filled in yet, or a function "
    "that does not return anything."
)
# What the message says, one of several ways of it, and the hint. Pieces of a message with "…"
# between them come in this order.
_TYPE_ERRORS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("NoneType",), _NONE),
    (
        ("unsupported operand…'dict'", "'dict' and"),
        "A whole dictionary stands in a calculation: take its arrays one by one, by their keys.",
    ),
    (
        ("can only concatenate str", "unsupported operand…'str'", "must be str, not int"),
        "A text and a number are joined: `str(...)` makes a text of the number.",
    ),
    (
        ("object is not callable",),
        "Round brackets call a function. Square brackets take an item, and * multiplies.",
    ),
    (
        ("Cannot interpret…as a data type", "data type…not understood"),
        "A shape is one value, with brackets of its own, as in `np.zeros((2, 3))`. What stands "
        "after it says what kind of numbers the array holds.",
    ),
    (
        ("can be converted to Python scalars", "must be real number, not"),
        "A single number is needed there. `math.sqrt` and the like take one number; numpy's, such "
        "as `np.sqrt`, take whole arrays.",
    ),
    (
        ("indices must be integers", "cannot be interpreted as an integer", "only integer"),
        "A whole number is needed there: `/` always gives a float, `//` a whole number.",
    ),
    (("unhashable type",), "That cannot be a key: keys are texts, numbers, or tuples of them."),
    (
        ("does not support item assignment",),
        "Nothing can be stored there: it is no list or array.",
    ),
    (("has no len()",), "Only what holds several values has a length: this is a single number."),
    (
        ("object is not subscriptable",),
        "Square brackets stand after something that has no items.",
    ),
    (
        ("object is not iterable", "cannot unpack non-iterable"),
        "A loop, or an assignment to several names, needs several values.",
    ),
)


def _says(message: str, words: str) -> bool:
    """Whether the message has these words, their pieces in this order."""
    for piece in words.split("…"):
        _, found, message = message.partition(piece)
        if not found:
            return False
    return True


def _value_error(message: str, where: Place) -> str:
    if "broadcast" in message:
        return _broadcast(list(dict.fromkeys(_SHAPE.findall(message))), where)
    if "not aligned" in message or "matmul" in message:
        return (
            "In a matrix product the first array needs as many columns as the second has rows. "
            "Element by element, arrays are multiplied with `*`."
        )
    if "cannot reshape" in message:
        return "A new shape has to hold as many values as the old one: multiply its sides."
    if "must match exactly" in message:
        return (
            "Arrays that are joined need the same shape, except along the axis on which they are "
            "joined."
        )
    if "unpack" in message:
        return "There are not as many names on the left of = as there are values on its right."
    if "truth value" in message:
        return "An array has many values, so it is neither true nor false: ask about one of them."
    return ""


def _broadcast(shapes: Sequence[str], where: Place) -> str:
    owners = [
        f"{shape} is the shape of {who}" for shape in shapes if (who := _who_has(shape, where))
    ]
    known = f" {'; '.join(owners)}." if owners else ""
    return f"Arrays of these shapes do not fit together element by element.{known}"


def _who_has(shape: str, where: Place) -> str:
    """The inputs that are arrays of that shape, written as in code: `x` or `parameters['W1']`."""
    dims = tuple(int(each) for each in re.findall(r"\d+", shape))
    found = [name for name, value in _arrays(where.inputs) if value.shape == dims]
    return " and ".join(found[:2])


def _arrays(inputs: Mapping[str, Any]) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    for name, value in inputs.items():
        if isinstance(value, np.ndarray):
            yield f"`{name}`", value
        elif isinstance(value, dict):
            yield from (
                (f"`{name}[{key!r}]`", item)
                for key, item in value.items()
                if isinstance(item, np.ndarray)
            )


def _index_error(message: str, where: Place) -> str:
    match = re.search(r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", message)
    if match:
        last = int(match[3]) - 1
        return f"Indices begin at 0, so the last one there is {last}."
    if "only integers" in message:
        return "A whole number is needed there: `/` always gives a float, `//` a whole number."
    if "too many indices" in message:
        return "There are more indices in the square brackets than the array has dimensions."
    if "out of range" in message:
        return "Indices begin at 0, so the last one is the length less 1."
    return ""


def _attribute_error(message: str, where: Place) -> str:
    match = re.match(r"(?:module )?'([\w.]+)'(?: object)? has no attribute '(\w+)'", message)
    if not match:
        return ""
    owner, name = match[1], match[2]
    if owner == "NoneType":
        return _NONE
    of = np if owner == "numpy" else _TYPES.get(owner)
    like = nearest(name, (each for each in dir(of) if not each.startswith("_"))) if of else ""
    if owner == "dict" and not like:
        return f"The items of a dictionary are taken with square brackets, as in d[{name!r}]."
    return f"Is `{like}` meant?" if like else ""


def _listed(keys: Iterable[Any]) -> str:
    names = [repr(key) for key in keys]
    more = ", …" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


_Explained = Callable[[str, Place], str]


def _always(words: str) -> _Explained:
    return lambda message, where: words


_EXPLAINED: dict[str, _Explained] = {
    "KeyError": _key_error,
    "NameError": _name_error,
    "UnboundLocalError": _name_error,
    "TypeError": _type_error,
    "ValueError": _value_error,
    "IndexError": _index_error,
    "AttributeError": _attribute_error,
    "ZeroDivisionError": _always("A number was divided by 0 there."),
    "RecursionError": _always("The function calls itself without an end."),
    "MemoryError": _always("An array was asked for that is far too large: look at its shape."),
    "FileNotFoundError": _always("Files of your own computer are not there when it is graded."),
    "StdinNotImplementedError": _always("Nobody answers `input()` when it is graded."),
    "ModuleNotFoundError": _always("That package is not there when it is graded."),
    **dict.fromkeys(
        ("UFuncTypeError", "_UFuncOutputCastingError"),
        _always(
            "An operation in place, such as `-=`, cannot turn whole numbers into floats: "
            "`x = x - …` can."
        ),
    ),
}
