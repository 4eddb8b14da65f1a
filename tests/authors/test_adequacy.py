"""adequacy: hidden cases are needed and enough, and that is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.assignments.load import load_assignment
from grader.authors.adequacy.document import DOCUMENT, document, out_of_date
from grader.authors.adequacy.forms import Kind
from grader.authors.adequacy.proof import Proof, prove
from grader.cli import main
from grader.errors import AssignmentError
from grader.model import Visibility

ROOT = Path(__file__).parents[2]
NAMES = ("adam", "optimization_methods")
HIDDEN = [
    (name, exercise.name, case.name)
    for name in NAMES
    for exercise in load_assignment(ROOT, name).exercises
    for case in exercise.cases
    if case.visibility is Visibility.HIDDEN
]
TOML = "solutions/words/adequacy.toml"
WORDS = "solutions/words/cases.py"


@pytest.fixture(scope="module")
def proofs() -> dict[str, list[Proof]]:
    return {name: prove(ROOT, name, 2) for name in NAMES}


def problems(root: Path) -> list[str]:
    return [line for proof in prove(root, "words", 1) for line in proof.problems()]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_the_cases_of_the_repositorys_assignments_are_adequate(
    name: str, proofs: dict[str, list[Proof]]
) -> None:
    assert [line for proof in proofs[name] for line in proof.problems()] == []
    for proof in proofs[name]:
        assert len(proof.of(Kind.MUTANT)) >= 50
        assert proof.of(Kind.WRONG)
        assert len({form.becomes for form in proof.of(Kind.REWRITING)}) > 30


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "exercise", "case"), HIDDEN)
def test_without_a_case_that_matters_the_proof_fails(
    name: str, exercise: str, case: str, proofs: dict[str, list[Proof]]
) -> None:
    """Spare cases are those that could go; the list of them must then be mended."""
    proof = next(each for each in proofs[name] if each.exercise.name == exercise)
    lines = "\n".join(proof.without(case).problems())
    if case in {each.case for each in proof.allowances.spares}:
        assert f"spare: {case!r} of {exercise!r} is none of its hidden cases" in lines
        assert "no hidden case tells" not in lines
    else:
        assert "no hidden case tells" in lines


@pytest.mark.thorough  # `.ci/run` compares the page by `grade validate --strict`
def test_the_page_is_what_is_found_out_now(proofs: dict[str, list[Proof]]) -> None:
    found = list(proofs.values())
    assert (ROOT / DOCUMENT).read_text() == document(found)
    assert list(out_of_date(ROOT, found)) == []


@pytest.mark.thorough
def test_a_case_taken_out_makes_the_command_fail(course: Path) -> None:
    """The small course is in order, until its only hidden case of an exercise is made public."""
    strict = ["validate", "--strict", "--root", str(course)]
    good = CliRunner().invoke(main, strict)
    assert good.exit_code == 0, good.output

    edit(course / WORDS, '@case("longest")', '@case("longest", public=True)')
    assert CliRunner().invoke(main, ["generate", "--root", str(course)]).exit_code == 0
    bad = CliRunner().invoke(main, strict)
    assert bad.exit_code == 1
    assert "that the public case 'one_longest' tells; add a hidden case like it" in bad.output
    assert "`word = max(text.split())`" in bad.output


@pytest.mark.thorough
def test_a_written_page_is_checked_from_then_on(course: Path) -> None:
    strict = ["validate", "--strict", "--root", str(course)]
    assert CliRunner().invoke(main, [*strict, "--write"]).exit_code == 0
    page = course / DOCUMENT
    written = page.read_bytes()
    page.write_text(page.read_text().replace("two_longest", "three_longest"))
    result = CliRunner().invoke(main, strict)
    assert result.exit_code == 1
    assert "is not what is found out now about 'words'" in result.output
    assert CliRunner().invoke(main, [*strict, "--write"]).exit_code == 0
    assert page.read_bytes() == written


def test_write_is_for_all_assignments_and_with_strict_only() -> None:
    assert CliRunner().invoke(main, ["validate", "--write"]).exit_code == 2
    assert CliRunner().invoke(main, ["validate", "--strict", "--write", "adam"]).exit_code == 2


def test_a_wrong_form_that_nothing_tells_apart_is_named(course: Path) -> None:
    (course / "solutions/words/wrong.py").write_text(
        "from grader.authoring import wrong\n\n\n"
        "@wrong('longest')\ndef last_but_one_digit(text):\n"
        "    return max(text.split(), key=lambda word: len(word.strip('0')))\n"
    )
    (line,) = problems(course)
    assert "the wrong form 'last_but_one_digit' of 'longest': no hidden case tells it" in line


@pytest.mark.thorough
def test_a_wrong_form_within_a_thousand_tolerances_is_not_told_apart(course: Path) -> None:
    (course / "solutions/words/wrong.py").write_text(
        "from statistics import fmean, pstdev\nfrom grader.authoring import wrong\n\n\n"
        "@wrong('mean_and_spread')\ndef nearly(text):\n"
        "    sizes = [len(word) for word in text.split()]\n"
        "    return fmean(sizes) * (1 + 5e-7), pstdev(sizes)\n"
    )
    (line,) = problems(course)
    assert "by 1000 tolerances or more" in line


@pytest.mark.thorough
def test_an_equivalent_mutant_that_is_not_listed_is_named_with_its_line(course: Path) -> None:
    path = course / TOML
    path.write_text(path.read_text().partition("[[equivalent]]")[0])
    (line,) = problems(course)
    assert "'mean_and_spread', line 7 of its cell" in line
    assert "(mean - size) ** 2" in line


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("(mean - size) ** 2", "(mean - size) ** 4", "is no mutant of the reference (any more)"),
        ("(mean - size) ** 2", "(size + mean) ** 2", "is told apart by the case 'lengths'"),
    ],
)
def test_a_mutant_listed_as_equivalent_that_is_not_is_named(
    course: Path, old: str, new: str, words: str
) -> None:
    edit(course / TOML, old, new)
    assert [line for line in problems(course) if words in line]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("case", "words"),
    [("again", "is needed: nothing else tells"), ("never", "is none of its hidden cases")],
)
def test_a_case_listed_as_spare_that_is_not_is_named(course: Path, case: str, words: str) -> None:
    with (course / TOML).open("a") as file:
        file.write(f'[[spare]]\nexercise = "count"\ncase = "{case}"\nreason = "none"\n')
    (line,) = problems(course)
    assert words in line


@pytest.mark.thorough
def test_a_case_that_nothing_needs_is_named(course: Path) -> None:
    with (course / WORDS).open("a") as file:
        file.write('\n\n@case("count")\ndef once_more():\n    return arguments("b c b b b c b")\n')
    assert CliRunner().invoke(main, ["generate", "--root", str(course)]).exit_code == 0
    lines = problems(course)
    assert any("'once_more' of 'count' tells nothing apart" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[[spare]]\nexercise = "verbs"\ncase = "again"\nreason = "x"',
            "exercise: 'verbs' is not one of the exercises",
        ),
        ('[[spare]]\nexercise = "count"', "case: is missing; a string is expected"),
        (
            '[[spare]]\nexercise = "count"\ncase = "again"\nreason = " "',
            "reason: is empty; say why",
        ),
        ('[[spares]]\nexercise = "count"', "spares: is not a key that is known here"),
        (
            '[[equivalent]]\nexercise = "count"\nwas = "x"\nreason = "y"\nbecomes = []',
            "becomes: is empty; a list",
        ),
    ],
)
def test_a_malformed_list_is_named_by_file_key_and_expectation(
    course: Path, text: str, words: str
) -> None:
    (course / TOML).write_text(text)
    with pytest.raises(AssignmentError) as caught:
        problems(course)
    assert str(course / TOML) in str(caught.value)
    assert words in str(caught.value)
