"""What came out, whoever made it, in three shapes: commission lines, payments of payees and months, imported facts.

Two answers are equal when their sums are: beside counts and totals there is the sum of all cents, each times a number
that follows from whose it is, so that cents which moved from one row to another are seen as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

WEIGHTS = 1_000_003


@dataclass(frozen=True)
class Shape:
    """What names a row, and the whole numbers in it."""

    key: tuple[str, ...]
    amounts: tuple[str, ...]


SHAPES = {
    "lines": Shape(("payee", "deal", "rule", "level", "via"), ("cents",)),
    "payments": Shape(("payee", "month"), ("earned", "draw_paid", "draw_recovered", "payable")),
    "facts": Shape(("id", "close_date", "owner", "second", "second_share", "reverses"), ("cents",)),
}


@dataclass(frozen=True)
class Answer:
    """Queries over files, by the name of the shape in which they show them."""

    queries: Mapping[str, str]

    def sums(self) -> dict[str, int]:
        with duckdb.connect() as database:
            found = [_sums(database, name, query, SHAPES[name]) for name, query in self.queries.items()]
        return {name: total for sums in found for name, total in sums.items()}

    def differing(self, other: Answer, name: str) -> int:
        """Rows that stand on one side alone, or with another amount."""
        shape = SHAPES[name]
        differ = " OR ".join(f"a.{amount} IS DISTINCT FROM b.{amount}" for amount in shape.amounts)
        both = f"({self.queries[name]}) a FULL JOIN ({other.queries[name]}) b USING ({', '.join(shape.key)})"
        with duckdb.connect() as database:
            database.execute("SET preserve_insertion_order = false")
            (count,) = database.execute(f"SELECT COUNT(*) FROM {both} WHERE {differ}").fetchall()[0]
        return int(count)


def _sums(database: duckdb.DuckDBPyConnection, name: str, query: str, shape: Shape) -> dict[str, int]:
    """Keys are hashed as text, whatever the types in which they were written."""
    key = ", ".join(f"CAST({column} AS VARCHAR)" for column in shape.key)
    sums = {f"{name}: rows": "COUNT(*)"}
    for amount in shape.amounts:
        cents = f"CAST({amount} AS HUGEINT)"
        sums[f"{name}: {amount}"] = f"SUM({cents})"
        sums[f"{name}: {amount}, weighted"] = f"SUM({cents} * CAST(hash({key}) % {WEIGHTS} AS HUGEINT))"
    (found, *_) = database.execute(f"SELECT {', '.join(sums.values())} FROM ({query}) answer").fetchall()
    return {said: int(total or 0) for said, total in zip(sums, found, strict=True)}
