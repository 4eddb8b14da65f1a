"""An order of values in which those within a tolerance of each other are close."""

from __future__ import annotations

import re
from typing import Any


def rank(item: Any) -> tuple[int, Any]:
    """What items are sorted by, so that those within the tolerance are close to each other."""
    if isinstance(item, (int, float)):
        return (0, item) if item == item else (1, 0)
    rounded = re.sub(
        r"(?<!\d)\d++\.\d++(e-?\d++)?+", lambda number: f"{float(number[0]):.6g}", repr(item)
    )
    return 2, rounded
