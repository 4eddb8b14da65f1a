"""The cases of the week: what functions are called with, and what drivers look at."""

from grader.authoring import arguments, case, driver, value
from grader.checkers import sorted_by
from grader.drivers import calls_of_methods


@case("average", public=True)
def of_three():
    """Three numbers."""
    return arguments([1, 2, 6])


@case("average", raises=ValueError, public=True)
def of_none():
    """An empty list has no mean."""
    return arguments([])


@case("average")
def of_two():
    """Two numbers that are not whole."""
    return arguments([0.5, 3.25])


@case("average", raises=ValueError, says="no numbers")
def of_none_with_a_text():
    """The text of the exception says that there are no numbers."""
    return arguments(())


@driver("Stack", public=True)
def last_in_first_out(Stack):
    """What was pushed last is popped first."""
    stack = Stack()
    stack.push("a")
    stack.push("b")
    yield stack.pop()
    yield len(stack)


@driver("Stack", raises=IndexError)
def pop_of_nothing(Stack):
    """An empty stack has nothing to pop."""
    yield Stack().pop()


@driver("Stack")
def two_stacks(Stack):
    """Two stacks do not share what they hold."""
    one, other = Stack(), Stack()
    yield calls_of_methods(one, ("push", 1), ("push", 2), ("pop",), ("push", 3), ("pop",))
    yield len(one), len(other)


@driver("countdown", public=True)
def from_three(countdown):
    """From 3."""
    yield list(countdown(3))


@driver("countdown")
def one_by_one(countdown):
    """It yields one number after the other, and is done then."""
    import types

    numbers = countdown(2)
    yield isinstance(numbers, types.GeneratorType)
    yield next(numbers)
    yield list(numbers)
    yield list(countdown(0))


@value("result", check=sorted_by())
def in_order():
    """All numbers, from the smallest to the largest."""
