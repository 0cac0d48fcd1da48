"""A sound plan that uses most of the language, over three fact types; broken documents come from it by one change."""

from __future__ import annotations

from attain.facts.schema import FactType, parse_fact_type

DEALS = """
fact: deals
key: id
date: close_date
columns:
  id: text
  close_date: date
  acv: {type: money, currency: currency}
  cost: {type: money, currency: currency}
  fee: {type: money, currency: USD}
  currency: {type: text, default: EUR}
  pieces: {type: number, places: 0}
  discount: {type: rate}
  owner: payee
  region: {type: text, required: no}
  cancelled: {type: yes_no, default: no}
  deal_type: {type: text}
  item: {type: text, required: no}
  policy_number: {type: text, required: no}
  reverses: {type: text, required: no}
reverses: reverses
"""
PAYMENTS = """
fact: payments
key: number
date: paid_on
columns:
  number: text
  deal: text
  paid_on: date
  kind: text
  amount: {type: money, places: 2, currency: EUR}
relations: {deal: deals}
"""
PARTNERS = """
fact: partners
key: pid
date: since
columns:
  pid: text
  of_deal: text
  since: date
  payee: payee
  percent: rate
relations: {of_deal: deals}
"""
FACT_TYPES: dict[str, FactType] = {
    fact.name: fact for fact in (parse_fact_type(text) for text in (DEALS, PAYMENTS, PARTNERS))
}

SOUND = """\
plan: account-executive
version: "2026-1"
currency: EUR
period: month
effective: {from: 2026-01-01, through: 2026-12-31}
participants: "position.title = 'Account Executive'"
parameters:
  target: {type: money, value: 2500.00}
  base_rate: 4%
  annual: {type: money, value: 100000}
  product_group: {type: text, value: Desks}
inputs:
  mbo: {per: payee quarter, type: number, min: 0%, max: 150%, missing: hold}
  company_income: {per: company quarter, type: number, missing: 0%}
credits:
  bookings:
    from: deals
    when: "deal_type in ('new', 'expansion') and not cancelled"
    date: close_date
    amounts: {net: acv, margin: acv - cost, units: pieces}
    convert: {rate: month_end, at: close_date, within: 7}
    to:
      - {who: owner, share: rest}
      - {who: partners.payee, share: partners.percent, role: partner}
      - {who: relationship.specialist, of: owner, share: 100%, role: overlay}
      - {who: manager, levels: 2, share: [100%, 50%]}
      - {who: relationship.territory_owner, of: region, share: 100%, when: "payee.id <> owner"}
    limit: 5000
    once_per: payee
measures:
  booked: {sum: bookings, over: year, quota: new_business, against: full}
  margins: {sum: bookings.margin, over: quarter, where: "item <> 'Service'"}
  units_sold: {sum: bookings.units, over: quarter, quota: unit_quota}
  deal_count: {count: bookings, over: quarter}
  weighted: {sum: bookings, of: "credit.amount * 2", over: quarter}
  team_booked: {sum: bookings, for: team, over: quarter, quota: team_quota}
  company_booked: {sum: bookings, for: company, over: year}
  trailing: {sum: bookings, over: rolling 12 months}
  of_the_policy: {sum: bookings, over: policy_number}
  street: {sum: bookings, over: quarter, quota: street_quota}
values:
  reach: booked.attainment
  street_quota: {per: payee quarter, formula: "annual * lookup(phasing, period.quarter)", round: 0}
  owed: {per: payee month, start: 0, formula: "previous(owed) + 100 - repaid"}
  repaid: {per: payee month, formula: "least(previous(owed), 50)"}
  left: {each: bookings, within: policy_number, start: 0, formula: "previous(left) - credit.amount"}
  pool_money: {per: company quarter, formula: "2% of company_booked.period + 5% of sum(base_pay)"}
tables:
  rates: {tiers: [{to: 50%, rate: 4%}, {to: 100%, rate: 6%}, {rate: 12%}], border: upper}
  phasing: {keys: [q], match: unique, rows: [{q: 4, value: 40%}], otherwise: 20%}
  cards:
    keys: [kind, thing]
    match: most_specific
    rows: [{amount: 10}, {kind: new, amount: 20}, {thing: Top, rate: 5%}]
  grid: {by: {rebate: [15%, 20%], size: [100, 200]}, values: [[1%, 2%, 3%], [2%, 3%, 4%], [3%, 4%, 5%]]}
  payout: {segments: [{from: 80%, pays: 15%, slope: 2.5}, {from: 100%, pays: 85%}], below: 0%}
  bends: {points: [{at: 80%, pays: 0%}, {at: 100%, pays: 100%}], below: 0%, above: flat}
components:
  commission:
    each: bookings
    pays: marginal
    by: booked.attainment
    tiers: [{to: 50%, rate: 4%}, {to: 100%, rate: 6%}, {rate: 12%}]
    release: [{share: 50%}, {share: rest, when: cash}]
  by_reach: {each: bookings, pays: whole, by: reach, table: rates, retroactive: yes}
  base_pay: {per: payee quarter, pays: fixed, amount: 500}
  bonus: {per: payee quarter, pays: curve, of: target, by: reach, table: payout}
  card_pay: {each: bookings, pays: lookup, table: cards, by: [deal_type, item]}
  grid_pay: {each: bookings, pays: lookup, table: grid, by: [discount, pieces], of: credit.net}
  unit_pay: {each: bookings, pays: per_unit, amount: 3.50, of: pieces, when: "booked.after > 1000"}
  shared: {per: payee quarter, pays: pool, amount: pool_money, weight: period.active_days}
  rank: {per: payee quarter, pays: prizes, by: margins, prizes: [1000, 500]}
  free: {each: bookings, pays: formula, formula: "credit.amount * base_rate", limit: {budget: 10000.00, crossing: part}}
  mbo_pay:
    per: payee quarter
    pays: formula
    formula: mbo * target
    gate: "booked.attainment >= 50%"
    times: [company_income, 1.5]
    limit: {per: year, amount: 3 * target}
settlement:
  cap: {amount: 15% of booked.quota, over: year}
  clawback: {within: 180 days, takes: full, attainment: reversed}
  triggers:
    cash: {from: payments, match: deal, where: "kind = 'receipt'", part: amount, of: acv}
  guarantee: {amount: 2000.00, while: "period.number <= 3", prorate: days}
  draw: {amount: 3000.00, pays: top_up, while: "period.number <= 6", recover: {from: 4, share: 100%, keeps: 3000.00}}
  pay_in: {currency: payee, rate: month_end, at: period.end, within: 7}
policies:
  rounding: {mode: half_up, scope: line}
  split: cents
  border: upper
  position: after
  missing: hold
  quota_change: on_event
  follows: person
  negative_pay: carry
  late_facts: difference
"""


def changed(*changes: tuple[str, str]) -> str:
    """The sound document with each first text replaced by the second; a change that changes nothing is a mistake."""
    text = SOUND
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the sound plan"
        text = text.replace(old, new)
    return text


def line_with(text: str, part: str) -> int:
    """The number of the first line that holds the part."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)
