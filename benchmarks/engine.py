"""The engine, from the plan document to a finished run folder: all tables, queries, hashes and the manifest."""

from __future__ import annotations

from datetime import date

import pyarrow.parquet as pq

from attain.engine import calculate, run
from attain.engine.groups import calculate_in_parts, parts_for
from attain.facts.snapshot import FactTable, Snapshot
from attain.kernel.files import Files
from attain.kernel.intervals import Interval
from attain.plans.loader import load_plan
from benchmarks import company
from benchmarks.contest import Task, compete

SPAN = Interval(date(2026, 1, 1), date(2027, 1, 1))

LINES = """
SELECT l.payee, c.event AS deal, c.rule, c.level, COALESCE(c.via, '') AS via, l.amount AS cents
FROM '{output}/run/lines.parquet' l
JOIN '{output}/run/credits.parquet' c ON c.payee = l.payee AND c.credit = l.source
WHERE l.component = 'commission'
"""
PAYMENTS = """
SELECT payee, MONTH(CAST(pay_period || '-01' AS DATE)) AS month, earned, draw_paid, draw_recovered, payable
FROM '{output}/run/payments.parquet'
"""


def snapshot_of(task: Task) -> Snapshot:
    """The input as a workspace hands it over."""
    tables = {path.stem: pq.read_table(path) for path in sorted(task.input.glob("*.parquet"))}
    deals = FactTable(company.fact_type(), tables.pop("deals"))
    return Snapshot.build([deals], tables)


def pay(task: Task, given: Snapshot | None = None) -> None:
    """In one piece or in parts, as the product chooses."""
    document = load_plan(company.PLAN)
    snapshot = given or snapshot_of(task)
    plans, hashes, files = [document.plan], {document.id: document.hash}, Files()
    parts = parts_for(plans, snapshot)
    with files.publishing(task.output / "run") as folder:
        if parts is not None:
            calculate_in_parts(plans, snapshot, SPAN, parts, hashes, folder, files, threads=task.threads)
            return
        calculation = calculate(plans, snapshot, SPAN, threads=task.threads)
        run.write(calculation, snapshot, hashes, folder, files)
        calculation.close()


if __name__ == "__main__":
    compete(pay, lines=LINES, payments=PAYMENTS)
