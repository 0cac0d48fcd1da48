"""What neither calculation pays: tables of which two rows match, and windows that do not fit the periods of pay."""

from __future__ import annotations

import pytest

from attain.checker import recompute
from attain.engine import calculate
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import AttainError
from attain.kernel.intervals import Interval
from attain.kernel.periods import GREGORIAN
from attain.plans.loader import load_documents
from attain.plans.model import Plan
from attain.plans.plan_tests import Calculate
from tests.engine.worked import CALENDARS, FACT_TYPES, HERE, SEATS, months

BOTH = pytest.mark.parametrize("calculated", [calculate, recompute], ids=["engine", "checker"])
DEALS = [{"id": "D", "close_date": "2026-01-20", "owner": "Ann", "amount": "100"}]


def plan(sections: str, period: str = "month", calendar: str = "gregorian") -> list[Plan]:
    text = f"""
plan: refused
version: "1"
currency: EUR
period: {period}
calendar: {calendar}
effective: {{from: 2026-01-01}}
participants: "position.title = 'Seller'"
uses: [house@1]
credits: {{sold: {{from: deals, amount: amount}}}}
{sections}
"""
    sources = [("house.yaml", HERE / "plans" / "house.yaml"), ("refused.yaml", text)]
    return [document.plan for document in load_documents(sources)]


def given() -> Snapshot:
    return Snapshot.from_rows(FACT_TYPES.values(), {"deals": DEALS}, SEATS, CALENDARS)


TABLE = """
tables: {rates: {keys: [month, year], match: unique, rows: [{month: 1, value: 5%}, {month: 2, value: 6%},
  {month: 1.0, year: 2026, value: 7%}]}}
components: {c: {each: sold, pays: percent, rate: "lookup(rates, period.month, period.year)"}}
"""


@BOTH
def test_two_rows_that_match_stop_the_run_and_are_named(calculated: Calculate) -> None:
    """A.25: the table and both rows, with the same code from both."""
    with pytest.raises(AttainError, match="Rows 1 and 3 of the table rates both match") as refused:
        calculated(plan(TABLE), given(), months("2026-01", "2026-01"))
    assert refused.value.code == "calculation.lookup-twice"


@BOTH
def test_rows_that_never_match_together_pay(calculated: Calculate) -> None:
    """A.25: another year leaves one row."""
    outcome = calculated(plan(TABLE.replace("2026", "2027")), given(), months("2026-01", "2026-01"))
    assert [row["amount"] for row in outcome.rows("lines")] == [500]


MEASURES = "measures: {booked: {sum: sold, over: month}}\nvalues: {reach: booked}\n"
UNFIT = {
    "per": "components: {c: {per: payee month, pays: fixed, amount: 1}}",
    "limit": "components: {c: {each: sold, pays: percent, rate: 1%, limit: {per: month, amount: 5, excess: lost}}}",
    "floor": "components: {c: {each: sold, pays: percent, rate: 1%, floor: {per: month, amount: 5}}}",
    "cap": "components: {c: {each: sold, pays: percent, rate: 1%}}\n"
    "settlement: {cap: {amount: 5, over: month, excess: lost}}",
    "over": "components: {c: {per: payee week, over: month, pays: fixed, amount: 1}}",
    "a measure": MEASURES + "components: {c: {per: payee week, pays: percent, rate: 1%, of: booked}}",
    "a measure through a value": MEASURES + "components: {c: {per: payee week, pays: percent, rate: 1%, of: reach}}",
    "a measure in the settlement": MEASURES
    + "components: {c: {each: sold, pays: percent, rate: 1%}}\nsettlement: {guarantee: {amount: booked}}",
}


@BOTH
@pytest.mark.parametrize("sections", UNFIT.values(), ids=list(UNFIT))
def test_a_month_does_not_consist_of_weeks(calculated: Calculate, sections: str) -> None:
    """A.27: days of a window would be lost; in a 4-4-5 calendar weeks make up months, and the same is paid."""
    weeks = Interval(GREGORIAN.parse("2026-W01").start, GREGORIAN.parse("2026-W06").end)
    with pytest.raises(AttainError, match="month of calendar gregorian does not consist of whole weeks") as refused:
        calculated(plan(sections, "week"), given(), weeks)
    assert refused.value.code == "plan.periods-do-not-nest"
    retail = CALENDARS["retail"]
    span = Interval(retail.parse("2026-W01").start, retail.parse("2026-W06").end)
    assert list(calculated(plan(sections, "week", "retail"), given(), span).rows("lines"))


@BOTH
def test_a_credit_and_what_falls_into_a_week_may_be_read_in_any_calendar(calculated: Calculate) -> None:
    """A.27."""
    sections = MEASURES + (
        "components: {c: {each: sold, pays: marginal, by: booked, tiers: [{rate: 10%}]}, "
        "d: {per: payee week, pays: percent, rate: 1%, of: booked.period}}"
    )
    weeks = Interval(GREGORIAN.parse("2026-W01").start, GREGORIAN.parse("2026-W06").end)
    lines = calculated(plan(sections, "week"), given(), weeks).rows("lines")
    assert {(row["component"], row["amount"]) for row in lines if row["amount"]} == {("c", 1000), ("d", 100)}


@BOTH
def test_a_limit_of_a_month_does_not_fit_pay_by_the_quarter(calculated: Calculate) -> None:
    """A.4: a quarter's lines cannot be held against the most of one of its months."""
    with pytest.raises(AttainError, match="month of calendar gregorian does not consist of whole quarters"):
        calculated(plan(UNFIT["limit"], "quarter"), given(), months("2026-01", "2026-03"))
