"""Several attempts of a student: the last one, or the best."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from grader.results import Line
from grader.submissions import Found, Submission, told_apart


def last_attempts(found: Found) -> Found:
    """Of each student's attempts at the same thing the last; the others are listed."""
    latest: dict[str, Submission] = {}
    for each in found.submissions:
        key = each.owner.attempts_of or f"/{each.student}"
        if key not in latest or each.owner.attempt > latest[key].owner.attempt:
            latest[key] = each
    kept = set(latest.values())
    earlier = [
        f"{each.source}: an earlier attempt; the last one is graded"
        for each in found.submissions
        if each not in kept
    ]
    remaining = told_apart([each for each in found.submissions if each in kept])
    return replace(found, submissions=tuple(remaining), passed_over=(*found.passed_over, *earlier))


def best_attempts(lines: Iterable[Line]) -> tuple[list[Line], list[str]]:
    """Of each student's attempts at the same thing the best, the later of equals; and a line for
    each of the others. What could not be graded is worse than anything that could."""
    best: dict[str, Line] = {}
    every = list(lines)
    for each in every:
        key = each.submission.owner.attempts_of or f"/{each.submission.student}"
        if key not in best or _worth(each) >= _worth(best[key]):
            best[key] = each
    kept = {each.submission for each in best.values()}
    others = [
        f"{each.submission.source}: another attempt, not better than the one that counts"
        for each in every
        if each.submission not in kept
    ]
    counting = [each for each in every if each.submission in kept]
    named = told_apart([each.submission for each in counting])
    return [
        replace(each, submission=name) for each, name in zip(counting, named, strict=True)
    ], others


def _worth(line: Line) -> tuple[float, int]:
    return (-1.0 if line.score is None else line.score, line.submission.owner.attempt)
