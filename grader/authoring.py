"""What the author of an assignment writes with: cases, variants and pictures.

`cases.py`, `variants.py` and `pictures.py` in an assignment's solutions folder import these. Each
decorator marks a function and leaves it as it is; `grader.assignments`
collects the marked ones.

    @case("moving_average")
    def window_longer_than_data():
        \"\"\"A window longer than the data.\"\"\"       # what a student reads about the case
        return arguments([1.0, 2.0], window=5)

    @accepted("moving_average", title="computed by convolution")
    def by_convolution(data, window):
        \"\"\"Sentences for the student: what differs, and why it is right all the same.\"\"\"
        ...

    @mistake("moving_average", title="the last window is left out", share=0.5)
    def without_the_last(data, window):
        \"\"\"Sentences for the student: what it does, how to see it, what to look at again.\"\"\"
        ...
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias, TypeVar

import numpy as np

from grader.marks import (
    CaseMark,
    Mark,
    ParameterMark,
    PartsMark,
    PictureMark,
    TrainingMark,
    VariantMark,
    WrongMark,
)
from grader.scenes import Groups, Landscape, Training

RTOL = 1e-9
ATOL = 1e-12
# What numpy's and Python's global generators are seeded with before a student's function is called.
# A variant that never seeds draws from `np.random.RandomState(UNSEEDED)` or `Random(UNSEEDED)`.
UNSEEDED = 2_718_281_828

_Function = TypeVar("_Function", bound=Callable[..., Any])
# While a case is drawn afresh: the number it is drawn by, and the seeds it has asked for so far.
_drawing: ContextVar[tuple[int, list[int]] | None] = ContextVar("drawing", default=None)


@dataclass(frozen=True, slots=True)
class Arguments:
    """Positional and keyword arguments of one call."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


NO_ARGUMENTS = Arguments((), {})


def arguments(*args: Any, **kwargs: Any) -> Arguments:
    """The arguments with which a case calls its exercise, written as in the call itself."""
    return Arguments(args, kwargs)


# What a picture's driver is: it yields arguments, and is sent what the function returns for them.
Driver: TypeAlias = Generator[Arguments, Any, None]


def generator(seed: int) -> np.random.Generator:
    """numpy's random generator for a case's inputs: the same numbers for a seed every time.

    Cases that draw their inputs from it can also be drawn afresh, which finds out who has
    memorised the frozen ones.
    """
    drawing = _drawing.get()
    if drawing is None:
        return np.random.default_rng(seed)
    number, seeds = drawing
    seeds.append(seed)
    # numpy counts no zeros at a seed's end: without the 1, number 0 would draw nothing new.
    return np.random.default_rng((seed, number, 1))


# In whose name the inputs of such cases are drawn where no student's are asked for: for the frozen
# outputs, the proof of adequacy, and what students have of public cases.
EXAMPLE = "example"


def generator_for(student: str, seed: int = 0) -> np.random.Generator:
    """numpy's random generator for one student's inputs: the same numbers for an id every time.

    The id is what a case's function gets in its parameter `student`. Capital letters, and white
    space around the id, make no difference. Cases with other seeds draw other numbers.
    """
    text = unicodedata.normalize("NFKC", student).strip().casefold()
    number = int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest(), "big")
    return np.random.default_rng((number, seed))


def drawn_afresh(inputs: Callable[[], Arguments], number: int) -> Arguments | None:
    """The inputs of a case with other random numbers; None if it draws none from `generator`."""
    seeds: list[int] = []
    token = _drawing.set((number, seeds))
    try:
        fresh = inputs()
    finally:
        _drawing.reset(token)
    return fresh if seeds else None


def case(
    exercise: str,
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
    weight: float = 1,
    public: bool = False,
    compare: str = "equal",
    raises: type[BaseException] | str = "",
    says: str = "",
    check: Callable[..., bool | str] | None = None,
) -> Callable[[_Function], _Function]:
    """Mark a function as a case of `exercise`: called without arguments, it returns `Arguments`.

    With the one parameter `student`, it is called with the student's id, and the inputs are that
    student's own: see `generator_for`.

    A number `x` is right where `|x - expected| <= atol + rtol * |expected|`.
    `weight` counts only in exercises that score by weight. `compare` is "equal", "order" where a
    returned sequence or 1-d array may be in any order, "rows" where the rows of a returned table
    may be, or "sign" where all returned numbers may have the other sign.

    Where the exercise should raise an exception, `raises` is its type, or the name of a type that
    the notebook defines; one that derives from it is right as well. Its text must hold `says`.

    Where several answers are right, `check` is called with what it has parameters for: `answer`,
    `expected`, and `arguments`. It returns True, False, or a sentence that says what is wrong. It
    decides alone. Ready ones are in `grader.checkers`.
    """
    _check_name(exercise, "case")
    kind = raises if isinstance(raises, str) else raises.__name__
    mark = CaseMark(exercise, rtol, atol, weight, public, compare, kind, says, check=check)
    return lambda function: _mark(function, mark)


def value(
    exercise: str,
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
    weight: float = 1,
    public: bool = False,
    compare: str = "equal",
    check: Callable[..., bool | str] | None = None,
) -> Callable[[_Function], _Function]:
    """Mark a function as a case of an exercise of the kind "value": it is only a name and a title.

    Without any, such an exercise has one hidden case with the usual tolerances. All else is as for
    `case`; a public case lets students see what is expected.
    """
    _check_name(exercise, "value")
    mark = CaseMark(exercise, rtol, atol, weight, public, compare, decorator="value", check=check)
    return lambda function: _mark(function, mark)


def printed(
    exercise: str,
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
    weight: float = 1,
    public: bool = False,
    compare: str = "text",
    check: Callable[..., bool | str] | None = None,
) -> Callable[[_Function], _Function]:
    """Mark a function as a case of an exercise of the kind "print": it is only a name and a title.

    `compare` is "text", where white space at the ends of lines does not count, or "numbers" for the
    numbers in the text, with the tolerances. All else is as for `value`.
    """
    _check_name(exercise, "printed")
    compare = "equal" if check else compare
    mark = CaseMark(exercise, rtol, atol, weight, public, compare, decorator="printed", check=check)
    return lambda function: _mark(function, mark)


def driver(
    exercise: str,
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
    weight: float = 1,
    public: bool = False,
    compare: str = "equal",
    raises: type[BaseException] | str = "",
    says: str = "",
    check: Callable[..., bool | str] | None = None,
) -> Callable[[_Function], _Function]:
    """Mark a generator function as a case of an exercise of the kind "driver".

    It runs in the kernel: its parameters are names of the notebook, and it yields what it sees of
    these objects, numbers, texts, tables and the like, to be compared with what it yields on the
    master, one after the other; `compare` is for each. It imports what it needs inside, and may use
    what is in `grader.drivers`. All else is as for `case`. What it expects must not stand in it, as
    a student's code could read that. With a parameter `student`, it is given the student's id, and
    may use `generator_for`.
    """
    _check_name(exercise, "driver")
    kind = raises if isinstance(raises, str) else raises.__name__
    mark = CaseMark(*(exercise, rtol, atol, weight, public, compare, kind, says), "driver", check)
    return lambda function: _mark(function, mark)


def parameter(name: str, *, cell: str = "") -> Callable[[_Function], _Function]:
    """Mark a function that draws a value of the notebook for each student, from the student's id.

    A cell that students are given binds the `name`, as `seed = 0` does. In grading, the name stands
    for what the function returns from the end of that cell on: in the student's notebook, and in
    the master, which says what is right for this student. What functions of exercises may take, it
    may return. Where several given cells bind the name, `cell` is the id, in the master, of the one
    that counts.

        @parameter("seed")
        def a_seed_of_your_own(student):
            return int(generator_for(student).integers(10_000))
    """
    _check_name(name, "parameter")
    mark = ParameterMark(name, cell)
    return lambda function: _mark(function, mark)


def accepted(
    exercise: str, *, title: str, of: Callable[..., Any] | None = None, beside: str = ""
) -> Callable[[_Function], _Function]:
    """Mark a function as another right implementation of `exercise`, worth all points.

    `of` is explained at `mistake`. `beside` is what a student reads in place of the docstring where
    the form is found together with a mistake, so that the answer is not right.
    """
    mark = VariantMark(exercise, title, accepted=True, share=1, of=of, beside=beside)
    return lambda function: _mark(function, mark)


def picture(
    exercise: str, scene: Landscape | Groups, *, title: str
) -> Callable[[_Function], _Function]:
    """Mark a generator function as the driver of a picture of what `exercise` does.

    It is called with a sheet of the scene, yields `arguments(...)`, is sent what the function
    returns for them, and puts that on the sheet.
    """
    _check_name(exercise, "picture")
    mark = PictureMark(exercise, scene, title)
    return lambda function: _mark(function, mark)


def training(
    exercise: str, scene: Training, *, title: str, given: str
) -> Callable[[_Function], _Function]:
    """Mark a function that draws what a notebook trains with `exercise`, where `--full` runs that.

    The training is the first cell's in which the scene's `calls` is called with the text `given`
    among its arguments. The function is called with a sheet that has the costs it printed, and with
    the value that its call was assigned to a name; it says on the sheet how that decides.
    """
    _check_name(exercise, "training")
    mark = TrainingMark(exercise, scene, title, given)
    return lambda function: _mark(function, mark)


def mistake(
    exercise: str, *, title: str, share: float = 0, of: Callable[..., Any] | None = None
) -> Callable[[_Function], _Function]:
    """Mark a function as a usual wrong implementation of `exercise`.

    `share` of the points, from 0 to below 1, is given where the exercise scores by variants: for
    this mistake, and for every answer that passes all cases that this mistake passes. The function
    may raise: it then explains an exception of the same type whose message is its own, or any
    message if it raises with none.

    With `of`, a general form of the exercise, the function takes no arguments and returns what to
    change in it: a dictionary of keyword arguments for `of`. Two mistakes that change different
    ones are then also found together.
    """
    mark = VariantMark(exercise, title, accepted=False, share=share, of=of)
    return lambda function: _mark(function, mark)


def parts(exercise: str) -> Callable[[_Function], _Function]:
    """Mark a function that takes apart what `exercise` returns: an answer -> a dict of its parts.

    Mistakes in different parts are then found separately. Without it the parts are the returned
    values. It may raise for answers that cannot be taken apart.
    """
    _check_name(exercise, "parts")
    mark = PartsMark(exercise)
    return lambda function: _mark(function, mark)


def wrong(exercise: str) -> Callable[[_Function], _Function]:
    """Mark a function as a wrong form of `exercise`, which the hidden cases have to tell from the
    reference. `grade validate --strict` tries it; no student hears of it."""
    _check_name(exercise, "wrong")
    mark = WrongMark(exercise)
    return lambda function: _mark(function, mark)


def _check_name(name: Any, decorator: str) -> None:
    if not isinstance(name, str):
        what = "parameter" if decorator == "parameter" else "exercise"
        raise TypeError(f'the {what} is missing: @{decorator}("name_of_the_{what}") is expected')


def _mark(function: _Function, mark: Mark) -> _Function:
    marks = (*getattr(function, "__fairgrade__", ()), mark)
    function.__fairgrade__ = marks  # type: ignore[attr-defined]
    return function
