"""Item figures: how difficult a case or an exercise is, and what it tells of who does well.

The difficulty of an item is the share of answers that pass it. Its discrimination is the
point-biserial correlation: Pearson's correlation of passing it (0 or 1) with the points that the
same student has in the other exercises. The exercise itself is left out of these, or an item would
be compared with itself (S. Henrysson, "Correction of item-total correlations in item analysis",
Psychometrika 28, 1963, pp. 211-218). That an item below 0.2 tells little is the rule of thumb in
R. L. Ebel and D. A. Frisbie, "Essentials of Educational Measurement", 5th edition, 1991.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

# With fewer answers than this a correlation says nothing.
FEWEST_ANSWERS = 10
TELLS_LITTLE = 0.2


@dataclass(slots=True)
class Item:
    """The sums from which an item's figures are computed; an answer is added, and not kept.

    `rest` is the sum of the points in the other exercises, `squares` that of their squares, and
    `rest_of_passed` the sum over those who pass the item.
    """

    count: int = 0
    passed: int = 0
    rest: float = 0.0
    squares: float = 0.0
    rest_of_passed: float = 0.0

    def add(self, passed: bool, rest: float) -> None:
        self.count += 1
        self.rest += rest
        self.squares += rest * rest
        if passed:
            self.passed += 1
            self.rest_of_passed += rest

    @property
    def discrimination(self) -> float | None:
        """From -1 to 1; None with too few answers, or where all pass, fail, or have equal points.

        >>> item = Item()
        >>> for number in range(10):
        ...     item.add(number >= 5, number)
        >>> round(item.discrimination or 0, 2)
        0.87
        """
        failed = self.count - self.passed
        if self.count < FEWEST_ANSWERS or not self.passed or not failed:
            return None
        mean = self.rest / self.count
        variance = self.squares / self.count - mean * mean
        if variance <= 1e-9 * max(1.0, mean * mean):
            return None
        apart = self.rest_of_passed / self.passed - (self.rest - self.rest_of_passed) / failed
        share = self.passed / self.count
        return apart / sqrt(variance) * sqrt(share * (1 - share))

    @property
    def remark(self) -> str:
        """What a low discrimination means, in words; empty where there is nothing to say."""
        value = self.discrimination
        if value is None or value >= TELLS_LITTLE:
            return ""
        if value <= -TELLS_LITTLE:
            return "those who pass it have fewer points in the other exercises than those who fail"
        return "passing it says little about the points in the other exercises"

    @property
    def shown(self) -> str:
        """The discrimination with two decimals, or a dash where there is none."""
        value = self.discrimination
        if value is None:
            return "\N{EN DASH}"
        return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")
