"""What a test does for want of something that this machine does not have."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip a test for want of something; fail where nothing may be skipped."""
    if os.environ.get("FAIRGRADE_NO_SKIPS"):
        pytest.fail(reason)
    pytest.skip(reason)
