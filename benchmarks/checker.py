"""The checker: the same plan document again, payee by payee in plain Python fractions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from attain.checker.recompute import recompute
from attain.plans.loader import load_plan
from benchmarks import company
from benchmarks.contest import Task, compete
from benchmarks.engine import LINES, PAYMENTS, SPAN, snapshot_of

WRITTEN = {
    "lines": ("component", "payee", "source", "pay_period", "amount"),
    "credits": ("payee", "credit", "event", "rule", "level", "via"),
    "payments": ("payee", "pay_period", "earned", "draw_paid", "draw_recovered", "payable"),
}


def pay(task: Task) -> None:
    outcome = recompute([load_plan(company.PLAN).plan], snapshot_of(task), SPAN)
    folder = task.output / "run"
    folder.mkdir()
    for name, columns in WRITTEN.items():
        pq.write_table(_table(outcome.rows(name), columns), folder / f"{name}.parquet", compression="zstd")


def _table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pa.Table:
    listed = list(rows)
    return pa.table({column: pa.array([row[column] for row in listed]) for column in columns})


if __name__ == "__main__":
    compete(pay, lines=LINES, payments=PAYMENTS)
