"""Decide what each graded unit of a master becomes: which kind of exercise, with which cases."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from grader.authors.importing.checks import Check
from grader.authors.importing.conditions import Condition, condition_of
from grader.authors.importing.driver_source import NOTHING_SEEN, driver_source
from grader.authors.importing.foreign import Master, Test, Unit
from grader.authors.importing.literals import Inputs
from grader.authors.importing.names import Names, loaded
from grader.authors.importing.planned import Kind, Planned, PlannedCase, PlannedDriver, State
from grader.authors.importing.recording import END, Call, Recorded, short_value
from grader.authors.importing.tests_of import ParsedTest, Pin, parsed_test, pins_of, raised_in
from grader.values.frozen import freeze, holds_digest

# More calls of one exercise are left to a driver, which makes them in its loop.
MOST_CASES = 40
_Group: TypeAlias = tuple[bool, float | None, float | None, int]
_GENERATED_NAME = re.compile(r"cell[-_][0-9a-f]{6,}")


class Planner:
    """Plans the units of one master, of which it has been noted how its tests ran."""

    def __init__(self, master: Master, names: Names, recorded: Recorded, alone: Recorded) -> None:
        self.master, self.names = master, names
        self.recorded, self.alone = recorded, alone
        self.taken = set[str]()
        self.before: list[ParsedTest] = []
        # What has to be observed by its truth, as its value cannot be sent: found by trying.
        self.as_truth: list[tuple[int, int]] = []

    def plan(self) -> list[Planned]:
        """A plan for each unit, in their order."""
        self.taken, self.before = set(), []
        return [self._unit(unit, number) for number, unit in enumerate(self.master.units)]

    def _unit(self, unit: Unit, number: int) -> Planned:
        parsed: list[ParsedTest] = []
        for test in unit.tests:
            before = [*self.before, *parsed]
            parsed.append(parsed_test(test, self.master.steps, self.names, before))
        worth = [each for each in parsed if _counts(unit, each.test)] or parsed
        planned = self._planned(unit, number, worth)
        if len(worth) < len(parsed):
            planned.reasons.append("a test that is worth 0 points is left out")
        self.before += parsed
        planned.weighted = (
            not unit.all_or_nothing and len({*_weights(unit)}) > 0 and len(unit.tests) > 1
        )
        for each in worth:
            for line in each.left_out:
                why = (
                    f"line {line} of its test raises an exception for a reason not understood here"
                )
                planned.needs(State.LOOK, f"{why}, so this is not graded")
        if unit.points <= 0:
            planned.needs(State.AUTHOR, "it is worth 0 points there; give it points")
        for state, problem in self._failures(unit):
            planned.needs(state, problem)
        return planned

    def _planned(self, unit: Unit, number: int, parsed: list[ParsedTest]) -> Planned:
        if unit.manual:
            return Planned(unit, Kind.WRITTEN, self._name(unit, number, "written"))
        unread = next((each.unread for each in parsed if each.unread), "")
        if not any(each.all_checks or each.unread for each in parsed):
            planned = Planned(unit, Kind.DRIVER, self._name(unit, number, "unit"))
            why = (
                "it has no test"
                if not parsed
                else "nothing in its test is understood as an assert about what students write"
            )
            return planned.needs(State.AUTHOR, why)
        if unread:
            planned = Planned(unit, Kind.DRIVER, self._name(unit, number, "unit"))
            return planned.needs(State.AUTHOR, f"its test cannot be taken apart: {unread}")
        pins, others = pins_of(parsed, self.names)
        whole = None if others else self._function(unit, pins) or self._value(unit, pins)
        if whole is None:
            return self._driver(unit, number, parsed, pins)
        tested = {id(each) for each, _ in pins}
        if not unit.all_or_nothing and any(
            each.all_checks and id(each) not in tested for each in parsed
        ):
            whole.reasons.append("a test that follows from the others gives no points of its own")
        return whole

    def _name(self, unit: Unit, number: int, usual: str) -> str:
        """A name for an exercise that has none of its own, made of the unit's."""
        name = re.sub(r"\W+", "_", unit.name).strip("_").lower()
        if not name or _GENERATED_NAME.match(unit.name):
            name = f"{usual}_{number + 1}"
        if not name.isidentifier() or keyword.iskeyword(name):
            name = f"q_{name}"
        return self._free(name)

    def _free(self, name: str) -> str:
        free, number = name, 2
        reserved = self.names.bound_in.keys() - {name} if name not in self.names.bound_in else set()
        while free in self.taken or free in reserved:
            free, number = f"{name}_{number}", number + 1
        self.taken.add(free)
        return free

    def _function(self, unit: Unit, pins: list[tuple[ParsedTest, Pin]]) -> Planned | None:
        functions = {pin.function for _, pin in pins}
        name = next(iter(functions))
        if len(functions) != 1 or not name or name in self.taken:
            return None
        if len(self.names.bound_in.get(name, ())) > 1:
            return None
        cases: list[PlannedCase] = []
        for parsed, pin in pins:
            made = list(self._cases(parsed, pin, unit))
            if not made:
                return None
            for each in made:
                _add(cases, each)
        if len(cases) > MOST_CASES or any(each.weight <= 0 for each in cases):
            return None
        self.taken.add(name)
        return Planned(unit, Kind.FUNCTION, name, cases=cases)

    def _cases(self, parsed: ParsedTest, pin: Pin, unit: Unit) -> Iterator[PlannedCase]:
        """The recorded calls of a pinned value; none at all if one of them can be no case."""
        calls = [
            call
            for call in self.recorded.calls.get(parsed.test.step, [])
            if call.name == pin.function and any(pin.first <= n <= pin.last for n in call.lines)
        ]
        raises = pin.check.raises
        if not all(c.sent and (raises in c.raised if raises else c.returned) for c in calls):
            return
        weight = self._weight(unit, parsed.test)
        for call in calls:
            public = not parsed.hides(pin.check) and not _too_large(call)
            yield PlannedCase(call, pin.check.rtol, pin.check.atol, public, weight, raises)

    def _weight(self, unit: Unit, test: Test) -> float:
        if unit.all_or_nothing or test.points is None:
            return 1.0
        return test.points

    def _value(self, unit: Unit, pins: list[tuple[ParsedTest, Pin]]) -> Planned | None:
        names = {"" if pin.function else pin.name for _, pin in pins}
        name = next(iter(names))
        if len(names) != 1 or not name or name in self.taken:
            return None
        steps = [parsed.test.step for parsed, _ in pins]
        seen = {self.recorded.values.get(step, {}).get(name, "") for step in steps}
        if "" in seen or len(seen) > 1:
            return None
        self.taken.add(name)
        public = any(not parsed.hides(pin.check) for parsed, pin in pins)
        rtols, atols = [p.check.rtol for _, p in pins], [p.check.atol for _, p in pins]
        case = PlannedCase(Call(name, (), ""), _least(rtols), _least(atols), public, 1.0)
        planned = Planned(unit, Kind.VALUE, name, value=case)
        if self.alone.values.get(END, {}).get(name, "") not in seen:
            if self.recorded.values.get(END, {}).get(name, "") in seen:
                why = "it is another value each time that the master runs; give it a seed"
                return planned.needs(State.AUTHOR, why)
            planned.at_cell = unit.cell
        return planned

    def _driver(
        self, unit: Unit, number: int, parsed: list[ParsedTest], pins: list[tuple[ParsedTest, Pin]]
    ) -> Planned:
        read = [name for each in parsed for check in each.all_checks for name in _read(check)]
        own = self.names.functions | self.names.classes | self.names.student
        subject = next(
            (name for name in [*(p.function for _, p in pins), *read] if name in own), ""
        )
        planned = Planned(unit, Kind.DRIVER, self._name(unit, number, subject or "unit"))
        for at, each in enumerate(parsed):
            groups = self._groups(each)
            for number, group in enumerate(groups):
                suffix = f"_{chr(ord('a') + number)}" if len(groups) > 1 else ""
                name = f"{planned.name}{suffix}_{unit.tests.index(each.test) + 1}"
                self._add_driver(planned, each, parsed[:at], name, groups[group], len(groups))
        if not planned.drivers:
            planned.needs(State.AUTHOR, "nothing of what its tests compare could be observed")
        return planned

    def _groups(self, parsed: ParsedTest) -> dict[_Group, list[Check]]:
        """The checks of a test, in groups that have a driver each."""
        groups: dict[_Group, list[Check]] = {}
        for check in parsed.all_checks:
            alone = self._condition(parsed, check) is not None
            groups.setdefault(_group(parsed, check, alone), []).append(check)
        return groups

    def _condition(self, parsed: ParsedTest, check: Check) -> Condition | None:
        """What has to hold of what a check sees, where that can be judged outside of the kernel."""
        if (parsed.test.step, check.first) in self.as_truth:
            return None
        return condition_of(check, parsed, self.names)

    def _add_driver(
        self,
        planned: Planned,
        each: ParsedTest,
        before: list[ParsedTest],
        name: str,
        checks: list[Check],
        shared_by: int,
    ) -> None:
        first = checks[0]
        condition = self._condition(each, first)
        hidden = each.hides(first)
        title = f"What a {'hidden' if hidden else 'visible'} test looks at."
        own = {id(check) for check in checks}
        truth = [c for c in each.all_checks if (each.test.step, c.first) in self.as_truth]
        source = driver_source(
            name,
            title,
            each,
            [*self.before, *before],
            self.names,
            lambda check: id(check) in own,
            truth,
            condition,
            self._constants(each.test.step),
        )
        if not source:
            return
        weight = self._weight(planned.unit, each.test) / shared_by
        tolerances = (None, None) if condition else (first.rtol, first.atol)
        planned.drivers.append(PlannedDriver(source, *tolerances, not hidden, weight))
        for problem in source.look:
            planned.needs(State.AUTHOR if problem == NOTHING_SEEN else State.LOOK, problem)
        for needed in source.needs:
            if self._changes_later(needed, each.test.step):
                planned.needs(
                    State.AUTHOR,
                    f"the notebook gives {needed} another value after this test, and a driver sees "
                    "the last",
                )

    def _constants(self, step: int) -> dict[str, str]:
        """Given names that the notebook changes after a test, with their values during it."""
        found = {}
        for name, noted in self.recorded.values.get(step, {}).items():
            value = short_value(noted)
            if value and name not in self.names.student and self._changes_later(name, step):
                inputs = Inputs()
                source = inputs.value(value[0], name)
                if not (inputs.files or inputs.numpy):
                    found[name] = source
        return found

    def _changes_later(self, name: str, step: int) -> bool:
        then = self.recorded.values.get(step, {}).get(name, "")
        if then:
            return self.alone.values.get(END, {}).get(name, "") != then
        return any(each > step for each in self.names.bound_in.get(name, ()))

    def _failures(self, unit: Unit) -> Iterator[tuple[State, str]]:
        """How the master fails a test: where the test says no, the master's answer is not right."""
        for test in unit.tests:
            if error := self.recorded.errors.get(test.step):
                own = {"AssertionError", *raised_in(self.master.steps[test.step].source)}
                state = State.AUTHOR if error.split(":")[0] in own else State.LOOK
                yield state, f"the master does not pass its test: {error}"


def _too_large(call: Call) -> bool:
    """Whether inputs are too many to be given to students as text."""
    args, kwargs = call.arguments
    return any(holds_digest(freeze(each)) for each in (*args, *kwargs.values()))


def _counts(unit: Unit, test: Test) -> bool:
    """Whether a test gives points: one that is worth none would be a case without a weight."""
    return unit.all_or_nothing or test.points is None or test.points > 0


def _weights(unit: Unit) -> list[float]:
    return [each.points for each in unit.tests if each.points is not None]


def _least(tolerances: Iterable[float | None]) -> float | None:
    return min((each for each in tolerances if each is not None), default=None)


def _read(check: Check) -> list[str]:
    return [name for value in check.values for name in sorted(loaded(value))]


def _group(parsed: ParsedTest, check: Check, alone: bool) -> _Group:
    """What the checks of one driver have in common: whether they are hidden, and tolerances.

    A check with a condition of its own has a driver alone.
    """
    return parsed.hides(check), check.rtol, check.atol, id(check) if alone else 0


def _add(cases: list[PlannedCase], case: PlannedCase) -> None:
    """Add a case, or what it says to the one with the same inputs."""
    for each in cases:
        if each.call.sent == case.call.sent and each.raises == case.raises:
            each.public = each.public or case.public
            each.rtol, each.atol = _least([each.rtol, case.rtol]), _least([each.atol, case.atol])
            return
    cases.append(case)
