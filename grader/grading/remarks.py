"""Lines for the instructor about what explains, searches, draws or shows, where that has failed.

None of it is needed for a verdict. So whatever goes wrong there costs the explanation only.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

_PACKAGE = Path(__file__).parents[1]
# What Python says of a name without a value, sometimes with a suggestion.
_UNNAMED = re.compile(r"name '(\w{1,80})' is not defined(?:\..{0,200})?", re.DOTALL)
_Value = TypeVar("_Value")


@dataclass(slots=True)
class Remarks:
    """The lines so far, each once. If `strict`, as an author wants it, nothing may fail.

    `exhausted` says that memory ran out: nothing more is explained then. `unmade` says of a name
    that has no value which cell would have given it one, if that is known.
    """

    strict: bool = False
    lines: list[str] = field(default_factory=list)
    exhausted: bool = False
    unmade: Callable[[str], str] = lambda name: ""

    def why_unnamed(self, error: str, message: str) -> str:
        """Why the name that an exception complains of has no value; empty if nobody knows."""
        found = _UNNAMED.fullmatch(message) if error == "NameError" else None
        return self.unmade(found[1]) if found else ""

    def unless_it_fails(
        self, what: str, explain: Callable[[], _Value], otherwise: _Value
    ) -> _Value:
        """What `explain` returns; `otherwise` where it raises, with a line that names `what`."""
        if self.exhausted:
            return otherwise
        try:
            return explain()
        except Exception as error:  # a mistake of ours; also RecursionError and MemoryError
            self.failed(what, error)
            return otherwise

    def failed(self, what: str, error: Exception) -> None:
        """Note that `what` has failed; to be called while the exception is handled."""
        if self.strict:
            raise error
        self.exhausted = self.exhausted or isinstance(error, MemoryError)
        line = f"{what} failed: {_place_of(error)}"
        if line not in self.lines:
            self.lines.append(line)


def _place_of(error: Exception) -> str:
    """The exception's type, and the last line of ours that it came through.

    A flag is on the student's page, and an exception's text may have something of a hidden case.
    """
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_PACKAGE)
    ]
    place = f" in {Path(ours[-1].filename).relative_to(_PACKAGE.parent)}, line {ours[-1].lineno}"
    return f"{type(error).__name__}{place}"
