"""Plans that are described and compared: a small one, a scored one, one for a team, and one that uses every key."""

from __future__ import annotations

from typing import Any

SELLER = """\
plan: account-executive
version: "2026-1"
title: {en: Account executive, de: Kundenbetreuung}
currency: EUR
period: month
effective: {from: 2026-01-01, through: 2026-12-31}
participants: "position.title = 'Account Executive'"
credits:
  bookings:
    from: deals
    when: "deal_type in ('new', 'expansion') and not cancelled"
    date: close_date
    amount: acv
measures:
  booked: {sum: bookings, over: year, quota: new_business, against: full}
components:
  commission:
    title: {en: Commission, de: Provision}
    each: bookings
    pays: marginal
    by: booked.attainment
    tiers: [{to: 50%, rate: 4%}, {to: 100%, rate: 6%}, {rate: 9%}]
  launch:
    title: {en: Launch bonus, de: Startprämie}
    each: bookings
    pays: fixed
    amount: 250.00
    when: "product = 'Nova' and close_date between date '2026-07-01' and date '2026-09-30'"
    limit: {budget: 10000.00, crossing: part}
settlement:
  release: [{share: 50%}, {share: rest, after: 6 months}]
policies:
  rounding: {mode: half_up, scope: line}
  border: upper
  missing: hold
  quota_change: on_event
  follows: person
  negative_pay: carry
  late_facts: difference
"""

SCORED = """\
plan: support-team
version: "3"
title: {en: Support, de: Kundendienst}
currency: EUR
period: quarter
effective: {from: 2026-04-01}
participants: "true"
parameters:
  target: {type: money, value: 2500.00}
inputs:
  score: {per: payee quarter, min: 0%, max: 150%, missing: hold}
components:
  quality:
    title: {en: Quality bonus, de: Qualitätsprämie}
    per: payee quarter
    pays: curve
    of: 60% of target
    by: score
    below: 0%
    above: flat
    points: [{at: 80%, pays: 0%}, {at: 100%, pays: 100%}, {at: 120%, pays: 150%}]
    prorate: days
    gate: "score >= 85%"
settlement:
  guarantee: {amount: 500.00, while: "period.number <= 2"}
policies: {rounding: {mode: half_even, scope: running}, missing: zero, negative_pay: collect, late_facts: restatement}
"""

TEAM = """\
plan: team-lead
version: "1"
title: {en: Team lead, de: Teamleitung}
currency: CHF
period: month
effective: {from: 2026-01-01}
participants: "position.title <> 'Intern'"
credits:
  sold:
    from: deals
    amount: amount
    to:
      - {who: owner, share: rest}
      - {who: partners.payee, share: partners.percent, role: partner}
      - {who: manager, levels: 2, share: [100%, 50%]}
    limit: 50000
    once_per: payee
measures:
  deals: {count: sold, over: quarter}
tables:
  pieces: {tiers: [{to: 10, amount: 20}, {to: 20, amount: 30}, {amount: 40}], border: lower}
components:
  per_deal:
    title: {en: Deal bonus, de: Abschlussprämie}
    each: sold
    pays: whole
    by: deals
    table: pieces
    of: 1
    retroactive: no
    position: after
  bonus:
    title: {en: Margin bonus, de: Margenprämie}
    each: sold
    pays: percent
    rate: "if(margin > 20%, 2%, 1%)"
    limit: {per: quarter, amount: 3000.00, excess: carried}
policies:
  rounding: {mode: half_up, scope: line}
  split: cents
  missing: hold
  follows: position
  negative_pay: carry
  late_facts: difference
"""


def rich() -> dict[str, Any]:
    """A plan in which every key that moves money is stated; keys that exclude each other stand in different parts."""
    tier = [{"to": "50%", "rate": "4%"}, {"rate": "9%"}]
    return {
        "plan": "rich", "version": "1", "currency": "EUR", "period": "month", "calendar": "fiscal", "uses": ["house@1"],
        "effective": {"from": "2026-01-01", "through": "2026-12-31"},
        "participants": "position.title = 'Seller'",
        "parameters": {"target": {"type": "money", "value": "2500.00"}},
        "inputs": {"score": {"per": "payee month", "type": "number", "min": "0%", "max": "150%", "missing": "hold"}},
        "credits": {
            "sold": {
                "from": "deals", "when": "kind = 'new'", "date": "close_date", "amount": "acv",
                "convert": {"rate": "month_end", "at": "close_date", "within": "7"},
                "to": [
                    {"who": "owner", "share": "rest"},
                    {"who": "relationship.specialist", "of": "owner", "share": "80%", "role": "overlay",
                     "when": "acv > 100"},
                    {"who": "manager", "levels": "2", "share": ["100%", "50%"]},
                ],
                "limit": "5000", "once_per": "payee",
            },
            "margins": {"from": "deals", "amounts": {"net": "acv", "margin": "acv - cost"}},
        },
        "measures": {
            "booked": {
                "sum": "sold", "of": "credit.amount * 2", "where": "kind = 'new'", "over": "year", "for": "payee",
                "quota": "new_business", "against": "full", "prorate": "days", "relief": "leave",
            },
            "deals": {"count": "sold", "over": "quarter"},
            "margin": {"sum": "margins.margin"},
        },
        "values": {
            "owed": {"per": "payee month", "start": "0", "formula": "previous(owed) + 1", "round": "2", "over": "year"},
            "left": {"each": "sold", "within": "contract", "formula": "previous(left) - 1"},
        },
        "tables": {
            "rates": {"tiers": tier, "border": "upper"},
            "slices": {"tiers": [{"to": "10", "per_unit": "2"}, {"per_unit": "3"}]},
            "amounts": {"tiers": [{"to": "10", "amount": "200"}, {"amount": "300"}]},
            "factors": {"tiers": [{"to": "10", "factor": "20%"}, {"factor": "30%"}]},
            "cards": {"keys": ["product"], "match": "first", "rows": [{"product": "Nova", "rate": "5%"}],
             "otherwise": "2%"},
            "grid": {"by": {"margin": ["15%"], "size": ["100"]}, "values": [["1%", "2%"], ["3%", "4%"]],
             "border": "upper"},
            "payout": {"segments": [{"from": "80%", "pays": "15%", "slope": "2.5"}], "below": "0%"},
            "bends": {"points": [{"at": "80%", "pays": "0%"}, {"at": "100%", "pays": "100%"}], "below": "flat",
             "above": "flat"},
        },
        "components": {
            "percent": {
                "each": "sold", "pays": "percent", "rate": "4%", "of": "margin_amount", "when": "kind = 'new'",
                "times": ["50%"], "gate": "acv > 10", "limit": "900.00", "floor": {"per": "month", "amount": "10.00"},
                "round": "2", "clause": "4.2", "release": [{"share": "50%"}, {"share": "rest", "after": "6 months"}],
            },
            "units": {"each": "sold", "pays": "per_unit", "amount": "3.00", "of": "pieces",
                      "limit": {"per": "month", "amount": "300.00", "excess": "lost"}},
            "fixed": {"each": "sold", "pays": "fixed", "amount": "250.00",
                      "limit": {"budget": "10000.00", "crossing": "part"}},
            "marginal": {"each": "sold", "pays": "marginal", "by": "booked.attainment", "tiers": tier,
             "border": "upper"},
            "whole": {"each": "sold", "pays": "whole", "by": "booked.attainment", "table": "rates", "of": "net_amount",
                      "retroactive": "no", "position": "after"},
            "curve": {"per": "payee quarter", "over": "year", "pays": "curve", "of": "target",
             "by": "booked.attainment",
                      "below": "0%", "above": "flat", "prorate": "days",
                      "points": [{"at": "80%", "pays": "0%"}, {"at": "100%", "pays": "100%"}]},
            "segments": {"per": "payee quarter", "pays": "curve", "of": "target", "by": "booked.attainment",
             "below": "0%",
                         "segments": [{"from": "80%", "pays": "15%", "slope": "2.5"}]},
            "lookup": {"each": "sold", "pays": "lookup", "table": "cards", "by": ["product"]},
            "formula": {"per": "payee month", "pays": "formula", "formula": "2 * target"},
            "pool": {"per": "payee quarter", "pays": "pool", "amount": "9000.00", "weight": "booked", "among": "plan",
                     "leavers": "share"},
            "prizes": {"per": "payee quarter", "pays": "prizes", "by": "booked", "prizes": ["500.00", "300.00"],
                       "among": "plan", "ties": "share"},
        },
        "settlement": {
            "cap": {"amount": "9000.00", "over": "year", "excess": "lost"},
            "clawback": {"within": "180 days", "attainment": "reversed", "takes": [{"to": "90 days", "share": "100%"}]},
            "triggers": {"cash": {"from": "payments", "match": "deal", "where": "kind = 'receipt'",
             "part": "amount", "of": "acv"}},
            "release": [
                {"share": "20%", "after": "6 months", "day": "15"},
                {"share": "10%", "at": "add_months(close_date, 3)"},
                {"share": "rest", "in": "3", "every": "month", "when": "cash"},
            ],
            "guarantee": {"amount": "2000.00", "while": "period.number <= 3", "prorate": "days"},
            "draw": {"amount": "3000.00", "pays": "top_up", "while": "period.number <= 6", "prorate": "days",
                     "recover": {"from": "4", "share": "100%", "keeps": "3000.00"}},
            "pay_in": {"currency": "payee", "rate": "month_end", "at": "period.end", "within": "7"},
        },
        "policies": {
            "rounding": {"mode": "half_up", "scope": "line"}, "split": "cents", "border": "upper", "position": "after",
            "missing": "hold", "quota_change": "on_event", "follows": "person", "negative_pay": "carry",
            "late_facts": "difference", "version_change": "split",
        },
    }  # fmt: skip
