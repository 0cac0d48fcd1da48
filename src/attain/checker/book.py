"""Which lines are booked where: open periods line by line, closed ones as the difference to the ledger.

Overrides are put in place when a line is made, so that everything that reads it goes on with the replacement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from attain.checker.seats import Row
from attain.kernel.periods import Period

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation
    from attain.checker.components import Line


class Key(NamedTuple):
    """What identifies a line for ever."""

    component: str
    payee: str
    source: str
    earning_period: str


@dataclass(slots=True)
class Booked:
    """A line in the pay period in which it counts. `line` is what was computed, where there is anything."""

    key: Key
    kind: str
    pay_period: Period
    amount: int
    line: Line | None
    note: str | None = None


class State(NamedTuple):
    """What the plan says is due under the overrides that hold in the pay periods from `first` on."""

    first: Period
    lines: list[Line]


class Book:
    def __init__(self, calculation: Calculation) -> None:
        self.calculation = calculation

    def key(self, line: Line) -> Key:
        period = self.calculation.history.pay_period(line.earned_on)
        return Key(line.component, line.payee, line.source, period.id)

    # Decisions about lines

    @cached_property
    def _overrides(self) -> dict[Key, Row]:
        found = {}
        for row in sorted(self.calculation.record.rows("overrides"), key=lambda row: str(row["override"])):
            expired = row["expires_on"] is not None and row["expires_on"] <= self.calculation.first.start
            if row["plan"] == self.calculation.history.plan and not expired:
                found[self.key_of(row)] = row
        return found

    def override(self, line: Line) -> bool:
        """Puts the decided amount in place; whether there is one."""
        row = self._overrides.get(self.key(line)) if self._overrides else None
        if row is not None:
            line.amount = self._decided(row["amount"])
            line.note = f"override: {row['reason']}"
        return row is not None

    def _decided(self, amount: Fraction) -> int:
        """What people decide is rounded as the latest version rounds."""
        return self.calculation.history.rounded(amount, self.calculation.history.versions[-1])

    def adjustments(self) -> list[Line]:
        """Manual lines. They are earned in the pay period for which they were decided."""
        from attain.checker.components import Line

        history = self.calculation.history
        lines = []
        for row in sorted(self.calculation.record.rows("adjustments"), key=lambda row: str(row["adjustment"])):
            if row["plan"] != history.plan:
                continue
            period = history.calendar.parse(row["pay_period"])
            if row["currency"] != history.currency:
                self.calculation.exception(
                    "rate_missing", f"Adjustment {row['adjustment']} is in {row['currency']}.",
                    component=row["component"], payee=row["payee"], period=period.id,
                )  # fmt: skip
            elif period.end <= self.calculation.horizon:
                version = history.version_of(period)
                amount: Fraction = row["amount"]
                minor = self._decided(amount)
                position = self.calculation.record.seats.position_of(row["payee"], period.last)
                source = f"adjustment:{row['adjustment']}"
                lines.append(Line(
                    version, self.present_name(row["component"]), "adjustment", row["payee"],
                    position, source, period.last, minor, minor, amount, amount, None, row["reason"],
                ))  # fmt: skip
        return lines

    # Booking

    @cached_property
    def closed(self) -> set[str]:
        history = self.calculation.history
        return {
            row["period"]
            for row in self.calculation.record.rows("closed_periods")
            if (row["calendar"], row["kind"]) == (history.calendar.name, history.period_kind)
        }

    @cached_property
    def ledger(self) -> dict[Key, list[tuple[Period, int]]]:
        """What closed periods have booked, by key; lines of a renamed component stand under its new name."""
        found: dict[Key, list[tuple[Period, int]]] = defaultdict(list)
        for row in self.calculation.record.rows("ledger_lines"):
            if row["plan"] == self.calculation.history.plan:
                found[self.key_of(row)].append((self.period(row["pay_period"]), row["amount"]))
        return found

    def key_of(self, row: Row) -> Key:
        return Key(self.present_name(row["component"]), row["payee"], row["source"], row["earning_period"])

    def period(self, period_id: str) -> Period:
        if period_id not in self._periods:
            self._periods[period_id] = self.calculation.history.calendar.parse(period_id)
        return self._periods[period_id]

    @cached_property
    def _periods(self) -> dict[str, Period]:
        return {}

    def present_name(self, component: str) -> str:
        """What a component is called now that a decision or the ledger may know by an old name."""
        return self.calculation.history.names.get(component, component)

    def book(self, states: Sequence[State]) -> list[Booked]:
        """Lines of the span where they belong, and what changed in closed periods in the span's first. Where overrides
        expire within the span, what changes by that in the periods before."""
        booked: list[Booked] = []
        before = {key: sum(amount for _, amount in entries) for key, entries in self.ledger.items()}
        opening = states[0].first.start
        for place, state in enumerate(states):
            until = states[place + 1].first.start if place + 1 < len(states) else date.max
            groups: dict[Key, list[Line]] = defaultdict(list)
            for line in state.lines:
                groups[self.key(line)].append(line)
            for key in [*groups, *(key for key in before if key not in groups)]:
                group = groups.get(key, [])
                start = self.period(key.earning_period).start
                if self._is_settled(key, start, opening, state.first.start):
                    change = sum(line.amount for line in group) - before.get(key, 0)
                    if change:
                        booked.append(self._difference(key, state.first, change, group[0] if group else None))
                elif group and state.first.start <= start < until:
                    period = self.period(key.earning_period)
                    booked += [Booked(key, line.kind, period, line.amount, line, line.note) for line in group]
            before = {key: sum(line.amount for line in group) for key, group in groups.items()}
        return booked

    def _is_settled(self, key: Key, start: date, opening: date, first: date) -> bool:
        """Whether a line was booked in an earlier period, so that only what has changed is booked."""
        if key.source.startswith("adjustment:"):
            return False
        return key.earning_period in self.closed or opening <= start < first

    def borders(self, periods: Sequence[Period]) -> list[Period]:
        """The pay periods after the first one that begin with other overrides: the first ones without an expired."""
        rows = self.calculation.record.rows("overrides")
        days = {row["expires_on"] for row in rows if row["plan"] == self.calculation.history.plan} - {None}
        found = {next((period for period in periods if period.start >= day), None) for day in days}
        return [period for period in periods[1:] if period in found]

    def _difference(self, key: Key, first: Period, amount: int, line: Line | None) -> Booked:
        policy = self.calculation.history.version_of(first).policies.late_facts
        label = f"restates {key.earning_period}" if policy == "restatement" else f"difference to {key.earning_period}"
        return Booked(key, "difference", first, amount, line, label)

    def balance(self, payee: str, name: str, before: date) -> int:
        """A balance of the last closed period before the span, else nothing."""
        found = self._balances.get((payee, name), [])
        earlier = [(period.start, amount) for period, amount in found if period.end <= before]
        return max(earlier)[1] if earlier else 0

    @cached_property
    def _balances(self) -> dict[tuple[str, str], list[tuple[Period, int]]]:
        found: dict[tuple[str, str], list[tuple[Period, int]]] = defaultdict(list)
        for row in self.calculation.record.rows("ledger_balances"):
            if row["plan"] == self.calculation.history.plan:
                found[row["payee"], row["name"]].append((self.period(row["pay_period"]), row["amount"]))
        return found

    def balances(self) -> Any:
        return self._balances
