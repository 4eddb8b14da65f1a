"""The pages of a review, filled from templates; they look like those of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from grader import __version__
from grader.assignments.records import Exercise
from grader.gradebook.reviews import Standing
from grader.report.entries import prose, shown_name
from grader.report.highlight import as_written
from grader.report.pages import HERE as REPORT
from grader.report.pages import asset_of, content_security_policy, environment_of
from grader.review.answers import Answers, Listed, Progress
from grader.text import number, when

HERE = Path(__file__).parent
LONGEST_OUTPUT = 6_000


@dataclass(frozen=True, slots=True)
class Line:
    """An item of the rubric as the page has it; `key` ticks it, where a key does."""

    place: int
    text: str
    points: str
    ticked: bool

    @property
    def key(self) -> str:
        return str(self.place + 1) if self.place < 9 else ""


@dataclass(frozen=True, slots=True)
class Filled:
    """What is in the fields of the form."""

    items: Sequence[int] = ()
    points: str = ""
    remark: str = ""

    @classmethod
    def of(cls, standing: Standing | None, exercise: Exercise) -> Filled:
        """What was decided, as far as the rubric still has it."""
        if standing is None:
            return cls()
        made = standing.adjustment
        items = [place for place, each in enumerate(exercise.rubric) if each in made.items]
        return cls(items, number(made.score), made.reason)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said above the form: a mistake in it, or that another person has decided."""

    text: str
    tone: str = "partly"
    conflict: bool = False


class Pages:
    """Makes the pages of one review. `base` is the address that all of them begin with."""

    def __init__(self, answers: Answers, base: str, token: str, model: str) -> None:
        self.answers, self.base, self.token, self.model = answers, base, token, model

    def overview(self, listed: Sequence[Listed]) -> str:
        """The list of all answers, with what was decided on each."""
        first = next((each for each in listed if each.open), None)
        return self._filled("overview", listed, first=first)

    def answer(
        self,
        listed: Sequence[Listed],
        current: Listed,
        filled: Filled | None = None,
        notice: Notice | None = None,
    ) -> str:
        """The page of one answer; with what was sent in the form, where that was not saved."""
        exercise = self.answers.exercise
        result = self.answers.result(current)
        shown = filled or Filled.of(current.standing, exercise)
        saved = Filled.of(current.standing, exercise)
        lines = [
            Line(place, each.text, number(each.points), place in shown.items)
            for place, each in enumerate(exercise.rubric)
        ]
        return self._filled(
            "answer_review",
            listed,
            current=current,
            result=result,
            written=as_written(result.code),
            message=prose(result.message),
            printed=prose(result.printed, LONGEST_OUTPUT),
            lines=lines,
            filled=shown,
            saved=saved,
            notice=notice,
            pictures=self.answers.pictures(current),
            source="" if self.answers.anonymous else self.answers.source(current),
            previous=_at(listed, current.place - 1),
            following=_at(listed, current.place + 1),
            next_open=_next_open(listed, current),
        )

    def problem(self, words: str) -> str:
        """A page for what is not there, or cannot be done."""
        return _environment().get_template("problem.html.jinja").render(page=_PAGE, words=words)

    def name(self, listed: Listed) -> str:
        """What the page calls the student, or the answer where names are hidden."""
        return f"Answer {listed.place}" if self.answers.anonymous else shown_name(listed.student)

    def decided(self, listed: Listed) -> str:
        """Who decided what and when, in words; empty if nobody has."""
        return self.words_of(listed.standing) if listed.standing else ""

    def words_of(self, standing: Standing) -> str:
        made = standing.adjustment
        points = f"{number(made.score)} of {number(self.answers.exercise.points)} points"
        return f"{points}, by {made.by or 'a person'}, {when(made.made)}"

    def _filled(self, template: str, listed: Sequence[Listed], **more: Any) -> str:
        return (
            _environment()
            .get_template(f"{template}.html.jinja")
            .render(
                page=_PAGE,
                pages=self,
                answers=self.answers,
                exercise=self.answers.exercise,
                listed=listed,
                progress=Progress.of(listed),
                **more,
            )
        )


@dataclass(frozen=True, slots=True)
class _Run:
    version: str = __version__


@dataclass(frozen=True, slots=True)
class _Page:
    """What the report's base template asks of a page."""

    run: _Run = _Run()


_PAGE = _Page()


def _at(listed: Sequence[Listed], place: int) -> Listed | None:
    return listed[place - 1] if 1 <= place <= len(listed) else None


def _next_open(listed: Sequence[Listed], current: Listed) -> Listed | None:
    """The next answer that nobody has reviewed, after the current one or else from the start."""
    after = [*listed[current.place :], *listed[: current.place - 1]]
    return next((each for each in after if each.open), None)


@cache
def _environment() -> Environment:
    environment = environment_of(HERE / "templates")
    style, script = _assets()
    environment.globals |= {"style": style, "script": script, "policy": policy(), "mark": ""}
    return environment


@cache
def policy() -> str:
    """The Content-Security-Policy of all pages: our style and script, and this server alone."""
    style, script = _assets()
    forms = "'self'"
    own = "connect-src 'self'; img-src 'self'"
    return f"{content_security_policy(style, script, forms)}; {own}"


@cache
def _assets() -> tuple[Markup, Markup]:
    """The style sheet and the script of all pages."""
    style = asset_of(REPORT / "assets" / "report.css") + asset_of(HERE / "assets" / "review.css")
    return style, asset_of(HERE / "assets" / "review.js")
