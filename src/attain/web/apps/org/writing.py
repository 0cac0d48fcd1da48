"""Many rows in one short transaction: every value is made ready for the database before the lock is taken.

Django's own bulk calls build each row and each query while others wait. Here the lock is held only while the database
itself works, which is several times shorter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Write:
    """A query and the values of each of its rows."""

    query: str
    values: list[tuple[Any, ...]]

    def run(self) -> None:
        if self.values:
            with connection.cursor() as cursor:
                cursor.executemany(self.query, self.values)


def insertion(model: Any, names: Sequence[str], rows: Iterable[Row]) -> Write:
    columns = _columns(model, names)
    places = ", ".join(["%s"] * len(columns))
    query = f"INSERT INTO {_quoted(model._meta.db_table)} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    return Write(query, _prepared(model, names, rows))


def change(model: Any, names: Sequence[str], rows: Iterable[Row]) -> Write:
    """Rows that know their `pk`."""
    settings = ", ".join(f"{column} = %s" for column in _columns(model, names))
    key = _quoted(model._meta.pk.column)
    query = f"UPDATE {_quoted(model._meta.db_table)} SET {settings} WHERE {key} = %s"  # noqa: S608
    return Write(query, _prepared(model, [*names, "pk"], rows))


def _columns(model: Any, names: Sequence[str]) -> list[str]:
    return [_quoted(model._meta.get_field(name).column) for name in names]


def _prepared(model: Any, names: Sequence[str], rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    rows = list(rows)
    fields = [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]
    columns = [
        [field.get_db_prep_save(row[name], connection) for row in rows]
        for name, field in zip(names, fields, strict=True)
    ]
    return list(zip(*columns, strict=True))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
