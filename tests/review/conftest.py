"""A class with written answers in a gradebook, and a review of them that is being served."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from grader.gradebook.store import Gradebook
from grader.gradebook.store.results import Kept
from grader.model import (
    Adjustment,
    ExerciseResult,
    Picture,
    Protection,
    Result,
    Status,
    Verdict,
)
from tests.pictures import END, SIGNATURE, chunk, header, jpeg, png
from tests.written import NAME, course

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e & 'quotes' \"too\""
ANSWERS = {
    "ann": "They grow, but for the last one.",
    "bo": HOSTILE,
    "cy": "word " * 4_000,
    "di": "",
}


def answered(student: str, text: str) -> Result:
    """A student's result, in which `trend` is to be reviewed unless there is no text."""
    mean = ExerciseResult("mean", Verdict.CORRECT, 10.0, 10.0)
    verdict, score = (Verdict.TO_REVIEW, None) if text else (Verdict.UNANSWERED, 0.0)
    code = f"<!-- START ANSWER HERE -->\n{text}\n<!-- END ANSWER HERE -->" if text else ""
    trend = ExerciseResult("trend", verdict, score, 5.0, code=code, kind="written")
    chart = ExerciseResult("chart", Verdict.UNANSWERED, 0.0, 3.0, kind="written")
    return Result(
        student,
        f"{student}.ipynb",
        Status.TO_REVIEW if text else Status.GRADED,
        None if text else 10.0,
        18.0,
        "13 of 13 points, and 5 points to be reviewed" if text else "",
        exercises=(mean, trend, chart),
    )


# The pictures of each student's answer. Bo's cannot be drawn, though their headers are right.
PICTURES = {
    "ann": (
        Picture("image/png", 40, 30, png(40, 30)),
        Picture("image/png", 3000, 20, png(3000, 20)),
    ),
    "bo": (
        Picture(
            "image/png", 4000, 4000, SIGNATURE + header(4000, 4000) + chunk(b"IDAT", b"x") + END
        ),
        Picture("image/jpeg", 30, 20, jpeg(30, 20) + b"<script>alert(3)</script>"),
    ),
}


def recorded(book: Gradebook, *results: Result) -> None:
    """Record a run with these results."""
    run = book.begin("2026-03-01T12:00:00+00:00", "1", 1, Protection("limits", "", {}, {}), {})
    content = f"content of run {len(book.runs())}, "
    for each in results:
        kept = Kept(0, content + each.student, NAME, each)
        pictures = {"trend": PICTURES.get(each.student, ())}
        book.record(run, 1, kept, "fingerprint", pictures=pictures)
    book.finish(run)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the server answered to a request."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass
class Review:
    """A review that is being served: its address, and what it printed."""

    address: str
    gradebook: Path
    process: subprocess.Popen[str] = field(repr=False)

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def base(self) -> str:
        """The path that every address begins with, without a slash at its end."""
        return urlsplit(self.address).path.rstrip("/")

    @property
    def token(self) -> str:
        return self.base.strip("/")

    def ask(self, path: str = "/", body: str | None = None, **headers: str) -> Answered:
        """Ask for `path` below the base, or send it a body, as a browser would."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent.setdefault("content-type", "application/x-www-form-urlencoded")
        method = "GET" if body is None else "POST"
        connection.request(method, f"{self.base}{path}", body=body, headers=sent)
        answer = connection.getresponse()
        content = answer.read()
        found = {name.lower(): value for name, value in answer.getheaders()}
        connection.close()
        return Answered(answer.status, found, content)

    def pages(self) -> list[str]:
        """The paths of the answers' pages, in their order."""
        return re.findall(rf'href="{re.escape(self.base)}(/answers/\w+)"><bdi>', self.ask().text)

    def send(
        self, path: str, number: int = 0, headers: dict[str, str] | None = None, **more: object
    ) -> Answered:
        """Send the form of a page, with the token, as a browser without JavaScript does."""
        form = {"token": self.token, "instead_of": number, **more}
        return self.ask(path, urlencode(form, doseq=True), **(headers or {}))

    def standing(self, exercise: str = "trend") -> dict[str, tuple[int, Adjustment]]:
        """What the gradebook says was decided, with its number, by student."""
        with Gradebook(self.gradebook) as book:
            found = book.standing(NAME, exercise)
        return {student: (each.number, each.adjustment) for student, each in found.items()}

    def end(self) -> str:
        """End it as Ctrl-C does; returns what it printed since."""
        self.process.send_signal(signal.SIGINT)
        printed, _ = self.process.communicate(timeout=60)
        return printed


@pytest.fixture(scope="session")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with written answers."""
    return course(tmp_path_factory.mktemp("survey"))


@pytest.fixture
def gradebook(tmp_path: Path) -> Path:
    """A gradebook with a class's answers to `trend`, of which nothing is reviewed."""
    path = tmp_path / "gradebook.sqlite"
    with Gradebook(path) as book:
        recorded(book, *(answered(student, text) for student, text in ANSWERS.items()))
    return path


@pytest.fixture
def serve(survey: Path, gradebook: Path) -> Iterator[Callable[..., Review]]:
    """Serve a review by the command, with these options."""
    running = []

    def start(*options: str, by: str = "Bo") -> Review:
        code = "from grader.cli import main; main()"
        command = [
            *(sys.executable, "-W", "error", "-c", code, "review", "trend", "--as", by),
            *("--root", str(survey), "--gradebook", str(gradebook), *options),
        ]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        running.append(process)
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                return Review(found[0], gradebook, process)
            printed.append(line)
        raise AssertionError(f"it did not serve: {''.join(printed)}")

    yield start
    for process in running:
        process.kill()
        process.communicate()
