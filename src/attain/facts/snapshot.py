"""What a run reads: facts, decisions and calendars as plain Arrow tables, frozen, in exact types.

A snapshot is checked once, when it is built: every table has exactly the columns and types of its description, no key
stands twice, and nothing required is missing. Whoever computes from it need not ask again. Hypothetical ones are
copies: `with_facts` and `with_decisions` put rows in place by key and leave the original as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from attain.kernel.errors import FactError, NotFound, Where, suggest
from attain.kernel.periods import GREGORIAN, Calendar, Period

from .content import row_sums, rows_of_keys
from .decisions import TABLES, empty_decisions
from .schema import BATCH, ROW, FactType, TableType
from .values import Value, ValueRefused, from_python

Row = Mapping[str, object]
MANY = 200_000
GIVEN = "given"
"""The batch of facts that no file brought: those of plan tests and of hypothetical cases."""


@dataclass(frozen=True)
class FactTable:
    schema: FactType
    table: pa.Table

    def __len__(self) -> int:
        return int(self.table.num_rows)


@dataclass(frozen=True)
class Snapshot:
    facts: Mapping[str, FactTable]
    decisions: Mapping[str, pa.Table]
    calendars: Mapping[str, Calendar]
    calendar: str

    @classmethod
    def build(
        cls,
        facts: Iterable[FactTable],
        decisions: Mapping[str, pa.Table] | None = None,
        calendars: Mapping[str, Calendar] | None = None,
        calendar: str | None = None,
    ) -> Snapshot:
        """A checked snapshot. Decision tables that are not given are empty; the calendar is the Gregorian one."""
        facts_by_name: dict[str, FactTable] = {}
        for fact in facts:
            name = fact.schema.name
            if name in facts_by_name or name in TABLES:
                raise FactError(f"`{name}` is the name of two tables.", code="snapshot.twice", where=Where(field=name))
            _check(fact.schema, fact.table)
            facts_by_name[name] = fact
        tables = empty_decisions()
        for name, table in (decisions or {}).items():
            _check(_decision(name), table)
            tables[name] = table
        known = dict(calendars) if calendars else {GREGORIAN.name: GREGORIAN}
        chosen = calendar or next(iter(known))
        if chosen not in known:
            raise NotFound(f"There is no calendar `{chosen}`.", hint=f"Known are {', '.join(known)}.")
        return cls(MappingProxyType(facts_by_name), MappingProxyType(tables), MappingProxyType(known), chosen)

    @classmethod
    def from_rows(
        cls,
        types: Iterable[FactType],
        facts: Mapping[str, Sequence[Row]] | None = None,
        decisions: Mapping[str, Sequence[Row]] | None = None,
        calendars: Mapping[str, Calendar] | None = None,
        calendar: str | None = None,
    ) -> Snapshot:
        """A snapshot from Python values, or from text in the plain form; what is left out is NULL or its default."""
        by_name = {fact.name: fact for fact in types}
        for name in facts or {}:
            if name not in by_name:
                raise NotFound(f"There is no fact type `{name}`.", hint=f"Known are {', '.join(sorted(by_name))}.")
        tables = [FactTable(fact, table_of(fact, (facts or {}).get(name, ()))) for name, fact in by_name.items()]
        given = {name: table_of(_decision(name), rows) for name, rows in (decisions or {}).items()}
        return cls.build(tables, given, calendars, calendar)

    def table(self, name: str) -> pa.Table:
        if name in self.facts:
            return self.facts[name].table
        if name in self.decisions:
            return self.decisions[name]
        near = suggest(name, [*self.facts, *self.decisions])
        raise NotFound(
            f"The snapshot has no table `{name}`.",
            code="snapshot.no-table",
            hint=f"Did you mean `{near}`?" if near else None,
        )

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of a table as plain Python values."""
        for batch in self.table(name).to_batches(max_chunksize=20_000):
            yield from batch.to_pylist()

    def closed_periods(self) -> list[Period]:
        """What was closed, of every calendar and kind."""
        return [self.calendars[row["calendar"]].parse(row["period"]) for row in self.rows("closed_periods")]

    def hashes(self) -> dict[str, str]:
        """Content hash of each table; neither row order nor the batch that brought a fact matters."""
        return dict(self._hashes)

    @cached_property
    def _hashes(self) -> Mapping[str, str]:
        facts = {name: fact.table.drop_columns([BATCH, ROW]) for name, fact in self.facts.items()}
        return row_sums({**facts, **self.decisions})

    def with_facts(self, name: str, rows: Sequence[Row]) -> Snapshot:
        """A copy in which these facts are added, or take the place of those with the same key."""
        if name not in self.facts:
            raise NotFound(f"There is no fact type `{name}`.", hint=f"Known are {', '.join(sorted(self.facts))}.")
        fact = self.facts[name]
        changed = FactTable(fact.schema, _placed(fact.schema, fact.table, table_of(fact.schema, rows)))
        return replace(self, facts=MappingProxyType({**self.facts, name: changed}))

    def without_facts(self, name: str, keys: Iterable[str]) -> Snapshot:
        """A copy without the facts of these keys."""
        fact = self.facts[name]
        gone = pc.is_in(fact.table[fact.schema.key], value_set=pa.array(list(keys), pa.string()))
        changed = FactTable(fact.schema, fact.table.filter(pc.invert(gone)))
        return replace(self, facts=MappingProxyType({**self.facts, name: changed}))

    def with_decisions(self, name: str, rows: Sequence[Row], *, instead: bool = False) -> Snapshot:
        """A copy in which these rows are added or take the place of those with the same key; or stand alone."""
        table = _decision(name)
        new = table_of(table, rows)
        _check(table, new)
        changed = new if instead else _placed(table, self.decisions[name], new)
        return replace(self, decisions=MappingProxyType({**self.decisions, name: changed}))


def _each_once(keys: pa.Table) -> bool:
    """Whether no key stands twice. Of millions, hashes are compared first: where all of them differ, so do the keys."""
    if len(keys) >= MANY and _hashes_differ(keys):
        return True
    if keys.num_columns == 1:
        return int(pc.count_distinct(keys[0]).as_py()) == len(keys)
    return int(keys.group_by(keys.column_names).aggregate([]).num_rows) == len(keys)


def _hashes_differ(keys: pa.Table) -> bool:
    """In a tenth of the memory that a set of all texts takes."""
    import duckdb

    cells = ", ".join(f'"{name}"' for name in keys.column_names)
    with duckdb.connect(":memory:") as database:
        database.execute("SET preserve_insertion_order = false")
        database.register("given", keys)
        rows = database.sql(f"SELECT hash({cells}) AS row FROM given").to_arrow_table()  # noqa: S608  checked names
    hashes = np.sort(rows["row"].to_numpy())
    return not bool(np.any(hashes[1:] == hashes[:-1]))


def table_of(table: TableType, rows: Sequence[Row]) -> pa.Table:
    """An Arrow table in the exact types from rows of Python values. Every fault is named with its row and column."""
    columns: dict[str, list[Value | object]] = {name: [] for name in table.stored_schema.names}
    for number, row in enumerate(rows, start=1):
        for name in row:
            if name not in columns:
                near = suggest(name, table.columns)
                raise FactError(
                    f"`{table.name}` has no column `{name}`.",
                    code="fact.unknown-column",
                    where=Where(line=number, field=name),
                    hint=f"Did you mean `{near}`?" if near else f"Known are {', '.join(table.columns)}.",
                )
        for name, column in table.columns.items():
            try:
                value = from_python(row.get(name), column)
            except ValueRefused as fault:
                raise FactError(
                    f"`{name}` of row {number} of `{table.name}` is {row.get(name)!r}: {fault.reason}",
                    code=fault.code,
                    where=Where(line=number, field=name),
                ) from None
            value = column.default if value is None else value
            if value is None and column.required:
                raise FactError(
                    f"Row {number} of `{table.name}` has no `{name}`.",
                    code="fact.required",
                    where=Where(line=number, field=name),
                )
            columns[name].append(value)
        if BATCH in columns:
            columns[BATCH].append(row.get(BATCH, GIVEN))
            columns[ROW].append(row.get(ROW, number))
    schema = table.stored_schema
    return pa.table([pa.array(columns[field.name], field.type) for field in schema], schema=schema)


def _decision(name: str) -> TableType:
    if name not in TABLES:
        near = suggest(name, TABLES)
        raise NotFound(
            f"There is no decision table `{name}`.",
            code="snapshot.no-table",
            hint=f"Did you mean `{near}`?" if near else f"Known are {', '.join(TABLES)}.",
        )
    return TABLES[name]


def _check(table: TableType, given: pa.Table) -> None:
    expected = table.stored_schema
    if not given.schema.equals(expected, check_metadata=False):
        wrong = [f"{field.name} {field.type}" for field in expected if field not in list(given.schema)]
        surplus = [name for name in given.schema.names if name not in expected.names]
        said = f"expected {', '.join(wrong)}" if wrong else ""
        said += ("; " if said and surplus else "") + (f"not known: {', '.join(surplus)}" if surplus else "")
        raise FactError(
            f"The table of `{table.name}` has other columns than its description ({said or 'in another order'}).",
            code="snapshot.schema",
            where=Where(field=table.name),
        )
    for name, column in table.columns.items():
        if column.required and given[name].null_count:
            row = pc.index(pc.is_null(given[name]), True).as_py() + 1
            raise FactError(
                f"Row {row} of `{table.name}` has no `{name}`.",
                code="fact.required",
                where=Where(line=row, field=name),
            )
    if not _each_once(given.select(list(table.keys))):
        keys = rows_of_keys(given, table.keys)
        counts = pc.value_counts(keys)
        twice = next(entry["values"].as_py() for entry in counts if entry["counts"].as_py() > 1)
        row = pc.index(keys, twice).as_py()
        key = ", ".join(f"{name} {given[name][row].as_py()}" for name in table.keys)
        raise FactError(
            f"`{table.name}` has more than one row for {key}.",
            code="fact.duplicate-key",
            where=Where(line=row + 1, field=table.keys[0]),
            hint="One row a key: correct the row that is there instead of adding another.",
        )


def _placed(table: TableType, before: pa.Table, new: pa.Table) -> pa.Table:
    _check(table, new)
    taken = pc.is_in(rows_of_keys(before, table.keys), value_set=rows_of_keys(new, table.keys).combine_chunks())
    return pa.concat_tables([before.filter(pc.invert(taken)), new]).combine_chunks()
