"""What an attack must not achieve, each promise checked for itself.

`World.broken_promises` grades an attacker between two honest submissions, by the same worker, and
says which promises did not hold, and how that was seen.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import resource
import select
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import grader.report
from grader.assignments.load import load_assignment
from grader.execution.protection import protection_in_force
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import Result, Run, Status, Submission
from grader.report import write_report
from grader.results.files import write_grades, write_results
from grader.sandbox.confinement import close_parents
from grader.sandbox.flood import MAX_GROWTH_BYTES
from grader.sandbox.level import Level
from grader.sandbox.parents import WARM_PARENTS
from tests.attacks.attack import GOT_OUT, RIGHT, WRONG, Attack, prelude
from tests.conftest import notebook
from tests.waiting import one_ends

MAX_MEMORY_KB = 150_000
MAX_SECONDS = 120  # twice what the limits of the course allow
# What only hidden cases have, in or out; numbers so long that no other is like them by chance.
HIDDEN = ("quattro", "cinquee", "hidden words", "fourteen", "4.6666", "3.2998")


@dataclass
class Outside:
    """Canaries: their state before and after an attack has to be the same."""

    folder: Path
    process: subprocess.Popen[bytes]
    listeners: list[socket.socket]
    facts: dict[str, Any]

    @classmethod
    @contextmanager
    def laid_out(cls, folder: Path, secret: str) -> Iterator[Outside]:
        with contextlib.ExitStack() as stack:
            for name in ("other.ipynb", "gradebook.sqlite", "results.json"):
                (folder / name).write_text(secret)
                (folder / name).chmod(0o600)
            (folder / "locked").mkdir()
            pathname, abstract = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in "12")
            pathname.bind(str(folder / "listener"))
            pathname.listen()
            name = f"fairgrade-{os.getpid()}"
            abstract.bind(f"\0{name}")
            abstract.listen()
            tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            process = subprocess.Popen(["sleep", "10000"])
            stack.callback(process.wait)
            stack.callback(process.kill)
            os.sched_setscheduler(process.pid, os.SCHED_BATCH, os.sched_param(0))
            facts = {
                "folder": str(folder),
                "files": [str(path) for path in sorted(folder.glob("*.*"))],
                "port": tcp.getsockname()[1],
                "socket": str(folder / "listener"),
                "abstract": name,
                "process": process.pid,
                "grader": os.getpid(),
                "host": socket.gethostname(),
            }
            yield cls(folder, process, [pathname, abstract, tcp], facts)

    def state(self) -> dict[str, object]:
        """All that may not change, by what it is called in a report of what did."""
        return {
            "files": {str(p): self._file(p) for p in [self.folder, *self.folder.rglob("*")]},
            "devices": {
                name: (os.stat(f"/dev/{name}").st_mode, os.stat(f"/dev/{name}").st_uid)
                for name in ("null", "zero", "full", "random", "urandom")
            },
            "connections": [bool(select.select([each], [], [], 0)[0]) for each in self.listeners],
            "process": (self.process.poll(), *self._process(self.process.pid)),
            "grader": self._process(os.getpid()),
        }

    @staticmethod
    def _file(path: Path) -> tuple[object, ...]:
        status = path.lstat()
        content = (
            path.read_bytes()
            if path.is_file()
            else sorted(os.listdir(path))
            if path.is_dir()
            else b""
        )
        return (
            content,
            status.st_mode,
            status.st_uid,
            status.st_gid,
            status.st_nlink,
            status.st_mtime_ns,
            os.listxattr(path, follow_symlinks=False),
        )

    @staticmethod
    def _process(pid: int) -> tuple[object, ...]:
        limits = [
            resource.prlimit(pid, getattr(resource, n))
            for n in dir(resource)
            if n.startswith("RLIMIT_")
        ]
        return (
            limits,
            os.getpriority(os.PRIO_PROCESS, pid),
            os.sched_getaffinity(pid),
            os.sched_getscheduler(pid),
        )

    def mended(self) -> None:
        """As it was before, as far as that can be had."""
        for listener in self.listeners:
            while select.select([listener], [], [], 0)[0]:
                listener.accept()[0].close()


@dataclass
class World:
    """Where attacks are graded, at one level."""

    level: Level
    root: Path
    assignment: str
    folder: Path
    outside: Outside
    facts: dict[str, object]
    wrong: tuple[str, ...] = WRONG
    right: tuple[str, ...] = RIGHT
    hidden: tuple[str, ...] = HIDDEN

    def grade(self, student: str, *cells: str) -> Result:
        path = self.folder / f"{self.level.word}.ipynb"
        path.write_text(json.dumps(notebook(*cells)), encoding="utf-8")
        task = Task(
            self.root, Submission(student, "x.ipynb", str(path)), self.assignment, level=self.level
        )
        return grade(task).result

    @cached_property
    def honest(self) -> Result:
        return self.grade("honest", *self.right)

    @cached_property
    def wrong_scores(self) -> dict[str, float]:
        """What the same wrong answers get without an attack."""
        result = self.grade("wrong", *self.wrong)
        return {each.name: each.score or 0.0 for each in result.exercises}

    @staticmethod
    def most_memory(attack: Attack) -> int:
        """The KB by which the grader may grow: what a flood may take, and what is seen too late."""
        return MAX_MEMORY_KB + attack.floods * MAX_GROWTH_BYTES // 1024

    @staticmethod
    def _left(processes: set[int]) -> dict[int, str]:
        """Processes that were not there before, and what they are; what has been killed has a
        moment to be gone."""
        end = time.monotonic() + 10
        while left := (now := running_kernels()) - processes:
            # A warm parent that took the place of another one is no process left behind.
            if len(left) <= len(processes - now):
                break
            if not one_ends(now, end - time.monotonic()):
                return {each: described(each) for each in left}
        return {}

    def broken_promises(self, attack: Attack) -> dict[str, object]:
        """Promise -> how it was seen to be broken, in a run of an attacker and an honest one."""
        expected = replace(self.honest, seconds=0.0)
        assert expected.score == expected.max_score
        scores = self.wrong_scores
        # So that a warm parent is there before and after: the last attack's may be about to end.
        self.grade("honest", *self.right)
        before, processes = self.outside.state(), running_kernels()
        memory = peak_memory()
        result = self.grade(attack.student, *self.wrong, prelude(self.facts), *attack.cells)
        grown = memory()
        heir = self.grade("heir", *self.right, attack.heir) if attack.heir else None
        after = self.outside.state()
        left = self._left(processes)
        honest = replace(self.grade("honest", *self.right), seconds=0.0)
        checks: dict[str, object] = {
            "wrong answers get no more points": {
                each.name: each.score
                for each in result.exercises
                if (each.score or 0.0) > scores[each.name]
            },
            "nothing outside is touched": [
                f"{what}: {before[what]} -> {after[what]}"
                for what in before
                if before[what] != after[what]
            ],
            "the others' results are the same": honest != expected
            and (honest.reason or str(honest)),
            "the run ends in time": result.seconds > MAX_SECONDS and result.seconds,
            "the grader's memory stays flat": grown > self.most_memory(attack) and f"{grown} KB",
            "no process is left": left,
            "no folder is left": folders_left(),
            "it is graded": result.status is Status.NOT_GRADED and result.reason,
            "the attack got nowhere": said_to_have_got_out(result, heir),
            "what happened is visible": not (result.flags or result.reason or failures(result)),
            "nothing secret or active is published": published(self, result, self.honest),
        }
        broken = {promise: how for promise, how in checks.items() if how}
        if broken:  # the next attack is to be judged by itself
            self.outside.mended()
            close_parents()
            self.grade("honest", *self.right)
        return broken


def failures(result: Result) -> list[str]:
    return [each.name for each in result.exercises if each.verdict not in ("correct", "accepted")]


def said_to_have_got_out(*results: Result | None) -> list[str]:
    said = [each.printed for result in results if result for each in result.exercises]
    said += [flag for result in results if result for flag in result.flags]
    return [line for text in said for line in text.splitlines() if GOT_OUT in line]


def peak_memory() -> Any:
    """Begin to watch this process's memory; call the result for the KB by which its peak grew."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _memory("VmRSS")
    return lambda: _memory("VmHWM") - before


def _memory(name: str) -> int:
    text = Path("/proc/self/status").read_text()
    return int(text.split(f"{name}:")[1].split()[0])


def running_kernels() -> set[int]:
    """Every process below this one, and every one that was forked by a warm parent of ours."""
    found = set()
    ours = {os.getpid()}
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            if fields[0] not in "ZX":
                parents[int(path.name)] = int(fields[1])
                arguments = (path / "cmdline").read_bytes()
                # At landlock one may have left our tree, but it still has its parent's name.
                if any(name in arguments for name in _own_folders()):
                    found.add(int(path.name))
    while more := {pid for pid, parent in parents.items() if parent in ours and pid not in ours}:
        ours |= more
    return found | (ours - {os.getpid()})


def described(process: int) -> str:
    """Its state, its parent and its command line."""
    with contextlib.suppress(OSError):
        folder = Path(f"/proc/{process}")
        state = (folder / "stat").read_text().rpartition(")")[2].split()
        arguments = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return f"{state[0]}, child of {state[1]}: {arguments}"
    return "gone meanwhile"


def folders_left() -> list[str]:
    """What is still in the folders of our warm parents, or that they cannot even be looked at."""
    found = []
    for parent in WARM_PARENTS.all():
        try:
            found += os.listdir(parent.folder / "sockets")
        except OSError as error:
            found.append(str(error))
    return found


def _own_folders() -> list[bytes]:
    return [os.fsencode(parent.folder) for parent in WARM_PARENTS.all()]


def _script(*names: str) -> str:
    assets = Path(grader.report.__file__).parent / "assets"
    return "".join((assets / name).read_text("utf-8") for name in names).strip()


# What pages have, once each: the script of the class page and that of a student's page, the data of
# the class page's table, and the form to search it by.
_OUR_SCRIPTS = (_script("keys.js", "view.js", "class.js"), _script("keys.js", "student.js"))
_OUR_DATA = [("type", "application/json"), ("id", "data")]
_OUR_FORM = [("id", "controls"), ("role", "search"), ("autocomplete", "off"), ("hidden", None)]


class _ActiveContent(HTMLParser):
    """Collects what a page could do beyond being read, but for what is ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._ours = ["script", "data", "form"]
        self._script: list[str] | None = None

    def _take(self, ours: str, otherwise: str) -> None:
        if ours in self._ours:
            self._ours.remove(ours)
        else:
            self.found.append(otherwise)

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._script is not None:
            is_ours = "".join(self._script).strip() in _OUR_SCRIPTS
            self._take("script" if is_ours else "", "a script of somebody else's")
            self._script = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "script" and attributes == _OUR_DATA:
            self._take("data", "more data")
        elif tag == "script":
            self._script = []
        if tag == "form":
            self._take("form" if attributes == _OUR_FORM else "", "<form>")
        if tag in ("iframe", "object", "embed", "base", "img", "link"):
            self.found.append(f"<{tag}>")
        for name, value in attributes:
            value = (value or "").strip().lower()
            outward = name in ("href", "src", "action", "xlink:href") and ":" in value.split("/")[0]
            if name.startswith("on") or outward:
                self.found.append(f"{name}={value}")


def published(world: World, *results: Result) -> list[str]:
    """What of hidden cases, secrets or active content is in the files that a run leaves."""
    assignment = load_assignment(world.root, world.assignment)
    protection = protection_in_force(at_most=world.level)[1]
    run = Run(
        assignment=assignment.name,
        title=assignment.title,
        version="0",
        started="2026-01-01T00:00:00+00:00",
        seed=0,
        protection=protection,
        results=tuple(replace(each, seconds=0.0) for each in results),
    )
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_results(run, folder / "results.json")
        write_grades(run, assignment, folder / "grades.csv")
        (folder / "report").mkdir()
        write_report(run, assignment, folder / "report")
        for path in sorted(folder.rglob("*.*")):
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".html":
                page = _ActiveContent()
                page.feed(text)
                found += page.found
            shown = text.replace(json.dumps(prelude(world.facts))[1:-1], "")
            secret = [str(world.facts.get("token", "secret-of-the-instructor")), "\x1b", "\u202e"]
            found += [
                f"{word!r} in {path.name}" for word in (*world.hidden, *secret) if word in shown
            ]
        with (folder / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
            found += [
                cell for row in csv.reader(file) for cell in row if cell[:1] in tuple("=+-@\t\r")
            ]
    return found
