"""The kinds of values there are. A value is of the first kind in the list that owns it."""

from __future__ import annotations

from .array import ARRAY, DIGEST
from .clock import DATE, DATE_TIME, DURATION, TIME_OF_DAY
from .column import COLUMN
from .complex_number import COMPLEX
from .exact import DECIMAL, FRACTION
from .kind import Kinds
from .labels import LABELS
from .mapping import DICT
from .missing import NOT_AVAILABLE
from .nothing import BOOLEAN, NONE
from .number import FLOAT, INTEGER
from .object_array import OBJECT_ARRAY
from .objects import DATA_OBJECT, MEMBER, NAMED_TUPLE
from .pandas_time import PANDAS_TIME
from .polynomials import POLYNOMIAL
from .ranges import RANGE
from .record_array import RECORD_ARRAY
from .sequence import LIST, TUPLE
from .sets import SET
from .sparse import SPARSE
from .table import FRAME, SERIES
from .text import BYTES, TEXT
from .text_array import BYTES_ARRAY, TEXT_ARRAY
from .time_array import MOMENT, TIME_ARRAY

# What can be sent, in an author's words.
SENT = "numbers, texts, arrays, dates, DataFrames, and lists, dicts, sets and objects of them"
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
    FRAME,
    SERIES,
    LABELS,
    COLUMN,
    NOT_AVAILABLE,
    PANDAS_TIME,
    INTEGER,
    FLOAT,
    COMPLEX,
    DECIMAL,
    FRACTION,
    DATE_TIME,
    DATE,
    TIME_OF_DAY,
    DURATION,
    RANGE,
    POLYNOMIAL,
    SPARSE,
    DICT,
    LIST,
    NAMED_TUPLE,
    TUPLE,
    SET,
    MEMBER,
    DATA_OBJECT,
)
