"""What the hidden cases are there for."""

from __future__ import annotations

import random
import string
from itertools import groupby

from grader.authoring import wrong


@wrong("word_counts")
def first_letter_only(text: str) -> dict[str, int]:
    """drawn_words: a word may be all in capitals."""
    words = [word.strip(string.punctuation) for word in text.split()]
    small = [word[0].lower() + word[1:] for word in words if word]
    return {word: small.count(word) for word in small}


@wrong("run_length")
def begins_with_a_letter(text: str) -> list[tuple[str, int]]:
    """nothing: there may be no first letter."""
    assert text[0]
    return [(letter, len(list(run))) for letter, run in groupby(text)]


@wrong("run_length")
def one_digit(text: str) -> list[tuple[str, int]]:
    """a_long_run: a run may be longer than 9."""
    return [(letter, min(9, len(list(run)))) for letter, run in groupby(text)]


@wrong("run_length")
def ten_runs(text: str) -> list[tuple[str, int]]:
    """drawn_letters: there may be many runs."""
    return [(letter, len(list(run))) for letter, run in groupby(text)][:10]


@wrong("throw_dice")
def small_seeds(seed: int, count: int, sides: int = 6) -> list[int]:
    """drawn_seed: a seed may have six digits."""
    rng = random.Random(seed % 100_000)
    return [rng.randint(1, sides) for _ in range(count)]
