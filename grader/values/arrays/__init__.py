"""Kinds of values of numpy and scipy: arrays, sparse matrices, polynomials."""
