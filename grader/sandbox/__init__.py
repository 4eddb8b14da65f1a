"""Where student code runs: starting kernels, and the agent that answers inside them."""

from functools import cache
from importlib.resources import files


@cache
def agent_files() -> dict[str, bytes]:
    """The files that run inside a kernel, by name: the agent and the wire."""
    package = files("grader")
    return {
        "agent.py": package.joinpath("sandbox", "agent.py").read_bytes(),
        "wire.py": package.joinpath("wire.py").read_bytes(),
    }
