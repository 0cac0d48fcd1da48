"""What components pay, by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.checker.case import Company, deal, plan, ran, seat


def quota(
    name: str, subject: str, amount: str, per: str = "year", start: str = "2026-01-01", end: str | None = None
) -> dict[str, Any]:
    return {"quota": name, "subject": subject, "amount": amount, "per": per, "valid_from": start, "valid_to": end}


def measured(**more: Any) -> dict[str, Any]:
    return {"booked": {"sum": "bookings", "over": "year", **more}}


def test_three_kinds_of_rate_are_exact_to_the_cent() -> None:
    """A.1: 4 % of 1234.56 = 49.3824 -> 49.38; 7 units at 1.50 = 10.50; a fixed 25.00."""
    company = Company(facts={"deals": [deal("D", "2026-01-10", "1234.56", units="7")]})
    components = {
        "share": {"each": "bookings", "pays": "percent", "rate": "4%"},
        "pieces": {"each": "bookings", "pays": "per_unit", "amount": "1.50", "of": "units"},
        "bonus": {"each": "bookings", "pays": "fixed", "amount": "25"},
    }
    done = ran(plan(components=components), company)
    assert [done.lines(name)["D"] for name in components] == ["49.38", "10.50", "25.00"]


def test_a_deal_across_two_tiers_gives_both_known_answers() -> None:
    """
    A.2: quota 100,000; 60,000 then 60,000; 4 % to 100 %, then 6 %.
    marginal: 2400, then 40,000 at 4 % + 20,000 at 6 % = 2800
    whole with catch-up: 2400, then 120,000 at 6 % - 2400 = 4800
    whole without, rate after the deal: 2400, then 60,000 at 6 % = 3600
    """
    company = Company(
        facts={"deals": [deal("A", "2026-01-10", "60000"), deal("B", "2026-02-10", "60000")]},
        decisions={"quotas": [quota("target", "Ann", "100000")]},
    )
    tiers = [{"to": "100%", "rate": "4%"}, {"rate": "6%"}]
    by = {"each": "bookings", "by": "booked.attainment", "tiers": tiers}
    components = {
        "marginal": by | {"pays": "marginal"},
        "back": by | {"pays": "whole", "retroactive": "yes"},
        "forward": by | {"pays": "whole", "retroactive": "no", "position": "after"},
        "early": by | {"pays": "whole", "retroactive": "no", "position": "before"},
    }
    done = ran(plan(measures=measured(quota="target"), components=components), company)
    assert done.lines("marginal") == {"A": "2400.00", "B": "2800.00"}
    assert done.lines("back") == {"A": "2400.00", "B": "4800.00"}
    assert done.lines("forward") == {"A": "2400.00", "B": "3600.00"}
    assert done.lines("early") == {"A": "2400.00", "B": "2400.00"}
    assert [tuple(piece)[1:] for piece in done.values("marginal.slices")["B"]] == [
        (40000, Fraction(1, 25), 1600), (20000, Fraction(3, 50), 1200),
    ]  # fmt: skip


def test_a_value_on_a_border_belongs_where_the_policy_says() -> None:
    """Exactly 100 %: `upper` pays 6 %, `lower` 4 %."""
    company = Company(
        facts={"deals": [deal("A", "2026-01-10", "100000")]}, decisions={"quotas": [quota("target", "Ann", "100000")]}
    )
    component = {
        "each": "bookings", "pays": "whole", "retroactive": "no", "position": "after", "by": "booked.attainment",
        "tiers": [{"to": "100%", "rate": "4%"}, {"rate": "6%"}],
    }  # fmt: skip
    for border, pay in (("upper", "6000.00"), ("lower", "4000.00")):
        done = ran(plan({"border": border}, measures=measured(quota="target"), components={"c": component}), company)
        assert done.lines("c") == {"A": pay}


def test_a_return_walks_back_down_the_tiers() -> None:
    """60,000 + 60,000 - 60,000 on a quota of 100,000: the return takes back exactly what the second deal paid."""
    company = Company(
        facts={"deals": [deal("A", "2026-01-10", "60000"), deal("B", "2026-02-10", "60000"),
                         deal("R", "2026-03-10", "-60000", reverses="B")]},
        decisions={"quotas": [quota("target", "Ann", "100000")]},
    )  # fmt: skip
    component = {
        "each": "bookings", "pays": "marginal", "by": "booked.attainment",
        "tiers": [{"to": "100%", "rate": "4%"}, {"rate": "6%"}],
    }  # fmt: skip
    done = ran(plan(measures=measured(quota="target"), components={"c": component}), company)
    assert done.lines("c") == {"A": "2400.00", "B": "2800.00", "R": "-2800.00"}


def test_pay_follows_the_curve_between_its_points() -> None:
    """A.3: 0 % below 50 %, 50 % at 50 %, straight to 100 % at 100 % and on to 200 % at 150 %; target 1000 a year."""
    points = [{"at": "50%", "pays": "50%"}, {"at": "100%", "pays": "100%"}, {"at": "150%", "pays": "200%"}]
    component = {
        "per": "payee year", "pays": "curve", "by": "reach", "of": "1000", "points": points,
        "below": "0%", "above": "flat",
    }  # fmt: skip
    for reach, pay in (
        ("0", "0.00"),
        ("0.5", "500.00"),
        ("0.9999", "999.90"),
        ("1", "1000.00"),
        ("1.5", "2000.00"),
        ("2", "2000.00"),
    ):
        company = Company(
            [seat("Ann")],
            decisions={"inputs": [{"input": "reach", "subject": "Ann", "value": reach, "valid_from": "2026-01-01"}]},
        )
        done = ran(plan(inputs={"reach": {"per": "payee year"}}, components={"c": component}), company)
        assert done.lines("c") == {"2026": pay}, reach


def test_threshold_gate_cap_and_floor_bind_in_their_order() -> None:
    """
    A.4, A.25: 10 % of each deal, at most 80 a deal and 100 a month, at least 30 a month, doubled for `big`.
    January: 300 x 2 = 60, 900 -> 90 limited to 80; sum 140 -> cap -40. February: gate closed -> 0, floor 30.
    """
    company = Company(
        [seat("Ann")],
        {"deals": [deal("A", "2026-01-10", "300", product="big"), deal("B", "2026-01-11", "900"),
                   deal("C", "2026-02-11", "500", region="south")]},
    )  # fmt: skip
    component = {
        "each": "bookings", "pays": "percent", "rate": "10%", "times": "if(product = 'big', 2, 1)",
        "gate": "coalesce(region, 'north') <> 'south'", "limit": "80",
    }  # fmt: skip
    most = {
        "each": "bookings", "pays": "percent", "rate": "10%", "times": "if(product = 'big', 2, 1)",
        "limit": {"per": "month", "amount": "100"}, "floor": {"per": "month", "amount": "30"},
        "when": "region is null",
    }  # fmt: skip
    done = ran(plan(components={"each_one": component, "in_month": most}), company, "2026-01..2026-02")
    assert done.lines("each_one") == {"A": "60.00", "B": "80.00", "C": "0.00"}
    assert done.rows("lines", component="each_one", source="C")[0]["note"] == "gate not met"
    assert done.lines("in_month") == {
        "A": "60.00", "B": "90.00", "cap:2026-01": "-50.00", "floor:2026-02": "30.00",
    }  # fmt: skip


def test_excess_that_is_carried_waits_for_the_next_window() -> None:
    """Cap 100 a month: 250, 0, 20 are paid as 100, 100, 70: 150 wait, then 50."""
    company = Company([seat("Ann")], {"deals": [deal("A", "2026-01-10", "250"), deal("C", "2026-03-10", "20")]})
    component = {
        "each": "bookings", "pays": "percent", "rate": "100%",
        "limit": {"per": "month", "amount": "100", "excess": "carried"},
    }  # fmt: skip
    done = ran(plan(components={"c": component}), company, "2026-01..2026-04")
    assert done.payments("earned") == {"2026-01": "100.00", "2026-02": "100.00", "2026-03": "70.00", "2026-04": "0.00"}


def test_four_components_of_one_target_pay_with_their_own_periods() -> None:
    """
    A.5, A.6: target 40,000 a year; 40 + 30 + 20 + 10 %; monthly, quarterly, half-yearly, yearly, all reached in full.
    The monthly one pays 16,000 / 12 = 1333.33 (rounded a line), the quarterly 3000, the half 4000, the score 4000.
    """
    weights = {"month": ("40%", 12), "quarter": ("30%", 4), "half": ("20%", 2)}
    components: dict[str, Any] = {
        kind: {"per": f"payee {kind}", "pays": "percent", "rate": "100%", "of": f"{weight} of target / {count}"}
        for kind, (weight, count) in weights.items()
    }
    components["score"] = {"per": "payee year", "pays": "percent", "rate": "mbo", "of": "10% of target"}
    company = Company(
        [seat("Ann"), seat("Bob")],
        decisions={"inputs": [{"input": "mbo", "subject": "Ann", "value": "1", "valid_from": "2026-01-01"}]},
    )
    done = ran(
        plan(
            parameters={"target": {"type": "money", "value": "40000"}},
            inputs={"mbo": {"per": "payee year", "missing": "hold"}},
            components=components,
        ),
        company,
    )
    assert done.by_payee("month")["Ann"] == "15999.96"
    assert [done.by_payee(name)["Ann"] for name in ("quarter", "half", "score")] == ["12000.00", "8000.00", "4000.00"]
    assert "Bob" not in done.by_payee("score")
    assert [(row["payee"], row["component"], row["code"]) for row in done.rows("exceptions")] == [
        ("Bob", "score", "held")
    ]


def test_year_to_date_pay_is_the_change_of_the_entitlement() -> None:
    """A.22: monthly pay on the year so far: 100/3 % of 10.00 each month is 3.33, 3.34, 3.33 and never drifts."""
    company = Company([seat("Ann")], {"deals": [deal(f"D{m}", f"2026-0{m}-10", "10") for m in (1, 2, 3)]})
    component = {"per": "payee month", "over": "year", "pays": "formula", "formula": "booked / 3"}
    done = ran(plan(measures=measured(), components={"c": component}), company, "2026-01..2026-03")
    assert done.lines("c") == {"2026-01": "3.33", "2026-02": "3.34", "2026-03": "3.33"}


def test_running_rounding_sums_to_the_rounded_total() -> None:
    """Three deals at a third of a cent more than 3.33: 3.33, 3.34, 3.33 instead of 3.33 three times."""
    deals = [deal(name, "2026-01-10", "10") for name in "ABC"]
    component = {"each": "bookings", "pays": "percent", "rate": "1 / 3"}
    company = Company([seat("Ann")], {"deals": deals})
    line = ran(plan(components={"c": component}), company)
    running = ran(plan({"rounding": {"mode": "half_up", "scope": "running"}}, components={"c": component}), company)
    assert line.lines("c") == {"A": "3.33", "B": "3.33", "C": "3.33"}
    assert running.lines("c") == {"A": "3.33", "B": "3.34", "C": "3.33"}


def test_a_contest_ends_at_its_budget() -> None:
    """A.7: 50.00 a deal in January and February, budget 120.00, over all payees in order: 50, 50, 20, nothing."""
    deals = [deal(f"D{n}", f"2026-01-1{n}", "1", owner) for n, owner in enumerate(("Ann", "Bob", "Ann", "Bob"))]
    deals.append(deal("late", "2026-03-01", "1"))
    company = Company([seat("Ann"), seat("Bob")], {"deals": deals})
    for crossing, paid in (("part", "20.00"), ("whole", "50.00"), ("none", "0.00")):
        component = {
            "each": "bookings", "pays": "fixed", "amount": "50",
            "when": "credit.date between date '2026-01-01' and date '2026-02-28'",
            "limit": {"budget": "120", "crossing": crossing},
        }  # fmt: skip
        done = ran(plan(components={"spiff": component}), company)
        assert done.lines("spiff") == {"D0": "50.00", "D1": "50.00", "D2": paid, "D3": "0.00"}


def test_the_nearest_parameter_wins_and_only_the_right_payees_change() -> None:
    """A.15: plan 2 %, title SE 3 %, Cid's position 4 %, Dee herself 5 % from February."""
    seats = [seat("Ann"), seat("Bob", "SE"), seat("Cid", "SE"), seat("Dee", "SE")]
    deals = [
        deal(f"{who}{month}", f"2026-0{month}-10", "100", who)
        for who in ("Ann", "Bob", "Cid", "Dee")
        for month in (1, 2)
    ]
    rows = [
        ("title", "SE", "3%", "2026-01-01"),
        ("position", "P-Cid", "4%", "2026-01-01"),
        ("person", "Dee", "0.05", "2026-02-01"),
    ]
    decisions = [
        {"parameter": "own_rate", "plan": "ae", "level": level, "key": key, "value": value, "valid_from": since}
        for level, key, value, since in rows
    ]
    component = {"each": "bookings", "pays": "percent", "rate": "own_rate"}
    done = ran(
        plan(
            participants="true", parameters={"own_rate": {"type": "number", "value": "2%"}}, components={"c": component}
        ),
        Company(seats, {"deals": deals}, {"parameters": decisions}),
    )
    assert list(done.lines("c").values()) == ["2.00", "3.00", "4.00", "3.00", "2.00", "3.00", "4.00", "5.00"]


def test_a_rate_card_takes_the_most_specific_row() -> None:
    """OCA: 10.00 for anything, 20.00 for desks, 5 % for the desk of that name, 15 % in the colour Steel."""
    rows = [
        {"amount": "10"},
        {"category": "Desks", "amount": "20"},
        {"product": "Top", "rate": "5%"},
        {"region": "Steel", "rate": "15%"},
    ]
    table = {"keys": ["category", "product", "region"], "match": "most_specific", "rows": rows}
    deals = [
        deal("A", "2026-01-10", "1000", category="Other", product="Lamp"),
        deal("B", "2026-01-10", "1000", category="Desks", product="Plain"),
        deal("C", "2026-01-10", "1000", category="Desks", product="Top", region="Oak"),
        deal("D", "2026-01-10", "1000", category="Desks", product="Top", region="Steel"),
    ]
    component = {"each": "bookings", "pays": "lookup", "table": "card", "by": ["category", "product", "region"]}
    done = ran(plan(tables={"card": table}, components={"c": component}), Company([seat("Ann")], {"deals": deals}))
    assert done.lines("c") == {"A": "10.00", "B": "20.00", "C": "50.00", "D": "150.00"}


def test_a_matrix_reads_margin_and_size() -> None:
    """Margin 16 % (second row), size 100 on the border (upper: second column): 3 % of 100."""
    grid = {"by": {"margin": ["15%", "20%"], "size": ["100", "200"]},
            "values": [["1%", "2%", "3%"], ["2%", "3%", "4%"], ["3%", "4%", "5%"]]}  # fmt: skip
    component = {
        "each": "bookings",
        "pays": "formula",
        "formula": "amount * lookup(grid, (amount - cost) / amount, amount)",
    }
    company = Company([seat("Ann")], {"deals": [deal("A", "2026-01-10", "100", cost="84")]})
    assert ran(plan(tables={"grid": grid}, components={"c": component}), company).lines("c") == {"A": "3.00"}


def test_a_pool_is_shared_by_weight_and_leavers_are_treated_as_said() -> None:
    """
    A.24: 2 % of 5000.50 = 100.01, a weight of 1 for everybody, but none for a vacant seat; Cid leaves on 15 March.
    share: 33.34, 33.34, 33.33 (two cents left, first by payee) - forfeit: 50.01 and 50.00.
    lost: 33.34, 33.34 and nothing.
    """
    seats = [seat("Ann"), seat("Bob"), seat("Cid", left_on="2026-03-15")]
    company = Company(seats, {"deals": [deal("D", "2026-02-10", "5000.50")]})
    expected = {
        "share": {"Ann": "33.34", "Bob": "33.34", "Cid": "33.33"},
        "forfeit": {"Ann": "50.01", "Bob": "50.00"},
        "lost": {"Ann": "33.34", "Bob": "33.34", "Cid": "0.00"},
    }
    for leavers, parts in expected.items():
        done = ran(
            plan(
                measures={"company_booked": {"sum": "bookings", "for": "company", "over": "quarter"}},
                values={"pool_money": {"per": "company quarter", "formula": "2% of company_booked"}},
                components={
                    "pool": {
                        "per": "payee quarter",
                        "pays": "pool",
                        "amount": "pool_money",
                        "weight": "1",
                        "leavers": leavers,
                    }
                },
            ),
            company,
            "2026-01..2026-03",
        )
        assert done.by_payee("pool") == parts


def test_prizes_go_by_place_and_ties_as_said() -> None:
    """A.7: Ann 300, Bob 200, Cid 200, Dee nothing; prizes 100, 50, 25.01. Tied second: 37.51 and 37.50, or 50 each."""
    sales = (("Ann", "300"), ("Bob", "200"), ("Cid", "200"))
    company = Company(
        [seat("Ann"), seat("Bob"), seat("Cid"), seat("Dee")],
        {"deals": [deal(who, "2026-01-10", amount, who) for who, amount in sales]},
    )
    for ties, won in (("share", ("37.51", "37.50")), ("each", ("50.00", "50.00"))):
        component = {
            "per": "payee month", "pays": "prizes", "by": "booked.period", "ties": ties,
            "prizes": ["100", "50", "25.01"],
        }  # fmt: skip
        done = ran(plan(measures=measured(), components={"contest": component}), company, "2026-01")
        assert done.by_payee("contest") == {"Ann": "100.00", "Bob": won[0], "Cid": won[1]}


def test_team_and_company_measures_count_members_on_the_credit_date() -> None:
    """B.10, A.24: Bob joins North on 1 February: his January deal does not count for it. Cid is in no team."""
    teams = [
        {"team": "North", "member": "P-Ann", "valid_from": "2026-01-01"},
        {"team": "North", "member": "Bob", "valid_from": "2026-02-01"},
    ]
    deals = [deal("A", "2026-01-10", "100"), deal("B", "2026-01-11", "10", "Bob"), deal("C", "2026-02-11", "1", "Bob")]
    done = ran(
        plan(
            measures={
                "team_booked": {"sum": "bookings", "for": "team", "over": "quarter", "quota": "team_target"},
                "all_booked": {"sum": "bookings", "for": "company", "over": "quarter"},
            },
            components={"c": {"per": "payee quarter", "pays": "formula", "formula": "team_booked + all_booked * 1000"}},
        ),
        Company([seat("Ann"), seat("Bob"), seat("Cid")], {"deals": deals},
                {"teams": teams, "quotas": [quota("team_target", "North", "202", "quarter")]}),
        "2026-01..2026-03",
    )  # fmt: skip
    assert done.values("team_booked.attainment", "North") == {"2026-01": Fraction(100, 202), "2026-02": Fraction(1, 2),
        "2026-03": Fraction(1, 2), "2026-Q1": Fraction(1, 2)}  # fmt: skip
    assert done.by_payee("c") == {"Ann": "111101.00", "Bob": "111101.00", "Cid": "111000.00"}
