"""What the plans pay on real orders, held against figures that others or plain arithmetic worked out.

The publisher's year-to-date sums are one oracle; the other is a few lines of arithmetic on exact fractions here, which
know nothing of plans: quota by days, tiers, half up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest

from attain.checker.compare import compare
from attain.checker.recompute import recompute
from attain.engine import calculate
from attain.examples import adventureworks
from attain.examples.adventureworks import prepare
from attain.facts.schema import load_fact_types
from attain.facts.snapshot import Snapshot
from attain.kernel.intervals import Interval
from attain.kernel.periods import GREGORIAN, GregorianCalendar
from attain.plans.loader import load_folder
from attain.plans.outcome import Outcome
from attain.plans.plan_tests import Calculate, run_tests

ROOM = Path(adventureworks.__file__).parent
DEMO = Interval(date(2011, 5, 1), date(2014, 7, 1))
CALENDARS = {"gregorian": GREGORIAN, "fiscal": GregorianCalendar("fiscal", fiscal_start_month=7)}


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    facts = {"orders": list(prepare.orders()), "order_lines": list(lines_of_fiscal_year_2014())}
    decisions = {name: list(rows()) for name, rows in prepare.DECISIONS.items()}
    return Snapshot.from_rows(load_fact_types(ROOM / "facts").values(), facts, decisions, CALENDARS, "gregorian")


@pytest.fixture(scope="module")
def by_engine(snapshot: Snapshot) -> Outcome:
    return calculate([document.plan for document in load_folder(ROOM / "plans")], snapshot, DEMO)


@pytest.fixture(scope="module")
def by_checker(snapshot: Snapshot) -> Outcome:
    return recompute([document.plan for document in load_folder(ROOM / "plans")], snapshot, DEMO)


@pytest.fixture(params=["by_engine", "by_checker"])
def outcome(request: pytest.FixtureRequest) -> Outcome:
    answer: Outcome = request.getfixturevalue(request.param)
    return answer


def lines_of_fiscal_year_2014() -> Iterator[dict[str, Any]]:
    """The only lines that a plan reads: 24,000 instead of 121,000."""
    for line in prepare.order_lines():
        if line["sales_person"] is not None and line["order_date"] >= date(2013, 7, 1):
            yield line


def half_up(minor: Fraction) -> int:
    return floor(minor + Fraction(1, 2)) if minor >= 0 else -floor(-minor + Fraction(1, 2))


@pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
def test_the_figures_worked_by_hand_come_out(calculated: Calculate) -> None:
    """The tests that stand in the plans themselves."""
    results = run_tests(load_folder(ROOM / "plans"), load_fact_types(ROOM / "facts"), CALENDARS, calculated)
    assert len(results) >= 16
    assert all(result.passed for result in results), "\n".join(map(str, results))


def test_engine_and_checker_agree_on_every_line_release_and_payment(by_engine: Outcome, by_checker: Outcome) -> None:
    """40,000 lines and 1,300 payments of three years, to the cent."""
    assert compare(by_checker, by_engine) == []


def test_credits_of_a_year_are_the_sales_that_the_publisher_states(outcome: Outcome) -> None:
    """B.1: SalesYTD of each of the 17 sales people is the sum of their own credits, to the last place."""
    own: dict[str, Fraction] = defaultdict(Fraction)
    for credit in outcome.rows("credits"):
        direct = credit["level"] == 0 and credit["credit_set"] in ("own_orders", "region_orders")
        if direct and date(2013, 5, 30) <= credit["credited_on"] <= date(2014, 5, 1):
            own[credit["payee"]] += Fraction(credit["amount"])
    stated = {str(row["BusinessEntityID"]): Fraction(row["SalesYTD"]) for row in prepare.raw("sales_person")}
    assert own == stated


def quota_of_quarter(person: str, start: date, end: date) -> Fraction:
    total = Fraction(0)
    for row in prepare.quotas():
        if row["quota"] == "sales_quota" and row["subject"] == person:
            common = (min(end, row["valid_to"]) - max(start, row["valid_from"])).days
            span = (row["valid_to"] - row["valid_from"]).days
            total += Fraction(row["amount"]) * max(0, common) / span
    return total


TIERS = {  # version -> (border as a part of the quota, factor on the person's own rate)
    2012: [(Fraction(1), Fraction(1)), (None, Fraction(5, 4))],
    2013: [
        (Fraction(1, 2), Fraction(4, 5)),
        (Fraction(1), Fraction(1)),
        (Fraction(6, 5), Fraction(5, 4)),
        (None, Fraction(3, 2)),
    ],
}
TIERS[2014] = TIERS[2013]


def paid_up_to(sold: Fraction, quota: Fraction, rate: Fraction, tiers: list[Any]) -> Fraction:
    pay, lower = Fraction(0), Fraction(0)
    for border, factor in tiers:
        upper = sold if border is None else min(sold, border * quota)
        pay += max(Fraction(0), upper - lower) * rate * factor
        lower = max(lower, upper)
    return pay


def commission_lines() -> Iterator[tuple[str, str, int]]:
    """(person, order, cents) of everybody on the plan of representatives, before the cap."""
    own = [row for row in prepare.parameters() if row["parameter"] == "commission_rate"]
    rates = {row["key"]: Fraction(row["value"]) for row in own}
    hired = {row["person"]: row["hired_on"] for row in prepare.people()}
    sold: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    quotas: dict[tuple[str, str], Fraction] = {}
    for order in sorted(prepare.orders(), key=lambda row: (row["order_date"], row["id"])):
        person = order["sales_person"]
        if person not in rates or hired[person] >= date(2012, 5, 1):
            continue
        quarter = GREGORIAN.period("quarter", order["order_date"])
        window = (person, quarter.id)
        if window not in quotas:
            quotas[window] = quota_of_quarter(person, quarter.start, quarter.end)
        fiscal_year = order["order_date"].year + (order["order_date"].month >= 7)
        tiers = TIERS[max(2012, fiscal_year)]
        before, after = sold[window], sold[window] + Fraction(order["sub_total"])
        sold[window] = after
        exact = paid_up_to(after, quotas[window], rates[person], tiers)
        exact -= paid_up_to(before, quotas[window], rates[person], tiers)
        yield person, order["id"], half_up(exact * 100)


def test_every_commission_line_of_three_years_is_what_plain_arithmetic_gives(outcome: Outcome) -> None:
    """A.2: more than two thousand lines, three versions, quotas that change within a quarter, each to the cent."""
    found = {
        (line["payee"], line["source"]): line["amount"]
        for line in outcome.rows("lines")
        if line["plan"] == "sales-rep" and line["component"] == "commission" and line["kind"] == "line"
    }
    expected = {(person, order): cents for person, order, cents in commission_lines()}
    assert len(expected) > 2000
    assert found == expected


def test_the_cap_of_a_quarter_holds_for_those_who_reach_it(outcome: Outcome) -> None:
    """A.4: Linda Mitchell sells for more than 12,000.00 of commission in two quarters of the last fiscal year."""
    earned: dict[tuple[str, str], int] = defaultdict(int)
    for line in outcome.rows("lines"):
        if line["plan"] == "sales-rep" and line["component"] == "commission" and line["earning_period"] >= "2013-07":
            quarter = GREGORIAN.period("quarter", GREGORIAN.parse(line["earning_period"]).start)
            earned[line["payee"], quarter.id] += line["amount"]
    assert max(earned.values()) == 1_200_000
    assert earned["276", "2013-Q3"] == earned["276", "2014-Q1"] == 1_200_000


def test_the_spif_stops_at_its_budget(outcome: Outcome) -> None:
    """A.7: 6,108 touring bikes were sold in the half-year, and the budget is enough for 2,500 of them."""
    lines = [line["amount"] for line in outcome.rows("lines") if line["component"] == "spif"]
    assert sum(lines) == 500_000


def test_web_orders_without_an_owner_of_the_territory_are_listed(outcome: Outcome) -> None:
    """B.7: nobody owned France, Germany, Australia or the United Kingdom before the first representative came."""
    owned_from = {row["subject"]: row["valid_from"] for row in reversed(list(prepare.relationships()))}
    web = (order for order in prepare.orders() if order["online"])
    orphans = {order["id"] for order in web if order["order_date"] < owned_from[order["territory"]]}
    uncredited = {row["event"] for row in outcome.rows("uncredited") if row["event_type"] == "orders"}
    assert len(orphans) > 2000
    assert uncredited == orphans


def test_lines_without_a_cost_wait_and_are_listed(outcome: Outcome) -> None:
    """Missing is not zero: a line whose cost is unknown pays no margin bonus until somebody says what it cost."""
    managers = {"274", "285", "287"}
    unknown = {
        line["id"]
        for line in lines_of_fiscal_year_2014()
        if line["standard_cost"] is None and line["sales_person"] not in managers
    }
    exceptions = [row for row in outcome.rows("exceptions") if row["plan"] == "margin"]
    assert unknown
    assert {row["event"] for row in exceptions if row["component"] == "line_bonus"} == unknown


def test_a_draw_is_paid_for_six_months_and_never_more_than_it(outcome: Outcome) -> None:
    """A.8: paid draws lie in the first six pay periods of a person, and balances never fall below zero."""
    hired = {row["person"]: row["hired_on"] for row in prepare.people()}
    drawn = [row for row in outcome.rows("payments") if row["plan"] == "new-representative"]
    assert any(row["draw_paid"] for row in drawn)
    for row in drawn:
        period = GREGORIAN.parse(row["pay_period"])
        months = (period.start.year - hired[row["payee"]].year) * 12 + period.start.month - hired[row["payee"]].month
        assert row["draw_balance"] >= 0
        assert 0 <= row["draw_paid"] <= (400_000 if months < 6 else 0)


def test_money_of_each_payment_adds_up(outcome: Outcome) -> None:
    for row in outcome.rows("payments"):
        due = row["carried_in"] + row["released"] + row["guarantee"] + row["draw_paid"] - row["draw_recovered"]
        assert row["payable"] == max(0, due), row
        assert row["carried_out"] == min(0, due), row
    assert Decimal(sum(row["payable"] for row in outcome.rows("payments"))) > 0
