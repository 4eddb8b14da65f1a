"""Values go into a student's function as they are there, and come out as names and fields."""

from __future__ import annotations

import asyncio
from collections import namedtuple
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse

from grader.assignments.records import Limits
from grader.execution.calls import Call
from grader.execution.cell_steps import CellStep
from grader.execution.outcome import Outcome, Returned
from grader.execution.session import Execution, confinement_for
from grader.notebooks.read import Cell
from grader.sandbox.level import Level
from grader.values import wire
from grader.values.difference import first_difference
from grader.values.frozen import freeze, thaw
from grader.values.python.objects import DataObject, Member
from grader.values.tables.table import Frame, Series

Point = namedtuple("Point", "x y")


def called(cell: str, *arguments: Any) -> Outcome:
    """What comes of a call of the function `f` that the cell defines."""

    async def call() -> Outcome:
        limits = Limits()
        confinement = confinement_for(limits, (), Level.LIMITS)
        async with Execution([CellStep(Cell(1, cell))], {}, limits, confinement) as execution:
            return await execution.call(Call(("f",), wire.encode((arguments, {}), inputs=True)))

    return asyncio.run(call())


def test_a_function_is_given_objects_of_the_libraries() -> None:
    cell = """
import numpy as np, scipy.sparse
def f(point, polynomial, matrix, day, price):
    assert type(polynomial) is np.polynomial.Polynomial
    assert scipy.sparse.issparse(matrix)
    return point.x + point.y, polynomial(2), matrix @ np.ones(2), day.year, price * 2
"""
    outcome = called(
        cell,
        Point(1, 2),
        np.polynomial.Polynomial([1, 2]),
        scipy.sparse.csr_matrix([[1, 0], [0, 3]]),
        date(2024, 2, 29),
        Decimal("0.25"),
    )
    assert isinstance(outcome, Returned), outcome
    total, at_two, product, year, price = outcome.value
    assert (total, at_two, year, price) == (3, 5, 2024, Decimal("0.5"))
    assert product.tolist() == [1, 3]


def test_objects_of_classes_of_the_notebook_come_out_by_their_names() -> None:
    cell = """
import enum, dataclasses
class Colour(enum.Enum):
    RED = 1
@dataclasses.dataclass
class Circle:
    radius: float
    def __eq__(self, other): return True
    def __reduce__(self): raise SystemExit
def f():
    return [Colour.RED, Circle(1.5)]
"""
    outcome = called(cell)
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == [Member("Colour", "RED"), DataObject("Circle", {"radius": 1.5})]


def test_a_function_of_frames_is_given_frames_and_its_frames_come_out_as_columns() -> None:
    cell = """
def f(sales, day):
    import pandas
    assert type(sales) is pandas.DataFrame and type(day) is pandas.Timestamp
    assert str(sales.dtypes["shop"]) == "category"
    late = sales[sales["at"] >= day]
    return late, late.groupby("shop", observed=True)["price"].sum(), sales["price"].isna()
"""
    sales = pd.DataFrame(
        {
            "shop": pd.Categorical(["a", "b", "a"]),
            "price": pd.array([1.5, 2.5, None], dtype="Float64"),
            "at": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]),
        }
    )
    day = pd.Timestamp("2024-01-02")
    outcome = called(cell, sales, day)
    assert isinstance(outcome, Returned), outcome
    late = sales[sales["at"] >= day]
    sums = late.groupby("shop", observed=True)["price"].sum()
    expected = thaw(freeze((late, sums, sales["price"].isna())))
    assert first_difference(expected, outcome.value) is None
    assert [type(each) for each in outcome.value] == [Frame, Series, Series]
