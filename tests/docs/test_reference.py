"""The reference among the documents: no command, option or key is left out, and none is made up."""

from __future__ import annotations

import re

import click
import msgspec
import pytest
from site_extension.commands import commands
from site_extension.reference import GENERATED, filled
from site_extension.results import results
from site_extension.settings import meaning, option_file, settings, tables

from grader.assignments.records import Edition, LateRule, Limits, MayBeGiven
from grader.assignments.tables import AssignmentTable, ExerciseTable, SharingTable
from grader.cli.option_file import keys
from grader.results.schema import schema
from tests.cli.test_help import EVERY

COMMANDS, SETTINGS, RESULTS = commands(), settings(), results()


def sections(text: str) -> dict[str, str]:
    """What stands below each heading of a text, up to the next one."""
    parts = re.split(r"^#+ (.*)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def terms(text: str) -> dict[str, str]:
    """The entries of a list of terms: all code in the term, and what is said of it."""
    found = re.findall(r"^(`.*)\n: (.*)$", text, re.MULTILINE)
    return {name: said for term, said in found for name in re.findall("`([^`]+)`", term)}


def rows(text: str) -> dict[str, str]:
    """The first two cells of each row of a table."""
    return dict(re.findall(r"^\| `(.*?)` \| (.*?) \|", text, re.MULTILINE))


@pytest.mark.parametrize("path", [path for path in EVERY if path], ids=" ".join)
def test_every_option_of_a_command_is_in_its_section(path: tuple[str, ...]) -> None:
    options = [each for each in EVERY[path].params if isinstance(each, click.Option)]
    section = sections(COMMANDS)[f"grade {' '.join(path)}"]
    found = terms(section)
    names = [name for option in options for name in (*option.opts, *option.secondary_opts)]
    assert {name for name in found if name.startswith("-")} == set(names)
    for option in options:
        for name in option.opts:
            words = re.sub(r"[\\\s]", "", option.help or "")
            assert re.sub(r"[\\\s]", "", found[name]).startswith(words)


def test_there_is_no_section_of_another_command() -> None:
    titles = {title for title in sections(COMMANDS) if title.startswith("grade ")}
    assert titles == {f"grade {' '.join(path)}" for path in EVERY if path}


def test_every_table_of_an_assignments_settings_has_a_section() -> None:
    found = tables()
    assert (
        found.items()
        >= {
            "": [AssignmentTable, SharingTable],
            "[limits]": [Limits],
            "[late]": [LateRule],
            "[[edition]]": [Edition],
            "[[may_be_given]]": [MayBeGiven],
        }.items()
    )
    assert ExerciseTable in found["[[exercise]]"]
    named = {f"`{begins}`" if begins else "Outside of all tables" for begins in found}
    assert sections(SETTINGS).keys() == named


@pytest.mark.parametrize("begins", tables())
def test_every_key_of_a_table_is_said_to_mean_something(begins: str) -> None:
    section = sections(SETTINGS)[f"`{begins}`" if begins else "Outside of all tables"]
    below = {each.strip("[]").split(".")[-1] for each in tables()}
    fields = {key for kind in tables()[begins] for key in kind.__struct_fields__} - below
    found = terms(section)
    assert {name for name in found if name in fields} == fields
    assert all(re.search(r"\. [A-Z].*\.$", found[key]) for key in fields)


def test_defaults_and_bounds_are_those_of_the_code() -> None:
    limits = terms(sections(SETTINGS)["`[limits]`"])
    for key in Limits.__struct_fields__:
        assert f"above 0; `{getattr(Limits(), key)}` if it is left out" in limits[key]
    late = terms(sections(SETTINGS)["`[late]`"])
    assert late["percent_per_day"].startswith("A number from 0 to 100; `0` if it is left out. ")
    assert late["due"].startswith("A date and time, which has to be given. ")


def test_a_key_without_a_meaning_is_an_error() -> None:
    class Undocumented(msgspec.Struct):
        key: int

    with pytest.raises(KeyError, match="key has no comment"):
        meaning(Undocumented, "key")


def test_every_key_of_the_option_file_is_there() -> None:
    assert {name for name in terms(option_file()) if name in keys()} == keys().keys()


@pytest.mark.parametrize("record", ["", *schema()["$defs"]])
def test_every_key_of_the_results_is_in_the_section_of_its_record(record: str) -> None:
    section = sections(RESULTS)[record or "The file"]
    whole = schema()
    properties = (whole["$defs"][record] if record else whole).get("properties", {})
    assert rows(section).keys() == properties.keys()
    assert all(rows(section).values())


def test_what_is_generated_takes_the_place_of_a_comment_that_names_it() -> None:
    text = "before\n\n<!-- generated: results -->\n\nafter"
    assert filled(text) == f"before\n\n{RESULTS}\n\nafter"
    with pytest.raises(KeyError):
        filled("<!-- generated: something else -->")


def test_everything_that_is_generated_has_its_place_in_a_page() -> None:
    from tests.conftest import ROOT

    text = "".join(path.read_text() for path in ROOT.glob("docs/**/*.md"))
    assert all(text.count(f"<!-- generated: {word} -->") == 1 for word in GENERATED)
