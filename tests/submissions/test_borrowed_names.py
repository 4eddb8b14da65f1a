"""Whose file it is does not depend on anything that a student chooses, in any layout."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.submissions.attempts import last_attempts
from grader.submissions.choice import choose
from grader.submissions.find import Found, find
from tests.submissions.platforms import METADATA, PLATFORMS, Person, Platform

NOTEBOOK = json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": []})
# Eve is the one who chooses.
PEOPLE = (
    Person("Dora", "Friend", 303, "dora"),
    Person("Eve", "Evil", 304, "eve"),
    Person("Bob", "Ray", 305, "bob"),
    Person("Cem", "Kaya", 306, "cem"),
)
EVE, DORA = PEOPLE[1], PEOPLE[0]
# The folder of the class, called as GitHub Classroom calls it.
ROOT = "hw1-submissions"
# Of these a single student's folder cannot be told from a whole class.
AMBIGUOUS = {"folders", "blackboard without texts"}


# What platforms call files of their own.
OWN = (METADATA, "timestamp.txt", "members.txt", "grades.csv", "index.html", "onlinetext.html")
SUFFIXES = st.sampled_from([".ipynb", ".ipynb", ".ipynb.txt", ".pdf", ".py", ""])
ODD = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
METADATA_OF_ALL = PLATFORMS["gradescope"].top(PEOPLE)[METADATA]
CONTENTS = st.sampled_from([NOTEBOOK, METADATA_OF_ALL, "Name: Dora Friend (dora)\n", ""])


def names(platform: Platform) -> st.SearchStrategy[tuple[str, ...]]:
    """What a student may call a file, with its folders: most begin as somebody else's would."""
    others = [person for person in PEOPLE if person is not EVE]
    begun = [platform.place(person, "") for person in others]
    elsewhere = [each.place(person, "") for each in PLATFORMS.values() for person in others]
    pieces = st.sampled_from([*begun, "_LATE_303_9303_", "_303_", " - ", "Version 9/", "-1", "x"])
    mixed = st.lists(pieces, min_size=1, max_size=3).map("".join) | st.sampled_from(elsewhere)
    ended = st.builds(
        "{}{}".format, mixed, st.builds("x{}".format, SUFFIXES) | st.sampled_from(OWN)
    )
    return (ended | ended | st.sampled_from(OWN) | ODD).map(_parts)


def chosen(platform: Platform) -> st.SearchStrategy[dict[tuple[str, ...], str]]:
    """Files of a student, of which one at least is called as Dora's would be."""
    doras = st.builds(platform.place, st.just(DORA), st.sampled_from(["x.ipynb", "work.ipynb"]))
    others = st.dictionaries(names(platform), CONTENTS, max_size=4)
    return st.builds(lambda name, files: {_parts(name): NOTEBOOK, **files}, doras, others)


def _parts(name: str) -> tuple[str, ...]:
    parts = (
        part.lstrip(".~ ").encode()[:120].decode("utf-8", "ignore") for part in name.split("/")
    )
    return tuple(part for part in parts if part) or ("x",)


def written(
    root: Path, platform: Platform, files: dict[tuple[str, ...], str], alone: bool = False
) -> Path:
    """A class of which everybody handed in a notebook, and Eve more than that."""
    everything = platform.top(PEOPLE)
    for person in PEOPLE:
        if person is EVE or not alone:
            everything[platform.place(person, "work.ipynb")] = NOTEBOOK
            everything |= platform.own(person)
    for parts, text in files.items():
        name = "/".join(parts) if platform.deep else "_".join(parts)
        everything.setdefault(platform.place(EVE, name), text)
    for place, text in everything.items():
        path = root / place
        # Two of the names may be a file and a folder, or differ only for this disk.
        if any(parent.is_file() for parent in path.parents) or path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def found_in(root: Path, layout: str) -> Found:
    return choose(last_attempts(find([root], Path("/nowhere"), layout)), [])


@cache
def honest(name: str) -> list[tuple[object, ...]]:
    """What is known of everybody but Eve where she hands in one notebook, like the others."""
    platform = PLATFORMS[name]
    with TemporaryDirectory() as folder:
        return of_others(found_in(written(Path(folder, ROOT), platform, {}), platform.layout))


def of_others(found: Found) -> list[tuple[object, ...]]:
    """What is known of everybody but Eve: whose file, what is wrong with it, what is said of it."""
    return sorted(
        (each.source, each.owner.name, str(each.owner.ids), each.problem, each.flags)
        for each in found.submissions
        if not is_eves(each.owner.ids, each.owner.name)
    )


def is_eves(ids: dict[str, str], name: str) -> bool:
    number, login = str(EVE.number), EVE.login
    mine = {number, login, EVE.name, f"HW1_{login}", f"submission_{number}"}
    return bool(mine & {name, *ids.values()})


@pytest.mark.parametrize("name", PLATFORMS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_nothing_a_student_chooses_changes_whose_file_it_is(name: str, data: st.DataObject) -> None:
    platform, others = PLATFORMS[name], honest(name)
    files = data.draw(chosen(platform))
    assert len(others) == len(PEOPLE) - 1
    with TemporaryDirectory() as folder:
        found = found_in(written(Path(folder, ROOT), platform, files), platform.layout)
        assert of_others(found) == others
        theirs = {source for source, *_ in others}
        eves = [each for each in found.submissions if each.source not in theirs]
    assert eves
    assert all(is_eves(each.owner.ids, each.owner.name) for each in eves)


@pytest.mark.parametrize("name", sorted(PLATFORMS.keys() - AMBIGUOUS))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_nor_where_only_one_student_handed_in(name: str, data: st.DataObject) -> None:
    platform = PLATFORMS[name]
    files = data.draw(chosen(platform))
    with TemporaryDirectory() as folder:
        root = written(Path(folder, ROOT), platform, files, alone=True)
        owners = [each.owner for each in found_in(root, platform.layout).submissions]
    assert owners
    assert all(is_eves(each.ids, each.name) for each in owners), owners
