"""Rules of a plan that can never take effect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from attain.kernel.errors import Finding
from attain.plans import expressions as tree
from attain.plans.expressions import Expr, names_in, parts_of
from attain.plans.linter.cliffs import base
from attain.plans.linter.conditions import can_hold
from attain.plans.linter.ranges import ranges_of, said
from attain.plans.linter.rules import PlanRule, Reading, TableUse
from attain.plans.mistakes import Path
from attain.plans.model import LookupTable, TierTable, WindowLimit
from attain.plans.scalars import Over
from attain.plans.shapes import Step, adds_up, steps_of


def conditions_of(reading: Reading) -> Iterator[tuple[Path, str, list[Expr | None], str | None]]:
    """Every condition with what depends on it, what holds there already, and the credit set whose facts it reads."""
    plan = reading.plan
    for name, source in plan.credits.items():
        if source.when is not None:
            yield ("credits", name, "when"), f"the credit set {name}", [source.when], name
        for number, rule in enumerate(source.to):
            if rule.when is not None:
                yield (
                    ("credits", name, "to", number, "when"),
                    f"recipient {number + 1} of {name}",
                    [rule.when, source.when],
                    name,
                )
    for name, measure in plan.measures.items():
        if measure.where is not None and measure.credits in plan.credits:
            within = plan.credits[measure.credits].when
            yield ("measures", name, "where"), f"the measure {name}", [measure.where, within], measure.credits
    for name, component in plan.components.items():
        within = plan.credits[component.each].when if component.each in plan.credits and component.each else None
        if component.when is not None:
            yield ("components", name, "when"), name, [component.when, within], component.each
        if component.gate is not None:
            yield ("components", name, "gate"), name, [component.gate, component.when, within], component.each
    settlement = plan.settlement
    if settlement.guarantee is not None and settlement.guarantee.while_ is not None:
        yield ("settlement", "guarantee", "while"), "the guarantee", [settlement.guarantee.while_], None
    if settlement.draw is not None and settlement.draw.while_ is not None:
        yield ("settlement", "draw", "while"), "the draw", [settlement.draw.while_], None
    for name, trigger in settlement.triggers.items():
        if trigger.where is not None:
            yield ("settlement", "triggers", name, "where"), f"the trigger {name}", [trigger.where], None


class NeverTrue(PlanRule):
    """A condition that can never be true, by its own literals, by what its credit set lets through, by the range of an
    input or by the plan's own days, switches off whatever depends on it."""

    code = "plan.never-true"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, what, conditions, credit_set in conditions_of(reading):
            ranges = ranges_of(reading, credit_set)
            if can_hold(conditions, ranges) is not None:
                continue
            alone = can_hold(conditions[:1], ranges) is None
            yield self.finding(
                reading,
                path,
                f"This condition is never true, so {what} never takes effect."
                if alone
                else f"This condition is never true together with the condition of its credit set, so {what} "
                f"never takes effect.",
                witness=_why(reading, conditions, credit_set),
                hint="Check the values and the days it compares with.",
            )


def _why(reading: Reading, conditions: list[Expr | None], credit_set: str | None) -> str:
    ranges = ranges_of(reading, credit_set)
    for condition in conditions:
        for part in parts_of(condition) if condition is not None else ():
            low, high = ranges.of(part) if isinstance(part, tree.Name) else (None, None)
            if isinstance(part, tree.Name) and part.text in ranges.known and (low is not None or high is not None):
                reach = f"from {said(low)}" if low is not None else "up to"
                reach += (
                    f" to {said(high)}"
                    if high is not None and low is not None
                    else said(high)
                    if high is not None
                    else ""
                )
                return f"{part.text} is {reach} in this plan; no value there meets the condition"
    names = list(
        dict.fromkeys(name.text for condition in conditions if condition is not None for name in names_in(condition))
    )
    return f"no value of {' and '.join(names)} meets it" if names else "its literals alone make it false"


class AlwaysTrue(PlanRule):
    """A gate that is always open says nothing; a condition that its literals alone make true was probably meant
    otherwise."""

    code = "plan.always-true"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, what, conditions, _ in conditions_of(reading):
            condition = conditions[0]
            if condition is None or isinstance(condition, tree.Truth):
                continue
            if ranges_of(reading).constants.worth(condition) is True:
                yield self.finding(
                    reading,
                    path,
                    f"This condition is always true; {what} does not depend on it.",
                    witness="every case meets it",
                    hint="Leave it out, or compare with what was meant.",
                )


class TierOutOfReach(PlanRule):
    """A tier that its driver never enters, or that changes nothing because a limit is already met, misleads its
    readers."""

    code = "plan.tier-unreachable"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for use in reading.table_uses:
            steps = steps_of(use.table, reading.constants) if isinstance(use.table, TierTable) else None
            if not steps or use.component is None:
                continue
            yield from self._beyond_driver(reading, use, steps)
            yield from self._beyond_limit(reading, use, steps)

    def _beyond_driver(self, reading: Reading, use: TableUse, steps: tuple[Step, ...]) -> Iterator[Finding]:
        most, why = self._most(reading, use)
        for number, step in enumerate(steps):
            entered = step.lower == most and use.mode == "whole" and self._upper(reading, use)
            if most is not None and step.lower >= most and number > 0 and not entered:
                yield self.finding(
                    reading,
                    (*use.table_path, "tiers", number),
                    f"Tier {number + 1} of {use.name} starts at {reading.shown(step.lower, use.driver.unit)} "
                    f"and is never entered.",
                    witness=f"{why} is at most {reading.shown(most, use.driver.unit)}",
                    hint="Leave the tier out, or raise what bounds it.",
                )
                return

    def _upper(self, reading: Reading, use: TableUse) -> bool:
        """Whether a value right on a border is in the tier above."""
        own = use.table.border if isinstance(use.table, TierTable) else None
        return (own or reading.plan.policies.border or "upper") == "upper"

    def _most(self, reading: Reading, use: TableUse) -> tuple[Fraction | None, str]:
        component = use.component
        if component is None or component.by is None:
            return None, ""
        if use.driver.kind == "credit" and component.each in reading.plan.credits:
            return reading.constants.number(reading.plan.credits[component.each].limit), "the credit of one deal"
        _, high = ranges_of(reading, component.each).of(component.by[0])
        return (high if isinstance(high, Fraction) else None), use.driver.name or "the value"

    def _beyond_limit(self, reading: Reading, use: TableUse, steps: tuple[Step, ...]) -> Iterator[Finding]:
        component = use.component
        limit = component.limit if component else None
        amount = limit.amount if isinstance(limit, WindowLimit) else limit if isinstance(limit, Expr) else None
        most, factor = reading.constants.number(amount), self._factor(reading, use)
        if most is None or factor is None or any(step.result < 0 for step in steps):
            return
        if (
            isinstance(limit, Expr)
            and component is not None
            and component.each is not None
            and use.driver.kind == "measure"
        ):
            return  # a limit of one line says nothing about the sum of lines
        measure = use.driver.measure
        window = None if measure is None else measure.over or Over(kind=reading.plan.period)
        if isinstance(limit, WindowLimit) and window is not None and limit.per != window:
            return  # a month's limit is new each month, while the measure of a year goes on
        for number, step in enumerate(steps):
            if number == 0:
                continue
            start = self._pay(use, steps, step, factor)
            falls = use.mode == "whole" and step.result < max(other.result for other in steps[:number])
            if start is not None and start >= most and not falls:
                yield self.finding(
                    reading,
                    (*use.table_path, "tiers", number),
                    f"Tier {number + 1} of {use.name} changes nothing: the limit of {reading.money(most)} is "
                    f"met before it.",
                    witness=f"at {reading.shown(step.lower, use.driver.unit)} {reading.money(start)} would be "
                    f"paid already",
                    hint="Raise the limit, or leave the tier out.",
                )
                return

    def _factor(self, reading: Reading, use: TableUse) -> Fraction | None:
        """Money for one unit of the table, or None when data decides it."""
        if use.mode == "marginal":
            if use.column in ("rate", "per_unit"):
                return None if use.driver.unit == "attainment" else Fraction(1)
            return base(reading, use)
        if use.mode == "whole" and not use.grows:
            return base(reading, use)
        return Fraction(1) if use.mode == "whole" and use.driver.unit == "money" else None

    def _pay(self, use: TableUse, steps: tuple[Step, ...], step: Step, factor: Fraction) -> Fraction | None:
        if use.mode == "marginal":
            return adds_up(steps, step.lower, column=use.column) * factor
        earlier = [other for other in steps if other.lower < step.lower]
        if use.grows:
            return earlier[-1].result * step.lower * factor
        return earlier[-1].result * factor


class Unused(PlanRule):
    """Whatever is named and never read moves no money; often a name was forgotten where it should stand."""

    code = "plan.unused"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        plan = reading.plan
        read = {
            part for _, formula in reading.formulas for name in names_in(formula) for part in (name.parts[0], name.text)
        }
        read |= {measure.quota for measure in plan.measures.values() if measure.quota}
        read |= set(_read_elsewhere(reading))
        read |= {component.table for component in plan.components.values() if component.table}
        credited = {measure.credits for measure in plan.measures.values()}
        credited |= {component.each for component in plan.components.values() if component.each}
        credited |= {value.each for value in plan.values.values() if value.each}
        releases = [
            *(plan.settlement.release or ()),
            *(part for item in plan.components.values() for part in item.release or ()),
        ]
        waited = {part.when for part in releases if part.when}
        groups: list[tuple[str, Iterable[str], Iterable[str]]] = [
            ("parameters", plan.parameters, read),
            ("inputs", plan.inputs, read),
            ("measures", plan.measures, read),
            ("values", plan.values, read),
            ("tables", plan.tables, read),
            ("credits", plan.credits, credited),
        ]
        for section, named, used in groups:
            for name in named:
                if name not in used:
                    yield self._unread(reading, (section, name))
        for name in plan.settlement.triggers:
            if name not in waited:
                yield self._unread(reading, ("settlement", "triggers", name))

    def _unread(self, reading: Reading, path: Path) -> Finding:
        return self.finding(
            reading,
            path,
            f"Nothing reads {path[-1]}.",
            witness=f"without {path[-1]} every line is the same",
            hint="Leave it out, or name it where it was meant to count.",
        )


def _read_elsewhere(reading: Reading) -> Iterator[str]:
    """Names in the cells of lookup tables, and those that the plan's own tests ask for: what is shown need not pay."""
    for table in reading.plan.tables.values():
        for row in table.rows if isinstance(table, LookupTable) else ():
            for cell in row.values():
                yield from re.findall(r"[a-z][a-z0-9_]*", cell)
    for test in reading.plan.tests:
        for expected in (test.expect, *(step.expect for step in test.steps)):
            yield from (str(key).partition(".")[0] for key in expected)


RULES = (NeverTrue, AlwaysTrue, TierOutOfReach, Unused)
