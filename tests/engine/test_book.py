"""What a closed period does to late facts, corrections, overrides and versions, by figures from paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from attain.checker import recompute
from attain.engine import calculate
from attain.engine.trace import explain
from attain.facts.snapshot import Snapshot
from attain.kernel.periods import GREGORIAN
from attain.plans.ledger import closed
from attain.plans.loader import load_documents
from attain.plans.model import Plan
from attain.plans.plan_tests import LEDGER, Calculate
from tests.engine.worked import FACT_TYPES, HERE, SEATS, examples, loaded, months, tried

BOTH = pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
Rows = Sequence[Mapping[str, Any]]


@BOTH
@pytest.mark.parametrize("name", examples("book"))
def test_the_figures_from_paper_come_out(name: str, calculated: Calculate) -> None:
    """A.11, A.13, A.14, A.26, K.9."""
    results = tried("book", name, calculated)
    assert results
    assert all(result.passed for result in results), "\n".join(map(str, results))


def deal(id_: str, on: str, amount: str | int, owner: str = "Ann", **more: Any) -> dict[str, Any]:
    return {"id": id_, "close_date": on, "amount": str(amount), "owner": owner, **more}


def world(deals: Rows, ledger: Mapping[str, Rows] | None = None, **decisions: Rows) -> Snapshot:
    return Snapshot.from_rows(FACT_TYPES.values(), {"deals": deals}, {**SEATS, **decisions, **(ledger or {})})


def booked(
    calculated: Calculate, plans: Sequence[Plan], given: Snapshot, first: str, last: str
) -> list[dict[str, Any]]:
    return [dict(row) for row in calculated(plans, given, months(first, last)).rows("lines")]


def closing(calculated: Calculate, plans: Sequence[Plan], given: Snapshot, first: str, last: str) -> dict[str, Rows]:
    """The ledger after the months are closed."""
    after = closed(given, calculated(plans, given, months(first, last)), GREGORIAN.parse(last), plans)
    return {name: list(after.rows(name)) for name in LEDGER}


@BOTH
def test_a_removed_fact_gives_the_negative_of_what_was_paid(calculated: Calculate) -> None:
    """A.11: a later import may drop a row; the closed line has no counterpart any more."""
    plans = [document.plan for document in loaded("book", "late-facts")]
    deals = [deal("A", "2026-01-05", 400), deal("B", "2026-01-20", 800)]
    ledger = closing(calculated, plans, world(deals), "2026-01", "2026-01")
    found = booked(calculated, plans, world(deals[1:], ledger), "2026-02", "2026-02")
    assert {(row["source"], row["kind"], row["amount"]) for row in found} == {
        ("A", "difference", -4000),
        ("B", "difference", -2000),  # 60 + 40 paid, 80 due
    }
    assert {row["earning_period"] for row in found} == {"2026-01"}


def renamed(was: str = "") -> list[Plan]:
    name = "bonus" if was else "commission"
    text = f"""
plan: renamed
version: "1"
currency: EUR
period: month
effective: {{from: 2026-01-01}}
participants: "position.title = 'Seller'"
uses: [house@1]
credits: {{bookings: {{from: deals, amount: amount}}}}
components: {{{name}: {{each: bookings, pays: percent, rate: 10%{was}}}}}
"""
    sources = [("house.yaml", HERE / "plans" / "house.yaml"), ("renamed.yaml", text)]
    return [document.plan for document in load_documents(sources)]


@BOTH
def test_a_renamed_component_goes_on_where_the_old_one_stopped(calculated: Calculate) -> None:
    """A.11, A.14: with `was` nothing is paid twice; without it the old line is taken back and the new one paid."""
    january = [deal("A", "2026-01-05", 400)]
    ledger = closing(calculated, renamed(), world(january), "2026-01", "2026-01")
    february = world([deal("A", "2026-01-05", 500), deal("B", "2026-02-05", 100)], ledger)
    found = booked(calculated, renamed(", was: commission"), february, "2026-02", "2026-02")
    assert {(row["component"], row["source"], row["kind"], row["amount"]) for row in found} == {
        ("bonus", "A", "difference", 1000),
        ("bonus", "B", "line", 1000),
    }
    found = booked(calculated, renamed(", title: {en: Bonus}"), february, "2026-02", "2026-02")
    assert {(row["component"], row["source"], row["kind"], row["amount"]) for row in found} == {
        ("commission", "A", "difference", -4000),
        ("bonus", "A", "difference", 5000),
        ("bonus", "B", "line", 1000),
    }


@BOTH
def test_an_override_is_visible_beside_what_was_computed_and_can_be_taken_back(calculated: Calculate) -> None:
    """A.26: both amounts and the reason stand on the line; without the decision the computed amount is back."""
    plans = [document.plan for document in loaded("book", "override-and-adjustment")][:1]
    row = {"override": "O", "plan": plans[0].plan, "component": "commission", "payee": "Ann", "source": "D",
           "earning_period": "2026-01", "amount": "250", "reason": "promise; -- of 'the board' 🤝"}  # fmt: skip
    deals = [deal("D", "2026-01-10", 1000)]
    (line,) = booked(calculated, plans, world(deals, overrides=[row]), "2026-01", "2026-01")
    assert (line["amount"], line["computed"]) == (25000, 10000)
    assert line["note"] == f"override: {row['reason']}"
    (line,) = booked(calculated, plans, world(deals), "2026-01", "2026-01")
    assert (line["amount"], line["computed"]) == (10000, 10000)
    ledger = closing(calculated, plans, world(deals, overrides=[row]), "2026-01", "2026-01")
    (line,) = booked(calculated, plans, world(deals, ledger), "2026-02", "2026-02")
    assert (line["kind"], line["amount"]) == ("difference", -15000)


@BOTH
def test_an_adjustment_says_its_reason(calculated: Calculate) -> None:
    """A.26: by hand, with a reason, in its own period only."""
    plans = [document.plan for document in loaded("book", "override-and-adjustment")][:1]
    row = {"adjustment": "G", "plan": plans[0].plan, "payee": "Bob", "pay_period": "2026-02",
           "component": "commission", "amount": "-12.5", "currency": "EUR", "reason": "phone bill"}  # fmt: skip
    (line,) = booked(calculated, plans, world([], adjustments=[row]), "2026-01", "2026-03")
    assert (line["kind"], line["source"], line["pay_period"]) == ("adjustment", "adjustment:G", "2026-02")
    assert (line["amount"], line["note"]) == (-1250, "phone bill")
    ledger = closing(calculated, plans, world([], adjustments=[row]), "2026-01", "2026-02")
    assert booked(calculated, plans, world([], ledger, adjustments=[row]), "2026-03", "2026-03") == []


@BOTH
@pytest.mark.parametrize("seed", range(4))
def test_the_differences_are_the_new_pay_minus_the_old(calculated: Calculate, seed: int) -> None:
    """K.9, A.11: whatever changes after a close, the next run books new - old, line by line and in sum."""
    rnd = Random(seed)
    plans = [document.plan for document in loaded("book", "late-facts")]

    def some(count: int) -> list[dict[str, Any]]:
        found = []
        for number in range(count):
            day = f"2026-0{rnd.randint(1, 3)}-{rnd.randint(1, 28):02d}"
            amount = f"{rnd.randint(-500, 900)}.{rnd.randint(0, 99):02d}"
            found.append(deal(f"D{number}", day, amount, rnd.choice(("Ann", "Bob"))))
        return found

    old, new = some(8), some(9)
    new[:3] = old[:3]
    before = booked(calculated, plans, world(old), "2026-01", "2026-03")
    ledger = closing(calculated, plans, world(old), "2026-01", "2026-03")
    after = booked(calculated, plans, world(new), "2026-01", "2026-03")
    found = booked(calculated, plans, world(new, ledger), "2026-04", "2026-04")

    def by_line(rows: Rows) -> dict[tuple[str, ...], int]:
        return {(row["payee"], row["source"], row["earning_period"]): int(row["amount"]) for row in rows}

    was, due = by_line(before), by_line(after)
    wanted = {key: due.get(key, 0) - was.get(key, 0) for key in {*was, *due}}
    assert by_line(found) == {key: amount for key, amount in wanted.items() if amount}
    assert {row["kind"] for row in found} == {"difference"}


@BOTH
def test_closing_month_by_month_pays_the_same_as_all_at_once(calculated: Calculate) -> None:
    """K.7, A.8: with a draw whose balance goes from month to month."""
    plans = [document.plan for document in loaded("settlement", "draw-recoverable")]
    deals = [deal(f"D{month}", f"2026-{month:02d}-15", amount) for month, amount in
             enumerate((600, 1200, 0, 1500, 3000, 1000), start=1)]  # fmt: skip
    columns = ("payee", "pay_period", "earned", "draw_paid", "draw_recovered", "draw_balance", "payable")

    def paid(given: Snapshot, first: str, last: str) -> list[tuple[Any, ...]]:
        outcome = calculated(plans, given, months(first, last))
        return sorted(tuple(row[name] for name in columns) for row in outcome.rows("payments"))

    ledger: dict[str, Rows] = {}
    one_by_one = []
    for month in range(1, 7):
        period = f"2026-{month:02d}"
        one_by_one += paid(world(deals, ledger), period, period)
        ledger = closing(calculated, plans, world(deals, ledger), period, period)
    assert sorted(one_by_one) == paid(world(deals), "2026-01", "2026-06")


def test_a_line_whose_override_expires_within_the_run_is_explained_in_each_period() -> None:
    """A.26, K.2: paid with the override, then the difference to what was computed; both prove themselves."""
    documents = [one for one in loaded("book", "override-and-adjustment") if one.plan.plan == "override-under-a-cap"]
    row = {"override": "O", "plan": documents[0].plan.plan, "component": "commission", "payee": "Ann", "source": "D",
           "earning_period": "2026-01", "amount": "50", "reason": "promised", "expires_on": "2026-02-10"}  # fmt: skip
    given = world([deal("D", "2026-01-10", 2000), deal("E", "2026-01-11", 2000)], overrides=[row])
    outcome = calculate([document.plan for document in documents], given, months("2026-01", "2026-03"), threads=1)
    found = {str(line["line"]): line for line in outcome.rows("lines") if line["component"] == "commission"}
    key = "override-under-a-cap/commission/Ann/"
    amounts = {name.removeprefix(key): line["amount"] for name, line in found.items()}
    assert amounts == {
        "D/2026-01": 5000,
        "D/2026-01+2026-03": 15000,
        "E/2026-01": 20000,
        "cap:2026-01/2026-01+2026-03": -10000,
    }
    for name, line in found.items():
        said = explain(outcome, documents, name)
        assert said.proves(), said.text("en")
        assert said.amount.value == Fraction(int(line["amount"]), 100)
    outcome.close()
