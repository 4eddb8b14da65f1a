"""difference: equal within tolerance, or the first difference in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.values.arrays.array import MAX_NUMBERS, Digest, digest, has_digest
from grader.values.difference import Returns, Tolerance, first_difference
from grader.values.frozen import freeze, thaw

W = np.array([[1.0, -1.0924491], [3.0, 4.0]])
ADAM = Returns(("parameters", "v", "s"), ("v_corrected", "s_corrected"))
EXPECTED = ({"W2": W}, {"dW2": W}, {"dW2": W})


def message(expected: Any, actual: Any, **options: Any) -> str:
    difference = first_difference(expected, actual, **options)
    return difference.message if difference else ""


def changed(array: np.ndarray, index: tuple[int, ...], value: float) -> np.ndarray:
    copy = array.copy()
    copy[index] = value
    return copy


def test_a_number_off_is_named_with_its_place_distance_and_tolerance() -> None:
    actual = ({"W2": changed(W, (0, 1), -1.0924499)}, *EXPECTED[1:])
    assert message(EXPECTED, actual, returns=ADAM) == (
        "W2[0, 1] is -1.0924499 where -1.0924491 is expected: 8e-07 apart, tolerance 1e-09; "
        "1 of 4 numbers differ"
    )


def test_a_key_that_several_values_have_is_named_with_the_value_it_is_in() -> None:
    actual = (EXPECTED[0], EXPECTED[1], {"dW2": W + 1})
    assert message(EXPECTED, actual, returns=ADAM).startswith('s["dW2"][0, 0] is 2')


def test_the_discreet_words_hold_no_value() -> None:
    actual = ({"W2": changed(W, (0, 1), 7.25)}, *EXPECTED[1:])
    difference = first_difference(EXPECTED, actual, returns=ADAM, known_keys=["W1"])
    assert difference
    assert difference.discreet == "W2[0, 1] differs from what is expected"
    assert "7.25" in difference.message


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        ({"secret": 1}, {"secret": 2}, "result: a value in it differs from what is expected"),
        ([{5: [1]}], [{5: ["a"]}], "result[0]: a value in it is a string where an integer is"),
        ({"secret": 1}, {}, "result lacks a key that is expected"),
        ({"W1234": 1}, {"W1234": 2}, "result: a value in it differs"),
        ({"W12": 1}, {"W12": 2}, "W12 differs from what is expected"),
        ({"W12": 1}, {}, 'result has no key "W12"'),
    ],
)
def test_the_discreet_words_name_no_key_that_is_not_known(
    expected: Any, actual: Any, words: str
) -> None:
    difference = first_difference(expected, actual, known_keys=["W1", 7])
    assert difference
    assert difference.discreet.startswith(words)


def test_the_discreet_words_tell_no_number_of_values() -> None:
    difference = first_difference(EXPECTED, [0] * 817, returns=ADAM)
    assert difference
    assert "817" in difference.message
    assert difference.discreet.startswith(
        "the function returns another number of values where 3 or 5 values are expected"
    )


@pytest.mark.parametrize(
    ("actual", "kind", "words"),
    [
        (None, "type", "the function returns None where 3 or 5 values are expected"),
        ((EXPECTED[0], EXPECTED[1]), "count", "returns 2 values where 3 or 5"),
        ((*EXPECTED, 1), "count", "returns 4 values where 3 or 5"),
        (({"W2": None}, *EXPECTED[1:]), "type", "W2 is None where an array is expected"),
        (({"W2": W.tolist()}, *EXPECTED[1:]), "type", "W2 is a list where an array"),
        (({"W2": W[:, :1]}, *EXPECTED[1:]), "shape", "W2 has shape (2, 1) where (2, 2)"),
        (({"W2": W.astype(int)}, *EXPECTED[1:]), "dtype", "W2 holds integers where floats"),
        (({"W2": W + 0j}, *EXPECTED[1:]), "dtype", "W2 holds complex numbers where floats"),
        (({"W2": W * math.nan}, *EXPECTED[1:]), "nan", "W2[0, 0] is nan where 1 is expected"),
        (({"w2": W}, *EXPECTED[1:]), "keys", 'has no key "W2" (it has "w2" instead)'),
        (({"W2": W, "b2": W}, *EXPECTED[1:]), "keys", 'has the key "b2", which is not expected'),
        ((EXPECTED[1], EXPECTED[0], EXPECTED[2]), "keys", 'parameters has no key "W2"'),
    ],
)
def test_structure_is_compared_before_numbers(actual: Any, kind: str, words: str) -> None:
    difference = first_difference(EXPECTED, actual, returns=ADAM)
    assert difference
    assert difference.kind == kind
    assert words in difference.message


def test_values_that_may_be_returned_as_well_are_compared_where_they_are_known() -> None:
    five = (*EXPECTED, {"dW2": W}, {"dW2": W})
    wrong = (*five[:4], {"dW2": W + 1})
    assert message(EXPECTED, wrong, returns=ADAM) == ""
    assert message(five, EXPECTED, returns=ADAM) == ""
    assert message(five, wrong, returns=ADAM).startswith('s_corrected["dW2"][0, 0] is 2')


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (2.0, 2),
        (2.0, np.array(2.0)),
        ((1, 2), [1, 2]),
        (math.nan, math.nan),
        (math.inf, math.inf),
        (np.array([math.nan, math.inf]), np.array([math.nan, math.inf])),
        (np.array([True, False]), np.array([1.0, 0.0])),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ("text", "text"),
        ({1, 2}, {2, 1}),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_another_style_of_the_same_value_is_no_difference(expected: Any, actual: Any) -> None:
    assert message(expected, actual) == ""


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        (2, 3.0, "result is 3 where 2 is expected"),
        (2.0, True, "result is a boolean where a float is expected"),
        (True, 1, "result is an integer where a boolean is expected"),
        (1.0, 10**400, "result is 1"),
        (math.inf, -math.inf, "result is -inf where inf is expected"),
        (1.0, math.nan, "result is nan where 1 is expected"),
        (math.nan, 1.0, "result is 1 where nan is expected"),
        (1.0, 1.0 + 0j, "result is a complex number where a float is expected"),
        ("a", "b", 'result is "b" where "a" is expected'.replace('"', "'")),
        ([1, 2], [1], "result has 1 item where 2 are expected"),
        ([], [1, 2], "result has 2 items where 0 are expected"),
        ({1, 2}, {1}, "result is {1} where {1, 2} is expected"),
        (np.array([math.inf]), np.array([1.0]), "result[0] is 1 where inf is expected"),
        (np.array([2, 3], "u1"), np.array([3, 3], "u1"), "result[0] is 3 where 2 is expected"),
    ],
)
def test_other_values_differ_and_are_named(expected: Any, actual: Any, words: str) -> None:
    assert message(expected, actual).replace('"', "'").startswith(words.replace('"', "'"))


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        (
            "a b",
            "a\u00a0b",
            "character 2 is U+00A0 (no-break space) where U+0020 (space) is expected",
        ),
        ("a  b", "a b", 'character 3 is "b" where U+0020 (space) is expected'),
        ("a\nb", "a b", "character 2 is U+0020 (space) where U+000A is expected"),
        ("na\u00efve", "nai\u0308ve", 'character 3 is "i" where U+00EF (latin small letter i with'),
        ("zero", "ze\u200bro", 'character 3 is U+200B (zero width space) where "r" is expected'),
        (
            "pal",
            "p\u0430l",
            'character 2 is U+0430 (cyrillic small letter a) where "a" is expected',
        ),
        ("it's", "it\u2019s", 'character 3 is U+2019 (right single quotation mark) where "\'"'),
        ("-1", "\u22121", 'character 1 is U+2212 (minus sign) where "-" is expected'),
        ("x" * 80 + "a", "x" * 80 + "b", 'character 81 is "b" where "a" is expected'),
        ("x" * 80, "x" * 80 + "b", 'it should end after character 80, where it has "b"'),
        ("x" * 81, "x" * 80, 'it ends after character 80, where "x" is expected'),
    ],
)
def test_of_texts_that_look_the_same_it_is_told_which_character_differs(
    expected: str, actual: str, words: str
) -> None:
    assert f"; {words}" in message(expected, actual)
    assert f"; {words}" in message([expected], [actual])
    assert f"; {words}" in message(np.array([expected]), np.array([actual]))
    assert f" instead); {words}" in message({expected: 1}, {actual: 1})


@pytest.mark.parametrize("actual", ["abd", "ABC", "abc ", "ab\u00e7", "a"])
def test_of_texts_that_look_different_only_these_are_shown(actual: str) -> None:
    assert message("abc", actual) == f'result is "{actual}" where "abc" is expected'


def test_the_first_item_that_differs_is_named_even_if_the_count_differs_too() -> None:
    assert message([1, 2, 3], [1, 5]) == "result[1] is 5 where 2 is expected"


def test_large_arrays_are_compared_by_their_digest() -> None:
    large = np.random.default_rng(0).normal(size=(50, 60))
    known = Digest(large.shape, "float64", digest(large), tuple(large.flat[:3]))
    assert message(known, large) == ""
    assert message(known, np.asfortranarray(large)) == ""
    assert "it should start with" in message(known, large[::-1])
    assert "starts with" in message(known, changed(large, (49, 59), 0.0))
    assert "shape" in message(known, large.T)


def test_a_large_array_is_worked_out_only_where_its_digest_is_another() -> None:
    large = np.random.default_rng(0).normal(size=3_000)
    asked = []

    def values() -> np.ndarray:
        asked.append(1)
        return large

    known = Digest(large.shape, "float64", digest(large), tuple(large.flat[:3]), values)
    assert (message(known, large), asked) == ("", [])
    assert (message(known, large * (1 + 1e-12)), asked) == ("", [1])
    assert "other values" in message(known, large * (1 + 1e-3))


finite = st.floats(-1e6, 1e6)
small_arrays = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=finite)


@given(small_arrays, st.floats(-0.99, 0.99))
def test_whatever_lies_within_the_tolerance_is_right(array: np.ndarray, share: float) -> None:
    tolerance = Tolerance(rtol=1e-6, atol=1e-6)
    assert first_difference(array, array + share * tolerance.around(array), tolerance) is None


@given(small_arrays, st.floats(1.01, 1e6), st.data())
def test_whatever_lies_outside_of_it_is_found(
    array: np.ndarray, times: float, data: st.DataObject
) -> None:
    tolerance = Tolerance(rtol=1e-6, atol=1e-6)
    index = data.draw(st.tuples(*(st.integers(0, side - 1) for side in array.shape)))
    wrong = changed(array, index, array[index] + times * tolerance.around(array[index]))
    difference = first_difference(array, wrong, tolerance)
    assert difference
    assert difference.where == f"result[{', '.join(map(str, index))}]"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.complex_numbers()
    | st.binary()
    | hnp.arrays(np.float64, hnp.array_shapes(max_side=3))
    | hnp.arrays(np.int64, hnp.array_shapes(max_side=3))
    | hnp.arrays(np.bool_, (2, 2)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
        | st.sets(st.text(), max_size=3)
    ),
    max_leaves=8,
)


@given(json_values)
def test_what_is_frozen_thaws_to_the_same_value(value: Any) -> None:
    assert first_difference(value, thaw(freeze(value)), Tolerance(0, 0)) is None


@pytest.mark.parametrize("turned", [False, True])
def test_an_array_is_told_from_one_with_the_digest_however_often_it_is_asked(turned: bool) -> None:
    array = np.arange(6.0).reshape(2, 3)
    array = np.asfortranarray(array) if turned else array
    sha256 = digest(array)
    for _ in range(3):
        assert has_digest(array.copy(), sha256)
        assert not has_digest(np.negative(array), sha256)
        assert not has_digest(array.astype(np.float32), sha256)
    for index in range(20):  # more than are remembered
        assert has_digest(array + index, digest(array + index))
    array[0, 0] = -0.0  # an array that changes later is not the one remembered
    assert not has_digest(array, sha256)
    assert has_digest(np.arange(6.0).reshape(2, 3), sha256)


def test_arrays_too_large_to_review_are_frozen_as_digests() -> None:
    frozen = freeze(np.arange(MAX_NUMBERS + 1.0))
    assert "array" not in frozen
    assert thaw(frozen) == Digest((2001,), "float64", frozen["sha256"], (0.0, 1.0, 2.0))


def test_an_object_that_stands_for_no_value_is_refused() -> None:
    with pytest.raises(ValueError, match="stands for no value"):
        thaw({"pickle": "…"})
