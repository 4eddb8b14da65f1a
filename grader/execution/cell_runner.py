"""Run one cell after another with nbclient, and keep the text they print."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from grader.sandbox.kernel import Kernel
from grader.text import plain

# ipykernel's file name for a cell, as it stands in the message of a SyntaxError.
_FILE_OF_A_CELL = re.compile(r"\(\d+\.py, ")


@dataclass(frozen=True, slots=True)
class CellRun:
    """What came of a cell: `ended` is ok, error, timeout, crashed or skipped."""

    ended: str
    printed: str = ""
    error: str = ""


class CellRunner(NotebookClient):
    """nbclient's client, changed to keep only text, and no more of it than `output_bytes` allow."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(new_notebook(cells=[new_code_cell()]), km=kernel.manager)
        self.kc = kernel.client
        self.allow_errors = True
        self._kernel = kernel
        self._printed: list[str] = []
        self._room = 0
        self._timed_out = False

    async def run_each(self, sources: Sequence[str], seconds: float) -> None:
        for source in sources:
            if (await self.run(source, seconds)).ended in ("timeout", "crashed"):
                return

    async def run(self, source: str, seconds: float) -> CellRun:
        """Run one cell's source. The kernel may have ended afterwards."""
        self._printed, self._room, self._timed_out = [], self._kernel.limits.output_bytes, False
        # `new_code_cell` would validate the cell, which takes as long as sending it.
        cell = NotebookNode(cell_type="code", metadata=NotebookNode(), source=source, outputs=[])
        watch = asyncio.create_task(self._watch(seconds))
        reply = {}

        def keep(execute_reply: dict[str, Any], **_: Any) -> None:
            reply.update(execute_reply["content"])

        self.on_cell_executed = keep
        try:
            await self.async_execute_cell(cell, 0)
        except DeadKernelError:
            reply = {"status": "dead"}
        except Exception:  # whatever nbclient raises at messages that student code forged
            await self._kernel.kill()
            reply = {"status": "dead"}
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
        return self._run_of(reply)

    def _run_of(self, reply: dict[str, Any]) -> CellRun:
        printed = plain("".join(self._printed))
        if self._timed_out:
            return CellRun("timeout", printed)
        if reply.get("status") == "dead":
            return CellRun("crashed", printed)
        if reply.get("status") == "ok":
            return CellRun("ok", printed)
        name, message = (str(reply.get(key, ""))[:500] for key in ("ename", "evalue"))
        message = _FILE_OF_A_CELL.sub("(", message)
        return CellRun("error", printed, plain(f"{name}: {message}"))

    async def _watch(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._timed_out = True
        await self._kernel.interrupt()
        await asyncio.sleep(self._kernel.limits.grace_seconds)
        await self._kernel.kill()

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> None:
        """Keep the text of a message; nbclient calls this for every message of the cell."""
        content = msg["content"]
        match msg["msg_type"]:
            case "status":
                if content["execution_state"] == "idle":
                    raise CellExecutionComplete
            case "stream":
                self._keep(content["text"])
            case "execute_result" | "display_data":
                self._keep(content["data"].get("text/plain", "") + "\n")
            case "error":
                self._keep(f"{content['ename']}: {content['evalue']}\n")

    def _keep(self, text: str) -> None:
        if self._room > 0:
            self._printed.append(text[: self._room])
            self._room -= len(text)
