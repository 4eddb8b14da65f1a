"""spool: a list on the disk, from its beginning as often as one likes."""

from __future__ import annotations

from grader.report.spool import Spool


def test_items_come_in_their_order_as_often_as_one_likes() -> None:
    spool: Spool[tuple[int, str]] = Spool()
    items = [(number, "é" * number) for number in range(100)]
    for each in items:
        spool.append(each)
    assert list(spool) == list(spool) == items
    assert len(spool) == 100


def test_two_may_go_through_it_at_once_and_a_third_may_append() -> None:
    spool: Spool[int] = Spool()
    spool.append(1)
    spool.append(2)
    one, two = iter(spool), iter(spool)
    assert [next(one), next(two)] == [1, 1]
    spool.append(3)
    assert [list(one), list(two)] == [[2, 3], [2, 3]]


def test_an_empty_one_has_nothing() -> None:
    assert (list(Spool[int]()), len(Spool[int]())) == ([], 0)
