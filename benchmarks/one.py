"""Measure the processor time of one notebook that is graded alone: `grade` and `grade check`.

    python benchmarks/one.py [--times N]

The notebook is a right one of `examples/submissions`, and a wrong one. It is compared with an
interpreter that imports ipykernel and what the assignment's notebook imports, and does no more: no
tool that runs the notebook can take less. All are run in turn, several times, so that other load on
the machine affects all alike; the least time of each counts. What the canary found out is
remembered from a first run that is not counted, or it is asked every time (`cold`).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import Job, measure
from workloads import FULL, REPOSITORY

from grader.assignments.load import read_settings

RIGHT, WRONG = "all_right_power.ipynb", "wrong_last_batch.ipynb"
IMPORTS = "ipykernel and what the notebook imports"
_COMMAND = "from grader.cli import main; main()"


def programs(folder: Path) -> Iterator[tuple[str, list[str], bool]]:
    """Each program's name and arguments, and whether the canary is asked when it runs.

    `folder` is for the files that they need and write.
    """
    settings = read_settings(REPOSITORY / "assignment" / FULL, REPOSITORY / "solutions" / FULL)
    imported = ("ipykernel.kernelapp", *settings.warm_imports)
    yield IMPORTS, ["-c", f"import {', '.join(imported)}"], False
    handed_out = Path(shutil.copytree(settings.folder, folder / "handed_out"))
    for name in (RIGHT, WRONG):
        source = REPOSITORY / "examples" / "submissions" / name
        shutil.copy(source, handed_out)
        kind = "a right one" if name == RIGHT else "a wrong one"
        run = ["run", str(source), "--root", str(REPOSITORY), "--regrade", "--quiet"]
        run += ["--output", str(folder / "grades")]
        yield f"grade, {kind}", ["-c", _COMMAND, *run], False
        yield f"grade, {kind}, cold", ["-c", _COMMAND, *run], True
        yield f"grade check, {kind}", ["-c", _COMMAND, "check", str(handed_out / name)], False


def seconds(arguments: list[str], folder: Path, cold: bool) -> float:
    """The processor time of an interpreter with these arguments, and of all that it starts."""
    with tempfile.TemporaryDirectory() as empty:
        cache = empty if cold else str(folder / "cache")
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "XDG_CACHE_HOME": cache}
        # A wrong notebook's exit code is not 0, and no failure here.
        command = ["/bin/sh", "-c", '"$@" || true', "sh", sys.executable, *arguments]
        return measure(Job([command], folder, folder / "log", environment), "benchmark-one").cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=5, help="how often each program is run")
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory(prefix="one-") as name:
        folder = Path(name)
        found = {each: (arguments, cold) for each, arguments, cold in programs(folder)}
        least = dict.fromkeys(found, float("inf"))
        for number in range(times + 1):
            for each, (arguments, cold) in found.items():
                spent = seconds(arguments, folder, cold)
                # The first run fills caches: the system's, and that of the canary.
                least[each] = min(least[each], spent) if number else least[each]
    print("| program | processor seconds | beside these imports | times that |")
    print("|---|---|---|---|")
    floor = least[IMPORTS]
    for each, spent in least.items():
        print(f"| {each} | {spent:.2f} | {spent - floor:.2f} | {spent / floor:.2f} |")


if __name__ == "__main__":
    main()
