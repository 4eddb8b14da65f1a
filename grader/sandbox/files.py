"""The files that are put in a kernel's folder before it runs anything.

They go there from one temporary file of ours that the kernel reads and closes while it is made. So
they may be of any size, which a message may not be.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path

from grader.errors import KernelFailure


class PackedFiles:
    """Files one after the other in a temporary file; `sizes` has the name and size of each."""

    def __init__(self, files: Mapping[str, bytes | Path]) -> None:
        """Pack the files, each given by its content or by the path of a file with that content.

        Raises KernelFailure where they cannot be read or written.
        """
        self.sizes: list[tuple[str, int]] = []
        try:
            with tempfile.TemporaryFile() as packed:
                for name, content in files.items():
                    start = packed.tell()
                    if isinstance(content, Path):
                        with content.open("rb") as source:
                            shutil.copyfileobj(source, packed, 1024 * 1024)
                    else:
                        packed.write(content)
                    self.sizes.append((name, packed.tell() - start))
                packed.flush()
                self.descriptor = os.dup(packed.fileno())
        except OSError as error:
            raise KernelFailure(f"the files for a kernel could not be packed: {error}") from None
        weakref.finalize(self, os.close, self.descriptor)

    @property
    def size(self) -> int:
        return sum(size for _, size in self.sizes)
