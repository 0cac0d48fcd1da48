"""Decisions that contradict each other are refused before anything is paid."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from attain.engine import calculate
from attain.facts.schema import parse_fact_type
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import DatingError
from attain.kernel.intervals import Interval
from attain.plans.model import Plan

DEALS = """
fact: deals
key: id
date: close_date
columns: {id: text, close_date: date, amount: {type: money, currency: EUR}, owner: payee}
"""
PLAN: dict[str, Any] = {
    "plan": "flat",
    "version": "1",
    "currency": "EUR",
    "period": "month",
    "effective": {"from": "2026-01-01"},
    "participants": "true",
    "credits": {"sales": {"from": "deals", "amount": "amount"}},
    "components": {"commission": {"each": "sales", "pays": "percent", "rate": "10%"}},
    "policies": {
        "rounding": {"mode": "half_up", "scope": "line"},
        "missing": "hold",
        "negative_pay": "carry",
        "late_facts": "difference",
    },
}
DAY, LATER = date(2026, 1, 1), date(2026, 2, 1)


@pytest.mark.parametrize(
    ("table", "rows", "words"),
    [
        (
            "assignments",
            [{"person": "ann", "position": "p1"}, {"person": "bob", "position": "p1"}],
            "position p1 has two holders",
        ),
        (
            "assignments",
            [{"person": "ann", "position": "p1"}, {"person": "ann", "position": "p2"}],
            "person ann holds two positions",
        ),
        (
            "positions",
            [{"position": "p1", "manager": "p2"}, {"position": "p2", "manager": "p1"}],
            "above itself",
        ),
        (
            "quotas",
            [
                {"quota": "q", "subject": "ann", "amount": "1", "per": "span", "valid_to": date(2026, 12, 31)},
                {"quota": "q", "subject": "ann", "amount": "2", "per": "span", "valid_from": LATER},
            ],
            "quota q / ann is given twice",
        ),
        (
            "parameters",
            [
                {"parameter": "rate", "level": "person", "key": "ann", "value": "1%"},
                {"parameter": "rate", "level": "person", "key": "ann", "value": "2%", "valid_from": LATER},
            ],
            "parameter rate / person / ann is given twice",
        ),
    ],
)  # fmt: skip
def test_two_rows_where_one_is_meant_are_refused(table: str, rows: list[dict[str, Any]], words: str) -> None:
    """B.10, B.11, C.7: overlapping assignments, two quotas on one day, cyclic hierarchy."""
    dated = [{"valid_from": DAY, **row} for row in rows]
    decisions: dict[str, list[dict[str, Any]]] = {
        "people": [{"person": name} for name in ("ann", "bob")],
        "positions": [{"position": name, "title": "Seller", "valid_from": DAY} for name in ("p1", "p2")],
    }
    snapshot = Snapshot.from_rows([parse_fact_type(DEALS)], {}, decisions | {table: dated})
    with pytest.raises(DatingError) as refused:
        calculate([Plan.model_validate(PLAN)], snapshot, Interval(DAY, LATER))
    assert words in refused.value.message[0].lower() + refused.value.message[1:]
    assert refused.value.hint
