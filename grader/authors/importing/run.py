"""Import a master: read it, run it, plan its units, try what was planned, and write it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from grader.authors.importing.foreign import Master
from grader.authors.importing.given import mend_given
from grader.authors.importing.names import Names, names_of
from grader.authors.importing.nbgrader import read_nbgrader
from grader.authors.importing.otter import read_otter
from grader.authors.importing.plan import Planner
from grader.authors.importing.planned import Kind, Planned, PlannedDriver, State
from grader.authors.importing.recording import Call, Driver, Recorded, run_master
from grader.authors.importing.write import Written, write_assignment
from grader.errors import InputError

READERS: dict[str, Callable[[Path], Master]] = {"nbgrader": read_nbgrader, "otter": read_otter}
# The kinds of exercises that can be graded.
KINDS = tuple(Kind)
# How often a driver is made again, each time with one more value observed by its truth alone.
MOST_TRIES = 6


@dataclass(frozen=True, slots=True)
class Imported:
    """A master that was imported: what was planned for its units, and where it was written."""

    master: Master
    planned: list[Planned]
    written: Written


def masters_in(source: Path) -> list[Path]:
    """The notebooks of a source: itself, or those in the folder."""
    if source.is_file():
        return [source]
    found = sorted(each for each in source.glob("*.ipynb") if not each.name.startswith("."))
    if not found:
        raise InputError(f"{source}: there is no notebook in this folder")
    return found


def import_master(system: str, path: Path, root: Path, name: str) -> Imported:
    """Make the assignment `name` below `root` of the master at `path`."""
    master = READERS[system](path)
    mend_given(master)
    planned = plan_master(master)
    return Imported(master, planned, write_assignment(root, name, master, planned, KINDS))


def plan_master(master: Master) -> list[Planned]:
    """What becomes of each unit of a master, tried on the master itself."""
    names = names_of(master.steps)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(_run, master, names, tests=tests) for tests in (True, False)]
        recorded, alone = (each.result() for each in runs)
    if recorded.ended:
        master.remarks.append(f"the master did not run to its end: {recorded.ended}")
    for number, error in sorted(alone.errors.items()):
        first = next(iter(master.steps[number].source.strip().splitlines()), "")
        master.remarks.append(
            f"a cell of the master fails, which begins with `{first[:60]}`: {error}"
        )
    planner = Planner(master, names, recorded, alone)
    planned: list[Planned] = []
    for left in reversed(range(MOST_TRIES)):
        planned = planner.plan()
        if not _tried(master, names, planner, planned, retry=left > 0):
            return planned
    return planned


def _run(master: Master, names: Names, *, tests: bool) -> Recorded:
    return run_master(
        master.steps,
        master.path.parent,
        functions=sorted(names.functions),
        values=names.values,
        tests=tests,
    )


def _tried(
    master: Master, names: Names, planner: Planner, planned: list[Planned], *, retry: bool
) -> bool:
    """Try the cases and drivers on the master without its tests; whether to plan once more.

    Without `retry`, what would be planned otherwise is left to the author.
    """
    calls = [(each, case.call, case.raises) for each in planned for case in each.cases]
    drivers = [(each, driver) for each in planned for driver in each.drivers]
    if not calls and not drivers:
        return False
    done = run_master(
        master.steps,
        master.path.parent,
        functions=[],
        values=[],
        tests=False,
        calls=[(call, raises) for _, call, raises in calls],
        drivers=[_driver(driver) for _, driver in drivers],
    )
    if done.ended:
        for each in planned:
            if each.cases or each.drivers:
                each.needs(State.AUTHOR, f"the master without its tests did not run: {done.ended}")
        return False
    for (each, call, _), problem in zip(calls, done.problems_of_calls, strict=True):
        if problem:
            each.needs(State.AUTHOR, f"{_shown(call)} of the notebook without its tests: {problem}")
    again = False
    for (each, driver), result in zip(drivers, done.driven, strict=True):
        if result.random:
            each.needs(State.LOOK, "it draws its inputs at random; give it a seed of its own")
        if not result.problem:
            continue
        check = driver.source.lines.get(result.line)
        step = _step_of(planner, each, driver)
        new = check is not None and (step, check.first) not in planner.as_truth
        if retry and new and check and result.of_value:
            planner.as_truth.append((step, check.first))
            again = True
        else:
            place = f" (line {check.first} of the test)" if check else ""
            each.needs(State.AUTHOR, f"its driver cannot be used: {result.problem}{place}")
    return again


def _step_of(planner: Planner, planned: Planned, driver: PlannedDriver) -> int:
    number = int(driver.source.name.rsplit("_", 1)[1])
    return planned.unit.tests[number - 1].step


def _driver(driver: PlannedDriver) -> Driver:
    source = driver.source
    return Driver(source.name, tuple(source.needs), source.source, source.checker)


def _shown(call: Call) -> str:
    return f"a call of {call.name}"
