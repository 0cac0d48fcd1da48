"""Sums and counts of credits over windows, as running totals: one list of prefix sums a subject.

Within a list the credits stand in their order, so what a window holds before a credit is a difference of two prefix
sums. Quotas are read for the same window.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attain.checker.credits import Credit
from attain.checker.evaluate import is_true, number
from attain.checker.quotas import Quotas
from attain.checker.scopes import COMPANY, CreditScope, GroupScope, PayeeScope, PlanScope
from attain.kernel.errors import PlanError
from attain.plans.expressions import Name
from attain.plans.model import Measure, Plan
from attain.plans.outcome import Scalar

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation

Window = tuple[date, date]
NO_TEAM = ""
ZERO, ONE = Fraction(0), Fraction(1)
FIELDS = ("", "period", "total", "before", "after", "quota")
ATTAINMENTS = {
    "attainment": "",
    "attainment_before": "before",
    "attainment_after": "after",
    "attainment_total": "total",
}


class Series:
    """The credits of one subject in order, with the running sum of what each contributes."""

    def __init__(self) -> None:
        self.dates: list[date] = []
        self.sums: list[Fraction] = [ZERO]
        self.places: dict[int, int] = {}

    def add(self, credit: Credit, amount: Fraction) -> None:
        self.places[credit.place] = len(self.dates)
        self.dates.append(credit.date)
        self.sums.append(self.sums[-1] + amount)

    def between(self, start: date, end: date) -> Fraction:
        return self.sums[bisect_left(self.dates, end)] - self.sums[bisect_left(self.dates, start)]

    def before(self, credit: Credit, start: date) -> Fraction:
        return self.sums[self.places[credit.place]] - self.sums[bisect_left(self.dates, start)]

    def after(self, credit: Credit, start: date) -> Fraction:
        return self.sums[self.places[credit.place] + 1] - self.sums[bisect_left(self.dates, start)]


EMPTY = Series()


class Measures:
    def __init__(self, calculation: Calculation) -> None:
        self.calculation = calculation
        self.quotas = Quotas(calculation)
        self._series: dict[tuple[str, str], dict[Any, Series]] = {}
        self._added: dict[tuple[str, str, int], Fraction] = {}

    def subject(self, version: Plan, measure: Measure, scope: PlanScope) -> Any:
        """Whose sum is meant at a place: a payee or the position held, a team, or the company."""
        if measure.for_ == "company":
            return COMPANY
        if measure.for_ == "team":
            return scope.team
        if isinstance(scope, GroupScope):
            raise PlanError("A payee's measure is read by a group through `sum`.", code="plan.finer-value")
        return scope.position if version.policies.follows == "position" else scope.payee

    def at_credit(self, version: Plan, name: str, field: str, scope: CreditScope) -> Scalar:
        measure, credit = version.measures[name], scope.credit
        attained = ATTAINMENTS.get(field)
        if field in ("", "attainment", "period"):
            raise PlanError(
                f"`{name}` at a credit could mean before or after it.",
                code="plan.ambiguous-measure",
                hint=f"Write {name}.before, {name}.after or {name}.total.",
            )
        if name not in scope.windows:
            scope.windows[name] = self.window(version, measure, credit.date, scope)
        window = scope.windows[name]
        if field == "quota" or attained is not None:
            if name not in scope.quotas:
                scope.quotas[name] = self.quotas.at(version, measure, window, scope)
            quota = scope.quotas[name]
            if field == "quota" or quota is None or quota <= 0:
                return quota if field == "quota" else None
            return self._running(version, name, attained or "", scope, window) / quota
        return self._running(version, name, field, scope, window)

    def _running(self, version: Plan, name: str, field: str, scope: CreditScope, window: Window) -> Fraction:
        measure, credit = version.measures[name], scope.credit
        if measure.credits != credit.set:
            if field != "total":
                raise PlanError(
                    f"`{name}` measures other credits: only `.total` is known here.", code="plan.other-credits"
                )
            subject = self.subject(version, measure, scope)
            if measure.over is not None and measure.over.kind == "column":
                subject = subject, credit.row.get(measure.over.column or "")
            return self._of(version, name, subject).between(*window)
        series = self._of(version, name, self.key(version, measure, credit))
        if field == "before":
            return series.before(credit, window[0])
        return series.after(credit, window[0]) if field == "after" else series.between(*window)

    def at_period(self, version: Plan, name: str, field: str, scope: PayeeScope | GroupScope) -> Scalar:
        measure, period = version.measures[name], scope.period
        if field == "total" or field in ("", "period") or field in ATTAINMENTS:
            series = self._of(version, name, self.subject(version, measure, scope))
        else:
            series = EMPTY
        window = self.window(version, measure, period.last, scope)
        if field == "quota":
            return self.quotas.at(version, measure, window, scope)
        if field == "attainment":
            quota = self.quotas.at(version, measure, window, scope)
            return None if quota is None or quota <= 0 else series.between(window[0], period.end) / quota
        if field == "":
            return series.between(window[0], period.end)
        if field == "period":
            return series.between(period.start, period.end)
        if field == "total":
            return series.between(*window)
        raise PlanError(f"`{name}.{field}` has no meaning at a period.", code="plan.unknown-name")

    def window(self, version: Plan, measure: Measure, day: date, scope: PlanScope) -> Window:
        """The window that holds a day; with `quota_change: reset` it is cut where the quota changes."""
        start, end = self.calculation.history.window(measure.over, day)
        if version.policies.quota_change == "reset" and measure.quota is not None:
            return self.quotas.cut(version, measure, (start, end), day, scope)
        return start, end

    def _of(self, version: Plan, name: str, subject: Any) -> Series:
        key = (version.version, name)
        if key not in self._series:
            self._series[key] = self._sum(version, name)
        return self._series[key].get(subject, EMPTY)

    def _sum(self, version: Plan, name: str) -> dict[Any, Series]:
        """The credits of all versions: whose they are and which window holds them is asked of the version that reads
        them, what each of them adds of its own version."""
        measure = version.measures[name]
        found: dict[Any, Series] = defaultdict(Series)
        for credit in self.calculation.credits.get(measure.credits, ()):
            counts = measure.for_ != "team" or self.calculation.at_credit(credit).team is not None
            found[self.key(version, measure, credit)].add(credit, self._added_by(credit, name) if counts else ZERO)
        return found

    def key(self, version: Plan, measure: Measure, credit: Credit) -> Any:
        """The list on which a credit stands: its subject on the credit date, and the value of a window's column."""
        # A credit of somebody in no team stands alone, and counts for no team.
        subject: Any = COMPANY
        if measure.for_ == "team":
            subject = self.calculation.at_credit(credit).team or (NO_TEAM, credit.payee)
        if measure.for_ == "payee":
            # A position's sum is that of the seat which was credited.
            subject = credit.position if version.policies.follows == "position" else credit.payee
        if measure.over is not None and measure.over.kind == "column":
            return subject, credit.row[measure.over.column or ""]
        return subject

    def _added_by(self, credit: Credit, name: str) -> Fraction:
        """What a credit adds to the measure of this name; nothing where its version has none of these credits."""
        key = (name, credit.set, credit.place)
        if key not in self._added:
            measure = credit.version.measures.get(name)
            counted = measure is not None and measure.credits == credit.set
            self._added[key] = self._contribution(measure, credit) if measure is not None and counted else ZERO
        return self._added[key]

    def _contribution(self, measure: Measure, credit: Credit) -> Fraction:
        """What a credit adds. One that the measure does not count, or whose amount is missing, adds nothing."""
        clawback = credit.version.settlement.clawback
        kept = clawback is not None and clawback.attainment == "kept" and credit.reverses is not None
        scope = self.calculation.at_credit(credit)
        if kept or not is_true(measure.where, scope):
            return ZERO
        if measure.count is not None:
            return ONE
        formula = measure.of or Name(("credit", measure.amount or "amount"))
        return number(formula, scope) or ZERO
