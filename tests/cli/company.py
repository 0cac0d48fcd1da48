"""A small company as its people would write it: facts, a plan with a quota and tiers, people, deals."""

from __future__ import annotations

from pathlib import Path

DEALS_TYPE = """\
fact: deals
key: id
date: close_date
columns:
  id: text
  close_date: date
  amount: {type: money, places: 2, currency: currency}
  currency: {type: text, default: EUR}
  owner: {type: payee, required: no}
"""

PLAN = """\
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
    amount: amount
    to: [{who: owner}]
measures:
  booked: {sum: bookings, over: year, quota: new_business, against: full}
components:
  commission:
    title: {en: Commission, de: Provision}
    each: bookings
    pays: marginal
    by: booked.attainment
    tiers:
      - {to: 100%, rate: 5%}
      - {rate: 8%}
policies:
  rounding: {mode: half_up, scope: line}
  border: upper
  missing: hold
  quota_change: on_event
  follows: person
  negative_pay: carry
  late_facts: difference
  version_change: split
tests:
  - name: a deal that crosses the quota is cut in two
    given:
      new_business: 1000
      deals:
        - {id: D1, close_date: 2026-01-10, amount: 800, owner: Ann}
        - {id: D2, close_date: 2026-02-10, amount: 400, owner: Ann}
    expect:
      commission: {D1: 40, D2: 26}
"""

PEOPLE = """\
person,name,title,manager,hired_on
ann,Ann Abt,Director,,2024-01-01
bob,Bob Bär,Account Executive,ann,2024-02-01
eve,Eve Ems,Account Executive,ann,2025-06-01
"""

QUOTAS = """\
quota,subject,amount,currency,per,valid_from
new_business,bob,10000.00,EUR,year,2026-01-01
new_business,eve,20000.00,EUR,year,2026-01-01
"""

DEALS = """\
id,close_date,amount,owner
D1,2026-01-10,8000.00,bob
D2,2026-01-20,5000.00,eve
D3,2026-02-10,4000.00,bob
D4,2026-02-11,700.00,
=D5,2026-02-12,100.10,eve
"""
"""D3 crosses Bob's quota: 2,000 at 5 % and 2,000 at 8 %. D4 has no owner. The id of the last one is a formula."""


def write(folder: Path) -> None:
    """The documents of the company, and below `in` the files that it imports."""
    (folder / "in").mkdir()
    for name, text in (
        ("facts/deals.yaml", DEALS_TYPE),
        ("plans/account-executive.yaml", PLAN),
        ("in/people.csv", PEOPLE),
        ("in/quotas.csv", QUOTAS),
        ("in/deals.csv", DEALS),
    ):
        (folder / name).write_text(text, encoding="utf-8")
