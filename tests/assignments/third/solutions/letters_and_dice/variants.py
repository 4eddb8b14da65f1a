"""Mistakes that people make with letters and dice, and another right way to throw."""

from __future__ import annotations

import random
import string
from collections import Counter
from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np

from grader.authoring import accepted, mistake


def counts(
    text: str,
    *,
    letters: Callable[[str], str] = str.lower,
    word: Callable[[str], str] = lambda word: word.strip(string.punctuation),
) -> dict[str, int]:
    """A general form: what is done to the text's letters, and to each word."""
    return dict(Counter(filter(None, map(word, letters(text).split()))))


@mistake("word_counts", title="capital letters make another word", share=0.5, of=counts)
def capitals_apart() -> dict[str, Any]:
    """You count a word at the start of a sentence apart from the same word inside one.
    Look at the keys of what you return: is one there twice?"""
    return {"letters": str}


@mistake("word_counts", title="signs stay on the words", share=0.5, of=counts)
def signs_stay() -> dict[str, Any]:
    """Some of your keys end in a comma or a full stop. Print the words before you count them."""
    return {"word": str}


@mistake("word_counts", title="every word counts once")
def once(text: str) -> dict[str, int]:
    """Your counts are all 1. Look again at what happens to a word that comes a second time."""
    return dict.fromkeys(counts(text), 1)


@mistake("run_length", title="the last run is missing", share=0.5)
def last_run_missing(text: str) -> list[tuple[str, int]]:
    """A run is noted when another letter follows, and after the last one none does.
    Go through a text of a single letter by hand."""
    return [(letter, len(list(run))) for letter, run in groupby(text)][:-1]


@mistake("run_length", title="runs of a letter are added up")
def letters_counted(text: str) -> list[tuple[str, int]]:
    """You count how often a letter stands in the whole text. Try one where a letter comes back."""
    return list(Counter(text).items())


@mistake("run_length", title="length before letter", share=0.5)
def pairs_turned_round(text: str) -> list[tuple[int, str]]:
    """Your pairs have the length first. The exercise shows in which order they are expected."""
    return [(len(list(run)), letter) for letter, run in groupby(text)]


@accepted("throw_dice", title="thrown by scaling")
def by_scaling(seed: int, count: int, sides: int = 6) -> list[int]:
    """You stretch a number between 0 and 1 to the sides of a die. That is as good a throw, only
    other numbers come of the same seed than from whole numbers drawn at once."""
    rng = random.Random(seed)
    return [int(rng.random() * sides) + 1 for _ in range(count)]


@mistake("throw_dice", title="a side that no die has")
def from_zero(seed: int, count: int, sides: int = 6) -> list[int]:
    """Your dice show 0, and never their highest number. Throw many, and print the smallest."""
    rng = random.Random(seed)
    return [rng.randint(1, sides) - 1 for _ in range(count)]


@mistake("throw_dice", title="always six sides", share=0.5)
def always_six(seed: int, count: int, sides: int = 6) -> list[int]:
    """Your dice have six sides whatever is asked for. Throw some with twenty."""
    rng = random.Random(seed)
    return [rng.randint(1, 6) for _ in range(count)]


@mistake("throw_dice", title="one throw for all")
def the_same_throw(seed: int, count: int, sides: int = 6) -> list[int]:
    """All your dice show the same. Look where the generator is made: how often does it begin?"""
    return [random.Random(seed).randint(1, sides) for _ in range(count)]


@mistake("resampled_mean", title="drawn without putting back")
def without_putting_back(numbers: list[float], rounds: int, seed: int) -> tuple[float, float]:
    """Every sample has all numbers of the list once, so your spread is 0, or nearly.
    Look at what a sample is drawn with: may it have a number twice?"""
    rng = np.random.default_rng(seed)
    means = [rng.permutation(numbers).mean() for _ in range(rounds)]
    return float(np.mean(means)), float(np.std(means))
