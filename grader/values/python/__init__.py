"""Kinds of values of Python itself: numbers, texts, collections, times, objects."""
