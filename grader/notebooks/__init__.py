"""Notebooks as students hand them in, read without running them."""
