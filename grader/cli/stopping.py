"""What Ctrl-C does to a command, and a request to end (SIGTERM).

Before a command begins and after its end, Ctrl-C ends the process at once: nothing is lost by that.
While the command runs, it is raised as KeyboardInterrupt, once, and the command ends its workers
and removes its temporary files; only who presses it a third time ends that, too. Python alone would
show where it was, in a stack trace that nobody asked for.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
# What a shell says of a command that a signal ended: this, and the signal's number.
_ENDED_BY = 128
# So often Ctrl-C is pressed before the process ends without having cleaned up.
_PATIENCE = 3
# How long what the signal fell into may take to end.
_AGAIN_SECONDS = 0.05


class Stopped(KeyboardInterrupt):
    """Ctrl-C has ended a command; the message says how far it had got."""


class Stopping:
    """A context in which the first of the signals is raised as KeyboardInterrupt.

    `code` is then the exit code of a command that the signal ended; it is 0 before that. The next
    one does nothing, and neither does Ctrl-C when the context has ended.
    """

    def __init__(self) -> None:
        self.code = 0
        self._count = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stopping:
        self._before = _set(dict.fromkeys(SIGNALS, self._handle))
        self._hook = sys.unraisablehook
        sys.unraisablehook = self._unraisable
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        sys.unraisablehook = self._hook
        # Python ends by giving its own handlers up, so another Ctrl-C would take the exit code.
        _set({**self._before, signal.SIGINT: signal.SIG_IGN} if self.code else self._before)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._count += 1
        if self._count >= _PATIENCE:
            os._exit(self.code)
        if not self.code:
            self.code = _ENDED_BY + number
            raise KeyboardInterrupt

    def _unraisable(self, said: sys.UnraisableHookArgs, /) -> None:
        """Where the exception was raised in something that Python lets nothing out of, try again.

        That is the case in the code that removes an object, for example.
        """
        if not isinstance(said.exc_value, KeyboardInterrupt) or not self.code:
            self._hook(said)
            return
        number, self.code, self._count = self.code - _ENDED_BY, 0, 0
        again = threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()


def _set(handlers: dict[int, Any]) -> dict[int, Any]:
    """Set what the signals do, and return what they did before.

    One that is ignored, as behind `nohup`, stays so. In another thread than the first, and where
    one of the signals is handled by something that is not Python's, nothing is set.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    before = {number: signal.getsignal(number) for number in handlers}
    for number, handler in handlers.items():
        if before[number] not in (signal.SIG_IGN, None):
            signal.signal(number, handler)
    return before
