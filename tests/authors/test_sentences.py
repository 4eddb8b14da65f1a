"""The command that lists every sentence a student can meet."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from grader.assignments.load import assignment_names, load_assignment
from grader.authors.sentences import Said, of_code, of_template, sentences
from grader.report.words import VERDICTS
from tests.conftest import ROOT

ALL = list(sentences(ROOT))
# What we call things among ourselves; a student has never heard of them.
INTERNAL = re.compile(
    r"\b(wire|outcome|fingerprint|repair|mutant|stub function|traceback object|payload|sandbox"
    r"|IPython|ipykernel|AgentShell|decode|encode)\b",
    re.IGNORECASE,
)


def texts(part: str) -> list[str]:
    return [each.text for each in ALL if part in each.where]


def test_it_prints_a_line_for_each_sentence_with_the_place_where_it_stands() -> None:
    command = [sys.executable, "-m", "grader.authors.sentences"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert printed.splitlines() == [f"{each.where}: {each.text}" for each in ALL]


def test_all_that_the_variants_of_all_assignments_say_is_there() -> None:
    for name in assignment_names(ROOT):
        for exercise in load_assignment(ROOT, name).exercises:
            said = texts(f"{name}, {exercise.name}, variant")
            for variant in exercise.variants:
                wanted = (variant.title, variant.explanation, variant.beside)
                assert {" ".join(each.split()) for each in wanted if each}.issubset(said)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("verdict", f"correct: {next(iter(VERDICTS.values())).meaning}"),
        ("error_hints.py", "Round brackets call a function. Square brackets take an item, and *"),
        ("evidence.py", "No cell of the notebook has `…`."),
        ("score.py", "… of … cases pass"),
        ("right_parts.py", "All items of … but the … are right; the … one …."),
        ("search.py", "look again at this line"),
        ("next_steps.py", "Nothing has been written here yet."),
        ("values/arrays/array_shape.py", "has another shape than expected"),
        ("student.html.jinja", "What to look at next"),
        ("answer.html.jinja", "What the notebook printed there"),
        ("handout/check.py", "… of … exercises pass their public cases."),
    ],
)
def test_hints_remarks_verdicts_next_steps_and_words_of_pages_are_there(
    where: str, text: str
) -> None:
    assert [each for each in texts(where) if each.startswith(text)]


def test_neither_docstrings_nor_patterns_nor_exceptions_are_said_to_students() -> None:
    source = (
        '"""A module of ours."""\nx = re.compile("one two three")\n'
        'def f(n):\n    """What it does here."""\n    if n:\n'
        '        raise ValueError(f"not what {n} should be")\n'
        "    return f\"There are {n} of {'all the many' if n else 0} kinds.\""
    )

    assert list(of_code(source, "f.py")) == [
        Said("f.py:7", "There are … of … kinds."),
        Said("f.py:7", "all the many"),
    ]


def test_a_template_says_what_stands_between_its_tags_and_what_it_chooses_from() -> None:
    chosen = '{{ "one of these" if x else y }}'
    source = f'{{# not this at all #}}\n<p class="a b c d">It has a lot: {chosen}.</p>'

    assert list(of_template(source, "t")) == [
        Said("t:2", "It has a lot: …."),
        Said("t:2", "one of these"),
    ]


def test_no_sentence_has_words_that_only_we_know() -> None:
    assert [each for each in ALL if INTERNAL.search(each.text)] == []
