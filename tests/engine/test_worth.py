"""What a component pays on a row, where the way of writing it must not matter."""

from __future__ import annotations

from fractions import Fraction

from attain.checker import recompute
from attain.plans.loader import Document, load_plan
from tests.engine.traced_company import calculated, documents, months, snapshot

BY_NAME = """\
plan: named
version: "1"
currency: EUR
period: month
effective: {from: 2026-01-01}
participants: "position.title = 'Account Executive'"
credits: {sales: {from: deals, amount: acv, convert: {rate: month_end, within: 40}}}
measures: {booked: {sum: sales, over: year, quota: new_business}}
values: {reach: booked.attainment, so_far: booked}
components:
  itself: {each: sales, pays: marginal, by: booked.attainment, tiers: [{to: 20%, rate: 4%}, {rate: 6%}]}
  by_name: {each: sales, pays: marginal, by: reach, tiers: [{to: 20%, rate: 4%}, {rate: 6%}]}
  sum_itself: {each: sales, pays: whole, by: booked, retroactive: yes, tiers: [{to: 20000, rate: 1%}, {rate: 2%}]}
  sum_by_name: {each: sales, pays: whole, by: so_far, retroactive: yes, tiers: [{to: 20000, rate: 1%}, {rate: 2%}]}
policies:
  {rounding: {mode: half_up, scope: line}, split: exact, border: upper, missing: hold, quota_change: on_event,
   follows: person, negative_pay: carry, late_facts: difference}
"""


def by_name() -> Document:
    return load_plan(BY_NAME, "plans/named.yaml")


def test_a_named_formula_stands_for_the_running_measure_that_it_names() -> None:
    calculation = calculated([by_name()])
    amounts: dict[str, dict[tuple[str, str], int]] = {}
    for row in calculation.rows("lines"):
        amounts.setdefault(row["component"], {})[row["payee"], row["source"]] = row["amount"]
    calculation.close()
    assert amounts["itself"] == amounts["by_name"] and amounts["sum_itself"] == amounts["sum_by_name"]
    assert amounts["itself"]["Ann", "D2"] == 92000  # 15,333.33, all of it above 20 % of 40,000
    checked = {
        row["line"]: row["amount"]
        for row in recompute([by_name().plan], snapshot(), months("2026-01", "2026-04")).rows("lines")
    }
    assert checked["named/by_name/Ann/D2/2026-01"] == amounts["by_name"]["Ann", "D2"]


def test_a_count_of_a_fact_in_another_currency_is_not_converted() -> None:
    """Only money has a currency: nine pieces stay nine."""
    calculation = calculated([documents()[0], by_name()])

    def counted(plan: str, measure: str) -> Fraction:
        """What Ann's deal in dollars adds to a measure."""
        both = []
        for field in ("after", "before"):
            found = {(item.payee, item.key): item.value for item in calculation.values(plan, f"{measure}.{field}")}
            value = found["Ann", "D4"]
            assert isinstance(value, Fraction)
            both.append(value)
        return both[0] - both[1]

    assert counted("account-executive", "units_sold") == 9
    assert counted("named", "booked") == Fraction("7841.11")
    calculation.close()
