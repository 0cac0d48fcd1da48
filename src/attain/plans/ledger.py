"""What closing a period copies into the ledger: booked lines, released parts, and the balances that go on.

A pure function from a snapshot and the outcome of a calculation to the next snapshot. Rows are added, never changed:
what a period paid stays what it paid, and later outcomes book the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attain.facts.snapshot import Snapshot
from attain.kernel.periods import Calendar, Period
from attain.plans.model import Plan
from attain.plans.outcome import Outcome

BALANCES = {"draw.balance": "draw_balance", "carried": "carried_out"}
"""Name of the balance in the ledger -> column of `payments`."""
_LINE = ("plan", "component", "payee", "source", "earning_period", "pay_period")
_PART = (*_LINE, "part")


def closed(snapshot: Snapshot, outcome: Outcome, through: Period, plans: Sequence[Plan]) -> Snapshot:
    """The snapshot after the pay periods up to and including `through` are closed with this outcome."""
    calendar = snapshot.calendars[through.calendar]
    names = {plan.plan for plan in plans}

    def is_closing(row: Mapping[str, Any]) -> bool:
        pays = row["pay_period"]
        return row["plan"] in names and pays is not None and calendar.parse(pays).end <= through.end

    lines = [row for row in outcome.rows("lines") if is_closing(row)]
    parts = [row for row in outcome.rows("releases") if row["state"] == "released" and is_closing(row)]
    payments = [row for row in outcome.rows("payments") if is_closing(row)]
    after = snapshot.with_decisions("ledger_lines", _summed(lines, _LINE, "line"))
    after = after.with_decisions("ledger_releases", _summed(parts, _PART))
    after = after.with_decisions("ledger_balances", _balances(snapshot, payments, through, plans))
    return after.with_decisions("closed_periods", _periods(snapshot, lines + payments, through, calendar, plans))


def _summed(rows: Iterable[Mapping[str, Any]], keys: tuple[str, ...], *more: str) -> list[dict[str, Any]]:
    """One row a key: a line and its difference may be booked in the same period."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        kept = {name: row[name] for name in (*keys, *more, "currency")}
        summed = found.setdefault(key, {**kept, "amount": 0})
        summed["amount"] += int(row["amount"])
    return list(found.values())


def _balances(
    snapshot: Snapshot, payments: Sequence[Mapping[str, Any]], through: Period, plans: Sequence[Plan]
) -> list[dict[str, Any]]:
    """The balance of each payee at the end of the last closed period; a balance that is used up is written as zero."""
    currencies = {plan.plan: plan.currency for plan in plans}
    known = {(row["plan"], row["payee"]): 0 for row in snapshot.rows("ledger_balances") if row["plan"] in currencies}
    last = {(row["plan"], row["payee"]): row for row in payments if row["pay_period"] == through.id}
    payees = dict.fromkeys([*known, *((row["plan"], row["payee"]) for row in payments)])
    return [
        {
            "plan": plan,
            "payee": payee,
            "name": name,
            "pay_period": through.id,
            "amount": int(last[plan, payee][column] or 0) if (plan, payee) in last else 0,
            "currency": currencies[plan],
        }
        for plan, payee in payees
        for name, column in BALANCES.items()
    ]


def _periods(
    snapshot: Snapshot,
    rows: Sequence[Mapping[str, Any]],
    through: Period,
    calendar: Calendar,
    plans: Sequence[Plan],
) -> list[dict[str, Any]]:
    """Every period from the plans' first day, or from the first one that was closed or paid, without a gap."""
    known = [row["period"] for row in snapshot.rows("closed_periods") if row["calendar"] == through.calendar]
    starts = [calendar.parse(period).start for period in [*known, *(row["pay_period"] for row in rows)]]
    first = min([*starts, *(plan.effective.start for plan in plans), through.start])
    return [
        {"calendar": through.calendar, "kind": through.kind, "period": period.id}
        for period in calendar.periods(through.kind, first, through.end)
    ]
