"""What an assert of a test is read as."""

from __future__ import annotations

import ast

import pytest

from grader.authors.importing.checks import Check, Form, checks_in
from grader.authors.importing.names import loaded


def read(source: str) -> list[Check]:
    (statement,) = ast.parse(source).body
    found = checks_in(statement, lambda node: 2 * bool(loaded(node) & {"f", "x", "df"}))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("source", "value", "tolerances"),
    [
        ("assert f(2) == 4", "f(2)", (None, None)),
        ("assert 4 == f(2)", "f(2)", (None, None)),
        ("assert x is None", "x", (None, None)),
        ("assert (x == want).all()", "x", (None, None)),
        ("assert np.all(x == want)", "x", (None, None)),
        ("assert all(x == want)", "x", (None, None)),
        ("assert np.isclose(x, 3)", "x", (1e-5, 1e-8)),
        ("assert np.isclose(x, 3) == True", "x", (1e-5, 1e-8)),
        ("assert np.allclose(x, 3, rtol=1e-3, atol=1e-4)", "x", (1e-3, 1e-4)),
        ("assert np.allclose(x, 3, 1e-3)", "x", (1e-3, 1e-8)),
        ("assert math.isclose(x, 3)", "x", (1e-9, 0.0)),
        ("assert math.isclose(x, 3, abs_tol=0.5)", "x", (1e-9, 0.5)),
        ("assert np.isclose(x, 3).all()", "x", (1e-5, 1e-8)),
        ("assert np.array_equal(x, want)", "x", (None, None)),
        ("assert df.equals(want)", "df", (None, None)),
        ("assert abs(x - 3) < 1e-6", "x", (0.0, 1e-6)),
        ("assert 10 ** -6 >= np.abs(3 - x)", "x", (0.0, 1e-6)),
        ("assert np.max(np.abs(x - want)) <= 0.01", "x", (0.0, 0.01)),
        ("assert_equal(f(2), 4)", "f(2)", (None, None)),
        ("self.assertEqual(f(2), 4)", "f(2)", (None, None)),
        ("np.testing.assert_allclose(x, 3, rtol=1e-6)", "x", (1e-6, 0.0)),
        ("np.testing.assert_array_equal(x, want)", "x", (None, None)),
        ("assert_almost_equal(x, 3, decimal=2)", "x", (0.0, 0.015)),
        ("assert_almost_equal(x, 3, 2)", "x", (0.0, 0.015)),
        ("self.assertAlmostEqual(x, 3, places=3)", "x", (0.0, 0.0005)),
        ("pd.testing.assert_frame_equal(df, want)", "df", (1e-5, 1e-8)),
        ("if x != 3:\n    raise ValueError('x is not 3')", "x", (None, None)),
        ("if not f(2) == 4:\n    print('no')\n    raise ValueError", "f(2)", (None, None)),
        ("if abs(x - 3) > 0.5:\n    raise ValueError", "x", (0.0, 0.5)),
    ],
)
def test_what_is_compared_is_told_with_its_tolerances(
    source: str, value: str, tolerances: tuple[float | None, float | None]
) -> None:
    (check,) = read(source)
    assert check.form is Form.SAME
    assert [ast.unparse(each) for each in check.values] == [value]
    assert (check.rtol, check.atol) == pytest.approx(tolerances)


@pytest.mark.parametrize(
    "source",
    [
        "assert x > 3",
        "assert 0 < x < 100",
        "assert isinstance(x, int)",
        "assert 'a' in x",
        "assert x != 4",
        "assert x == 1 or x == 2",
        "assert not x",
        "assert all(each > 0 for each in x)",
        "assert np.linalg.norm(x - want) < 1e-6",
        "assert_true(x > 3)",
        "assert_greater(x, 3)",
        "if x == 4:\n    raise ValueError",
        "if x == 4 and f(1) != 2:\n    raise ValueError",
        "if (x != want).any():\n    raise ValueError",
        "check_it(x)",
        "test_it(x, 4)",
        "_test_it(x)",
    ],
)
def test_anything_else_is_never_turned_into_equality(source: str) -> None:
    assert {check.form for check in read(source)} == {Form.TRUE}


def test_an_assert_of_two_values_of_the_students_has_both() -> None:
    (check,) = read("assert np.allclose(f(x) @ x, x)")
    assert [ast.unparse(each) for each in check.values] == ["f(x) @ x", "x"]


def test_each_part_of_an_and_is_a_check() -> None:
    assert [each.form for each in read("assert x == 3 and x > 2")] == [Form.SAME, Form.TRUE]


def test_each_reason_to_raise_is_a_check() -> None:
    found = read("if x != 3 or f(1) < 2:\n    raise ValueError('no')")
    assert [each.form for each in found] == [Form.SAME, Form.TRUE]
    assert ast.unparse(found[1].values[0]) == "f(1) >= 2"


def test_a_call_of_a_students_function_is_no_check_whatever_its_name() -> None:
    (statement,) = ast.parse("test_it(3)").body
    assert checks_in(statement, lambda node: 2 * bool(loaded(node) & {"test_it"})) is None


def test_what_does_not_depend_on_the_student_is_no_check() -> None:
    assert read("assert want == 3") == []


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    f(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('no')",
        "try:\n    f(-1)\n    assert False\nexcept ValueError:\n    print('yes')",
        "with pytest.raises(ValueError):\n    f(-1)",
        "with self.assertRaises(ValueError):\n    y = f(-1)",
        "assert_raises(ValueError, f, -1)",
    ],
)
def test_what_has_to_raise_is_told_with_the_type(source: str) -> None:
    (check,) = read(source)
    assert (check.form, check.raises) == (Form.RAISES, "ValueError")
    assert ast.unparse(check.values[0]) == "f(-1)"


def test_a_try_that_passes_either_way_is_no_check() -> None:
    (statement,) = ast.parse("try:\n    f(-1)\nexcept ValueError:\n    pass").body
    assert checks_in(statement, lambda node: 2) is None
