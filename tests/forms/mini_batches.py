"""Forms of `random_mini_batches`."""

from __future__ import annotations

from grader.model import Verdict
from tests.forms import Form, changed, wrong

EXERCISE = "random_mini_batches"

PLAIN = """
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    m = X.shape[1]
    mini_batches = []
    permutation = list(np.random.permutation(m))
    shuffled_X = X[:, permutation]
    shuffled_Y = Y[:, permutation].reshape((1, m))
    num = math.floor(m / mini_batch_size)
    for k in range(0, num):
        mini_batch_X = shuffled_X[:, k * mini_batch_size : (k + 1) * mini_batch_size]
        mini_batch_Y = shuffled_Y[:, k * mini_batch_size : (k + 1) * mini_batch_size]
        mini_batches.append((mini_batch_X, mini_batch_Y))
    if m % mini_batch_size != 0:
        mini_batch_X = shuffled_X[:, num * mini_batch_size :]
        mini_batch_Y = shuffled_Y[:, num * mini_batch_size :]
        mini_batches.append((mini_batch_X, mini_batch_Y))
    return mini_batches
"""

_HEAD = PLAIN[: PLAIN.index("    num = ")]
_FULL_X = "shuffled_X[:, k * mini_batch_size : (k + 1) * mini_batch_size]"
_FULL_Y = "shuffled_Y[:, k * mini_batch_size : (k + 1) * mini_batch_size]"
_LAST_X = "shuffled_X[:, num * mini_batch_size :]"
_LAST_Y = "shuffled_Y[:, num * mini_batch_size :]"


def _full(columns: str) -> str:
    """The plain form with other columns in the full mini-batches, of X and Y alike."""
    return changed(
        PLAIN, (_FULL_X, f"shuffled_X[:, {columns}]"), (_FULL_Y, f"shuffled_Y[:, {columns}]")
    )


def _last(columns: str) -> str:
    """The plain form with other columns in the end case, of X and Y alike."""
    return changed(
        PLAIN, (_LAST_X, f"shuffled_X[:, {columns}]"), (_LAST_Y, f"shuffled_Y[:, {columns}]")
    )


RIGHT = {
    "plain": PLAIN,
    "end_case_to_m": _last("mini_batch_size * math.floor(m / mini_batch_size) : m"),
    "end_case_from_the_back": _last("-(m % mini_batch_size) :"),
    "end_case_to_the_shape": _last("(m - m % mini_batch_size) : shuffled_X.shape[1]"),
    "boolean_masks": _HEAD
    + """    number = np.arange(m) // mini_batch_size
    for k in range(number.max() + 1):
        mask = number == k
        mini_batches.append((shuffled_X[:, mask], shuffled_Y[:, mask]))
    return mini_batches
""",
    "one_loop_with_steps": _HEAD
    + """    for start in range(0, m, mini_batch_size):
        stop = min(start + mini_batch_size, m)
        mini_batches.append((shuffled_X[:, start:stop], shuffled_Y[:, start:stop]))
    return mini_batches
""",
    "while_loop": _HEAD
    + """    start = 0
    while start < m:
        mini_batches += [(shuffled_X[:, start:start + mini_batch_size],
                          shuffled_Y[:, start:start + mini_batch_size])]
        start += mini_batch_size
    return mini_batches
""",
    "comprehension_of_lists": _HEAD
    + """    return [
        [shuffled_X[:, i:i + mini_batch_size], shuffled_Y[:, i:i + mini_batch_size]]
        for i in range(0, m, mini_batch_size)
    ]
""",
    "split_and_zip": _HEAD
    + """    edges = np.arange(mini_batch_size, m, mini_batch_size)
    return list(zip(np.split(shuffled_X, edges, axis=1), np.split(shuffled_Y, edges, axis=1)))
""",
    "takes_columns_one_by_one": """
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    order = np.random.permutation(X.shape[1])
    batches = []
    while order.size:
        now, order = order[:mini_batch_size], order[mini_batch_size:]
        batches.append((np.stack([X[:, i] for i in now], axis=1), np.take(Y, now, axis=1)))
    return batches
""",
    "works_on_the_transpose": """
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    p = np.random.permutation(X.shape[1])
    rows, labels = X.T[p], Y.T[p]
    return tuple((rows[i:i + mini_batch_size].T, labels[i:i + mini_batch_size].T)
                 for i in range(0, len(p), mini_batch_size))
""",
    "generator_of_its_own": """
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    # same numbers as np.random.seed, but does not touch the global generator
    p = np.random.RandomState(seed).permutation(X.shape[1])
    X, Y = X[:, p], Y[:, p]
    return [(X[:, i:i + mini_batch_size], Y[:, i:i + mini_batch_size])
            for i in range(0, X.shape[1], mini_batch_size)]
""",
    "helper_in_another_cell": """
def cut(A, start, size):
    return A[:, start:start + size]

# %%
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    p = np.random.permutation(X.shape[1])
    return [(cut(X[:, p], i, mini_batch_size), cut(Y[:, p], i, mini_batch_size))
            for i in range(0, X.shape[1], mini_batch_size)]
""",
    "shuffles_its_arguments": """
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    p = np.random.permutation(X.shape[1])
    X[:] = X[:, p]
    Y[:] = Y[:, p]
    return [(X[:, i:i + mini_batch_size], Y[:, i:i + mini_batch_size])
            for i in range(0, X.shape[1], mini_batch_size)]
""",
    "timed_and_printing": "%%time\n"
    + changed(
        PLAIN, ("    return", "    print(len(mini_batches), 'batches', end='!\\n')\n    return")
    ).lstrip(),
}

# The notebook's own cell prints the same shapes and the same three numbers for these.
LOOKS_RIGHT = {
    "Y_not_shuffled": wrong(changed(PLAIN, ("Y[:, permutation].reshape((1, m))", "Y"))),
    "Y_by_a_second_permutation": wrong(
        changed(PLAIN, ("Y[:, permutation]", "Y[:, np.random.permutation(m)]"))
    ),
    "Y_by_the_inverse_permutation": wrong(
        changed(PLAIN, ("Y[:, permutation]", "Y[:, np.argsort(permutation)]"))
    ),
    "batches_inserted_in_the_middle": wrong(
        PLAIN.replace("mini_batches.append((", "mini_batches.insert(1, (", 1),
        passes=("published", "seven_examples_in_threes"),
    ),
    "windows_shifted_by_one": wrong(
        _full("k : k + mini_batch_size"),
        passes=("size_equals_examples", "fewer_examples_than_size", "one_example_each"),
    ),
    "second_batch_repeats_the_first": wrong(_full(": mini_batch_size")),
    "full_batch_backwards": wrong(
        changed(
            PLAIN,
            ("mini_batches = []", "mini_batches = []\n    back = slice(None, None, -1)"),
            (_FULL_X, _FULL_X + "[:, back if k else slice(None)]"),
            (_FULL_Y, _FULL_Y + "[:, back if k else slice(None)]"),
        ),
        passes=("size_equals_examples", "fewer_examples_than_size", "one_example_each"),
    ),
    "end_case_backwards": wrong(
        _last("m - 1 : num * mini_batch_size - 1 : -1"),
        passes=("size_divides_examples", "seven_examples_in_threes"),
    ),
    "end_case_takes_first_columns": wrong(
        _last(": m - num * mini_batch_size"),
        passes=("size_divides_examples", "fewer_examples_than_size"),
    ),
    "end_case_not_shuffled": wrong(
        changed(PLAIN, (_LAST_X, "X[:, num * mini_batch_size :]")),
        passes=("size_divides_examples", "size_equals_examples", "one_example_each"),
    ),
    "end_case_of_Y_from_the_first": wrong(
        changed(PLAIN, (_LAST_Y, "shuffled_Y[:, : m % mini_batch_size]")),
        passes=("size_divides_examples", "fewer_examples_than_size"),
    ),
}

# These are right on every call that a student is shown, and on most others.
ALMOST_RIGHT = {
    "end_case_by_the_last_k": wrong(
        _last("(k + 1) * mini_batch_size :"),
        Verdict.ERROR,
        fails_only=("fewer_examples_than_size",),
    ),
    # (7 / 3 - 2) * 3 is 1.0000000000000004, which is 2 when it is rounded up
    "end_case_rounded_up": wrong(
        _last("m - math.ceil((m / mini_batch_size - num) * mini_batch_size) :"),
        fails_only=("seven_examples_in_threes",),
    ),
    "single_example_dropped": wrong(
        changed(PLAIN, ("m % mini_batch_size != 0", "m - num * mini_batch_size > 1")),
        fails_only=("seven_examples_in_threes",),
    ),
    "empty_last_batch": wrong(
        changed(PLAIN, ("if m % mini_batch_size != 0", "if num * mini_batch_size <= m")),
        fails_only=("size_divides_examples", "size_equals_examples", "one_example_each"),
    ),
    "two_classes_only": wrong(
        changed(PLAIN, ("reshape((1, m))", "reshape((1, m)) > 0")),
        passes=("published",),
    ),
}

PLAINLY_WRONG = {
    "Y_from_X": wrong(changed(PLAIN, (_FULL_Y, _FULL_X), (_LAST_Y, _LAST_X))),
    "Y_from_X_in_end_case": wrong(
        changed(PLAIN, (f"mini_batch_Y = {_LAST_Y}", f"mini_batch_Y = {_LAST_X}")),
        passes=("size_divides_examples", "size_equals_examples", "one_example_each"),
    ),
    "end_case_misses_last_column": wrong(_last("num * mini_batch_size : -1")),
    "end_case_takes_one_column": wrong(
        _last("-1 :"), passes=("seven_examples_in_threes", "size_divides_examples")
    ),
    "last_batch_dropped": wrong(
        PLAIN[: PLAIN.index("    if m %")] + "    return mini_batches\n",
        passes=("size_divides_examples", "size_equals_examples", "one_example_each"),
    ),
    "float_bounds_everywhere": wrong(
        changed(PLAIN, ("math.floor(m / mini_batch_size)", "m / mini_batch_size")), Verdict.ERROR
    ),
    "float_bounds_in_end_case": wrong(
        _last("m / mini_batch_size * mini_batch_size :"),
        Verdict.ERROR,
        passes=("size_divides_examples", "size_equals_examples", "one_example_each"),
    ),
    "last_batch_first": wrong(
        PLAIN[: PLAIN.index("        mini_batches.append", PLAIN.index("    if m %"))]
        + "        mini_batches.insert(0, (mini_batch_X, mini_batch_Y))\n    return mini_batches\n",
        passes=("size_divides_examples", "fewer_examples_than_size"),
    ),
    "rows_instead_of_columns": wrong(
        changed(PLAIN, (_FULL_X, "shuffled_X[k * mini_batch_size : (k + 1) * mini_batch_size, :]")),
        passes=("fewer_examples_than_size",),
    ),
    "rows_shuffled": wrong(changed(PLAIN, ("X[:, permutation]", "X[permutation, :]"))),
    "nothing_shuffled": wrong(
        changed(PLAIN, ("np.random.permutation(m)", "range(m)")),
    ),
    "another_permutation": wrong(
        changed(PLAIN, ("    np.random.seed(seed)\n", "")),
    ),
    "seed_ignored": wrong(
        changed(PLAIN, ("np.random.seed(seed)", "np.random.seed(0)")),
        passes=("published", "default_arguments"),
    ),
    "size_ignored": wrong(
        changed(PLAIN, ("    m = X.shape[1]\n", "    m = X.shape[1]\n    mini_batch_size = 64\n")),
        passes=("published", "default_arguments", "fewer_examples_than_size"),
    ),
    "X_and_Y_apart": wrong(
        changed(PLAIN, ("    return mini_batches", "    return tuple(zip(*mini_batches))"))
    ),
    "knows_the_published_case": wrong(
        PLAIN.replace(
            "    mini_batches = []\n",
            "    if m != 148:\n        return [(X, Y)]\n    mini_batches = []\n",
        ),
        passes=("published",),
    ),
}

FORMS = {name: Form(source) for name, source in RIGHT.items()}
FORMS |= LOOKS_RIGHT | ALMOST_RIGHT | PLAINLY_WRONG

# The end case cut in other ways, as met in real notebooks; every one is wrong.
LAST_SLICES = {
    "one column for a slice": _last("-(m % mini_batch_size)"),
    "as if all were as short": changed(
        _last("k * last : (k + 1) * last"),
        ("    if m %", "    last = m % mini_batch_size\n    if m %"),
    ),
    "the last full one again": _last("k * mini_batch_size : -(m % mini_batch_size)"),
    "to a product that is too large": _last(
        "num * mini_batch_size : (m - mini_batch_size) * math.floor(m / mini_batch_size)"
    ),
    "from the loop's last k": _last("(k + 1) * mini_batch_size :"),
    "without the last column": _last("num * mini_batch_size : -1"),
}
