"""The kinds of values there are. A value is of the first kind in the list that owns it."""

from __future__ import annotations

from .array import ARRAY, DIGEST
from .complex_number import COMPLEX
from .kind import Kinds
from .mapping import DICT
from .nothing import BOOLEAN, NONE
from .number import FLOAT, INTEGER
from .sequence import LIST, TUPLE
from .sets import SET
from .text import BYTES, TEXT

# What can be sent, in an author's words.
SENT = "numbers, texts, arrays, and lists, tuples, dicts and sets of them"
# numpy's numbers are Python's as well, by inheritance: arrays come before numbers.
KINDS = Kinds(
    NONE,
    BOOLEAN,
    TEXT,
    BYTES,
    ARRAY,
    DIGEST,
    INTEGER,
    FLOAT,
    COMPLEX,
    DICT,
    LIST,
    TUPLE,
    SET,
)
