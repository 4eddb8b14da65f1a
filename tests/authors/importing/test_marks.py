"""Where our marks stand in a cell whose solution was marked by another program."""

from __future__ import annotations

import textwrap

import pytest

from grader.authors.importing.marks import Line, marked
from grader.authors.template import emptied


def lines(source: str) -> list[Line]:
    """The lines of a cell; those that end with `#!` are its solution."""
    found = textwrap.dedent(source).strip("\n").splitlines()
    return [Line(each.removesuffix("#!").rstrip(), each.endswith("#!")) for each in found]


def students_get(source: str) -> str:
    return emptied(marked(lines(source)).source)


def test_a_region_of_a_function_stands_between_our_marks() -> None:
    source = """
    def f(x):
        '''Say it.'''
        y = 2 * x #!
        return y #!
    """
    assert marked(lines(source)).source.splitlines() == [
        "def f(x):",
        "    '''Say it.'''",
        "    ### START CODE HERE ###",
        "    y = 2 * x",
        "    return y",
        "    ### END CODE HERE ###",
    ]


def test_of_a_whole_function_students_keep_the_arguments_and_the_docstring() -> None:
    source = """
    def f(x): #!
        '''Say it.''' #!
        return 2 * x #!
    """
    kept = students_get(source)
    assert kept.startswith("def f(x):\n    '''Say it.'''\n    ### START")
    assert "2 * x" not in kept


def test_a_function_on_one_line_is_taken_apart() -> None:
    kept = students_get("def f(x): return 2 * x #!")
    assert kept.splitlines()[0] == "def f(x):"
    assert "2 * x" not in kept


def test_two_functions_and_a_value_have_marks_of_their_own() -> None:
    source = """
    import numpy as np
    def f(x): #!
        return x #!
    y = f(3) #!
    print(y)
    def g(x):
        return x + 1 #!
    """
    made = marked(lines(source)).source
    assert made.count("START CODE HERE") == made.count("END CODE HERE") == 3
    kept = emptied(made)
    assert "import numpy" in kept
    assert "print(y)" in kept
    assert "y = None" in kept
    assert "return" not in kept


def test_a_line_inside_a_loop_is_marked_there() -> None:
    source = """
    for i in range(3):
        total = total + i #!
        print(total)
    """
    kept = students_get(source)
    assert "for i in range(3):" in kept
    assert "print(total)" in kept
    assert "total + i" not in kept


def test_a_statement_of_several_lines_is_marked_as_a_whole() -> None:
    source = """
    table = join( #!
        one,
        other, #!
    )
    """
    assert "table = None" in students_get(source)


def test_comments_of_a_solution_are_not_given_to_students() -> None:
    source = """
    def f(x):
        # What is to be done.
        # The trick is to square it. #!
        return x * x #!
    """
    made = marked(lines(source))
    assert made.comments_left_out == 1
    assert "trick" not in made.source
    assert "What is to be done." in made.source


def test_a_line_of_a_text_that_looks_like_a_comment_stays() -> None:
    source = """
    story = '''one #!
    # two #!
    ''' #!
    """
    assert "# two" in marked(lines(source)).source


def test_a_class_is_marked_as_a_whole_and_decorated_methods_leave_nothing() -> None:
    source = """
    class Stack: #!
        @property #!
        def top(self): #!
            return self.items[-1] #!
    """
    kept = students_get(source)
    assert "property" not in kept
    assert "top" not in kept


@pytest.mark.parametrize("source", ["x = (1, #!", "def f(: #!"])
def test_what_is_no_python_is_said_to_be_none(source: str) -> None:
    assert marked(lines(source)).problem


def test_a_cell_without_a_solution_stays_as_it_is() -> None:
    assert marked(lines("x = 1\n# a comment")).source == "x = 1\n# a comment"
