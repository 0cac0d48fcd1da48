"""Which pay periods a span pays, and which count as closed, as the engine and the checker each work it out."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from attain.checker import recompute
from attain.engine import calculate
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import CalculationError
from attain.kernel.intervals import Interval
from attain.plans.model import Plan

from .held_together import between, random_case

SEEDS = (4000, 4001, 4002)
BOOKED = ("lines", "releases", "payments")
PERIODS = {"month": ["2026-01", "2026-02", "2026-03"], "quarter": ["2026-Q1"]}


def answers(plans: list[Plan], snapshot: Snapshot, start: date, end: date) -> dict[str, list[Any]]:
    """What is booked in a span, about which both agree."""
    engine = calculate(plans, snapshot, Interval(start, end), threads=1)
    assert between(engine, recompute(plans, snapshot, Interval(start, end))) == []
    found = {name: list(engine.rows(name)) for name in BOOKED}
    engine.close()
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_span_pays_the_periods_that_end_within_it(seed: int) -> None:
    """A.1: from the middle of the first period to the middle of the next but one."""
    case = random_case(seed)
    plans, snapshot = case.models, case.world.snapshot()
    none = answers(plans, snapshot, date(2026, 1, 5), date(2026, 1, 20))
    assert none == {name: [] for name in BOOKED}
    some = answers(plans, snapshot, date(2026, 1, 10), date(2026, 4, 10))
    assert {row["pay_period"] for row in some["payments"]} <= set(PERIODS[plans[0].period])
    assert {row["earning_period"] for row in some["lines"]} <= set(PERIODS[plans[0].period])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_ends_before_something_closed_is_booked_as_a_difference(seed: int) -> None:
    """C1: nothing was closed of this plan, but a week of another calendar or kind that ends in April."""
    case = random_case(seed)
    plans = case.models
    open_ = case.world.snapshot()
    closed = open_.with_decisions(
        "closed_periods", [{"calendar": open_.calendar, "kind": "week", "period": "2026-W14"}]
    )  # until 5 April
    whole = answers(plans, open_, date(2026, 1, 1), date(2026, 7, 1))
    rest = answers(plans, closed, date(2026, 4, 6), date(2026, 7, 1))
    sums = [Counter[str](), Counter[str]()]
    for found, answer in zip(sums, (whole, rest), strict=True):
        for row in answer["lines"]:
            if row["kind"] != "adjustment":  # nobody can decide one for a period that counts as closed
                found[row["payee"]] += row["amount"]
    assert {key: amount for key, amount in sums[0].items() if amount} == {
        key: amount for key, amount in sums[1].items() if amount
    }
    for refuse in (calculate, recompute):
        with pytest.raises(CalculationError) as refused:
            refuse(plans, closed, Interval(date(2026, 3, 1), date(2026, 7, 1)))
        assert refused.value.code == "calculation.closed"
