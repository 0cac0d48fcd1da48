"""Who gets credit for what, by hand."""

from __future__ import annotations

from fractions import Fraction

from tests.checker.case import Company, deal, plan, ran, seat

ONE_PERCENT = {"commission": {"each": "bookings", "pays": "percent", "rate": "1%"}}


def split(*to: dict[str, object], **more: object) -> dict[str, object]:
    return {"bookings": {"from": "deals", "amount": "amount", "to": list(to), **more}}


def test_one_cent_over_three_persons_loses_nothing() -> None:
    """
    B.2: 0.01 over three persons, a third each in parts of a million (0.333333 twice, the rest to the owner).
    Parts of one cent: 0.333334, 0.333333, 0.333333 -> the largest remainder is the owner's.
    100.00 gives 33.33, 33.33 and 33.34: the owner's 33.3334 has the largest remainder.
    """
    company = Company(
        facts={
            "deals": [deal("cent", "2026-01-10", "0.01"), deal("hundred", "2026-01-11", "100.00")],
            "partners": [
                {"id": f"{d}{p}", "agreed_on": "2026-01-01", "deal": d, "payee": p, "percent": "0.333333"}
                for d in ("cent", "hundred") for p in ("Bob", "Cid")
            ],
        }
    )  # fmt: skip
    to = ({"who": "partners.payee", "share": "partners.percent"}, {"who": "owner", "share": "rest"})
    done = ran(plan(credits=split(*to), components=ONE_PERCENT), company)
    assert done.credits() == {
        ("Ann", "cent"): "0.01", ("Bob", "cent"): "0.00", ("Cid", "cent"): "0.00",
        ("Ann", "hundred"): "33.34", ("Bob", "hundred"): "33.33", ("Cid", "hundred"): "33.33",
    }  # fmt: skip


def test_double_credit_and_a_split_are_both_exact() -> None:
    """B.1: 100/100 gives both the whole 1000.00; 60/40 gives 600.00 and 400.00."""
    company = Company(facts={"deals": [deal("D", "2026-01-10", "1000", second="Bob")]})
    whole = split({"who": "owner"}, {"who": "second", "share": "100%"})
    parts = split({"who": "owner", "share": "60%"}, {"who": "second", "share": "40%"})
    assert ran(plan(credits=whole, components=ONE_PERCENT), company).credits() == {
        ("Ann", "D"): "1000.00", ("Bob", "D"): "1000.00",
    }  # fmt: skip
    assert ran(plan(credits=parts, components=ONE_PERCENT), company).credits() == {
        ("Ann", "D"): "600.00", ("Bob", "D"): "400.00",
    }  # fmt: skip


def test_an_exact_split_keeps_the_fraction() -> None:
    """A third of 100.00 (written as 1/3) stays 33 1/3 with `split: exact`."""
    company = Company(facts={"deals": [deal("D", "2026-01-10", "100", second="Bob")]})
    credits = split({"who": "second", "share": "1 / 3"}, {"who": "owner", "share": "rest"})
    done = ran(plan({"split": "exact"}, credits=credits, components=ONE_PERCENT), company)
    assert {row["payee"]: row["amount"] for row in done.rows("credits")} == {
        "Bob": Fraction(100, 3), "Ann": Fraction(200, 3),
    }  # fmt: skip


def test_credit_rolls_up_two_levels_as_of_the_deal_date() -> None:
    """
    B.3, B.10: Ann reports to Mia, Mia to Val. Levels 100 % and 50 %.
    On 15 March Ann's position moves under Max, who also reports to Val.
    """
    seats = [
        seat("Ann", manager="Mia"),
        seat("Mia", "Manager", "Val"),
        seat("Max", "Manager", "Val"),
        seat("Val", "VP"),
    ]
    company = Company(seats, {"deals": [deal("A", "2026-03-14", "1000"), deal("B", "2026-03-15", "1000")]})
    company.decisions["positions"] = [
        {"position": "P-Ann", "title": "AE", "manager": "P-Mia", "valid_from": "2020-01-01", "valid_to": "2026-03-15"},
        {"position": "P-Ann", "title": "AE", "manager": "P-Max", "valid_from": "2026-03-15"},
        {"position": "P-Mia", "title": "Manager", "manager": "P-Val", "valid_from": "2020-01-01"},
        {"position": "P-Max", "title": "Manager", "manager": "P-Val", "valid_from": "2020-01-01"},
        {"position": "P-Val", "title": "VP", "valid_from": "2020-01-01"},
    ]
    credits = split({"who": "owner"}, {"who": "manager", "levels": "2", "share": ["100%", "50%"]})
    done = ran(plan(participants="true", credits=credits, components=ONE_PERCENT), company)
    assert done.credits() == {
        ("Ann", "A"): "1000.00", ("Mia", "A"): "1000.00", ("Val", "A"): "500.00",
        ("Ann", "B"): "1000.00", ("Max", "B"): "1000.00", ("Val", "B"): "500.00",
    }  # fmt: skip


def test_a_manager_of_two_sellers_is_credited_once() -> None:
    """
    B.5: Ann and Bob share an order 60/40, both under Mia: she gets both parts, 1000.00, or the first alone once.
    """
    seats = [seat("Ann", manager="Mia"), seat("Bob", manager="Mia"), seat("Mia", "Manager")]
    company = Company(seats, {"deals": [deal("D", "2026-01-10", "1000", second="Bob")]})
    to = ({"who": "owner", "share": "60%"}, {"who": "second", "share": "40%"}, {"who": "manager"})
    for once, mia in (({}, "1000.00"), ({"once_per": "payee"}, "600.00")):
        done = ran(plan(participants="true", credits=split(*to, **once), components=ONE_PERCENT), company)
        assert done.credits() == {("Ann", "D"): "600.00", ("Bob", "D"): "400.00", ("Mia", "D"): mia}
    assert [row["source"] for row in done.rows("lines", payee="Mia")] == ["D~3.1/Ann"]


def test_a_managers_own_deal_counts_once_by_the_first_rule() -> None:
    """B.5: Mia owns the deal and stands above Ann, who shares it: `once_per` keeps Mia's own half."""
    seats = [seat("Ann", manager="Mia"), seat("Mia", "Manager")]
    company = Company(seats, {"deals": [deal("D", "2026-01-10", "1000", "Mia", second="Ann")]})
    credits = split(
        {"who": "owner", "share": "50%"}, {"who": "second", "share": "50%"}, {"who": "manager"}, once_per="payee"
    )
    done = ran(plan(participants="true", credits=credits, components=ONE_PERCENT), company)
    assert done.credits() == {("Mia", "D"): "500.00", ("Ann", "D"): "500.00"}


def test_a_specialist_gets_credit_outside_the_line() -> None:
    """B.4: Sue is Ann's specialist until the end of March; the share of the tie is 30 %, the item has none."""
    company = Company(
        [seat("Ann"), seat("Sue", "SE")],
        {"deals": [deal("A", "2026-03-31", "1000"), deal("B", "2026-04-01", "1000")]},
        {
            "relationships": [
                {"kind": "specialist", "subject": "P-Ann", "payee": "Sue", "share": "0.3", "valid_from": "2026-01-01",
                 "valid_to": "2026-04-01"}
            ]
        },
    )  # fmt: skip
    credits = split({"who": "owner"}, {"who": "relationship.specialist", "role": "overlay"})
    done = ran(plan(participants="true", credits=credits, components=ONE_PERCENT), company)
    assert done.credits() == {("Ann", "A"): "1000.00", ("Sue", "A"): "300.00", ("Ann", "B"): "1000.00"}


def test_an_order_without_owner_is_credited_by_rule_and_otherwise_listed() -> None:
    """B.6, B.7: the owner of the region gets it; nobody's region, a stranger and a boss off the plan are listed."""
    company = Company(
        [seat("Ann"), seat("Val", "VP")],
        {
            "deals": [
                deal("north", "2026-01-10", "1000", None, region="north"),
                deal("south", "2026-01-10", "1000", None, region="south"),
                deal("zoe", "2026-01-10", "1000", "Zoe", region="south"),
                deal("val", "2026-01-10", "1000", "Val", region="south"),
            ]
        },
        {"relationships": [{"kind": "region", "subject": "north", "payee": "P-Ann", "valid_from": "2026-01-01"}]},
    )
    credits = split({"who": "owner"}, {"who": "relationship.region", "of": "region"})
    done = ran(plan(credits=credits, components=ONE_PERCENT), company)
    assert done.credits() == {("Ann", "north"): "1000.00"}
    assert {row["event"]: row["reason"] for row in done.rows("uncredited")} == {
        "south": "no recipient named", "zoe": "unknown payee", "val": "nobody on a plan",
    }  # fmt: skip


def test_the_crediting_date_is_a_choice_of_the_plan() -> None:
    """B.8: closed in January, shipped in February."""
    company = Company(facts={"deals": [deal("D", "2026-01-31", "1000", ship_date="2026-02-02")]})
    shipped = {"bookings": {"from": "deals", "amount": "amount", "date": "ship_date"}}
    assert [row["pay_period"] for row in ran(plan(components=ONE_PERCENT), company).rows("lines")] == ["2026-01"]
    by_shipment = ran(plan(credits=shipped, components=ONE_PERCENT), company)
    assert [row["pay_period"] for row in by_shipment.rows("lines")] == ["2026-02"]


def test_a_fact_without_amount_date_or_rate_is_an_exception_and_no_credit() -> None:
    company = Company(
        facts={
            "deals": [
                deal("no amount", "2026-01-10", None),
                deal("no ship date", "2026-01-10", "10"),
                deal("dollars", "2026-01-10", "10", currency="USD", ship_date="2026-01-10"),
            ]
        }
    )
    shipped = {"bookings": {"from": "deals", "amount": "amount", "date": "coalesce(ship_date, close_date)"}}
    by_ship_date = {"bookings": {"from": "deals", "amount": "amount", "date": "ship_date"}}
    done = ran(plan(credits=shipped, components=ONE_PERCENT), company)
    assert {row["event"]: row["code"] for row in done.rows("exceptions")} == {
        "no amount": "amount_missing", "dollars": "rate_missing",
    }  # fmt: skip
    again = ran(plan(credits=by_ship_date, components=ONE_PERCENT), company)
    assert {row["event"] for row in again.rows("exceptions", code="date_missing")} == {"no amount", "no ship date"}


def test_foreign_deals_are_converted_at_the_latest_rate_not_older_than_a_week() -> None:
    """
    A.21: 1000.05 USD at 0.9 = 900.045 -> 900.05 EUR, half up before the split. The yen deal's rate is eight days old.
    """
    company = Company(
        facts={
            "deals": [
                deal("usd", "2026-01-31", "1000.05", currency="USD"),
                deal("jpy", "2026-01-31", "1000", currency="JPY"),
            ]
        },
        decisions={
            "rates": [
                {"kind": "month_end", "base": "USD", "quote": "EUR", "on": "2026-01-30", "rate": "0.9"},
                {"kind": "month_end", "base": "USD", "quote": "EUR", "on": "2026-02-01", "rate": "0.8"},
                {"kind": "month_end", "base": "JPY", "quote": "EUR", "on": "2026-01-23", "rate": "0.006"},
            ]
        },
    )
    credits = {"bookings": {"from": "deals", "amount": "amount", "convert": {"rate": "month_end"}}}
    done = ran(plan(credits=credits, components=ONE_PERCENT), company)
    assert done.credits() == {("Ann", "usd"): "900.05"}
    assert [(row["event"], row["code"]) for row in done.rows("exceptions")] == [("jpy", "rate_missing")]


def test_a_vacant_position_accrues_and_a_position_credits_whoever_holds_it() -> None:
    """B.11: position P-Ann is held by Ann to the end of January, by nobody in February, by Bea from March."""
    company = Company(
        [seat("Ann")],
        {"deals": [deal(name, on, "100", "P-Ann") for name, on in
                   (("J", "2026-01-31"), ("F", "2026-02-01"), ("M", "2026-03-01"))]},
    )  # fmt: skip
    company.decisions["people"] = [{"person": "Ann"}, {"person": "Bea", "hired_on": "2026-03-01"}]
    company.decisions["assignments"] = [
        {"person": "Ann", "position": "P-Ann", "valid_from": "2025-01-01", "valid_to": "2026-02-01"},
        {"person": "Bea", "position": "P-Ann", "valid_from": "2026-02-15"},
    ]
    done = ran(plan(components=ONE_PERCENT), company)
    assert done.credits() == {("Ann", "J"): "100.00", ("vacant:P-Ann", "F"): "100.00", ("Bea", "M"): "100.00"}


def test_a_reversal_goes_to_those_who_had_the_credit() -> None:
    """The split of the original (Bob 40 %) is used on its own date, although the reversal names nobody."""
    company = Company(
        facts={
            "deals": [
                deal("D", "2026-01-10", "1000"),
                deal("R", "2026-05-10", "-500", None, reverses="D"),
            ],
            "partners": [{"id": "p", "agreed_on": "2026-01-01", "deal": "D", "payee": "Bob", "percent": "0.4"}],
        }
    )
    credits = split({"who": "owner", "share": "rest"}, {"who": "partners.payee", "share": "partners.percent"})
    done = ran(plan(credits=credits, components=ONE_PERCENT), company)
    assert done.credits() == {
        ("Ann", "D"): "600.00", ("Bob", "D"): "400.00", ("Ann", "R"): "-300.00", ("Bob", "R"): "-200.00",
    }  # fmt: skip
    assert {row["pay_period"] for row in done.rows("lines", event="R")} == {"2026-05"}


def test_a_limit_holds_for_what_one_credit_counts() -> None:
    """Centify: 20 % of 10,000 is 2,000 of the owner; Bob's 8,000 count 5,000. A reversal counts -5,000."""
    company = Company(
        facts={
            "deals": [deal("D", "2026-01-10", "10000"), deal("R", "2026-02-10", "-10000", reverses="D")],
            "partners": [{"id": "p", "agreed_on": "2026-01-01", "deal": "D", "payee": "Bob", "percent": "0.8"}],
        }
    )
    credits = split(
        {"who": "owner", "share": "rest"}, {"who": "partners.payee", "share": "partners.percent"}, limit="5000"
    )
    done = ran(plan(credits=credits, components=ONE_PERCENT), company)
    assert done.credits() == {
        ("Ann", "D"): "2000.00", ("Bob", "D"): "5000.00", ("Ann", "R"): "-2000.00", ("Bob", "R"): "-5000.00",
    }  # fmt: skip
