"""Nothing that a student is given holds a hidden input or expected output, whatever they hand in.

The students here answer the public cases as they should and do with hidden inputs what they like.
What is made of it is searched for every hidden value in many forms, and compared with what comes of
the same notebook where the hidden values are others: it has to be the same to the letter.
"""

from __future__ import annotations

import base64
import json
import math
import re
import shutil
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.assignments.load import load_assignment
from grader.assignments.records import Case
from grader.authors.validate import generate
from grader.cli import main
from grader.execution.outcome import TimedOut
from grader.execution.protection import protection_in_force
from grader.exports import Request
from grader.exports.feedback import Feedback
from grader.exports.gradescope import Gradescope
from grader.exports.junit import Junit
from grader.grading.grade import grade
from grader.grading.judging import judge
from grader.grading.task import Task
from grader.model import Result, Run, Submission, Visibility
from grader.results.folder import write_output
from grader.values.contents import leaves
from tests.assignments.test_third_assignment import NAME, NOTEBOOK, THIRD, WRONG, answered
from tests.conftest import ROOT, notebook

# What is hidden, and what stands there instead in the other course: of the same form.
OTHERWISE = {
    "quokka! quokka? (wombat) 'quokka' ... wombat; numbat": (
        "axolot! axolot? (beluga) 'axolot' ... beluga; manati"
    ),
    '["Ibex", "okapi", "dhole", "KUDU", "serow", "Gaur"]': (
        '["Hare", "bison", "tapir", "LYNX", "moose", "Wolf"]'
    ),
    "zzyyyyyyyyyyyyzzzqz": "ssttttttttttttsssms",
    '"xwv"': '"lkj"',
    "90817": "71523",
    **{f"generator({seed})": f"generator({seed}0)" for seed in (41, 42, 43, 44)},
}
EVERY_CASE_PUBLIC = {
    ", public=True": "",
    **{f'@case("{name}"': f'@case("{name}", public=True' for name in WRONG},
}

PRELUDE = """
import json, os, random, sys, threading, time
import numpy as np
from difference import thaw

KNOWN = {}
for name, exercise in json.load(open("expected_outputs.json")).items():
    for each in exercise["cases"].values():
        inputs = each["inputs"]
        given = [thaw(value) for value in (*inputs["args"], *inputs["kwargs"].values())]
        KNOWN[name, repr(given)] = thaw(each["expected"])

def answer(name, *given):
    known = KNOWN.get((name, repr([*given])))
    return tell(name, [*given]) if known is None else known

def word_counts(text): return answer("word_counts", text)
def run_length(text): return answer("run_length", text)
def throw_dice(seed, count, **sides): return answer("throw_dice", seed, count, *sides.values())
def resampled_mean(numbers, rounds, seed): return answer("resampled_mean", numbers, rounds, seed)
"""

# What is done with the inputs of a hidden case, `given`, by the function `name`.
TELL = {
    "raised": "raise ValueError(*given)",
    "raised_as_a_key": "return {}[repr(given)]",
    "raised_in_the_name_of_a_type": """
        text = repr(given)
        raise type(text, (Exception,), {"__module__": text, "__doc__": text})(text)
    """,
    "raised_under_a_known_name": "raise type('KeyError', (Exception,), {})(repr(given))",
    "raised_in_a_group_with_notes": """
        error = ExceptionGroup(repr(given), [ValueError(repr(given)), ValueError(*given)])
        error.add_note(repr(given))
        raise error from ValueError(repr(given))
    """,
    "raised_in_a_line_that_says_it": """
        text = repr(given)
        code = compile("\\n" * 7 + "raise ValueError(given)", text, "exec")
        exec(code.replace(co_name=text, co_firstlineno=len(text)), {"given": given})
    """,
    "raised_with_a_huge_text": """
        raise type("Big", (Exception,), {"__str__": lambda self: repr(given) * 100_000})()
    """,
    "raised_to_leave": "raise SystemExit(repr(given))",
    "raised_to_interrupt": "raise KeyboardInterrupt(repr(given))",
    "printed": """
        text = repr(given)
        print(text); print(text, file=sys.__stdout__); print(text, file=sys.stderr)
        for stream in sys.__stdout__, sys.__stderr__:  # by number, a search would try others
            os.write(stream.fileno(), text.encode())
        import logging, warnings
        warnings.warn(text); logging.error(text)
        threading.Timer(0.01, print, given).start()
    """,
    "displayed": """
        from IPython.display import display, HTML
        display(given, HTML(repr(given)), {"text/plain": repr(given)}, raw=False)
        get_ipython().set_next_input(repr(given))
    """,
    "returned": "return given",
    "returned_as_keys": "return {repr(given): given, json.dumps(given): repr(given)[::-1]}",
    "returned_in_an_array": "return np.array(repr(given).encode('utf-32'), ndmin=3)",
    "returned_as_a_shape": "return np.zeros((len(repr(given)), sum(repr(given).encode())))",
    "returned_as_a_number_of_values": "return [0] * (sum(repr(given).encode()) % 9973)",
    "returned_in_the_name_of_a_type": """
        return type(repr(given), (), {"__repr__": lambda self: repr(given)})()
    """,
    "returned_in_the_form_that_is_asked_for": """
        return {
            "word_counts": {str(given[0]): 1, **dict.fromkeys(str(given[0]).split(), 2)},
            "run_length": [(str(given[0]), len(str(given[0])))],
            "throw_dice": [given[0]] * 9,
            "resampled_mean": (given[0], given),
        }[name]
    """,
    "values_under_right_keys": """
        import string
        words = [word.strip(string.punctuation).lower() for word in str(given[0]).split()]
        return {word: words.count(word) + 1 for word in words if word}
    """,
    "kinds_under_right_keys": """
        import string
        words = [word.strip(string.punctuation).lower() for word in str(given[0]).split()]
        return {word: word for word in words if word}
    """,
    "a_key_too_few": """
        import string
        words = [word.strip(string.punctuation).lower() for word in str(given[0]).split()]
        return {word: words.count(word) for word in words[1:] if word and word != words[0]}
    """,
    "kept_for_the_next_call": """
        KEPT = globals().setdefault("KEPT", [])
        KEPT.append(given)
        raise ValueError(repr(KEPT))
    """,
    "in_the_function_itself": """
        function = globals()[name]
        function.__doc__ = function.__name__ = function.__qualname__ = repr(given)
        globals()[repr(given)] = given
        globals()[name] = lambda *args, **kwargs: 1 / 0
        raise AttributeError(repr(given), name=repr(given), obj=given)
    """,
    "out_of_time": """
        secret = {repr(given): given}
        while name == "run_length":
            exec(compile("secret", repr(given), "exec"))
    """,
    "at_the_end_of_the_process": """
        if name == "word_counts":
            print(given, flush=True)
            os._exit(len(given[0]))
    """,
}
HONEST = {"all_right": {}, "wrong_otherwise": WRONG}


def course_with(folder: Path, otherwise: dict[str, str]) -> Path:
    """The third assignment's course, with some of its hidden values exchanged."""
    shutil.copytree(THIRD, folder)
    cases = folder / "solutions" / NAME / "cases.py"
    text = cases.read_text()
    for old, new in otherwise.items():
        assert old in text
        text = text.replace(old, new)
    cases.write_text(text)
    generate(folder, NAME)
    return folder


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return course_with(tmp_path_factory.mktemp("leaks") / "course", {})


@pytest.fixture(scope="session")
def other_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return course_with(tmp_path_factory.mktemp("leaks") / "other", OTHERWISE)


def handed_in(name: str, course: Path, folder: Path) -> Path:
    """The notebook of one of the students."""
    path = folder / "student.ipynb"
    if name in HONEST:
        return answered(course, path, **HONEST[name])
    tell = (
        f"def tell(name, given):\n{TELL[name]}"
        if "\n" in TELL[name]
        else (f"def tell(name, given):\n    {TELL[name]}")
    )
    path.write_text(json.dumps(notebook(PRELUDE, tell)))
    return path


def graded(course: Path, name: str, path: Path) -> Result:
    result = grade(Task(course, Submission("student", path.name, str(path)), name)).result
    return replace(result, seconds=0.0)


def given(course: Path, name: str, result: Result, folder: Path) -> dict[str, str]:
    """Everything that a run leaves for people to read, by its path. Students get their page, and
    what platforms show them of exports."""
    assignment = load_assignment(course, name)
    run = Run(
        assignment=name,
        title=assignment.title,
        version="0",
        started="2026-01-01T00:00:00+00:00",
        seed=0,
        protection=protection_in_force()[1],
        results=(result,),
    )
    write_output(run, assignment, folder)
    (folder / "exports").mkdir()
    for export in (Gradescope, Feedback, Junit):
        export().write(Request(run, folder, folder / "exports" / export.target))
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.*"))
        if path.is_file() and path.suffix
    }


def read_by_a_student(course: Path, name: str, path: Path, folder: Path) -> dict[str, str]:
    return given(course, name, graded(course, name, path), folder)


class Reader:
    """Somebody who looks for the hidden values of an assignment in whatever they are given."""

    def __init__(self, course: Path, name: str, digits: int) -> None:
        exercises = load_assignment(course, name).exercises
        cases = [case for exercise in exercises for case in exercise.cases]
        known = set(values(cases, Visibility.PUBLIC))
        self.hidden = {value for value in values(cases, Visibility.HIDDEN) if value not in known}
        self.words = self._words(known)
        self.digits = digits
        numbers = {abs(float(each)) for each in self.hidden if isinstance(each, (int, float))}
        self.numbers = {each for each in numbers if significant(repr(each)) >= digits}
        assert self.numbers
        self.forms = {form for each in self.numbers for form in forms_of_number(each)}
        self.forms |= {form for word in self.words for form in forms_of_text(word)}

    def _words(self, known: set[Any]) -> set[str]:
        texts = {each for each in self.hidden if isinstance(each, str)}
        parts = {part for text in texts for part in re.findall(r"\w{4,}", text)}
        told = " ".join(each for each in known if isinstance(each, str)).lower()
        return {each for each in texts | parts if len(each) >= 4 and each.lower() not in told}

    def finds(self, text: str, besides: str = "") -> set[str]:
        """The hidden values in the text: in full, or to so many digits but not in `besides`."""
        small = text.lower()
        rounded = self._rounded(text) - self._rounded(besides)
        return {form for form in self.forms if form.lower() in small} | {
            f"{number:g}" for number in self.numbers if rounding(number, self.digits) in rounded
        }

    def _rounded(self, text: str) -> set[str]:
        found = re.findall(r"\d+\.?\d*(?:[eE][-+]?\d+)?", text)
        return {
            rounding(float(each), self.digits)
            for each in found
            if significant(each) >= self.digits and math.isfinite(float(each))
        }


def values(cases: list[Case], visibility: Visibility) -> Iterator[Any]:
    for case in cases:
        if case.visibility is visibility:
            inputs = case.arguments()
            yield from leaves([*inputs.args, *inputs.kwargs.values(), case.expected])


def significant(written: str) -> int:
    """How many digits of a written number say something."""
    return len(written.lower().split("e")[0].replace(".", "").strip("0"))


def rounding(number: float, digits: int) -> str:
    return f"{number:.{digits - 1}e}"


def forms_of_number(number: float) -> Iterator[str]:
    exact = struct.pack("<d", number)
    yield from (repr(number), number.hex(), exact.hex(), exact[::-1].hex())
    yield from (base64.b64encode(each).decode() for each in (exact, exact[::-1]))
    yield repr(list(exact))
    if number == int(number):
        yield from (f"0x{int(number):x}", f"{int(number):b}")


def forms_of_text(text: str) -> Iterator[str]:
    data = text.encode()
    yield from (text, text[::-1], " ".join(text), ".".join(text), data.hex(), repr(list(data)))
    yield from (base64.b64encode(data).decode().rstrip("="), base64.b32encode(data).decode())


@pytest.fixture(scope="session")
def reader(course: Path) -> Reader:
    return Reader(course, NAME, digits=3)


@pytest.fixture(scope="session")
def untouched(course: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that is given to somebody who hands in what they were handed out."""
    template = course / "assignment" / NAME / NOTEBOOK
    folder = tmp_path_factory.mktemp("leaks")
    return "".join(read_by_a_student(course, NAME, template, folder).values())


@pytest.mark.parametrize("student", [*HONEST, *TELL])
def test_what_a_student_is_given_says_nothing_of_hidden_values(
    student: str,
    course: Path,
    other_course: Path,
    reader: Reader,
    untouched: str,
    tmp_path: Path,
) -> None:
    path = handed_in(student, course, tmp_path)
    files = read_by_a_student(course, NAME, path, tmp_path / "one")
    assert {"report/students/student.html", "results.json", "grades.csv"} <= files.keys()
    assert {"exports/gradescope/student/results.json", "exports/feedback/student.html"} <= {*files}
    assert student in HONEST or told_hidden_inputs_only(files["results.json"])
    besides = untouched + path.read_text()
    assert {
        name: found for name, text in files.items() if (found := reader.finds(text, besides))
    } == {}
    assert read_by_a_student(other_course, NAME, path, tmp_path / "other") == files


def told_hidden_inputs_only(results: str) -> bool:
    """Whether the notebook passed the public cases, and failed at hidden ones."""
    exercises = json.loads(results)["submissions"][0]["exercises"]
    cases = [case for exercise in exercises for case in exercise["cases"]]
    public = [case["passed"] for case in cases if case["visibility"] == "public"]
    return public == [True] * 4 and any(case["passed"] is False for case in cases)


@pytest.mark.parametrize(
    "student",
    [
        "raised",
        pytest.param("printed", marks=pytest.mark.thorough),
        pytest.param("returned", marks=pytest.mark.thorough),
        pytest.param("wrong_otherwise", marks=pytest.mark.thorough),
    ],
)
def test_checking_ones_own_notebook_says_nothing_of_hidden_values(
    student: str, course: Path, other_course: Path, reader: Reader, untouched: str, tmp_path: Path
) -> None:
    path = handed_in(student, course, tmp_path)
    said = []
    for root, name in ((course, "one"), (other_course, "other")):
        folder = tmp_path / name
        run = CliRunner()
        done = run.invoke(main, ["release", NAME, "--root", str(root), "-o", str(folder)])
        assert done.exit_code == 0, done.output
        files = {each.name: each.read_text() for each in folder.iterdir()}
        done = run.invoke(main, ["check", str(path), "--folder", str(folder)])
        assert "exercises pass their public cases" in done.output
        said.append({**files, "said": done.output})
    assert said[0] == said[1]
    besides = untouched + path.read_text() + said[0]["difference.py"]
    assert {
        name: found for name, text in said[0].items() if (found := reader.finds(text, besides))
    } == {}


def test_how_long_a_hidden_case_took_is_not_said(course: Path) -> None:
    exercise = load_assignment(course, NAME).exercise("run_length")
    (case, *_) = exercise.of(Visibility.HIDDEN)
    assert judge.judge(case, exercise, TimedOut(1.23)).message == "had not returned in time"


ARRAYS = """
import numpy as np

def update_parameters_with_adam(parameters, grads, v, s, t, **others):
    print(parameters, grads)
    FIRST
"""


@pytest.mark.parametrize(
    "first",
    [
        "raise ValueError({key: each.tolist() for key, each in parameters.items()})",
        "return parameters, v, {key: each * 1.5 for key, each in grads.items()}",
        "return {repr(each.tolist()): each for each in parameters.values()}, grads, v",
        "raise type('E' + parameters['W1'].tobytes().hex(), (Exception,), {})",
    ],
)
def test_numbers_in_arrays_are_no_more_given_away(first: str, tmp_path: Path) -> None:
    reader = Reader(ROOT, "adam", digits=7)
    path = tmp_path / "student.ipynb"
    # The first call is that of the public case, which students have.
    cell = f"calls = []\n{ARRAYS}".replace(
        "    print", "    calls.append(t)\n    if len(calls) == 1: return None\n    print"
    )
    path.write_text(json.dumps(notebook(cell.replace("FIRST", first))))
    files = read_by_a_student(ROOT, "adam", path, tmp_path / "given")
    assert {name: found for name, text in files.items() if (found := reader.finds(text))} == {}


def test_the_reader_would_find_what_is_said_of_public_cases(
    reader: Reader, untouched: str, tmp_path: Path
) -> None:
    """Where the same cases are public, each of these students learns; who is right does not."""
    open_course = course_with(tmp_path / "open", EVERY_CASE_PUBLIC)
    right = handed_in("all_right", open_course, tmp_path)
    files = read_by_a_student(open_course, NAME, right, tmp_path / "right")
    assert "quokka" not in reader.finds(files["report/students/student.html"], untouched)
    for student in ("raised", "returned_in_the_form_that_is_asked_for", "values_under_right_keys"):
        path = handed_in(student, open_course, tmp_path)
        path.write_text(path.read_text().replace("if known is None else known", ""))
        files = read_by_a_student(open_course, NAME, path, tmp_path / student)
        page = files["report/students/student.html"]
        assert "quokka" in reader.finds(page, untouched), student


@pytest.mark.parametrize("form", ["whole", "rounded", "hex", "base64", "word", "backwards"])
def test_the_reader_finds_a_value_in_each_form(form: str, reader: Reader) -> None:
    number = max(reader.numbers)
    shown = {
        "whole": repr(number),
        "rounded": f"{number:.3g}",
        "hex": struct.pack("<d", number).hex(),
        "base64": base64.b64encode(struct.pack("<d", number)).decode(),
        "word": "a Wombat!",
        "backwards": "tabmow",
    }[form]
    assert reader.finds(f"<p>{shown}</p>")
    assert not reader.finds("<p>1234 and koala</p>")
