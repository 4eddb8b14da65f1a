"""Inputs that all kernels of a worker have in memory from the start.

They are in an anonymous file (memfd) that is sealed, so that nobody can change it, and that each
kernel maps. To send large inputs through a socket would take as long as to start the kernel. A
notebook could read them before any call, so they must be nothing secret: inputs of public cases.
"""

from __future__ import annotations

import fcntl
import os
import weakref

# The most inputs that kernels share: their descriptors go along with each request to fork.
MAX_SHARED = 3


class SharedInputs:
    """The encoded inputs of a call, and the descriptor of the sealed memory that holds them."""

    def __init__(self, data: bytes | memoryview) -> None:
        """Copy `data` to sealed memory; raises OSError where the system grants none."""
        self.data = data
        self.descriptor = os.memfd_create("inputs", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        weakref.finalize(self, os.close, self.descriptor)
        written = 0
        while written < len(data):
            written += os.pwrite(self.descriptor, data[written:], written)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, seals)
