"""remembered: the canary's answer is used again on the same machine, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.execution.remembered import MOST_FILES, remember, remembered
from grader.model import Protection
from grader.sandbox.level import Level

DENY = Path(__file__).parents[1] / "sandbox" / "deny.py"
FOUND = Protection("landlock", "as it was found out", {"a promise": True}, {"a promise": "held"})
ASK = """
from grader.execution.protection import protection_in_force
print(protection_in_force()[1].summary)
"""
pytestmark = pytest.mark.usefixtures("namespaces", "cache")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "fairgrade" / "canary"


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_was_found_out_is_remembered_for_the_levels_it_was_asked_for() -> None:
    remember(Level.NAMESPACES, FOUND)
    assert remembered(Level.NAMESPACES) == FOUND
    assert remembered(Level.LANDLOCK) is None


def test_nothing_is_remembered_of_a_machine_without_protection() -> None:
    """There, student code could have written the file."""
    remember(Level.NAMESPACES, replace(FOUND, level="limits"))
    assert remembered(Level.NAMESPACES) is None


def spoilt(path: Path) -> None:
    path.write_text("{")


def writable_by_all(path: Path) -> None:
    path.chmod(0o666)


def in_a_folder_writable_by_all(path: Path) -> None:
    path.parent.chmod(0o777)


def a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("done", [spoilt, writable_by_all, in_a_folder_writable_by_all, a_link])
def test_a_file_that_others_may_have_written_is_not_believed(
    cache: Path, done: Callable[[Path], None]
) -> None:
    remember(Level.NAMESPACES, FOUND)
    done(only_file(cache))
    assert remembered(Level.NAMESPACES) is None


def test_another_bubblewrap_is_tried_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(Level.NAMESPACES, FOUND)
    other = tmp_path / "bin" / "bwrap"
    other.parent.mkdir()
    other.write_text('#!/bin/sh\nexec /usr/bin/bwrap "$@"\n')
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{other.parent}:{os.environ['PATH']}")
    assert remembered(Level.NAMESPACES) is None


def test_no_more_than_a_few_machines_are_remembered(cache: Path) -> None:
    cache.mkdir(parents=True)
    for number in range(MOST_FILES + 3):
        (cache / f"{number}.json").touch()
    remember(Level.NAMESPACES, FOUND)
    assert len(list(cache.iterdir())) == MOST_FILES
    assert remembered(Level.NAMESPACES) == FOUND


def test_it_does_no_harm_that_nothing_can_be_written(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.touch()
    remember(Level.NAMESPACES, FOUND)
    assert remembered(Level.NAMESPACES) is None


@pytest.mark.parametrize(
    "denied", ["namespaces", pytest.param("landlock", marks=pytest.mark.thorough)]
)
def test_a_machine_with_less_is_not_taken_for_this_one(denied: str) -> None:
    """A seccomp filter cannot be told from another one, so what it refuses is tried."""
    remember(Level.NAMESPACES, FOUND)

    def asked(*before: str) -> str:
        return subprocess.check_output([*before, sys.executable, "-c", ASK], text=True).strip()

    assert asked() == FOUND.summary
    assert FOUND.summary not in asked(sys.executable, str(DENY), denied)
