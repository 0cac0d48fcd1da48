"""A published run, read from its folder.

A run that changed the pay of some payees only keeps the files of the run before, and puts a layer above them:

    lines.parquet                     all lines of the first run
    lines.1.parquet                   lines of those whose pay it changed, for the first time
    replaced.1.parquet                who that was: plan and payee; without a payee the whole plan

A row counts unless a later layer replaces it. `credits`, `lines`, `releases` and `payments` have layers; `uncredited`
and `exceptions` are short, and whole in every run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from attain.engine.adapters.duckdb import DuckDB
from attain.engine.narrowing import is_in
from attain.engine.reading import with_fractions
from attain.engine.sql import in_types
from attain.engine.sums import table_hash
from attain.kernel.errors import CalculationError, NotFound, Where
from attain.plans.outcome import NamedValue

MANIFEST, SUMS = "manifest.json", "sums.parquet"
OF_PAYEES = ("credits", "lines", "releases", "payments")
WHO = ("plan", "payee")
LINKS = pa.schema([pa.field(name, pa.string()) for name in (*WHO, "event_type", "event")])
REPLACED = pa.schema([pa.field(name, pa.string()) for name in WHO])


def file_of(name: str, layer: int) -> str:
    """The file that holds the rows of a table in a layer, or of whom a layer replaces."""
    return f"{name}.{layer}.parquet" if layer else f"{name}.parquet"


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

    @property
    def layers(self) -> int:
        """How many lie above the first."""
        return int(self.manifest.get("layers", 0))

    def table(self, name: str, columns: Sequence[str] | None = None, **where: Any) -> pa.Table:
        """A table, or the columns and rows of it that are asked for: the rest is left out while it is read. Where a
        set of values is asked for, each of them will do."""
        return self._read(name, columns, where)

    def links(self) -> pa.Table:
        """Who is credited for which event, by plan, with texts that repeat a lot as numbers: it is read often."""
        return self._read("credits", LINKS.names, {}, [name for name in LINKS.names if name != "event"])

    def _read(
        self, name: str, columns: Sequence[str] | None, where: Mapping[str, Any], as_numbers: Sequence[str] = ()
    ) -> pa.Table:
        """The rows of a table that count, of all its layers."""
        layers = self._layers_of(name)
        read = None if columns is None else list(dict.fromkeys((*columns, *(WHO if layers else ()))))
        parts = []
        for layer in range(layers + 1):
            file = self.folder / file_of(name, layer)
            if where:
                rows = self._some(file, read, where)
            else:
                rows = pq.read_table(file, columns=read, read_dictionary=as_numbers)
            parts.append(rows.filter(self._counts(rows, layer)) if layers else rows)
        found = pa.concat_tables(parts)
        return found if columns is None else found.select(list(columns))

    def _some(self, file: Path, columns: Sequence[str] | None, where: Mapping[str, Any]) -> pa.Table:
        """Rows with these values. DuckDB looks at the other columns only where such a row is: of three million lines it
        finds those of a payee in a fortieth of the time that reading all columns takes."""
        schema = pq.read_schema(file)
        names = list(schema.names) if columns is None else list(columns)
        shown = ", ".join(f'"{name}"' for name in names)
        several = {name: sorted(said) if isinstance(said, set | frozenset) else [said] for name, said in where.items()}
        asked = " AND ".join(f'"{name}" IN ({", ".join("?" * len(said))})' for name, said in several.items())
        query = f"SELECT {shown} FROM read_parquet(?, hive_partitioning = false) WHERE {asked}"
        with closing(self._reader.cursor()) as cursor:
            found = cursor.sql(query, params=[str(file), *chain(*several.values())]).to_arrow_table()
        return found.cast(pa.schema([schema.field(name) for name in names]))

    @cached_property
    def _reader(self) -> duckdb.DuckDBPyConnection:
        """May read the files of this folder, and nothing else."""
        connection = duckdb.connect(":memory:")
        connection.execute("SET allowed_directories = $1", [[str(self.folder)]])
        for setting in ("enable_external_access = false", "lock_configuration = true"):
            connection.execute(f"SET {setting}")
        return connection

    def _layers_of(self, name: str) -> int:
        return self.layers if name in OF_PAYEES else 0

    @cached_property
    def sums(self) -> pa.Table:
        """What its rows come to by plan and payee: see `attain.engine.sums`."""
        return pq.read_table(self.folder / SUMS)

    def found(self, name: str, **where: Any) -> list[dict[str, Any]]:
        """The rows in which these columns have these values."""
        return [with_fractions(row) for row in self.table(name, **where).to_pylist()]

    def distinct(self, name: str, column: str) -> set[Any]:
        """The values of a column."""
        return set(self.table(name, [column])[column].unique().to_pylist())

    def rows(self, table: str) -> Iterable[Mapping[str, Any]]:
        for part in self._parts(table):
            for row in part.to_pylist():
                yield with_fractions(row)

    def _parts(self, name: str) -> Iterator[pa.Table]:
        layers = self._layers_of(name)
        for layer in range(layers + 1):
            for batch in pq.ParquetFile(self.folder / file_of(name, layer)).iter_batches(20_000):
                rows = pa.Table.from_batches([batch])
                yield rows.filter(self._counts(rows, layer)) if layers else rows

    def _counts(self, rows: pa.Table, layer: int) -> pa.ChunkedArray:
        """Which rows of a layer no later one replaces."""
        counts = pa.chunked_array([pa.repeat(pa.scalar(True), len(rows))])
        for later in self._replaced[layer:]:
            for plan, payees in later.items():
                gone = is_in(rows["plan"], [plan])
                if payees is not None:
                    gone = pc.and_(gone, is_in(rows["payee"], payees))
                counts = pc.and_not(counts, gone)
        return counts

    @cached_property
    def _replaced(self) -> list[dict[str, pa.Array | None]]:
        """Of each layer but the first: by plan whom it replaces, or nobody by name where it replaces all."""
        found = []
        for layer in range(1, self.layers + 1):
            said: dict[str, pa.Array | None] = {}
            table = pq.read_table(self.folder / file_of("replaced", layer))
            for plan in table["plan"].unique().to_pylist():
                payees = table["payee"].filter(pc.equal(table["plan"], plan)).combine_chunks()
                said[plan] = None if payees.null_count else payees
            found.append(said)
        return found

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
                typed = in_types(about["columns"])
                database.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT {typed} FROM "{name}"')
                found = table_hash(database, name)
            except (OSError, pa.ArrowException, duckdb.Error):
                found = ""
            if found != about["hash"]:
                damaged.append(name)
        database.close()
        return damaged
