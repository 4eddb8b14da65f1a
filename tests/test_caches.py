"""Caches that live on a record: one result for each record and arguments, and none afterwards."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from grader.caches import CacheOwner, cached


@dataclass(frozen=True, slots=True, eq=False)
class Record(CacheOwner):
    name: str


@cached()
def listed(record: Record, *more: object, last: object = None) -> list[object]:
    return [record.name, *more, last]


def test_the_same_record_and_arguments_give_the_same_object() -> None:
    record = Record("a")
    assert listed(record, 1, last=2) is listed(record, 1, last=2)
    assert listed(record, 1, last=2) == ["a", 1, 2]


def test_other_arguments_give_another_result() -> None:
    record = Record("a")
    assert listed(record, 1) == ["a", 1, None]
    assert listed(record, 2) == ["a", 2, None]
    assert listed(record, 1, last=3) == ["a", 1, 3]


def test_a_record_that_looks_the_same_has_its_own_results() -> None:
    record = Record("a")
    assert listed(record) is not listed(Record("a"))
    assert listed(record) is not listed(replace(record))


def test_two_functions_keep_their_results_apart() -> None:
    @cached()
    def upper(record: Record) -> str:
        return record.name.upper()

    record = Record("a")
    assert (upper(record), listed(record)) == ("A", ["a", None])


def test_of_more_results_than_may_be_kept_the_oldest_is_computed_again() -> None:
    computed = []

    @cached(most=2)
    def noted(record: Record, number: int) -> int:
        computed.append(number)
        return number

    record = Record("a")
    for number in (1, 2, 3, 3, 2, 1):
        assert noted(record, number) == number
    assert computed == [1, 2, 3, 1]


def test_an_exception_is_not_kept() -> None:
    answers: Iterator[Exception | str] = iter([ValueError("not yet"), "now"])

    @cached()
    def answer(record: Record) -> str:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    record = Record("a")
    with pytest.raises(ValueError, match="not yet"):
        answer(record)
    assert answer(record) == "now"


def test_none_is_a_result() -> None:
    computed = []

    @cached()
    def nothing(record: Record) -> None:
        computed.append(record.name)

    record = Record("a")
    nothing(record)
    nothing(record)
    assert computed == ["a"]


def test_threads_that_compute_at_the_same_time_get_one_object() -> None:
    together = threading.Barrier(4)
    found: list[Any] = []

    @cached()
    def slow(record: Record) -> list[str]:
        together.wait(timeout=30)
        return [record.name]

    record = Record("a")
    threads = [threading.Thread(target=lambda: found.append(slow(record))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(each is found[0] for each in found)


def test_a_record_is_collected_though_its_results_and_arguments_refer_to_it() -> None:
    @cached()
    def itself(record: Record, also: object) -> tuple[Record, object]:
        return record, also

    record = Record("a")
    itself(record, record)
    gone = weakref.ref(record)
    del record
    gc.collect()
    assert gone() is None
