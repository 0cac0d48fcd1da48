"""Places where two honest readings of a plan could part ways, each with the one that the reference states."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.checker.case import Company, deal, plan, ran, seat
from tests.checker.test_components import quota

ALL = {"commission": {"each": "bookings", "pays": "percent", "rate": "100%"}}
BOOKED = {"booked": {"sum": "bookings", "over": "year"}}


def test_an_averaged_quota_counts_nothing_on_days_without_one() -> None:
    """A.27: 100 from 1 July and nothing before is a mean of 100 x 184 / 365 = 50.41...: 50 reach 99.18 % of it."""
    measures = {"booked": {"sum": "bookings", "over": "year", "quota": "target"}}
    company = Company([seat("Ann")], {"deals": [deal("D", "2026-08-10", "50")]})
    company.decisions["quotas"] = [quota("target", "Ann", "100", start="2026-07-01")]
    component = {"c": {"per": "payee year", "pays": "formula", "formula": "booked.attainment"}}
    done = ran(plan({"quota_change": "prorated"}, measures=measures, components=component), company)
    assert done.lines("c") == {"2026": "0.99"}


def test_an_adjustment_is_not_cut_by_the_cap_of_the_plan() -> None:
    """A cap of 100 a year: 150 earned gives -50; the 30 that somebody decided come on top."""
    company = Company([seat("Ann")], {"deals": [deal("D", "2026-01-10", "150")]})
    company.decisions["adjustments"] = [
        {"adjustment": "A1", "plan": "ae", "payee": "Ann", "pay_period": "2026-01", "component": "commission",
         "amount": "30", "currency": "EUR", "reason": "goodwill"}
    ]  # fmt: skip
    done = ran(plan(components=ALL, settlement={"cap": {"amount": "100", "over": "year"}}), company, "2026-01")
    assert done.payments("earned") == {"2026-01": "130.00"}


def test_what_happens_after_the_span_is_not_known() -> None:
    """Q.5: a run to January pays the same before and after the February deal arrived, also with `.total`."""
    component = {"c": {"each": "bookings", "pays": "formula", "formula": "booked.total"}}
    deals = [deal("A", "2026-01-10", "100"), deal("B", "2026-02-10", "50")]
    january = ran(plan(measures=BOOKED, components=component), Company([seat("Ann")], {"deals": deals}), "2026-01")
    assert january.lines("c") == {"A": "100.00"}


def test_a_clawback_takes_its_share_of_the_amount_before_conversion() -> None:
    """A.10, A.21: sold at 0.90, returned at 0.80: the whole line of 90.00 comes back."""
    rates = [
        {"kind": "spot", "base": "USD", "quote": "EUR", "on": on, "rate": rate}
        for on, rate in (("2026-01-10", "0.9"), ("2026-02-10", "0.8"))
    ]
    deals = [
        deal("D", "2026-01-10", "100", currency="USD"),
        deal("R", "2026-02-10", "-100", reverses="D", currency="USD"),
    ]
    done = ran(
        plan(
            credits={"bookings": {"from": "deals", "amount": "amount", "convert": {"rate": "spot", "within": "0"}}},
            components=ALL,
            settlement={"clawback": {"takes": "full", "attainment": "reversed"}},
        ),
        Company([seat("Ann")], {"deals": deals}, {"rates": rates}),
    )
    assert done.lines() == {"D": "90.00", "R": "-90.00"}


def test_a_clawback_is_released_as_its_original_was() -> None:
    """A.19: half of the deal's cash came, so half of the line was paid and half of it is taken back."""
    company = Company(
        [seat("Ann")],
        {
            "deals": [deal("D", "2026-01-10", "100"), deal("R", "2026-03-10", "-100", reverses="D")],
            "payments": [{"id": "p", "paid_on": "2026-02-10", "deal": "D", "amount": "50"}],
        },
    )
    settlement = {
        "clawback": {"takes": "full", "attainment": "reversed"},
        "triggers": {"cash": {"from": "payments", "match": "deal", "part": "amount", "of": "credit.amount"}},
        "release": [{"share": "100%", "when": "cash"}],
    }
    done = ran(plan({"negative_pay": "collect"}, components=ALL, settlement=settlement), company, "2026-01..2026-04")
    assert list(done.payments("released").values()) == ["0.00", "50.00", "-50.00", "0.00"]


def test_a_gate_shapes_the_entitlement_of_the_window() -> None:
    """10 % of the year so far while it is at least 100: 0, then 15, then after a return nothing is left: -15."""
    deals = [deal("A", "2026-01-10", "50"), deal("B", "2026-02-10", "100"), deal("C", "2026-03-10", "-80")]
    component = {
        "per": "payee month", "over": "year", "pays": "percent", "rate": "10%", "of": "booked", "gate": "booked >= 100",
    }  # fmt: skip
    done = ran(
        plan(measures=BOOKED, components={"c": component}), Company([seat("Ann")], {"deals": deals}), "2026-01..2026-03"
    )
    assert done.lines("c") == {"2026-01": "0.00", "2026-02": "15.00", "2026-03": "-15.00"}


def test_a_missing_limit_holds_the_line() -> None:
    """Missing is not zero, and not `no limit` either."""
    component = {"each": "bookings", "pays": "percent", "rate": "100%", "limit": "most"}
    company = Company([seat("Ann")], {"deals": [deal("D", "2026-01-10", "150")]})
    done = ran(plan(parameters={"most": {"type": "money"}}, components={"c": component}), company, "2026-01")
    assert (done.lines(), [row["code"] for row in done.rows("exceptions")]) == ({}, ["held"])


def test_a_leavers_return_still_counts_in_the_month_in_which_it_comes() -> None:
    """Ann leaves at the end of January; her deal is reversed in March: a row of March, paid per period as well."""
    deals = [deal("D", "2026-01-10", "100"), deal("R", "2026-03-10", "-100", reverses="D")]
    component = {"per": "payee month", "pays": "percent", "rate": "10%", "of": "booked.period"}
    done = ran(
        plan(measures=BOOKED, components={"c": component}),
        Company([seat("Ann", left_on="2026-02-01")], {"deals": deals}),
        "2026-01..2026-04",
    )
    assert {row["source"]: row["amount"] for row in done.rows("lines", payee="Ann")} == {
        "2026-01": 1000,
        "2026-03": -1000,
    }


def test_three_sellers_of_one_event_under_one_manager_round_each_roll_up() -> None:
    """B.2, B.3: thirds of 100.00: 33.34, 33.33, 33.33; the manager's half of each share is rounded by itself: 16.67."""
    third = "0.333333"
    company = Company(
        [seat("Ann", manager="Mia"), seat("Bob", manager="Mia"), seat("Cid", manager="Mia"), seat("Mia", "Manager")],
        {
            "deals": [deal("D", "2026-01-10", "100")],
            "partners": [
                {"id": who, "agreed_on": "2026-01-01", "deal": "D", "payee": who, "percent": third}
                for who in ("Bob", "Cid")
            ],
        },
    )
    to = [
        {"who": "partners.payee", "share": "partners.percent"},
        {"who": "owner", "share": "rest"},
        {"who": "manager", "share": "50%"},
    ]
    done = ran(
        plan(
            participants="true", credits={"bookings": {"from": "deals", "amount": "amount", "to": to}}, components=ALL
        ),
        company,
    )
    assert done.credits()["Mia", "D"] == "50.01"
    assert [row["amount"] for row in done.rows("credits", payee="Mia")] == [Fraction(1667, 100)] * 3


def test_counting_counts_credits_and_a_return_is_one() -> None:
    deals: list[Any] = [deal("D", "2026-01-10", "100"), deal("R", "2026-01-11", "-100", reverses="D")]
    measures = {
        "credits_seen": {"count": "bookings"},
        "net": {"sum": "bookings", "of": "if(credit.amount < 0, -1, 1)"},
    }
    component = {"per": "payee month", "pays": "formula", "formula": "credits_seen * 10 + net"}
    done = ran(
        plan(measures=measures, components={"c": component}), Company([seat("Ann")], {"deals": deals}), "2026-01"
    )
    assert done.lines("c") == {"2026-01": "20.00"}


def test_components_read_each_other() -> None:
    """The kicker is a tenth of the rounded commission: 3.33 -> 0.33; the quarter's bonus stands beside its deals."""
    components = {
        "commission": {"each": "bookings", "pays": "percent", "rate": "1 / 3"},
        "kicker": {"each": "bookings", "pays": "formula", "formula": "commission / 10"},
        "base": {"per": "payee quarter", "pays": "fixed", "amount": "7"},
        "added": {"per": "payee month", "pays": "formula", "formula": "if(period.month = 3, base, 0)"},
    }
    company = Company([seat("Ann")], {"deals": [deal("D", "2026-01-10", "10")]})
    done = ran(plan(components=components), company, "2026-01..2026-03")
    assert done.lines("kicker") == {"D": "0.33"}
    assert done.lines("added") == {"2026-01": "0.00", "2026-02": "0.00", "2026-03": "7.00"}
