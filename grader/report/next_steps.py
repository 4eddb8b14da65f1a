"""What to look at next, in one sentence for an exercise; on the pages and in the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from grader.model import ExerciseResult, Verdict
from grader.report.words import VERDICTS
from grader.text import beginning, one_line

LONGEST_STEP = 160
# How the words begin that stand beside a line which the search has marked.
LOOK_AGAIN = "look again at "


def next_step(exercise: ExerciseResult) -> str:
    """What to look at first in an exercise that is not right; what explains it best comes first.

    >>> next_step(ExerciseResult("adam", Verdict.UNANSWERED, 0.0, 25.0))
    'Nothing has been written here yet.'
    """
    for text in _candidates(exercise):
        if shown := one_line(" ".join(text.split())):
            break
    sentence = shown if shown.endswith((".", "!", "?")) else f"{shown}."
    where = _where(exercise)
    return beginning(sentence, LONGEST_STEP - len(where)) + where


def _where(exercise: ExerciseResult) -> str:
    """The first line of the cell that the search for the mistake has marked.

    Where it has marked none, it is the line of the first step that differs.
    """
    found = [mark.line for mark in exercise.marks if mark.words.startswith(LOOK_AGAIN)]
    if found:
        return f" Look again at line {min(found)} of your code."
    step = exercise.first_step
    return f" The first value that differs is set in line {step.line} of your code." if step else ""


def _candidates(exercise: ExerciseResult) -> Iterator[str]:
    if exercise.verdict is Verdict.UNANSWERED:
        yield "Nothing has been written here yet."
    if exercise.diagnosis and not exercise.diagnosis.accepted:
        yield _capitalized(exercise.diagnosis.title)
    # These often begin with a name of the student's, which stays as it is.
    yield from (case.message for case in exercise.cases if case.passed is False)
    yield exercise.message
    yield _capitalized(VERDICTS[exercise.verdict].meaning)


def _capitalized(text: str) -> str:
    first = text.split(" ")[0]
    is_word = first.isalpha() and (len(first) > 1 or first == "a")
    return text[:1].upper() + text[1:] if is_word else text
