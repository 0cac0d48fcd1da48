"""The same CSV file read into the same types and written as Parquet, with no question asked: the least that an import
must do."""

from __future__ import annotations

import pyarrow.csv as csv
import pyarrow.parquet as pq

from benchmarks import company
from benchmarks.contest import Task, compete
from benchmarks.csv_import import FACTS


def convert(task: Task) -> None:
    arrow = company.fact_type().arrow_schema()
    types = csv.ConvertOptions(column_types=arrow, strings_can_be_null=True, quoted_strings_can_be_null=False)
    table = csv.read_csv(task.input / "deals.csv", convert_options=types)
    folder = task.output / "bare"
    folder.mkdir()
    pq.write_table(table, folder / "rows.parquet", compression="zstd")


if __name__ == "__main__":
    compete(convert, facts=FACTS)
