"""Cases of the small course."""

from grader.authoring import arguments, case


@case("longest", public=True)
def one_longest():
    """One word is longer than all others."""
    return arguments("a secret word")


@case("longest")
def two_longest():
    """Two words are equally long."""
    return arguments("uno due tre quattro cinquee")


@case("count", public=True, weight=1)
def once_each():
    """Every word stands once."""
    return arguments("b a")


@case("count", weight=2)
def again():
    """Some words stand more than once."""
    return arguments("hidden words hidden hidden")


@case("mean_and_spread")
def lengths():
    """Words of several lengths."""
    return arguments("one three fourteen")


@case("mean_and_spread")
def equal_lengths():
    """Words of one length: they do not spread."""
    return arguments("cat dog emu")
