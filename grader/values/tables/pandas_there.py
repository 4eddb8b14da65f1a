"""Where pandas is, if it is: nothing here imports it but what makes objects of it.

A value is known to be an object of pandas by the module that whoever made it has imported.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


def pandas_if_imported() -> Any:
    """The module pandas, or None where nothing has imported it, so no value can be of it."""
    there = sys.modules.get("pandas")
    # While it is being imported, it has no classes yet.
    return there if hasattr(there, "DataFrame") else None


def is_pandas(value: Any, name: str) -> bool:
    """Whether the value is of the class of that name."""
    pandas = pandas_if_imported()
    return pandas is not None and isinstance(value, getattr(pandas, name))


def pandas_to_make() -> Any:
    """The module pandas, imported where it is not yet; for a kernel, which makes inputs."""
    return importlib.import_module("pandas")
