"""The kinds of values there are. A value is of the first kind in the list that owns it."""

from __future__ import annotations

from .arrays.array import ARRAY, DIGEST
from .arrays.masked_array import MASKED_ARRAY
from .arrays.object_array import OBJECT_ARRAY
from .arrays.polynomials import POLYNOMIAL
from .arrays.record_array import RECORD_ARRAY
from .arrays.sparse import SPARSE
from .arrays.text_array import BYTES_ARRAY, TEXT_ARRAY
from .arrays.time_array import MOMENT, TIME_ARRAY
from .kind import Kinds
from .python.clock import DATE, DATE_TIME, DURATION, TIME_OF_DAY
from .python.complex_number import COMPLEX
from .python.exact import DECIMAL, FRACTION
from .python.mapping import DICT
from .python.nothing import BOOLEAN, NONE
from .python.number import FLOAT, INTEGER
from .python.objects import DATA_OBJECT, MEMBER, NAMED_TUPLE
from .python.ranges import RANGE
from .python.sequence import LIST, TUPLE
from .python.sets import SET
from .python.text import BYTES, TEXT
from .tables.column import COLUMN
from .tables.labels import LABELS
from .tables.missing import NOT_AVAILABLE
from .tables.pandas_time import PANDAS_TIME
from .tables.table import FRAME, SERIES

# What can be sent, in an author's words.
SENT = "numbers, texts, arrays, dates, DataFrames, and lists, dicts, sets and objects of them"
# numpy's numbers are Python's as well, by inheritance: arrays come before numbers.
KINDS = Kinds(
    NONE,
    BOOLEAN,
    TEXT,
    BYTES,
    MASKED_ARRAY,
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
