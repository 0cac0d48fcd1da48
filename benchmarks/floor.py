"""The floor: the reference plan in SQL by hand, run by DuckDB as it stands. Less work than this pays nobody.

With `--groups` the lines are made for one group of payees after the other, so that the sorts stay in memory.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.contest import Task, compete

HERE = Path(__file__).parent
ALL_AT_ONCE = "TRUE"

LINES = "SELECT payee, id AS deal, rule, level, via, commission AS cents FROM '{output}/lines-*.parquet'"
PAYMENTS = "SELECT payee, month, earned, draw_paid, draw_recovered, payable FROM '{output}/payouts.parquet'"


def pay(task: Task, store: str = "floor_store", lines: str = "'{output}/lines-*.parquet'") -> None:
    """`store` is the SQL that keeps the lines of a group, `lines` the relation that shows all that were kept."""
    database = duckdb.connect()
    database.execute(f"SET threads = {task.threads}")
    database.execute("SET preserve_insertion_order = false")
    database.execute(_sql("floor", input=task.input, output=task.output))
    for group in range(task.groups):
        mine = ALL_AT_ONCE if task.groups == 1 else f"hash(payee) % {task.groups} = {group}"
        database.execute(_sql("floor_lines", mine=mine))
        database.execute(_sql(store, output=task.output, group=group))
    database.execute(_sql("floor_payouts", lines=lines.format(output=task.output)))
    for month in range(1, 13):
        database.execute(_sql("floor_month", month=month))
    database.execute(f"COPY payouts TO '{task.output}/payouts.parquet' (COMPRESSION zstd)")


def _sql(name: str, **values: object) -> str:
    return (HERE / f"{name}.sql").read_text(encoding="utf-8").format(**values)


if __name__ == "__main__":
    compete(pay, lines=LINES, payments=PAYMENTS)
