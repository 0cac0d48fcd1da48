"""The results of another engine, brought into a DuckDB: there they are written and hashed like those of any run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attain.engine.adapters.duckdb import DuckDB
from attain.engine.adapters.port import Database
from attain.engine.sql import in_types


@contextmanager
def landed(database: Database, tables: Sequence[str]) -> Iterator[DuckDB]:
    """A DuckDB with these tables, in their own types: the database itself when it is one."""
    if isinstance(database, DuckDB):
        yield database
        return
    here = DuckDB()
    try:
        for name in tables:
            columns = database.columns(name)
            here.connection.register("landing", database.batches(f'SELECT * FROM "{name}"'))
            here.connection.execute(f'CREATE TABLE "{name}" AS SELECT {in_types(columns)} FROM landing')
            here.connection.unregister("landing")
        here.queries = list(database.queries)
        yield here
    finally:
        here.close()
