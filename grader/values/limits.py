"""What the wire allows, and the error for what it does not."""

from __future__ import annotations

try:
    from grader.errors import WireError as WireError
except ModuleNotFoundError:  # inside a kernel, where this folder stands alone

    class WireError(Exception):  # type: ignore[no-redef]
        """A value that cannot be sent, or bytes that cannot be read."""


MAX_BYTES = 32 * 1024 * 1024
MAX_ITEMS = 200_000
# Of all dicts and sets together: keys chosen to collide cost time that grows with their square.
MAX_KEYS = 10_000
MAX_DEPTH = 32
