"""What the variants' titles and sentences state of sizes, directions and places is so, measured.

A title or sentence with one of `STATING`'s words needs a measurement in `titles` or `statements`,
or is one of `KNOWN`, which are about numpy, the exercise or the reference, not about the answer. So
a new one that states how large, which way or where is not told before somebody has measured it.
"""

from __future__ import annotations

import re

import pytest

from grader.assignments.records import Exercise, Variant
from tests.solutions.statements import KNOWN, MEASURED
from tests.solutions.titles import TITLES
from tests.solutions.trying import ASSIGNMENT

STATING = re.compile(
    r"\b(long|short|small\w*|large\w*|enormous|times (?:as|too)|grows?|shrink|fade|die|hardly"
    r"|close|uphill|against|negative|turns?|first|last|second|ends?|begins?|before|after|middle|nowhere|rows?"
    r"|columns?|shapes?|shaped|matrix|nan|overlap|lost|repeats?|empty|stays?|same|order|cannot show"
    r"|twice|half|never)\b"
)
# What to do, without saying what comes of it.
ADVICE = re.compile(r"(Look|Remember|Print|Compare|Call|Try|Follow|Count|Use|Read)\b[^:]*$")
END = re.compile(r"(?<=[.?])\s+(?=[A-Z(]|m /|numpy|shape is)")


def sentences(variant: Variant) -> list[str]:
    texts = (variant.explanation, variant.beside)
    return [each for text in texts for each in END.split(text) if each]


ALL = [
    pytest.param(exercise, variant, id=f"{exercise.name}-{variant.name}")
    for exercise in ASSIGNMENT.exercises
    for variant in exercise.variants
]


@pytest.mark.parametrize(("exercise", "variant"), ALL)
def test_what_a_sentence_states_is_measured(exercise: Exercise, variant: Variant) -> None:
    for sentence in sentences(variant):
        measures = [(words, each) for words, each in MEASURED.items() if words in sentence]
        stated = STATING.search(sentence) and not ADVICE.match(sentence)
        assert measures or not stated or sentence in KNOWN, f"nobody has measured: {sentence}"
        for words, measure in measures:
            assert measure(exercise.name, variant.function), f"not so: {words}"


@pytest.mark.parametrize(("exercise", "variant"), ALL)
def test_what_a_title_states_is_measured(exercise: Exercise, variant: Variant) -> None:
    measure = TITLES.get(variant.title)
    assert measure or not STATING.search(variant.title), f"nobody has measured: {variant.title}"
    assert measure is None or measure(exercise.name, variant.function), "not so"


def test_every_measured_title_is_a_variants() -> None:
    assert {v.title for e in ASSIGNMENT.exercises for v in e.variants}.issuperset(TITLES)


def test_every_measurement_and_every_known_sentence_is_of_a_sentence_that_is_told() -> None:
    told = [
        each
        for exercise in ASSIGNMENT.exercises
        for v in exercise.variants
        for each in sentences(v)
    ]
    assert [words for words in MEASURED if not any(words in each for each in told)] == []
    assert KNOWN.issubset(told)
