"""Run one cell after another with nbclient, and keep the text they print."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from grader.execution.calls import draw
from grader.execution.kernel_words import in_known_words
from grader.execution.outcome import CellRun
from grader.execution.pictures import MAX_OF_CELL, shown_picture
from grader.model import Picture
from grader.sandbox.kernel import Kernel
from grader.text import plain

# What is kept of the pictures of all cells together.
MAX_PICTURE_BYTES = 8_000_000


class CellRunner(NotebookClient):
    """nbclient's client, changed to keep only text, and no more of it than there is room for.

    A cell may print `output_bytes` characters, and all cells together `room`. `cells` has the
    number of the cell for each request to run something. Of cells whose pictures are asked for,
    `MAX_OF_CELL` each are kept, and `MAX_PICTURE_BYTES` of all together.
    """

    def __init__(self, kernel: Kernel, room: int) -> None:
        super().__init__(new_notebook(cells=[new_code_cell()]), km=kernel.manager)
        self.kc = kernel.client
        self.allow_errors = True
        self.record_timing = False
        self._kernel = kernel
        self._printed: list[str] = []
        self._output: list[str] = []
        self._room = 0
        self._room_left = room
        self.cells: list[int] = []
        self._timed_out = False
        self._pictures: list[Picture] = []
        self._left_out = 0
        self._draws = False
        self._picture_room = MAX_PICTURE_BYTES

    async def run_each(self, sources: Sequence[str], seconds: float, number: int = 0) -> None:
        """Run each of these parts of the cell of that number, until one is not done in time.

        All together have so many seconds. What they print is not kept.
        """
        end = time.monotonic() + seconds
        for source in sources:
            left = end - time.monotonic()
            if left <= 0:
                return
            self.cells.append(number)
            if (await self._run(source, left, 0)).ended in ("timeout", "crashed"):
                return

    async def run(
        self, source: str, seconds: float, number: int = 0, *, draws: bool = False
    ) -> CellRun:
        """Run the source of the cell of that number. The kernel may have ended afterwards.

        What it `draws` is kept, if that is asked for.
        """
        self.cells.append(number)
        self._pictures, self._left_out, self._draws = [], 0, draws
        if draws:
            draw(self._kernel, wanted=True)
        run = await self._run(source, seconds, self._kernel.limits.output_bytes)
        self._room_left -= len(run.printed)
        if draws:
            draw(self._kernel, wanted=False)
            self._draws = False
            run = replace(run, pictures=tuple(self._pictures), left_out=self._left_out)
        return run

    @property
    def room_left(self) -> int:
        """How many characters later cells may print."""
        return self._room_left

    async def _run(self, source: str, seconds: float, room: int) -> CellRun:
        self._printed, self._output, self._room = [], [], min(room, self._room_left)
        self._timed_out = False
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
        except Exception:  # the connection is gone, or whatever nbclient makes of what it reads
            await self._kernel.kill()
            reply = {"status": "dead"}
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
        return self._run_of(reply)

    def _run_of(self, reply: dict[str, Any]) -> CellRun:
        printed = in_known_words(plain("".join(self._printed)))
        output = in_known_words(plain("".join(self._output)))
        where = reply.get("done"), reply.get("line")
        if self._timed_out:
            return CellRun("timeout", printed, "", *where)
        if reply.get("status") == "dead":
            return CellRun("crashed", printed)
        if reply.get("status") == "ok":
            return CellRun("ok", printed, output=output)
        name, message = (reply.get(key, "")[:500] for key in ("ename", "evalue"))
        return CellRun("error", printed, in_known_words(plain(f"{name}: {message}")), *where)

    async def _watch(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._timed_out = True
        await self._kernel.interrupt()
        await asyncio.sleep(self._kernel.limits.grace_seconds)
        await self._kernel.kill()

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> None:
        """Keep the text of a message; nbclient calls this for every message of the cell.

        `BoundedChannel` has made sure that each field of the content is of its type.
        """
        content = msg["content"]
        match msg["msg_type"]:
            case "status":
                if content["execution_state"] == "idle":
                    raise CellExecutionComplete
            case "stream":
                self._keep(content["text"], content["name"] == "stdout")
            case "execute_result" | "display_data" as kind:
                self._keep(content["data"] + "\n", kind == "execute_result")
                if self._draws and content["pictures"]:
                    self._keep_picture(content["pictures"])
            case "error":
                self._keep(f"{content['ename']}: {content['evalue']}\n")

    def _keep(self, text: str, is_output: bool = False) -> None:
        if text and self._room > 0:
            self._printed.append(text[: self._room])
            if is_output:
                self._output.append(text[: self._room])
            self._room -= len(text)

    def _keep_picture(self, forms: dict[str, str]) -> None:
        """Keep a picture that can be shown, while there is room for it; count the others."""
        found = shown_picture(forms) if len(self._pictures) < MAX_OF_CELL else None
        if found is None or len(found.data) > self._picture_room:
            self._left_out += 1
            return
        self._pictures.append(found)
        self._picture_room -= len(found.data)
