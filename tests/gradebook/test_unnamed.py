"""unnamed: wrong answers that behave alike, and the words that a person gives them."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import InputError
from grader.gradebook.decided import decided
from grader.gradebook.store import Gradebook
from grader.gradebook.store.decisions import Decisions
from grader.gradebook.unnamed import MOST_MEMBERS, Behaviours, Words, with_words
from grader.model import Adjustment, Diagnosis, ExerciseResult, Graded, Result, Status, Verdict
from tests.gradebook.test_store import begin, kept, result, submission

WORDS = Words("the shortest word", "You return the shortest word.", "2026")
NAMED = Diagnosis("first_word", "the first word")
NOTE = Diagnosis("of_a_sample", "spread of a sample", accepted=True)

behaviours = st.sampled_from([None, 1, 2, 3, 4])
verdicts = st.sampled_from(Verdict)
diagnoses = st.sampled_from([None, NAMED, NOTE])
results = st.builds(
    lambda name, verdict, behaviour, diagnosis, points: ExerciseResult(
        name,
        verdict,
        None if verdict is Verdict.NOT_GRADED else points,
        4,
        diagnosis=diagnosis,
        behaviour=behaviour,
        code=f"def {name}(): ...",
    ),
    st.sampled_from(["longest", "count"]),
    verdicts,
    behaviours,
    diagnoses,
    st.sampled_from([0.0, 2.0, 4.0]),
)


def grouped(answers: list[ExerciseResult]) -> Behaviours[int]:
    together: Behaviours[int] = Behaviours()
    for number, answer in enumerate(answers):
        together.add(answer, number)
    return together


@given(st.lists(results, max_size=40), st.randoms())
def test_the_order_of_the_submissions_makes_no_difference_to_what_is_alike(
    answers: list[ExerciseResult], drawn: random.Random
) -> None:
    def sizes(together: Behaviours[int]) -> list[tuple[str, int, int]]:
        return [(each.exercise, each.number, each.count) for each in together]

    shuffled = drawn.sample(answers, len(answers))
    one, other = grouped(answers), grouped(shuffled)
    assert sizes(one) == sizes(other)
    assert one.count == other.count == sum(each.is_unnamed for each in answers)


@given(st.lists(results, max_size=40))
def test_two_answers_stand_together_exactly_if_they_behave_alike(
    answers: list[ExerciseResult],
) -> None:
    together = list(grouped(answers))
    having = [each for each in answers if each.is_unnamed and each.behaviour]
    sizes = Counter((each.name, each.behaviour) for each in having)
    assert {(each.exercise, each.number): each.count for each in together} == {
        key: count for key, count in sizes.items() if count > 1
    }
    assert [each.count for each in together] == sorted((e.count for e in together), reverse=True)
    for found in together:
        for number in found.members:
            assert (answers[number].name, answers[number].behaviour) == (
                found.exercise,
                found.number,
            )
        assert len(found.members) + found.more == found.count
        assert len(found.members) <= MOST_MEMBERS
        assert found.code == answers[found.members[1]].code


@given(st.lists(results, min_size=1, max_size=4), st.sets(behaviours), st.booleans())
def test_words_change_no_points_and_no_verdict(
    answers: list[ExerciseResult], named: set[int | None], adjusted: bool
) -> None:
    """So the law of points holds with words as it does without."""
    whole = all(each.score is not None for each in answers)
    status = Status.GRADED if whole else Status.NOT_GRADED
    total = sum(each.score or 0 for each in answers) if whole else None
    whole_result = Result("ann", "ann.ipynb", status, total, 8)
    scores = {("words", "ann", "longest"): Adjustment(None, 1, "", "2026")} if adjusted else {}
    words = {number: WORDS for number in named if number}
    # One of each name, as there is one exercise of a name.
    behaviours = {each.name: each.behaviour for each in answers if each.behaviour}
    exercises = tuple(replace(each, behaviour=None) for each in answers)
    graded = Graded(submission(), "words", replace(whole_result, exercises=exercises))
    without = decided(graded, Decisions(scores, {}), behaviours)
    with_them = decided(graded, Decisions(scores, {}, words), behaviours)
    assert (with_them.status, with_them.score) == (without.status, without.score)
    for one, other in zip(with_them.exercises, without.exercises, strict=True):
        said = one.diagnosis is not None and one.diagnosis.by_staff
        assert said is (other.is_unnamed and other.behaviour in words)
        assert replace(one, diagnosis=None, also=()) == replace(other, diagnosis=None, also=())


def test_a_note_on_an_accepted_form_stays_beside_the_words() -> None:
    answer = ExerciseResult("longest", Verdict.INCORRECT, 0, 4, diagnosis=NOTE, behaviour=1)
    found = with_words(answer, WORDS)
    assert found.diagnosis is not None
    assert (found.diagnosis.title, found.diagnosis.by_staff) == (WORDS.title, True)
    assert found.also == (NOTE,)
    assert [each.title for each in found.mistakes] == [WORDS.title]


def test_answers_of_one_key_have_one_number_in_every_run_of_their_assignment(
    tmp_path: Path,
) -> None:
    with Gradebook(tmp_path / "book") as book:

        def recorded(run: int, student: str, key: str, assignment: str = "words") -> dict[str, int]:
            given = replace(kept(result(student)), assignment=assignment)
            keys = {"longest": key} if key else {}
            number = book.record(run, 1, given, f"{run} {assignment}", behaviours=keys)
            return book.behaviours_of(number)

        one, two = begin(book), begin(book)
        first = recorded(one, "ann", "a0f1")["longest"]
        assert recorded(one, "bob", "a0f1") == recorded(two, "ann", "a0f1") == {"longest": first}
        assert recorded(one, "cy", "") == {}
        others = {recorded(two, "cy", "a0e2")["longest"]}
        others.add(recorded(two, "ann", "a0f1", "another")["longest"])
        assert len(others - {first}) == 2
        assert book.exercise_of(first) == "longest"
        assert [each.result.student for each in book.behaving(first)] == ["ann"]
        with pytest.raises(InputError, match="no answer has the behaviour 99"):
            book.exercise_of(99)


def test_a_result_that_is_kept_once_keeps_its_behaviours(tmp_path: Path) -> None:
    with Gradebook(tmp_path / "book") as book:
        run = begin(book)
        one, two = (
            book.record(run, 1, kept(result()), "basis", behaviours={"longest": key})
            for key in ("a0f1", "another")
        )
        assert one == two
        assert len(book.behaviours_of(one)) == 1


def test_the_latest_words_stand_until_they_are_taken_back(tmp_path: Path) -> None:
    with Gradebook(tmp_path / "book") as book:
        number = book.record(
            begin(book), 1, kept(result()), "basis", behaviours={"longest": "a0f1"}
        )
        behaviour = book.behaviours_of(number)["longest"]
        assert book.name(behaviour, WORDS) is False
        assert book.name(behaviour, replace(WORDS, title="another")) is True
        assert {n: each.title for n, each in book.decisions().words.items()} == {
            behaviour: "another"
        }
        assert book.name(behaviour, None) is True
        assert book.name(behaviour, None) is False
        assert book.decisions().words == {}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("the list isn't sorted", "the_list_isn_t_sorted"),
        ("Überall β₁ statt β₂", "überall_β1_statt_β2"),
        ("2 words", "mistake_2_words"),
        ("return", "mistake_return"),
        ("…", "mistake"),
    ],
)
def test_a_title_gives_a_name_for_a_function(title: str, name: str) -> None:
    assert Words(title, "").name == name
    assert name.isidentifier()
