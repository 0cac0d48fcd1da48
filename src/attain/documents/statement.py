"""A statement: what a run pays a payee in a pay period, as parts that add up and the lines behind them.

Nothing is computed here but sums of what the run's tables hold, and every sum is checked: parts that did not add up
to the payable amount would be a fault of ours, and are refused rather than shown. A statement may have any number of
lines; only those of the page that is asked for are read into Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from attain.engine.reading import with_fractions
from attain.engine.stored import StoredRun
from attain.kernel.errors import CalculationError, NotFound

KINDS = {"line": "earned", "cap": "earned", "floor": "earned", "difference": "corrections",
         "adjustment": "adjustments", "clawback": "clawbacks"}  # fmt: skip
PARTS = ("earned", "corrections", "adjustments", "clawbacks", "waiting", "guarantee", "draw_paid", "draw_recovered",
         "carried_in", "carried_out")  # fmt: skip
SECTIONS = ("earned", "corrections", "adjustments", "clawbacks")
LINES = ("line", "plan", "version", "component", "kind", "position", "event_type", "source", "credited_on",
         "earning_period", "amount", "computed", "currency", "note")  # fmt: skip
SUMMED = ("earned", "released", "guarantee", "draw_paid", "draw_recovered", "carried_in", "carried_out", "payable",
          "paid")  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A part of the payable amount, in minor units with its sign, and how many lines it is made of."""

    name: str
    amount: int
    lines: int = 0


@dataclass(frozen=True)
class Total:
    """What plans of one currency pay: parts that add up to the payable amount."""

    currency: str
    parts: tuple[Part, ...]
    payable: int
    draw_balance: int
    pay_currency: str
    paid: int | None


@dataclass(frozen=True)
class Line:
    """A line of the result with the place that it has in the statement, counted from 1."""

    place: int
    values: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def section(self) -> str:
        return KINDS[self.values["kind"]]


@dataclass(frozen=True)
class Subtotal:
    """What the lines of a component, or of a section, come to."""

    section: str
    component: str
    amount: int
    lines: int


@dataclass(frozen=True)
class Statement:
    """All of it but the lines, which `lines` reads page by page."""

    payee: str
    period: str
    totals: tuple[Total, ...]
    plans: tuple[str, ...]
    subtotals: tuple[Subtotal, ...]
    table: pa.Table
    """Its lines, in the order of the statement."""

    @property
    def line_count(self) -> int:
        return len(self.table)

    def line(self, id_: str) -> Line | None:
        place: int = pc.index(self.table["line"], id_).as_py()
        return self.lines(place, 1)[0] if place >= 0 else None

    def lines(self, start: int = 0, count: int | None = None, like: str = "") -> list[Line]:
        """Lines from a place on; with `like` only those whose source, component or note contains it."""
        table = self.table.append_column("place", pa.array(range(1, len(self.table) + 1), pa.int64()))
        if like:
            found = [pc.match_substring(pc.fill_null(table[name], ""), like, ignore_case=True)
                     for name in ("source", "component", "note")]  # fmt: skip
            table = table.filter(pc.or_(pc.or_(found[0], found[1]), found[2]))
        rows = table.slice(start, count).to_pylist()
        return [Line(row.pop("place"), row) for row in rows]


def statement_of(run: StoredRun, payee: str, period: str, plans: frozenset[str]) -> Statement:
    """What these plans pay a payee in a period; refused if that is nothing. Two calendars may have a period of the same
    name: whose it is follows from the plans that are paid by it.
    """
    payments = run.table("payments", payee=payee, pay_period=period, plan=plans).to_pylist()
    lines = run.table("lines", LINES, payee=payee, pay_period=period, plan=plans)
    if not payments and not len(lines):
        raise NotFound(f"{run.folder.name} pays {payee} nothing in {period}.", code="pay.no-statement")
    table = _in_order(lines)
    codes = sorted({row["currency"] for row in payments} | set(table["currency"].unique().to_pylist()))
    totals = tuple(
        _total(code, [row for row in payments if row["currency"] == code],
               table.filter(pc.equal(table["currency"], code)))
        for code in codes
    )  # fmt: skip
    paying = {row["plan"] for row in payments} | set(table["plan"].unique().to_pylist())
    return Statement(payee, period, totals, tuple(sorted(paying)), tuple(_subtotals(table)), table)


def _in_order(lines: pa.Table) -> pa.Table:
    """What was earned, then corrections, adjustments and clawbacks; by component, day and source."""
    sections = {kind: place for place, name in enumerate(SECTIONS) for kind, of in KINDS.items() if of == name}
    place = pa.array([sections[kind] for kind in lines["kind"].to_pylist()], pa.int8())
    keys = [(name, "ascending") for name in ("_section", "component", "credited_on", "source", "line")]
    return lines.append_column("_section", place).sort_by(keys).drop_columns(["_section"])


def _total(code: str, payments: Sequence[Mapping[str, Any]], lines: pa.Table) -> Total:
    sums = {name: sum(int(row[name] or 0) for row in payments) for name in SUMMED}
    by_kind = lines.group_by("kind").aggregate([("amount", "sum"), ([], "count_all")]).to_pylist()
    amounts, counts = dict.fromkeys(PARTS, 0), dict.fromkeys(PARTS, 0)
    for row in by_kind:
        amounts[KINDS[row["kind"]]] += int(row["amount_sum"] or 0)
        counts[KINDS[row["kind"]]] += row["count_all"]
    amounts |= {"waiting": sums["released"] - sums["earned"], "guarantee": sums["guarantee"],
                "draw_paid": sum(map(_draw_paid, payments)), "draw_recovered": -sums["draw_recovered"],
                "carried_in": sums["carried_in"], "carried_out": -sums["carried_out"]}  # fmt: skip
    if sum(amounts.values()) != sums["payable"]:
        raise CalculationError(
            f"The parts of a statement come to {sum(amounts.values())}, the payable amount is {sums['payable']}.",
            code="statement.sum", hint="Verify the run: attain verify.",
        )  # fmt: skip
    parts = tuple(
        Part(name, amounts[name], counts[name]) for name in PARTS if amounts[name] or counts[name] or name == "earned"
    )
    paid_in = {row["pay_currency"] or code for row in payments}
    paid = sums["paid"] if len(paid_in) == 1 and all(row["paid"] is not None for row in payments) else None
    balance = sum(int(row["draw_balance"] or 0) for row in payments)
    pay_currency = paid_in.pop() if len(paid_in) == 1 else code
    return Total(code, parts, sums["payable"], balance, pay_currency, paid)


def _draw_paid(row: Mapping[str, Any]) -> int:
    """What a plan pays as a draw with this payment. One in advance was paid at the start of the period, and is no part
    of what is paid at its end."""
    said = {name: int(row[name] or 0) for name in SUMMED}
    without = said["carried_in"] + said["released"] + said["guarantee"] - said["draw_recovered"] - said["carried_out"]
    return 0 if without == said["payable"] else said["draw_paid"]


def _subtotals(table: pa.Table) -> Iterator[Subtotal]:
    """Of each component that earned, then of each section."""
    if not len(table):
        return
    found = table.group_by(["kind", "component"], use_threads=False).aggregate([("amount", "sum"), ([], "count_all")])
    sums: dict[tuple[str, str], list[int]] = {}
    for row in found.to_pylist():
        section = KINDS[row["kind"]]
        of = sums.setdefault((section, row["component"] if section == "earned" else ""), [0, 0])
        of[0], of[1] = of[0] + int(row["amount_sum"] or 0), of[1] + row["count_all"]
    for (section, component), (amount, lines) in sums.items():
        yield Subtotal(section, component, amount, lines)


@dataclass(frozen=True)
class Credit:
    """What counts of an event for a payee, in the plan's currency, and which share of it that is; both exact."""

    amount: Fraction
    share: Fraction
    currency: str


def credits_of(run: StoredRun, payee: str, events: Sequence[str]) -> dict[tuple[str, str, str], Credit]:
    """By plan, credit set and event. Several credits of one event in one set are added up."""
    columns = ("plan", "credit_set", "event", "share", "share_over", "amount", "amount_over", "currency")
    if not events:
        return {}
    table = run.table("credits", columns, payee=payee, event=frozenset(events))
    found: dict[tuple[str, str, str], Credit] = {}
    for row in map(with_fractions, table.to_pylist()):
        key = row["plan"], row["credit_set"], row["event"]
        amount, share = row["amount"] or Fraction(0), row["share"] or Fraction(0)
        if key in found:
            amount, share = amount + found[key].amount, share + found[key].share
        found[key] = Credit(amount, share, row["currency"])
    return found


@dataclass(frozen=True)
class Payment:
    """One row of the list of statements: a payee, a period, a currency."""

    payee: str
    period: str
    currency: str
    earned: int
    payable: int
    plans: tuple[str, ...]


PAID = ("plan", "payee", "pay_period", "currency", "earned", "payable")


def payments_of(run: StoredRun, period: str, plans: frozenset[str]) -> list[Payment]:
    """What these plans pay in a period, by payee, plans of one currency together."""
    return summed(run.table("payments", PAID, pay_period=period, plan=plans).to_pylist())


def payments_to(run: StoredRun, payee: str) -> Callable[[str, frozenset[str]], list[Payment]]:
    """The same for one payee and any period, after reading the run once."""
    rows = run.table("payments", PAID, payee=payee).to_pylist()
    return lambda period, plans: summed(row for row in rows if row["pay_period"] == period and row["plan"] in plans)


def summed(rows: Iterable[Mapping[str, Any]]) -> list[Payment]:
    found: dict[tuple[str, str, str], list[Any]] = {}
    for row in rows:
        of = found.setdefault((row["payee"], row["pay_period"], row["currency"]), [0, 0, []])
        of[0], of[1] = of[0] + int(row["earned"] or 0), of[1] + int(row["payable"] or 0)
        of[2].append(row["plan"])
    return [Payment(*key, earned, payable, tuple(plans)) for key, (earned, payable, plans) in found.items()]
