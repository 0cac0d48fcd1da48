"""The rows of a query, through any connection that follows Python's DB-API.

The database is trusted to be one, its numbers are not: a float is refused where something is counted, and every value
goes through the same rules as text from a file. The rows are numbered as they come, so a query that is imported
again should say in which order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from attain.facts.content import content_hash
from attain.facts.importing import Import, import_of, judged
from attain.facts.mapping import Mapping
from attain.facts.schema import TableType
from attain.facts.source import Source, checked_header, file_refused, text_column, text_of

MAX_ROWS = 20_000_000
BATCH = 10_000
Answer = TypeVar("Answer")


class Cursor(Protocol):
    description: Any

    def execute(self, query: str) -> Any: ...

    def fetchmany(self, size: int) -> Sequence[Sequence[Any]]: ...


class Connection(Protocol):
    def cursor(self) -> Any: ...

    def close(self) -> Any: ...


def read_query(
    connect: Callable[[], Connection], query: str, table: TableType, mapping: Mapping | None = None
) -> Import:
    """Run one query on a connection of its own and judge its rows like those of a file."""
    chosen = mapping or Mapping(table.name, format="sql")
    connection = connect()
    try:
        cursor: Cursor = connection.cursor()
        _answered(lambda: cursor.execute(query), chosen)
        source = source_of(cursor, chosen)
    finally:
        connection.close()
    texts = pa.table(list(source.columns), list(source.header))
    return import_of(judged(source, table, chosen), table, chosen, content_hash(texts))


def _answered(ask: Callable[[], Answer], mapping: Mapping) -> Answer:
    """What the database says; it may go on looking while its rows are fetched."""
    try:
        return ask()
    except Exception as fault:  # each database has errors of its own; their only common parent is this one
        if not _was_stopped(fault):
            raise file_refused("file.query", f"The query failed: {str(fault).strip()}") from fault
        limit = mapping.time_limit
        raise file_refused(
            "file.query-time",
            f"The query was stopped after {limit} second{'s' * (limit != 1)}, its time limit; nothing was taken.",
            column="time_limit",
            hint="Let it find less, or set `time_limit` in the mapping to more seconds.",
        ) from fault


def _was_stopped(fault: Exception) -> bool:
    """By the limit that its connection was opened with: PostgreSQL and SQLite each say it in their own way."""
    return getattr(fault, "sqlstate", None) == "57014" or str(fault) == "interrupted"


def source_of(cursor: Cursor, mapping: Mapping) -> Source:
    if cursor.description is None:
        raise file_refused("file.query", "The query returns no rows: it is no SELECT.")
    header = checked_header([str(column[0]) for column in cursor.description], 1)
    columns: list[list[str | None]] = [[] for _ in header]
    unusable: dict[str, str] = {}
    count = 0
    while rows := _answered(lambda: cursor.fetchmany(BATCH), mapping):
        count += len(rows)
        if count > MAX_ROWS:
            raise file_refused("file.too-large", f"More than {MAX_ROWS} rows.", line=count)
        for number, row in enumerate(rows, start=count - len(rows) + 1):
            for name, column, value in zip(header, columns, row, strict=True):
                if isinstance(value, str | int | Decimal | date | None):
                    column.append(text_of(value, mapping.form))
                    continue
                column.append(None)
                kind = type(value).__name__
                advice = "Cast it to DECIMAL in the query." if isinstance(value, float) else "Cast it to text."
                unusable.setdefault(name, f"Row {number} holds a {kind}, which is not exact or no value. {advice}")
    return Source(header, [text_column(column) for column in columns], pa.arange(1, count + 1), unusable=unusable)
