"""A table type as plain JSON and back: what a child process is told, and what a run keeps of its fact types.

The columns are a list, because their order is a part of the description.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from .schema import Column, FactType, TableType
from .values import Value


def as_plain(table: TableType) -> dict[str, Any]:
    said = asdict(table)
    said["columns"] = [asdict(column) for column in table.columns.values()]
    plain: dict[str, Any] = json.loads(json.dumps(said, default=_text, allow_nan=False))
    return plain


def of_plain(said: Mapping[str, Any]) -> TableType:
    kind = FactType if "date" in said else TableType
    columns = [_column(column) for column in said["columns"]]
    named = {column.name: column for column in columns}
    return kind(**{**said, "keys": tuple(said["keys"]), "columns": named})


def fact_of_plain(said: Mapping[str, Any]) -> FactType:
    fact = of_plain(said)
    if not isinstance(fact, FactType):
        raise TypeError(f"{fact.name} is no fact type.")
    return fact


def _text(value: object) -> str:
    if isinstance(value, Decimal | date):
        return str(value)
    raise TypeError(f"A description holds no {type(value).__name__}.")


_VALUES: Mapping[str, Callable[[Any], Value]] = {
    "date": date.fromisoformat,
    **dict.fromkeys(("number", "rate", "money"), Decimal),
}
"""How the text of a default becomes a value again; all other types are the same in JSON."""


def _column(said: Mapping[str, Any]) -> Column:
    default = said["default"]
    values = {name: None if said[name] is None else Decimal(said[name]) for name in ("minimum", "maximum")}
    if default is not None and said["type"] in _VALUES:
        default = _VALUES[said["type"]](default)
    return Column(**{**said, **values, "default": default, "choices": tuple(said["choices"])})
