"""Find exercises whose public cases an answer passes that never seeds the random generator."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np

from grader.assignments.kinds import called
from grader.assignments.records import Assignment, Variant
from grader.assignments.reference import reference, stands_alone
from grader.authoring import UNSEEDED
from grader.grading.judging.parts import passed_by
from grader.model import Visibility


def passed_without_seed(assignment: Assignment) -> Iterator[str]:
    """A line for each exercise that seeds a global generator, and whose public cases can be passed
    without.

    The reference is called with `np.random.seed` and `random.seed` doing nothing. Generators that a
    function makes for itself are different at every call if they are not seeded, so they need no
    test. A master whose functions need the rest of the notebook is not looked at.
    """
    if not stands_alone(assignment):
        return
    for exercise in called(assignment):
        public = [case for case in exercise.of(Visibility.PUBLIC) if not case.raises]
        answer = _NeverSeeds(reference(assignment)[exercise.name])
        variant = Variant("never_seeds", "", "", answer)
        passed = passed_by(variant, replace(exercise, cases=tuple(public)))
        if answer.would_seed and len(passed) == len(public):
            yield (
                f"{assignment.folder}: an answer to {exercise.name!r} that never seeds the random "
                "generator passes every public case, so students are not told; a public case is "
                "needed whose expected output depends on the seed"
            )


class _NeverSeeds:
    """The function with its calls of the global generators' `seed` left out."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.would_seed = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        random.seed(UNSEEDED)
        np.random.seed(UNSEEDED)
        with self._unseeded():
            return self.function(*args, **kwargs)

    @contextmanager
    def _unseeded(self) -> Iterator[None]:
        with patch.object(np.random, "seed", self._seed), patch.object(random, "seed", self._seed):
            yield

    def _seed(self, *_: Any, **__: Any) -> None:
        self.would_seed = True
