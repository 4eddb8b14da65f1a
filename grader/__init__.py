"""fairgrade: an autograder for Jupyter notebooks."""

from importlib.metadata import version

__version__ = version("fairgrade")
