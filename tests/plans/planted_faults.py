"""Small plans with one fault each, and sound ones: what the checker of plans is held against. Capability Q.4."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from attain.plans.model import Plan

POLICIES = {
    "rounding": {"mode": "half_up", "scope": "line"},
    "split": "cents",
    "border": "upper",
    "position": "after",
    "missing": "hold",
    "quota_change": "on_event",
    "follows": "person",
    "negative_pay": "carry",
    "late_facts": "difference",
}
BASE: dict[str, Any] = {
    "plan": "account-executive",
    "version": "2026-1",
    "currency": "EUR",
    "period": "month",
    "effective": {"from": "2026-01-01", "through": "2026-12-31"},
    "participants": "position.title = 'Account Executive'",
    "credits": {"bookings": {"from": "deals", "date": "close_date", "amount": "acv"}},
    "components": {"commission": {"each": "bookings", "pays": "percent", "rate": "4%"}},
    "policies": POLICIES,
}
BOOKED = {"booked": {"sum": "bookings", "over": "year", "quota": "new_business", "against": "full"}}
PERCENT = {"each": "bookings", "pays": "percent", "rate": "4%"}


def plan_with(**sections: Any) -> Plan:
    return Plan.model_validate({**deepcopy(BASE), **sections})


def one(**keys: Any) -> dict[str, Any]:
    """The only component of a plan, paid for each booking unless the keys say otherwise."""
    return {"commission": {**({} if "per" in keys else {"each": "bookings"}), **keys}}


def tiered(*tiers: tuple[str | None, str], column: str = "rate", **keys: Any) -> dict[str, Any]:
    listed = [{**({"to": to} if to else {}), column: result} for to, result in tiers]
    return one(**{"pays": "marginal", "by": "booked.attainment", **keys}, tiers=listed)


def lookup(match: str, *rows: dict[str, str], keys: str = "product", **more: Any) -> dict[str, Any]:
    table = {"keys": keys.split(), "match": match, "rows": list(rows), **more}
    return {"tables": {"cards": table}, "components": one(pays="lookup", table="cards", by=keys.split())}


def credit(*to: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"bookings": {"from": "deals", "date": "close_date", "amount": "acv", "to": list(to), **keys}}


def quarterly(over: str = "quarter") -> dict[str, Any]:
    return {"booked": {**BOOKED["booked"], "over": over}}


def without(policy: str) -> dict[str, Any]:
    return {name: choice for name, choice in POLICIES.items() if name != policy}


MBO = {"mbo": {"per": "payee month", "min": "0%", "max": "100%", "missing": "hold"}}
SCORED = {"per": "payee month", "pays": "percent", "of": "2500.00", "rate": "mbo"}

# name, sections, code, level, words of the witness
SEEDED: list[tuple[str, dict[str, Any], str, str, str]] = [
    (
        "borders that do not rise",
        {"measures": BOOKED, "components": tiered(("100%", "4%"), ("50%", "6%"), (None, "9%"))},
        "plan.border-order", "error", "1 would belong to two places",
    ),
    (
        "the same border twice",
        {"measures": BOOKED, "components": tiered(("50%", "4%"), ("50%", "6%"), (None, "9%"))},
        "plan.border-order", "error", "0.5 would belong",
    ),
    (
        "marks of a curve that do not rise",
        {"measures": BOOKED, "components": one(
            per="payee month", pays="curve", of="2500.00", by="booked.attainment", below="0%",
            segments=[{"from": "100%", "pays": "50%"}, {"from": "80%", "pays": "100%"}])},
        "plan.border-order", "error", "1 would belong",
    ),
    (
        "borders of a grid that do not rise",
        {"tables": {"grid": {"by": {"margin": ["20%", "15%"], "size": ["100"]}, "values": [["1%", "2%"]] * 3}},
         "components": one(pays="lookup", table="grid", by=["margin", "size"])},
        "plan.border-order", "error", "0.2 would belong",
    ),
    (
        "a first tier without anything in it",
        {"measures": BOOKED, "components": tiered(("0%", "0%"), (None, "9%"))},
        "plan.border-not-above-zero", "error", "No value from 0 on",
    ),
    (
        "a closed last tier of a whole-amount table",
        {"measures": BOOKED, "components": tiered(("100%", "4%"), ("150%", "6%"), pays="whole", retroactive="yes")},
        "plan.tier-closed", "warning", "150.01% pays nothing",
    ),
    (
        "a closed last tier of a marginal table",
        {"measures": BOOKED, "components": tiered(("100%", "4%"), ("150%", "6%"))},
        "plan.tier-closed", "note", "150.01% pays no more than 150%",
    ),
    (
        "an open tier of amounts",
        {"measures": BOOKED, "components": tiered(("100%", "500.00"), (None, "900.00"), column="amount")},
        "plan.tier-without-width", "error", "which part of the amount",
    ),
    (
        "rows that overlap",
        lookup("unique", {"product": "Nova", "rate": "4%"}, {"region": "North", "rate": "6%"}, keys="product "
        "region", otherwise="0"),
        "plan.lookup-overlap", "error", "product 'Nova' and region 'North'",
    ),
    (
        "two rows of the same keys in a most specific table",
        lookup("most_specific", {"product": "Nova", "rate": "4%"}, {"product": "Nova", "rate": "6%"}, otherwise="0"),
        "plan.lookup-overlap", "error", "product 'Nova'",
    ),
    (
        "a row below a more general one",
        lookup("first", {"rate": "4%"}, {"product": "Nova", "rate": "6%"}),
        "plan.lookup-shadowed", "warning", "product 'Nova' gets row 1",
    ),
    (
        "a combination that no row matches",
        lookup("unique", {"product": "Nova", "region": "North", "rate": "4%"},
               {"product": "Terra", "region": "South", "rate": "6%"}, keys="product region"),
        "plan.lookup-gap", "warning", "product 'Nova' and region 'South'",
    ),
    (
        "a key that no row names",
        lookup("unique", {"product": "Nova", "rate": "4%"}),
        "plan.lookup-gap", "note", "any other product has no result",
    ),
    (
        "a whole-amount table by the deal's size whose rate falls",
        {"components": tiered(("100000.00", "1%"), (None, "0.5%"), pays="whole", by="credit.amount", border="lower")},
        "plan.cliff", "warning", "a deal of 100000.01 pays 500.00 less than 100000.00",
    ),
    (
        "a whole-amount table that jumps up",
        {"measures": BOOKED, "components": tiered(("50%", "1%"), (None, "3%"), pays="whole", retroactive="yes")},
        "plan.cliff", "note", "an attainment of 50% pays 1000.10 more than 49.99% with a quota of 100000.00",
    ),
    (
        "a deal that is paid at the lower rate because it crosses a border",
        {"measures": BOOKED, "components": tiered(("100%", "6%"), (None, "3%"), pays="whole", retroactive="no")},
        "plan.cliff", "warning", "is paid 1500.00 less than one that just does not",
    ),
    (
        "factors that fall with attainment",
        {"measures": BOOKED, "components": tiered(
            ("100%", "100%"), (None, "80%"), column="factor", pays="whole", of="2500.00", each=None, per="payee "
            "month")},
        "plan.cliff", "warning", "an attainment of 100% pays 500.00 less than 99.99%",
    ),
    (
        "a curve that falls at a mark",
        {"measures": BOOKED, "components": one(
            per="payee month", pays="curve", of="2500.00", by="booked.attainment", below="0%",
            segments=[{"from": "80%", "pays": "50%", "slope": "2.5"}, {"from": "100%", "pays": "85%"}])},
        "plan.curve-break", "warning", "right below 100% it pays 2500.00, from there 2125.00",
    ),
    (
        "a curve whose points fall",
        {"measures": BOOKED, "components": one(
            per="payee month", pays="curve", of="2500.00", by="booked.attainment", below="flat", above="flat",
            points=[{"at": "80%", "pays": "100%"}, {"at": "120%", "pays": "60%"}])},
        "plan.falling-pay", "warning", "80% pays 2500.00, 120% pays 1500.00",
    ),
    (
        "a negative rate in a tier",
        {"measures": BOOKED, "components": tiered(("100%", "4%"), (None, "-2%"))},
        "plan.falling-pay", "warning", "above 100% each further 1000.00 pays -20.00",
    ),
    (
        "a negative rate of a percentage",
        {"components": one(pays="percent", rate="-4%")},
        "plan.falling-pay", "warning", "a deal of 1000.00 pays -40.00",
    ),
    (
        "two products at once",
        {"components": one(pays="percent", rate="4%", when="product = 'Nova' and product = 'Terra'")},
        "plan.never-true", "warning", "no value of product",
    ),
    (
        "a condition that its credit set never lets through",
        {"credits": {"bookings": {**BASE["credits"]["bookings"], "when": "kind in ('new', 'expansion')"}},
         "components": one(pays="percent", rate="4%", when="kind = 'renewal'")},
        "plan.never-true", "warning", "no value of kind",
    ),
    (
        "a contest after the plan has ended",
        {"components": one(
            pays="fixed", amount="250.00", limit={"budget": "10000.00", "crossing": "part"},
            when="close_date between date '2027-01-01' and date '2027-03-31'")},
        "plan.never-true", "warning", "close_date is from 2026-01-01 to 2026-12-31",
    ),
    (
        "a gate above the most of its input",
        {"inputs": MBO, "components": {"score": {**SCORED, "gate": "mbo >= 120%"}}},
        "plan.never-true", "warning", "mbo is from 0 to 1",
    ),
    (
        "a guarantee for a thirteenth month",
        {"settlement": {"guarantee": {"amount": "2000.00", "while": "period.number > 12"}}},
        "plan.never-true", "warning", "period.number is from 1 to 12",
    ),
    (
        "a gate that its own literals open",
        {"components": one(pays="percent", rate="4%", gate="least(3, 5) >= 3")},
        "plan.always-true", "note", "every case",
    ),
    (
        "a tier beyond the limit of the component",
        {"measures": {"booked": {"sum": "bookings", "over": "year"}}, "components": tiered(
            ("50000.00", "4%"), ("100000.00", "6%"), (None, "9%"), by="booked",
            limit={"per": "year", "amount": "5000.00"})},
        "plan.tier-unreachable", "warning", "at 100000.00 5000.00 would be paid already",
    ),
    (
        "a tier beyond what one credit counts",
        {"credits": credit({"who": "owner"}, limit="5000"),
         "components": tiered(("5000.00", "4%"), (None, "9%"), by="credit.amount")},
        "plan.tier-unreachable", "warning", "the credit of one deal is at most 5000.00",
    ),
    (
        "a tier beyond the most of an input",
        {"inputs": MBO, "components": tiered(
            ("100%", "100%"), (None, "150%"), column="factor", per="payee month", of="2500.00", by="mbo")},
        "plan.tier-unreachable", "warning", "mbo is at most 1",
    ),
    (
        "a parameter that nothing reads",
        {"parameters": {"base_rate": "4%"}},
        "plan.unused", "note", "without base_rate every line is the same",
    ),
    (
        "two percentages of the same deal",
        {"components": {"commission": PERCENT, "nova": {**PERCENT, "rate": "2%", "when": "product = 'Nova'"}}},
        "plan.paid-twice", "note", "a deal with product 'Nova' is paid by commission and by nova",
    ),
    (
        "a manager of two owners",
        {"credits": credit(
            {"who": "owner", "share": "rest"}, {"who": "second_owner", "share": "40%"}, {"who": "manager"})},
        "plan.credited-twice", "warning", "credits the manager twice",
    ),
    (
        "a specialist who is the owner",
        {"credits": credit({"who": "owner"}, {"who": "relationship.specialist", "share": "100%"})},
        "plan.credited-twice", "note", "whose owner is also its specialist",
    ),
    (
        "shares above the whole",
        {"credits": credit({"who": "owner", "share": "rest"}, {"who": "second_owner", "share": "120%"})},
        "plan.credit-shares", "error", "leaves -200.00",
    ),
    (
        "shares below the whole",
        {"credits": credit({"who": "owner", "share": "60%"}, {"who": "second_owner", "share": "30%"})},
        "plan.credit-shares", "note", "a deal of 1000.00 counts 900.00",
    ),
    (
        "an open tier with a rising rate",
        {"measures": BOOKED, "components": tiered(("100%", "4%"), (None, "12%"))},
        "plan.unbounded", "note", "an attainment of 1000% pays 112000.00",
    ),
    (
        "a fixed amount without a budget",
        {"components": one(pays="fixed", amount="250.00")},
        "plan.no-budget", "note", "1000 deals of 1.00 cost 250000.00",
    ),
    (
        "a guarantee for ever",
        {"settlement": {"guarantee": {"amount": "2000.00"}}},
        "plan.guarantee-without-end", "note", "gets 2000.00 in every period",
    ),
    ("no rounding", {"policies": without("rounding")}, "plan.policy-missing", "error", "0.005"),
    (
        "no word on borders",
        {"measures": BOOKED, "policies": without("border"), "components": tiered(("100%", "6%"), (None, "4%"))},
        "plan.policy-missing", "error", "right on the first border of commission",
    ),
    (
        "no word on the cents of a split",
        {"policies": without("split"),
         "credits": credit({"who": "owner", "share": "50%"}, {"who": "second", "share": "50%"})},
        "plan.policy-missing", "error", "0.01 for three payees",
    ),
    (
        "no word on a changed quota",
        {"measures": BOOKED, "policies": without("quota_change")},
        "plan.policy-missing", "error", "150000 in July",
    ),
    (
        "no word on the place of a deal",
        {"measures": BOOKED, "policies": without("position"),
         "components": tiered(("100%", "4%"), (None, "6%"), pays="whole", retroactive="no")},
        "plan.policy-missing", "error", "from 90% to 110%",
    ),
    (
        "a quarter that is worth waiting for",
        {"measures": quarterly(), "components": tiered(("50%", "1%"), (None, "3%"), pays="whole", retroactive="yes")},
        "plan.moved-deal", "note",
        "a deal of 25000.00 adds 1250.00 on the last day of the quarter and 250.00 a day later",
    ),
    (
        "a line that depends on later deals",
        {"measures": BOOKED, "components": one(pays="percent", rate="if(booked.attainment_total >= 1, 6%, 4%)")},
        "plan.total-read", "note", "March shows a difference line",
    ),
    (
        "a title that changes inside a quarter",
        {"components": one(per="payee quarter", pays="fixed", amount="if(position.title = 'Senior', 500.00, 300.00)")},
        "plan.dated-read", "note", "changes title on the last day of the quarter",
    ),
    (
        "a walk over all credits",
        {"values": {"left": {"each": "bookings", "start": "0", "formula": "previous(left) - credit.amount"}},
         "components": one(pays="percent", rate="4%", when="left > 0")},
        "plan.fold-cost", "note", "100000 steps",
    ),
    (
        "a percentage typed without its sign",
        {"components": one(pays="percent", rate="5")},
        "plan.rate-above-100", "warning", "a deal of 1000.00 pays 5000.00",
    ),
    (
        "a tier rate without its sign, from a parameter",
        {"parameters": {"top": "12"}, "measures": BOOKED, "components": tiered(("100%", "4%"), (None, "top"))},
        "plan.rate-above-100", "warning", "pays 12000.00",
    ),
    (
        "a border of an attainment without its sign",
        {"measures": BOOKED, "components": tiered(("50", "6%"), (None, "4%"))},
        "plan.border-scale", "warning", "5000%",
    ),
    (
        "a division by data",
        {"inputs": MBO, "components": {"score": {**SCORED, "rate": "1 / mbo"}}},
        "plan.division", "note", "with mbo 0 there is no result",
    ),
    (
        "a division by nothing",
        {"components": one(pays="percent", rate="4% / (2 - 2)")},
        "plan.division", "error", "0 there is no result",
    ),
    (
        "parts that do not close",
        {"settlement": {"release": [{"share": "50%"}, {"share": "40%", "after": "6 months"}]}},
        "plan.release-shares", "error", "a line of 1000.00 releases 900.00",
    ),
    (
        "nothing left for the rest",
        {"settlement": {"release": [{"share": "100%"}, {"share": "rest", "after": "6 months"}]}},
        "plan.release-shares", "error", "releases 1000.00",
    ),
    (
        "several parts without a distance",
        {"settlement": {"release": [{"share": "50%"}, {"share": "rest", "in": "3"}]}},
        "plan.release-steps", "error", "all 3 parts",
    ),
    (
        "a clawback step after its time",
        {"settlement": {"clawback": {"within": "90 days", "attainment": "reversed", "takes": [
            {"to": "90 days", "share": "100%"}, {"to": "180 days", "share": "50%"}]}}},
        "plan.clawback-steps", "warning", "after 91 days is not taken back",
    ),
    (
        "a part that shrinks over an unknown time",
        {"settlement": {"clawback": {"takes": "pro_rata", "attainment": "kept"}}},
        "plan.clawback-steps", "error", "an unknown part",
    ),
    (
        "a draw that is never recovered",
        {"settlement": {"draw": {"amount": "3000.00", "pays": "top_up", "while": "period.number <= 6",
                                 "recover": {"from": "7", "share": "0%"}}}},
        "plan.never-recovered", "warning", "stays 1000.00",
    ),
    (
        "a bonus of a month by what the position has sold",
        {"measures": BOOKED, "policies": {**POLICIES, "follows": "position"},
         "components": one(per="payee month", pays="percent", rate="4%", of="booked.period")},
        "plan.position-paid-twice", "error", "both paid for all",
    ),
    (
        "a bonus that reads a position's attainment through a value and a table",
        {"measures": BOOKED, "policies": {**POLICIES, "follows": "position"},
         "values": {"reach": "booked.attainment", "factor": "curve(payout, reach)"},
         "tables": {"payout": {"points": [{"at": "0%", "pays": "0%"}, {"at": "100%", "pays": "100%"}],
                               "below": "0%", "above": "flat"}},
         "components": one(per="payee month", pays="percent", rate="factor", of="1000.00")},
        "plan.position-paid-twice", "error", "both paid for all",
    ),
]  # fmt: skip
