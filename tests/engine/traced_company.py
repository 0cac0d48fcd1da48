"""A small company with a bit of everything, so that every kind of line stands in its results and can be explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attain.engine.calculation import Calculation, calculate
from attain.facts.snapshot import Snapshot
from attain.kernel.intervals import Interval
from attain.kernel.periods import GREGORIAN
from attain.plans.loader import Document, load_plan
from tests.plans.sound_plan import FACT_TYPES, SOUND

Rows = Sequence[Mapping[str, Any]]

MORE = """\
plan: field
version: "1"
title: {en: Field sales, de: Außendienst}
currency: EUR
period: month
effective: {from: 2026-01-01}
participants: "position.title in ('Account Executive', 'Seller')"
parameters:
  cap_of_line: {type: money, value: 400.00}
  target: {type: money, value: 1000.00}
inputs:
  score: {per: payee month, type: number, min: 0%, max: 150%, missing: hold}
credits:
  sales:
    from: deals
    amounts: {amount: acv, gain: acv - cost}
    convert: {rate: month_end, at: close_date, within: 40}
measures:
  sold: {sum: sales, over: quarter, quota: sales_quota, against: to_date}
  sold_year: {sum: sales, over: year, quota: target_of_year, prorate: days, relief: leave}
  margins: {sum: sales.gain, over: month}
  count_of_sales: {count: sales, over: month}
  team_sold: {sum: sales, for: team, over: month}
  large: {sum: sales, over: month, where: "acv > 10000"}
  trailing: {sum: sales, over: rolling 3 months}
values:
  target_of_year: {per: payee year, formula: "120 * target"}
  running: {each: sales, within: region, start: 0, formula: "previous(running) + credit.amount"}
  owed: {per: payee month, start: 50, over: year, formula: "greatest(0, previous(owed) - score * 10)", round: 2}
  margin_rate: "if(credit.gain > 5000, 10%, 5%)"
tables:
  by_gain: {tiers: [{to: 3000, amount: 30}, {to: 9000, amount: 120}], border: lower}
  bends: {points: [{at: 50%, pays: 20%}, {at: 100%, pays: 100%}], below: 0%, above: flat}
  steep: {points: [{at: 0, pays: 0%}, {at: 10000, pays: 5%}], below: extend, above: extend}
components:
  commission:
    title: {en: Commission, de: Provision}
    each: sales
    pays: marginal
    by: sold
    tiers: [{to: 20000, rate: 3.3%}, {to: 40000, rate: 5.5%}, {rate: 7%}]
    limit: cap_of_line
  lifted: {each: sales, pays: whole, by: sold, retroactive: yes, tiers: [{to: 20000, rate: 1%}, {rate: 2%}]}
  reached: {each: sales, pays: whole, by: sold, position: after, tiers: [{to: 20000, rate: 1%}, {rate: 2%}]}
  once: {each: sales, pays: whole, by: sold_year.attainment, tiers: [{to: 50%, amount: 5}, {amount: 9}]}
  steps: {each: sales, pays: marginal, by: credit.gain, table: by_gain}
  flat: {each: sales, pays: fixed, amount: 12.50, when: "running > 5000 and deal_type <> 'expansion'", times: [1.5, 2]}
  slope: {each: sales, pays: curve, by: sold, table: steep}
  margin_pay:
    each: sales
    pays: formula
    formula: "round(margin_rate * greatest(0, credit.gain), 2) + coalesce(null, 1)"
  part_of: {each: sales, pays: percent, rate: 1%, limit: {budget: 500.00, crossing: whole}}
  all_or_none: {each: sales, pays: percent, rate: 1%, limit: {budget: 500.00, crossing: none}}
  monthly: {per: payee month, pays: curve, of: target, by: sold.attainment, table: bends, prorate: days,
            gate: "count_of_sales >= 1 and score between 50% and 150%"}
  yearly: {per: payee month, over: year, pays: percent, rate: 2%, of: sold_year}
  kept: {per: payee month, pays: formula, formula: "owed + 0.001 * trailing",
         limit: {per: quarter, amount: 100, excess: carried}}
  bounded: {per: payee month, pays: percent, rate: 3%, of: sold.period,
            limit: {per: quarter, amount: 700, excess: lost}}
  least_pay: {per: payee month, pays: percent, rate: 0.5%, of: large, floor: {per: quarter, amount: 250.00}}
  team_pool: {per: payee month, pays: pool, amount: 1% of team_sold, weight: "greatest(0, sold.period)",
              among: team, leavers: lost}
  contest: {per: payee month, pays: prizes, by: count_of_sales, prizes: [100.00, 50.00, 25.01], ties: share}
  derby: {per: payee month, pays: prizes, by: "greatest(0, margins)", prizes: [10.00, 5.00], ties: each}
settlement:
  cap: {amount: 3 * target, over: quarter, excess: carried}
  draw: {amount: 500.00, pays: on_top, recover: {from: 2, share: 50%}}
policies:
  rounding: {mode: half_up, scope: running}
  split: exact
  border: upper
  position: before
  missing: zero
  quota_change: prorated
  follows: person
  negative_pay: carry
  late_facts: difference
"""

DEALS: Rows = [
    {
        "id": "D1",
        "close_date": "2026-01-10",
        "acv": "8000.00",
        "cost": "1000.00",
        "pieces": 3,
        "owner": "P-Ann",
        "region": "north",
        "deal_type": "new",
        "item": "Top",
    },
    {
        "id": "D2",
        "close_date": "2026-01-20",
        "acv": "15333.33",
        "cost": "9000.00",
        "pieces": 120,
        "owner": "P-Ann",
        "region": "north",
        "deal_type": "expansion",
        "discount": "0.16",
    },
    {
        "id": "D3",
        "close_date": "2026-02-11",
        "acv": "30000.01",
        "cost": "8000.00",
        "pieces": 7,
        "owner": "P-Bob",
        "region": "south",
        "deal_type": "new",
        "policy_number": "X",
    },
    {
        "id": "D4",
        "close_date": "2026-02-14",
        "acv": "9000.00",
        "cost": "9100.00",
        "currency": "USD",
        "pieces": 9,
        "owner": "Ann",
        "region": "south",
        "deal_type": "new",
        "policy_number": "X",
    },
    {
        "id": "D5",
        "close_date": "2026-03-03",
        "acv": "4000.00",
        "cost": "100.00",
        "pieces": 500,
        "owner": "P-Ann",
        "region": "west",
        "deal_type": "expansion",
        "discount": "0.22",
    },
    {
        "id": "D6",
        "close_date": "2026-03-29",
        "acv": "-4000.00",
        "cost": "-50.00",
        "pieces": -1,
        "owner": "P-Bob",
        "region": "south",
        "deal_type": "new",
        "reverses": "D3",
    },
    {
        "id": "D7",
        "close_date": "2026-04-02",
        "acv": "21000.00",
        "cost": "5.00",
        "pieces": 1,
        "owner": "P-Bob",
        "region": "north",
        "deal_type": "new",
        "item": "Top",
    },
    {
        "id": "D8",
        "close_date": "2026-04-15",
        "acv": "999.99",
        "cost": "0.00",
        "pieces": 2,
        "owner": "P-Cid",
        "region": "north",
        "deal_type": "new",
    },
]
PARTNERS: Rows = [{"pid": "K1", "of_deal": "D2", "since": "2026-01-01", "payee": "P-Bob", "percent": "0.333333"}]
PAYMENTS: Rows = [
    {"number": "Z1", "deal": "D1", "paid_on": "2026-02-05", "kind": "receipt", "amount": "3000.00"},
    {"number": "Z2", "deal": "D1", "paid_on": "2026-03-05", "kind": "receipt", "amount": "5000.00"},
]
SINCE = {"valid_from": "2025-01-01"}
DECISIONS: dict[str, Rows] = {
    "people": [
        {"person": "Ann", "currency": "EUR"},
        {"person": "Bob", "currency": "USD"},
        {"person": "Cid", "currency": "EUR"},
        {"person": "Eve"},
        {"person": "Zoe"},
    ],
    "positions": [
        {"position": "P-Ann", "title": "Account Executive", "manager": "P-Eve", **SINCE},
        {"position": "P-Bob", "title": "Account Executive", "manager": "P-Eve", **SINCE},
        {"position": "P-Cid", "title": "Seller", "manager": "P-Eve", **SINCE},
        {"position": "P-Eve", "title": "Account Executive", "manager": "P-Zoe", **SINCE},
        {"position": "P-Zoe", "title": "Account Executive", **SINCE},
    ],
    "assignments": [
        {"person": "Ann", "position": "P-Ann", **SINCE},
        {"person": "Bob", "position": "P-Bob", **SINCE},
        {"person": "Cid", "position": "P-Cid", "valid_from": "2026-02-10", "valid_to": "2026-04-20"},
        {"person": "Eve", "position": "P-Eve", **SINCE},
        {"person": "Zoe", "position": "P-Zoe", **SINCE},
    ],
    "relationships": [
        {"kind": "specialist", "subject": "P-Ann", "payee": "P-Zoe", "share": "0.25", **SINCE},
        {"kind": "territory_owner", "subject": "north", "payee": "Bob", **SINCE},
    ],
    "teams": [
        {"team": "red", "member": "P-Ann", "weight": 1, **SINCE},
        {"team": "red", "member": "P-Bob", "weight": 1, **SINCE},
        {"team": "red", "member": "P-Cid", "weight": 1, **SINCE},
    ],
    "leaves": [{"person": "Bob", "kind": "parental", "valid_from": "2026-02-01", "valid_to": "2026-03-15"}],
    "quotas": [
        {"quota": "new_business", "subject": "P-Ann", "amount": "40000", "per": "year", **SINCE},
        {"quota": "new_business", "subject": "P-Bob", "amount": "90000", "per": "year", **SINCE},
        {"quota": "new_business", "subject": "P-Zoe", "amount": "10000", "per": "year", **SINCE},
        {"quota": "new_business", "subject": "P-Eve", "amount": "70000", "per": "year", **SINCE},
        {
            "quota": "sales_quota",
            "subject": "P-Ann",
            "amount": "30000",
            "per": "quarter",
            "valid_from": "2025-01-01",
            "valid_to": "2026-02-15",
        },
        {"quota": "sales_quota", "subject": "Ann", "amount": "45000", "per": "quarter", "valid_from": "2026-02-15"},
        {"quota": "sales_quota", "subject": "P-Bob", "amount": "45000", "per": "quarter", **SINCE},
    ],
    "inputs": [
        {"input": "mbo", "subject": "P-Ann", "value": "0.9", "valid_from": "2026-01-01", "valid_to": "2026-04-01"},
        {"input": "mbo", "subject": "Bob", "value": "1.7", "valid_from": "2026-01-01", "valid_to": "2026-04-01"},
        {"input": "company_income", "subject": "company", "value": "1.1", "valid_from": "2026-01-01"},
        {"input": "score", "subject": "P-Ann", "value": "0.75", "valid_from": "2026-01-01"},
        {"input": "score", "subject": "P-Bob", "value": "0.25", "valid_from": "2026-01-01"},
    ],
    "parameters": [
        {
            "parameter": "base_rate",
            "plan": "account-executive",
            "level": "person",
            "key": "Ann",
            "value": "6%",
            "valid_from": "2026-02-01",
        },
        {
            "parameter": "base_rate",
            "plan": None,
            "level": "title",
            "key": "Account Executive",
            "value": "5%",
            "valid_from": "2025-01-01",
        },
        {
            "parameter": "target",
            "plan": None,
            "level": "plan",
            "key": None,
            "value": "1200",
            "valid_from": "2026-03-01",
        },
    ],
    "rates": [
        {"kind": "month_end", "base": "USD", "quote": "EUR", "on": "2026-02-10", "rate": "0.8712345"},
        {"kind": "month_end", "base": "EUR", "quote": "USD", "on": "2026-01-30", "rate": "1.1"},
        {"kind": "month_end", "base": "EUR", "quote": "USD", "on": "2026-02-27", "rate": "1.15"},
        {"kind": "month_end", "base": "EUR", "quote": "USD", "on": "2026-03-31", "rate": "1.2"},
        {"kind": "month_end", "base": "EUR", "quote": "USD", "on": "2026-04-30", "rate": "1.25"},
    ],
    "holds": [
        {
            "hold": "H1",
            "plan": "account-executive",
            "payee": "Ann",
            "component": "free",
            "reason": "dispute 7",
            "valid_from": "2026-03-01",
        }
    ],
    "overrides": [
        {
            "override": "O1",
            "plan": "field",
            "component": "commission",
            "payee": "Ann",
            "source": "D1",
            "earning_period": "2026-01",
            "amount": "300.00",
            "reason": "agreed in writing",
        },
    ],
    "adjustments": [
        {
            "adjustment": "A1",
            "plan": "field",
            "payee": "Bob",
            "pay_period": "2026-02",
            "component": "commission",
            "amount": "-20.00",
            "currency": "EUR",
            "reason": "paid by cheque",
        },
    ],
}


def documents() -> list[Document]:
    return [load_plan(SOUND, "plans/account-executive.yaml"), load_plan(MORE, "plans/field.yaml")]


def snapshot(**more: Rows) -> Snapshot:
    """The company; `more` adds rows to tables of decisions."""
    facts = {
        "deals": [{"discount": "0", "fee": "0", **deal} for deal in DEALS],
        "partners": PARTNERS,
        "payments": PAYMENTS,
    }
    decisions = {name: [*DECISIONS.get(name, ()), *more.get(name, ())] for name in {*DECISIONS, *more}}
    return Snapshot.from_rows(FACT_TYPES.values(), facts, decisions)


def months(first: str, last: str) -> Interval:
    return Interval(GREGORIAN.parse(first).start, GREGORIAN.parse(last).end)


def calculated(
    plans: Sequence[Document] | None = None, given: Snapshot | None = None, span: Interval | None = None
) -> Calculation:
    return calculate(
        [document.plan for document in plans or documents()], given or snapshot(), span or months("2026-01", "2026-04")
    )
