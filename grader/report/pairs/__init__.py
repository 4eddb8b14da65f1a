"""Pairs of similar submissions: how they are found, and the page of each."""
