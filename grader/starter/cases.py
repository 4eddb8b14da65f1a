"""The cases that each exercise is called on; a docstring is what students read about its case."""

from __future__ import annotations

from grader.authoring import Arguments, arguments, case, generator


@case("moving_average", public=True)
def pairs() -> Arguments:
    """Pairs of neighbours."""
    return arguments([1.0, 2.0, 4.0, 8.0], 2)


@case("moving_average")
def window_of_all() -> Arguments:
    """A window as long as the list."""
    return arguments([3.0, 1.0, 5.5], 3)


@case("moving_average")
def many_numbers() -> Arguments:
    """Many numbers, drawn at random."""
    return arguments(generator(1).normal(size=40).tolist(), 7)
