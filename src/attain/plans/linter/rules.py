"""What every rule shares: the plan as it is read, and the way to say a finding.

A rule is a class whose docstring is the rule's text, as `attain check --rules` prints it. It looks at a `Reading`,
never at data, and gives every finding at once; each finding carries a witness, the case that proves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import ClassVar, Literal

from attain.kernel.currencies import ACTIVE
from attain.kernel.errors import Finding, Level, Where
from attain.kernel.numbers import as_text, rate_as_text
from attain.kernel.rounding import Rounding, round_fraction
from attain.plans import expressions as tree
from attain.plans.constants import Constants
from attain.plans.expressions import Expr, parts_of
from attain.plans.mistakes import Path, in_words
from attain.plans.model import Component, Curve, Grid, LookupTable, Measure, Plan, TierTable
from attain.plans.places import formulas_of

WhereOf = Callable[..., Where]
Unit = Literal["attainment", "money", "number"]
QUOTA = Fraction(100_000)
"""The quota of counter-examples: round, so that a reader can follow by head."""


@dataclass(frozen=True, slots=True)
class Driver:
    """What chooses the tier: a measure, its attainment, the credit's own amount, or something else."""

    kind: Literal["measure", "credit", "other"]
    unit: Unit
    name: str = ""
    measure: Measure | None = None

    @property
    def is_sales(self) -> bool:
        """Whether more of it means that somebody sold more, so that paying less for it is surely unwanted."""
        return self.kind != "other"


@dataclass(frozen=True, slots=True)
class TableUse:
    """A table where it is used: by a component, or by a call in a formula."""

    path: Path
    table_path: Path
    table: TierTable | LookupTable | Grid | Curve
    mode: Literal["marginal", "whole", "curve", "lookup"]
    driver: Driver
    name: str
    component: Component | None = None
    grows: bool = False
    """Whether the amount that is multiplied grows together with the driver."""

    @property
    def column(self) -> str:
        return self.table.column if isinstance(self.table, TierTable) else "factor"


def in_the_plan(*path: str | int) -> Where:
    """The place by its name alone, for a plan that was not read from a file."""
    return Where(field=in_words(path) or None)


@dataclass
class Reading:
    """A plan under the eyes of the rules."""

    plan: Plan
    where_of: WhereOf
    constants: Constants = field(init=False)

    def __post_init__(self) -> None:
        self.constants = Constants.of(self.plan)

    def where(self, path: Path) -> Where:
        return self.where_of(*path)

    @cached_property
    def formulas(self) -> list[tuple[Path, Expr]]:
        return list(formulas_of(self.plan))

    @cached_property
    def places(self) -> int:
        return ACTIVE.get(self.plan.currency, (2, ""))[0]

    @property
    def cent(self) -> Fraction:
        return Fraction(1, 10**self.places)

    def money(self, amount: Fraction) -> str:
        """An amount rounded as on a pay slip: counter-examples show what would be seen."""
        return as_text(round_fraction(amount, self.places, Rounding.HALF_UP), self.places)

    def shown(self, value: Fraction, unit: Unit) -> str:
        if unit == "attainment":
            return rate_as_text(value)
        if unit == "money":
            return self.money(value)
        return str(value.numerator) if value.denominator == 1 else str(float(value))

    def step(self, unit: Unit) -> Fraction:
        """The smallest difference that a counter-example makes."""
        return {"attainment": Fraction(1, 10_000), "money": self.cent, "number": Fraction(1)}[unit]

    @cached_property
    def has_pay_cap(self) -> bool:
        return self.plan.settlement.cap is not None

    def driver(self, expression: Expr, credit_set: str | None) -> Driver:
        found = self.constants.resolved(expression)
        if isinstance(found, tree.Name):
            measure = self.plan.measures.get(found.parts[0])
            if measure is not None:
                rest = found.parts[1] if len(found.parts) > 1 else ""
                unit: Unit = "attainment" if rest.startswith("attainment") else "number" if measure.count else "money"
                return Driver("measure", unit, found.parts[0], measure)
            if found.parts[0] == "credit" and found.parts[-1] not in ("share", "level", "role", "date", "payee"):
                return Driver("credit", "money", found.text)
        if credit_set in self.plan.credits and found in self.plan.credits[credit_set or ""].named_amounts.values():
            return Driver("credit", "money", found.text if isinstance(found, tree.Name) else "credit.amount")
        return Driver("other", "number", found.text if isinstance(found, tree.Name) else "")

    @cached_property
    def table_uses(self) -> list[TableUse]:
        return [*self._uses_by_components(), *self._uses_by_calls()]

    def _uses_by_components(self) -> Iterator[TableUse]:
        for name, component in self.plan.components.items():
            if component.pays not in ("marginal", "whole", "curve", "lookup") or component.by is None:
                continue
            table = component.inline_table or self.plan.tables.get(component.table or "")
            if table is None:
                continue
            path: Path = ("components", name)
            driver = self.driver(component.by[0], component.each)
            grows = self._grows(component, driver)
            table_path = path if component.inline_table is not None else ("tables", component.table or "")
            yield TableUse(path, table_path, table, component.pays, driver, name, component, grows)

    def _grows(self, component: Component, driver: Driver) -> bool:
        if isinstance(component.inline_table or self.plan.tables.get(component.table or ""), TierTable):
            table = component.inline_table or self.plan.tables[component.table or ""]
            if isinstance(table, TierTable) and table.column == "amount" and component.of is None:
                return False
        if component.of is None:
            return component.each is not None and driver.kind != "other" and driver.unit != "number"
        of = self.driver(component.of, component.each)
        if driver.kind == "measure":
            return (driver.unit != "number" and of.kind == "credit") or (
                of.kind == "measure" and of.name == driver.name and of.unit == "money"
            )
        return driver.kind == "credit" and of.kind == "credit"

    def _uses_by_calls(self) -> Iterator[TableUse]:
        for path, formula in self.formulas:
            for part in parts_of(formula):
                if not isinstance(part, tree.Call) or part.function not in ("whole", "marginal", "curve", "lookup"):
                    continue
                named = part.arguments[0]
                table = self.plan.tables.get(named.parts[0]) if isinstance(named, tree.Name) else None
                if table is None or len(part.arguments) < 2 or not isinstance(named, tree.Name):
                    continue
                component = self.plan.components.get(str(path[1])) if path[0] == "components" else None
                driver = self.driver(part.arguments[-1], component.each if component else None)
                yield TableUse(path, ("tables", named.parts[0]), table, part.function, driver, str(path[1]))  # type: ignore[arg-type]


class PlanRule:
    """One rule. `code` never changes its meaning once it is published."""

    code: ClassVar[str]
    level: ClassVar[Level] = "warning"

    def check(self, reading: Reading) -> Iterator[Finding]:
        raise NotImplementedError

    def finding(
        self,
        reading: Reading,
        path: Path,
        message: str,
        *,
        witness: str,
        hint: str | None = None,
        level: Level | None = None,
    ) -> Finding:
        return Finding(level or self.level, self.code, message, reading.where(path), hint, witness)

    @classmethod
    def text(cls) -> str:
        """The rule in words."""
        return " ".join((cls.__doc__ or "").split())
