"""A second small company: tables of every form, quotas by days, and the corners of settlement."""

from __future__ import annotations

from attain.facts.snapshot import Snapshot
from attain.plans.loader import Document, load_plan
from tests.engine.traced_company import SINCE, Rows
from tests.plans.sound_plan import FACT_TYPES

CORNER = """\
plan: corner
version: "1"
currency: EUR
period: month
effective: {from: 2026-01-01}
participants: "position.title = 'Seller'"
parameters:
  base: {type: number, value: 2%}
  half: {type: number, value: base / 2}
  yearly_target: {type: money, value: 12000.00}
inputs:
  score: {per: payee month, type: number, min: 0%, max: 100%, missing: 50%}
credits:
  sales:
    from: deals
    amount: acv
    to:
      - {who: owner, share: 50% * 1, role: seller}
      - {who: owner, share: rest, role: helper}
measures:
  booked: {sum: sales, over: year, quota: yearly_target, against: to_date, prorate: days}
  month_sum: {sum: sales, over: month, quota: fixed_quota, relief: leave}
  both_ways: {sum: sales, over: year, quota: yearly_target, prorate: days, relief: leave}
  team_sum: {sum: sales, over: month, for: team}
  all_sum: {sum: sales, over: month, for: company, where: "acv > 0"}
values:
  fixed_quota: {per: payee month, formula: "1000 / 1"}
  company_stats: {per: company month, formula: "sum(month_sum) + min(month_sum) + max(month_sum) + count() + all_sum"}
tables:
  closed: {tiers: [{to: 100, rate: 1%}, {to: 1000 * 2, rate: half}], border: lower}
  one: {tiers: [{rate: 3%}]}
  by_item: {keys: [item, kind], match: first, rows: [{item: Top, kind: new, value: base}, {item: Top, value: 4%}],
            otherwise: half}
  open_ended: {keys: [item], rows: [{item: Top, rate: 1%}]}
  anything: {keys: [item], match: first, rows: [{rate: 1%}]}
  grid: {by: {a: [1000], b: [2, 4]}, values: [[1%, 2%, 3%], [2%, base, 5%]], border: upper}
components:
  tiered: {each: sales, pays: marginal, by: month_sum.attainment, tiers: [{to: 50%, factor: 1}, {factor: 2}], of: 100}
  by_total: {each: sales, pays: whole, by: booked.attainment, position: total, table: one}
  of_table: {each: sales, pays: percent, rate: "whole(closed, credit.amount)", of: "greatest(credit.amount, 0)"}
  by_credit: {each: sales, pays: whole, by: credit.amount, table: closed}
  sliced:
    each: sales
    pays: formula
    formula: "marginal(one, 0, credit.amount) + lookup(by_item, item, deal_type) * 100"
  looked: {each: sales, pays: lookup, table: open_ended, by: item}
  any_row: {each: sales, pays: lookup, table: anything, by: lower(deal_type)}
  fields: {each: sales, pays: lookup, table: grid, by: [credit.amount, pieces]}
  per_piece: {each: sales, pays: per_unit, amount: base * 100, of: pieces + 0, times: [1 + half], limit: 100 * 2 + 5}
  teamed: {each: sales, pays: formula, formula: "1% of team_sum.after + 0.1% of all_sum.after + month_sum.total * 0.1%"}
  stats: {per: payee month, pays: formula, formula: "0.1% of company_stats + score + month_sum.total * 0 + tied * 0"}
  tied: {per: payee month, pays: prizes, by: "if(period.active_days > 0, 1, 0)", prizes: [10.00], ties: each}
  shared: {per: payee month, pays: prizes, by: "coalesce(month_sum.attainment, 0)", prizes: [10.01, 5.00], ties: share}
  capped: {per: payee month, pays: percent, rate: 1%, of: month_sum, limit: {per: year, amount: 100.005, excess: lost}}
  by_days: {per: payee month, pays: fixed, amount: 10.00, when: "period.number in (1, 2) and not (period.year < 2026)"}
  reached: {per: payee month, pays: marginal, by: both_ways.attainment, tiers: [{to: 10%, rate: 1%}, {rate: 2%}]}
settlement:
  clawback: {within: 6 months, takes: pro_rata, attainment: reversed}
  release: [{share: 60%}, {share: rest, after: 6 months, day: 31}]
  draw: {amount: 100.00, pays: in_advance}
policies:
  rounding: {mode: half_even, scope: line}
  split: exact
  position: after
  missing: zero
  border: upper
  follows: person
  negative_pay: carry
  late_facts: restatement
"""

CORNER_DEALS: Rows = [
    {
        "id": "C1",
        "close_date": "2026-01-05",
        "acv": "1500.00",
        "pieces": 3,
        "owner": "P-Cid",
        "deal_type": "new",
        "item": "Top",
    },
    {
        "id": "C2",
        "close_date": "2026-01-25",
        "acv": "600.00",
        "pieces": 9,
        "owner": "P-Dan",
        "deal_type": "old",
        "item": "Top",
    },
    {
        "id": "C3",
        "close_date": "2026-02-10",
        "acv": "5000.00",
        "pieces": 1,
        "owner": "P-Cid",
        "deal_type": "old",
        "item": "Low",
    },
    {
        "id": "C4",
        "close_date": "2026-03-10",
        "acv": "-1500.00",
        "pieces": -3,
        "owner": "P-Cid",
        "deal_type": "new",
        "item": "Top",
        "reverses": "C1",
    },
]
CORNER_DECISIONS: dict[str, Rows] = {
    "people": [{"person": "Cid"}, {"person": "Dan"}],
    "positions": [
        {"position": "P-Cid", "title": "Seller", **SINCE},
        {"position": "P-Dan", "title": "Seller", **SINCE},
    ],
    "assignments": [
        {"person": "Cid", "position": "P-Cid", **SINCE},
        {"person": "Dan", "position": "P-Dan", "valid_from": "2026-01-16"},
    ],
    "teams": [
        {"team": "blue", "member": "P-Cid", "weight": 1, **SINCE},
        {"team": "blue", "member": "P-Dan", "weight": 1, **SINCE},
    ],
    "leaves": [{"person": "Cid", "kind": "sabbatical", "valid_from": "2026-02-15", "valid_to": "2026-03-01"}],
    "inputs": [{"input": "score", "subject": "Cid", "value": "1.2", "valid_from": "2026-01-01"}],
}


def corner() -> Document:
    return load_plan(CORNER, "plans/corner.yaml")


def corner_snapshot(**more: Rows) -> Snapshot:
    decisions = {name: [*CORNER_DECISIONS.get(name, ()), *more.get(name, ())] for name in {*CORNER_DECISIONS, *more}}
    deals = [{"discount": "0", "fee": "0", "cost": "0", **deal} for deal in CORNER_DEALS]
    return Snapshot.from_rows(FACT_TYPES.values(), {"deals": deals}, decisions)
