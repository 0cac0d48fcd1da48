"""The quota of a window: rows of the decisions, a parameter or a value, by day, span or change."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from attain.checker.record import in_force
from attain.checker.scopes import COMPANY, PlanScope
from attain.checker.seats import ENDLESS, Row
from attain.kernel.errors import CalculationError
from attain.plans.model import Measure, Plan

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation

Window = tuple[date, date]


class Quotas:
    def __init__(self, calculation: Calculation) -> None:
        self.calculation = calculation
        self._kinds: dict[str, set[str]] = {}

    def at(self, version: Plan, measure: Measure, window: Window, scope: PlanScope) -> Fraction | None:
        """The quota of a window as read at a credit or at a period."""
        name = measure.quota
        if name is None:
            return None
        if name in version.values or name in version.parameters:
            found = scope.single(name)
            amount = found if isinstance(found, Fraction) else None
            if amount is not None and measure.against == "to_date":
                amount *= self._begun(window, scope)
        else:
            amount = self._decided(version, measure, window, scope)
        # An amount is for the whole window, also where `reset` cuts it: so is the share of days.
        whole = self.calculation.history.window(measure.over, scope.day)
        return None if amount is None else amount * self._presence(measure, whole, scope)

    def _decided(self, version: Plan, measure: Measure, window: Window, scope: PlanScope) -> Fraction | None:
        change = version.policies.quota_change
        rows = self.rows(measure, window, scope, None if change == "prorated" else scope.day)
        kind = self._kind(measure)
        self._require_kind(str(measure.quota), kind)
        of_window = [row for row in rows if row["per"] == kind]
        if not of_window:
            return self._by_span([row for row in rows if row["per"] == "span"], measure, window, scope)
        amount = self._mean(of_window, window) if change == "prorated" else self._amount_on(of_window, scope.day)
        if amount is not None and measure.against == "to_date":
            amount *= self._begun(self.calculation.history.window(measure.over, scope.day), scope)
        return amount

    def _counts(self, row: Row) -> bool:
        """Whether a row is in the plan's currency; another one is as good as absent, and listed."""
        return row["currency"] in (None, "", self.calculation.history.currency)

    def _require_kind(self, quota: str, kind: str) -> None:
        """All rows of a quota are for the window's kind, or all for spans of their own."""
        if quota not in self._kinds:
            known = self.calculation.record.quotas
            self._kinds[quota] = {row["per"] for (name, _), rows in known.items() if name == quota for row in rows}
        given = self._kinds[quota]
        if not (given <= {"span"} or given <= {kind}):
            raise CalculationError(
                f"The quota `{quota}` is per {', '.join(sorted(given))}, and a measure needs it per {kind}.",
                code="calculation.quota-kind",
            )

    def rows(self, measure: Measure, window: Window, scope: PlanScope, on: date | None = None) -> list[Row]:
        """The rows that touch the window: the person's own, else those of the position held. With a day, rows that are
        no spans count for whoever has one in force on it."""
        for touching in self._touching(measure, window, scope):
            spans = any(row["per"] == "span" for row in touching)
            if touching and (on is None or spans or in_force(touching, on) is not None):
                return touching
        return []

    def _touching(self, measure: Measure, window: Window, scope: PlanScope) -> list[list[Row]]:
        """The rows of each subject that touch the window, nearest subject first."""
        known = self.calculation.record.quotas
        subjects: list[str | None] = [scope.payee, scope.position]
        if measure.for_ != "payee":
            subjects = [COMPANY if measure.for_ == "company" else scope.team]
        return [
            [
                row for row in known.get((measure.quota or "", subject), [])
                if self._counts(row) and row["valid_from"] < window[1] and window[0] < (row["valid_to"] or ENDLESS)
            ]
            for subject in subjects if subject is not None
        ]  # fmt: skip

    def _kind(self, measure: Measure) -> str:
        return self.calculation.history.period_kind if measure.over is None else measure.over.kind

    def _by_span(self, rows: list[Row], measure: Measure, window: Window, scope: PlanScope) -> Fraction | None:
        end = min(window[1], scope.period.end) if measure.against == "to_date" else window[1]
        total: Fraction | None = None
        for row in rows:
            if row["valid_to"] is None:
                continue
            common = (min(row["valid_to"], end) - max(row["valid_from"], window[0])).days
            amount: Fraction = row["amount"]
            part = amount * max(common, 0) / (row["valid_to"] - row["valid_from"]).days
            total = part if total is None else total + part
        return total

    def _amount_on(self, rows: list[Row], day: date) -> Fraction | None:
        row = in_force(rows, day)
        return None if row is None else row["amount"]

    def _mean(self, rows: list[Row], window: Window) -> Fraction | None:
        """The mean over the window's days; a day without an amount counts nothing."""
        total = Fraction(0)
        for row in rows:
            held = (min(row["valid_to"] or ENDLESS, window[1]) - max(row["valid_from"], window[0])).days
            total += row["amount"] * held
        return total / (window[1] - window[0]).days

    def _begun(self, window: Window, scope: PlanScope) -> Fraction:
        """The share of the window's pay periods that have begun by the current one."""
        history = self.calculation.history
        end = min(window[1], max(self.calculation.horizon, scope.period.end)) if window[1] == ENDLESS else window[1]
        every = history.calendar.periods(history.period_kind, window[0], end)
        current = history.pay_period(scope.day)
        return Fraction(sum(period.start <= current.start for period in every), len(every))

    def _presence(self, measure: Measure, window: Window, scope: PlanScope) -> Fraction:
        """What presence leaves of the quota: days on the plan, and days that are not leave."""
        start, end = window
        share = Fraction(1)
        if scope.payee is None or end == ENDLESS or start == date.min:
            return share
        days = (end - start).days
        if measure.prorate == "days":
            share *= Fraction(self.calculation.history.active_days(scope.payee, start, end), days)
        if measure.relief == "leave":
            share *= Fraction(days - self.calculation.record.seats.leave_days(scope.payee, start, end), days)
        return share

    def cut(self, version: Plan, measure: Measure, window: Window, day: date, scope: PlanScope) -> Window:
        """The part of a window around a day in which the amount of the quota stays the same: the payee's, or the seat's
        where its sum is read."""
        if measure.quota in version.values or measure.quota in version.parameters:
            return window
        found = self._touching(measure, window, scope)
        if measure.for_ == "payee" and version.policies.follows == "position":
            found = found[-1:] if scope.position is not None else []
        every = [row for rows in found for row in rows]
        if any(row["per"] == "span" for row in every):
            return window
        edges = {edge for row in every for edge in (row["valid_from"], row["valid_to"] or ENDLESS)}
        marks = sorted({window[0], window[1], *(edge for edge in edges if window[0] < edge < window[1])})
        start, end = window
        for before, at in pairwise(marks[:-1]):
            if _nearest(found, before) != _nearest(found, at):
                if at > day:
                    return start, at
                start = at
        return start, end


def _nearest(found: list[list[Row]], day: date) -> Fraction | None:
    """The amount in force for the nearest subject that has one on the day."""
    holds = (row for rows in found if (row := in_force(rows, day)) is not None)
    row = next(holds, None)
    return None if row is None else row["amount"]
