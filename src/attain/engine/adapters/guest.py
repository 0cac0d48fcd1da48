"""An engine that is not DuckDB: it is given the canonical SQL in its own words.

An empty DuckDB stands beside it with the same tables and no rows. It reads every query first, so that what is refused
here is refused there, and says which columns of which types the result has. So a table has the same columns on every
engine, and its hash is the same.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pyarrow as pa
from sqlglot import exp

from attain.engine.adapters.dialects import BIGINT, BOOLEAN, DATE, HUGEINT, INTEGER, TIMESTAMP, VARCHAR, Dialect
from attain.engine.adapters.duckdb import DuckDB, Query
from attain.engine.adapters.translation import Columns, Translation
from attain.kernel.errors import CalculationError

ARROW = {
    INTEGER: pa.int32(), BIGINT: pa.int64(), HUGEINT: pa.decimal128(38, 0), DATE: pa.date32(), VARCHAR: pa.string(),
    BOOLEAN: pa.bool_(), TIMESTAMP: pa.timestamp("us"),
}  # fmt: skip


@dataclass(frozen=True)
class _View:
    text: str
    meaning: str
    read: frozenset[str]


class Guest(ABC):
    """What the engines have in common; a class for each says how it takes and gives rows."""

    engine = ""
    dialect = "duckdb"

    def __init__(self, written_for: Dialect) -> None:
        self.written_for = written_for
        self.queries: list[Query] = []
        self._shape = DuckDB(threads=1)
        self._columns: dict[str, dict[str, str]] = {}
        self._places: dict[str, str] = {}
        self._views: dict[str, _View] = {}
        self._numbers = count(1)

    # -- what an engine does --

    @abstractmethod
    def _load(self, place: str, columns: Columns, table: pa.Table) -> None:
        """Makes a table of Arrow rows, whose types are those of the columns."""

    @abstractmethod
    def _create(self, place: str, text: str) -> None:
        """Makes a table of a query."""

    @abstractmethod
    def _look(self, place: str, text: str) -> None:
        """Gives a query a name."""

    @abstractmethod
    def _add(self, place: str, text: str, columns: Columns) -> None:
        """Adds the rows of a query to a table."""

    @abstractmethod
    def _read(self, text: str, columns: Columns) -> Iterator[pa.RecordBatch]:
        """The answer to a query, piece by piece, in the Arrow types of the columns."""

    @abstractmethod
    def _forget(self) -> None:
        """Removes what this calculation has made."""

    # -- the port --

    def register(self, name: str, table: pa.Table) -> None:
        self._shape.register(name, table.slice(0, 0))
        columns = self._described(name)
        place = self._new_place()
        fields = [pa.field(column, ARROW[kind]) for column, kind in columns.items()]
        self._load(place, columns, table.cast(pa.schema(fields)))
        self._put(name, place, columns)

    def create(self, table: str, query: exp.Query | str, meaning: str) -> None:
        text = query if isinstance(query, str) else query.sql(dialect=self.dialect, copy=False)
        started = time.perf_counter()
        columns = self._answered(text)
        written = self._translation().translate(text, columns)
        self._shape.create(table, text, meaning)
        place = self._new_place()
        self._create(place, written.text)
        self._put(table, place, columns)
        self.queries.append(Query(table, meaning, text, seconds=time.perf_counter() - started))

    def view(self, name: str, query: str, meaning: str) -> None:
        columns = self._answered(query)
        self._shape.view(name, query, meaning)
        self._look_at(name, query, meaning, columns)
        self.queries.append(Query(name, meaning, query, view=True))

    def append(self, table: str, query: exp.Query) -> None:
        self.append_text(table, query.sql(dialect=self.dialect))

    def append_text(self, table: str, text: str) -> None:
        started = time.perf_counter()
        self._shape.append_text(table, text)
        columns = self.columns(table)
        self._add(self._places[table], self._translation().translate(text, columns).text, columns)
        self._shown_again(table)
        took = time.perf_counter() - started
        self.queries.append(Query(table, f"the next step of {table}", text, adds=True, seconds=took))

    def arrow(self, query: exp.Query | str) -> pa.Table:
        return self.batches(query if isinstance(query, str) else query.sql(dialect=self.dialect)).read_all()

    def batches(self, query: str) -> pa.RecordBatchReader:
        columns = self._answered(query)
        schema = pa.schema([pa.field(name, ARROW[kind]) for name, kind in columns.items()])
        written = self._translation().translate(query, columns)
        return pa.RecordBatchReader.from_batches(schema, self._read(written.text, columns))

    def rows(self, query: exp.Query | str) -> Iterator[dict[str, Any]]:
        text = query if isinstance(query, str) else query.sql(dialect=self.dialect)
        for batch in self.batches(text):
            columns = {
                name: [None if each is None else int(each) for each in column.to_pylist()]
                if pa.types.is_decimal(column.type)
                else column.to_pylist()
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            }
            for row in zip(*columns.values(), strict=True):
                yield dict(zip(columns, row, strict=True))

    def value(self, text: str) -> Any:
        row = next(iter(self.rows(text)), None)
        return next(iter(row.values())) if row else None

    def columns(self, table: str) -> dict[str, str]:
        return dict(self._columns[self._known(table)])

    def close(self) -> None:
        self._forget()
        self._shape.close()

    # -- names --

    def _translation(self) -> Translation:
        return Translation(self.written_for, self.columns, lambda name: self._places[self._known(name)])

    def _known(self, table: str) -> str:
        """The name of a table as it was made: capitals do not count."""
        if table in self._columns:
            return table
        found = next((name for name in self._columns if name.lower() == table.lower()), None)
        if found is None:
            raise CalculationError(f"There is no table {table!r}.", code="engine.no-table")
        return found

    def _new_place(self) -> str:
        """A short name of the engine's own: long names and odd signs never reach it."""
        return f"attain_{next(self._numbers)}"

    def _put(self, name: str, place: str, columns: dict[str, str]) -> None:
        self._places[name], self._columns[name] = place, columns
        self._views.pop(name, None)
        self._shown_again(name)

    def _look_at(self, name: str, query: str, meaning: str, columns: dict[str, str]) -> None:
        translation = self._translation()
        written = translation.translate(query, columns)
        place = self._new_place()
        self._look(place, written.text)
        self._put(name, place, columns)
        self._views[name] = _View(query, meaning, frozenset(translation.read))

    def _shown_again(self, name: str) -> None:
        """Views read the tables that have their names now: those that read another table are made anew."""
        for view, said in list(self._views.items()):
            if name in said.read and view != name:
                self._look_at(view, said.text, said.meaning, self._columns[view])

    def _answered(self, query: str) -> dict[str, str]:
        """The columns of the answer to a query."""
        found = self._shape.connection.execute(f"DESCRIBE {query}").fetchall()
        return {row[0]: INTEGER if row[1] == '"NULL"' else row[1] for row in found}

    def _described(self, table: str) -> dict[str, str]:
        return self._shape.columns(table)

    # -- before anything is calculated --

    def _self_test(self) -> None:
        """The arithmetic that every cent relies on, proved on this engine, by the same translation."""
        questions = [f"({question}) AS p{place}" for place, (question, _) in enumerate(PROOFS)]
        [answers] = self.rows(f"SELECT {', '.join(questions)}")
        for (question, wanted), found in zip(PROOFS, answers.values(), strict=True):
            if found != wanted:
                raise CalculationError(
                    f"{self.engine} does not calculate as it must: {question} is {wanted}, not {found}.",
                    code="engine.arithmetic",
                    hint="Use a version that docs/engines.md names, with the settings that it names.",
                )
        for question in TOO_WIDE:
            try:
                found = self.value(question)
            except CalculationError as problem:
                if problem.code == "calculation.overflow":
                    continue
                raise
            raise CalculationError(
                f"{self.engine} does not report a number that is too wide: {question} gives {found}.",
                code="engine.arithmetic",
                hint="Use a version that docs/engines.md names, with the settings that it names.",
            )


_NINES = "9" * 38
PROOFS: tuple[tuple[str, object], ...] = (
    ("SELECT CAST(9007199254740993 AS HUGEINT) // 1", 9007199254740993),
    (f"SELECT CAST({_NINES[6:]} AS HUGEINT) // CAST(7 AS HUGEINT)", int(_NINES[6:]) // 7),
    (f"SELECT CAST({_NINES} AS HUGEINT) // CAST({_NINES[:-6]} AS HUGEINT)", 1000000),
    (f"SELECT CAST({_NINES} AS HUGEINT) % CAST(1000007 AS HUGEINT)", int(_NINES) % 1000007),
    ("SELECT CAST(9999999999999999999 AS HUGEINT) * CAST(9999999999999999999 AS HUGEINT)", 9999999999999999999**2),
    ("SELECT CAST(-7 AS HUGEINT) // CAST(2 AS HUGEINT)", -3),
    ("SELECT CAST(-7 AS HUGEINT) % CAST(2 AS HUGEINT)", -1),
    ("SELECT -7 // 2", -3),
    ("SELECT SUM(x) FROM (SELECT CAST(9223372036854775807 AS BIGINT) AS x UNION ALL "
     "SELECT CAST(9223372036854775807 AS BIGINT)) s", 2 * (2**63 - 1)),
    ("SELECT gcd(CAST(99999999999999999999999999999999999999 AS HUGEINT), CAST(-27 AS HUGEINT))", 9),
    ("SELECT SUM(c) FROM (SELECT CASE WHEN x < 'a' THEN 1 WHEN x > 'z' THEN 100 ELSE 10 END AS c FROM "
     "(SELECT 'Z' AS x UNION ALL SELECT 'é' UNION ALL SELECT '_' UNION ALL SELECT 'm') t) s", 112),
    ("SELECT MIN(x) FROM (SELECT 'a' AS x UNION ALL SELECT 'B' UNION ALL SELECT '_c') t", "B"),
    ("SELECT lower('ÄÉx')", "äéx"),
    ("SELECT LENGTH('aé€')", 3),
    ("SELECT 'a''b\\n%'", "a'b\\n%"),
    ("SELECT GREATEST(NULL, 1, 2)", 2),
    ("SELECT CAST(CAST(CAST('2024-01-31' AS DATE) + to_months(1) AS DATE) AS VARCHAR)", "2024-02-29"),
    ("SELECT CAST('2024-03-01' AS DATE) - CAST('2024-02-01' AS DATE)", 29),
)  # fmt: skip
TOO_WIDE = (
    f"SELECT CAST({_NINES} AS HUGEINT) * CAST({_NINES} AS HUGEINT)",
    "SELECT CAST(9223372036854775807 AS BIGINT) + CAST(1 AS BIGINT)",
    f"SELECT SUM(x) FROM (SELECT CAST({_NINES} AS HUGEINT) AS x UNION ALL SELECT CAST({_NINES} AS HUGEINT)) s",
)


def too_wide(said: str) -> CalculationError:
    return CalculationError(
        f"A number needs more than 38 digits: {said}",
        code="calculation.overflow",
        hint="Round an intermediate value (`round:`), or use fewer decimal places in amounts and rates.",
    )


def two_rows(said: str) -> CalculationError:
    """Of a lookup of which one row at most may match."""
    return CalculationError(
        said.partition("two rows: ")[2] or said,
        code="calculation.lookup-twice",
        hint="Make the rows exclude each other, or choose `match: first` or `match: most_specific`.",
    )
