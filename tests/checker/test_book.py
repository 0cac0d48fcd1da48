"""Closed periods, late facts, overrides, adjustments and versions: what is booked where, by hand."""

from __future__ import annotations

from typing import Any

from tests.checker.case import Company, Ran, deal, months, plan, ran, seat

TEN = {"commission": {"each": "bookings", "pays": "percent", "rate": "10%"}}
SPLIT = {
    "bookings": {
        "from": "deals", "amount": "amount",
        "to": [{"who": "partners.payee", "share": "partners.percent"}, {"who": "owner", "share": "rest"}],
    }
}  # fmt: skip


KEY = ("plan", "component", "payee", "source", "earning_period", "pay_period")


def close(company: Company, done: Ran, *periods: str) -> None:
    """Put what was booked into the ledger, as closing the periods does."""
    ledger: dict[str, list[dict[str, Any]]] = {
        "ledger_lines": [
            {name: row[name] for name in (*KEY, "amount", "currency", "line")}
            for row in done.rows("lines")
        ],
        "ledger_releases": [
            {name: row[name] for name in (*KEY, "part", "amount", "currency")}
            for row in done.rows("releases", state="released")
        ],
        "ledger_balances": [
            {name: row[name] for name in ("plan", "payee", "pay_period", "currency")}
            | {"name": balance, "amount": row[column]}
            for row in done.rows("payments")
            for balance, column in (("carried", "carried_out"), ("draw.balance", "draw_balance"))
        ],
        "closed_periods": [{"calendar": "gregorian", "kind": "month", "period": period} for period in periods],
    }  # fmt: skip
    for name, rows in ledger.items():
        company.decisions.setdefault(name, []).extend(rows)


def test_a_january_split_changed_in_june_shows_in_june() -> None:
    """
    A.11: in January Bob had 40 % of a deal of 1000 at 10 %: 40.00, Ann 60.00. In June it becomes 25 %.
    June: Bob -15.00, Ann +15.00, each with the January line's key; January's payments stay as they were.
    """
    partner = {"id": "p", "agreed_on": "2026-01-01", "deal": "D", "payee": "Bob", "percent": "0.4"}
    company = Company([seat("Ann"), seat("Bob")], {"deals": [deal("D", "2026-01-10", "1000")], "partners": [partner]})
    agreement = plan(credits=SPLIT, components=TEN)
    first = ran(agreement, company, "2026-01..2026-05")
    assert first.by_payee("commission") == {"Ann": "60.00", "Bob": "40.00"}
    close(company, first, *(f"2026-0{month}" for month in range(1, 6)))
    company.facts["partners"] = [partner | {"percent": "0.25"}]
    june = ran(agreement, company, "2026-06")
    columns = ("payee", "kind", "earning_period", "pay_period", "amount")
    assert sorted(tuple(row[name] for name in columns) for row in june.rows("lines")) == [
        ("Ann", "difference", "2026-01", "2026-06", 1500), ("Bob", "difference", "2026-01", "2026-06", -1500),
    ]  # fmt: skip
    assert june.payments("payable") == {"2026-06": "15.00"}
    assert june.payments("carried_out", "Bob") == {"2026-06": "-15.00"}
    close(company, june, "2026-06")
    assert ran(agreement, company, "2026-07").rows("lines") == []
    assert ran(agreement, company, "2026-07").payments("carried_in", "Bob") == {"2026-07": "-15.00"}


def test_a_cancelled_deal_of_a_closed_month_gives_its_negative() -> None:
    """A fact that no longer counts leaves a ledger line without counterpart: it is taken back in the open month."""
    company = Company([seat("Ann")], {"deals": [deal("D", "2026-01-10", "1000"), deal("E", "2026-01-11", "500")]})
    close(company, ran(plan(components=TEN), company, "2026-01"), "2026-01")
    company.facts["deals"] = [deal("E", "2026-01-11", "500")]
    february = ran(plan(components=TEN), company, "2026-02")
    assert february.lines() == {"D": "-100.00"}
    assert february.payments("carried_out") == {"2026-02": "-100.00"}


def test_a_late_deal_lifts_only_what_it_changes() -> None:
    """
    10 % to 1000 a month, 20 % above. Booked: B of 800 = 80. A of 400, dated before it, arrives late: A pays 40,
    and B now reaches from 400 to 1200: 60 + 40 = 100, so 20 more.
    """
    component = {
        "each": "bookings",
        "pays": "marginal",
        "by": "booked",
        "tiers": [{"to": "1000", "rate": "10%"}, {"rate": "20%"}],
    }
    agreement = plan(measures={"booked": {"sum": "bookings"}}, components={"c": component})
    company = Company([seat("Ann")], {"deals": [deal("B", "2026-01-20", "800")]})
    close(company, ran(agreement, company, "2026-01"), "2026-01")
    company.facts["deals"].append(deal("A", "2026-01-05", "400"))
    assert ran(agreement, company, "2026-02").lines("c") == {"A": "40.00", "B": "20.00"}


def test_an_open_month_that_was_not_asked_for_is_not_booked() -> None:
    company = Company([seat("Ann")], {"deals": [deal("D", "2026-01-10", "1000"), deal("E", "2026-02-10", "500")]})
    assert ran(plan(components=TEN), company, "2026-02").lines() == {"E": "50.00"}


def test_an_override_replaces_the_computed_amount_and_expires() -> None:
    """A.26: 100.00 becomes 250.00 with a reason; on a run that starts on its last day or later it is gone."""
    company = Company([seat("Ann")], {"deals": [deal("D", "2026-01-10", "1000")]})
    row = {
        "override": "O",
        "plan": "ae",
        "component": "commission",
        "payee": "Ann",
        "source": "D",
        "earning_period": "2026-01",
        "amount": "250",
        "reason": "promise of the board",
    }
    company.decisions["overrides"] = [row]
    line = ran(plan(components=TEN), company).rows("lines")[0]
    assert (line["amount"], line["computed"], line["note"]) == (25000, 10000, "override: promise of the board")
    company.decisions["overrides"] = [row | {"expires_on": "2026-01-01"}]
    assert ran(plan(components=TEN), company).lines() == {"D": "100.00"}


def test_an_adjustment_is_a_line_of_its_period() -> None:
    company = Company([seat("Ann")])
    company.decisions["adjustments"] = [
        {
            "adjustment": "A1",
            "plan": "ae",
            "payee": "Ann",
            "pay_period": "2026-02",
            "component": "commission",
            "amount": "12.50",
            "currency": "EUR",
            "reason": "goodwill",
        }
    ]
    done = ran(plan(components=TEN), company, "2026-01..2026-03")
    assert [(row["kind"], row["pay_period"], row["amount"], row["note"]) for row in done.rows("lines")] == [
        ("adjustment", "2026-02", 1250, "goodwill")
    ]
    assert done.payments("payable") == {"2026-01": "0.00", "2026-02": "12.50", "2026-03": "0.00"}


def test_a_deal_before_the_change_uses_the_old_version() -> None:
    """
    A.14: 10 % until June, 20 % from July on amounts above 1000 of the year; sums go on across the versions.
    A of 800 in June: 80. B of 400 in July: 200 below 1000 at 10 %, 200 above at 20 %: 60.
    """
    measures = {"booked": {"sum": "bookings", "over": "year"}}
    new = {
        "each": "bookings",
        "pays": "marginal",
        "by": "booked",
        "tiers": [{"to": "1000", "rate": "10%"}, {"rate": "20%"}],
    }
    versions = [
        plan(measures=measures, components={"c": {"each": "bookings", "pays": "percent", "rate": "10%"}},
             effective={"from": "2026-01-01", "through": "2026-06-30"}),
        plan(version="2", measures=measures, components={"c": new}, effective={"from": "2026-07-01"}),
    ]  # fmt: skip
    company = Company([seat("Ann")], {"deals": [deal("A", "2026-06-30", "800"), deal("B", "2026-07-01", "400")]})
    done = ran(versions, company)
    assert done.lines("c") == {"A": "80.00", "B": "60.00"}
    assert [row["version"] for row in done.rows("lines")] == ["1", "2"]


def test_two_plans_in_one_month_sum_to_one_month() -> None:
    """A.13: Ann is AE for 11 days of June and KAM for 19: 310.00 by days is 113.67 and 196.33."""
    company = Company([])
    company.decisions = {
        "people": [{"person": "Ann"}],
        "positions": [
            {"position": "P1", "title": "AE", "valid_from": "2026-01-01"},
            {"position": "P2", "title": "KAM", "valid_from": "2026-01-01"},
        ],
        "assignments": [
            {"person": "Ann", "position": "P1", "valid_from": "2026-06-01", "valid_to": "2026-06-12"},
            {"person": "Ann", "position": "P2", "valid_from": "2026-06-12"},
        ],
    }
    part = {"fixed": {"per": "payee month", "pays": "fixed", "amount": "310", "prorate": "days"}}
    plans = [plan(components=part), plan(plan="kam", participants="position.title = 'KAM'", components=part)]
    done = ran(plans, company, "2026-06")
    assert {row["plan"]: row["amount"] for row in done.rows("lines", payee="Ann")} == {"ae": 11367, "kam": 19633}


def test_months_helper_is_half_open() -> None:
    assert str(months("2026-01..2026-02")) == "2026-01-01 through 2026-02-28"
