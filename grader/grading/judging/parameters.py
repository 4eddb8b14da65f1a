"""Whether a function takes what it is called with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.notebooks.cells import Function

OTHER_PARAMETERS = (
    "The parameters in the function's first line are not those that it is called with: leave that "
    "line as it was given."
)


def takes(function: Function, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether the parameters in the function's first line fit the call; True if it is decorated."""
    given = function.args
    if function.decorator_list:
        return True
    by_place = [*given.posonlyargs, *given.args]
    filled = {each.arg for each in by_place[: len(args)]}
    by_name = {each.arg for each in (*given.args, *given.kwonlyargs)} - filled
    optional = by_place[len(by_place) - len(given.defaults) :]
    optional += [
        each
        for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
        if default is not None
    ]
    needed = {each.arg for each in (*by_place, *given.kwonlyargs)} - filled
    needed -= {each.arg for each in optional}
    fits_by_place = len(args) <= len(by_place) or given.vararg is not None
    return (
        fits_by_place
        and needed <= kwargs.keys()
        and (kwargs.keys() <= by_name or given.kwarg is not None)
    )
