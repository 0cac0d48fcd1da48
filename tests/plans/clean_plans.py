"""Sound plans, in which the checker of plans finds nothing but notes. Capability Q.4."""

from __future__ import annotations

from typing import Any

from tests.plans.planted_faults import BOOKED, MBO, POLICIES, SCORED, credit, lookup, one, tiered

CLEAN: dict[str, dict[str, Any]] = {
    "one percentage": {},
    "tiers by attainment with a cap": {
        "measures": BOOKED,
        "components": tiered(("50%", "4%"), ("100%", "6%"), (None, "12%")),
        "settlement": {"cap": {"amount": "100000.00", "over": "year"},
                       "release": [{"share": "50%"}, {"share": "rest", "after": "6 months"}]},
    },
    "a contest within the year": {
        "components": one(
            pays="fixed", amount="250.00", limit={"budget": "10000.00", "crossing": "part"},
            when="product = 'Nova' and close_date between date '2026-07-01' and date '2026-09-30'",
        ),
    },
    "a team with a manager, credited once": {
        "credits": credit(
            {"who": "owner", "share": "rest"}, {"who": "second_owner", "share": "40%"},
            {"who": "manager", "levels": "2", "share": ["100%", "50%"]}, once_per="payee",
        ),
    },
    "a scored bonus with a curve": {
        "inputs": MBO,
        "measures": BOOKED,
        "components": {
            "score": SCORED,
            "bonus": {"per": "payee "
            "quarter", "pays": "curve", "of": "2500.00", "by": "booked.attainment", "below": "0%",
                      "above": "flat", "points": [{"at": "80%", "pays": "0%"}, {"at": "100%", "pays": "100%"}]},
        },
    },
    "a rate card": lookup("first", {"product": "Nova", "rate": "6%"}, {"rate": "4%"}),
    "a switch that people turn on": {
        "parameters": {"eligible": {"type": "yes_no", "value": "false"}},
        "components": one(pays="percent", rate="4%", when="eligible"),
    },
    "the most of an input reaches the tier above its border": {
        "inputs": MBO,
        "components": tiered(
            ("100%", "50%"), (None, "100%"), column="factor", pays="whole", per="payee month", of="2500.00", by="mbo"),
    },
    "a limit of a month on a measure of a year": {
        "measures": {"booked": {"sum": "bookings", "over": "year"}},
        "components": tiered(
            ("50000.00", "4%"), ("100000.00", "6%"), (None, "9%"), by="booked",
            limit={"per": "month", "amount": "5000.00"}),
    },
    "a whole-amount table by the number of deals": {
        "measures": {"deals": {"count": "bookings", "over": "year"}},
        "components": tiered(("10", "2%"), (None, "4%"), pays="whole", retroactive="yes", by="deals"),
    },
    "a bonus by what the position has sold, for the days in it": {
        "measures": BOOKED, "policies": {**POLICIES, "follows": "position"},
        "components": one(per="payee month", pays="percent", rate="4%", of="booked.period", prorate="days"),
    },
    "a line for each deal where sums follow the position": {
        "measures": BOOKED, "policies": {**POLICIES, "follows": "position"},
        "components": tiered(("50%", "4%"), ("100%", "6%"), (None, "12%")),
        "settlement": {"cap": {"amount": "100000.00", "over": "year"}},
    },
    "a faster payer is paid more": {
        "components": tiered(("30", "2%"), ("60", "1%"), (None, "0%"), pays="whole", by="days_to_cash"),
    },
}  # fmt: skip
