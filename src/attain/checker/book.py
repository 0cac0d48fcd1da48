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
from attain.kernel.errors import PeriodError
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
    """What the plan says is due under the overrides that hold in these pay periods, which follow each other."""

    pays: list[Period]
    lines: list[Line]


class Book:
    def __init__(self, calculation: Calculation) -> None:
        self.calculation = calculation
        self._touched: set[Key] = set()
        """The lines among them that there are."""

    def key(self, line: Line) -> Key:
        period = self.calculation.history.pay_period(line.earned_on)
        return Key(line.component, line.payee, line.source, period.id)

    # Decisions about lines

    @cached_property
    def _overrides(self) -> dict[Key, Row]:
        found = {}
        for row in sorted(self.calculation.record.rows("overrides"), key=lambda row: str(row["override"])):
            expired = row["expires_on"] is not None and row["expires_on"] <= self.calculation.since
            if row["plan"] == self.calculation.history.plan and not expired:
                found[self.key_of(row)] = row
        return found

    @cached_property
    def _decided_keys(self) -> set[Key]:
        """The lines that overrides name, expired ones included."""
        rows = self.calculation.record.rows("overrides")
        return {self.key_of(row) for row in rows if row["plan"] == self.calculation.history.plan}

    def override(self, line: Line) -> bool:
        """Puts the decided amount in place; whether there is one."""
        if not self._decided_keys:
            return False
        key = self.key(line)
        if key in self._decided_keys:
            self._touched.add(key)
        row = self._overrides.get(key)
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
        components = {name for version in history.versions for name in version.components}
        payees = self._payees
        lines = []
        for row in sorted(self.calculation.record.rows("adjustments"), key=lambda row: str(row["adjustment"])):
            if row["plan"] != history.plan:
                continue
            period = self.pay_period_named(row["pay_period"])
            known = self.present_name(row["component"]) in components and row["payee"] in payees
            if row["currency"] != history.currency:
                self.calculation.exception(
                    "rate_missing", f"Adjustment {row['adjustment']} is in {row['currency']}.",
                    component=row["component"], payee=row["payee"], period=row["pay_period"], amount=row["amount"],
                    currency=row["currency"],
                )  # fmt: skip
            if period is None or (not known and self._is_open(period)):
                self._untouched(row, f"Adjustment {row['adjustment']} names nobody or nothing.", row["pay_period"])
            elif known and row["currency"] == history.currency and period.end <= self.calculation.horizon:
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

    # Decisions that touch nothing

    @cached_property
    def _payees(self) -> set[str]:
        record = self.calculation.record
        vacancies = {f"vacant:{row['position']}" for row in record.rows("positions")}
        return vacancies | {row["person"] for row in record.rows("people")}

    def pay_period_named(self, said: str) -> Period | None:
        """The pay period of the plan that a decision names."""
        try:
            period = self.calculation.history.calendar.parse(said)
        except PeriodError:
            return None
        return period if period.kind == self.calculation.history.period_kind else None

    def _is_open(self, period: Period) -> bool:
        return period in self.calculation.pays

    def _untouched(self, row: Row, reason: str, period: str | None) -> None:
        component = None if row["component"] is None else self.present_name(row["component"])
        self.calculation.exception(
            "touches_nothing", reason, component=component or "", payee=row["payee"], period=period,
            amount=row.get("amount"), **({"currency": row["currency"]} if row.get("currency") else {}),
        )  # fmt: skip

    def list_untouched(self, booked: Sequence[Booked]) -> None:
        """Overrides of no line and holds that stop none, once all lines are known."""
        plan, since, pays = self.calculation.history.plan, self.calculation.since, self.calculation.pays
        for row in self.calculation.record.rows("overrides"):
            if row["plan"] != plan or self.key_of(row) in self._touched:
                continue
            period = self.pay_period_named(row["earning_period"])
            holds = row["expires_on"] is None or row["expires_on"] > since
            if period is None or self._is_open(period) or (self.is_closed(period) and holds):
                self._untouched(row, f"Override {row['override']}: no line {row['source']}.", row["earning_period"])
        starts: dict[str, list[tuple[Key, date]]] = defaultdict(list)
        for each in booked:
            starts[each.key.payee].append((each.key, each.pay_period.start))
        for key in self.ledger:
            starts[key.payee].append((key, date.min))
        for row in self.calculation.record.rows("holds"):
            end = row["valid_to"] or date.max
            if row["plan"] == plan and pays and row["valid_from"] <= pays[-1].last and end > since:
                covered = [period.start for period in pays if row["valid_from"] <= period.last < end]
                stopped = (on for key, on in starts[row["payee"]] if self._is_held(row, key))
                if not covered or not any(on <= covered[-1] for on in stopped):
                    self._untouched(row, f"Hold {row['hold']} stops no line.", None)

    def _is_held(self, row: Row, key: Key) -> bool:
        component = row["component"] and self.present_name(row["component"])
        return component in (None, "", key.component) and row["source"] in (None, "", key.source)

    # Booking

    @cached_property
    def last_closed(self) -> Period | None:
        """Of all closed periods, of every calendar and kind, one that ends last."""
        calendars, rows = self.calculation.record.snapshot.calendars, self.calculation.record.rows("closed_periods")
        return max((calendars[row["calendar"]].parse(row["period"]) for row in rows), key=_end, default=None)

    def is_closed(self, period: Period) -> bool:
        """What ends no later than something that is closed counts as closed, too."""
        return self.last_closed is not None and period.last <= self.last_closed.last

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
        if not self.calculation.pays:
            return booked
        before = {key: sum(amount for _, amount in entries) for key, entries in self.ledger.items()}
        earlier: set[str] = set()
        for state in states:
            open_now = {period.id for period in state.pays}
            groups: dict[Key, list[Line]] = defaultdict(list)
            for line in state.lines:
                groups[self.key(line)].append(line)
            for key in [*groups, *(key for key in before if key not in groups)]:
                group = groups.get(key, [])
                if self._is_settled(key, earlier):
                    change = sum(line.amount for line in group) - before.get(key, 0)
                    if change:
                        booked.append(self._difference(key, state.pays[0], change, group[0] if group else None))
                elif key.earning_period in open_now:
                    period = self.period(key.earning_period)
                    booked += [Booked(key, line.kind, period, line.amount, line, line.note) for line in group]
            before = {key: sum(line.amount for line in group) for key, group in groups.items()}
            earlier |= open_now
        return booked

    def _is_settled(self, key: Key, earlier: set[str]) -> bool:
        """Whether a line was booked in an earlier period, so that only what has changed is booked."""
        if key.source.startswith("adjustment:"):
            return False
        return key.earning_period in earlier or self.is_closed(self.period(key.earning_period))

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


def _end(period: Period) -> date:
    return period.end
