"""Masters as other courses write them: with files, data that changes, other programs' markers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.assignments.reference import stands_alone
from grader.authors.adequacy.proof import prove
from grader.authors.release import bundle
from grader.authors.validate import generate, validate
from grader.errors import AssignmentError
from grader.model import Result, Verdict
from tests.authored import NAME, authored, exercise, handed_in

START, END = "### START CODE HERE ###", "### END CODE HERE ###"


def function(head: str, line: str) -> str:
    return f"def {head}:\n    {START}\n    found = {line}\n    {END}\n    return found"


def case(name: str, inputs: str) -> str:
    text = f'@case("{name}", public=True)\ndef one_case():\n    """One case."""\n'
    return f"{text}    return arguments({inputs})\n"


DRAWN = "generator(1).integers(1, 100).item()"
# Notebooks whose function needs more of them than its definitions.
DEPENDING = {
    "a file": (['lines = open("words.txt").read().split()', function("f(x)", "x + len(lines)")]),
    "a file read by the function": (
        [function("f(x)", 'x + len(open("words.txt").read().split())')]
    ),
    "an item": (
        ['rates = {"eur": 1.0}', 'rates["eur"] = 1.1', function("f(x)", 'x * rates["eur"]')]
    ),
    "a method": (["xs = []", "xs.append(2)", function("f(x)", "x * xs[0]")]),
    "a function that changes it": (
        ["xs = [1]", "def fill():\n    xs[0] = 5", "fill()", function("f(x)", "x * xs[0]")]
    ),
    "a loop": (["xs = [1]", "for i in range(3):\n    xs += [i]", function("f(x)", "x * len(xs)")]),
}


@pytest.mark.parametrize("inputs", ["3", DRAWN], ids=["frozen", "drawn"])
@pytest.mark.parametrize("what", DEPENDING)
def test_a_function_that_needs_the_rest_of_its_notebook_is_graded_and_nobody_suspected(
    what: str, inputs: str, tmp_path: Path
) -> None:
    cells = DEPENDING[what]
    folder = tmp_path / "assignment" / NAME
    folder.mkdir(parents=True)
    (folder / "words.txt").write_text("a b a")
    helpers = 'helpers = ["words.txt"]\n'
    authored(tmp_path, cells, case("f", inputs), exercise("f"), settings=helpers)
    assert list(validate(tmp_path, NAME)) == []
    result = handed_in(tmp_path, *cells)
    assert (result.score, result.flags) == (10, ())
    wrong = handed_in(tmp_path, *cells[:-1], cells[-1].replace("x ", "1 + x "))
    assert wrong.score == 0


def test_who_memorised_is_found_where_the_reference_needs_its_notebook(tmp_path: Path) -> None:
    cells = DEPENDING["an item"]
    authored(tmp_path, cells, case("f", DRAWN), exercise("f"))
    assert not stands_alone(load_assignment(tmp_path, NAME))
    known = load_assignment(tmp_path, NAME).exercise("f").cases[0].expected
    result = handed_in(tmp_path, f"def f(x):\n    return {known!r}")
    assert result.score == 10
    assert "are its answers memorised?" in result.flags[0]


ONLY_CALLED = [
    "import numpy as np",
    "def g(x):\n    return 2 * x",
    function("f(x)", "g(x)"),
    "f(1)",
]


def test_definitions_that_nothing_changes_stand_alone(tmp_path: Path) -> None:
    authored(tmp_path, ONLY_CALLED, case("f", DRAWN), exercise("f"))
    assert stands_alone(load_assignment(tmp_path, NAME))


BEFORE = f"{START}\nanswer = 1\n{END}\ndef f():\n    return answer"


@pytest.mark.parametrize(
    ("cell", "verdict"),
    [
        (BEFORE, Verdict.CORRECT),
        (BEFORE.replace("= 1", "= 2"), Verdict.INCORRECT),
        (BEFORE.replace("= 1", "= None"), Verdict.UNANSWERED),
        ("answer = 2\ndef f():\n    return answer", Verdict.INCORRECT),
        ("answer = None\ndef f():\n    return answer", Verdict.UNANSWERED),
    ],
)
def test_a_stub_before_its_function_says_whether_something_was_written(
    cell: str, verdict: Verdict, tmp_path: Path
) -> None:
    authored(tmp_path, [BEFORE], case("f", ""), exercise("f"))
    assert handed_in(tmp_path, cell).exercises[0].verdict is verdict


@pytest.mark.parametrize("name", ["public_tests.py", "difference.py"])
def test_a_file_of_the_course_is_not_replaced_by_a_generated_one(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "assignment" / NAME
    folder.mkdir(parents=True)
    (folder / name).write_text("def f_test(f):\n    assert f(3) == 3\n")
    with pytest.raises(AssignmentError, match=r"give yours another name"):
        authored(
            tmp_path,
            [function("f(x)", "x")],
            case("f", "3"),
            exercise("f"),
            settings=f'helpers = ["{name}"]\n',
        )
    assert "assert f(3)" in (folder / name).read_text()
    (folder / name).unlink()
    generate(tmp_path, NAME)
    older = (folder / name).read_bytes().replace(b"def ", b"def  ", 1)
    (folder / name).write_bytes(older)  # as another version wrote it
    generate(tmp_path, NAME)
    assert (folder / name).read_bytes() != older


MARKERS = [
    "### BEGIN SOLUTION\nx = 1\n### END SOLUTION",
    "### BEGIN HIDDEN TESTS\nassert f(1) == 1\n### END HIDDEN TESTS",
    "x = 3  # SOLUTION",
    "# BEGIN SOLUTION NO PROMPT\nx = 3\n# END SOLUTION",
    "#BEGIN PROMPT\n# END PROMPT",
    "x = 3  # SEED",
]


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("kind", ["code", "raw"])
def test_markers_of_other_programs_are_refused_everywhere(
    marker: str, kind: str, tmp_path: Path
) -> None:
    authored(tmp_path, [function("f(x)", "x"), "y = 1"], case("f", "3"), exercise("f"))
    master = tmp_path / "solutions" / NAME / "Lesson.ipynb"
    data = json.loads(master.read_text())
    data["cells"][1] |= {"source": marker, "cell_type": kind}
    if kind == "raw":
        for key in ("outputs", "execution_count"):
            del data["cells"][1][key]
    master.write_text(json.dumps(data))
    with pytest.raises(AssignmentError, match=r"cell 2: .* is a marker of nbgrader's or otter"):
        generate(tmp_path, NAME)


def test_a_comment_that_only_speaks_of_a_solution_is_none(tmp_path: Path) -> None:
    cells = [function("f(x)", "x  # SOLUTION"), "y = 1  # the solution; hidden layers come next"]
    authored(tmp_path, cells, case("f", "3"), exercise("f"))


def test_a_masked_array_is_not_taken_for_its_numbers(tmp_path: Path) -> None:
    masked = "np.ma.masked_greater(np.array([1.0, x]), 2)"
    plain = ["import numpy as np", function("f(x)", "np.array([1.0, x])")]
    authored(tmp_path, plain, case("f", "3.0"), exercise("f"))
    assert handed_in(tmp_path, "import numpy as np", function("f(x)", masked)).score == 0
    nothing_masked = masked.replace(", 2)", ", 9)")
    assert handed_in(tmp_path, "import numpy as np", function("f(x)", nothing_masked)).score == 10


def test_a_masked_array_may_be_expected_and_what_is_below_its_mask_does_not_count(
    tmp_path: Path,
) -> None:
    def graded(answer: str) -> Result:
        return handed_in(tmp_path, "import numpy as np", function("f(x)", answer))

    masked = "np.ma.masked_greater(np.array([1.0, x]), 2)"
    public = case("f", "3.0")
    authored(tmp_path, ["import numpy as np", function("f(x)", masked)], public, exercise("f"))
    assert graded(masked).score == 10
    assert graded("np.ma.array([1.0, 99], mask=[False, True], fill_value=-1)").score == 10
    for wrong, words in {
        "np.array([1.0, x])": "result[1] is not masked where it should be; 1 of 2 items differ",
        "np.ma.array([1.0, x], mask=True)": "result[0] is masked where a value is expected",
        "np.ma.array([7.0, x], mask=[0, 1])": "result[0] is 7 where 1 is expected",
        "[1.0, None]": "result is a list where a masked array is expected",
    }.items():
        found = graded(wrong)
        assert found.score == 0
        assert found.exercises[0].cases[0].message.startswith(words)


def released(root: Path, *cells: str, cases: str = "", settings: str = "") -> dict[str, bytes]:
    authored(root, cells, cases or case("f", "3"), exercise("f"), settings=settings)
    return bundle(root, NAME)


def test_names_in_the_given_code_are_no_secrets(tmp_path: Path) -> None:
    hidden = (
        '@case("f")\ndef learning_rate():\n    """It is a key."""\n'
        '    return arguments({"learning_rate": 3})\n'
    )
    cell = function("f(x, learning_rate=1)", "x")
    found = released(tmp_path, cell, cases=case("f", "3") + hidden)
    assert "Lesson.ipynb" in found


def test_what_students_may_have_of_the_solutions_is_released_with_a_reason(tmp_path: Path) -> None:
    told = "print('the sum of the first numbers')"
    hidden = (
        '@case("f")\ndef hidden_one():\n    """It is said."""\n'
        '    return arguments("the sum of the first numbers")\n'
    )
    cells = [function("f(x)", "x"), told]
    with pytest.raises(AssignmentError, match=r"\[\[may_be_given\]\] of assignment.toml"):
        released(tmp_path, *cells, cases=case("f", "3") + hidden)
    allowed = '[[may_be_given]]\ntext = "the sum of the first"\nreason = "It is no secret."\n'
    found = released(tmp_path, *cells, cases=case("f", "3") + hidden, settings=allowed)
    assert b"may_be_given" not in found["assignment.toml"]


def test_formulas_and_pages_are_no_files_and_pictures_are(tmp_path: Path) -> None:
    text = "$a^{[L](i)}$ and a^{[L](i)}, [numpy](www.numpy.org), [x](https://x.org/a.png)"
    authored(tmp_path, [function("f(x)", "x"), "text"], case("f", "3"), exercise("f"))
    master = tmp_path / "solutions" / NAME / "Lesson.ipynb"
    data = json.loads(master.read_text())
    data["cells"][1] = {"cell_type": "markdown", "metadata": {}, "source": text}
    master.write_text(json.dumps(data))
    generate(tmp_path, NAME)
    assert "Lesson.ipynb" in bundle(tmp_path, NAME)
    data["cells"][1]["source"] = "![a picture](images/net.png)"
    master.write_text(json.dumps(data))
    generate(tmp_path, NAME)
    with pytest.raises(AssignmentError, match=r"images/net.png: the notebook .* cannot be read"):
        bundle(tmp_path, NAME)


def test_all_missing_pins_are_told_at_once(tmp_path: Path) -> None:
    cells = ["import numpy, scipy", function("f(x)", "x")]
    with pytest.raises(AssignmentError) as caught:
        released(tmp_path, *cells, settings='requirements = ["nbformat>=5"]\n')
    for words in ("'nbformat>=5' is not of the form", "imports numpy,", "imports scipy,"):
        assert words in str(caught.value)


def test_the_proof_of_adequacy_runs_such_a_master_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "assignment" / NAME
    folder.mkdir(parents=True)
    (folder / "words.txt").write_text("a b a")
    cells = [*DEPENDING["a file"][:-1], function("f(x)", "lines.count(x)")]
    hidden = "".join(
        f'@case("f")\ndef hidden_{word}():\n    """Another."""\n    return arguments("{word}")\n'
        for word in "abc"
    )
    helpers = 'helpers = ["words.txt"]\n'
    authored(tmp_path, cells, case("f", '"a"') + hidden, exercise("f"), settings=helpers)
    before = os.getcwd()
    (proof,) = prove(tmp_path, NAME, jobs=1)
    assert len(proof.forms) > 40
    assert not [each for each in proof.problems() if "list it as spare" not in each]
    assert os.getcwd() == before
