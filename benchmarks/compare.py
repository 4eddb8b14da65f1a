"""Grade one class with fairgrade, nbgrader, otter-grader, dlai_grader and the floor, in one go.

    python benchmarks/compare.py [--students N] [--rounds R] [--workload NAME] [--json FILE]

Every round runs every tool, one after the other, so that other load on the machine affects all of
them; ratios are taken within a round. A command is measured from its start to its end.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from classroom import Student, students
from measure import Usage, measure
from tools import Dlai, Fairgrade, Floor, Nbgrader, Otter, Tool
from workloads import Workload, make_assignment, make_functions

from grader.execution.protection import protection_in_force
from grader.runs.requests import default_jobs

WORKLOADS: dict[str, Callable[[Path], Workload]] = {
    "functions": make_functions,
    "assignment": make_assignment,
}
OURS = "fairgrade"
# How many students the untimed run has, in which verdicts are compared and times are estimated.
TRIED, TRIED_WITH_TRAINING = 8, 2


@dataclass(slots=True)
class Series:
    """The measurements of one tool on one workload.

    It has how many submissions a run had, and what each run used.
    """

    tool: Tool
    students: list[Student]
    usages: list[Usage] = field(default_factory=list)

    def rates(self) -> list[float]:
        """Submissions graded in a second, for each run."""
        return [len(self.students) / usage.wall for usage in self.usages]

    def cpu(self) -> list[float]:
        """Seconds of processor time for each submission, for each run."""
        return [usage.cpu / len(self.students) for usage in self.usages]

    def peaks(self) -> list[float]:
        """Memory of the largest process in MB, for each run."""
        return [usage.peak / 1e6 for usage in self.usages]


def main() -> None:
    options = _options()
    kept = options.work
    with tempfile.TemporaryDirectory(prefix="compare-") as temporary:
        folder = Path(kept or temporary).resolve()
        chosen = list(WORKLOADS) if options.workload == "all" else [options.workload]
        found = {name: _compare(name, folder, options) for name in chosen}
    if options.json:
        options.json.write_text(json.dumps(_as_json(found), indent=1), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, default=60, help="submissions in the class")
    parser.add_argument("--rounds", type=int, default=3, help="times that every tool is run")
    parser.add_argument("--workload", choices=[*WORKLOADS, "all"], default="all")
    parser.add_argument("--json", type=Path, help="file for every number that was measured")
    parser.add_argument("--work", type=Path, help="folder to keep: the peers are installed there")
    parser.add_argument(
        "--seconds", type=float, default=120, help="no run of a tool is to take longer than this"
    )
    every = "fairgrade,floor,nbgrader,otter,dlai_grader"
    parser.add_argument("--tools", default=every, help="those to run")
    return parser.parse_args()


def _compare(name: str, folder: Path, options: argparse.Namespace) -> list[Series]:
    base = folder / name
    shutil.rmtree(base, ignore_errors=True)
    workload = WORKLOADS[name](base)
    everyone = students(options.students, workload.exercises)
    series = [
        _series(tool, workload, everyone, options.seconds) for tool in _tools(folder, options)
    ]
    for number in range(1, options.rounds + 1):
        for each in series:
            _say(f"{name}, round {number}: {each.tool.name}, {len(each.students)} submissions")
            each.usages.append(_run(each.tool, workload, each.students))
    print("\n".join(_table(workload, series, options)), flush=True)
    return series


def _tools(folder: Path, options: argparse.Namespace) -> list[Tool]:
    environments = folder / "environments"
    peers: list[Tool] = [Nbgrader(environments), Otter(environments), Dlai(environments)]
    known: list[Tool] = [Fairgrade(), Floor(), *peers]
    return [tool for tool in known if tool.name in options.tools.split(",")]


def _series(tool: Tool, workload: Workload, everyone: list[Student], seconds: float) -> Series:
    """Grade a few students, and estimate how many the tool can grade within the allowed seconds."""
    trains = tool.runs_training and workload.name == "assignment"
    tried = everyone[: TRIED_WITH_TRAINING if trains else TRIED]
    _say(f"{workload.name}: trying {tool.name} with {len(tried)} students")
    usage = _run(tool, workload, tried)
    possible = int(seconds * len(tried) / usage.wall)
    return Series(tool, everyone[: max(possible, TRIED_WITH_TRAINING)])


def _run(tool: Tool, workload: Workload, of: list[Student]) -> Usage:
    """Write a class to a folder, grade it, warn of wrong verdicts, and remove the folder."""
    with tempfile.TemporaryDirectory(prefix="class-") as name:
        folder = Path(name)
        job = tool.prepare(workload, of, folder)
        try:
            usage = measure(job)
        except Exception:
            _say(job.log.read_text(errors="replace")[-4000:])
            raise
        verdicts = tool.verdicts(workload, folder)
    for student in of:
        if verdicts.get(student.name) != student.right:
            given = sorted(verdicts.get(student.name, {"no verdict"}))
            _say(f"WARNING: {tool.name}, {student.name}: {given}, but {sorted(student.right)}")
    return usage


def _table(workload: Workload, series: list[Series], options: argparse.Namespace) -> Iterator[str]:
    calls = sum(len(exercise.cases) for exercise in workload.assignment.exercises)
    rounds = f"{options.rounds} rounds" if options.rounds > 1 else "1 round"
    yield f"\n{workload.name}: {calls} calls a submission, {rounds}, median (least to most)\n"
    yield "| tool | submissions | a second | CPU s each | largest process, MB |"
    yield "|---|---|---|---|---|"
    for each in series:
        cells = [_spread(each.rates()), _spread(each.cpu()), _spread(each.peaks())]
        yield f"| {each.tool.name} | {len(each.students)} | {' | '.join(cells)} |"
    ours = next((each for each in series if each.tool.name == OURS), None)
    others = [each for each in series if each is not ours]
    if ours and others:
        yield "\n| fairgrade to | submissions a second | CPU a submission | memory |"
        yield "|---|---|---|---|"
        for each in others:
            yield f"| {each.tool.name} | {' | '.join(_ratios(ours, each))} |"
    yield ""
    for each in series:
        fewer = options.students - len(each.students)
        why = f"; {fewer} fewer, to keep within {options.seconds:g} s a run" if fewer else ""
        yield f"- {each.tool.name}: {each.tool.note}{why}"
    how = {usage.how for each in series for usage in each.usages}
    yield f"- CPU by {', '.join(sorted(how))}; {default_jobs()} cores, {_machine()}\n"


def _ratios(ours: Series, theirs: Series) -> Iterator[str]:
    """Our figure divided by theirs, for each round: submissions a second, CPU and memory."""
    for measured in (Series.rates, Series.cpu, Series.peaks):
        pairs = zip(measured(ours), measured(theirs), strict=True)
        yield _spread([one / other for one, other in pairs], " x")


def _spread(values: list[float], unit: str = "") -> str:
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:.3g}{unit} ({least:.3g} to {most:.3g})"


def _machine() -> str:
    level, _ = protection_in_force()
    return f"Python {platform.python_version()}, protection at {level.word}"


def _as_json(found: dict[str, list[Series]]) -> dict[str, object]:
    workloads = {
        name: {
            each.tool.name: {
                "submissions": len(each.students),
                "rounds": [asdict(usage) for usage in each.usages],
            }
            for each in series
        }
        for name, series in found.items()
    }
    return {"cores": default_jobs(), "machine": _machine(), "workloads": workloads}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
