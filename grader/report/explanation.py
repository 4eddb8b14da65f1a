"""What is said of one answer as a piece of HTML, for platforms that show nothing but such a piece.

It is made of what the student's page says, and so of no more: of a hidden case, no text that a
student's code controls, and none of its values.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from grader.model import Adjustment, CaseResult, ExerciseResult, Verdict, Visibility
from grader.report.entries import prose
from grader.report.findings import case_lines, named, notes, passed_in_words
from grader.report.words import VERDICTS
from grader.text import counted, number, one_line

LONGEST_LINE = 200


def explanation(result: ExerciseResult) -> str:
    """Verdict and points, what explains the answer, the lines to look at, and the cases.

    It has no empty line, so that it may stand in Markdown, too.
    """
    return "\n".join(_paragraphs(result))


def _paragraphs(result: ExerciseResult) -> Iterator[str]:
    word = VERDICTS[result.verdict]
    said = f"<strong>{word.word}</strong>"
    if result.score is not None:
        said += f", {number(result.score)} of {number(result.max_score)} points"
    yield f"<p>{said}</p>"
    if result.adjustment:
        yield from _decided(result, result.adjustment)
    elif result.verdict is Verdict.TO_REVIEW:
        yield "<p>A person has still to read this, so its points are open, which is not 0.</p>"
    elif result.verdict is Verdict.NOT_GRADED:
        yield "<p>This exercise has not been graded, which is not the same as 0 points.</p>"
    if result.message:
        yield f"<p>{_shown(result.message)}</p>"
    for note in notes(result):
        yield f"<p><strong>{html.escape(note.title)}</strong></p>"
        yield from (f"<p>{_shown(text)}</p>" for text in (note.place, note.explanation) if text)
    yield from _marked_lines(result)
    yield from _cases(result.cases)


def _decided(result: ExerciseResult, made: Adjustment) -> Iterator[str]:
    """Who decided, with the reason, and the items of the rubric that hold."""
    who = "Reviewed" if result.verdict is Verdict.REVIEWED else "Decided"
    reason = f": {_shown(made.reason)}" if made.reason.strip() else ""
    yield f"<p>{who} by a person{reason}</p>"
    if made.items:
        items = (f"{_shown(one_line(each.text))}: {number(each.points)}" for each in made.items)
        yield f"<p>{'<br>'.join(items)}</p>"


def _marked_lines(result: ExerciseResult) -> Iterator[str]:
    code = result.code.split("\n")
    for mark in result.marks:
        if mark.line <= len(code):
            line = one_line(code[mark.line - 1].strip()[:LONGEST_LINE])
            where = f"Line {mark.line} of your cell: {_shown(mark.words)}"
            yield f"<p>{where}<br><code>{html.escape(line)}</code></p>"


def _cases(cases: Sequence[CaseResult]) -> Iterator[str]:
    """How many cases passed, the first public one that did not, and how many hidden ones."""
    if not cases:
        return
    yield f"<p>Cases: {passed_in_words(cases)}</p>"
    failed = [case for case in cases if case.passed is False]
    public = [case for case in failed if case.visibility is Visibility.PUBLIC]
    hidden = [case for case in failed if case.visibility is Visibility.HIDDEN]
    if public:
        first = case_lines(public)[0]
        said = _named(first.title, first.message)
        yield f"<p>The first public case that did not pass, {said}</p>"
        rest = [case for case in public if case is not first.case]
        if rest:
            yield f"<p>Nor did: {_shown(named(rest))}</p>"
    if hidden:
        yield f"<p>{_of_hidden(hidden, bool(public))}</p>"


def _of_hidden(hidden: Sequence[CaseResult], after_public: bool) -> str:
    either = " either" if after_public else ""
    said = f"{counted(len(hidden), 'hidden case')} did not pass{either}; "
    said += "its values are" if len(hidden) == 1 else "their values are"
    said += " not shown, as you do not have hidden cases."
    first = case_lines(hidden)[0]
    return said if after_public else f"{said}<br>{_named(first.title, first.message)}"


def _named(title: str, message: str) -> str:
    return _shown(f"{title.rstrip('.')}: {message}" if message else title)


def _shown(text: str) -> str:
    lines = (html.escape(line) for line in prose(text).split("\n") if line.strip())
    return "<br>".join(lines)
