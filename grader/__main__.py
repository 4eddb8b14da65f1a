"""`python -m grader`: the command `grade`, where its script is not on the path."""

from grader.cli import main

main(prog_name="grade")
