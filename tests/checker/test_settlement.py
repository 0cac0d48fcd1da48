"""Releases, draws, guarantees, clawback, caps and carried balances, by hand."""

from __future__ import annotations

from typing import Any

from tests.checker.case import Company, deal, plan, ran, seat

ALL = {"commission": {"each": "bookings", "pays": "percent", "rate": "100%"}}


def monthly(*amounts: str, **seats: Any) -> Company:
    """One deal of Ann's in each month of 2026, worth what she earns."""
    deals = [
        deal(f"D{month}", f"2026-{month:02d}-15", amount) for month, amount in enumerate(amounts, start=1) if amount
    ]
    return Company([seat("Ann", **seats)], {"deals": deals})


def column(done: Any, name: str) -> list[str]:
    return list(done.payments(name).values())


def test_six_months_of_a_recoverable_draw() -> None:
    """
    A.8: 1000 a month topped up for three months, from month 4 half of what is above 1000 is taken back.
    earned     400   900  1500  2000  1600   200
    paid       600   100     0     0     0     0
    recovered    0     0     0   500   200     0     (half of 1000; the balance of 200 is less than half of 600)
    balance    600   700   700   200     0     0
    payable   1000  1000  1500  1500  1400   200
    """
    draw = {
        "amount": "1000",
        "pays": "top_up",
        "while": "period.number <= 3",
        "recover": {"from": "4", "share": "50%", "keeps": "1000"},
    }
    done = ran(
        plan(components=ALL, settlement={"draw": draw}),
        monthly("400", "900", "1500", "2000", "1600", "200"),
        "2026-01..2026-06",
    )
    assert column(done, "draw_paid") == ["600.00", "100.00", "0.00", "0.00", "0.00", "0.00"]
    assert column(done, "draw_recovered") == ["0.00", "0.00", "0.00", "500.00", "200.00", "0.00"]
    assert column(done, "draw_balance") == ["600.00", "700.00", "700.00", "200.00", "0.00", "0.00"]
    assert column(done, "payable") == ["1000.00", "1000.00", "1500.00", "1500.00", "1400.00", "200.00"]


def test_a_leavers_balance_stays_listed_and_a_forgiven_draw_has_none() -> None:
    """A.8: Ann leaves on 15 February owing 600; without `recover` the draw is hers."""
    company = monthly("400", left_on="2026-02-15")
    draw = {"amount": "1000", "pays": "top_up", "while": "period.number = 1", "recover": {"from": "2", "share": "100%"}}
    done = ran(plan(components=ALL, settlement={"draw": draw}), company, "2026-01..2026-02")
    assert column(done, "draw_balance") == ["600.00", "600.00"]
    del draw["recover"]
    done = ran(plan(components=ALL, settlement={"draw": draw}), company, "2026-01..2026-02")
    assert column(done, "payable")[0] == "1000.00"
    assert column(done, "draw_balance") == ["0.00", "0.00"]


def test_a_draw_on_top_is_recovered_from_the_next_period() -> None:
    """300 on top in January; 100 % of what is above 0 comes back from February: 200, then 100."""
    draw = {"amount": "300", "pays": "on_top", "while": "period.number = 1", "recover": {"share": "100%"}}
    done = ran(plan(components=ALL, settlement={"draw": draw}), monthly("500", "200", "400"), "2026-01..2026-03")
    assert column(done, "payable") == ["800.00", "0.00", "300.00"]
    assert column(done, "draw_balance") == ["300.00", "100.00", "0.00"]


def test_a_draw_in_advance_is_deducted_at_the_end() -> None:
    """1000 at each start: earned 700 leaves 0 payable and 300 owed; 1800 - 1000 - 300 = 500."""
    draw = {"amount": "1000", "pays": "in_advance"}
    done = ran(plan(components=ALL, settlement={"draw": draw}), monthly("700", "1800"), "2026-01..2026-02")
    assert column(done, "payable") == ["0.00", "500.00"]
    assert column(done, "draw_balance") == ["300.00", "0.00"]
    assert column(done, "draw_paid") == ["1000.00", "1000.00"]


def test_a_guarantee_pays_the_greater_for_its_window_only() -> None:
    """A.9, A.13: 2000 in the first two months, by days: hired on 17 January -> 15/31 of 2000 = 967.74."""
    guarantee = {"amount": "2000", "while": "period.number <= 2", "prorate": "days"}
    done = ran(
        plan(components=ALL, settlement={"guarantee": guarantee}),
        monthly("", "2500", "100", hired_on="2026-01-17"),
        "2026-01..2026-03",
    )
    assert column(done, "guarantee") == ["967.74", "0.00", "0.00"]
    assert column(done, "payable") == ["967.74", "2500.00", "100.00"]


def clawed(takes: Any, attainment: str = "reversed", **more: Any) -> Any:
    """10 % to 1000 a year and 20 % above; D of 1500 pays 200; R reverses 750 of it 45 days later."""
    deals = [
        deal("D", "2026-01-10", "1500"),
        deal("R", "2026-02-24", "-750", reverses="D"),
        deal("E", "2026-03-01", "250"),
    ]
    component = {
        "each": "bookings",
        "pays": "marginal",
        "by": "booked",
        "tiers": [{"to": "1000", "rate": "10%"}, {"rate": "20%"}],
    }
    clawback = {"takes": takes, "attainment": attainment, **more}
    return ran(
        plan(
            measures={"booked": {"sum": "bookings", "over": "year"}},
            components={"c": component},
            settlement={"clawback": clawback},
        ),
        Company([seat("Ann")], {"deals": deals}),
    )


def test_a_clawback_takes_back_the_paid_line_in_full_or_with_time() -> None:
    """
    A.10: half of the deal was cancelled: half of the line's 200 = 100.
    pro rata within 180 days: 1 - 45/180 = 75 % -> 75. Steps: 50 % up to 90 days -> 50. Too late: nothing.
    Attainment reversed: E goes from 750 to 1000 at 10 % = 25; kept: from 1500 to 1750 at 20 % = 50.
    """
    assert clawed("full").lines("c") == {"D": "200.00", "R": "-100.00", "E": "25.00"}
    assert clawed("full", "kept").lines("c") == {"D": "200.00", "R": "-100.00", "E": "50.00"}
    assert clawed("pro_rata", within="180 days").lines("c")["R"] == "-75.00"
    steps = [{"to": "30 days", "share": "100%"}, {"to": "90 days", "share": "50%"}]
    assert clawed(steps, within="90 days").lines("c")["R"] == "-50.00"
    assert clawed("full", within="44 days").lines("c")["R"] == "0.00"
    row = clawed("full").rows("lines", source="R")[0]
    assert (row["kind"], row["note"]) == ("clawback", "takes back D")


def test_half_at_booking_and_half_in_proportion_to_cash() -> None:
    """
    A.19: line 100.01. Half: 50.01 (rounded half up) in January. Cash 300 of 900 in February: a third of the rest:
    50.005 + 16.668... = 66.67 -> 16.66 more. Cash 700 in April is more than what is left: the other 33.34.
    """
    settlement = {
        "triggers": {
            "cash": {"from": "payments", "match": "deal", "where": "kind = 'receipt'", "part": "amount", "of": "cost"}
        },
        "release": [{"share": "50%"}, {"share": "rest", "when": "cash"}],
    }
    company = monthly("100.01")
    company.facts["deals"][0]["cost"] = "900"
    company.facts["payments"] = [
        {"id": "p1", "paid_on": "2026-02-10", "deal": "D1", "amount": "300"},
        {"id": "p2", "paid_on": "2026-03-10", "deal": "D1", "kind": "deposit", "amount": "100"},
        {"id": "p3", "paid_on": "2026-04-10", "deal": "D1", "amount": "700"},
    ]
    done = ran(plan(components=ALL, settlement=settlement), company, "2026-01..2026-04")
    assert column(done, "released") == ["50.01", "16.66", "0.00", "33.34"]
    assert column(done, "earned") == ["100.01", "0.00", "0.00", "0.00"]
    until_march = ran(plan(components=ALL, settlement=settlement), company, "2026-01..2026-03")
    assert [(row["amount"], row["reason"]) for row in until_march.rows("releases", state="waiting")] == [(3334, "cash")]


def test_parts_fall_due_in_months_and_on_a_day() -> None:
    """50 % at once, then four equal months, the last on the 15th six months later; parts of 100.03 sum to it."""
    release = [
        {"share": "50%"},
        {"share": "25%", "in": "4", "every": "month", "after": "1 month"},
        {"share": "rest", "after": "6 months", "day": "15"},
    ]
    company = Company([seat("Ann")], {"deals": [deal("D", "2026-01-31", "100.03")]})
    done = ran(plan(components=ALL, settlement={"release": release}), company, "2026-01..2026-12")
    assert [(str(row["due_on"]), row["amount"]) for row in done.rows("releases")] == [
        ("2026-01-31", 5002), ("2026-02-28", 625), ("2026-03-31", 625), ("2026-04-30", 625), ("2026-05-31", 625),
        ("2026-07-15", 2501),
    ]  # fmt: skip


def test_a_held_deal_waits_and_the_rest_is_paid() -> None:
    """A.20: the January deal is held until the end of February and paid in March."""
    company = monthly("100", "200", "300")
    company.decisions["holds"] = [
        {
            "hold": "H",
            "plan": "ae",
            "payee": "Ann",
            "source": "D1",
            "reason": "credit check",
            "valid_from": "2026-01-20",
            "valid_to": "2026-03-01",
        }
    ]
    done = ran(plan(components=ALL), company, "2026-01..2026-03")
    assert column(done, "released") == ["0.00", "200.00", "400.00"]
    until_february = ran(plan(components=ALL), company, "2026-01..2026-02")
    assert [(row["source"], row["amount"], row["reason"]) for row in until_february.rows("releases", state="held")] == [
        ("D1", 10000, "credit check")
    ]


def test_a_cap_of_the_plan_binds_over_the_year() -> None:
    """200 a year for everything: 150, then 50 of 100, then nothing; a return of 80 lifts the cap line again."""
    cap = {"amount": "200", "over": "year"}
    company = monthly("150", "100", "30", "-80")
    done = ran(plan(components=ALL, settlement={"cap": cap}), company, "2026-01..2026-04")
    assert column(done, "earned") == ["150.00", "50.00", "0.00", "0.00"]
    assert done.lines("settlement.cap") == {"cap:2026-02": "-50.00", "cap:2026-03": "-30.00", "cap:2026-04": "80.00"}


def test_negative_pay_is_carried_or_collected() -> None:
    """-100 in February: carried into March's 300; or collected at once."""
    company = monthly("50", "-100", "300")
    assert column(ran(plan(components=ALL), company, "2026-01..2026-03"), "payable") == ["50.00", "0.00", "200.00"]
    collected = ran(plan({"negative_pay": "collect"}, components=ALL), company, "2026-01..2026-03")
    assert column(collected, "payable") == ["50.00", "-100.00", "300.00"]


def test_pay_is_converted_into_the_payees_currency() -> None:
    """A.21: 10.05 EUR at 1.07 on the month's last day = 10.7535 -> 10.75 USD; in yen at 160.5 = 1613.025 -> 1613."""
    rates = [
        {"kind": "pay", "base": "EUR", "quote": "USD", "on": "2026-01-31", "rate": "1.07"},
        {"kind": "pay", "base": "EUR", "quote": "JPY", "on": "2026-01-31", "rate": "160.5"},
    ]
    for code, paid in (("USD", 1075), ("JPY", 1613), ("EUR", 1005)):
        company = monthly("10.05", currency=code)
        company.decisions["rates"] = rates
        done = ran(
            plan(components=ALL, settlement={"pay_in": {"currency": "payee", "rate": "pay"}}), company, "2026-01"
        )
        assert [(row["pay_currency"], row["paid"]) for row in done.rows("payments")] == [(code, paid)]
