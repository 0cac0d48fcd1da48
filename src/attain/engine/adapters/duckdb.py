"""The default engine: DuckDB in this process, one private connection a run, nothing read but what was handed over."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from attain.engine.sql import text
from attain.kernel.errors import CalculationError


@dataclass(frozen=True)
class Query:
    """A query that was run: the table it made or added rows to, what it is for, its text, and what it took by the clock
    and of processors. A view is not stored: it is worked out, and counted, where it is read."""

    table: str
    meaning: str
    sql: str
    adds: bool = False
    view: bool = False
    seconds: float = 0.0
    processor: float = 0.0


class DuckDB:
    """A locked, in-memory database. External access is off before the first row arrives and cannot be turned on
    again; the one folder that may be `readable` holds what a calculation has put aside, and nothing else: a query could
    write there as well."""

    dialect = "duckdb"

    def __init__(
        self,
        threads: int | None = None,
        memory_limit: str | None = None,
        temporary: str | None = None,
        readable: Path | None = None,
    ) -> None:
        self.connection = duckdb.connect(":memory:")
        if readable is not None:
            self.connection.execute("SET allowed_directories = $1", [[str(readable)]])
        settings = {"threads": threads, "memory_limit": memory_limit, "temp_directory": temporary}
        for name, value in settings.items():
            if value is not None:
                self.connection.execute(f"SET {name} = '{value}'")
        for setting in (
            "enable_progress_bar = false",  # it would write into our answers as soon as a query takes two seconds
            "preserve_insertion_order = false",
            "checkpoint_threshold = '1TB'",  # there is no file: a checkpoint would only move rows about
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            self.connection.execute(f"SET {setting}")
        self.queries: list[Query] = []
        self._self_test()

    def _self_test(self) -> None:
        """The arithmetic that every cent relies on, proved at start instead of believed."""
        exact = f"SELECT ({2**127 - 1}::HUGEINT - 1) // 2::HUGEINT, typeof(sum(1::HUGEINT)), 7::HUGEINT % 3"
        if self.connection.execute(exact).fetchall() != [(85070591730234615865843651857942052863, "HUGEINT", 1)]:
            raise CalculationError(
                "This DuckDB does not divide wide integers exactly.",
                code="engine.arithmetic",
                hint="Install the version that the lock file names.",
            )
        try:
            self.connection.execute("SELECT 170141183460469231731687303715884105727::HUGEINT + 1::HUGEINT").fetchall()
        except duckdb.OutOfRangeException:
            return
        raise CalculationError(
            "This DuckDB does not report overflow.",
            code="engine.arithmetic",
            hint="Install the version that the lock file names.",
        )

    def register(self, name: str, table: pa.Table) -> None:
        """Copies an Arrow table into the database."""
        self.connection.register("arrow_source", table)
        self._take_in(name, "arrow_source", table.schema)
        self.connection.unregister("arrow_source")

    def read(self, name: str, files: Sequence[Path]) -> None:
        """Makes a table of the rows of Parquet files that lie in the readable folder and have the same columns."""
        paths = ", ".join(text(str(path)) for path in files)
        self._take_in(name, f"read_parquet([{paths}], hive_partitioning = false)", pq.read_schema(files[0]))

    def _take_in(self, name: str, source: str, schema: pa.Schema) -> None:
        """Whole numbers that came as decimals become integers at the door: `//` of two decimals would be a float."""
        _require_name(name)
        whole = [field.name for field in schema if pa.types.is_decimal(field.type) and field.type.scale == 0]
        integers = ", ".join(f'CAST("{column}" AS HUGEINT) AS "{column}"' for column in whole)
        columns = f"* REPLACE ({integers})" if whole else "*"
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT {columns} FROM {source}')

    def create(self, table: str, query: exp.Query | str, meaning: str) -> None:
        """Makes a table of a query and remembers its text."""
        _require_name(table)
        text = query if isinstance(query, str) else query.sql(dialect=self.dialect, copy=False)
        self._run(Query(table, meaning, text), f'CREATE OR REPLACE TABLE "{table}" AS {text}')

    def view(self, name: str, query: str, meaning: str) -> None:
        """Gives a query a name without storing its rows: for what only chooses, renames or puts together."""
        _require_name(name)
        self._run(Query(name, meaning, query, view=True), f'CREATE OR REPLACE VIEW "{name}" AS {query}')

    def append(self, table: str, query: exp.Query) -> None:
        """Adds the rows of a query to a table."""
        self.append_text(table, query.sql(dialect=self.dialect, copy=False))

    def append_text(self, table: str, text: str) -> None:
        self._run(Query(table, f"the next step of {table}", text, adds=True), f'INSERT INTO "{table}" {text}')

    def _run(self, query: Query, text: str) -> None:
        started, worked = time.perf_counter(), time.process_time()
        self._execute(text, query.table)
        took = time.perf_counter() - started, time.process_time() - worked
        self.queries.append(replace(query, seconds=took[0], processor=took[1]))

    def _execute(self, text: str, table: str) -> duckdb.DuckDBPyConnection:
        with _overflow_named(table):
            return self.connection.execute(text)

    def arrow(self, query: exp.Query | str) -> pa.Table:
        text = query if isinstance(query, str) else query.sql(dialect=self.dialect)
        with _overflow_named("the answer"):
            result: pa.Table = self.connection.sql(text).to_arrow_table()
            return result

    def batches(self, query: str) -> pa.RecordBatchReader:
        with _overflow_named("the answer"):
            return self.connection.sql(query).to_arrow_reader(100_000)

    def stream(self, query: str, size: int = 100_000) -> Iterator[pa.RecordBatch]:
        """The answer piece by piece. What goes wrong half-way comes through Arrow, as if a file could not be read."""
        with _overflow_named("the answer"):
            reader = self.connection.sql(query).to_arrow_reader(size)
        try:
            yield from reader
        except OSError as problem:
            said = str(problem).splitlines()[0]
            if any(sign in said for sign in _TOO_WIDE):
                raise _too_wide("the answer", said) from problem
            raise CalculationError(
                f"The database broke off: {said}",
                code="calculation.broke-off",
                hint="If memory is short, close other programs or calculate fewer periods at once.",
            ) from problem

    def schema(self, query: str) -> pa.Schema:
        """The columns of an answer, without its rows."""
        return self.arrow(f"SELECT * FROM ({query}) q LIMIT 0").schema

    def rows(self, query: exp.Query | str) -> Iterator[dict[str, Any]]:
        text = query if isinstance(query, str) else query.sql(dialect=self.dialect)
        cursor = self.connection.cursor()  # one of its own: a reader that stops half-way must not hold up the rest
        with _overflow_named("the answer"):
            cursor.execute(text)
            names = [column[0] for column in cursor.description or []]
            chunk = cursor.fetchmany(20_000)
        while chunk:
            for row in chunk:
                yield dict(zip(names, row, strict=True))
            with _overflow_named("the answer"):
                chunk = cursor.fetchmany(20_000)

    def value(self, text: str) -> Any:
        with _overflow_named("the answer"):
            rows = self.connection.execute(text).fetchall()
        return rows[0][0] if rows else None

    def columns(self, table: str) -> dict[str, str]:
        """Column name to type."""
        found: Sequence[Sequence[Any]] = self._execute(f'DESCRIBE "{table}"', table).fetchall()
        return {row[0]: row[1] for row in found}

    @property
    def threads(self) -> int:
        """How many processors a query may use."""
        return int(self.value("SELECT current_setting('threads')"))

    def twin(self) -> DuckDB:
        """The same database for another thread: a connection gives one answer at a time."""
        twin = copy(self)
        twin.connection = self.connection.cursor()
        return twin

    def close(self) -> None:
        self.connection.close()


@contextmanager
def _overflow_named(table: str) -> Iterator[None]:
    """A number that is too wide, as an error of ours: in a sum or product, or in a cast to a narrower column."""
    try:
        yield
    except duckdb.InvalidInputException as problem:
        _, marked, sentence = str(problem).partition("two rows: ")
        if not marked:
            raise
        raise CalculationError(
            sentence,
            code="calculation.lookup-twice",
            hint="Make the rows exclude each other, or choose `match: first` or `match: most_specific`.",
        ) from None
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as problem:
        if isinstance(problem, duckdb.ConversionException) and "out of range" not in str(problem):
            raise
        raise _too_wide(table, str(problem).splitlines()[0]) from problem


_TOO_WIDE = ("Out of Range", "to DECIMAL(38,0)")


def _too_wide(table: str, said: str) -> CalculationError:
    return CalculationError(
        f"A number in `{table}` needs more than 38 digits: {said}",
        code="calculation.overflow",
        hint="Round an intermediate value (`round:`), or use fewer decimal places in amounts and rates.",
    )


def _require_name(table: str) -> None:
    """Names are made of names that loaders have checked; this is the second lock."""
    if not table or set(table) & set("'\"\\;\0"):
        raise CalculationError(
            f"A table cannot have the name {table!r}.",
            code="engine.table-name",
            hint="Look for the plan, fact type or calendar that brings it, and give it a plain name.",
        )
