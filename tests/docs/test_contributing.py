"""CONTRIBUTING says which files to touch to add something.

Each test adds one in a copy of the repository, changes the files that are named there and no
others, and shows that what was added works.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from textwrap import dedent

import pytest

from grader.model import Protection, Result, Run, Status
from grader.results.files import write_results
from tests.conftest import COURSE, ROOT

COPIED = ("assignment", "docs", "grader", "tests")
LEFT_OUT = shutil.ignore_patterns("attacks", "images", "published", "__pycache__")
# What makes a process a part of this test run, and measures its coverage.
OF_TESTING = ("COV", "PYTEST")
FILE = r"`(?:assignment|docs|grader)/[\w./*]+`|`README\.md`"


@dataclass(frozen=True)
class Copy:
    """A copy of the repository that a test may change, and the files' contents before it did."""

    folder: Path
    before: dict[str, bytes]

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        assert not path.exists()
        path.write_text(dedent(text).lstrip())

    def append(self, name: str, text: str) -> None:
        with (self.folder / name).open("a") as file:
            file.write(f"\n{text}")

    def insert(self, name: str, text: str, *, before: str) -> None:
        self.replace(name, before, text + before)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace what stands in the file once."""
        path = self.folder / name
        content = path.read_text()
        assert content.count(old) == 1, f"{name} has {old!r} {content.count(old)} times"
        path.write_text(content.replace(old, new))

    def changed(self) -> set[str]:
        now = contents(self.folder)
        return {name for name, content in now.items() if self.before.get(name) != content}

    def python(self, *arguments: str) -> str:
        """What Python prints that imports the copy."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(OF_TESTING)}
        done = subprocess.run(
            [sys.executable, "-P", *arguments],
            cwd=self.folder,
            env={**inherited, "PYTHONPATH": str(self.folder), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def grade(self, *arguments: str) -> str:
        return self.python("-m", "grader.cli", *arguments)

    def passes(self, *tests: str) -> None:
        """Assert that tests of the copy pass."""
        self.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests)


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    folder = tmp_path / "copy"
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    shutil.copy(ROOT / "README.md", folder)
    return Copy(folder, contents(folder))


def recipes() -> dict[str, str]:
    """What CONTRIBUTING says of each thing that may be added, by its name with the article."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    section = text.split("\n## To add")[1].split("\n## ")[0]
    items = (each.partition("**") for each in section.split("\n- **")[1:])
    return {what: " ".join(recipe.split()) for what, _, recipe in items}


def named_files(what: str) -> list[list[str]]:
    """The files that are named for it, of each list of which at least one is to be changed.

    Files that are joined by "or" are such a list.
    """
    joined = re.findall(rf"(?:{FILE})(?: or (?:{FILE}))*", recipes()[what])
    return [re.findall(r"`(.*?)`", files) for files in joined]


def assert_changed_as_named(copy: Copy, what: str, name: str = "") -> None:
    """Assert that the changed files are those of the recipe, in which NAME stands for `name`."""
    left = copy.changed()
    for files in named_files(what):
        patterns = [each.replace("NAME", name) for each in files]
        found = {each for each in left if any(fnmatch(each, pattern) for pattern in patterns)}
        assert found, f"{patterns} need not be changed for {what}"
        left -= found
    assert not left, f"CONTRIBUTING does not name {left} for {what}"


@pytest.mark.thorough
def test_a_layout_takes_the_files_that_are_named(copy: Copy) -> None:
    copy.write(
        "grader/submissions/layouts/ilias.py",
        '''
        """ILIAS: the folder of an exercise's submissions."""

        from __future__ import annotations

        import re
        from collections.abc import Sequence
        from pathlib import PurePath

        from grader.model import Owner
        from grader.submissions.layouts.layout import Layout

        _FOLDER = re.compile(r"(?P<last>[^_]+)_(?P<first>[^_]+)_(?P<login>.+)_(?P<user>[0-9]+)")


        class Ilias(Layout):
            """`Last_First_login_12345/work.ipynb`."""

            name = "ilias"
            title = "ILIAS download"

            def owners(self, notebook: PurePath) -> Sequence[Owner]:
                match = _FOLDER.fullmatch(notebook.parts[0])
                if not match:
                    return ()
                return (Owner(f"{match['first']} {match['last']}", {"login": match["login"]}),)
        ''',
    )
    init = "grader/submissions/layouts/__init__.py"
    imported = "from grader.submissions.layouts.ilias import Ilias\n"
    copy.insert(init, imported, before="from grader.submissions.layouts.layout import")
    copy.insert(init, "    Ilias,\n", before="    Folders,\n    Flat,\n")
    copy.insert("docs/layouts.md", "| `ilias` | folders | the login |\n", before="| `folders` |")
    assert_changed_as_named(copy, "a layout", "ilias")

    for number, student in enumerate(("Kay_Bo_bkay_12", "Lee_Ann_alee_13")):
        work = copy.folder / "handed in" / student / "work.ipynb"
        work.parent.mkdir(parents=True)
        work.write_text(f"{number}")
    code = """if True:
        from pathlib import Path
        from grader.submissions.find import find
        found = find([Path("handed in")], Path("grades"))
        print(*found.layouts, *(each.student for each in found.submissions), sep=", ")
    """
    told = "ILIAS download: 2 submissions of 2 students, Bo Kay, Ann Lee\n"
    assert copy.python("-c", code).endswith(told)
    # The list of layouts is broken over lines.
    assert ",ilias,folders," in "".join(copy.grade("run", "--help").split())
    copy.passes("tests/docs/test_docs.py::test_every_layout_is_in_its_document")


def test_an_export_takes_the_files_that_are_named(copy: Copy) -> None:
    copy.write(
        "grader/exports/passed.py",
        '''
        """Who passed, as a list to be put up."""

        from __future__ import annotations

        from dataclasses import dataclass, field

        from grader.exports.base import HELP, Export, Request
        from grader.files import write_file


        @dataclass(frozen=True, kw_only=True)
        class Passed(Export):
            """The names of those who reached enough points, a line each."""

            name = "passed"
            title = "a list of who passed"
            target = "passed.txt"

            least_points: float = field(default=1, metadata={HELP: "To pass with."})

            def write(self, request: Request) -> None:
                results = [each for each in request.run.results if each.score is not None]
                names = [each.student for each in results if each.score >= self.least_points]
                write_file(request.target, "".join(f"{name}\\n" for name in names).encode())
        ''',
    )
    init = "grader/exports/__init__.py"
    imported = "from grader.exports.passed import Passed\n"
    copy.insert(init, imported, before="from grader.exports.tables import")
    copy.insert(init, "    Passed,\n", before="    Junit,\n)")
    copy.insert("docs/exports.md", "| `passed` | no platform |\n", before="| `junit` | [testmoapp")
    line = "| `passed` | a list of who passed | `--least-points` |\n"
    copy.insert("docs/exports.md", line, before="| `junit` | JUnit XML |")
    assert_changed_as_named(copy, "an export", "passed")

    results = [
        Result(name, f"{name}.ipynb", Status.GRADED, points, 10)
        for name, points in (("Ann", 5.0), ("Bo", 4.5))
    ]
    protection = Protection("limits", "", {}, {})
    run = Run("words", "Words", "1", "2025-11-20T09:05:00+00:00", 1, protection, results)
    (copy.folder / "grades").mkdir()
    write_results(run, copy.folder / "grades" / "results.json")
    copy.grade("export", "passed", "--least-points", "5")
    assert (copy.folder / "grades" / "passed.txt").read_text() == "Ann\n"
    copy.passes(
        "tests/docs/test_docs.py::test_every_export_is_in_its_document",
        "tests/exports/test_exports.py::"
        "test_the_help_of_a_format_has_its_own_options_and_no_others[Passed]",
    )


@pytest.mark.thorough
def test_a_verdict_takes_the_files_that_are_named(copy: Copy) -> None:
    model, scoring = "grader/model.py", "grader/grading/judging/score.py"
    copy.insert(model, '    INCOMPARABLE = "incomparable"\n', before='    ERROR = "error"\n')
    copy.insert(model, "    Verdict.INCOMPARABLE: _Follows(),\n", before="    Verdict.ERROR:")
    word = 'Word("incomparable", "question", BAD, "what it returned cannot be compared.")'
    told = f"    Verdict.INCOMPARABLE: {word},\n"
    copy.insert("grader/report/words.py", told, before="    Verdict.ERROR:")
    copy.replace(scoring, "import Crashed, Missing,", "import Crashed, Incomparable, Missing,")
    given = "        (Incomparable, Verdict.INCOMPARABLE),\n"
    copy.insert(scoring, given, before="        (Crashed, Verdict.CRASHED),\n")
    copy.append("README.md", "`incomparable`: it returned what is no value.\n")
    copy.python("-m", "grader.results.schema")
    assert_changed_as_named(copy, "a verdict")

    code = """if True:
        from pathlib import Path
        from grader.assignments.records import Case, Exercise
        from grader.execution.outcome import Incomparable
        from grader.grading.judging.judge import judge
        from grader.grading.judging.score import score
        from grader.model import Visibility
        from grader.values.difference import Returns, Tolerance
        from tests.report.test_report import graded, student_page

        case = Case("one", "One", Visibility.HIDDEN, Tolerance(), 1, lambda: None, 1)
        exercise = Exercise("f", "F", "Returns 1.", 1, "all", (), Returns(), cases=(case,))
        outcome = Incomparable("the value is of type socket")
        result = score(exercise, (judge(case, exercise, outcome),), [outcome])
        print(result.verdict, result.score)
        print(student_page(graded("Ada", result), Path()).text)
    """
    verdict, page = copy.python("-c", code).split("\n", 1)
    assert verdict == "incomparable 0.0"
    assert "what it returned cannot be compared." in page
    copy.passes(
        "tests/test_verdicts.py",
        "tests/docs/test_docs.py::test_every_verdict_is_explained_in_the_readme",
        "tests/results/test_files.py::test_the_schema_in_the_documents_is_that_of_the_records",
    )


IN_A_KERNEL = """if True:
    import asyncio
    from pathlib import Path
    from grader.assignments.load import read_settings
    from grader.assignments.records import Limits
    from grader.execution.calls import Call
    from grader.execution.cell_steps import CellStep
    from grader.execution.session import Execution, confinement_for
    from grader.notebooks.read import Cell
    from grader.sandbox.level import Level
    from grader.values import wire

    def called(cell, *arguments, limits=Limits()):
        "What comes of a call of the function `f` that the cell defines."
        return asyncio.run(_called([CellStep(Cell(1, cell))], arguments, limits))

    async def _called(steps, arguments, limits):
        shut_in = confinement_for(limits, (), Level.LIMITS)
        async with Execution(steps, {}, limits, shut_in) as execution:
            return await execution.call(Call(("f",), wire.encode((arguments, {}))))
"""


def test_a_kind_of_value_takes_the_files_that_are_named(copy: Copy) -> None:
    copy.write(
        "grader/values/uuids.py",
        '''
        """UUIDs. On the wire `U` and their 16 bytes."""

        from __future__ import annotations

        from collections.abc import Callable
        from typing import TYPE_CHECKING, Any
        from uuid import UUID

        from .kind import Kind

        if TYPE_CHECKING:
            from .wire import Reader, Writer


        class _Uuid(Kind):
            types = (UUID,)
            tags = b"U"
            marks = ("uuid",)
            words = "a UUID"

            def encode(self, value: UUID, writer: Writer, where: str, depth: int) -> None:
                writer.put(b"U" + int.to_bytes(value.int, 16, "big"))

            def decode(self, tag: int, reader: Reader, depth: int) -> UUID:
                return UUID(bytes=reader.take(16))

            def freeze(self, value: UUID, inner: Callable[[Any], Any]) -> dict[str, str]:
                return {"uuid": str(value)}

            def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> UUID:
                return UUID(frozen["uuid"])

            def brief(self, value: Any) -> str:
                return str(value)


        UUIDS = _Uuid()
        ''',
    )
    kinds = "grader/values/kinds.py"
    copy.insert(kinds, "from .uuids import UUIDS\n", before="\n# What can be sent")
    copy.insert(kinds, "    UUIDS,\n", before="    DICT,\n")
    for name in (kinds, "docs/assignments.md"):
        copy.replace(name, "numbers, texts, arrays", "numbers, texts, UUIDs, arrays")
    # As `grade generate` does, among other things that take a kernel.
    code = """if True:
        from pathlib import Path
        from grader.authors.single_file import difference_file
        for path in Path("assignment").glob("*/difference.py"):
            path.write_bytes(difference_file())
    """
    copy.python("-c", code)
    assert_changed_as_named(copy, "a kind of value", "uuids")

    code = """
    from uuid import UUID
    from grader.values.difference import first_difference
    from grader.values.frozen import freeze, thaw

    cell = "import uuid\\ndef f(x):\\n    return [x, uuid.UUID(int=7)]"
    outcome = called(cell, UUID(int=5))
    frozen = freeze([UUID(int=5), UUID(int=6)])
    print(outcome.value[0], frozen[0], first_difference(thaw(frozen), outcome.value).message)
    """
    five, six, seven = (f"00000000-0000-0000-0000-00000000000{number}" for number in (5, 6, 7))
    assert copy.python("-c", IN_A_KERNEL + code) == (
        f"{five} {{'uuid': '{five}'}} result[1] is {seven} where {six} is expected\n"
    )
    copy.python("assignment/adam/difference.py")
    copy.passes(
        "tests/docs/test_docs.py::test_what_functions_may_take_and_return_is_in_its_document",
        "tests/authors/test_single_file.py::"
        "test_the_copies_in_the_repository_are_what_is_made_now[adam]",
    )


@pytest.mark.thorough
def test_a_kind_of_exercise_takes_the_files_that_are_named(copy: Copy) -> None:
    copy.write(
        "grader/assignments/kinds/choice.py",
        '''
        """The letter that a student chooses of several: a variable, whose case has another name."""

        from __future__ import annotations

        from dataclasses import replace

        from grader.assignments.kinds.value import Value
        from grader.assignments.records import Case, Exercise


        class _Choice(Value):
            def cases(self, exercise: Exercise) -> tuple[Case, ...]:
                return tuple(replace(case, name="letter") for case in super().cases(exercise))


        CHOICE = _Choice()
        ''',
    )
    room = "grader/assignments/kinds/__init__.py"
    copy.insert(
        room,
        "from grader.assignments.kinds.choice import CHOICE\n",
        before="from grader.assignments.kinds.driver",
    )
    copy.replace(room, '    "driver": DRIVER,\n', '    "driver": DRIVER,\n    "choice": CHOICE,\n')
    copy.replace(
        "grader/assignments/tables.py", '"driver", "written"]', '"driver", "written", "choice"]'
    )
    copy.append("docs/kinds.md", "## Choice\n\nA letter.\n")
    assert_changed_as_named(copy, "a kind of exercise", "choice")
    copy.write(
        "try_choice.py",
        """
        import sys
        from pathlib import Path
        from tests.authored import authored, exercise, handed_in

        root = Path(sys.argv[1])
        master = "### START CODE HERE ###\\nq1 = 'b'\\n### END CODE HERE ###"
        authored(root, [master], "", exercise("q1", 'kind = "choice"'))
        for cell in ("q1 = 'b'", "q1 = 'c'", "q1 = ..."):
            (found,) = handed_in(root, cell).exercises
            print(found.verdict.value, [case.name for case in found.cases])
        """,
    )
    printed = copy.python("try_choice.py", str(copy.folder / "course"))
    assert printed.splitlines() == [
        "correct ['letter']",
        "incorrect ['letter']",
        "unanswered ['letter']",
    ]


@pytest.mark.thorough
def test_a_limit_takes_the_files_that_are_named(copy: Copy) -> None:
    field = "    open_files: _Whole = 256\n"
    copy.insert("grader/assignments/records.py", field, before="    processes: _Whole = 64  #:")
    confine = "grader/sandbox/inside/confine.py"
    copy.replace(confine, '"RLIMIT_NOFILE": MAX_FILES', '"RLIMIT_NOFILE": limits["open_files"]')
    copy.replace(confine, "MAX_FILES = 256\n", "")
    copy.insert("docs/assignments.md", "open_files = 256\n", before="processes = 64\n")
    assert_changed_as_named(copy, "a limit")

    words = COURSE / "assignment" / "words"
    assignment = shutil.copytree(words, copy.folder / "words")
    settings = assignment / "assignment.toml"
    settings.write_text(settings.read_text().replace("[limits]", "[limits]\nopen_files = 99"))
    code = """
    limits = read_settings(Path("words"), Path()).limits
    cell = "import resource\\ndef f():\\n    return resource.getrlimit(resource.RLIMIT_NOFILE)"
    print(called(cell, limits=limits).value)
    """
    assert copy.python("-c", IN_A_KERNEL + code) == "(99, 99)\n"
    copy.passes("tests/docs/test_docs.py::test_every_limit_is_in_its_document")


@pytest.mark.thorough
def test_a_command_takes_the_files_that_are_named(copy: Copy) -> None:
    copy.write(
        "grader/cli/layouts.py",
        '''
        """`grade layouts`: which layouts there are."""

        from __future__ import annotations

        import click

        from grader.cli.shared import speaks_plainly
        from grader.cli.terminal import Terminal
        from grader.submissions.layouts import LAYOUTS


        @click.command()
        @speaks_plainly
        def layouts() -> None:
            """List the layouts of submissions that are known."""
            for each in LAYOUTS:
                Terminal(quiet=False).say(f"{each.name}: {each.title}")
        ''',
    )
    summary = "List the layouts of submissions that are known."
    entry = f'Entry(INSTRUCTORS, "layouts", "layouts", "{summary}")'
    copy.insert("grader/cli/__init__.py", f'    "layouts": {entry},\n', before='    "note": Entry(')
    copy.append("docs/instructors.md", "`grade layouts` lists the layouts.\n")
    assert_changed_as_named(copy, "a command", "layouts")

    assert "canvas: Canvas download\n" in copy.grade("layouts")
    assert "List the layouts of submissions that are known." in copy.grade("--help")
    copy.passes(
        "tests/docs/test_docs.py::test_every_command_is_in_a_document", "tests/cli/test_commands.py"
    )


def test_everything_that_is_named_is_added_here() -> None:
    for what in recipes():
        assert f"test_{what.replace(' ', '_')}_takes_the_files_that_are_named" in globals()
