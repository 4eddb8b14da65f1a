"""compiled: templates are compiled once for all runs, and a cache that is no good does no harm."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from grader.report.compiled import MOST_FOLDERS, compiled


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "fairgrade" / "templates"


class Counting(Environment):
    """Counts how often a template is compiled."""

    times = 0

    def _compile(self, source: str, filename: str) -> object:  # type: ignore[override]
        self.times += 1
        return super()._compile(source, filename)


def filled(state: str = "one", text: str = "Hello {{ name }}") -> tuple[str, int]:
    """What a new process would make of the template, and how often it would compile."""
    environment = Counting(loader=DictLoader({"t": text}), bytecode_cache=compiled(state))
    return environment.get_template("t").render(name="Ann"), environment.times


def only_file(cache: Path) -> Path:
    (path,) = cache.glob("*/*")
    return path


def test_a_template_is_compiled_in_the_first_run_only() -> None:
    assert [filled(), filled()] == [("Hello Ann", 1), ("Hello Ann", 0)]


def test_it_is_compiled_again_when_its_text_or_the_state_of_the_code_is_another() -> None:
    filled()
    assert filled(text="Bye {{ name }}") == ("Bye Ann", 1)
    assert filled(state="two", text="Bye {{ name }}") == ("Bye Ann", 1)


def spoilt(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def of_other_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20] + os.urandom(100))


def writable_by_all(path: Path) -> None:
    path.chmod(0o666)


def in_a_folder_writable_by_all(path: Path) -> None:
    path.parent.chmod(0o777)


def below_a_folder_writable_by_all(path: Path) -> None:
    path.parents[1].chmod(0o777)


def a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize(
    "done",
    [
        spoilt,
        of_other_bytes,
        writable_by_all,
        in_a_folder_writable_by_all,
        below_a_folder_writable_by_all,
        a_link,
    ],
)
def test_what_others_may_have_written_or_what_is_damaged_is_not_used(
    cache: Path, done: Callable[[Path], None]
) -> None:
    filled()
    done(only_file(cache))
    assert filled() == ("Hello Ann", 1)


def test_where_nothing_can_be_kept_templates_are_compiled_each_time(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file where the folder would be")
    assert [filled(), filled()] == [("Hello Ann", 1), ("Hello Ann", 1)]


def test_a_folder_that_is_gone_meanwhile_does_no_harm(cache: Path) -> None:
    kept = compiled("one")
    assert kept is not None
    (cache / "one").rmdir()
    environment = Environment(loader=DictLoader({"t": "Hello"}), bytecode_cache=kept)
    assert environment.get_template("t").render() == "Hello"


def test_only_a_few_states_are_kept(cache: Path) -> None:
    for number in range(MOST_FOLDERS + 2):
        filled(str(number))
        os.utime(cache / str(number), (number, number))
    assert sorted(path.name for path in cache.iterdir()) == ["2", "3", "4", "5"]
