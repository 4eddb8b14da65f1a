"""Attacks that try to get points with tables that are none, in the week of data of the tests."""

from __future__ import annotations

from tests.attacks.attack import Attack, attack

# The wrong answers that the attacks below dress up; all other exercises are missing.
WRONG = (
    "import pandas as pd, numpy as np",
    "def tidied(sales):\n    return sales",
    "def by_month(sales):\n    return sales['price']",
)
_DRESSED = """
def tidied(sales):
    value = sales
    return {value}
def by_month(sales):
    value = sales['price']
    return {value}
"""


def dressed(name: str, tries: str, cell: str, value: str) -> Attack:
    """An attack in which every table that is returned is the wrong one, dressed up as `value`."""
    return attack(name, tries, cell, _DRESSED.format(value=value))


ATTACKS = (
    dressed(
        "columns_without_end",
        "a DataFrame of a million columns",
        "wide = pd.DataFrame(np.zeros((1, 1_000_000)))",
        "wide",
    ),
    dressed(
        "index_that_lies",
        "tables that say they have other lengths than their columns",
        """
        class Index:
            names, nlevels = [None], 1
            def __len__(self): return 2
            def __getattr__(self, name): return [1, 2, 3]
        class Frame(pd.DataFrame):
            index = columns = property(lambda self: Index())
            __len__ = lambda self: 10**15
        class Row(pd.Series):
            index = property(lambda self: pd.RangeIndex(2))
            __len__ = lambda self: -1
        """,
        "Frame(value) if isinstance(value, pd.DataFrame) else Row(value)",
    ),
    dressed(
        "columns_of_objects",
        "columns of objects that are equal to everything",
        """
        class Same:
            __eq__ = __le__ = __ge__ = lambda self, other: True
            __ne__ = lambda self, other: False
            __hash__ = lambda self: 0
        """,
        "value.map(lambda item: Same()).astype(object)",
    ),
    dressed(
        "columns_of_tables",
        "columns that hold tables, which hold tables",
        "inner = pd.Series([pd.Series([[pd.DataFrame({'a': [1]})]])])",
        "inner",
    ),
    dressed(
        "codes_of_no_category",
        "categories whose codes are out of range",
        """
        wild = pd.Categorical(["a", "b"])
        wild._ndarray[:] = [100, -100]
        """,
        "pd.Series(wild)",
    ),
    dressed(
        "frame_equal_to_all",
        "a DataFrame that is equal to everything, and whose pickle runs code",
        """
        class Frame(pd.DataFrame):
            __eq__ = equals = lambda self, other: True
            __ne__ = lambda self, other: False
            __reduce__ = lambda self: (eval, ("print('GOT', 'OUT: pickle')",))
        """,
        "Frame(value)",
    ),
    dressed(
        "texts_of_wide_characters_in_columns",
        "columns of long texts that take four bytes a character",
        'long = pd.Series(["x" * 10_000_000 + chr(0x1F600)] * 3)',
        "long",
    ),
    dressed(
        "index_too_long",
        "an index of a number of labels that no memory holds",
        "endless = pd.DataFrame(index=pd.RangeIndex(2**60))",
        "endless",
    ),
    dressed(
        "another_pandas",
        "a module of the name pandas, in which everything is a DataFrame",
        """
        import sys, types
        class Any(type):
            __instancecheck__ = lambda self, value: True
        class Table(metaclass=Any):
            columns = index = property(lambda self: [1])
            iloc = property(lambda self: self)
            __getitem__ = lambda self, place: self
            __len__ = lambda self: 1
        there = types.ModuleType("pandas")
        for name in ("DataFrame", "Series", "Index", "MultiIndex", "Timestamp", "Timedelta"):
            setattr(there, name, Table)
        there.NaT = there.NA = None
        sys.modules["pandas"] = there
        """,
        "Table()",
    ),
    attack(
        "patched_pandas",
        "pandas' own methods are replaced before the agent encodes what is returned",
        """
        pd.DataFrame.iloc = pd.Series.iloc = property(lambda self: {})
        pd.Series.array = property(lambda self: np.zeros(3))
        pd.api.extensions.ExtensionArray.isna = lambda self: True
        """,
    ),
)
