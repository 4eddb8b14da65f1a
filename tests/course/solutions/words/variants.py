"""Accepted variants of the small course."""

from statistics import fmean, stdev

from grader.authoring import accepted


@accepted("mean_and_spread", title="spread of a sample")
def of_a_sample(text):
    """Divides by one word less. Statistics books have both."""
    sizes = [len(word) for word in text.split()]
    return fmean(sizes), stdev(sizes)
