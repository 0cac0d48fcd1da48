"""Plan tests: what `given` makes, how `expect` is compared, and periods that close in between. Capability A.17."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from attain.checker.recompute import recompute
from attain.kernel.periods import GREGORIAN
from attain.plans.expected import Difference, Expected, same
from attain.plans.given import Given
from attain.plans.ledger import closed
from attain.plans.loader import load_plan
from attain.plans.outcome import NamedValue, Slice
from attain.plans.plan_tests import TestResult, run_tests
from tests.plans.sound_plan import FACT_TYPES

PLAN = """\
plan: seller
version: "1"
currency: EUR
period: month
effective: {from: 2026-01-01}
participants: "position.title = 'Seller'"
parameters: {own_rate: 10%}
inputs: {mbo: {per: payee quarter}, income: {per: company quarter}}
credits:
  bookings: {from: payments, amount: amount, to: [{who: relationship.owner, of: deal}]}
  sales: {from: deals, amount: acv}
measures:
  booked: {sum: sales, over: year, quota: new_business}
values: {reach: booked.attainment, doubled: {per: payee quarter, formula: 2 * mbo}}
components:
  commission:
    each: sales
    pays: marginal
    by: booked
    tiers: [{to: 1000, rate: 10%}, {rate: 20%}]
  bonus: {per: payee quarter, pays: percent, rate: mbo, of: booked}
settlement:
  draw: {amount: 50.00, pays: top_up, while: "period.number <= 2", recover: {from: 3, share: 100%}}
policies:
  {rounding: {mode: half_up, scope: line}, border: upper, missing: zero, follows: person, split: exact,
   quota_change: on_event, negative_pay: carry, late_facts: difference}
tests:
"""
DEAL = "{{id: {}, close_date: {}, acv: {}, cost: 0, fee: 0, pieces: 1, discount: 0, deal_type: new{}}}"


def deal(key: str, day: str, amount: str, owner: str = "") -> str:
    return DEAL.format(key, day, amount, f", owner: {owner}" if owner else "")


def results(tests: str) -> list[TestResult]:
    documents = [load_plan(PLAN + tests, "plans/seller.yaml")]
    return run_tests(documents, FACT_TYPES, {GREGORIAN.name: GREGORIAN}, recompute)


def told(given: str, expect: str) -> list[str]:
    [result] = results(f"  - name: one\n    given: {{{given}}}\n    expect: {{{expect}}}\n")
    return [str(difference) for difference in result.differences]


TWO = f"deals: [{deal('D1', '2026-01-10', '600')}, {deal('D2', '2026-02-10', '600')}]"
ONE = f"deals: [{deal('D1', '2026-01-10', '100')}]"
SHARED = f"deals: [{deal('D1', '2026-01-10', '600', 'Ann')}, {deal('D2', '2026-01-20', '600', 'Bob')}]"

CLERK = ", payees: {Ann: {title: Seller}, Bob: {title: Clerk}}"
QUOTAS = ", new_business: {Ann: 600, Bob: 1200}"


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        (TWO, "commission: {D1: 60, D2: 80.00}"),
        (TWO, "commission: {payee: {D1: 60}}"),
        (TWO, "commission: {2026-01: 60, 2026-02: 80}"),
        (TWO, "commission.slices: {D2: [[400, 10%, 40], [200, 20%, 40]]}"),
        (TWO, "commission.exact: {D2: 80}, credits.sales: {payee: {D1: 600}}"),
        (TWO, "draw.paid: {2026-01: 0, 2026-03: 0}, earned: {2026-01: 60}, payable: {2026-02: 80}"),
        (TWO + ", new_business: 2400", "reach: {2026-01: 25%, 2026-02: 50%}, booked.attainment_after: {D1: 0.25}"),
        (TWO + ", new_business: 700", "reach: {2026-01: 85.7%, 2026-02: 171.43%}"),
        (TWO + ", own_rate: 12%, mbo: 50%", "bonus: {2026-Q1: 600}, doubled: {2026-Q1: 100%}"),
        (TWO + ", mbo: {2026-Q1: 25%}", "bonus: {2026-Q1: 300}"),
        (TWO + ", through: 2026-02", "payable: {2026-02: 80}, commission: {D3: null}"),
        (SHARED, "commission: {Ann: {D1: 60}, Bob: {D2: 60}}, payable: {2026-01: {Ann: 60, Bob: 60}}"),
        (SHARED + ", mbo: {Ann: {2026-Q1: 10%}}", "bonus: {Ann: {2026-Q1: 60}, Bob: {2026-Q1: 0}}"),
        (SHARED + CLERK, "commission: {Ann: 60}, uncredited: [D2]"),
        (SHARED + QUOTAS, "booked.attainment: {Ann: {2026-01: 1}, Bob: {2026-01: 50%}}"),
        (ONE, "draw.paid: {2026-01: 40, 2026-02: 50}, draw.balance: {2026-02: 90}"),
        (ONE, "release: [[2026-01-10, 10]]"),
    ],
)
def test_what_comes_out_is_named_by_payee_event_or_period(given: str, expect: str) -> None:
    assert told(given, expect) == []


@pytest.mark.parametrize(
    ("given", "expect", "mention"),
    [
        (TWO, "commission: {D1: 61}", "commission D1: expected 61, got 60"),
        (TWO, "commission: {D1: 60.01}", "got 60"),
        (TWO, "commission: {D9: 60}", "nothing under `D9`; there is D1"),
        (TWO, "commission: 60", "several (D1, D2)"),
        (SHARED, "payable: {2026-01: 60}", "several payees (Ann, Bob)"),
        (TWO, "commission: {D1: null}", "expected nothing, got 60"),
        (TWO, "comission: {D1: 60}", "did you mean `commission`"),
        (TWO, "commission.slices: {D2: [[600, 10%, 60]]}", "[[400, 0.1, 40], [200, 0.2, 40]]"),
        (TWO, "payable: {2026-01: 1}", "payable 2026-01: expected 1, got 60"),
        (TWO, "uncredited: [D1]", "uncredited: expected [D1], got []"),
        (TWO, "release: [[2026-01-10, 60]]", "release: expected"),
        (TWO, "reach: {2026-01: 5}", "reach 2026-01: expected 5, got nothing"),
        (TWO + ", quotaa: 5", "payable: 0", "`quotaa` under `given`"),
        ("deals: 5", "payable: 0", "list of rows"),
        ("deals: [{id: D1}]", "payable: 0", "close_date"),
        ("mbo: {2026-Q9: 5%}", "payable: 0", "2026-Q9"),
        ("mbo: many", "payable: 0", "no number"),
        ("payees: {Ann: {titel: Seller}}", "payable: 0", "`title`"),
    ],
)
def test_what_does_not_come_out_is_told_with_both_numbers(given: str, expect: str, mention: str) -> None:
    assert mention in " ".join(told(given, expect))


def test_a_late_deal_gives_a_difference_after_the_close() -> None:
    """A.11: January is closed with 60.00; then a deal of January arrives, and what it changes is paid in February."""
    late = deal("D0", "2026-01-05", "500")
    [result] = results(f"""\
  - name: late
    steps:
      - given: {{deals: [{deal("D1", "2026-01-10", "600")}]}}
      - expect: {{payable: {{2026-01: 60}}}}
      - close: 2026-01
      - given: {{deals: [{late}], through: 2026-02}}
      - expect: {{commission: {{D0: 50, D1: 10}}, earned: {{2026-02: 60}}, payable: {{2026-02: 60}}}}
      - close: 2026-02
      - given: {{through: 2026-03}}
      - expect: {{earned: {{2026-03: 0}}, commission: {{D1: null}}}}
""")
    assert result.passed, str(result)


def test_the_balance_of_a_draw_goes_on_after_the_close() -> None:
    """A.8: 40.00 and 50.00 are advanced in January and February and taken back from March's 300.00."""
    [result] = results(f"""\
  - name: draw
    steps:
      - given: {{deals: [{deal("D1", "2026-01-10", "100")}], through: 2026-02}}
      - close: 2026-02
      - given: {{deals: [{deal("D2", "2026-03-10", "900")}], through: 2026-04}}
      - expect: {{draw.recovered: {{2026-03: 90}}, draw.balance: {{2026-03: 0}}, payable: {{2026-03: 0}}}}
      - close: 2026-03
      - expect: {{draw.recovered: {{2026-04: 0}}}}
""")
    assert result.passed, str(result)


def test_a_step_that_fails_says_which_and_a_period_closes_once() -> None:
    [first, second, third] = results(f"""\
  - name: wrong number
    steps: [{{given: {{{TWO}}}}}, {{expect: {{commission: {{D1: 61}}}}}}]
  - name: closed twice
    steps: [{{given: {{{TWO}}}}}, {{close: 2026-01}}, {{close: 2026-01}}]
  - name: another kind
    steps: [{{close: 2026-Q1}}]
""")
    assert [str(difference) for difference in first.differences] == ["step 2: commission D1: expected 61, got 60"]
    assert "closed already" in str(second) and "is a quarter" in str(third)
    assert first.where.line == 28 and "test 1" in str(first.where)


def test_one_test_can_be_asked_for() -> None:
    document = load_plan(PLAN + "  - {name: one, expect: {payable: 0}}\n  - {name: two, expect: {payable: 0}}\n")
    calendars = {GREGORIAN.name: GREGORIAN}
    for only, names in (("two", ["two"]), ("seller: one", ["one"]), ("seller", ["one", "two"]), ("else", [])):
        asked = run_tests([document], FACT_TYPES, calendars, recompute, only)
        assert [result.name for result in asked] == names


def test_an_empty_world_has_one_payee_on_the_plan_from_its_first_day() -> None:
    given = Given([load_plan(PLAN + "  []").plan], load_plan(PLAN + "  []").plan, FACT_TYPES, {"gregorian": GREGORIAN})
    snapshot = given.snapshot()
    assert [row["person"] for row in snapshot.rows("people")] == ["payee"]
    [seat] = snapshot.rows("positions")
    assert (seat["position"], seat["title"], seat["valid_from"]) == ("payee", "Seller", date(2026, 1, 1))
    assert str(given.plans[0].participants) == "Truth(value=True)"
    assert given.span(None).last == date(2026, 1, 31)


def test_people_are_hired_led_and_leave() -> None:
    plan = load_plan(PLAN + "  []").plan
    given = Given([plan], plan, FACT_TYPES, {"gregorian": GREGORIAN})
    ann = {"title": "Seller", "manager": "Bob", "hired_on": "2026-02-10", "left_on": "2026-05-01"}
    given.add({"payees": {"Ann": ann, "Bob": None}})
    rows = {row["position"]: row for row in given.snapshot().rows("positions")}
    assert (rows["Ann"]["manager"], rows["Ann"]["valid_from"], rows["Ann"]["valid_to"]) == (
        "Bob", date(2026, 2, 10), date(2026, 5, 1),
    )  # fmt: skip
    assert rows["Bob"]["title"] is None
    assert given.plans == [plan]


def test_decision_tables_need_only_what_matters() -> None:
    plan = load_plan(PLAN + "  []").plan
    given = Given([plan], plan, FACT_TYPES, {"gregorian": GREGORIAN})
    given.add({"holds": [{"payee": "Ann"}], "teams": [{"team": "north", "member": "Ann", "weight": "50%"}],
               "adjustments": [{"payee": "Ann", "pay_period": "2026-01", "component": "bonus", "amount": "5.00"}],
               "inputs": [{"input": "income", "subject": "company", "value": "96%"}],
               "quotas": [{"quota": "new_business", "subject": "Ann", "amount": "10", "per": "year"}]})  # fmt: skip
    snapshot = given.snapshot()
    [hold] = snapshot.rows("holds")
    assert (hold["plan"], hold["payee"], hold["valid_from"]) == ("seller", "Ann", date(2026, 1, 1))
    assert [row["weight"] for row in snapshot.rows("teams")] == [Decimal("0.5")]
    assert [row["currency"] for row in snapshot.rows("adjustments")] == ["EUR"]
    assert [row["person"] for row in snapshot.rows("people")] == ["Ann"]


class Said:
    """An outcome that says what it is told to say."""

    def __init__(self, tables: dict[str, list[dict[str, Any]]], values: list[NamedValue]) -> None:
        self.tables = tables
        self.named = values

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.tables.get(table, [])

    def values(self, plan: str, name: str) -> Iterator[NamedValue]:
        return iter(self.named)


def compared(expect: dict[str, Any], outcome: Said) -> list[Difference]:
    return Expected(load_plan(PLAN + "  []").plan, outcome).compare(expect)


def line(source: str, amount: int, payee: str = "Ann") -> dict[str, Any]:
    return {"plan": "seller", "component": "commission", "payee": payee, "source": source, "amount": amount,
            "earning_period": "2026-01"}  # fmt: skip


def test_caps_stand_under_their_period_and_rolled_up_credits_under_their_event() -> None:
    outcome = Said({"lines": [line("D1", 1000), line("D1~2.1/Bob", 500), line("cap:2026-01", -300)]}, [])
    assert compared({"commission": {"D1": "15.00", "2026-01": "-3"}}, outcome) == []
    assert compared({"commission": {"D1~2.1/Bob": "5"}}, outcome) == []


def test_values_may_be_words_dates_and_slices() -> None:
    outcome = Said({}, [NamedValue("Ann", "D1", True)])
    assert compared({"reach": {"D1": "yes"}}, outcome) == []
    assert compared({"reach": {"D1": "no"}}, outcome)[0].got == "yes"
    day = NamedValue("Ann", "D1", date(2026, 1, 31))
    assert compared({"reach": {"Ann": {"D1": "2026-01-31"}}}, Said({}, [day])) == []
    slices = (Slice("own", Fraction(100), Fraction(1, 10), Fraction(10)),)
    said = Said({}, [NamedValue("Ann", "D1", slices)])
    assert compared({"commission.slices": [["own", "100", "10%", "10"]]}, said) == []


@pytest.mark.parametrize(
    ("wanted", "got", "equal"),
    [
        ("2.5", Fraction(5, 2), True),
        ("2", Fraction(5, 2), False),
        ("3", Fraction(5, 2), True),
        ("-3", Fraction(-5, 2), True),
        ("33.33", Fraction(100, 3), True),
        ("33.333", Fraction(100, 3), True),
        ("33.34", Fraction(100, 3), False),
        ("100/3", Fraction(100, 3), True),
        ("12.5%", Fraction(1, 8), True),
        ("13%", Fraction(1, 8), True),
        ("word", Fraction(1), False),
        ("1", None, False),
    ],
)
def test_a_number_is_compared_to_the_places_that_are_printed(wanted: str, got: Fraction | None, equal: bool) -> None:
    assert same(wanted, got) is equal


def test_closing_adds_to_the_ledger_and_writes_used_up_balances_as_zero() -> None:
    plan = load_plan(PLAN + "  []").plan
    given = Given([plan], plan, FACT_TYPES, {"gregorian": GREGORIAN})
    owed = {"plan": "seller", "payee": "Ann", "name": "draw.balance", "amount": 900, "currency": "EUR"}
    before = given.snapshot().with_decisions("ledger_balances", [{**owed, "pay_period": "2025-12"}])
    rows = {"lines": [{**line("D1", amount), "pay_period": period, "currency": "EUR", "line": "l"}
                      for amount, period in ((600, "2026-01"), (-50, "2026-01"), (700, "2026-02"))]}  # fmt: skip
    after = closed(before, Said(rows, []), GREGORIAN.parse("2026-01"), [plan])
    assert [row["amount"] for row in after.rows("ledger_lines")] == [550]
    assert [row["period"] for row in after.rows("closed_periods")] == ["2026-01"]
    balances = {(row["name"], row["pay_period"]): row["amount"] for row in after.rows("ledger_balances")}
    assert balances["draw.balance", "2026-01"] == 0 and balances["draw.balance", "2025-12"] == 900
    assert list(before.rows("ledger_lines")) == []
