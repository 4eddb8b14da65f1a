"""`grade examples`: something to try the other commands on."""

from __future__ import annotations

from pathlib import Path

import click

from grader.authors.examples import missing_packages, write_examples
from grader.cli.shared import speaks_plainly
from grader.cli.terminal import Terminal


@click.command(name="examples")
@click.argument("folder", type=click.Path(path_type=Path), default="fairgrade-examples")
@speaks_plainly
def examples_command(folder: Path) -> None:
    """Write a small class, and two assignments with their solutions, to FOLDER.

    FOLDER is fairgrade-examples where none is named. It is all that a first run needs.
    """
    terminal = Terminal(quiet=False)
    written = write_examples(folder)
    terminal.say(f"wrote {len(written)} files to {folder}; README.md there says what they are")
    if lacking := missing_packages(folder):
        terminal.problem(
            f"the notebooks import {', '.join(lacking)}, not installed here; the extra "
            "`assignments` brings that: install 'fairgrade[assignments]' in fairgrade's place"
        )
    terminal.say(f"next: cd {folder}, then `grade submissions`")
