"""The item figures: they are those of the textbook, and say nothing where nothing can be said."""

from __future__ import annotations

from statistics import StatisticsError, correlation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.items import FEWEST_ANSWERS, Item

ANSWERS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 400).map(lambda each: each / 4)),
    min_size=FEWEST_ANSWERS,
)


def item_of(answers: list[tuple[bool, float]]) -> Item:
    item = Item()
    for passed, rest in answers:
        item.add(passed, rest)
    return item


@given(ANSWERS)
def test_discrimination_is_pearsons_correlation(answers: list[tuple[bool, float]]) -> None:
    try:
        expected = correlation(*zip(*answers, strict=True))
    except StatisticsError:  # one of the two is the same everywhere
        assert item_of(answers).discrimination is None
    else:
        assert item_of(answers).discrimination == pytest.approx(expected, abs=1e-6)


def test_too_few_answers_tell_nothing() -> None:
    item = item_of([(True, 3.0), (False, 1.0)] * ((FEWEST_ANSWERS - 1) // 2))
    assert (item.discrimination, item.remark, item.shown) == (None, "", "\N{EN DASH}")


def test_a_low_discrimination_is_said_in_words() -> None:
    above = item_of([(True, 3.0), (False, 1.0)] * 5)
    little = item_of([(True, 3.0), (True, 1.0), (False, 3.0), (False, 1.0)] * 3)
    none = item_of([(True, 2.0), (False, 1.0), (False, 3.0), (True, 1.99)] * 3)
    below = item_of([(True, 1.0), (False, 3.0)] * 5)
    assert above.remark == ""
    assert "says little" in little.remark
    assert "says little" in none.remark
    assert none.shown == "0.00"
    assert "fewer points in the other exercises" in below.remark
    assert below.shown == "\N{MINUS SIGN}1.00"
