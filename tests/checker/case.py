"""Small companies and plans for the tests of the checker: people, deals, a plan as nested text, and questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from attain.checker import Recomputation, recompute
from attain.facts.schema import parse_fact_type
from attain.facts.snapshot import Snapshot
from attain.kernel.intervals import Interval
from attain.kernel.periods import GREGORIAN
from attain.plans.model import Plan

DEALS = """
fact: deals
key: id
date: close_date
columns:
  id: text
  close_date: date
  ship_date: {type: date, required: no}
  owner: {type: payee, required: no}
  second: {type: payee, required: no}
  amount: {type: money, places: 4, currency: currency, required: no}
  cost: {type: money, places: 2, currency: currency, required: no}
  currency: {type: text, default: EUR}
  units: {type: number, places: 0, required: no}
  product: {type: text, required: no}
  category: {type: text, required: no}
  region: {type: text, required: no}
  reverses: {type: text, required: no}
reverses: reverses
"""
PARTNERS = """
fact: partners
key: id
date: agreed_on
columns: {id: text, agreed_on: {type: date}, deal: text, payee: payee, percent: {type: rate, required: no}}
relations: {deal: deals}
"""
PAYMENTS = """
fact: payments
key: id
date: paid_on
columns:
  id: text
  paid_on: date
  deal: text
  kind: {type: text, default: receipt}
  amount: {type: money, places: 2, currency: EUR}
relations: {deal: deals}
"""
TYPES = tuple(parse_fact_type(text) for text in (DEALS, PARTNERS, PAYMENTS))
POLICIES = {
    "rounding": {"mode": "half_up", "scope": "line"},
    "split": "cents",
    "border": "upper",
    "missing": "hold",
    "quota_change": "on_event",
    "follows": "person",
    "negative_pay": "carry",
    "late_facts": "difference",
    "version_change": "split",
}
SIMPLE_CREDITS = {"bookings": {"from": "deals", "amount": "amount"}}


def plan(policies: Mapping[str, Any] | None = None, **sections: Any) -> Plan:
    """A plan in force since 2026, for everybody with the title AE unless `participants` is given."""
    base: dict[str, Any] = {
        "plan": "ae",
        "version": "1",
        "currency": "EUR",
        "period": "month",
        "effective": {"from": "2026-01-01"},
        "participants": "position.title = 'AE'",
        "credits": SIMPLE_CREDITS,
        "policies": POLICIES | dict(policies or {}),
    }
    return Plan.model_validate(base | sections)


def seat(person: str, title: str = "AE", manager: str | None = None, **more: Any) -> dict[str, Any]:
    return {"person": person, "title": title, "manager": manager, **more}


@dataclass
class Company:
    """Each person holds a position `P-<name>` from 2025 on, unless other rows are given."""

    seats: Sequence[dict[str, Any]] = (seat("Ann"), seat("Bob"), seat("Cid"))
    facts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    decisions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def snapshot(self) -> Snapshot:
        own: dict[str, list[dict[str, Any]]] = {"people": [], "positions": [], "assignments": []}
        for row in self.seats:
            start, end = row.get("valid_from", "2025-01-01"), row.get("valid_to")
            position = row.get("position", f"P-{row['person']}")
            own["people"].append(
                {
                    "person": row["person"],
                    **{key: row[key] for key in ("hired_on", "left_on", "currency") if key in row},
                }
            )
            manager = f"P-{row['manager']}" if row["manager"] else None
            own["positions"].append(
                {"position": position, "title": row["title"], "manager": manager, "territory": row.get("territory"),
                 "valid_from": "2020-01-01"}
            )  # fmt: skip
            own["assignments"].append(
                {
                    "person": row["person"],
                    "position": position,
                    "valid_from": row.get("hired_on", start),
                    "valid_to": row.get("left_on", end),
                }
            )
        return Snapshot.from_rows(TYPES, self.facts, own | self.decisions)


class Ran:
    """A recomputation with short questions."""

    def __init__(self, answer: Recomputation) -> None:
        self.answer = answer

    def lines(self, component: str | None = None, **where: Any) -> dict[str, str]:
        """Amounts by event, else by source, summed where there are several lines."""
        found: dict[str, int] = {}
        for row in self.rows("lines", **(where | ({"component": component} if component else {}))):
            source = row["event"] or row["source"].partition("~")[0]
            found[source] = found.get(source, 0) + row["amount"]
        return {source: money(amount) for source, amount in found.items()}

    def by_payee(self, component: str, **where: Any) -> dict[str, str]:
        found: dict[str, int] = {}
        for row in self.rows("lines", component=component, **where):
            found[row["payee"]] = found.get(row["payee"], 0) + row["amount"]
        return {payee: money(amount) for payee, amount in sorted(found.items())}

    def rows(self, table: str, **where: Any) -> list[Mapping[str, Any]]:
        return [row for row in self.answer.rows(table) if all(row[name] == value for name, value in where.items())]

    def payments(self, column: str, payee: str = "Ann") -> dict[str, str]:
        return {row["pay_period"]: money(row[column]) for row in self.rows("payments", payee=payee)}

    def values(self, name: str, payee: str | None = "Ann") -> dict[str, Any]:
        return {each.key: each.value for each in self.answer.values("ae", name) if each.payee == payee}

    def credits(self, set_name: str = "bookings") -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], Fraction] = {}
        for row in self.rows("credits", credit_set=set_name):
            key = (row["payee"], row["event"])
            found[key] = found.get(key, Fraction(0)) + row["amount"]
        return {key: money(amount * 100) for key, amount in found.items()}


def money(minor: int | Fraction | None) -> str:
    if minor is None:
        return "none"
    exact = Fraction(minor)
    if exact.denominator != 1:
        return str(exact / 100)
    sign, cents = "-" if exact < 0 else "", abs(int(exact))
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def months(text: str) -> Interval:
    """`2026-01..2026-03` as a span of days."""
    first, _, last = text.partition("..")
    return Interval(GREGORIAN.parse(first).start, GREGORIAN.parse(last or first).end)


def ran(plans: Plan | Sequence[Plan], company: Company, span: str = "2026-01..2026-12") -> Ran:
    chosen = [plans] if isinstance(plans, Plan) else list(plans)
    return Ran(recompute(chosen, company.snapshot(), months(span)))


def deal(id_: str, on: str | date, amount: str | None, owner: str | None = "Ann", **more: Any) -> dict[str, Any]:
    return {"id": id_, "close_date": str(on), "amount": amount, "owner": owner, **more}
