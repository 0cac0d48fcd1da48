"""The folder of a run while it is written: result tables, the queries that made them, and a manifest that proves both.

It is read by `attain.engine.stored`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

import attain
from attain.engine.adapters.duckdb import DuckDB, Query
from attain.engine.adapters.landing import landed
from attain.engine.calculation import TABLES, Calculation
from attain.engine.stored import MANIFEST, SUMS, WHO, file_of
from attain.engine.sums import ADDED, SCHEMA, about, control_totals, sums_of
from attain.facts.snapshot import Snapshot
from attain.kernel.files import Files
from attain.kernel.hashing import canonical_json, sha256_bytes, sha256_file
from attain.kernel.intervals import Interval

FORMAT = 1
RARELY_TWICE = ("line", "event", "source", "credit", "via", "amount", "computed")
"""Columns whose values a dictionary only makes longer."""


@dataclass(frozen=True)
class Manifest:
    """What a run was made of and what came out."""

    engine_version: str
    span: Interval
    plans: Mapping[str, str]
    inputs: Mapping[str, str]
    totals: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, Any]]
    engine_code: str = ""
    """Tells whether sums of rows by two engines may be added: see the function of this name."""
    layers: int = 0
    """How often rows of some payees took the place of those of an earlier run: see `attain.engine.stored`."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "engine_version": self.engine_version,
            "span": {"from": self.span.start.isoformat(), "to": self.span.end.isoformat() if self.span.end else None},
            "plans": dict(self.plans),
            "inputs": dict(self.inputs),
            "totals": dict(self.totals),
            "tables": {name: dict(said) for name, said in self.tables.items()},
            "engine_code": self.engine_code,
            "layers": self.layers,
        }

    @property
    def result_hash(self) -> str:
        """One hash for all result tables."""
        return sha256_bytes(canonical_json({name: said["hash"] for name, said in self.tables.items()}))


def write(
    calculation: Calculation, snapshot: Snapshot, plans: Mapping[str, str], folder: Path, files: Files
) -> Manifest:
    """Writes the tables, the SQL and the manifest of a calculation into a folder that is not yet published.

    `plans` maps `plan@version` to the hash of its document.
    """
    with landed(calculation.database, TABLES) as database:
        with ResultTables(folder, files) as tables:
            tables.add(database, TABLES)
        write_queries(database.queries, folder, files)
    return write_manifest(calculation.span, snapshot, plans, tables.sums, tables.columns, folder, files)


class ResultTables:
    """The tables of a run while they are written: all rows of one at once, or in parts."""

    def __init__(self, folder: Path, files: Files) -> None:
        self._folder, self._files = folder, files
        self._open = ExitStack()
        self._writers: dict[str, pq.ParquetWriter] = {}
        self.columns: dict[str, Mapping[str, str]] = {}
        self._sums: list[pa.Table] = []

    def __enter__(self) -> ResultTables:
        return self

    def __exit__(self, *how: Any) -> None:
        self._open.__exit__(*how)

    def add(self, database: DuckDB, names: Sequence[str], which: str = "TRUE", layer: int = 0) -> None:
        """Writes the rows of tables that fulfil a condition, and adds them up: one table beside the other, as a file is
        written by one core."""
        twins = [database.twin() for _ in names]
        for twin, name in zip(twins, names, strict=True):
            self._opened(twin, name, layer)
        with ThreadPoolExecutor(database.threads) as pool:
            self._sums += pool.map(lambda twin, name: self._written(twin, name, which), twins, names)

    def _opened(self, database: DuckDB, name: str, layer: int) -> None:
        if name in self._writers:
            return
        columns = database.columns(name)
        schema = database.schema(f'SELECT {portable(columns)} FROM "{name}"')
        often = [column for column in schema.names if column not in RARELY_TWICE]
        stream = self._open.enter_context(self._files.create(self._folder / file_of(name, layer)))
        writer = pq.ParquetWriter(stream, schema, compression="zstd", use_dictionary=often, write_statistics=WHO)
        self._writers[name] = self._open.enter_context(writer)
        self.columns[name] = columns

    def _written(self, database: DuckDB, name: str, which: str) -> pa.Table:
        query = f'SELECT {portable(database.columns(name))} FROM "{name}" WHERE {which}'
        for batch in database.stream(query):
            self._writers[name].write_batch(batch)
        return sums_of(database, name, which)

    @property
    def sums(self) -> pa.Table:
        """See `attain.engine.sums`; parts of a table may have counted rows of the same payee."""
        keys = [name for name in SCHEMA.names if name not in ADDED]
        added = pa.concat_tables([SCHEMA.empty_table(), *self._sums]).group_by(keys)
        rows = added.aggregate([(name, "sum") for name in ADDED])
        return rows.select([*keys, *(f"{name}_sum" for name in ADDED)]).rename_columns([*keys, *ADDED]).cast(SCHEMA)


@cache
def engine_code() -> str:
    """A hash of the sources that calculate, and the version of DuckDB, on which the hashes of rows depend."""
    rooms = [Path(attain.__file__).parent / room for room in ("engine", "plans", "facts", "kernel")]
    sources = {str(path): sha256_file(path) for room in rooms for path in sorted(room.rglob("*.py"))}
    relative = {path.rsplit("attain", 1)[-1]: found for path, found in sources.items()}
    return sha256_bytes(canonical_json([relative, duckdb.__version__]))


def write_manifest(
    span: Interval,
    snapshot: Snapshot,
    plans: Mapping[str, str],
    sums: pa.Table,
    columns: Mapping[str, Mapping[str, str]],
    folder: Path,
    files: Files,
    layers: int = 0,
) -> Manifest:
    """Writes the manifest, and the sums that it follows from; `columns` are those of each table with their types."""
    with files.create(folder / SUMS) as file:
        pq.write_table(sums, file, compression="zstd")
    tables = {name: about(sums, name, columns[name]) for name in TABLES}
    manifest = Manifest(
        attain.__version__, span, plans, snapshot.hashes(), control_totals(sums), tables, engine_code(), layers
    )
    files.write_bytes_durably(folder / MANIFEST, canonical_json(manifest.as_dict()))
    return manifest


def portable(columns: Mapping[str, str]) -> str:
    """The columns as files hold them: whole numbers of 128 bits as decimals without places."""
    return ", ".join(
        f'CAST("{column}" AS DECIMAL(38, 0)) AS "{column}"' if kind == "HUGEINT" else f'"{column}"'
        for column, kind in columns.items()
    )


def write_queries(queries: Iterable[Query], folder: Path, files: Files, *, pretty: bool = True) -> None:
    """Every query in the order in which it ran, readable and runnable by hand. A step that repeats the one above it
    with the next number stands on a line; so does every query where haste matters more than looks."""
    import sqlglot

    parts = []
    for query in queries:
        if query.adds:
            parts.append(f'-- {query.meaning}\nINSERT INTO "{query.table}"\n{query.sql};\n')
            continue
        said = query.sql
        if pretty:
            said = sqlglot.transpile(said, read=DuckDB.dialect, write=DuckDB.dialect, pretty=True)[0]
        kind = "VIEW" if query.view else "TABLE"
        parts.append(f'-- {query.meaning}\nCREATE OR REPLACE {kind} "{query.table}" AS\n{said};\n')
    files.make_folder(folder / "sql")
    files.write_bytes_durably(folder / "sql" / "queries.sql", "\n".join(parts).encode())


def changed_tables(one: Mapping[str, Any], other: Mapping[str, Any]) -> Sequence[str]:
    """Tables whose hashes differ between two manifests."""
    return [name for name in one["tables"] if one["tables"][name]["hash"] != other["tables"].get(name, {}).get("hash")]
