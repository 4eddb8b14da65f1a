"""The commands about wrong answers that no mistake with a name explains: `grade clusters`, `name`
and `variant`.

Answers that behave alike are listed, named and made a variant together. In the code this is called
a behaviour, as a cluster is a number of machines here, and a group students who work together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from grader.authors.variant_from import variant_from
from grader.cli.gradebook import AGAIN, gradebook_option
from grader.cli.shared import CommandError, course_option, speaks_plainly
from grader.cli.terminal import Terminal
from grader.exports.written import read_run
from grader.gradebook.store import Gradebook
from grader.gradebook.unnamed import Behaviour, Behaviours, Words
from grader.model import Run
from grader.report.words import VERDICTS
from grader.results.folder import RESULTS
from grader.text import beginning, counted, one_line

# Of the code that is shown, and of a line of it.
MOST_LINES, LONGEST_LINE = 40, 160
# Of the words.
LONGEST_TITLE, LONGEST_TEXT = 100, 2_000
# No number in the gradebook is larger.
LARGEST = 2**63 - 1


@click.command()
@click.argument(
    "results", type=click.Path(exists=True, path_type=Path), default=Path("grades"), required=False
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Show so many behaviours of each assignment.",
)
@course_option
@speaks_plainly
def clusters(results: Path, most: int) -> None:
    """List the wrong answers without a name in RESULTS that behave alike, the most frequent first.

    RESULTS is a folder that `grade` wrote (default: grades), or its results.json. With each
    behaviour stands one of the answers; `grade name` gives it words.
    """
    for run in _runs(results):
        found: Behaviours[str] = Behaviours()
        for result in run.results:
            for exercise in result.exercises:
                found.add(exercise, result.student)
        for line in _told(run, found, most):
            click.echo(line)


@click.command()
@click.argument("behaviour", type=click.IntRange(1, LARGEST))
@click.option("--title", default="", help="Say in a few words what the mistake is.")
@click.option("--text", default="", help="Say what it does, and where to look again.")
@click.option("--undo", is_flag=True, help="Take the words back.")
@gradebook_option
@course_option
@speaks_plainly
def name(behaviour: int, title: str, text: str, undo: bool, gradebook: Path) -> None:
    """Give BEHAVIOUR words, which all students read whose wrong answers behave so.

    BEHAVIOUR is its number, as `grade clusters` says it. The words change no points.
    """
    with Gradebook(gradebook, create=False) as book:
        exercise = book.exercise_of(behaviour)
        words = None if undo else _checked(title, text)
        if not book.name(behaviour, words) and undo:
            raise CommandError(f"{behaviour}: has no words to take back")
        having = counted(len(book.behaving(behaviour)), "submission")
    done = "the words are taken back" if undo else f"stands on the pages of {having}"
    Terminal(quiet=False).say(f"{one_line(exercise)}, {behaviour}: {done}; {AGAIN}")


@click.command()
@click.argument("behaviour", type=click.IntRange(1, LARGEST))
@gradebook_option
@course_option
@speaks_plainly
def variant(behaviour: int, gradebook: Path) -> None:
    """Print the variant for variants.py that explains BEHAVIOUR, with the words `grade name` gave.

    It is the shortest of the answers, without comments. Read it before you use it: variants run
    outside of the sandbox.
    """
    with Gradebook(gradebook, create=False) as book:
        exercise = book.exercise_of(behaviour)
        words = book.decisions().words.get(behaviour)
        if words is None:
            raise CommandError(f"{behaviour}: has no words yet; `grade name` gives it some")
        results = [kept.result for kept in book.behaving(behaviour)]
    answers = (each for result in results for each in result.exercises if each.name == exercise)
    code = min((each.code for each in answers), key=lambda code: (len(code), code), default="")
    made = variant_from(exercise, code, words)
    click.echo(made.source, nl=False)
    for line in made.remarks:
        Terminal(quiet=False).problem(one_line(line))


def _runs(results: Path) -> Iterator[Run]:
    """The run of the file or folder, or those of the folders in it."""
    folder = results.parent if results.name == RESULTS else results
    inner = sorted(each.parent for each in folder.glob(f"*/{RESULTS}"))
    here = (folder / RESULTS).exists() or not inner
    yield from map(read_run, [folder] if here else inner)


def _told(run: Run, behaviours: Behaviours[str], most: int) -> Iterator[str]:
    every, title = behaviours.count, one_line(run.title)
    found = list(behaviours)
    if not found:
        none = f"{counted(every, 'wrong answer')} without a name, no two of them alike"
        yield f"{title}: {none if every else 'no wrong answer is without a name'}"
        return
    for each in found[:most]:
        yield from _lines(run, each)
        yield ""
    shown, alike = (sum(each.count for each in some) for some in (found[:most], found))
    yield (
        f"{title}: of {counted(every, 'wrong answer')} without a name, {alike} behave like another "
        f"one, in {counted(len(found), 'way')}; {shown} ({shown / every:.0%}) stand above"
    )


def _lines(run: Run, found: Behaviour[str]) -> Iterator[str]:
    title, verdict = one_line(run.title_of(found.exercise)), VERDICTS[found.verdict].word
    yield f"{found.number}: {counted(found.count, 'answer')} to {title}: {verdict}"
    yield f"    fails {_listed(found.failed)}; passes {_listed(found.passed) or 'nothing'}"
    more = f" and {found.more} more" if found.more else ""
    yield f"    {_listed(found.members)}{more}"
    yield from _indented(found.code)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(one_line, names))


def _indented(code: str) -> Iterator[str]:
    lines = [line for line in code.expandtabs(4).split("\n") if line.strip()]
    for line in lines[:MOST_LINES]:
        yield f"        {beginning(one_line(line), LONGEST_LINE)}"
    if len(lines) > MOST_LINES:
        yield f"        … {counted(len(lines) - MOST_LINES, 'more line')}"


def _checked(title: str, text: str) -> Words:
    for option, said, longest in (
        ("--title", title.strip(), LONGEST_TITLE),
        ("--text", text.strip(), LONGEST_TEXT),
    ):
        if not said:
            raise CommandError(f"{option} is missing; the students read it")
        if len(said) > longest:
            raise CommandError(f"{option} has {len(said)} characters, of at most {longest}")
    return Words(" ".join(title.split()), text.strip())
