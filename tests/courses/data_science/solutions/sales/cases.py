"""Cases of the week of data."""

import numpy as np
import pandas as pd

from grader.authoring import arguments, case, driver, generator, value
from grader.drivers import figure_of


def table(days, shops, counts, prices):
    return pd.DataFrame(
        {"day": pd.to_datetime(days), "shop": shops, "count": counts, "price": prices}
    )


@case("tidied", public=True)
def one_price_missing():
    """One of three rows has no price."""
    days = ["2024-05-01", "2024-05-02", "2024-05-03"]
    return arguments(table(days, ["Hill", " hill", "Lake"], [1, 2, 3], [0.5, np.nan, 0.7]))


@case("tidied")
def a_count_missing():
    """A row without a count stays, and shops are written in several ways."""
    days = ["2024-05-01", "2024-05-02", "2024-05-03"]
    return arguments(table(days, ["B ", "a", "A"], [np.nan, 2, 3], [0.5, 0.6, 0.7]))


@case("tidied")
def a_shop_without_prices():
    """A shop has no price at all."""
    days = ["2024-05-01", "2024-05-02", "2024-05-03"]
    return arguments(table(days, ["b", "c ", "A"], [1, 2, 3], [0.5, np.nan, 0.7]))


@case("revenue_by_shop", public=True, compare="rows")
def two_shops():
    """Two shops, one of them with two rows."""
    days = ["2024-05-01", "2024-05-02", "2024-05-03"]
    return arguments(table(days, ["lake", "hill", "lake"], [1, 2, 3], [0.5, 0.25, 1.0]))


@case("revenue_by_shop", compare="rows", weight=3)
def many_rows():
    """Many rows of four shops."""
    rng = generator(7)
    shops = rng.choice(["a", "b", "c", "d"], 60)
    days = pd.date_range("2024-01-01", periods=60, freq="D")
    return arguments(table(days, shops, rng.integers(1, 9, 60), rng.uniform(0.2, 2, 60)))


@case("by_month", public=True)
def two_months():
    """Two months that follow each other."""
    days = ["2024-05-01", "2024-05-02", "2024-06-03"]
    return arguments(table(days, ["a", "b", "a"], [1, 1, 1], [1.0, 2.0, 4.0]))


@case("by_month")
def a_month_without_sales():
    """In one month nothing was sold, and the days are in no order."""
    days = ["2024-07-31", "2024-05-02", "2024-05-01"]
    return arguments(table(days, ["a", "b", "a"], [1, 2, 3], [1.0, 2.5, 4.0]))


@value("prices", rtol=1e-6)
def side_by_side():
    """The mean prices, to six digits."""


@driver("draw_means", public=True)
def three_months(draw_means):
    """The prices of three months."""
    import pandas as pd

    months = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])
    figure = figure_of(draw_means, pd.Series([1.0, 2.5, 2.0], index=months))
    yield {"ylabel": [axes["ylabel"] for axes in figure["axes"]]}
    yield {"heights": [line["y"] for axes in figure["axes"] for line in axes["lines"]]}


@driver("draw_means")
def a_month_without_price(draw_means):
    """One month has no price."""
    import numpy as np
    import pandas as pd

    months = pd.to_datetime(["2024-05-01", "2024-06-01", "2024-07-01"])
    figure = figure_of(draw_means, pd.Series([3.0, np.nan, 2.0], index=months))
    yield {"heights": [line["y"] for axes in figure["axes"] for line in axes["lines"]]}
