"""Where the command `grade` begins, also `python -m fairgrade`: it looks whose `grader` is found.

Another distribution may have a package `grader`, too. Then it lies in the place of ours, or is
found before it, and every import would fail with a stack trace. So whose it is, is read from its
file before any of it is imported.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

OURS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "grader", "__init__.py")
# How the file of ours begins.
BEGINNING = '"""fairgrade:'


def main() -> None:
    """Run the command line of this process; it ends with exit code 1 where `grader` is not ours."""
    if problem := clash():
        print(f"grade: {problem}", file=sys.stderr)
        sys.exit(1)
    from grader.cli import main as command

    command(prog_name="grade")


def clash() -> str:
    """What is said where Python finds another package `grader`, or none; empty if it is ours."""
    spec = PathFinder.find_spec("grader")
    if spec is None:
        return "fairgrade's own package `grader` is missing; install fairgrade anew"
    found = spec.origin
    if found and _is_ours(found):
        return ""
    return (
        f"the package `grader` that Python finds is not fairgrade's{_whose(found)}. Both cannot be "
        "in one environment; install fairgrade in one of its own, such as by `uv tool install "
        "fairgrade` or `pipx install fairgrade`"
    )


def _is_ours(path: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            begins = file.read(len(BEGINNING)) == BEGINNING
        return begins and os.path.samefile(path, OURS)
    except OSError:
        return False


def _whose(path: str | None) -> str:
    """Where the other package lies, and which distributions brought one of its name."""
    from importlib.metadata import packages_distributions

    names = sorted({*packages_distributions().get("grader", ())} - {"fairgrade"})
    lies = f" but lies in {path}" if path else ""
    return lies + (f", and one of this name came with {', '.join(names)}" if names else "")


if __name__ == "__main__":
    main()
