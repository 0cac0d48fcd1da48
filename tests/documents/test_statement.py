"""What a statement and a comparison of runs make of rows of results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from attain.documents import comparison
from attain.documents.statement import PARTS, _total
from attain.engine.stored import StoredRun
from attain.kernel.errors import CalculationError

NOTHING = pa.table({name: pa.array([], kind) for name, kind in (("kind", pa.string()), ("amount", pa.int64()))})


def payment(plan: str, **amounts: int) -> dict[str, Any]:
    names = ("earned", "released", "guarantee", "draw_paid", "draw_recovered", "draw_balance", "carried_in",
             "carried_out", "payable", "paid")  # fmt: skip
    return {"plan": plan, "currency": "EUR", "pay_currency": "EUR", **dict.fromkeys(names, 0), **amounts}


def test_a_draw_in_advance_and_one_on_top_add_up_to_what_is_paid() -> None:
    """A.8: 10.00 were paid at the start of the period and are no part of its payment; 5.00 are."""
    rows = [payment("one", draw_paid=1000), payment("two", draw_paid=500, payable=500, paid=500)]
    total = _total("EUR", rows, NOTHING)
    assert [(part.name, part.amount) for part in total.parts] == [("earned", 0), ("draw_paid", 500)]
    assert total.payable == 500


def test_parts_that_do_not_add_up_are_refused_and_not_shown() -> None:
    with pytest.raises(CalculationError, match="come to 0, the payable amount is 700"):
        _total("EUR", [payment("one", payable=700)], NOTHING)
    assert set(PARTS) >= {"earned", "waiting", "carried_out"}


class Run:
    """Two tables of a run, as `StoredRun` gives them."""

    def __init__(self, folder: Path, lines: list[tuple[str, str, int]]) -> None:
        self.folder = folder
        self.rows = [
            {"payee": "ann", "currency": code, "plan": plan, "component": "commission", "source": "D1",
             "earning_period": "2026-01", "amount": amount, "payable": amount}
            for plan, code, amount in lines
        ]  # fmt: skip

    def table(self, name: str, columns: list[str], **where: object) -> pa.Table:
        return pa.table({column: [row[column] for row in self.rows] for column in columns})


def test_causes_of_a_change_keep_plans_and_currencies_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Run(Path("before"), [("one", "EUR", 1000), ("two", "USD", 2000)])
    after = Run(Path("after"), [("one", "EUR", 1500), ("two", "USD", 1500)])
    runs = {run.folder: run for run in (before, after)}
    monkeypatch.setattr(comparison, "StoredRun", lambda folder: runs[folder])
    comparison._payable.cache_clear()
    old, new = (StoredRun.__new__(StoredRun) for _ in range(2))
    for stored, run in ((old, before), (new, after)):
        stored.folder, stored.table = run.folder, run.table  # type: ignore[method-assign, assignment]
    found = comparison.changes_between(old, new, 10)
    assert {(one.currency, one.change, tuple(cause.change for cause in one.causes)) for one in found} == {
        ("EUR", 500, (500,)),
        ("USD", -500, (-500,)),
    }
    comparison._payable.cache_clear()
