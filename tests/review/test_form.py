"""form, answers: what the page sends is read strictly, and the points are those one expects."""

from __future__ import annotations

import contextlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignments.records import Exercise
from grader.gradebook.reviews import Review
from grader.model import RubricItem
from grader.review.answers import score_of
from grader.review.form import FormError, Sent
from grader.values.difference import Returns

ITEMS = (RubricItem("grows", 3.0), RubricItem("outlier", 2.0), RubricItem("too long", -1.0))


def _exercise(*items: RubricItem, points: float = 5) -> Exercise:
    return Exercise("trend", "Trend", "", points, "all", (), Returns(), rubric=items)


def _review(exercise: Exercise, **fields: object) -> Review:
    return Sent.of(urlencode(fields, doseq=True).encode()).review(exercise, "bo")


def test_the_items_give_the_points_where_none_are_written() -> None:
    found = _review(_exercise(*ITEMS), item=["0", "2"], points="", remark=" Good.\r\n ")
    assert (found.score, found.items) == (2.0, (ITEMS[0], ITEMS[2]))
    assert (found.remark, found.by) == ("Good.", "bo")


def test_points_that_are_written_stand_above_the_items() -> None:
    assert _review(_exercise(*ITEMS), item=["0"], points="4,5").score == 4.5


def test_other_items_change_points_that_stayed_as_the_page_had_them() -> None:
    sent = {"item": ["0", "1"], "shown_item": ["0"], "points": "3", "shown_points": "3"}
    assert _review(_exercise(*ITEMS), **sent).score == 5
    assert _review(_exercise(*ITEMS), **{**sent, "points": "4"}).score == 4
    assert _review(_exercise(*ITEMS), **{**sent, "shown_item": ["0", "1"]}).score == 3


def test_a_rubric_that_only_takes_points_off_begins_with_all_of_them() -> None:
    only_takes = (RubricItem("no units", -1.0), RubricItem("no title", -6.0))
    assert score_of((), _exercise(*only_takes)) == 5
    assert score_of(only_takes[:1], _exercise(*only_takes)) == 4
    assert score_of(only_takes, _exercise(*only_takes)) == 0
    assert score_of(ITEMS[2:], _exercise(*ITEMS)) == 0
    assert score_of((RubricItem("much", 9.0),), _exercise(RubricItem("much", 9.0))) == 5


@pytest.mark.parametrize(
    "points", ["", " ", "-1", "5.01", "nan", "inf", "1e400", "five", "0x3", "3 points"]
)
def test_points_that_are_none_or_out_of_range_are_not_saved(points: str) -> None:
    with pytest.raises(FormError, match="points"):
        _review(_exercise(*ITEMS), points=points)


@pytest.mark.parametrize("item", ["3", "-1", "0.0", "", "²", "00"])
def test_an_item_that_the_rubric_has_not_is_refused(item: str) -> None:
    with pytest.raises(FormError, match="rubric has changed"):
        _review(_exercise(*ITEMS), item=[item], points="1")


def test_a_remark_has_an_end() -> None:
    with pytest.raises(FormError, match="remark is longer"):
        _review(_exercise(), points="1", remark="a" * 5_001)


@pytest.mark.parametrize("number", ["", "-1", "x", "1" * 20, "²", "1.0"])
def test_a_number_of_a_decision_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(FormError, match="load it again"):
        _ = Sent.of(urlencode({"instead_of": number}).encode()).instead_of


@given(st.binary(max_size=300))
def test_any_bytes_are_a_form_or_a_sentence(body: bytes) -> None:
    with contextlib.suppress(FormError):
        assert 0 <= Sent.of(body).review(_exercise(*ITEMS), "bo").score <= 5
