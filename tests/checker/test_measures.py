"""Windows, quotas, attainment and values of their own, by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.checker.case import Company, Ran, deal, plan, ran, seat
from tests.checker.test_components import quota

RATE = {"c": {"each": "bookings", "pays": "percent", "rate": "1%"}}


def attained(
    company: Company, field: str = "attainment", policies: Any = None, span: str = "2026-01..2026-12", **measure: Any
) -> dict[str, Any]:
    measures = {"booked": {"sum": "bookings", "over": "year", "quota": "target", **measure}}
    return ran(plan(policies, measures=measures, components=RATE), company, span).values(f"booked.{field}")


def test_a_span_quota_counts_by_days_and_to_date() -> None:
    """A.27: 365 for the whole year; to date at the end of March: 90 days = 90. Two rows of half a year are summed."""
    company = Company([seat("Ann")], {"deals": [deal("A", "2026-01-10", "45")]})
    company.decisions["quotas"] = [quota("target", "Ann", "365", "span", "2026-01-01", "2027-01-01")]
    assert attained(company, "quota")["2026-03"] == 365
    assert attained(company, "quota", against="to_date")["2026-03"] == 90
    assert attained(company, "attainment", against="to_date")["2026-03"] == Fraction(1, 2)
    company.decisions["quotas"] = [
        quota("target", "Ann", "181", "span", "2026-01-01", "2026-07-01"),
        quota("target", "Ann", "368", "span", "2026-07-01", "2027-01-01"),
    ]
    assert attained(company, "quota")["2026-03"] == 549
    assert attained(company, "quota", against="to_date", over="quarter")["2026-09"] == 184


def test_a_quota_of_the_window_counts_in_begun_pay_periods() -> None:
    """1200 a year, to date in March: 3 of 12 months = 300."""
    company = Company([seat("Ann")], decisions={"quotas": [quota("target", "Ann", "1200")]})
    assert attained(company, "quota", against="to_date")["2026-03"] == 300
    assert attained(company, "quota")["2026-03"] == 1200


def test_a_changed_quota_holds_on_the_event_is_averaged_or_starts_again() -> None:
    """
    100,000 to June, 150,000 from July; 60,000 in each half; 5 % to quota, 10 % above (published as a puzzle).
    on the event: 3000, then from 40 % to 80 % of 150,000: 3000. reset: 3000 and, from 0 of 150,000, 3000.
    Second deal 120,000 instead: on the event 90,000 at 5 % + 30,000 at 10 % = 7500; reset: all within 150,000 = 6000.
    prorated: (181 x 100,000 + 184 x 150,000) / 365 = 125,205.47...: line 65,205.48 at 5 % + 54,794.52 at 10 %.
    """
    company = Company([seat("Ann")], {"deals": [deal("A", "2026-03-10", "60000"), deal("B", "2026-09-10", "120000")]})
    company.decisions["quotas"] = [
        quota("target", "Ann", "100000", end="2026-07-01"), quota("target", "Ann", "150000", start="2026-07-01"),
    ]  # fmt: skip
    component = {
        "each": "bookings",
        "pays": "marginal",
        "by": "booked.attainment",
        "tiers": [{"to": "100%", "rate": "5%"}, {"rate": "10%"}],
    }
    measures = {"booked": {"sum": "bookings", "over": "year", "quota": "target"}}
    for policy, pay in (("on_event", "7500.00"), ("reset", "6000.00"), ("prorated", "8739.73")):
        done = ran(plan({"quota_change": policy}, measures=measures, components={"c": component}), company)
        assert done.lines("c") == {"A": "3000.00", "B": pay}, policy


def test_relief_lowers_the_quota_for_the_days_only_and_a_hire_counts_by_days() -> None:
    """A.27: 365 a year; 73 days of leave, of which two rows share ten days, leave 292. Hired on 1 July: 184."""
    company = Company([seat("Ann")], decisions={"quotas": [quota("target", "Ann", "365")]})
    company.decisions["leaves"] = [
        {"person": "Ann", "kind": "parental", "valid_from": "2026-03-01", "valid_to": "2026-05-01"},
        {"person": "Ann", "kind": "sick", "valid_from": "2026-04-21", "valid_to": "2026-05-13"},
    ]
    assert attained(company, "quota", relief="leave")["2026-12"] == 292
    hired = Company([seat("Ann", hired_on="2026-07-01")], decisions={"quotas": [quota("target", "Ann", "365")]})
    assert attained(hired, "quota", prorate="days")["2026-12"] == 184


def test_without_a_quota_attainment_is_missing_and_the_line_is_held() -> None:
    company = Company([seat("Ann")], {"deals": [deal("A", "2026-01-10", "100")]})
    component = {"each": "bookings", "pays": "marginal", "by": "booked.attainment", "tiers": [{"rate": "5%"}]}
    measures = {"booked": {"sum": "bookings", "over": "year", "quota": "target"}}
    held = ran(plan(measures=measures, components={"c": component}), company)
    assert (held.lines("c"), [row["code"] for row in held.rows("exceptions")]) == ({}, ["held"])
    zero = ran(plan({"missing": "zero"}, measures=measures, components={"c": component}), company)
    assert (zero.lines("c"), zero.rows("exceptions")) == ({"A": "0.00"}, [])


def test_the_own_quota_goes_before_that_of_the_position() -> None:
    company = Company([seat("Ann"), seat("Bob")])
    company.decisions["quotas"] = [
        quota("target", "P-Ann", "10"),
        quota("target", "Ann", "20"),
        quota("target", "P-Bob", "30"),
    ]
    measures = {"booked": {"sum": "bookings", "over": "year", "quota": "target"}}
    done = ran(plan(measures=measures, components=RATE), company, "2026-01")
    assert (done.values("booked.quota")["2026-01"], done.values("booked.quota", "Bob")["2026-01"]) == (20, 30)


def test_a_rolling_window_and_a_window_of_a_column() -> None:
    """Rolling 2 months: on 10 March the deal of 9 January is just out. By product each product counts for itself."""
    deals = [
        deal("A", "2026-01-10", "1", product="x"), deal("B", "2026-01-11", "10", product="y"),
        deal("C", "2026-03-10", "100", product="x"), deal("D", "2026-03-31", "1000", product="y"),
    ]  # fmt: skip
    measures = {
        "rolling": {"sum": "bookings", "over": "rolling 2 months"},
        "of_product": {"sum": "bookings", "over": "product"},
        "counted": {"count": "bookings", "where": "product = 'x'", "over": "quarter"},
    }
    done = ran(plan(measures=measures, components=RATE), Company([seat("Ann")], {"deals": deals}), "2026-01..2026-04")
    assert done.values("rolling.after") == {"A": 1, "B": 11, "C": 110, "D": 1100}
    assert done.values("of_product.after") == {"A": 1, "B": 10, "C": 101, "D": 1010}
    assert done.values("counted.before") == {"A": 0, "B": 1, "C": 1, "D": 2}
    assert done.values("rolling")["2026-03"] == 1100
    assert done.values("rolling")["2026-04"] == 1100


def test_a_successor_inherits_where_the_plan_follows_the_position() -> None:
    """B.11: Ann books 60, Bea follows on 1 February and books 50; by position she stands at 110, by person at 50."""
    company = Company([], {"deals": [deal("A", "2026-01-10", "60", "P"), deal("B", "2026-02-10", "50", "P")]})
    company.decisions = {
        "people": [{"person": "Ann"}, {"person": "Bea"}],
        "positions": [{"position": "P", "title": "AE", "valid_from": "2026-01-01"}],
        "assignments": [
            {"person": "Ann", "position": "P", "valid_from": "2026-01-01", "valid_to": "2026-02-01"},
            {"person": "Bea", "position": "P", "valid_from": "2026-02-01"},
        ],
    }
    measures = {"booked": {"sum": "bookings", "over": "year"}}
    for follows, stands_at in (("position", 110), ("person", 50)):
        done = ran(plan({"follows": follows}, measures=measures, components=RATE), company, "2026-01..2026-02")
        assert done.values("booked.after", "Bea") == {"B": stands_at}
        assert done.values("booked", "Bea") == {"2026-02": stands_at, "2026": stands_at}


def test_a_balance_builds_on_the_period_before_also_when_nothing_happened() -> None:
    """100 advanced in January, 30 % of 100 a month paid back: 100, 70, 40, also without a deal."""
    values = {
        "advance": "if(period.start = date '2026-01-01', 100, 0)",
        "owed": {
            "per": "payee month",
            "start": "0",
            "formula": "greatest(0, previous(owed) + advance - if(period.month > 1, 30, 0))",
        },
        "in_quarter": {"per": "payee month", "over": "quarter", "start": "1000", "formula": "previous(in_quarter) + 1"},
    }
    done: Ran = ran(plan(values=values, components=RATE), Company([seat("Ann")]), "2026-01..2026-05")
    assert list(done.values("owed").values()) == [100, 70, 40, 10, 0]
    assert list(done.values("in_quarter").values()) == [1001, 1002, 1003, 1001, 1002]


def test_a_balance_of_each_policy_goes_from_credit_to_credit() -> None:
    """An advance of 500 per product is worked off by the deals of that product alone, in the order of credits."""
    values = {
        "left": {"each": "bookings", "within": "product", "start": "500", "formula": "previous(left) - credit.amount"}
    }
    deals = [deal(name, f"2026-01-{day}", amount, product=product)
             for name, day, amount, product in (("A", 10, "100", "x"), ("B", 11, "50", "y"), ("C", 12, "30", "x"))
    ]  # fmt: skip
    done = ran(plan(values=values, components=RATE), Company([seat("Ann")], {"deals": deals}))
    assert done.values("left") == {"A": 400, "B": 450, "C": 370}


def test_company_values_read_every_payee_and_payees_read_them_back() -> None:
    """Ann 300, Bob 100: mean 200, Ann is 100 above it and Bob 100 below; Cid has no deal and counts with 0."""
    values = {
        "mean": {"per": "company month", "formula": "sum(booked) / count()"},
        "best": {"per": "company month", "formula": "max(booked)"},
        "above": {"per": "payee month", "formula": "booked - mean"},
    }
    company = Company(
        [seat("Ann"), seat("Bob")], {"deals": [deal("A", "2026-01-10", "300"), deal("B", "2026-01-10", "100", "Bob")]}
    )
    done = ran(plan(values=values, measures={"booked": {"sum": "bookings"}}, components=RATE), company, "2026-01")
    assert done.values("mean", None) == {"2026-01": 200}
    assert done.values("best", None) == {"2026-01": 300}
    assert (done.values("above"), done.values("above", "Bob")) == ({"2026-01": 100}, {"2026-01": -100})
