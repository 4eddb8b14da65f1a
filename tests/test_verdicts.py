"""Every table of verdicts says something of every verdict."""

from __future__ import annotations

import pytest

from grader.model import Verdict
from grader.report.words import VERDICTS


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_has_a_word_and_says_what_follows_from_it(verdict: Verdict) -> None:
    assert VERDICTS[verdict].word
    follows = (verdict.solved, verdict.answered, verdict.returned, verdict.has_mistake)
    assert {type(each) for each in follows} == {bool}


def test_no_table_has_a_verdict_that_there_is_not() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert len({word.word for word in VERDICTS.values()}) == len(Verdict)


def test_what_follows_from_verdicts_agrees() -> None:
    for verdict in Verdict:
        assert not (verdict.solved and verdict.has_mistake)
        assert verdict.has_mistake or not verdict.returned
        assert verdict.answered or not (verdict.solved or verdict.has_mistake)


def test_what_follows_from_each_verdict() -> None:
    names = {each.value for each in Verdict}
    assert {each.value for each in Verdict if each.solved} == {"correct", "accepted"}
    assert names - {each.value for each in Verdict if each.answered} == {
        "missing",
        "unanswered",
        "to_review",
        "reviewed",
        "not_graded",
    }
    assert {each.value for each in Verdict if each.returned} == {"partial", "incorrect"}
    assert {each.value for each in Verdict if each.has_mistake} == {
        "partial",
        "incorrect",
        "error",
    }
