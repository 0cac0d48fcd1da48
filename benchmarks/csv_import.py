"""Taking in the deals from a CSV file as `attain import` does: in a limited child process, every row judged, published
as a batch. The records, which get a row for the batch, are left out."""

from __future__ import annotations

from attain.facts.batches import publish_batch
from attain.facts.importing import read_source
from attain.kernel.files import Files
from benchmarks import company
from benchmarks.contest import Task, compete

FACTS = """
SELECT id, close_date, owner, second, second_share, CAST(amount * 100 AS BIGINT) AS cents, reverses
FROM '{output}/*/rows.parquet'
"""


def take_in(task: Task) -> None:
    publish_batch(read_source(task.input / "deals.csv", company.fact_type()), task.output, Files())


if __name__ == "__main__":
    compete(take_in, facts=FACTS)
