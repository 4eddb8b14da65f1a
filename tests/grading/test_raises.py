"""Cases whose right answer is an exception: `@case(..., raises=ValueError, says="negative")`."""

from pathlib import Path

import pytest

from grader.api import grade_notebook
from grader.authors.validate import validate
from grader.errors import AssignmentError
from grader.model import CaseResult, Result, Verdict
from tests.authored import NAME, authored, exercise, handed_in

ROOT = """def root(x):
    ### START CODE HERE ###
    if x < 0:
        raise ValueError("x is negative")
    r = x ** 0.5
    ### END CODE HERE ###
    return r"""
CASES = """
@case("root", public=True)
def of_four():
    \"\"\"A square.\"\"\"
    return arguments(4.0)

@case("root", raises=ValueError, says="negative", public=True)
def of_minus_one():
    \"\"\"A number that has none.\"\"\"
    return arguments(-1.0)

@case("root", raises=ValueError)
def of_minus_seven():
    \"\"\"Another one that has none.\"\"\"
    return arguments(-7.125)
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authored(tmp_path_factory.mktemp("raises"), [ROOT], CASES, exercise("root"))


def answer(root: Path, raising: str, before: str = "") -> Result:
    return handed_in(
        root, f"{before}\ndef root(x):\n    if x < 0:\n        {raising}\n    return x ** 0.5"
    )


def cases(result: Result) -> dict[str, CaseResult]:
    return {each.name: each for each in result.exercises[0].cases}


@pytest.mark.parametrize(
    ("raising", "before"),
    [
        ('raise ValueError("negative")', ""),
        ('raise Own("a negative number")', "class Own(ValueError): pass"),
        ('raise UnicodeError("negative: no root")', ""),
    ],
)
def test_the_type_or_one_that_derives_from_it_is_right(
    root: Path, raising: str, before: str
) -> None:
    (found,) = answer(root, raising, before).exercises
    assert (found.verdict, found.score, found.marks) == (Verdict.CORRECT, 10.0, ())


@pytest.mark.parametrize(
    ("raising", "public", "hidden"),
    [
        (
            "return None",
            "raises nothing where ValueError is expected",
            "raises nothing where an exception is expected",
        ),
        (
            'raise TypeError("negative")',
            "raises TypeError where ValueError is expected",
            "raises TypeError where another exception is expected",
        ),
        (
            "raise ValueError(x)",
            "raises ValueError as expected, but its text is '-1.0' where 'negative' is expected in "
            "it",
            "",
        ),
    ],
)
def test_what_else_it_does_is_told_without_words_of_hidden_cases(
    root: Path, raising: str, public: str, hidden: str
) -> None:
    found = cases(answer(root, raising))
    assert found["of_four"].passed
    assert found["of_minus_one"].message == public
    assert found["of_minus_seven"].message == hidden


def test_a_name_that_a_student_chose_is_not_shown_of_a_hidden_case(root: Path) -> None:
    found = cases(answer(root, 'raise type(f"E{int(-x)}", (Exception,), {})("negative")'))
    assert found["of_minus_one"].message == "raises E1 where ValueError is expected"
    hidden = found["of_minus_seven"].message
    assert hidden == "raises an exception of its own where another exception is expected"


@pytest.mark.parametrize(
    "raising",
    [
        "import os; os._exit(1)",
        "raise type('ValueError ', (Exception,), {})('negative')",
        'raise type("V", (Exception,), {"__str__": lambda self: 1 / 0})()',
        "return ValueError('negative')",
        "raise SystemExit('ValueError: negative')",
    ],
)
def test_no_other_end_counts_as_the_exception(root: Path, raising: str) -> None:
    result = answer(root, raising)
    assert not result.exercises[0].verdict.solved
    assert not any(each.passed for each in cases(result).values() if each.name != "of_four")


def test_a_right_value_where_an_exception_is_expected_is_wrong_and_the_line_is_not_marked(
    root: Path,
) -> None:
    (found,) = answer(root, "return 0.0").exercises
    assert found.verdict is Verdict.INCORRECT
    assert found.marks == ()


def test_the_assignment_is_in_order_and_students_can_check(root: Path) -> None:
    assert list(validate(root, NAME)) == []
    notebook = root / "own.ipynb"
    notebook.write_bytes((root / "solutions" / NAME / "Lesson.ipynb").read_bytes())
    found = grade_notebook(notebook, root / "assignment" / NAME, public_only=True)
    assert [each.verdict for each in found.exercises] == [Verdict.CORRECT]


def test_a_reference_that_raises_nothing_is_named(tmp_path: Path) -> None:
    master = "def root(x):\n    ### START CODE HERE ###\n    return 1.0\n    ### END CODE HERE ###"
    with pytest.raises(AssignmentError, match="'of_minus_one': raises nothing where ValueError"):
        authored(tmp_path, [master], CASES, exercise("root"))


def test_words_without_a_type_are_refused(tmp_path: Path) -> None:
    wrong = CASES.replace("raises=ValueError, says", "says")
    with pytest.raises(AssignmentError, match="needs `raises`, too"):
        authored(tmp_path, [ROOT], wrong, exercise("root"))


VARIANTS = '''
from grader.authoring import accepted, mistake

@accepted("root", title="as a pair", beside="x")
def pair(x):
    """A pair."""
    if x < 0:
        raise ValueError("negative")
    return x ** 0.5, 0.0

@mistake("root", title="not checked")
def unchecked(x):
    """Negative numbers have no root."""
    return abs(x) ** 0.5
'''


def test_variants_explain_answers_by_whether_they_raise(root: Path, tmp_path: Path) -> None:
    (tmp_path / "solutions" / NAME).mkdir(parents=True)
    (tmp_path / "solutions" / NAME / "variants.py").write_text(VARIANTS)
    authored(tmp_path, [ROOT], CASES, exercise("root"))
    pair = "def root(x):\n    if x < 0:\n        raise ValueError('it is negative')\n"
    (found,) = handed_in(tmp_path, f"{pair}    return x ** 0.5, 0.0").exercises
    assert found.verdict is Verdict.ACCEPTED
    (found,) = handed_in(tmp_path, "def root(x):\n    return abs(x) ** 0.5").exercises
    assert found.diagnosis
    assert found.diagnosis.variant == "unchecked"
