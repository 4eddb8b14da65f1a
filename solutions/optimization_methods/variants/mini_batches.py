"""Mistakes in `random_mini_batches`.

Mistakes in the end case are small: they touch the last mini-batch of some calls, and one of them
is right wherever a full mini-batch exists.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.authoring import UNSEEDED, mistake, parts

EXERCISE = "random_mini_batches"
Rule = Callable[[Any], Any]


def batches(
    X: Any,
    Y: Any,
    mini_batch_size: int = 64,
    seed: int = 0,
    *,
    seeded: Rule = lambda n: np.random.RandomState(n.seed),
    size: Rule = lambda n: n.size,
    order: Rule = lambda n: n.random.permutation(n.m),
    order_Y: Rule = lambda n: n.order,
    shuffled_X: Rule = lambda n: n.X[:, n.order],
    shuffled_Y: Rule = lambda n: n.Y[:, n.order_Y],
    full: Rule = lambda n: slice(n.k * n.size, (n.k + 1) * n.size),
    full_X: Rule = lambda n: n.X[:, n.full],
    full_Y: Rule = lambda n: n.Y[:, n.full],
    has_last: Rule = lambda n: n.m % n.size != 0,
    last: Rule = lambda n: slice(n.number * n.size, n.m),
    last_X: Rule = lambda n: n.X[:, n.last],
    last_Y: Rule = lambda n: n.Y[:, n.last],
    arranged: Callable[[list[Any], list[Any]], Any] = lambda full, last: full + last,
) -> Any:
    """The exercise; a rule is a function of `n`, which holds what is known at its place. `n.X` and
    `n.Y` are shuffled once they can be; `n.given_X` stays as it was."""
    n = SimpleNamespace(X=X, Y=Y, given_X=X, given_Y=Y, size=mini_batch_size, seed=seed, k=0)
    n.m, n.random = X.shape[1], seeded(n)
    n.size = size(n)
    n.number = math.floor(n.m / n.size)
    n.order = order(n)
    n.order_Y = order_Y(n)
    n.X, n.Y = shuffled_X(n), shuffled_Y(n)
    whole: list[Any] = []
    for k in range(n.number):
        n.k = k
        n.full = full(n)
        whole.append((full_X(n), full_Y(n)))
    rest: list[Any] = []
    if has_last(n):
        n.last = last(n)
        rest.append((last_X(n), last_Y(n)))
    return arranged(whole, rest)


@parts(EXERCISE)
def X_and_Y(answer: Any) -> dict[str, Any]:
    pairs = [(X, Y) for X, Y in answer]
    return {"X": [X for X, _ in pairs], "Y": [Y for _, Y in pairs]}


# --- shuffling


@mistake(EXERCISE, title="nothing is shuffled", of=batches)
def nothing_shuffled() -> dict[str, Any]:
    """Your mini-batches have the examples in the order they came in. Use labels that count up, and
    print a mini-batch. Look again at what the permutation is used for."""
    return {"order": lambda n: np.arange(n.m)}


@mistake(EXERCISE, title="Y is not shuffled", of=batches)
def Y_not_shuffled() -> dict[str, Any]:
    """You shuffle X and leave Y as it was, so examples get the labels of others. Use an X whose
    first row is Y: the two should stay together."""
    return {"order_Y": lambda n: np.arange(n.m)}


@mistake(EXERCISE, title="X is not shuffled", of=batches)
def X_not_shuffled() -> dict[str, Any]:
    """You shuffle Y and leave X as it was, so examples get the labels of others. Use an X whose
    first row is Y: the two should stay together."""
    return {"shuffled_X": lambda n: n.X}


@mistake(EXERCISE, title="X and Y are shuffled by different permutations", of=batches)
def Y_by_another_permutation() -> dict[str, Any]:
    """You draw a second permutation for Y, so examples get the labels of others. Use an X whose
    first row is Y: the two should stay together."""
    return {"order_Y": lambda n: n.random.permutation(n.m)}


@mistake(EXERCISE, title="Y is shuffled the other way round", of=batches)
def Y_by_inverse_permutation() -> dict[str, Any]:
    """You shuffle Y by the inverse of the permutation of X. Use an X whose first row is Y: the two
    should stay together. Look again at what argsort gives."""
    return {"order_Y": lambda n: np.argsort(n.order)}


@mistake(EXERCISE, title="the generator is always seeded with 0", of=batches)
def seed_ignored() -> dict[str, Any]:
    """Your shuffling is the same for every seed, so every epoch has the same mini-batches. Call the
    function with two seeds and compare. Look for the number in your lines."""
    return {"seeded": lambda n: np.random.RandomState(0)}


@mistake(EXERCISE, title="the generator is not seeded", of=batches)
def never_seeded() -> dict[str, Any]:
    """You draw the permutation from a generator that has not been seeded before. Call the function
    twice with the same seed: the mini-batches should be the same, and yours are others. Look again
    at what the parameter seed is used for."""
    return {"seeded": lambda n: np.random.RandomState(UNSEEDED)}


@mistake(EXERCISE, title="the rows are shuffled", of=batches)
def rows_shuffled() -> dict[str, Any]:
    """You shuffle the rows of X, which are inputs; examples are columns. It raises an error where
    the two numbers differ, or mixes the inputs up. Look again at the place of the colon."""
    return {"shuffled_X": _rows}


# --- the full mini-batches


@mistake(EXERCISE, title="the first mini-batch is repeated", of=batches)
def first_repeated() -> dict[str, Any]:
    """All your full mini-batches hold the same examples. Print the first column of two of them.
    Look again at where mini-batch number k begins."""
    return {"full": lambda n: slice(0, n.size)}


@mistake(EXERCISE, title="the mini-batches overlap", of=batches)
def windows_overlap() -> dict[str, Any]:
    """Each of your full mini-batches begins one column after the one before it, so most columns
    come several times. Print where each begins and ends. Look again at what k is multiplied by."""
    return {"full": lambda n: slice(n.k, n.k + n.size)}


@mistake(EXERCISE, title="full mini-batches are one short", of=batches)
def full_one_short() -> dict[str, Any]:
    """You leave out the last column of every mini-batch. Print their shapes. Remember that a slice
    leaves out its end."""
    return {"full": lambda n: slice(n.k * n.size, (n.k + 1) * n.size - 1)}


@mistake(EXERCISE, title="full mini-batches are one too long", of=batches)
def full_one_long() -> dict[str, Any]:
    """Your mini-batches overlap by a column. Print their shapes. Remember that a slice leaves out
    its end."""
    return {"full": lambda n: slice(n.k * n.size, (n.k + 1) * n.size + 1)}


@mistake(EXERCISE, title="the first mini-batch is left out", of=batches)
def from_second() -> dict[str, Any]:
    """Your mini-batches begin at the second one. The loop counts from 0. Print where each begins
    and ends."""
    return {"full": lambda n: slice((n.k + 1) * n.size, (n.k + 2) * n.size)}


@mistake(EXERCISE, title="mini-batches reach to the end", of=batches)
def to_the_end() -> dict[str, Any]:
    """Your mini-batches begin at the right place, and all of them end with the last column. Print
    their shapes. Look again at the second number of the slice."""
    return {"full": lambda n: slice(n.k * n.size, None)}


@mistake(EXERCISE, title="columns are turned round", of=batches)
def backwards() -> dict[str, Any]:
    """Every full mini-batch but the first has its columns in the other order. Print the first
    column of each. Look again at the step of your slice."""
    return {
        "full": lambda n: slice(n.k * n.size, (n.k + 1) * n.size),
        "full_X": _turned("X"),
        "full_Y": _turned("Y"),
    }


@mistake(EXERCISE, title="rows are cut instead of columns", of=batches)
def rows_cut() -> dict[str, Any]:
    """You cut X by rows, which are inputs; examples are columns. Print the shapes. Look again at
    the place of the colon."""
    return {"full_X": lambda n: n.X[n.full, :]}


@mistake(EXERCISE, title="the size has a value of its own", of=batches)
def size_ignored() -> dict[str, Any]:
    """You use 64 whatever size is given. Call the function with a size of 2 and print the number of
    mini-batches. Look for the number in your lines."""
    return {"size": lambda n: 64}


@mistake(EXERCISE, title="Y is cut from X", of=batches)
def Y_from_X() -> dict[str, Any]:
    """Your mini_batch_Y comes from X. Print its shape: it should have one row. Look again at the
    name of the array that you cut."""
    return {"full_Y": lambda n: n.X[:, n.full], "last_Y": lambda n: n.X[:, n.last]}


@mistake(EXERCISE, title="Y is cut from X in the full mini-batches", of=batches)
def Y_from_X_in_full() -> dict[str, Any]:
    """Your mini_batch_Y comes from X in the loop. Print its shape: it should have one row. Look
    again at the name of the array that you cut."""
    return {"full_Y": lambda n: n.X[:, n.full]}


@mistake(EXERCISE, title="the labels become true and false", of=batches)
def labels_to_booleans() -> dict[str, Any]:
    """You turn the labels into booleans, so that only two classes are left. Try labels from 0 to 9.
    Look again at what happens to Y."""
    return {"shuffled_Y": lambda n: n.Y[:, n.order_Y] > 0}


# --- the end case


@mistake(EXERCISE, title="Y is cut from X in the end case", share=0.5, of=batches)
def Y_from_X_in_last() -> dict[str, Any]:
    """The mini_batch_Y of the end case comes from X. Print its shape: it should have one row. Look
    again at the name of the array that you cut."""
    return {"last_Y": lambda n: n.X[:, n.last]}


@mistake(EXERCISE, title="the last mini-batch is missing", of=batches)
def last_dropped() -> dict[str, Any]:
    """The columns that are left over are lost. Count the columns of all mini-batches: there should
    be m. Look again at the end case."""
    return {"has_last": lambda n: False}


@mistake(EXERCISE, title="an empty mini-batch at the end", share=0.5, of=batches)
def last_always() -> dict[str, Any]:
    """Where the size divides the number of examples you add a mini-batch without columns. Its cost
    is nan. Look again at when there is an end case."""
    return {"has_last": lambda n: True}


@mistake(EXERCISE, title="the last mini-batch is filled up", of=batches)
def last_padded() -> dict[str, Any]:
    """You fill the last mini-batch up with zeros. Print its shape: it should have the columns that
    are left, and no more. The network would learn from examples that do not exist."""
    return {"last_X": _padded("X"), "last_Y": _padded("Y")}


@mistake(EXERCISE, title="the end case is cut by the loop's last k", share=0.5, of=batches)
def last_by_k() -> dict[str, Any]:
    """Your end case uses the k that the loop leaves behind. Where there are fewer examples than one
    mini-batch holds, the loop does not run and k does not exist. Try m = 10 and a size of 16."""
    return {"last": _after_last_k}


@mistake(EXERCISE, title="the last mini-batch is one short", share=0.5, of=batches)
def last_one_short() -> dict[str, Any]:
    """A slice that ends at -1 leaves out the last column, so one example is never seen. Count the
    columns of all mini-batches: there should be m."""
    return {"last": lambda n: slice(n.number * n.size, -1)}


@mistake(EXERCISE, title="the last mini-batch has one column", share=0.5, of=batches)
def last_one_column() -> dict[str, Any]:
    """You take the last column alone. Count the columns of all mini-batches: there should be m.
    Look again at where the end case begins."""
    return {"last": lambda n: slice(-1, None)}


@mistake(EXERCISE, title="the end case takes the first columns", share=0.5, of=batches)
def last_takes_first_columns() -> dict[str, Any]:
    """Your last mini-batch repeats the beginning, and the columns at the end are lost. It has the
    right shape, so print its first column. Look again at where it begins."""
    return {"last": lambda n: slice(0, n.m - n.number * n.size)}


@mistake(EXERCISE, title="Y of the end case takes the first columns", share=0.5, of=batches)
def last_Y_takes_first_columns() -> dict[str, Any]:
    """X and Y of your last mini-batch come from different places, so examples get the labels of
    others. Print where each begins. They should be cut alike."""
    return {"last_Y": lambda n: n.Y[:, : n.m % n.size]}


@mistake(EXERCISE, title="the end case takes a full size from the back", share=0.5, of=batches)
def last_a_full_size() -> dict[str, Any]:
    """Your last mini-batch is as large as the others and repeats columns. Print its shape. Look
    again at how many columns are left."""
    return {"last": lambda n: slice(max(0, n.m - n.size), n.m)}


@mistake(EXERCISE, title="X of the end case is not shuffled", share=0.5, of=batches)
def last_not_shuffled() -> dict[str, Any]:
    """Your last mini_batch_X is cut from X itself, so examples get the labels of others. Look again
    at the name of the array that you cut."""
    return {"last_X": lambda n: n.given_X[:, n.last]}


@mistake(EXERCISE, title="the end case is not shuffled", share=0.5, of=batches)
def last_X_and_Y_not_shuffled() -> dict[str, Any]:
    """Your last mini-batch is cut from X and Y themselves, so some examples come twice and others
    never. Look again at the names of the arrays that you cut."""
    return {"last_X": lambda n: n.given_X[:, n.last], "last_Y": lambda n: n.given_Y[:, n.last]}


@mistake(EXERCISE, title="the end case is turned round", share=0.5, of=batches)
def last_backwards() -> dict[str, Any]:
    """Your last mini-batch has its columns in the other order. Print the first one. Look again at
    the step of your slice."""
    return {"last": lambda n: slice(n.m - 1, n.number * n.size - 1, -1)}


@mistake(EXERCISE, title="the end case is computed with a fraction", share=0.5, of=batches)
def last_rounded_up() -> dict[str, Any]:
    """(m / size - number) * size is not always whole, and rounding it up takes a column too many.
    Try m = 7 and a size of 3. Whole numbers need no division."""
    return {"last": lambda n: slice(n.m - math.ceil((n.m / n.size - n.number) * n.size), n.m)}


@mistake(EXERCISE, title="a single last example is lost", share=0.5, of=batches)
def single_dropped() -> dict[str, Any]:
    """You leave out the end case where one column is left. One column is a mini-batch too. Try m =
    7 and a size of 3."""
    return {"has_last": lambda n: n.m % n.size > 1}


@mistake(EXERCISE, title="the last mini-batch stands first", share=0.5, of=batches)
def last_first() -> dict[str, Any]:
    """Your end case is put before the others. Print the shapes in order. Look again at where it is
    added to the list."""
    return {"arranged": lambda full, last: last + full}


@mistake(EXERCISE, title="mini-batches are inserted in the middle", share=0.5, of=batches)
def inserted_second() -> dict[str, Any]:
    """You insert full mini-batches at the second place, so they come in another order. Print the
    first column of each. Look again at how they are added to the list."""
    return {"arranged": lambda full, last: full[:1] + full[1:][::-1] + last}


@mistake(EXERCISE, title="all X, then all Y", of=batches)
def X_and_Y_apart() -> dict[str, Any]:
    """You return two lists, one of X and one of Y. The caller goes through pairs. Look again at the
    docstring."""
    return {"arranged": lambda full, last: tuple(zip(*(full + last), strict=True))}


@mistake(EXERCISE, title="slices between fractions")
def fractions_everywhere(X: Any, Y: Any, mini_batch_size: int = 64, seed: int = 0) -> Any:
    """m / mini_batch_size is a fraction, and range and slices take whole numbers only. Print its
    type. Look again at how the number of full mini-batches is made whole."""
    raise TypeError("'float' object cannot be interpreted as an integer")


@mistake(EXERCISE, title="the end case begins at a fraction", share=0.5, of=batches)
def fraction_in_last() -> dict[str, Any]:
    """A division by / gives a float, and slices take whole numbers only. Print the type of what you
    cut at. Look again at how it is made whole."""
    return {"last": lambda n: slice(n.m / n.size * n.size, n.m)}


def _rows(n: Any) -> Any:
    return n.X[n.order, :]


def _turned(name: str) -> Rule:
    return lambda n: getattr(n, name)[:, n.full][:, :: -1 if n.k else 1]


def _padded(name: str) -> Rule:
    def padded(n: Any) -> Any:
        rest = getattr(n, name)[:, n.last]
        return np.pad(rest, ((0, 0), (0, n.size - rest.shape[1])))

    return padded


def _after_last_k(n: Any) -> slice:
    if not n.number:
        raise UnboundLocalError
    return slice((n.k + 1) * n.size, n.m)
