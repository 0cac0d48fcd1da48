"""What depends on the day: gains from moving a deal, later deals that change earlier lines, reads that are split."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attain.kernel.errors import Finding
from attain.plans import expressions as tree
from attain.plans.expressions import Expr, names_in, parts_of
from attain.plans.linter.rules import QUOTA, PlanRule, Reading, TableUse
from attain.plans.model import TierTable
from attain.plans.shapes import Step, steps_of


class MovedDeal(PlanRule):
    """A whole-amount table over a window pays a deal more in one window than in the next: moving it by a day moves
    pay."""

    code = "plan.moved-deal"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for use in reading.table_uses:
            measure = use.driver.measure
            if use.mode != "whole" or measure is None or not use.grows or not isinstance(use.table, TierTable):
                continue
            window = measure.over.kind if measure.over is not None else reading.plan.period
            steps = steps_of(use.table, reading.constants)
            rising = next(
                (
                    (low, high)
                    for low, high in zip(steps or (), (steps or ())[1:], strict=False)
                    if high.result > low.result
                ),
                None,
            )
            if rising is not None and window in ("week", "month", "quarter", "half", "year"):
                yield self.finding(
                    reading,
                    use.path,
                    f"A deal at the end of a {window} pays differently on the first day of the next one.",
                    witness=self._witness(reading, use, window, *rising),
                    hint="Expect deals to be held or hurried at the border of the window; `pays: marginal` "
                    "weakens the reason.",
                )

    def _witness(self, reading: Reading, use: TableUse, window: str, low: Step, high: Step) -> str:
        units = QUOTA if use.driver.unit == "attainment" else Fraction(1)
        deal = (low.upper or Fraction(0)) / 2 * units
        retroactive = use.component is None or bool(use.component.retroactive) or use.component.each is None
        today = deal * high.result + (deal * (high.result - low.result) if retroactive else 0)
        tomorrow = deal * low.result
        quota = " with a quota of 100000.00" if use.driver.unit == "attainment" else ""
        return (
            f"after {reading.money(deal)}{quota}, a deal of {reading.money(deal)} adds {reading.money(today)} "
            f"on the last day "
            f"of the {window} and {reading.money(tomorrow)} a day later"
        )


class WindowTotal(PlanRule):
    """`.total` and `position: total` make every line of a window depend on later deals, so lines of closed periods get
    difference lines when later deals arrive."""

    code = "plan.total-read"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for name, component in reading.plan.components.items():
            if component.each is None:
                continue
            position = component.position or reading.plan.policies.position
            matters = component.pays in ("curve", "lookup") or (component.pays == "whole" and not component.retroactive)
            if (
                position == "total"
                and matters
                and component.by
                and reading.driver(component.by[0], component.each).kind == "measure"
            ):
                yield self._found(reading, name, ("components", name), "the position `total`")
            for path, formula in reading.formulas:
                if path[:2] == ("components", name) and (found := _total_in(reading, formula)):
                    yield self._found(reading, name, path, f"`{found}`")

    def _found(self, reading: Reading, name: str, path: tuple[str | int, ...], what: str) -> Finding:
        return self.finding(
            reading,
            path,
            f"{name} pays each deal by {what}: earlier lines change when later deals arrive.",
            witness="a deal of March changes the line of a deal of January, which is closed: March shows a "
            "difference line",
            hint="Read `.after` if a line shall stay as it was paid.",
        )


def _total_in(reading: Reading, formula: Expr) -> str | None:
    for name in names_in(formula):
        found = reading.constants.resolved(name)
        if isinstance(found, tree.Name) and found.parts[0] in reading.plan.measures:
            if found.parts[-1] in ("total", "attainment_total"):
                return found.text
    return None


class DatedRead(PlanRule):
    """A component or value per period reads a person or position as on the last active day: a change inside the period
    counts for all of it."""

    code = "plan.dated-read"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, formula in reading.formulas:
            if path[0] not in ("components", "values"):
                continue
            part = (
                reading.plan.components.get(str(path[1]))
                if path[0] == "components"
                else reading.plan.values.get(str(path[1]))
            )
            if part is None or part.per is None:
                continue
            read = next((name.text for name in names_in(formula) if name.parts[0] == "position"), None)
            if read is not None:
                yield self.finding(
                    reading,
                    path,
                    f"`{read}` may change inside a {part.per.kind}; the value of the last active day counts for "
                    f"all of it.",
                    witness=f"who changes {read.split('.')[-1]} on the last day of the {part.per.kind} is paid "
                    f"as if for all its days",
                    hint="Pay `each` credit if the day of the deal shall count.",
                )


class Fold(PlanRule):
    """`previous` in a value `each` credit is computed one credit after the other; everything else is computed at
    once."""

    code = "plan.fold-cost"
    level = "note"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for name, value in reading.plan.values.items():
            if value.each is None:
                continue
            if any(isinstance(part, tree.Call) and part.function == "previous" for part in parts_of(value.formula)):
                yield self.finding(
                    reading,
                    ("values", name),
                    f"{name} walks the credits of a payee one by one.",
                    witness="100000 deals of one payee are 100000 steps, each waiting for the one before",
                    hint="A running sum of a measure (`.before`, `.after`) is faster where it can say the same.",
                )


RULES = (MovedDeal, WindowTotal, DatedRead, Fold)
