"""Attacks that try to get points with arrays that are none, in the assignment of this repository."""

from __future__ import annotations

from tests.attacks.attack import Attack, attack

# The wrong answers that the attacks below dress up; all other exercises are missing.
WRONG = (
    "import numpy as np",
    "def initialize_adam(parameters):\n"
    "    wrong = {'d' + key: value + 1 for key, value in parameters.items()}\n"
    "    return wrong, dict(wrong)",
    "def update_parameters_with_adam(parameters, grads, v, s, t, **rest):\n"
    "    return parameters, v, s",
)

_DRESSED = """
def initialize_adam(parameters):
    right_keys = {{"d" + key: {value} for key, value in parameters.items()}}
    return right_keys, dict(right_keys)
def update_parameters_with_adam(parameters, grads, v, s, t, **rest):
    return tuple({{key: {value} for key, value in each.items()}} for each in (parameters, v, s))
"""


def dressed(name: str, tries: str, cell: str, value: str) -> Attack:
    """An attack in which every array that is returned is the wrong one, dressed up as `value`."""
    return attack(name, tries, cell, _DRESSED.format(value=value))


ATTACKS = (
    dressed(
        "array_function",
        "an ndarray whose __array_function__ and __array_ufunc__ answer every comparison",
        """
        class A(np.ndarray):
            def __array_function__(self, function, types, args, kwargs): return True
            def __array_ufunc__(self, ufunc, method, *args, **kwargs): return np.zeros((), bool)
            def __array_wrap__(self, *args): return True
            __array_priority__ = 1e9
        """,
        "(value + 1).view(A)",
    ),
    dressed(
        "array_equal",
        "an ndarray that is equal to everything, from the left and from the right",
        """
        class A(np.ndarray):
            __eq__ = lambda self, other: np.ones(self.shape, bool)
            __ne__ = lambda self, other: np.zeros(self.shape, bool)
            __sub__ = __rsub__ = lambda self, other: np.zeros(self.shape)
            __abs__ = lambda self: np.zeros(self.shape)
        """,
        "(value + 1).view(A)",
    ),
    dressed(
        "array_protocol",
        "an object that hands out another array each time it is asked for one",
        """
        class A:
            turn = 0
            def __init__(self, value): self.value = value
            def __array__(self, *a, **k): A.turn += 1; return self.value * (A.turn % 2)
            __array_interface__ = property(lambda self: self.value.__array_interface__)
            shape = property(lambda self: self.value.shape)
        """,
        "A(value)",
    ),
    dressed(
        "array_reduced",
        "an ndarray whose pickle runs code",
        """
        class A(np.ndarray):
            def __reduce__(self): return (eval, ("print('GOT', 'OUT: pickle')",))
            def tobytes(self, *a): return b"\\0" * self.nbytes
            def astype(self, *a, **k): return self
        """,
        "(value + 1).view(A)",
    ),
    dressed(
        "array_of_objects",
        "arrays of objects that are equal to everything",
        """
        class Same:
            __eq__ = __le__ = __ge__ = lambda self, other: True
            __ne__ = lambda self, other: False
            __sub__ = __rsub__ = lambda self, other: 0.0
        """,
        "np.full(value.shape, Same(), dtype=object)",
    ),
    dressed("array_of_nan", "arrays of nan and infinity", "", "value * np.nan"),
    dressed(
        "array_masked",
        "masked arrays, of which nothing is left to compare",
        "",
        "np.ma.masked_all(value.shape)",
    ),
    dressed(
        "array_empty",
        "arrays of no size, which broadcast to anything",
        "",
        "np.zeros((0, *value.shape))",
    ),
    dressed("array_broadcast", "arrays that broadcast to the right shape", "", "np.zeros((1, 1))"),
    dressed(
        "array_strided",
        "arrays of strange strides, orders and byte orders",
        "",
        "np.lib.stride_tricks.as_strided((value + 1).astype('>f8'), value.shape, (0,) * value.ndim)",
    ),
    dressed(
        "array_record",
        "record arrays, strings and dates",
        "",
        "np.zeros(value.shape, dtype=[('a', 'f8'), ('b', 'M8[s]')])",
    ),
    dressed(
        "array_wide",
        "numbers wider and narrower than those expected",
        "",
        "(value + 1).astype(np.longdouble) if value.size % 2 else (value + 1).astype(np.float16)",
    ),
    dressed(
        "matrix", "np.matrix, whose products and slices are others", "", "np.asmatrix(value + 1)"
    ),
    attack(
        "patched_numpy_core",
        "numpy's own functions are replaced before the agent encodes what is returned",
        """
        np.asarray = np.array = np.ascontiguousarray = lambda *a, **k: np.zeros(())
        np.isnan = np.isfinite = np.abs = lambda *a, **k: True
        """,
    ),
)
