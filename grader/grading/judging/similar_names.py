"""The name that was meant in place of one that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from heapq import nlargest

# A longer name is like no other. Of all names, so many are looked at, and the comparison that
# takes time in proportion to the square of their length is made for the most promising ones.
LONGEST_NAME, MOST_CANDIDATES, MOST_COMPARED = 60, 2_000, 20
_LIKENESS = 0.6


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate most similar to the name; empty if none is similar."""
    if len(name) > LONGEST_NAME:
        return ""
    short = {each for each in candidates if len(each) <= LONGEST_NAME}
    others = sorted(short)[:MOST_CANDIDATES]
    same = [each for each in others if each.lower() == name.lower()]
    return next(iter(same or _similar(name, others)), "")


def _similar(name: str, others: Sequence[str]) -> list[str]:
    """The one of the others that is most similar, if any is similar enough."""
    matcher = SequenceMatcher()
    matcher.set_seq2(name)  # what SequenceMatcher knows of the second text, it keeps
    promising: list[tuple[float, str]] = []
    for other in others:
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() >= _LIKENESS:
            promising.append((matcher.quick_ratio(), other))
    compared: list[tuple[float, str]] = []
    for most, other in nlargest(MOST_COMPARED, promising):
        matcher.set_seq1(other)
        if most >= _LIKENESS and (ratio := matcher.ratio()) >= _LIKENESS:
            compared.append((ratio, other))
    return [other for _, other in nlargest(1, compared)]
