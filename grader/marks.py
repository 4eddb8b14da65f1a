"""What the decorators of `authoring` note down about an author's functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from grader.scenes import Groups, Landscape, Training


@dataclass(frozen=True, slots=True)
class CaseMark:
    """What `case` noted down about a function."""

    place: ClassVar[str] = "@case belongs in cases.py"
    exercise: str
    rtol: float
    atol: float
    weight: float
    public: bool
    compare: str = "equal"
    raises: str = ""
    says: str = ""
    decorator: str = "case"
    check: Callable[..., bool | str] | None = None


@dataclass(frozen=True, slots=True)
class VariantMark:
    """What `accepted` or `mistake` noted down about a function."""

    place: ClassVar[str] = "@accepted and @mistake belong in variants.py"
    exercise: str
    title: str
    accepted: bool
    share: float
    of: Callable[..., Any] | None
    beside: str = ""


@dataclass(frozen=True, slots=True)
class PartsMark:
    """What `parts` noted down about a function."""

    place: ClassVar[str] = "@parts belongs in variants.py"
    exercise: str


@dataclass(frozen=True, slots=True)
class WrongMark:
    """What `wrong` noted down about a function."""

    place: ClassVar[str] = "@wrong belongs in wrong.py"
    exercise: str


@dataclass(frozen=True, slots=True)
class PictureMark:
    """What `picture` noted down about a function."""

    place: ClassVar[str] = "@picture belongs in pictures.py"
    exercise: str
    scene: Landscape | Groups
    title: str


@dataclass(frozen=True, slots=True)
class TrainingMark:
    """What `training` noted down about a function."""

    place: ClassVar[str] = "@training belongs in pictures.py"
    exercise: str
    scene: Training
    title: str
    given: str


@dataclass(frozen=True, slots=True)
class ParameterMark:
    """What `parameter` noted down about a function."""

    place: ClassVar[str] = "@parameter belongs in cases.py"
    name: str
    cell: str = ""


Mark: TypeAlias = (
    CaseMark | VariantMark | PartsMark | WrongMark | PictureMark | TrainingMark | ParameterMark
)
