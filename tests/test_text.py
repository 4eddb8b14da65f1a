"""Text made fit to be shown, and numbers and times in words."""

from __future__ import annotations

import pytest

from grader.text import (
    counted,
    number,
    on_one_line,
    one_line,
    shortened,
    visible,
    when,
    without_terminal_codes,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(87.5, "87.5"), (100.0, "100"), (6.25, "6.25"), (3.125, "3.13"), (-0.0, "0"), (None, "")],
)
def test_numbers_have_no_decimals_that_say_nothing(value: float | None, text: str) -> None:
    assert number(value) == text


def test_unseen_characters_are_written_out() -> None:
    assert visible("a\u202eb\x00\ud800") == "a[U+202E]b[U+0000][U+D800]"


def test_joiners_that_names_are_written_with_are_kept() -> None:
    assert visible("\u0645\u06cc\u200c\u0634") == "\u0645\u06cc\u200c\u0634"


def test_piled_up_accents_are_cut_to_three() -> None:
    assert visible("Z" + "\u0321" * 50) == "Z" + "\u0321" * 3


def test_terminal_codes_are_left_out() -> None:
    text = "\x1b[1;31mred\x1b[0m \x1b]8;;x\x07link\x1b]8;;\x07 \x9b4mline"
    assert without_terminal_codes(text) == "red link line"


def test_line_breaks_in_a_name_are_written_out() -> None:
    assert one_line("a\r\nb\tc") == "a[U+000A]b[U+0009]c"
    assert on_one_line("a\r\nb\tc") == "a b[U+0009]c"


def test_shortened_text_says_how_much_is_left_out() -> None:
    assert shortened("abcdefghij", 4) == "abc\n[… 6 characters are left out here …]\nj"


@pytest.mark.parametrize(
    ("started", "words"),
    [
        ("2025-11-20T09:05:00+00:00", "20 November 2025, 09:05 UTC"),
        ("2025-01-02T09:05:00+05:30", "2 January 2025, 09:05 +0530"),
        ("2025-01-02T09:05:00", "2 January 2025, 09:05"),
        ("yesterday", "yesterday"),
    ],
)
def test_times_are_said_in_words(started: str, words: str) -> None:
    assert when(started) == words


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [
        (0, "mutant", "0 mutants"),
        (1, "day", "1 day"),
        (1.0, "day", "1 day"),
        (1.5, "day", "1.5 days"),
        (2, "batch", "2 batches"),
        (1_000_000, "student", "1000000 students"),
    ],
)
def test_a_count_and_its_noun_agree(count: float, noun: str, words: str) -> None:
    assert counted(count, noun) == words
