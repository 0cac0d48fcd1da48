"""What a calculation asks of a database. Queries are SQL in one canonical dialect, DuckDB's, whatever runs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import pyarrow as pa
from sqlglot import exp

from attain.engine.adapters.duckdb import Query


class Database(Protocol):
    """A private place for the tables of one calculation: nothing in it outlives `close`."""

    @property
    def dialect(self) -> str:
        """The dialect of `queries`."""

    @property
    def queries(self) -> Sequence[Query]:
        """Every query that was run, in order."""

    def register(self, name: str, table: pa.Table) -> None:
        """Copies an Arrow table into the database; whole decimals become integers."""

    def create(self, table: str, query: exp.Query | str, meaning: str) -> None:
        """Makes a table of a query, in place of one that has the name; the query may read that one."""

    def view(self, name: str, query: str, meaning: str) -> None:
        """Gives a query a name. It reads the tables as they are when it is read."""

    def append(self, table: str, query: exp.Query) -> None:
        """Adds the rows of a query to a table, which it may read."""

    def append_text(self, table: str, text: str) -> None:
        """The same with the text of a query."""

    def arrow(self, query: exp.Query | str) -> pa.Table:
        """The answer to a query."""

    def batches(self, query: str) -> pa.RecordBatchReader:
        """The answer to a query, piece by piece."""

    def rows(self, query: exp.Query | str) -> Iterator[dict[str, Any]]:
        """The answer to a query, row by row. A reader may stop half-way, and ask other things meanwhile."""

    def value(self, text: str) -> Any:
        """The first value of the first row."""

    def columns(self, table: str) -> dict[str, str]:
        """Column name to type, in the words of the canonical dialect."""

    def close(self) -> None:
        """Forgets everything."""
