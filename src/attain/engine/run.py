"""The folder of a run: result tables, the queries that made them, and a manifest that proves both.

The hash of a table is made of the columns, the count, and two sums over its rows: of their 64-bit hashes, and of the
hashes of these, so that rows which cancel each other out in one sum do not do so in the other. It depends neither on
the order of rows nor on the bytes of a file. Two runs over the same inputs have the same hashes on any machine, at any
number of threads and on any engine. It tells results apart; that nobody touched a file is proved by the SHA-256 of its
bytes (`attain.web.sealing`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import attain
from attain.engine.adapters.duckdb import DuckDB, Query
from attain.engine.adapters.landing import landed
from attain.engine.calculation import TABLES, Calculation
from attain.engine.reading import with_fractions
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import CalculationError, NotFound, Where
from attain.kernel.files import Files
from attain.kernel.hashing import canonical_json, sha256_bytes
from attain.kernel.intervals import Interval
from attain.plans.outcome import NamedValue

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a run was made of and what came out."""

    engine_version: str
    span: Interval
    plans: Mapping[str, str]
    inputs: Mapping[str, str]
    totals: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "engine_version": self.engine_version,
            "span": {"from": self.span.start.isoformat(), "to": self.span.end.isoformat() if self.span.end else None},
            "plans": dict(self.plans),
            "inputs": dict(self.inputs),
            "totals": dict(self.totals),
            "tables": {name: dict(about) for name, about in self.tables.items()},
        }

    @property
    def result_hash(self) -> str:
        """One hash for all result tables."""
        return sha256_bytes(canonical_json({name: about["hash"] for name, about in self.tables.items()}))


def write(
    calculation: Calculation, snapshot: Snapshot, plans: Mapping[str, str], folder: Path, files: Files
) -> Manifest:
    """Writes the tables, the SQL and the manifest of a calculation into a folder that is not yet published.

    `plans` maps `plan@version` to the hash of its document.
    """
    with landed(calculation.database, TABLES) as database:
        with ResultTables(folder, files) as tables:
            for name in TABLES:
                tables.add(database, name)
        write_queries(database.queries, folder, files)
    return write_manifest(calculation.span, snapshot, plans, tables, folder, files)


class ResultTables:
    """The tables of a run while they are written: all rows of one at once, or in parts."""

    def __init__(self, folder: Path, files: Files) -> None:
        self._folder, self._files = folder, files
        self._open = ExitStack()
        self._written: dict[str, _Written] = {}
        self.sums: Sums = {}

    def __enter__(self) -> ResultTables:
        return self

    def __exit__(self, *how: Any) -> None:
        self._open.__exit__(*how)

    def add(self, database: DuckDB, name: str) -> None:
        """Writes the rows of a table and adds up their hashes on the way: a result is worked out once."""
        columns = database.columns(name)
        hashed = f'SELECT {portable(columns)}, {_row_hash(columns)} AS "#low" FROM "{name}"'
        query = f'SELECT *, hash("#low", 1) AS "#high" FROM ({hashed}) h'
        reader = database.connection.sql(query).to_arrow_reader(100_000)
        if name not in self._written:
            schema = pa.schema([reader.schema.field(column) for column in columns])
            file = self._open.enter_context(self._files.create(self._folder / f"{name}.parquet"))
            writer = self._open.enter_context(pq.ParquetWriter(file, schema, compression="zstd"))
            self._written[name] = _Written(columns, writer)
        written = self._written[name]
        for batch in reader:
            written.count += batch.num_rows
            written.low += _sum(batch.column("#low"))
            written.high += _sum(batch.column("#high"))
            written.writer.write_batch(batch.select(list(columns)))
        add_sums(self.sums, database, name)

    def about(self) -> dict[str, dict[str, Any]]:
        """Number of rows, hash and columns of each table."""
        return {
            name: {
                "rows": written.count,
                "hash": _content_hash(written.columns, written.count, written.low, written.high),
                "columns": written.columns,
            }
            for name, written in sorted(self._written.items(), key=lambda item: TABLES.index(item[0]))
        }


@dataclass
class _Written:
    columns: Mapping[str, str]
    writer: pq.ParquetWriter
    count: int = 0
    low: int = 0
    high: int = 0


def write_manifest(
    span: Interval,
    snapshot: Snapshot,
    plans: Mapping[str, str],
    tables: ResultTables,
    folder: Path,
    files: Files,
) -> Manifest:
    totals = control_totals(tables.sums)
    manifest = Manifest(attain.__version__, span, plans, snapshot.hashes(), totals, tables.about())
    files.write_bytes_durably(folder / MANIFEST, canonical_json(manifest.as_dict()))
    return manifest


def portable(columns: Mapping[str, str]) -> str:
    """The columns as files hold them: whole numbers of 128 bits as decimals without places."""
    return ", ".join(
        f'CAST("{column}" AS DECIMAL(38, 0)) AS "{column}"' if kind == "HUGEINT" else f'"{column}"'
        for column, kind in columns.items()
    )


def _sum(hashes: pa.UInt64Array) -> int:
    """In two halves: 64 bits do not hold a sum of such numbers."""
    upper = pc.shift_right(hashes, pa.scalar(32, pa.uint64()))
    lower = pc.bit_wise_and(hashes, pa.scalar(2**32 - 1, pa.uint64()))
    return ((pc.sum(upper).as_py() or 0) << 32) + (pc.sum(lower).as_py() or 0)


def table_hash(database: DuckDB, name: str, columns: Mapping[str, str]) -> str:
    """See the module's first words. The types are those of the stored table: the hash of a whole number depends on its
    width."""
    sums = (f"COALESCE(SUM(CAST({each} AS HUGEINT)), 0)" for each in ("low", "hash(low, 1)"))
    query = f'SELECT COUNT(*), {", ".join(sums)} FROM (SELECT {_row_hash(columns)} AS low FROM "{name}") h'
    (count, low, high), *_ = database.connection.execute(query).fetchall()
    return _content_hash(columns, int(count), int(low), int(high))


def _row_hash(columns: Mapping[str, str]) -> str:
    """The hash of a row's cells in the order of their columns' names."""
    cells = ", ".join(f'CAST("{column}" AS {columns[column]})' for column in sorted(columns))
    return f"hash({cells})"


def _content_hash(columns: Mapping[str, str], count: int, low: int, high: int) -> str:
    return sha256_bytes(canonical_json([sorted(columns), count, low, high]))


Sums = dict[str, dict[tuple[str, ...], list[int | None]]]
"""By table and what its rows are counted by: the number of rows, and the sum of amounts, if there are any."""

_COUNTED = {
    "lines": ("amount", ("plan", "currency"), "TRUE"),
    "releases": ("amount", ("plan", "currency"), "state = 'released'"),
    "payments": ("payable", ("plan", "currency"), "TRUE"),
    "credits": ("amount", ("plan", "credit_set", "amount_over"), "TRUE"),
    "uncredited": ("amount", ("event_type", "reason", "currency", "amount_over"), "TRUE"),
}


def add_sums(sums: Sums, database: DuckDB, name: str) -> None:
    """Adds the rows of a table, or of a part of one."""
    if name not in _COUNTED:
        return
    column, keys, which = _COUNTED[name]
    found = sums.setdefault(name, {})
    by = ", ".join(keys)
    query = f'SELECT {by}, COUNT(*) AS n, SUM({column}) AS total FROM "{name}" WHERE {which} GROUP BY {by}'
    for row in database.rows(query):
        count = found.setdefault(tuple(str(row[key]) for key in keys), [0, None])
        count[0] = int(count[0] or 0) + int(row["n"])
        if row["total"] is not None:
            count[1] = int(count[1] or 0) + int(row["total"])


def control_totals(sums: Sums) -> dict[str, Any]:
    """Money of each stage by plan, as text in minor units (or exact fractions), for the eye of an auditor."""
    totals: dict[str, Any] = {}
    for table in ("lines", "releases", "payments"):
        totals[table] = {
            plan: {"rows": rows, "amount_minor": amount or 0, "currency": currency}
            for (plan, currency), (rows, amount) in sorted(sums[table].items())
        }
    totals["credits"] = {
        f"{plan}/{name}": {"rows": rows, "amount": str(Fraction(amount or 0, int(over)))}
        for (plan, name, over), (rows, amount) in sorted(sums["credits"].items())
    }
    uncredited: dict[str, dict[str, Any]] = {}
    for (kind, reason, currency, over), (rows, amount) in sorted(sums["uncredited"].items()):
        about = uncredited.setdefault(f"{kind}/{reason}", {"rows": 0, "amounts": []})
        about["rows"] += rows
        about["amounts"].append(None if amount is None else f"{amount}/{over} {currency}")
    return totals | {"uncredited": uncredited}


def write_queries(queries: Iterable[Query], folder: Path, files: Files) -> None:
    """Every query in the order in which it ran, readable and runnable by hand. A step that repeats the one above it
    with the next number stands on a line."""
    import sqlglot

    parts = []
    for query in queries:
        if query.adds:
            parts.append(f'-- {query.meaning}\nINSERT INTO "{query.table}"\n{query.sql};\n')
            continue
        pretty = sqlglot.transpile(query.sql, read=DuckDB.dialect, write=DuckDB.dialect, pretty=True)[0]
        kind = "VIEW" if query.view else "TABLE"
        parts.append(f'-- {query.meaning}\nCREATE OR REPLACE {kind} "{query.table}" AS\n{pretty};\n')
    files.make_folder(folder / "sql")
    files.write_bytes_durably(folder / "sql" / "queries.sql", "\n".join(parts).encode())


class StoredRun:
    """A published run, read from its folder; an `Outcome` without named values."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = folder / MANIFEST
        if not path.is_file():
            raise NotFound(
                f"{folder.name} is no run: it has no {MANIFEST}.", code="run.no-manifest", where=Where(str(folder))
            )
        self.manifest: dict[str, Any] = json.loads(path.read_bytes())

    def table(self, name: str, columns: Sequence[str] | None = None, **where: Any) -> pa.Table:
        """A table, or the columns and rows of it that are asked for: the rest is left out while the file is read."""
        filters = [(column, "=", value) for column, value in where.items()]
        path = self.folder / f"{name}.parquet"
        return pq.read_table(path, columns=None if columns is None else list(columns), filters=filters or None)

    def found(self, name: str, **where: Any) -> list[dict[str, Any]]:
        """The rows in which these columns have these values."""
        return [with_fractions(row) for row in self.table(name, **where).to_pylist()]

    def distinct(self, name: str, column: str) -> set[Any]:
        """The values of a column."""
        return set(self.table(name, [column])[column].unique().to_pylist())

    def rows(self, table: str) -> Iterable[Mapping[str, Any]]:
        for batch in pq.ParquetFile(self.folder / f"{table}.parquet").iter_batches(20_000):
            for row in batch.to_pylist():
                yield with_fractions(row)

    def values(self, plan: str, name: str) -> Iterable[NamedValue]:
        raise CalculationError(
            "A stored run keeps lines, not every value.",
            code="run.values",
            hint="Use `attain explain`, which computes them again.",
        )

    def verify(self) -> list[str]:
        """Names of tables whose content is not what the manifest says."""
        database = DuckDB()
        damaged = []
        for name, about in self.manifest["tables"].items():
            try:
                table = self.table(name)
                if set(table.column_names) != set(about["columns"]):
                    damaged.append(name)
                    continue
                database.register(name, table)
                kinds = ", ".join(
                    f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in about["columns"].items()
                )
                database.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT {kinds} FROM "{name}"')
                found = table_hash(database, name, database.columns(name))
            except (OSError, pa.ArrowException, duckdb.Error):
                found = ""
            if found != about["hash"]:
                damaged.append(name)
        database.close()
        return damaged


def changed_tables(one: Mapping[str, Any], other: Mapping[str, Any]) -> Sequence[str]:
    """Tables whose hashes differ between two manifests."""
    return [name for name in one["tables"] if one["tables"][name]["hash"] != other["tables"].get(name, {}).get("hash")]
