"""What becomes of tests that are no plain calls: drivers, and what needs the author."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.authors.importing.nbgrader import read_nbgrader
from grader.authors.importing.planned import Kind, Planned, State
from grader.authors.importing.run import plan_master
from tests.authors.importing.masters import answer, code, graded, written

POWERS = answer(
    "powers",
    """
    import numpy as np
    def powers(x, n=3):
        ### BEGIN SOLUTION
        return x ** np.arange(n)
        ### END SOLUTION
    def sort(numbers):
        ### BEGIN SOLUTION
        numbers.sort()
        ### END SOLUTION
    class Stack:
        ### BEGIN SOLUTION
        def __init__(self):
            self.items = []
        def push(self, item):
            self.items.append(item)
        ### END SOLUTION
    """,
)


def planned(tmp_path: Path, *cells: Any) -> list[Planned]:
    return plan_master(read_nbgrader(written(tmp_path / "source" / "m.ipynb", *cells)))


def driver(plan: Planned, number: int = 0) -> str:
    return "\n".join(
        line.strip()
        for line in plan.drivers[number].source.source.splitlines()
        if '"""' not in line
    )


def test_drivers_hold_what_they_need_and_nothing_that_is_expected(tmp_path: Path) -> None:
    shape, loop, changed, made = planned(
        tmp_path,
        POWERS,
        graded("shape", 1, "size = 3\nwant = (size,)\nassert powers(2.0, size).shape == want"),
        graded(
            "loop",
            1,
            """
            for x, want in [(2.0, 4.0), (3.0, 9.0)]:
                assert np.isclose(powers(x)[2], want)
            """,
        ),
        graded("changed", 1, "numbers = [3, 1, 2]\nsort(numbers)\nassert numbers == [1, 2, 3]"),
        graded("made", 1, "s = Stack()\ns.push(3)\nassert s.items == [3]"),
    )
    assert {each.kind for each in (shape, loop, changed, made)} == {Kind.DRIVER}
    assert {each.state for each in (shape, loop, changed, made)} == {State.READY}
    assert driver(shape).splitlines()[1:] == ["size = 3", "yield powers(2.0, size).shape"]
    assert driver(loop).splitlines()[1:] == ["for x in [2.0, 3.0]:", "yield powers(x)[2]"]
    assert (loop.drivers[0].rtol, loop.drivers[0].atol) == (1e-5, 1e-8)
    assert driver(changed).splitlines() == [
        "def changed_1(sort):",
        "numbers = [3, 1, 2]",
        "sort(numbers)",
        "yield numbers",
    ]
    assert driver(made).splitlines()[-3:] == ["s = Stack()", "s.push(3)", "yield s.items"]


def test_hidden_and_visible_asserts_and_each_tolerance_have_drivers_of_their_own(
    tmp_path: Path,
) -> None:
    (plan,) = planned(
        tmp_path,
        POWERS,
        graded(
            "mixed",
            1,
            """
            assert len(powers(2.0)) == 3
            assert np.isclose(powers(2.0)[1], 2)
            ### BEGIN HIDDEN TESTS
            assert len(powers(3.0)) == 3
            ### END HIDDEN TESTS
            """,
        ),
    )
    found = [(each.public, each.rtol) for each in plan.drivers]
    assert found == [(True, None), (True, 1e-5), (False, None)]


def test_of_what_is_no_equality_the_values_are_seen_and_the_assert_is_judged_outside(
    tmp_path: Path,
) -> None:
    sign, between, two, every, raises = planned(
        tmp_path,
        POWERS,
        graded("sign", 1, "assert powers(2.0)[0] > 0"),
        graded("between", 1, "assert (powers(2.0) < 5).all()"),
        graded("two", 1, "assert np.allclose(powers(2.0)[1] ** 2, powers(4.0)[1])"),
        graded("every", 1, "assert all(isinstance(each, float) for each in powers(2.0))"),
        graded("raises", 1, "try:\n    powers('a')\n    assert False\nexcept TypeError:\n    pass"),
    )
    for plan in (sign, between, two, every):
        assert (plan.kind, plan.state) == (Kind.DRIVER, State.READY)
    assert raises.kind is Kind.FUNCTION
    assert driver(sign).splitlines()[-1] == "yield (powers(2.0)[0],)"
    assert "bool(_0 > 0) for (_0,) in answer" in sign.drivers[0].source.checker
    assert "bool((_0 < 5).all()) for (_0,) in answer" in between.drivers[0].source.checker
    assert driver(two).splitlines()[-1] == "yield (powers(2.0)[1], powers(4.0)[1])"
    assert "_0 ** 2 is not None and np.allclose(_0 ** 2, _1, rtol" in two.drivers[0].source.checker
    assert "all([isinstance(each, float) for each in _0])" in every.drivers[0].source.checker


def test_of_what_has_to_raise_a_driver_sees_the_type_and_its_bases(tmp_path: Path) -> None:
    _, plan = planned(
        tmp_path,
        POWERS,
        graded("one", 1, "assert powers(2.0)[1] == powers(2.0)[1] == 2"),
        graded("two", 1, "with np.testing.assert_raises(TypeError):\n    Stack().push()"),
    )
    assert (plan.kind, plan.state) == (Kind.DRIVER, State.READY)
    assert "TypeError" not in plan.drivers[0].source.source
    assert "'TypeError' in _0" in plan.drivers[0].source.checker


def test_where_that_cannot_be_parted_only_the_truth_is_seen_and_the_author_is_told(
    tmp_path: Path,
) -> None:
    (plan,) = planned(
        tmp_path,
        POWERS,
        graded("loop", 1, "for least in (0, 1):\n    assert powers(2.0)[least] > least"),
    )
    assert (plan.kind, plan.state) == (Kind.DRIVER, State.LOOK)
    assert "only the truth is observed, which a student can forge" in plan.reasons[0]
    assert driver(plan).splitlines()[-1] == "yield bool(powers(2.0)[least] > least)"
    assert "# For the author: of" in plan.drivers[0].source.source


def test_a_value_that_cannot_be_sent_is_observed_by_the_truth_of_its_assert(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        answer("twice", "def twice(f):\n    return lambda x: f(f(x))\ncalled = twice(abs)"),
        graded("same", 1, "assert called == called"),
    )
    assert (plan.kind, plan.state) == (Kind.DRIVER, State.LOOK)


def test_calls_with_functions_for_arguments_are_left_to_a_driver(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        answer("twice", "def twice(f, x):\n    return f(f(x))"),
        graded("test_twice", 1, "assert twice(lambda x: x + 1, 3) == 5"),
    )
    assert (plan.kind, plan.state) == (Kind.DRIVER, State.READY)
    assert driver(plan).splitlines()[-1] == "yield twice(lambda x: x + 1, 3)"


def test_names_of_earlier_tests_come_with_a_driver(tmp_path: Path) -> None:
    _, later = planned(
        tmp_path,
        POWERS,
        graded("first", 1, "from math import pi\nbase = 2 * pi\nassert powers(base)[0] == 1"),
        graded("later", 1, "assert powers(base)[1] > pi"),
    )
    assert "from math import pi" in driver(later)
    assert "base = 2 * pi" in driver(later)


def test_what_stands_in_the_way_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    changed, failing, empty, inside = planned(
        tmp_path,
        answer("x", "x = [1, 2]"),
        graded("changed", 1, "assert x[0] == 1"),
        code("x = [3, 4]"),
        POWERS,
        graded("failing", 1, "assert powers(2.0)[1] == 7"),
        graded("empty", 1, "powers"),
        graded(
            "inside",
            1,
            """
            class TestIt:
                def test(self):
                    assert powers(2.0)[0] == 1
            TestIt().test()
            """,
        ),
    )
    assert "the notebook gives x another value after this test" in changed.reasons[0]
    assert changed.state is State.AUTHOR
    assert failing.state is State.AUTHOR
    assert "the master does not pass its test: AssertionError" in failing.reasons[0]
    assert empty.reasons == [
        "nothing in its test is understood as an assert about what students write"
    ]
    assert "it has asserts in a function or class of its own" in inside.reasons[0]


def test_inputs_drawn_at_random_are_said_to_be(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        POWERS,
        graded("drawn", 1, "n = np.random.randint(3, 90)\nassert powers(2.0, n).shape == (n,)"),
    )
    assert plan.reasons == ["it draws its inputs at random; give it a seed of its own"]


def test_a_given_name_that_changes_later_has_the_value_that_the_test_saw(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        POWERS,
        code("size = 3"),
        graded("sized", 1, "assert powers(2.0, size).shape == (size,)"),
        code("size = 100"),
    )
    assert (plan.kind, plan.state) == (Kind.DRIVER, State.READY)
    assert driver(plan).splitlines() == [
        "def sized_1(powers):",
        "size = 3",
        "yield powers(2.0, size).shape",
    ]


def test_what_a_loop_collects_is_collected_by_the_driver(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        POWERS,
        graded(
            "collected",
            1,
            """
            def half(x):
                return x / 2
            found = []
            for x in (2.0, 4.0):
                last = powers(half(x))[-1]
                found.append(last)
            assert found == [1.0, 4.0]
            """,
        ),
    )
    assert (plan.kind, plan.state) == (Kind.DRIVER, State.READY)
    assert driver(plan).splitlines()[-5:] == [
        "found = []",
        "for x in (2.0, 4.0):",
        "last = powers(half(x))[-1]",
        "found.append(last)",
        "yield found",
    ]


def test_tests_that_raise_in_conditions_are_graded_as_if_they_asserted(tmp_path: Path) -> None:
    value, shape, otherwise = planned(
        tmp_path,
        answer("total", "total = 3"),
        graded("value", 1, "if total != 3:\n    raise ValueError('no')\nelse:\n    print('yes')"),
        POWERS,
        graded(
            "shape",
            1,
            """
            if 'powers' not in dir():
                raise ValueError("write it")
            else:
                if not isinstance(powers(2.0), np.ndarray):
                    raise ValueError("an array is expected")
                elif powers(2.0).shape != (3,):
                    raise ValueError("of three numbers")
            """,
        ),
        graded(
            "otherwise", 1, "if powers(3)[1] == 3:\n    print('yes')\nelse:\n    raise ValueError"
        ),
    )
    assert (value.kind, value.state) == (Kind.VALUE, State.READY)
    assert [each.state for each in (shape, otherwise)] == [State.READY, State.READY]
    assert "isinstance(_0, np.ndarray)" in shape.drivers[0].source.checker
    assert driver(shape, 1).splitlines() == ["def shape_b_1(powers):", "yield powers(2.0).shape"]
    assert driver(otherwise).splitlines()[-1] == "yield powers(3)[1]"


def test_a_reason_to_raise_that_is_not_understood_is_told(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        POWERS,
        graded(
            "partly",
            1,
            """
            assert powers(2.0).shape == (3,)
            try:
                powers(2.0)
            except TypeError as error:
                raise ValueError("why?")
            while powers(2.0)[0] > 2:
                raise ValueError("no")
            """,
        ),
    )
    assert plan.state is State.LOOK
    assert plan.reasons == [
        "line 7 of its test raises an exception for a reason not understood here, so this is not "
        "graded"
    ]


def test_a_condition_around_two_asserts_is_whole_in_the_driver_of_each(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        POWERS,
        graded(
            "both",
            1,
            """
            for n in (2, 3):
                if n == 2:
                    assert powers(2.0, n).shape == (2,)
                else:
                    assert np.isclose(powers(2.0, n)[2], 4)
            """,
        ),
    )
    assert (plan.kind, plan.state) == (Kind.DRIVER, State.READY)
    assert driver(plan, 1).splitlines()[1:] == [
        "for n in (2, 3):",
        "if n == 2:",
        "pass",
        "else:",
        "yield powers(2.0, n)[2]",
    ]


def test_a_given_object_that_an_answer_changes_depends_on_the_student(tmp_path: Path) -> None:
    added, appended = planned(
        tmp_path,
        code("ages = {'ann': 31}\nnames = ['ann']"),
        answer("add", "ages['bob'] = 27\nnames.append('bob')"),
        graded("added", 1, "assert ages['bob'] == 27"),
        graded("appended", 1, "assert names == ['ann', 'bob']"),
    )
    assert [(each.kind, each.state) for each in (added, appended)] == [
        (Kind.DRIVER, State.READY),
        (Kind.VALUE, State.READY),
    ]
    assert driver(added).splitlines()[-1] == "yield ages['bob']"


def test_a_comparison_that_is_worked_out_in_the_driver_is_told(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        POWERS,
        graded("judged", 1, "good = powers(2.0)[2] == 4\nassert good"),
    )
    assert plan.state is State.LOOK
    assert plan.reasons[0].startswith("`good = powers(2.0)[2] == 4` is worked out where")


def test_a_master_without_solutions_makes_nothing_that_gives_points_for_nothing(
    tmp_path: Path,
) -> None:
    plans = planned(
        tmp_path,
        answer("choice", "choice = None"),
        graded("asserted", 1, "assert choice in ['A', 'B']"),
        graded("raised", 1, "if choice not in ['A', 'B']:\n    raise ValueError('A or B')"),
    )
    assert [each.state for each in plans] == [State.AUTHOR, State.AUTHOR]
    assert "the master does not pass its test: ValueError: A or B" in plans[1].reasons


def test_a_value_that_is_drawn_at_random_needs_the_author(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        answer("sim", "import random\nsim = random.random()"),
        graded("near", 1, "assert abs(sim - 0.5) < 0.6"),
    )
    assert (plan.kind, plan.state) == (Kind.VALUE, State.AUTHOR)
    assert plan.reasons == ["it is another value each time that the master runs; give it a seed"]
