"""The kinds of values there are. A value is of the first kind in the list that owns it."""

from __future__ import annotations

from .array import ARRAY, DIGEST
from .complex_number import COMPLEX
from .kind import Kinds
from .mapping import DICT
from .nothing import BOOLEAN, NONE
from .number import FLOAT, INTEGER
from .object_array import OBJECT_ARRAY
from .record_array import RECORD_ARRAY
from .sequence import LIST, TUPLE
from .sets import SET
from .text import BYTES, TEXT
from .text_array import BYTES_ARRAY, TEXT_ARRAY
from .time_array import MOMENT, TIME_ARRAY

# What can be sent, in an author's words.
SENT = "numbers, texts, arrays, and lists, tuples, dicts and sets of them"
# numpy's numbers are Python's as well, by inheritance: arrays come before numbers.
KINDS = Kinds(
    NONE,
    BOOLEAN,
    TEXT,
    BYTES,
    TEXT_ARRAY,
    BYTES_ARRAY,
    TIME_ARRAY,
    MOMENT,
    OBJECT_ARRAY,
    RECORD_ARRAY,
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
