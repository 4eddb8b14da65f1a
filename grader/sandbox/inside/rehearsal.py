"""Run some cells and calls in the warm parent, before any kernel is forked from it.

Python specializes code that it has run a few times, and stores that in the code's memory. What
every kernel runs is run that often here, so that kernels start with fast code in shared pages.
"""

from __future__ import annotations

import sys
from typing import Any, TextIO

import numpy as np
import zmq
from values import wire

REHEARSALS = 12
_CELLS = (
    "import numpy as np\nnp.zeros((2, 3))",
    "def f(x, y=2):\n    return {'W1': x * np.sqrt(y)}\n\nprint(f(np.ones((2, 2))))",
    "print('W1 = ' + str(f(3)['W1']))",
    "1 / 0",
)
# Only where the warm parent has imported matplotlib.
_CELL_WITH_PICTURE = (
    "import matplotlib.pyplot as plt\n"
    "plt.plot([0, 1], label='a'); plt.scatter([0, 1], [1, 0], c=[0, 1]); plt.title('b'); plt.show()"
)
_OF_A_MODULE = ("__doc__", "__loader__", "__package__", "__spec__")


async def rehearse(kernel: Any, streams: tuple[TextIO, TextIO], times: int) -> None:
    """Run cells and calls so often, send their output nowhere, and remove what they left behind."""
    session, shell, outside = kernel.session, kernel.shell, (sys.stdout, sys.stderr)
    sys.stdout, sys.stderr = streams
    of_the_module = {name: shell.user_ns[name] for name in _OF_A_MODULE}
    inputs = wire.encode(((np.ones((3, 2)),), {"y": 4.0}))
    content = {"silent": False, "stop_on_error": False, "user_expressions": {}}
    cells = _CELLS + ((_CELL_WITH_PICTURE,) if "matplotlib.pyplot" in sys.modules else ())
    asked = {
        "names": [["f"], ["none"]],
        "shared": [None, None],
        "how": ["call", "call"],
        "alone": False,
    }
    requests: list[tuple[str, dict[str, Any], list[Any]]] = [
        *(("execute_request", {**content, "code": cell}, []) for cell in cells),
        ("keep_request", {"names": ["f"]}, []),
        ("call_request", {**asked, "alone": False}, [inputs, inputs]),
    ]
    for _ in range(times):
        for kind, what, buffers in requests:
            frames = [b"us", *session.serialize(session.msg(kind, what)), *buffers]
            await kernel.dispatch_shell([zmq.Frame(frame) for frame in frames])
    kernel.kept.clear()
    kernel.cells = 0
    shell.reset(new_session=True)
    shell.user_ns.update(of_the_module)
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        vars(sys).pop(name, None)
    sys.stdout, sys.stderr = outside
