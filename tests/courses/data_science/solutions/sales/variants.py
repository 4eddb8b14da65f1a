"""Mistakes of the week of data."""

from grader.authoring import accepted, mistake


@mistake("tidied", title="every row with something missing is left out")
def any_missing(sales):
    """You leave out rows that have a price. Look at which columns of a row may be empty."""
    known = sales.dropna()
    return known.assign(shop=known["shop"].str.strip().str.lower().astype("category"))


@mistake("tidied", title="shops are texts, no categories")
def no_categories(sales):
    """The column of shops holds texts. Look at its dtype."""
    known = sales.dropna(subset=["price"])
    return known.assign(shop=known["shop"].str.strip().str.lower())


@mistake("revenue_by_shop", title="prices are added up")
def sum_of_prices(sales):
    """You add up prices. Somebody who buys three pears pays three times."""
    sums = sales.groupby("shop")["price"].sum()
    return sums.rename("revenue").reset_index()


@accepted("by_month", title="with the months by their names")
def months_as_periods(sales):
    """Your months are periods, where others have their first days. Both say which month it is."""
    return sales.set_index("day")["price"].resample("MS").mean().to_period("M")


@mistake("by_month", title="months without sales are left out")
def only_months_with_sales(sales):
    """A month in which nothing was sold is missing in your answer."""
    months = sales["day"].dt.to_period("M").dt.to_timestamp()
    return sales.groupby(months)["price"].mean()
