"""Every regular expression takes steps in proportion to the text, whatever the text is.

A student writes the code, the messages and the names of files on which they are tried.
"""

from __future__ import annotations

import re

import pytest

from tests.bounds.backtracking import Matcher, TooManySteps, pumps
from tests.bounds.patterns import Pattern, patterns

EVERY = patterns()
# Repetitions in the shorter one of two texts, of which the second is twice as long. What is linear
# takes twice the steps for it, what is quadratic four times as many.
SHORT = 24
MOST_GROWTH = 2.6
# What may follow a repetition, in order that it was made in vain.
ENDS = ("", "\0", "!a", "\n")


def steps(pattern: Pattern, text: str) -> int:
    """The steps that the pattern takes on a text, in that use of it which takes the most."""
    matcher, most = Matcher(pattern.text, pattern.flags), 1
    for use in pattern.uses:
        if use in ("match", "fullmatch"):
            matcher.search(text, anchored=True, whole=use == "fullmatch")
        else:
            matcher.all(text)
        most = max(most, matcher.steps)
    return most


def _growth(pattern: Pattern, before: str, part: str, end: str, count: int) -> float:
    short, long = (steps(pattern, before + part * n + end) for n in (count, 2 * count))
    return long / short


def worst(pattern: Pattern) -> tuple[float, str]:
    """How many times as many steps the pattern takes where a part of a text is doubled, and for
    which text: the worst one that was found."""
    found = [(1.0, "")]
    for before, part in {*pumps(pattern.text, pattern.flags)}:
        for end in ENDS:
            text = f"{before!r} {part!r}… {end!r}"
            try:
                growth = _growth(pattern, before, part, end, SHORT)
                if growth > MOST_GROWTH:  # it may be that of a bounded repetition, up to its bound
                    growth = _growth(pattern, before, part, end, 4 * SHORT)
            except TooManySteps:
                return float("inf"), text
            found.append((growth, text))
    return max(found)


@pytest.mark.parametrize("pattern", EVERY, ids=str)
def test_steps_grow_with_the_text(pattern: Pattern) -> None:
    most, text = worst(pattern)

    assert most < MOST_GROWTH, f"{pattern.text!r} takes too many steps on {text}"


@pytest.mark.parametrize(
    "pattern",
    [
        r"\((?:\d+,?)*\)",
        r"^(\s*)([%!?].*|[\w.]+\?{1,2}\s*|[\w, ]+=\s*[%!].*)$",
        r"(a|a)*b",
        r"\s+$",
        r"(\w+\s?)*:",
        r"a.*b.*c",
        r"(?:a|aa)+$",
        r"(.*?,){5}x",
        r".*\D",
        r"a++b",
    ],
)
def test_a_pattern_that_goes_back_is_found_out(pattern: str) -> None:
    assert worst(Pattern(pattern, 0, "", frozenset({"search"})))[0] > MOST_GROWTH


@pytest.mark.parametrize(
    "pattern", [r"\((?:\d++,?+)*+\)", r"(?<!a)a++b", r"(?<!\s)\s++$", r"(?>a|ab)c"]
)
def test_a_pattern_that_does_not_is_not(pattern: str) -> None:
    assert worst(Pattern(pattern, 0, "", frozenset({"search"})))[0] < MOST_GROWTH


@pytest.mark.parametrize("pattern", EVERY, ids=str)
def test_the_counting_matcher_finds_what_python_finds(pattern: Pattern) -> None:
    compiled = re.compile(pattern.text, pattern.flags)
    texts = [
        before + text * count
        for before, text in {*pumps(pattern.text, pattern.flags)}
        for count in (1, 3)
    ]
    for text in [*texts[:20], "", "x = 1"]:
        matcher = Matcher(pattern.text, pattern.flags)
        assert matcher.search(text) is bool(compiled.search(text))
        assert matcher.search(text, anchored=True, whole=True) is bool(compiled.fullmatch(text))
