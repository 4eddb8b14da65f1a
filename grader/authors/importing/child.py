"""Run a master in a process of its own, and note what its tests call. Started by `recording`.

The master is its author's own code, so it is not shut in, but it runs in a copy of its folder and
cannot reach this program's process. The answer is a file of JSON lines, one for each step, so that
what was noted stays where a later step ends the process.
"""

from __future__ import annotations

import ast
import base64
import functools
import hashlib
import importlib.util
import json
import random
import signal
import sys
import types
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from grader.values import wire

# A loop of a test may call a function any number of times; more are no cases.
MAX_CALLS = 200
MAX_YIELDS = 2_000
# A longer value is noted down as its hash, which begins with a sign that is not in base64.
MOST_OF_A_VALUE = 2_000
HASH = "#"


def main(request_file: str, answer_file: str) -> None:
    """Do what the request says, and write the answer."""
    request = json.loads(Path(request_file).read_text(encoding="utf-8"))
    with Path(answer_file).open("w", encoding="utf-8") as answer:
        _Run(request, answer).run()


class _Run:
    def __init__(self, request: dict[str, Any], answer: TextIO) -> None:
        self.request = request
        self.answer = answer
        self.shell = _shell()
        self.calls: list[dict[str, Any]] = []
        self.depth = 0
        self.file = ""

    @property
    def names(self) -> dict[str, Any]:
        return self.shell.user_ns  # type: ignore[no-any-return]

    def run(self) -> None:
        _stand_ins()
        for number, step in enumerate(self.request["steps"]):
            if step["test"] and not self.request["tests"]:
                continue
            said = self._test(number, step) if step["test"] else self._cell(step)
            self._write({"step": number, **said})
        for number, call in enumerate(self.request["calls"]):
            self._write({"call": number, "problem": self._called(call)})
        for number, driver in enumerate(self.request["drivers"]):
            self._write({"driver": number, **self._driven(driver)})
        self._write({"end": True, "values": self._values()})

    def _write(self, what: dict[str, Any]) -> None:
        print(json.dumps(what), file=self.answer, flush=True)

    def _cell(self, step: dict[str, Any]) -> dict[str, Any]:
        try:
            with _time_limit(self.request["seconds"]):
                result = self.shell.run_cell(step["source"], silent=True)
        except BaseException as error:  # time is over, or what IPython itself fails in
            return {"error": _words(error)}
        failed = result.error_before_exec or result.error_in_exec
        if result.error_in_exec:
            self._rest_of(step["source"], result.error_in_exec)
        return {"error": _words(failed) if failed else ""}

    def _rest_of(self, source: str, error: BaseException) -> None:
        """Run the statements after the one that raised one by one, as they are in grading."""
        body = ast.parse(self.shell.transform_cell(source)).body
        traceback, line = error.__traceback__, 0
        while traceback:
            if traceback.tb_frame.f_globals is self.names and not line:
                line = traceback.tb_lineno
            traceback = traceback.tb_next
        for node in (each for each in body if line and each.lineno > line):
            with suppress(BaseException), _time_limit(self.request["seconds"]):
                exec(compile(ast.Module([node], []), "<cell>", "exec"), self.names)

    def _test(self, number: int, step: dict[str, Any]) -> dict[str, Any]:
        """Run the statements of a test one by one, with the functions replaced by ours."""
        self.calls, self.file = [], f"<test {number}>"
        errors: list[list[Any]] = []
        with self._recorded():
            try:
                body = ast.parse(self.shell.transform_cell(step["source"])).body
            except SyntaxError as error:
                return {"error": _words(error), "calls": [], "errors": [], "values": {}}
            for node in body:
                code = compile(ast.Module([node], []), self.file, "exec")
                try:
                    with _time_limit(self.request["seconds"]):
                        exec(code, self.names)
                except BaseException as error:  # whatever the master raises, SystemExit too
                    errors.append([node.lineno, _words(error)])
        first = errors[0][1] if errors else ""
        said = {"error": first, "errors": errors, "calls": self.calls}
        return said | {"values": self._values()}

    @contextmanager
    def _recorded(self) -> Iterator[None]:
        kept = {}
        for name in self.request["functions"]:
            function = self.names.get(name)
            if isinstance(function, types.FunctionType):
                kept[name] = function
                self.names[name] = self._recorder(name, function)
        ours = {name: self.names[name] for name in kept}
        try:
            yield
        finally:
            for name, function in kept.items():
                if self.names.get(name) is ours[name]:
                    self.names[name] = function

    def _recorder(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def recorder(*args: Any, **kwargs: Any) -> Any:
            if self.depth or len(self.calls) >= MAX_CALLS:
                return function(*args, **kwargs)
            call = {"name": name, "lines": self._lines(), **_sent((args, kwargs))}
            self.calls.append(call)
            self.depth += 1
            try:
                value = function(*args, **kwargs)
            except Exception as error:  # noted, and raised again: a test may expect it
                call["raised"] = [each.__name__ for each in type(error).__mro__]
                raise
            finally:
                self.depth -= 1
            call["returned"] = not _sent(value)["why"]
            return value

        return recorder

    def _lines(self) -> list[int]:
        """The lines of the test that are being run, those of its own functions first."""
        lines = []
        frame: types.FrameType | None = sys._getframe(2)
        while frame:
            if frame.f_code.co_filename == self.file:
                lines.append(frame.f_lineno)
            frame = frame.f_back
        return lines

    def _values(self) -> dict[str, str]:
        """Each value by the name of its variable: as it is sent, where that is short, or its hash.

        The text is empty where the value cannot be sent.
        """
        return {
            name: _short(_sent(self.names[name])["sent"])
            for name in self.request["values"]
            if name in self.names
        }

    def _called(self, call: dict[str, Any]) -> str:
        """What is wrong with a call; empty if it returns what can be sent."""
        args, kwargs = wire.decode(base64.b64decode(call["sent"]))
        try:
            with _time_limit(self.request["seconds"]):
                value = self.names[call["name"]](*args, **kwargs)
        except BaseException as error:  # whatever the author's function raises
            names = [each.__name__ for each in type(error).__mro__]
            return "" if call["raises"] in names else f"raises {_words(error)}"
        if call["raises"]:
            return f"does not raise {call['raises']}"
        return str(_sent(value)["why"])

    def _driven(self, driver: dict[str, Any]) -> dict[str, Any]:
        """What is wrong with a driver, and in which line; whether it yields the same every time."""
        once = self._observed(driver, seed=1)
        if once["problem"]:
            return once
        again = self._observed(driver, seed=2)
        return {"problem": "", "line": 0, "random": once["hash"] != again.get("hash")}

    def _observed(self, driver: dict[str, Any], seed: int) -> dict[str, Any]:
        """A hash of what a driver yields with the random generators at a seed."""
        hashes, seen = [], []
        first = 0
        _seed(seed)
        try:
            scope: dict[str, Any] = {}
            exec(compile(driver["source"], "<driver>", "exec"), scope)
            generator = scope[driver["function"]](*(self.names[name] for name in driver["needs"]))
            with _time_limit(self.request["seconds"]):
                for value in generator:
                    sent = _sent(value)
                    line = generator.gi_frame.f_lineno
                    first = first or line
                    if sent["why"]:
                        return {"problem": sent["why"], "line": line, "of_value": True}
                    hashes.append(sent["sent"])
                    seen.append(wire.decode(base64.b64decode(sent["sent"])))
                    if len(hashes) > MAX_YIELDS:
                        return {"problem": "it yields too many values", "line": 0}
        except BaseException as error:  # whatever the driver or the master raises
            return {"problem": f"raises {_words(error)}", "line": 0}
        if not hashes:
            return {"problem": "it yields nothing", "line": 0}
        if driver["checker"] and not _holds(driver, seen):
            return {"problem": "its checker does not hold", "line": first, "of_value": True}
        return {"problem": "", "line": 0, "hash": hashlib.sha256("".join(hashes).encode()).digest()}


def _holds(driver: dict[str, Any], seen: list[Any]) -> bool:
    scope: dict[str, Any] = {}
    exec(compile(driver["checker"], "<checker>", "exec"), scope)
    return bool(scope[f"{driver['function']}_holds"](seen))


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell

    class Shell(InteractiveShell):
        def enable_gui(self, gui: Any = None) -> None:
            """Nothing is drawn on a screen here."""

    return Shell.instance()


def _sent(value: Any) -> dict[str, Any]:
    try:
        encoded = base64.b64encode(bytes(wire.encode(value))).decode()
    except Exception as error:  # a value of the author's may raise anything when it is looked at
        return {"sent": "", "why": str(error) or type(error).__name__}
    return {"sent": encoded, "why": ""}


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)


def _short(sent: str) -> str:
    if len(sent) <= MOST_OF_A_VALUE:
        return sent
    return f"{HASH}{hashlib.sha256(sent.encode()).hexdigest()}"


def _words(error: BaseException) -> str:
    text = str(error).strip().split("\n", 1)[0][:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"took longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stand_ins() -> None:
    """Modules of the other programs, and an old one for tests, where they are not installed."""
    if _missing("nose"):
        case = unittest.TestCase()
        tools = types.ModuleType("nose.tools")
        for name in dir(case):
            if name.startswith("assert") and name != "assertDictContainsSubset":
                snake = "".join(f"_{each.lower()}" if each.isupper() else each for each in name)
                setattr(tools, snake, getattr(case, name))
        tools.__dict__.update(eq_=tools.assert_equal, ok_=tools.assert_true)
        nose = types.ModuleType("nose")
        nose.tools = tools  # type: ignore[attr-defined]
        sys.modules |= {"nose": nose, "nose.tools": tools}
    if _missing("otter"):
        otter = types.ModuleType("otter")
        otter.Notebook = _Silent  # type: ignore[attr-defined]
        sys.modules["otter"] = otter


def _missing(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is None
    except (ImportError, ValueError):
        return True


class _Silent:
    """Takes every call and does nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **kwargs: None


if __name__ == "__main__":
    sys.path.insert(0, "")
    main(*sys.argv[1:3])
