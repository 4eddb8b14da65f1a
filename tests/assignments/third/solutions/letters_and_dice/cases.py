"""The cases of letters and dice."""

from __future__ import annotations

from grader.authoring import Arguments, arguments, case, generator


@case("word_counts", public=True)
def a_sentence() -> Arguments:
    """A short sentence."""
    return arguments("The cat, the dog, the end.")


@case("word_counts")
def many_signs() -> Arguments:
    """Small words between all sorts of signs."""
    return arguments("quokka! quokka? (wombat) 'quokka' ... wombat; numbat")


@case("word_counts")
def drawn_words() -> Arguments:
    """Some words, drawn at random."""
    animals = ["Ibex", "okapi", "dhole", "KUDU", "serow", "Gaur"]
    return arguments(" ".join(generator(41).choice(animals, 30)))


@case("run_length", public=True)
def three_runs() -> Arguments:
    """Three runs, the last of one letter."""
    return arguments("aaabbc")


@case("run_length")
def nothing() -> Arguments:
    """A text without a letter."""
    return arguments("")


@case("run_length")
def a_long_run() -> Arguments:
    """A letter that comes back, and a run of more than nine."""
    return arguments("zzyyyyyyyyyyyyzzzqz")


@case("run_length")
def drawn_letters() -> Arguments:
    """Many letters, drawn at random."""
    return arguments("".join(generator(42).choice(list("xwv"), 50)))


@case("throw_dice", public=True)
def two_dice() -> Arguments:
    """Two dice of the usual kind."""
    return arguments(7, 2)


@case("throw_dice")
def dice_of_twenty_sides() -> Arguments:
    """Dice that have more sides."""
    return arguments(90817, 6, sides=20)


@case("throw_dice")
def drawn_seed() -> Arguments:
    """Another seed."""
    return arguments(int(generator(43).integers(10**6)), 9)


@case("resampled_mean", public=True, weight=1)
def four_numbers() -> Arguments:
    """Four numbers."""
    return arguments([1.0, 2.0, 4.0, 8.0], 3, seed=1)


@case("resampled_mean", weight=3)
def drawn_numbers() -> Arguments:
    """Numbers drawn at random."""
    numbers = generator(44)
    return arguments(numbers.normal(50, 9, 12).tolist(), 25, seed=int(numbers.integers(10**6)))
