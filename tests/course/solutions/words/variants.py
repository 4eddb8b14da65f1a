"""Variants of the small course: an accepted one, and mistakes."""

from statistics import fmean, pstdev, pvariance, stdev

from grader.authoring import accepted, mistake


@accepted("mean_and_spread", title="spread of a sample")
def of_a_sample(text):
    """Divides by one word less. Statistics books have both."""
    sizes = [len(word) for word in text.split()]
    return fmean(sizes), stdev(sizes)


@mistake("mean_and_spread", title="the spread is squared", share=0.5)
def squared(text):
    """Your spread is the variance. Its unit is letters squared: look at it beside a length."""
    sizes = [len(word) for word in text.split()]
    return fmean(sizes), pvariance(sizes)


@mistake("mean_and_spread", title="letters are added up")
def total(text):
    """Your mean grows with every word. Look again at what a sum becomes a mean by."""
    sizes = [len(word) for word in text.split()]
    return sum(sizes), pstdev(sizes)


@mistake("longest", title="the first word")
def first_word(text):
    """You return the first word whatever its length. Try a text that begins with a short word."""
    return text.split()[0]


@mistake("longest", title="a key that is not there")
def wrong_key(text):
    """A dictionary has no such key. Print its keys before you look one up."""
    raise KeyError


@mistake("count", title="every word counts once")
def once(text):
    """Your counts are all 1. Look again at what happens to a word that comes a second time."""
    return dict.fromkeys(text.split(), 1)
