"""How the report says each verdict and each outcome of a case: word, icon, colour, meaning."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model import Verdict

GOOD, PARTLY, BAD, NEUTRAL = "good", "partly", "bad", "neutral"


@dataclass(frozen=True, slots=True)
class Word:
    """`icon` is the id of a symbol in `icons.html.jinja`; `tone` a class of the style sheet."""

    word: str
    icon: str
    tone: str
    meaning: str


VERDICTS = {
    Verdict.CORRECT: Word("correct", "check", GOOD, "right: every case came out as it should."),
    Verdict.ACCEPTED: Word(
        "accepted", "double-check", GOOD, "right, in a form that is accepted as well."
    ),
    Verdict.PARTIAL: Word(
        "partial", "half", PARTLY, "some of it is right, and a share of the points is given."
    ),
    Verdict.INCORRECT: Word("incorrect", "cross", BAD, "it ran, but what came of it is not right."),
    Verdict.ERROR: Word("error", "exclamation", BAD, "it stopped with an error (an exception)."),
    Verdict.TIMEOUT: Word("timeout", "clock", BAD, "it was still running when its time was over."),
    Verdict.CRASHED: Word("crashed", "bolt", BAD, "it ended the Python process it was running in."),
    Verdict.MISSING: Word(
        "missing", "dashed", BAD, "nothing of this name was there after the notebook had run."
    ),
    Verdict.UNANSWERED: Word("unanswered", "empty", NEUTRAL, "it is still as it was handed out."),
    Verdict.TO_REVIEW: Word(
        "to review", "eye", NEUTRAL, "a person has still to read it. Until then it has no points."
    ),
    Verdict.REVIEWED: Word("reviewed", "eye", NEUTRAL, "a person has read it and given points."),
    Verdict.NOT_GRADED: Word(
        "not graded",
        "question",
        NEUTRAL,
        "it was not run, or fairgrade failed. That is nobody's fault.",
    ),
}

CASES = {
    True: Word("passed", "check", GOOD, "it came out as it should."),
    False: Word("not passed", "cross", BAD, "it did not come out as it should."),
    None: Word("not called", "dash", NEUTRAL, "it was not tried."),
}
