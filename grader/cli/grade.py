"""`grade run`, which is also `grade PATH`: its options, and its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import click

from grader.api.finished import Finished
from grader.api.grader import Grader, Listener, Protected
from grader.assignments.load import assignment_names, load_assignment
from grader.cli import OPTIONS_FILE
from grader.cli.progress import Live
from grader.cli.results_table import summary
from grader.cli.shared import (
    ALL_GRADED,
    BELOW,
    NOT_ALL_GRADED,
    CommandError,
    find_root,
    leave,
    quiet_option,
    require_option,
    root_option,
    scheduler_option,
    speaks_plainly,
)
from grader.cli.stopping import Stopped
from grader.cli.terminal import Terminal
from grader.encoding import to_json
from grader.submissions.layouts import LAYOUTS, PATTERN


class _LayoutName(click.Choice[str]):
    """The name of a layout, or a pattern that describes one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if isinstance(value, str) and value.startswith(PATTERN):
            return value
        return super().convert(value, param, ctx)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--assignment",
    "-a",
    default="",
    metavar="NAME",
    help="Grade for this assignment. Default: found out.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("grades"),
    show_default=True,
    help="Write results.json, grades.csv and the report into this folder.",
)
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, 1024),
    default=None,
    help="Grade so many submissions at once. Default: the number of cores.",
)
@click.option(
    "--full/--no-full", default=False, help="Run long-running cells too, such as training."
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    default=None,
    metavar="PERCENT",
    help="Exit with 3 if a submission scores less than this share of the points.",
)
@require_option
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=None,
    help="Draw the fresh cases of this run by this seed. Default: another one every time.",
)
@click.option(
    "--layout",
    type=_LayoutName([each.name for each in LAYOUTS]),
    default=None,
    metavar="LAYOUT",
    help="Read the submissions as arranged in this way: "
    f"{', '.join(each.name for each in LAYOUTS)}, or by a pattern of their names, such as "
    "'pattern={id}.ipynb'. Default: found out, and printed.",
)
@click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Take names and ids, and who handed in nothing, from this CSV of the course's students.",
)
@click.option(
    "--roster-partial/--no-roster-partial",
    default=False,
    help="Grade even if less than half of those who handed in are in the roster.",
)
@click.option(
    "--groups",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Give each member what the group handed in, by this CSV of students and their groups.",
)
@click.option(
    "--extensions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Let students hand in later, by this CSV with the column due or days.",
)
@click.option(
    "--attempts",
    type=click.Choice(["last", "best"]),
    default="last",
    show_default=True,
    help="Count this one of a student's attempts.",
)
@click.option(
    "--choose",
    default="",
    metavar="PATTERN",
    help="Count the one of a student's several notebooks whose name fits, such as '*part2*'.",
)
@click.option(
    "--gradebook",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Keep every result in this file. Default: gradebook.sqlite in the output folder.",
)
@click.option(
    "--similar/--no-similar",
    default=False,
    help="Show pairs of similar submissions in the report.",
)
@scheduler_option
@click.option(
    "--require-environment/--no-require-environment",
    default=False,
    help="Grade nothing if a package that the notebook imports is missing or of another version.",
)
@click.option("--regrade", is_flag=True, help="Grade again what has not changed, too.")
@click.option("--all", "every_row", is_flag=True, help="Show the whole table, however long it is.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print a summary as JSON, for scripts, and problems."
)
@quiet_option
@root_option
@speaks_plainly
def run(
    paths: tuple[Path, ...],
    assignment: str,
    output: Path,
    jobs: int | None,
    full: bool,
    fail_under: float | None,
    require: Protected,
    seed: int | None,
    layout: str | None,
    roster: Path | None,
    roster_partial: bool,
    groups: Path | None,
    extensions: Path | None,
    attempts: Literal["last", "best"],
    choose: str,
    gradebook: Path | None,
    similar: bool,
    scheduler: str,
    require_environment: bool,
    regrade: bool,
    every_row: bool,
    as_json: bool,
    quiet: bool,
    root: Path | None,
) -> None:
    """Grade the notebooks at PATHS: files, folders that are searched, or zips of them.

    Exit code: 0 everything that was handed in was graded, 1 something could not be, 2 the command
    line is wrong, 3 a submission is below --fail-under, 130 Ctrl-C stopped it.
    """
    terminal = Terminal(quiet or as_json)
    option_file = click.get_current_context().meta.get(OPTIONS_FILE, "")
    if option_file:
        terminal.say(f"options: {option_file}")
    base = find_root(root)
    known = assignment_names(base)
    if assignment and assignment not in known:
        raise CommandError(f"--assignment {assignment}: there are {', '.join(known)}")
    names = [assignment] if assignment else known
    # All assignments are loaded before anything is graded, so that a malformed one is found now.
    rules = [load_assignment(base, name).late for name in names]
    if extensions and not any(rules):
        raise CommandError(f"--extensions {extensions}: no assignment says when it is due ([late])")
    grader = Grader(jobs=jobs, require=require, scheduler=scheduler)
    with grader, terminal.progress() as live, _stopped_at(live, regrade):
        finished = grader.grade_class(
            paths,
            base,
            assignment=assignment,
            output=output,
            gradebook=gradebook,
            layout=layout or "",
            roster=roster,
            roster_partial=roster_partial,
            groups=groups,
            extensions=extensions,
            attempts=attempts,
            choice=choose,
            full=full,
            regrade=regrade,
            seed=seed,
            require_environment=require_environment,
            listener=Listener(live.found, live.graded, terminal.problem),
        )
    with finished, _stopped_at(live, regrade):
        if finished.interrupted:
            raise KeyboardInterrupt
        for remark in live.remarks:
            terminal.problem(remark)
        terminal.say_kept(finished)
        summaries = []
        for each, run_, folder in finished.write(similar=similar):
            terminal.finish(each, run_, folder, every_row)
            summaries.append(summary(run_, folder))
        if as_json:
            click.echo(to_json({"option_file": option_file, "assignments": summaries}))
        code = _exit_code(finished, fail_under)
    leave(code)


@contextmanager
def _stopped_at(live: Live, regrade: bool) -> Iterator[None]:
    """Say after Ctrl-C how far the run had got. What earlier runs wrote is left as it is."""
    try:
        yield
    except KeyboardInterrupt:
        again = "the same command without --regrade" if regrade else "the same command"
        raise Stopped(f"{live.how_far}; {again} goes on") from None


def _exit_code(finished: Finished, fail_under: float | None) -> int:
    if not finished.all_graded:
        return NOT_ALL_GRADED
    return BELOW if fail_under is not None and finished.below(fail_under) else ALL_GRADED
