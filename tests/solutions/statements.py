"""What variants' titles and sentences state, each with the measurement that it is so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.solutions.trying import (
    EVERY,
    Answer,
    Tried,
    alike,
    another_order,
    apart,
    arrays,
    averages,
    averages_of,
    cannot_show,
    cut,
    filled,
    flat,
    forgets,
    grows,
    its,
    keys,
    longer_at,
    nan_where_gradient_is_zero,
    nan_where_negative,
    network,
    numbers,
    on_batches,
    raises,
    ratio,
    right,
    shapes,
    smaller_still,
    stays,
    stretched,
    uphill,
)

# A part of a sentence -> the measurement that it is so, of the exercise's name and the answer.
MEASURED: dict[str, Callable[[str, Answer], bool]] = {
    "which is the way the cost grows": uphill,
    "Your step grows when the learning rate gets smaller": lambda e, a: (
        ratio(e, a, rate=0.01) > 100 and ratio(e, a, rate=0.1) < 101
    ),
    "so the old parameter is lost": lambda e, a: alike(
        *(Tried(e, a).call({"W1": np.full((1, 1), x)}, {"dW1": np.ones((1, 1))}) for x in (1, 2))
    ),
    "the same for all inputs of a unit": lambda e, a: bool(
        np.allclose(np.ptp(Tried(e, a).step()["W1"], axis=1), 0)
    ),
    "W1 and b1 stay as they were": stays("W1", "b1"),
    "The first layer stays as it was": stays("W1", "b1"),
    "so the last one never learns": stays("W3", "b3"),
    "Your biases stay as they were": stays("b1", "b2", "b3"),
    "Your biases and their": stays("b1", "b2", "b3"),
    "Your weights stay as they were": stays("W1", "W2", "W3"),
    "the parameters stay as they came": stays(*EVERY),
    "Only W1 and b1 change": stays("W2", "b2", "W3", "b3"),
    "Only the first layer changes": stays("W2", "b2", "W3", "b3"),
    "It goes unnoticed where the shapes are alike": lambda e, a: (
        len(Tried(e, a).step(3, 3, 3)) == 4
    ),
    "to a matrix without an error": stretched,
    "In the first step nothing moves": stays(*EVERY),
    "The example starts from": cannot_show,
    "has nothing of the old one": forgets,
    "so it grows without end": grows,
    "and the steps die out": lambda e, a: (
        abs(Tried(e, a).steps(20_000, 1)[0]) < 0.3 * abs(Tried(e, a).steps(10, 1)[0])
    ),
    "it is up to 1 / (1 - beta) times as large": lambda e, a: (
        9 < Tried(e, a).steps(200, 1)[1] / right(e).steps(200, 1)[1] < 10.001
    ),
    "so it never turns back": lambda e, a: Tried(e, a).steps(5, -1)[1] > 0,
    "Your velocity points against the gradient": lambda e, a: Tried(e, a).steps(1, 1)[1] < 0,
    "which makes the averages smaller still": smaller_still,
    "It makes small averages smaller": smaller_still,
    "You divide v by 1 + beta1^t, which makes it smaller still": smaller_still,
    "You divide s by 1 + beta2^t, which makes it smaller still": smaller_still,
    "they are too small at first, and not by the same factor": lambda e, a: (
        Tried(e, a).steps(1, 0.5)[1] < 0.5 and not 0.99 < ratio(e, a) < 1.01
    ),
    "That alone makes the first steps too long": lambda e, a: longer_at(e, a, 2, 100, 1, 2, 5, 10),
    "That alone makes the first steps too short": lambda e, a: longer_at(e, a, 0, 0.9, 1, 2, 5, 10),
    "That alone makes the first ten steps eight to ten times too long": lambda e, a: longer_at(
        e, a, 8, 10.001, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    ),
    "That alone makes the first steps far too long": lambda e, a: longer_at(e, a, 50, 101, 1, 2, 5),
    "in the first step divide by zero": lambda e, a: (
        not np.isfinite(Tried(e, a).step()["W1"]).any()
    ),
    "The second step shows it": lambda e, a: averages(e, a, t=1)[2] > 0 > averages(e, a, t=2)[2],
    "which becomes negative": lambda e, a: max(averages(e, a, t=2)[2:]) < 0,
    "Python divides before it subtracts": lambda e, a: max(averages(e, a, gradient=0)[2:]) < 0,
    "so each layer has another correction, the same in every step": lambda e, a: bool(
        np.array_equal(Tried(e, a).step(t=1)["W1"], Tried(e, a).step(t=9)["W1"])
        and ratio(e, a, t=9) != 1
    ),
    "so it shifts every parameter and protects from nothing": nan_where_gradient_is_zero,
    "exactly zero gives nan": nan_where_gradient_is_zero,
    "the parameter becomes nan": nan_where_gradient_is_zero,
    "A negative v has no root, and gives nan": nan_where_negative,
    "its root is nan": nan_where_negative,
    "as the short form in the paper and old libraries do": lambda e, a: (
        ratio(e, a, epsilon=0.1) < 1
    ),
    "It makes epsilon larger in the first steps": lambda e, a: (
        ratio(e, a, epsilon=0.1) < 0.99 * ratio(e, a, epsilon=1e-8)
    ),
    "With the usual epsilon of 1e-8 the two hardly differ": lambda e, a: (
        abs(ratio(e, a) - 1) < 1e-6
    ),
    "They do differ when a gradient is very small": lambda e, a: (
        abs(ratio(e, a, size=1e-6) - 1) > 0.01
    ),
    "That is the rule where s is zero, and close to it where s is large": lambda e, a: (
        ratio(e, a, size=0.1, epsilon=0.1) > 1.1
        and abs(ratio(e, a, size=1000, epsilon=0.1) - 1) < 1e-3
        and abs(ratio(e, a, size=1e-6, epsilon=0.1) - 1) < 1e-3
    ),
    "so a small one may become zero or negative": lambda e, a: uphill(
        e, lambda *args, **more: a(*args[:5], *args[5:], **(more | {"epsilon": 10.0}))
    ),
    "which makes the step enormous": lambda e, a: ratio(e, a) > 1e6,
    "so the step is far too long where gradients are small": lambda e, a: (
        ratio(e, a, size=1e-4) > 100
    ),
    "You shrink the parameters by the learning rate times 0.01": lambda e, a: bool(
        np.allclose(
            Tried(e, a).call(network(3, 2)[0], filled(network(3, 2)[1], 0))[0]["W1"],
            network(3, 2)[0]["W1"] * (1 - 0.01 * 0.01),
        )
    ),
    "You return s before v": lambda e, a: (
        averages_of(e, a)[0]["dW1"][0, 0] > 50 > averages_of(e, a)[1]["dW1"][0, 0]
    ),
    "You return the velocity first": lambda e, a: "dW1" in Tried(e, a).call(*network(3, 2))[0],
    "You look for layer 0": lambda e, a: raises(
        KeyError, lambda: arrays(e, a) if "initialize" in e else Tried(e, a).step(), "W0"
    ),
    # initial values
    "Your arrays for the weights have the shape of the biases": lambda e, a: shapes(
        e, a, (4, 1), (4, 1)
    ),
    "Your arrays for the biases have the shape of the weights": lambda e, a: shapes(
        e, a, (4, 3), (4, 3)
    ),
    "Your arrays for the biases have the shape (1, n)": lambda e, a: shapes(e, a, (4, 3), (1, 4)),
    "Your arrays for the biases have the shape (n,)": lambda e, a: shapes(e, a, (4, 3), (4,)),
    "Added together they give a matrix": lambda e, a: all(
        (each["db1"] + np.zeros((4, 1))).shape == (4, 4) for each in arrays(e, a)
    ),
    "Your arrays have as many rows as the parameters have columns": lambda e, a: shapes(
        e, a, (3, 4), (1, 4)
    ),
    "You use the number of units twice": lambda e, a: shapes(e, a, (4, 4), (4, 1)),
    "it should have the shape of the parameter": lambda e, a: all(
        np.shape(each["dW1"]) == () for each in arrays(e, a)
    ),
    "Your dictionary is empty": lambda e, a: keys(e, a),
    "Your loop begins with the second layer": lambda e, a: keys(e, a, "dW2", "db2"),
    "Your loop ends one layer too early.": lambda e, a: keys(e, a, "dW1", "db1"),
    "Only the second layer is there": lambda e, a: keys(e, a, "dW2", "db2"),
    "All layers end up in dW1 and db1": lambda e, a: keys(e, a, "dW1", "db1"),
    "All layers end up in one key": lambda e, a: keys(e, a, "dW2", "db2"),
    "Your keys begin with dW2": lambda e, a: keys(e, a, "dW2", "db2", "dW3", "db3"),
    "Your keys begin with dW0": lambda e, a: keys(e, a, "dW0", "db0", "dW1", "db1"),
    "have only the shape in common": lambda e, a: shapes(e, a, (4, 3), (4, 1)),
    "so the first steps go where no gradient points": lambda e, a: all(
        (each["dW1"] == 1).all() for each in arrays(e, a)
    ),
    # mini-batches
    "Your mini-batches have the examples in the order they came in": on_batches(
        lambda a: flat(numbers(a)) == list(range(20))
    ),
    "so examples get the labels of others": on_batches(lambda a: apart(a, slice(-1, None))),
    "the two should stay together": on_batches(apart),
    "so every epoch has the same mini-batches": on_batches(
        lambda a: [X.tolist() for X, _ in cut(a, seed=1)] == [X.tolist() for X, _ in cut(a, seed=2)]
    ),
    "that has not been seeded before": on_batches(lambda a: numbers(a) != its()),
    "the mini-batches should be the same, and yours are others": on_batches(
        lambda a: numbers(a) != its()
    ),
    "You shuffle the rows of X": on_batches(lambda a: raises(IndexError, lambda: cut(a))),
    "All your full mini-batches hold the same examples": on_batches(
        lambda a: numbers(a)[0] == numbers(a)[1]
    ),
    "begins one column after the one before it": on_batches(
        lambda a: numbers(a)[1][:-1] == numbers(a)[0][1:]
    ),
    "You leave out the last column of every mini-batch": on_batches(
        lambda a: numbers(a)[:2] == [each[:-1] for each in its()[:2]]
    ),
    "Your mini-batches overlap by a column": on_batches(
        lambda a: numbers(a)[0][-1] == numbers(a)[1][0]
    ),
    "Your mini-batches begin at the second one": on_batches(lambda a: numbers(a)[0] == its()[1]),
    "begin at the right place, and all of them end with the last column": on_batches(
        lambda a: (
            [each[0] for each in numbers(a)] == [each[0] for each in its()]
            and all(each[-1] == flat(its())[-1] for each in numbers(a))
        )
    ),
    "Every full mini-batch but the first has its columns in the other order": on_batches(
        lambda a: numbers(a) == [its()[0], its()[1][::-1], its()[2]]
    ),
    "You cut X by rows": on_batches(lambda a: cut(a)[0][0].shape != (2, 8)),
    "it should have one row": on_batches(lambda a: any(len(Y) != 1 for _, Y in cut(a))),
    "of the end case comes from X": on_batches(lambda a: [len(Y) for _, Y in cut(a)] == [1, 1, 2]),
    "only two classes are left": on_batches(
        lambda a: {value for _, Y in cut(a) for value in Y.ravel().tolist()} == {False, True}
    ),
    "The columns that are left over are lost": on_batches(lambda a: numbers(a) == its()[:2]),
    "you add a mini-batch without columns": on_batches(
        lambda a: numbers(a, 16)[-1] == [] and len(numbers(a, 16)) == 3
    ),
    "Its cost is nan": on_batches(lambda a: cut(a, 16)[-1][0].shape[1] == 0),
    "You fill the last mini-batch up with zeros": on_batches(
        lambda a: numbers(a)[-1] == [*its()[-1], 0, 0, 0, 0]
    ),
    "the columns that are left, and no more": on_batches(lambda a: len(numbers(a)[-1]) == 8),
    "uses the k that the loop leaves behind": on_batches(lambda a: numbers(a) == its()),
    "the loop does not run and k does not exist": on_batches(
        lambda a: numbers(a) == its() and raises(UnboundLocalError, lambda: cut(a, 5))
    ),
    "leaves out the last column, so one example is never seen": on_batches(
        lambda a: numbers(a) == [*its()[:2], its()[2][:-1]]
    ),
    "You take the last column alone": on_batches(lambda a: numbers(a)[-1] == its()[-1][-1:]),
    "there should be m": on_batches(lambda a: len(flat(numbers(a))) < 20),
    "Your last mini-batch repeats the beginning, and the columns at the end are lost": on_batches(
        lambda a: numbers(a)[-1] == its()[0][:4]
    ),
    "It has the right shape": on_batches(lambda a: len(numbers(a)[-1]) == len(its()[-1])),
    "come from different places": on_batches(lambda a: apart(a, slice(-1, None))),
    "as large as the others and repeats columns": on_batches(
        lambda a: numbers(a)[-1] == flat(its())[-8:]
    ),
    "so some examples come twice and others never": on_batches(
        lambda a: numbers(a)[-1] == [16, 17, 18, 19] and len({*flat(numbers(a))}) < 20
    ),
    "Your last mini-batch has its columns in the other order": on_batches(
        lambda a: numbers(a)[-1] == its()[-1][::-1]
    ),
    "rounding it up takes a column too many": on_batches(
        lambda a: len(numbers(a, 7, 3)[-1]) == 2 and numbers(a) == its()
    ),
    "You leave out the end case where one column is left": on_batches(
        lambda a: numbers(a, 7, 3) == its(7, 3)[:2] and numbers(a) == its()
    ),
    "Your end case is put before the others": on_batches(
        lambda a: numbers(a) == [its()[-1], *its()[:-1]]
    ),
    "so they come in another order": on_batches(another_order),
}

# Sentences about numpy, Python, the exercise or the reference: the answer has no part in them.
KNOWN = {
    "Call the function with a tiny rate: the parameters should hardly move.",
    "With a gradient of zero nothing should change.",
    "The first layer is dW1.",
    "They start at zero.",
    "Those of gradients and averages begin with a d.",
    "The columns are as many as the layer has inputs.",
    "Read the last line of the error message: it says what cannot be called.",
    "Try a gradient of zero: a parameter that has a velocity should still move.",
    "Try a gradient of zero after others: the parameter should still move.",
    "The first step has t = 1.",
    "The function is told t, and the first step has t = 1.",
    "In the first step the corrected average should be the gradient itself.",
    "In the first step the corrected average should be the squared gradient.",
    "The correction has to fade as t grows: print it for t = 1 and t = 1000.",
    "All layers take the same step.",
    "Multiply all gradients by 100: the step should stay the same.",
    "Squares belong to Adam's second average.",
    "One column is a mini-batch too.",
    "shape is a tuple, not a function, so it takes no brackets.",
}
