"""The totals that people look at first: by plan, by payee, by reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

from attain.cli.tables import amount, exact, grouped, placed, say, table
from attain.plans.outcome import Outcome

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass
class PlanTotal:
    """Amounts in whole minor units of the plan's currency."""

    plan: str
    currency: str
    payees: set[str] = field(default_factory=set)
    lines: int = 0
    earned: int = 0
    payable: int = 0
    exceptions: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "currency": self.currency,
            "payees": len(self.payees),
            "lines": self.lines,
            "earned": exact(self.earned, self.currency),
            "payable": exact(self.payable, self.currency),
            "exceptions": self.exceptions,
        }


class Summed(Outcome, Protocol):
    """An outcome whose tables can be added up without a look at each row: there may be millions."""

    def table(self, name: str, columns: Sequence[str]) -> pa.Table: ...


def by_plan(outcome: Summed) -> list[PlanTotal]:
    found: dict[str, PlanTotal] = {}
    payments = outcome.table("payments", ("plan", "currency", "payee", "earned", "payable"))
    by_payee = payments.group_by(["plan", "currency", "payee"]).aggregate([("earned", "sum"), ("payable", "sum")])
    for row in by_payee.to_pylist():
        total = found.setdefault(row["plan"], PlanTotal(row["plan"], row["currency"]))
        total.payees.add(row["payee"])
        total.earned += row["earned_sum"] or 0
        total.payable += row["payable_sum"] or 0
    lines = outcome.table("lines", ("plan", "currency"))
    for row in lines.group_by(["plan", "currency"]).aggregate([([], "count_all")]).to_pylist():
        found.setdefault(row["plan"], PlanTotal(row["plan"], row["currency"])).lines += row["count_all"]
    for row in outcome.rows("exceptions"):
        if row["plan"] in found:
            found[row["plan"]].exceptions += 1
    return [found[name] for name in sorted(found)]


def uncredited(outcome: Outcome) -> list[dict[str, Any]]:
    """Count and money of events that credit nobody, by fact type, reason and currency."""
    counts: Counter[tuple[str, str, str]] = Counter()
    sums: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for row in outcome.rows("uncredited"):
        key = (row["event_type"], row["reason"], row["currency"] or "")
        counts[key] += 1
        sums[key] += Fraction(row["amount"] or 0)
    return [
        {
            "event_type": key[0],
            "reason": key[1],
            "currency": key[2],
            "events": counts[key],
            "amount": placed(sums[key], key[2]),
        }
        for key in sorted(counts)
    ]


def exceptions(outcome: Outcome) -> list[dict[str, Any]]:
    """Count and money of what could not be credited, paid or converted, by code, reason and currency."""
    counts: Counter[tuple[str, str, str]] = Counter()
    sums: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    unknown: Counter[tuple[str, str, str]] = Counter()
    for row in outcome.rows("exceptions"):
        key = (row["code"], row["reason"], row["currency"] or "")
        counts[key] += 1
        sums[key] += Fraction(row["amount"] or 0)
        unknown[key] += row["amount"] is None
    return [
        {
            "code": key[0],
            "reason": key[1],
            "currency": key[2],
            "rows": counts[key],
            "amount": None if unknown[key] == counts[key] else placed(sums[key], key[2]),
            "rows_without_amount": unknown[key],
        }
        for key in sorted(counts)
    ]


def names_in(people: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {row["person"]: row["name"] for row in people if row["name"]}


def named(payee: str, names: Mapping[str, str]) -> str:
    return f"{names[payee]} ({payee})" if payee in names else payee


def documents(outcome: Summed) -> dict[str, Any]:
    return {
        "plans": [total.as_dict() for total in by_plan(outcome)],
        "uncredited": uncredited(outcome),
        "exceptions": exceptions(outcome),
    }


def show(outcome: Summed, heading: str) -> None:
    totals = by_plan(outcome)
    rows = [
        (
            one.plan,
            len(one.payees),
            f"{one.lines:,}",
            amount(one.earned, one.currency),
            amount(one.payable, one.currency),
            one.currency,
            one.exceptions or "",
        )
        for one in totals
    ]
    currencies = {one.currency for one in totals}
    total: tuple[object, ...] = ()
    if len(currencies) == 1 and len(totals) > 1:
        code = currencies.pop()
        payees = {payee for one in totals for payee in one.payees}
        lines = sum(one.lines for one in totals)
        earned, payable = (sum(getattr(one, name) for one in totals) for name in ("earned", "payable"))
        total = (
            "All plans",
            len(payees),
            f"{lines:,}",
            amount(earned, code),
            amount(payable, code),
            code,
            sum(one.exceptions for one in totals) or "",
        )
    columns = ("Plan", ">payees", ">lines", ">earned", ">payable", "", ">exceptions")
    table(columns, rows, heading=heading, total=total)
    left = uncredited(outcome)
    if left:
        said = "; ".join(f"{one['event_type']} {one['events']:,}, {one['reason']} ({_money(one)})" for one in left)
        say(f"Credited to nobody: {said}. See `attain uncredited`.")
    show_exceptions(exceptions(outcome), outcome)


def show_exceptions(found: list[dict[str, Any]], outcome: Outcome) -> None:
    if not found:
        return
    for one in found:
        money = "money unknown" if one["amount"] is None else _money(one)
        say(f"Exception {one['code']}: {one['rows']:,} ({money}): {one['reason']}.")
    folder = getattr(outcome, "folder", None)  # a what-if is not kept, so there is nothing to export
    if folder is not None:
        say(f"Row by row: attain export {folder.name} --table exceptions --to exceptions.csv")


def _money(one: Mapping[str, Any]) -> str:
    return f"{grouped(Fraction(one['amount']), one['currency'])} {one['currency']}".strip()


def show_uncredited(left: Iterable[Mapping[str, Any]]) -> None:
    columns = ("Fact", "Credited to nobody because", ">events", ">money", "")
    rows = [
        (
            one["event_type"],
            one["reason"],
            f"{one['events']:,}",
            grouped(Fraction(one["amount"]), one["currency"]),
            one["currency"],
        )
        for one in left
    ]
    table(columns, rows)
