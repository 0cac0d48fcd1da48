"""One late deal, split between two: everybody calculated again, or whom it touches, on top of the run before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from attain.engine.incremental import Base, recalculate
from attain.engine.stored import OF_PAYEES, StoredRun, file_of
from attain.facts.snapshot import FactTable, Snapshot
from attain.kernel.files import Files
from attain.plans.loader import load_plan
from benchmarks import company, engine
from benchmarks.contest import Task, compete, count_from_here

LATE = "late"
ALL = """
(SELECT * FROM '{{output}}/run/{whole}' a WHERE NOT EXISTS (
    SELECT 1 FROM '{{output}}/run/{replaced}' r WHERE r.plan = a.plan AND r.payee = a.payee)
UNION ALL SELECT * FROM '{{output}}/run/{layer}')
"""


def with_late_deal(snapshot: Snapshot) -> Snapshot:
    """A copy of a split deal of March, under a key of its own."""
    deals = snapshot.facts["deals"]
    march = pc.and_(pc.greater_equal(deals.table["close_date"], date(2026, 3, 1)), pc.is_valid(deals.table["second"]))
    row = deals.table.filter(march).slice(0, 1).to_pylist()[0]
    late = pa.Table.from_pylist([{**row, deals.schema.key: LATE, "reverses": None}], deals.table.schema)
    return replace(snapshot, facts={"deals": FactTable(deals.schema, pa.concat_tables([deals.table, late]))})


def pay(task: Task) -> None:
    document = load_plan(company.PLAN)
    snapshot = engine.snapshot_of(task)
    if not task.continues:
        engine.pay(task, with_late_deal(snapshot))
        return
    now, files = with_late_deal(snapshot), Files()
    base = Base(StoredRun(task.before), [document.plan], snapshot, {"deals": pa.array([LATE])})
    if task.at_hand:
        count_from_here()
    hashes = {document.id: document.hash}
    with files.publishing(task.output / "run") as folder:
        done = recalculate(base, [document.plan], now, engine.SPAN, hashes, folder, files, threads=task.threads)
        if done is None:
            raise RuntimeError("The late deal touches so many that nothing is spared.")


def layered(query: str) -> str:
    """The query over the rows that count in a run with one layer."""
    for name in OF_PAYEES:
        rows = ALL.format(whole=file_of(name, 0), layer=file_of(name, 1), replaced=file_of("replaced", 1))
        query = query.replace(f"'{{output}}/run/{name}.parquet'", rows)
    return query


if __name__ == "__main__":
    compete(pay, lines=engine.LINES, payments=engine.PAYMENTS, shown=layered)
