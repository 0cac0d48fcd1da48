"""The floor, and what the engine leaves behind beside the cents: credits, lines and releases as tables of their own,
with ids, and a hash of every row. By hand this is the least that makes a result provable."""

from __future__ import annotations

from benchmarks import floor
from benchmarks.contest import Task, compete

LINES = """
SELECT l.payee, c.event AS deal, c.rule, c.level, c.via, l.amount AS cents
FROM '{output}/proof-lines-*.parquet' l
JOIN '{output}/proof-credits-*.parquet' c ON c.payee = l.payee AND c.credit = l.source
"""
KEPT = """(
    SELECT payee, credited_on AS close_date, amount AS commission, 0 AS amount FROM '{output}/proof-lines-*.parquet'
    UNION ALL
    SELECT payee, credited_on, 0, amount FROM '{output}/proof-credits-*.parquet'
)"""


def pay(task: Task) -> None:
    floor.pay(task, "floor_proof", KEPT)


if __name__ == "__main__":
    compete(pay, lines=LINES, payments=floor.PAYMENTS)
