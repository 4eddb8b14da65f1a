"""What the wire allows, and the error for what it does not."""

from __future__ import annotations

try:
    from grader.errors import WireError as WireError
except ModuleNotFoundError:  # inside a kernel, where this folder stands alone

    class WireError(Exception):  # type: ignore[no-redef]
        """A value that cannot be sent, or bytes that cannot be read."""


MAX_BYTES = 32 * 1024 * 1024
MAX_ITEMS = 200_000
# Of all dicts and sets together.
MAX_KEYS = 10_000
# Two keys with the same hash are compared with each other: the bytes of all such pairs together.
# Numbers, and tuples of them, can be chosen so that all have one hash.
MAX_ALIKE_BYTES = 100_000_000
MAX_DEPTH = 32
