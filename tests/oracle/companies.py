"""Random companies: people who come, move and leave, what they sold, and what was decided about them.

A `World` is nothing but rows of plain values, so that a failing one can be made smaller row by row and printed. All
choices come from one `Random`; days come from a small pool, so that ties and edges happen often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from attain.facts.schema import parse_fact_type
from attain.facts.snapshot import Snapshot
from attain.kernel.periods import GREGORIAN, RetailCalendar

Row = dict[str, Any]

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
  amount: {type: money, places: 2, currency: currency, required: no}
  cost: {type: money, places: 2, currency: currency, required: no}
  currency: {type: text, default: EUR}
  units: {type: number, places: 0, required: no}
  weight: {type: rate, required: no}
  product: {type: text, required: no}
  region: {type: text, required: no}
  cancelled: {type: yes_no, default: no}
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
RECEIPTS = """
fact: receipts
key: id
date: paid_on
columns:
  id: text
  paid_on: date
  deal: text
  kind: {type: text, default: receipt}
  paid_in: {type: money, places: 2, currency: EUR, required: no}
  collector: {type: payee, required: no}
relations: {deal: deals}
"""
TYPES = tuple(parse_fact_type(text) for text in (DEALS, PARTNERS, RECEIPTS))
FACT_TYPES = {fact.name: fact for fact in TYPES}

FIRST, LAST = date(2026, 1, 1), date(2026, 9, 30)
DAYS = tuple(
    FIRST + timedelta(days)
    for days in (0, 0, 13, 14, 30, 31, 31, 44, 58, 59, 73, 89, 90, 90, 104, 119, 120, 135, 150, 151, 180, 181, 200, 243)
)
TITLES = ("AE", "AE", "AE", "SDR", "Lead")
TERRITORIES = ("North", "South", None)
PRODUCTS = ("Desk", "Lamp", "Service", None)
KINDS = ("month", "quarter", "year")


WEEKS = RetailCalendar("retail", (4, 5, 4), weekday=6)
"""Years of whole weeks, of which no month begins with a civil one."""


@dataclass
class World:
    """Rows of facts and of decisions by table."""

    facts: dict[str, list[Row]] = field(default_factory=dict)
    decisions: dict[str, list[Row]] = field(default_factory=dict)

    def snapshot(self) -> Snapshot:
        return Snapshot.from_rows(TYPES, self.facts, self.decisions, {GREGORIAN.name: GREGORIAN, WEEKS.name: WEEKS})

    def add(self, table: str, **row: Any) -> None:
        rows = self.facts if table in FACT_TYPES else self.decisions
        rows.setdefault(table, []).append({name: value for name, value in row.items() if value is not None})

    def column(self, table: str, name: str) -> list[Any]:
        rows = self.facts if table in FACT_TYPES else self.decisions
        return list(dict.fromkeys(row[name] for row in rows.get(table, ()) if row.get(name) is not None))


def company(rnd: Random) -> World:
    world = World()
    _seats(rnd, world)
    _relationships(rnd, world)
    _teams(rnd, world)
    for _ in range(rnd.choice((0, 0, 1, 3))):
        start = rnd.choice(DAYS)
        world.add(
            "leaves",
            person=_person(rnd, world),
            kind=f"kind-{len(world.decisions.get('leaves', ()))}",
            valid_from=start,
            valid_to=start + timedelta(rnd.choice((1, 10, 45))),
        )
    _rates(rnd, world)
    _quotas(rnd, world)
    deals(rnd, world, rnd.choice((6, 20, 25, 30, 35, 40)))
    return world


def references(world: World) -> list[str]:
    """Whoever may be named: people and positions."""
    return world.column("people", "person") + world.column("positions", "position")


def _person(rnd: Random, world: World) -> str:
    return str(rnd.choice(world.column("people", "person")))


def _seats(rnd: Random, world: World) -> None:
    people = rnd.choice((1, 3, 4, 5, 8))
    positions = people + rnd.choice((0, 0, 1, 2))
    for number in range(1, positions + 1):
        starts = [FIRST - timedelta(400), *sorted(set(rnd.sample(DAYS[1:], rnd.choice((0, 0, 0, 1, 2)))))]
        ends: Sequence[date | None] = [*starts[1:], None]
        for start, end in zip(starts, ends, strict=True):
            above = rnd.randint(max(1, number - 3), number) if number > 1 else 1
            world.add(
                "positions",
                position=f"P{number}",
                title=rnd.choice(TITLES),
                territory=rnd.choice(TERRITORIES),
                unit=rnd.choice(("U1", "U2", None)),
                manager=f"P{above}" if above < number else None,
                valid_from=start,
                valid_to=end,
            )
    taken: list[tuple[str, date, date]] = []
    far = date(2100, 1, 1)
    for number in range(1, people + 1):
        hired = rnd.choice((FIRST - timedelta(300), FIRST - timedelta(300), rnd.choice(DAYS[:15])))
        left = rnd.choice((None, None, None, rnd.choice(DAYS[6:])))
        left = left if left is not None and left > hired else None
        world.add(
            "people",
            person=f"p{number}",
            name=f"Person {number}",
            country=rnd.choice(("DE", "US", None)),
            currency=rnd.choice(("EUR", "EUR", "USD", "JPY", None)),
            hired_on=hired,
            left_on=left,
            kind=rnd.choice(("employee", "employee", "employee", "employee", "partner")),
        )
        cuts = sorted({hired, *(day for day in rnd.sample(DAYS, rnd.choice((0, 0, 1, 2))) if hired < day)})
        for start, end in zip(cuts, [*cuts[1:], left or far], strict=True):
            end = min(end, left or far)
            wanted = f"P{number}" if start == hired and rnd.random() < 0.8 else f"P{rnd.randint(1, positions)}"
            free = all(seat != wanted or end <= begin or until <= start for seat, begin, until in taken)
            if start < end and free and rnd.random() < 0.95:
                taken.append((wanted, start, end))
                world.add(
                    "assignments",
                    person=f"p{number}",
                    position=wanted,
                    valid_from=start,
                    valid_to=None if end == far else end,
                )


def _relationships(rnd: Random, world: World) -> None:
    used: set[tuple[Any, ...]] = set()
    for _ in range(rnd.choice((0, 1, 3, 5))):
        kind = rnd.choice(("specialist", "territory_owner"))
        subject = rnd.choice(("North", "South") if kind == "territory_owner" else references(world))
        payee, start = rnd.choice(references(world)), rnd.choice((FIRST - timedelta(30), *DAYS[:12]))
        end = rnd.choice((None, None, start + timedelta(60)))
        if all((kind, subject, payee) != other for other in used):
            used.add((kind, subject, payee))
            world.add(
                "relationships",
                kind=kind,
                subject=subject,
                payee=payee,
                share=rnd.choice((None, None, "0.5", "0.333333", "1.25")),
                valid_from=start,
                valid_to=end,
            )


def _teams(rnd: Random, world: World) -> None:
    members = world.column("people", "person") if rnd.random() < 0.6 else world.column("positions", "position")
    for member in members:
        start = rnd.choice((FIRST - timedelta(30), FIRST - timedelta(30), rnd.choice(DAYS[:12])))
        middle = rnd.choice((None, None, start + timedelta(75)))
        for begin, end in ((start, middle), (middle, None)):
            if begin is not None and rnd.random() < 0.8:
                world.add(
                    "teams",
                    team=rnd.choice(("T1", "T2")),
                    member=member,
                    valid_from=begin,
                    valid_to=end,
                    weight=rnd.choice((None, "0.5", "2")),
                )


def _rates(rnd: Random, world: World) -> None:
    for base, quote, near in (("USD", "EUR", 90), ("EUR", "USD", 110), ("JPY", "EUR", 1), ("EUR", "JPY", 16000)):
        if rnd.random() < 0.8:
            for month in range(1, 10):
                if rnd.random() < 0.9:
                    on = GREGORIAN.parse(f"2026-{month:02d}").last
                    rate = f"{(near * 1000 + rnd.randint(-500, 999)) / 100000:.5f}"
                    world.add("rates", kind="month_end", base=base, quote=quote, on=on, rate=rate)


def _quotas(rnd: Random, world: World) -> None:
    """One name for each way to say it, so that a plan can choose one that fits its window."""
    for kind in (*KINDS, "span"):
        subjects = [*references(world), "T1", "T2", "company"]
        for subject in subjects:
            if rnd.random() < 0.25:
                continue
            starts = sorted({FIRST, *rnd.sample(DAYS, rnd.choice((0, 0, 1, 2)))})
            for start, end in zip(starts, [*starts[1:], None], strict=True):
                if rnd.random() < 0.06:
                    continue
                until = end or (date(2027, 1, 1) if kind == "span" else rnd.choice((None, None, LAST)))
                if until is not None and until <= start:
                    continue
                amount = rnd.choice(("1000", "5000", "10000", "10000", "777.77", "0", "33333.3333", "250000"))
                world.add(
                    "quotas",
                    quota=f"q_{kind}",
                    subject=subject,
                    amount=amount,
                    per=kind,
                    valid_from=start,
                    valid_to=until,
                )


def amount_of(rnd: Random) -> str:
    return str(
        rnd.choice(
            (
                "1000.00",
                "5000.00",
                "10000.00",
                "0.00",
                "0.01",
                "-250.50",
                f"{rnd.randint(1, 2_000_000) / 100:.2f}",
                f"{rnd.randint(1, 2_000_000) / 100:.2f}",
                f"{rnd.randint(100, 999_999)}.99",
                "99999999.99",
            )
        )
    )


def deals(rnd: Random, world: World, count: int, since: date = FIRST, until: date = LAST) -> None:
    """Deals from a day to a day, with their partners, receipts and reversals."""
    known = [*references(world) * 3, "nobody"]
    days = [day for day in DAYS if since <= day <= until] or [since]
    for _ in range(count):
        number = len(world.facts.get("deals", ())) + 1
        day = rnd.choice(days) + timedelta(rnd.choice((0, 0, 0, 1, 5)))
        amount = rnd.choice((amount_of(rnd),) * 12 + (None,))
        reverses = _reversed(rnd, world, day) if rnd.random() < 0.18 else None
        row: Row = {"owner": rnd.choice((*known, None)), "currency": rnd.choice(("EUR",) * 14 + ("USD", "JPY"))}
        if reverses is not None:
            original = next((deal for deal in world.facts.get("deals", ()) if deal["id"] == reverses), None)
            if original is not None and original.get("amount"):
                row = {"owner": original.get("owner"), "currency": original["currency"]}
                full = -float(original["amount"])
                amount = f"{rnd.choice((full, full, full / 2, full / 3)):.2f}"
        if row["currency"] == "JPY" and amount is not None:
            amount = f"{round(float(amount))}.00"
        world.add(
            "deals",
            id=f"D{number}",
            close_date=day,
            ship_date=rnd.choice((None, *[day + timedelta(20)] * 5)),
            amount=amount,
            second=rnd.choice((*known, None, None)),
            cost=rnd.choice((None, "0.33", "400.00")),
            units=rnd.choice((None, 0, 1, 3, 250)),
            weight=rnd.choice((None, "0.5", "1.2")),
            product=rnd.choice(PRODUCTS),
            region=rnd.choice(("North", "South", "West", None)),
            cancelled=rnd.choice((None,) * 9 + ("yes",)),
            reverses=reverses,
            **row,
        )
        for _ in range(rnd.choice((0, 0, 0, 1, 2))):
            world.add(
                "partners",
                id=f"X{len(world.facts.get('partners', ())) + 1}",
                agreed_on=day,
                deal=f"D{number}",
                payee=rnd.choice(known),
                percent=rnd.choice((None, "0.1", "0.333333", "0.5", "1.25", "-0.15")),
            )
        for _ in range(rnd.choice((0, 0, 1, 2))):
            receipt(rnd, world, f"D{number}", day + timedelta(rnd.choice((0, 10, 40, 80))))


def receipt(rnd: Random, world: World, deal: str, day: date) -> None:
    world.add(
        "receipts",
        id=f"R{len(world.facts.get('receipts', ())) + 1}",
        paid_on=day,
        deal=deal,
        kind=rnd.choice(("receipt", "receipt", "refund")),
        paid_in=rnd.choice((None, "100.00", "333.33", "5000.00")),
        collector=rnd.choice((*references(world), None)),
    )


def _reversed(rnd: Random, world: World, day: date) -> str | None:
    earlier = [
        deal["id"]
        for deal in world.facts.get("deals", ())
        if deal["close_date"] <= day and deal.get("reverses") is None
    ]
    return rnd.choice((*earlier, *earlier, *earlier, "unheard-of")) if earlier else "unheard-of"


def correct(rnd: Random, world: World) -> None:
    """A later batch: a row of an earlier one with another amount, owner or day."""
    rows = world.facts.get("deals", [])
    if rows:
        row = rnd.choice(rows)
        change: Mapping[str, Any] = rnd.choice(
            (
                {"amount": amount_of(rnd)},
                {"owner": rnd.choice(references(world))},
                {"cancelled": "yes"},
                {"close_date": rnd.choice(DAYS)},
                {"product": "Desk"},
            )
        )
        if row.get("currency") == "JPY" and "amount" in change:
            return
        row.update(change)
