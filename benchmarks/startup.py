"""Measure the processor time of `import grader`, `grade --version` and `grade --help`.

It is compared with the time of an interpreter that does nothing. The programs are run in turn,
several times, so that other load on the machine affects all alike; the least time of each counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

COUNT_MODULES = "; import sys; print(len(sys.modules), file=sys.stderr)"
COMMAND = "from grader.cli import main; main([{!r}], standalone_mode=False)"
PROGRAMS = {
    "an empty interpreter": "pass",
    'python -c "import grader"': "import grader",
    "grade --version": COMMAND.format("--version"),
    "grade --help": COMMAND.format("--help"),
}


def measured(code: str) -> tuple[float, int]:
    """Seconds of processor time, and how many modules are loaded at the end."""
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-c", code + COUNT_MODULES],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    after = os.times()
    seconds = after.children_user + after.children_system
    return seconds - before.children_user - before.children_system, int(done.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="how often each program is run")
    times = parser.parse_args().times
    seconds = dict.fromkeys(PROGRAMS, float("inf"))
    modules = dict.fromkeys(PROGRAMS, 0)
    for _ in range(times):
        for name, code in PROGRAMS.items():
            spent, modules[name] = measured(code)
            seconds[name] = min(seconds[name], spent)
    empty = seconds["an empty interpreter"]
    print("| program | processor seconds | times an empty interpreter | modules loaded |")
    print("|---|---|---|---|")
    for name in PROGRAMS:
        print(f"| {name} | {seconds[name]:.3f} | {seconds[name] / empty:.1f} | {modules[name]} |")


if __name__ == "__main__":
    main()
