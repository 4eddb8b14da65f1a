"""Run an author's driver: a generator that uses objects of the notebook and yields what it sees.

A student's code can change anything in this process, and so what a driver yields: see `agent`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from calls import MISSING, Answer, Interrupted, raised, returned, seeded_and_quiet
from values import wire

DRIVER = "<driver>"
MOST_OBSERVATIONS = 10_000


def drive(
    source: str, name: str, takes: list[str], given: dict[str, Any], namespace: dict[str, Any]
) -> Answer:
    """What the generator function `name` of the source yields, as if a call had returned the list.

    It is called with the notebook's objects of the names that it `takes`, and what is `given`.
    """
    if any(each not in namespace for each in takes):
        return MISSING
    objects = [namespace[each] for each in takes]
    own: dict[str, Any] = {"__name__": DRIVER}
    seen: list[Any] = []
    try:
        exec(compile(source, DRIVER, "exec"), own)
        with seeded_and_quiet():
            for each in own[name](*objects, **given):
                # What is seen may change later, as a list does that is appended to.
                seen.append(wire.decode(wire.encode(each)))
                if len(seen) > MOST_OBSERVATIONS:
                    raise wire.WireError(f"more than {MOST_OBSERVATIONS} observations")
    except KeyboardInterrupt as error:
        raise Interrupted(_line_in(objects, error)) from None
    except wire.WireError as error:
        said = f"observation {len(seen) + 1}: {error}"
        return wire.encode(("unsendable", said[:500])), b""
    except BaseException as error:  # the student's, SystemExit too
        return raised(error, _line_in(objects, error))
    return returned(seen)


def _line_in(objects: list[Any], error: BaseException) -> int | None:
    """The last line of the traceback in a cell that defines one of the objects, from 1."""
    files = {file for each in objects for file in _files_of(each)}
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename in files:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _files_of(thing: Any) -> Iterator[str]:
    """The names of the cells in which a function, or the methods of a class, were defined."""
    try:
        for each in (thing, *vars(thing).values()):
            code = getattr(each, "__code__", None)
            if isinstance(getattr(code, "co_filename", None), str):
                yield code.co_filename
    except Exception:  # the student's object may do anything
        return
