"""JUnit's XML, which most systems for continuous integration show."""

from __future__ import annotations

import io
import re
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from grader.exports.base import Export, Request, WithPoints
from grader.exports.summary import about, total
from grader.files import write_file
from grader.model import CaseResult, ExerciseResult, Result, Run, Status
from grader.text import number, plain

# XML 1.0 has no place for these, escaped or not.
_NOT_IN_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_WORDS = {"error": "an error", "skipped": "skipped"}
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


class Junit(WithPoints, Export):
    """A suite for each submission, a test for each case; what was not called is skipped."""

    name = "junit"
    title = "JUnit XML"
    target = "junit.xml"

    def write(self, request: Request) -> None:
        root = Element("testsuites", name=_text(request.run.title))
        for result in request.run.results:
            root.append(_suite(result, self.points(result), request.run))
            if result.score is None:
                kind = _kind(result)
                request.note(result, f"{_IN_WORDS[kind]}, without a score: {result.reason}")
        for kind in ("tests", "failures", "errors"):
            root.set(kind, str(sum(int(suite.get(kind, "0")) for suite in root)))
        indent(root)
        write_file(request.target, _xml(root))


def _xml(root: Element) -> bytes:
    file = io.BytesIO()
    ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)
    return file.getvalue()


def _suite(result: Result, points: float | None, run: Run) -> Element:
    suite = Element("testsuite", name=_text(result.student), time=f"{result.seconds:.2f}")
    properties = SubElement(suite, "properties")
    for name, value in (("score", number(points)), ("max_score", number(result.max_score))):
        SubElement(properties, "property", name=name, value=value)
    for exercise in result.exercises:
        _exercise(suite, exercise, _text(run.title_of(exercise.name)))
    if result.score is None:
        test = SubElement(suite, "testcase", classname="submission", name="grading")
        _outcome(test, _kind(result), total(result))
    suite.set("tests", str(len(suite.findall("testcase"))))
    for kind, name in _COUNTED.items():
        suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))
    return suite


def _kind(result: Result) -> str:
    """What a submission without a total is: what a person has still to review is no error."""
    return "skipped" if result.status is Status.TO_REVIEW else "error"


def _exercise(suite: Element, exercise: ExerciseResult, title: str) -> None:
    for case in exercise.cases:
        test = SubElement(suite, "testcase", classname=title, name=_text(case.name))
        _case(test, case, exercise)
    test = SubElement(suite, "testcase", classname=title, name="points")
    if exercise.score is None:
        _outcome(test, "skipped", about(exercise))
    elif exercise.score < exercise.max_score:
        _outcome(test, "failure", about(exercise))


def _case(test: Element, case: CaseResult, exercise: ExerciseResult) -> None:
    if case.passed is None:
        _outcome(test, "skipped", exercise.message or "it was not called")
    elif not case.passed:
        _outcome(test, "failure", case.message or about(exercise))


def _outcome(test: Element, kind: str, text: str) -> None:
    message = _text(text)
    SubElement(test, kind, message=message.partition("\n")[0]).text = message


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", plain(text))
