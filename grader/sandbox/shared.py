"""Inputs that a worker's kernels share: sealed memory that each maps, and nobody can change.

To send as many bytes through a socket, and to take them into new memory there, costs a kernel as
much as its start. What is shared is there before a notebook runs: it must be nothing secret.
"""

from __future__ import annotations

import fcntl
import os
import weakref

# With a request to fork, so many go along.
MAX_SHARED = 3


class SharedInputs:
    """A call's encoded inputs, and the descriptor of the memory that has them."""

    def __init__(self, data: bytes | memoryview) -> None:
        """Raises OSError where there is no room for them."""
        self.data = data
        self.descriptor = os.memfd_create("inputs", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        weakref.finalize(self, os.close, self.descriptor)
        written = 0
        while written < len(data):
            written += os.pwrite(self.descriptor, data[written:], written)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, seals)
