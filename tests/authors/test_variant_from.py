"""variant_from: the author's variant does what the student's function does, and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.authors.variant_from import variant_from
from grader.gradebook.unnamed import Words
from grader.marks import VariantMark

WORDS = Words(
    "the shortest word", 'You return "the shortest"\nword: $\\beta$ is why. ' + "Look. " * 40
)
TEXT = "uno due tre quattro"
SOURCES = {
    "alone": "def longest(text):\n    return min(text.split(), key=len)",
    "a helper": "def shorter(a, b):\n    return b if len(b) < len(a) else a\n"
    "def longest(text):\n    found, *rest = text.split()\n"
    "    for word in rest:\n        found = shorter(found, word)\n    return found",
    "an import": "from functools import reduce\ndef longest(text):\n"
    "    return reduce(lambda a, b: b if len(b) < len(a) else a, text.split())",
    "an import elsewhere": "def longest(text):\n    words = text.split()\n"
    "    return words[int(np.argmin([len(word) for word in words]))]",
    "a constant of a helper": "SIGN = -1\ndef size(word):\n    return SIGN * len(word)\n"
    "def longest(text):\n    return max(text.split(), key=size)",
    "itself": "def longest(text, least=None):\n"
    "    first, _, rest = text.partition(' ')\n"
    "    least = first if least is None or len(first) < len(least) else least\n"
    "    return longest(rest, least) if rest else least",
    "annotations": "def longest(text: Text) -> List[str]:\n    return min(text.split(), key=len)",
    "another name": "def longest_word(text):\n    return min(text.split(), key=len)",
    "magics": "%matplotlib inline\ndef longest(text):\n    return min(text.split(), key=len)",
}


def made(source: str) -> Callable[..., Any]:
    names: dict[str, Any] = {}
    exec(source, names)  # ours, unlike a student's: it may run in this process
    (found,) = (each for each in names.values() if hasattr(each, "__fairgrade__"))
    function: Callable[..., Any] = found
    return function


@pytest.mark.parametrize("name", SOURCES)
def test_the_variant_does_what_the_students_function_does(name: str) -> None:
    written = variant_from("longest", SOURCES[name], WORDS)
    function = made(written.source)
    assert written.remarks == ()
    assert function(TEXT) == "uno"
    (mark,) = function.__fairgrade__  # type: ignore[attr-defined]
    assert isinstance(mark, VariantMark)
    assert (mark.exercise, mark.title, mark.accepted, mark.share) == (
        *("longest", WORDS.title, False),
        0,
    )
    assert function.__name__ == "the_shortest_word"
    assert " ".join((function.__doc__ or "").split()) == " ".join(WORDS.explanation.split())
    docstring = [line for line in written.source.splitlines() if "Look." in line]
    assert max(map(len, docstring)) <= 100


def test_comments_docstrings_and_what_looks_like_something_else_are_left_out() -> None:
    source = "# Ann Lee\ndef longest(text):\n    'Ann'  # Lee\n    return '\u202e' + text  # Ann"
    written = variant_from("longest", source, WORDS).source
    assert "Ann" not in written
    assert "Lee" not in written
    assert "\u202e" not in written
    assert made(written)("a") == "\u202ea"


def test_nothing_of_the_students_code_is_run() -> None:
    source = "raise SystemExit\ndef longest(text=print('run')):\n    return 1 / 0\nlongest()"
    assert variant_from("longest", source, WORDS).remarks == ()


@pytest.mark.parametrize(
    ("source", "remark"),
    [
        ("def longest(text):\n    return pick(text)", "other cells of its notebook define: pick"),
        ("RATE = 2\ndef longest(text, rate=RATE):\n    return rate", "define: RATE"),
        ("def longest(text)\n    return", "has no function that can be read"),
        ("longest = min", "has no function that can be read"),
        ("", "has no function that can be read"),
    ],
)
def test_what_is_missing_is_said_and_stands_above_the_variant(source: str, remark: str) -> None:
    written = variant_from("longest", source, WORDS)
    (said,) = written.remarks
    assert remark in said
    assert f"{said[0].upper()}{said[1:]}." in written.source
    compile(written.source, "variants.py", "exec")
