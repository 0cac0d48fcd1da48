"""The whole calculation again, plan by plan, as a pure function of a snapshot, plan documents and a span.

`recompute` answers like the engine does, with tables and named values; `compare` says where two answers differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from attain.checker.book import Booked, Key, State
from attain.checker.calculation import Calculation
from attain.checker.components import Line
from attain.checker.credits import CreditReader
from attain.checker.left_out import list_left_out
from attain.checker.named import Named
from attain.checker.recipients import Unheard
from attain.checker.record import Record
from attain.checker.releases import Released, Releases
from attain.checker.seats import is_vacant
from attain.checker.settle import AMOUNTS, Payment, Settlement
from attain.checker.shaping import shape
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import CalculationError
from attain.kernel.intervals import Interval
from attain.plans.expressions import Name
from attain.plans.model import Plan
from attain.plans.outcome import NamedValue

Rows = list[dict[str, Any]]
CREDITED = Unheard.REASONS.index("credited")
TABLES = ("credits", "lines", "releases", "payments", "uncredited", "exceptions")


class Recomputation:
    """The answer: an `attain.plans.outcome.Outcome`."""

    def __init__(self, tables: dict[str, Rows], calculations: dict[str, Calculation]) -> None:
        self._tables = tables
        self._calculations = calculations

    def rows(self, table: str) -> Iterable[Mapping[str, Any]]:
        return self._tables[table]

    def values(self, plan: str, name: str) -> Iterable[NamedValue]:
        return Named(self._calculations[plan]).values(name)


def recompute(plans: Sequence[Plan], snapshot: Snapshot, span: Interval) -> Recomputation:
    """Everything that the plans pay for the pay periods that end within the span, each plan by its own."""
    if span.end is None:
        raise CalculationError("The span to calculate has no end.", code="calculation.span")
    record = Record(snapshot)
    heard: dict[Any, Unheard] = {}
    versions: dict[str, list[Plan]] = defaultdict(list)
    for plan in plans:
        versions[plan.plan].append(plan)
    tables: dict[str, Rows] = {name: [] for name in TABLES}
    calculations = {}
    for name in sorted(versions):
        calculations[name] = Calculation(versions[name], record, span.end, span.start, heard)
        _refuse_closed(calculations[name])
    for calculation in calculations.values():
        for table, rows in _of_plan(calculation).items():
            tables[table] += rows
    listed = [each for each in heard.values() if each.reached != CREDITED]
    listed += _unasked(calculations.values(), record)
    tables["uncredited"] = [
        {"event_type": each.event_type, "event": each.event, "date": each.date, "amount": each.amount,
         "currency": each.currency, "reason": each.REASONS[each.reached]}
        for each in sorted(listed, key=lambda each: (each.event_type, each.event))
    ]  # fmt: skip
    return Recomputation(tables, calculations)


def _unasked(calculations: Iterable[Calculation], record: Record) -> Iterator[Unheard]:
    """Events of a type that some plan reads, on whose date none of these plans is in force."""
    readers: dict[str, list[CreditReader]] = defaultdict(list)
    for calculation in calculations:
        for version in calculation.history.versions:
            for name, said in version.credits.items():
                readers[said.from_].append(CreditReader(calculation, version, name))
    for event_type, found in readers.items():
        usual = Name((found[0].schema.date,))
        differ = len({reader.set.date or usual for reader in found}) > 1
        for event in record.facts(event_type).keys() - record.asked[event_type]:
            unasked = found[0].unasked(event, differ)
            if unasked is not None:
                yield unasked


def _refuse_closed(calculation: Calculation) -> None:
    for period in calculation.pays:
        if calculation.book.is_closed(period):
            last = calculation.book.last_closed
            message = f"The run would pay {period.id} again: what ends with {last} or before it is closed."
            raise CalculationError(message, code="calculation.closed")


def _of_plan(calculation: Calculation) -> dict[str, Rows]:
    credits = list(_credits(calculation))
    states = list(_states(calculation))
    booked = calculation.book.book(states)
    calculation.book.list_untouched(booked)
    by_key: dict[Key, list[Line]] = {}
    for state in states:
        found = defaultdict(list)
        for line in state.lines:
            found[calculation.book.key(line)].append(line)
        by_key = {**found, **by_key}
    releases = Releases(calculation, calculation.pays).of(booked, by_key)
    payments = Settlement(calculation, calculation.pays).payments(booked, releases)
    _list_vacant(calculation, booked)
    list_left_out(calculation)
    return {
        "credits": credits,
        "lines": [_line(calculation, each) for each in booked],
        "releases": [_release(calculation, each) for each in releases],
        "payments": [_payment(calculation, each) for each in payments],
        "exceptions": list(calculation.exceptions.values()),
    }


def _states(calculation: Calculation) -> Iterator[State]:
    """What is due at first, and once more each time that overrides expire within the span."""
    pays = calculation.pays
    borders = [pays.index(border) for border in calculation.book.borders(pays)]
    yield State(pays[: borders[0]] if borders else pays, _due(calculation))
    for border, following in pairwise([*borders, len(pays)]):
        history = calculation.history
        later = Calculation(history.versions, calculation.record, calculation.horizon, pays[border].start, {})
        yield State(pays[border:following], _due(later))
        calculation.exceptions.update(later.exceptions)


def _due(calculation: Calculation) -> list[Line]:
    return shape(calculation, list(calculation.components.lines())) + calculation.book.adjustments()


def _list_vacant(calculation: Calculation, booked: list[Booked]) -> None:
    """What the lines of seats that nobody holds come to, by pay period: it is shown, and not paid."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for each in booked:
        if is_vacant(each.key.payee):
            sums[each.key.payee, each.pay_period.id] += each.amount
    for (payee, period), amount in sums.items():
        if amount:
            money = calculation.history.money(amount)
            reason = "The seat is vacant: its lines are not paid."
            calculation.exception("vacant", reason, payee=payee, period=period, amount=money)


def _credits(calculation: Calculation) -> Iterator[dict[str, Any]]:
    for credits in calculation.credits.values():
        for credit in credits:
            yield {
                "plan": calculation.history.plan, "version": credit.version.version, "credit_set": credit.set,
                "event_type": credit.event_type, "event": credit.event, "rule": credit.rule, "role": credit.role,
                "level": credit.level, "payee": credit.payee, "position": credit.position,
                "credited_on": credit.date, "share": credit.share, "amount": credit.amount,
                "currency": credit.version.currency, "via": credit.via, "credit": credit.id,
            }  # fmt: skip


def _line(calculation: Calculation, booked: Booked) -> dict[str, Any]:
    key, line = booked.key, booked.line
    credit = line.credit if line is not None else None
    return {
        "line": "/".join((calculation.history.plan, *key)), "plan": calculation.history.plan,
        "version": line.version.version if line is not None else None, "component": key.component,
        "kind": booked.kind, "payee": key.payee, "position": line.position if line is not None else None,
        "event_type": credit.event_type if credit is not None else None, "source": key.source,
        "event": credit.event if credit is not None else None,
        "credit": credit.id if credit is not None else None,
        "credited_on": credit.date if credit is not None else None, "earning_period": key.earning_period,
        "pay_period": booked.pay_period.id, "amount": booked.amount,
        "computed": _computed(booked, line), "currency": calculation.history.currency, "note": booked.note,
    }  # fmt: skip


def _computed(booked: Booked, line: Line | None) -> int:
    return booked.amount if line is None or booked.kind == "difference" else line.computed


def _release(calculation: Calculation, released: Released) -> dict[str, Any]:
    key = released.key
    return {
        "plan": calculation.history.plan, "component": key.component, "payee": key.payee, "source": key.source,
        "earning_period": key.earning_period, "part": released.part, "due_on": released.due_on,
        "pay_period": released.pay_period.id if released.pay_period is not None else None,
        "amount": released.amount, "currency": calculation.history.currency, "state": released.state,
        "reason": released.reason,
    }  # fmt: skip


def _payment(calculation: Calculation, payment: Payment) -> dict[str, Any]:
    amounts = {name: getattr(payment, name) for name in AMOUNTS}
    return {
        "plan": calculation.history.plan, "payee": payment.payee, "pay_period": payment.pay_period.id, **amounts,
        "currency": payment.currency, "pay_currency": payment.pay_currency, "pay_rate": payment.pay_rate,
    }  # fmt: skip
