"""What drivers can use: ready ways to look at an object, a callback, a figure, a fitted model.

A driver runs in the kernel with the student's code, where fairgrade is not. So of what a driver
uses from here the source is sent along, and everything here imports what it needs itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def outcome_of(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, Any]:
    """What comes of a call: `("returned", value)`, or `("raised", name of the exception's type)`.

    >>> outcome_of(int, "7"), outcome_of(int, "seven")
    (('returned', 7), ('raised', 'ValueError'))
    """
    try:
        return "returned", function(*args, **kwargs)
    except Exception as error:  # whatever it may raise: that is what is asked
        return "raised", type(error).__name__


def calls_of_methods(thing: Any, *steps: tuple[Any, ...]) -> list[tuple[str, Any]]:
    """What comes of calls of methods, one after the other; each step is `(name, *arguments)`.

    >>> calls_of_methods([], ("append", 3), ("pop",), ("pop",))
    [('returned', None), ('returned', 3), ('raised', 'IndexError')]
    """
    outcomes: list[tuple[str, Any]] = []
    for name, *args in steps:
        try:
            outcomes.append(("returned", getattr(thing, name)(*args)))
        except Exception as error:  # whatever the method raises is what comes of it
            outcomes.append(("raised", type(error).__name__))
    return outcomes


def recorder(*returns: Any) -> Any:
    """A callback that notes the arguments of its calls in `calls`.

    It returns these values one after the other, and the last one (or None) from then on.

    >>> callback = recorder(True)
    >>> callback(1, "a"), callback.calls
    (True, [(1, 'a')])
    """
    calls: list[Any] = []

    def callback(*args: Any) -> Any:
        calls.append(args)
        return returns[min(len(calls), len(returns)) - 1] if returns else None

    callback.calls = calls  # type: ignore[attr-defined]
    return callback


def figure_of(draw: Callable[..., Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """What a function draws on a fresh figure of matplotlib's: its axes, each as a dictionary.

    Of each of the `axes` these are its title, the labels of x and y, the limits, the ticks, the
    texts of the legend, and its lines: their points, label and colour. Dates are days since 1970,
    and names along an axis 0, 1, 2 and so on, as matplotlib has it. Bars and points of `scatter`
    are counted. If the function returns a figure, that one is looked at.
    """
    import matplotlib.colors
    import matplotlib.figure
    import matplotlib.pyplot as plt
    import numpy as np

    plt.close("all")
    plt.figure()
    returned = draw(*args, **kwargs)
    is_figure = isinstance(returned, matplotlib.figure.Figure)
    figure = returned if is_figure else plt.gcf()
    seen = []
    for axes in figure.axes:
        legend = axes.get_legend()
        lines = [
            {
                "x": np.ma.filled(np.ma.asarray(line.get_xdata(orig=False), dtype=float), np.nan),
                "y": np.ma.filled(np.ma.asarray(line.get_ydata(orig=False), dtype=float), np.nan),
                "label": "" if str(line.get_label()).startswith("_") else str(line.get_label()),
                "color": matplotlib.colors.to_hex(line.get_color()),
            }
            for line in axes.get_lines()
        ]
        seen.append(
            {
                "title": axes.get_title(),
                "xlabel": axes.get_xlabel(),
                "ylabel": axes.get_ylabel(),
                "xlim": [float(each) for each in axes.get_xlim()],
                "ylim": [float(each) for each in axes.get_ylim()],
                "xticks": [float(each) for each in axes.get_xticks()],
                "yticks": [float(each) for each in axes.get_yticks()],
                "legend": [each.get_text() for each in legend.get_texts()] if legend else [],
                "lines": lines,
                "bars": len(axes.patches),
                "collections": len(axes.collections),
            }
        )
    plt.close("all")
    return {"axes": seen}


def predictions_of(model: Any, inputs: Any) -> Any:
    """What a fitted model predicts for inputs, as an array of numbers or a list of labels."""
    import numpy as np

    predicted = np.asarray(model.predict(inputs))
    return predicted.tolist() if predicted.dtype.kind in "OUS" else predicted
