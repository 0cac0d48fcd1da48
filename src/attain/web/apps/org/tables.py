"""Which model keeps which table of the snapshot, and what identifies its rows.

The *key* says when an imported row takes the place of one that is there. The *timeline* is the key without the date:
its rows follow each other, so no two of them may hold on the same day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from attain.facts.decisions import TABLES

from . import models

Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    name: str
    model: Any
    timelines: tuple[tuple[str, ...], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(TABLES[self.name].columns)

    @property
    def keys(self) -> tuple[str, ...]:
        return TABLES[self.name].keys

    def key_of(self, row: Mapping[str, Any]) -> Key:
        return tuple(row[name] for name in self.keys)


_ALL = (
    Table("people", models.Person),
    Table("positions", models.Position, (("position",),)),
    # The first timeline ends open rows by itself; a position's next holder never ends the assignment of another.
    Table("assignments", models.Assignment, (("person",), ("position",))),
    Table("relationships", models.Relationship, (("kind", "subject", "payee"),)),
    Table("teams", models.TeamMember, (("team", "member"),)),
    Table("leaves", models.Leave, (("person", "kind"),)),
    Table("quotas", models.Quota, (("quota", "subject"),)),
    Table("inputs", models.InputValue, (("input", "subject"),)),
    Table("parameters", models.ParameterValue, (("parameter", "plan", "level", "key"),)),
    Table("rates", models.ExchangeRate),
)
ORG_TABLES: Mapping[str, Table] = {table.name: table for table in _ALL}


def rows_of(table: Table) -> list[Row]:
    """Every row of a table, with its database id and the batch and version it has."""
    return list(table.model.objects.order_by("pk").values("pk", "batch_id", "version", *table.columns))


def arrow_of(name: str, model: Any) -> pa.Table:
    """A table as the snapshot wants it, column by column."""
    schema = TABLES[name].arrow_schema()
    rows = list(model.objects.order_by("pk").values_list(*schema.names))
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema
    )


def as_text(row: Mapping[str, Any]) -> str:
    """A row for the history: exact and readable."""
    plain = {name: _plain(value) for name, value in row.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def from_text(table: Table, text: str) -> Row:
    given = json.loads(text)
    columns = TABLES[table.name].columns
    return {name: _typed(value, columns[name].type if name in columns else "text") for name, value in given.items()}


def key_text(key: Iterable[Any]) -> str:
    return json.dumps([_plain(value) for value in key], ensure_ascii=False)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date | Decimal) else value


def _typed(value: Any, type_: str) -> Any:
    if value is None:
        return None
    if type_ == "date":
        return date.fromisoformat(value)
    return Decimal(value) if type_ in ("number", "money", "rate") else value
