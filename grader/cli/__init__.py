"""The command `grade`: options, exit codes and what is printed. No logic of its own."""

from grader.cli.grade import main

__all__ = ["main"]
