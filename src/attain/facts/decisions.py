"""The tables of what people decided, as a run reads them; described like fact types, so files can be imported.

`DECISIONS` holds the exact Arrow schema of each. Dated tables are half-open: `valid_to` is the first day on which a
row no longer holds, and NULL while it has no end.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pyarrow as pa

from .schema import Column, TableType


def _text(name: str, *, choices: tuple[str, ...] = (), default: str | None = None) -> Column:
    return Column(name, "text", choices=choices, default=default, required=default is None)


def _free(name: str) -> Column:
    return Column(name, "text", required=False)


def _payee(name: str) -> Column:
    return Column(name, "payee")


def _day(name: str, *, required: bool = True) -> Column:
    return Column(name, "date", required=required)


def _whole(name: str) -> Column:
    return Column(name, "integer")


_CURRENCY = Column("currency", "currency", required=False)
_PAID = (
    *(_text("plan"), _text("component"), _payee("payee"), _text("source")),
    *(_text("earning_period"), _text("pay_period")),
)
"""What was paid to whom for what, and when."""
VALID = (_day("valid_from"), _day("valid_to", required=False))


def _table(name: str, keys: str, *columns: Column) -> TableType:
    return TableType(name, tuple(keys.split()), {column.name: column for column in columns})


_TABLES = (
    _table(
        "people",
        "person",
        _text("person"),
        _free("name"),
        _free("country"),
        _CURRENCY,
        _day("hired_on", required=False),
        _day("left_on", required=False),
        _text("kind", choices=("employee", "partner"), default="employee"),
    ),
    _table(
        "positions",
        "position valid_from",
        _text("position"),
        _free("title"),
        _free("territory"),
        _free("unit"),
        _free("manager"),
        *VALID,
    ),
    _table("assignments", "person position valid_from", _text("person"), _text("position"), *VALID),
    _table(
        "relationships",
        "kind subject payee valid_from",
        _text("kind"),
        _text("subject"),
        _payee("payee"),
        Column("share", "rate", 6, required=False),
        *VALID,
    ),
    _table(
        "teams",
        "team member valid_from",
        _text("team"),
        _payee("member"),
        Column("weight", "number", 6, required=False, default=Decimal("1.000000"), minimum=Decimal(0)),
        *VALID,
    ),
    _table("leaves", "person kind valid_from", _text("person"), _text("kind"), *VALID),
    _table(
        "quotas",
        "quota subject valid_from",
        _text("quota"),
        _payee("subject"),
        Column("amount", "number", 4),  # a quota may count units: money only where a currency stands beside it
        _CURRENCY,
        _text("per"),
        *VALID,
    ),
    _table(
        "inputs", "input subject valid_from", _text("input"), _payee("subject"), Column("value", "number", 6), *VALID
    ),
    _table(
        "parameters",
        "parameter plan level key valid_from",
        _text("parameter"),
        _free("plan"),
        _text("level", choices=("plan", "title", "position", "person")),
        _free("key"),
        _text("value"),
        *VALID,
    ),
    _table(
        "rates",
        "kind base quote on",
        _text("kind"),
        Column("base", "currency"),
        Column("quote", "currency"),
        _day("on"),
        Column("rate", "number", 12, precision=24, minimum=Decimal("0.000000000001")),
    ),
    _table(
        "holds",
        "hold",
        _text("hold"),
        _text("plan"),
        _payee("payee"),
        _free("component"),
        _free("source"),
        _text("reason"),
        *VALID,
    ),
    _table(
        "overrides",
        "override",
        _text("override"),
        _text("plan"),
        _text("component"),
        _payee("payee"),
        _text("source"),
        _text("earning_period"),
        Column("amount", "number", 4),
        _text("reason"),
        _day("expires_on", required=False),
    ),
    _table(
        "adjustments",
        "adjustment",
        _text("adjustment"),
        _text("plan"),
        _payee("payee"),
        _text("pay_period"),
        _text("component"),
        Column("amount", "money", 4, currency="currency"),
        Column("currency", "currency"),
        _text("reason"),
    ),
    _table(
        "ledger_lines",
        "plan component payee source earning_period pay_period",
        *_PAID,
        _whole("amount"),
        Column("currency", "currency"),
        _text("line"),
    ),
    _table(
        "ledger_releases",
        "plan component payee source earning_period pay_period part",
        *_PAID,
        _whole("part"),
        _whole("amount"),
        Column("currency", "currency"),
    ),
    _table(
        "ledger_balances",
        "plan payee name pay_period",
        _text("plan"),
        _payee("payee"),
        _text("name"),
        _text("pay_period"),
        _whole("amount"),
        Column("currency", "currency"),
    ),
    _table("closed_periods", "calendar kind period", _text("calendar"), _text("kind"), _text("period")),
)

TABLES: Mapping[str, TableType] = {table.name: table for table in _TABLES}
DECISIONS: Mapping[str, pa.Schema] = {table.name: table.arrow_schema() for table in _TABLES}

# A company without positions says in the list of its people what a seat would say; records make the seats.
_SEAT = (_free("title"), _free("manager"), _free("territory"), _free("unit"), _free("position"))
_SEAT_DATES = (_day("valid_from", required=False), _day("valid_to", required=False))

IMPORTABLE: Mapping[str, TableType] = {
    name: TABLES[name]
    for name in (
        "positions",
        "assignments",
        "relationships",
        "teams",
        "leaves",
        "quotas",
        "inputs",
        "parameters",
        "rates",
    )
} | {
    "people": TableType(
        "people",
        ("person", "valid_from"),
        {column.name: column for column in (*TABLES["people"].columns.values(), *_SEAT, *_SEAT_DATES)},
    )
}
"""What a file may be imported into. Ledger, holds, overrides and adjustments are written by services alone."""


def empty_decisions() -> dict[str, pa.Table]:
    return {name: schema.empty_table() for name, schema in DECISIONS.items()}
