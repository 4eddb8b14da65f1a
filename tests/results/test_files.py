"""results.json: what is written comes back, of earlier versions too, and errors name the key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.encoding import Malformed
from grader.errors import InputError
from grader.gradebook.store import Gradebook, migrations
from grader.model import (
    Adjustment,
    CaseResult,
    Diagnosis,
    Drawing,
    ExerciseResult,
    Lateness,
    Mark,
    Owner,
    Protection,
    Repair,
    Result,
    Run,
    Status,
    Verdict,
    Visibility,
)
from grader.results import schema
from grader.results.files import read_results, write_results

PROTECTION = Protection("limits", "", {"é": True}, {"é": "tried"}, ("landlock: no",), "none")
WRONG = Diagnosis("of_all", "of all words", "It counts all.", ("mean",))
EXERCISE = ExerciseResult(
    name="count",
    verdict=Verdict.PARTIAL,
    score=2.5,
    max_score=4,
    diagnosis=WRONG,
    also=(WRONG,),
    cases=(CaseResult("c", "A case.", Visibility.HIDDEN, None, "was not called"),),
    marks=(Mark(2, "look here"),),
    drawings=(Drawing("bowl", {"points": [[0.5, 1.0]]}, 1, "returns NaN"),),
    repair=Repair("count", 1, (2,), ("a",), ("b",)),
    adjustment=Adjustment(1.0, 2.5, "asked", "2026-01-01T00:00:00+00:00"),
)
RESULT = Result(
    student="ann",
    source="ann.ipynb",
    status=Status.GRADED,
    score=2.5,
    max_score=4,
    exercises=(EXERCISE,),
    owner=Owner("Ann", {"canvas": "12", "sid": "s7"}, late=True),
    late=Lateness("2026-03-01T23:59:00+01:00", 1, 0.5, 3.0, "late"),
)

# As the first version wrote it: what came later is not there.
OLD_RESULT = """{
 "student": "ann", "source": "ann.ipynb", "status": "graded", "score": 3, "max_score": 4,
 "reason": "", "flags": ["half of a pair: \\ud800"], "seconds": 1.5, "exercises": [
  {"name": "count", "verdict": "partial", "score": 3, "max_score": 4, "message": "",
   "diagnosis": {"variant": "v", "title": "t", "explanation": "", "parts": []},
   "also": [], "alternatives": [], "code": "x = 1", "printed": "",
   "cases": [{"name": "c", "title": "", "visibility": "public", "passed": true, "message": ""}]}
 ]}"""
OLD_FILE = f"""{{
 "schema": 1, "assignment": "words", "title": "Words", "version": "0.0.1",
 "started": "2025-11-20T09:05:00+00:00", "seed": 7,
 "protection": {{"level": "limits", "summary": "", "promises": {{}}, "evidence": {{}},
  "missed": [], "advice": ""}},
 "passed_over": [], "submissions": [{OLD_RESULT}]
}}"""


def a_run(*results: Result) -> Run:
    started = "2026-03-02T09:00:00+00:00"
    return Run("words", "Wörter", "1", started, 2**40, PROTECTION, results, ("a: no notebook",))


def written(run: Run, folder: Path) -> Any:
    write_results(run, folder / "results.json")
    return json.loads((folder / "results.json").read_text())


@pytest.mark.parametrize(
    "results",
    [
        (),
        (RESULT,),
        (RESULT, replace(RESULT, student="bo \ud800", owner=None, late=None, exercises=())),
    ],
)
def test_a_run_comes_back_as_it_was_and_is_of_the_schema(
    tmp_path: Path, results: tuple[Result, ...]
) -> None:
    run = a_run(*results)
    jsonschema.validate(written(run, tmp_path), schema.schema())
    assert read_results(tmp_path / "results.json") == run


def test_the_file_is_ascii_and_says_all_the_same(tmp_path: Path) -> None:
    """A mark that turns the direction of writing would turn what an editor shows around it."""
    run = a_run(replace(RESULT, student="Ülkü \u202e \U0001f600"))
    assert written(run, tmp_path)["submissions"][0]["student"] == "Ülkü \u202e \U0001f600"
    assert (tmp_path / "results.json").read_bytes().isascii()


def test_ids_are_named_in_the_file(tmp_path: Path) -> None:
    owner = written(a_run(RESULT), tmp_path)["submissions"][0]["owner"]
    assert owner["ids"] == {"canvas": "12", "sid": "s7"}


def test_results_are_asked_for_one_after_the_other(tmp_path: Path) -> None:
    """A result is on its way to the file before the next is made."""
    alive, most = [0], [0]

    @dataclass
    class Counted:
        def __len__(self) -> int:
            return 50

        def __contains__(self, each: object) -> bool:
            return False

        def __iter__(self) -> Iterator[Result]:
            for _ in range(len(self)):
                result = _Tracked(alive)
                most[0] = max(most[0], alive[0])
                yield result

    write_results(replace(a_run(), results=Counted()), tmp_path / "results.json")
    assert len(read_results(tmp_path / "results.json").results) == 50
    assert most[0] <= 2


class _Tracked(Result):
    """A result that counts itself for as long as it is in memory."""

    __slots__ = ("alive",)
    alive: list[int]

    def __init__(self, alive: list[int]) -> None:
        super().__init__("ann", "a", Status.GRADED, 1, 1)
        object.__setattr__(self, "alive", alive)
        alive[0] += 1

    def __del__(self) -> None:
        self.alive[0] -= 1


def test_a_file_of_the_first_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(OLD_FILE)
    (result,) = read_results(path).results
    (exercise,) = result.exercises
    assert (result.score, result.owner, result.flags) == (3, None, ("half of a pair: \ud800",))
    assert (exercise.verdict, exercise.drawings, exercise.adjustment) == (Verdict.PARTIAL, (), None)


def test_a_gradebook_of_the_first_version_is_read(tmp_path: Path) -> None:
    with Gradebook(old_book(tmp_path, OLD_RESULT)) as book:
        (kept,) = book.results_of(1)
        assert (kept.result.student, kept.result.exercises[0].score) == ("ann", 3)


def test_what_is_damaged_in_a_gradebook_is_named(tmp_path: Path) -> None:
    damaged = OLD_RESULT.replace('"passed": true', '"passed": "yes"')
    with (
        Gradebook(old_book(tmp_path, damaged)) as book,
        pytest.raises(
            InputError,
            match=r"book: results\[1\]\.exercises\[0\]\.cases\[0\]\.passed: is 'yes' where true "
            r"or false or null is expected; the gradebook is damaged",
        ),
    ):
        book.result(1)


def old_book(folder: Path, record: str) -> Path:
    path = folder / "book"
    db = sqlite3.connect(path)
    migrations.apply(db, before="decisions")
    db.execute("INSERT INTO runs VALUES (1, 'then', NULL, '0', 1, '{}', '{}')")
    db.execute("INSERT INTO submissions VALUES (1, 'ann', 'ann.ipynb', 'c')")
    values = (1, 1, 1, "b", 1, 1, "words", "graded", 3, record)
    db.execute(f"INSERT INTO results VALUES ({', '.join('?' * len(values))})", values)
    db.execute("INSERT INTO run_results VALUES (1, 1)")
    db.commit()
    db.close()
    return path


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            '"score": 3, "max_score": 4, "message"',
            '"score": "3", "max_score": 4, "message"',
            "submissions[0].exercises[0].score: is '3' where a number from 0 up or null is exp",
        ),
        ('"score": 3, "max_score": 4,\n', '"score": -1, "max_score": 4,\n', "score: is -1 where"),
        ('"score": 3, "max_score": 4,\n', '"score": NaN, "max_score": 4,\n', "score: is nan where"),
        ('"partial"', '"parital"', "verdict: is 'parital' where one of correct, accepted, par"),
        (
            '"student": "ann", ',
            "",
            "submissions[0].student: is missing; a string is expected",
        ),
        ('"schema": 1', '"schema": 2', "schema: is 2 where one of 1 is expected"),
        ('"promises": {}', '"promises": {"a": true, "b": 3}', "protection.promises.b: is 3 where"),
        ('"exercises": [', '"exercises": [3, ', "exercises[0]: is 3 where a table of named"),
        ("{", "[", "is not valid JSON: "),
    ],
)
def test_what_is_wrong_is_named_by_its_path_and_what_is_expected(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    path = tmp_path / "results.json"
    assert old in OLD_FILE
    path.write_text(OLD_FILE.replace(old, new, 1))
    with pytest.raises(Malformed) as caught:
        read_results(path)
    assert words in str(caught.value)


def test_an_export_names_the_file_and_the_key(tmp_path: Path) -> None:
    path = tmp_path / "grades" / "results.json"
    path.parent.mkdir()
    path.write_text(OLD_FILE.replace('"seed": 7', '"seed": 7.5'))
    arguments = ["export", "csv", "--results", str(path.parent), "--to", str(tmp_path / "x.csv")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert f"{path}: is no result file" in done.output
    assert "(seed: is 7.5 where a whole number is expected)" in done.output


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_no_result_has_a_score_that_no_file_can_hold(score: float) -> None:
    with pytest.raises(ValueError, match="no finite number"):
        replace(RESULT, score=score)
    with pytest.raises(ValueError, match="no finite number"):
        replace(EXERCISE, score=score)


def test_no_number_in_the_file_is_nan_or_infinite(tmp_path: Path) -> None:
    drawing = Drawing("bowl", {"points": [[float("nan"), float("inf")]]}, 1)
    hostile = replace(RESULT, exercises=(replace(EXERCISE, drawings=(drawing,)),))
    write_results(a_run(hostile), tmp_path / "results.json")
    text = (tmp_path / "results.json").read_text()
    assert "NaN" not in text
    assert "Infinity" not in text


def test_the_schema_in_the_documents_is_that_of_the_records() -> None:
    same = schema.PATH.read_text(encoding="utf-8") == schema.text()
    assert same, f"{schema.PATH} is old; `python -m grader.results.schema` writes it"


@pytest.mark.parametrize(
    ("of", "key", "value"),
    [
        ("Result", "score", None),
        ("Result", "remark", "none"),
        ("ExerciseResult", "verdict", "fine"),
        ("ExerciseResult", "score", None),
        ("Mark", "line", 0),
        ("Drawing", "data", {"points": [[1]]}),
        ("Lateness", "days", -1),
    ],
)
def test_the_schema_refuses_what_is_never_written(
    tmp_path: Path, of: str, key: str, value: object
) -> None:
    result = written(a_run(RESULT), tmp_path)["submissions"][0]
    exercise = result["exercises"][0]
    parts = {
        "Result": result,
        "ExerciseResult": exercise,
        "Mark": exercise["marks"][0],
        "Drawing": exercise["drawings"][0],
        "Lateness": result["late"],
    }
    rules = {"$ref": f"#/$defs/{of}", "$defs": schema.schema()["$defs"]}
    jsonschema.validate(parts[of], rules)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**parts[of], key: value}, rules)
