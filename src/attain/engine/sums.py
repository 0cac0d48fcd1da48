"""What the rows of result tables come to, by payee: how many, their money, and their hashes added up.

The hash of a table and the control totals of a run follow from these sums. So they are known without reading a table
again, where it is written in parts, and where a run changes the rows of a few payees.

The hash of a table is made of the columns, the count, and two sums over its rows: of their 64-bit hashes, and of the
hashes of these, so that rows which cancel each other out in one sum do not do so in the other. It depends neither on
the order of rows nor on the bytes of a file. Two runs over the same inputs have the same hashes on any machine, at any
number of threads and on any engine. It tells results apart; that nobody touched a file is proved by the SHA-256 of its
bytes (`attain.web.sealing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from attain.engine.adapters.duckdb import DuckDB
from attain.kernel.hashing import canonical_json, sha256_bytes

NOTHING: Mapping[str, str] = dict.fromkeys(("plan", "payee", "kind", "state", "currency", "over"), "NULL")
_PAID = {"plan": "plan", "payee": "payee", "currency": "currency", "amount": "amount"}
_COUNTED: Mapping[str, Mapping[str, str]] = {
    "credits": {**_PAID, "kind": "credit_set", "over": "amount_over"},
    "lines": _PAID,
    "releases": {**_PAID, "state": "state"},
    "payments": {**_PAID, "amount": "payable"},
    "uncredited": {
        "kind": "event_type",
        "state": "reason",
        "currency": "currency",
        "over": "amount_over",
        "amount": "amount",
    },
    "exceptions": {},
}
"""By which columns the rows of each table are counted, and which amount of theirs is added up."""

ADDED = ("rows", "amount", "low", "high")
WIDE = pa.decimal128(38, 0)
SCHEMA = pa.schema(
    [
        *[pa.field(name, pa.string()) for name in ("table", *NOTHING)],
        pa.field("rows", pa.int64()),
        *[pa.field(name, WIDE) for name in ("amount", "low", "high")],
    ]
)
"""`amount` is in minor units, or a numerator over `over`; `low` and `high` are the sums of hashes."""


def sums_of(database: DuckDB, name: str, which: str = "TRUE") -> pa.Table:
    """The sums of a table, or of the rows that fulfil a condition."""
    columns = database.columns(name)
    counted = _COUNTED.get(name, {})
    by = ", ".join(f'CAST({counted.get(key, none)} AS VARCHAR) AS "{key}"' for key, none in NOTHING.items())
    amount = counted.get("amount", "NULL")
    hashed = f'SELECT {by}, CAST({amount} AS HUGEINT) AS amount, {row_hash(columns)} AS low FROM "{name}" WHERE {which}'
    query = f"""
    SELECT '{name}' AS "table", {", ".join(NOTHING)}, COUNT(*) AS "rows", CAST(SUM(amount) AS DECIMAL(38, 0)) AS amount,
           {_added("low")} AS low, {_added("hash(low, 1)")} AS high
    FROM ({hashed}) h GROUP BY {", ".join(NOTHING)}
    """
    return database.arrow(query).cast(SCHEMA)


def _added(hashed: str) -> str:
    return f"CAST(SUM(CAST({hashed} AS HUGEINT)) AS DECIMAL(38, 0))"


def row_hash(columns: Mapping[str, str]) -> str:
    """The hash of a row's cells in the order of their columns' names. The types are those of the stored table: the hash
    of a whole number depends on its width."""
    cells = ", ".join(f'CAST("{column}" AS {columns[column]})' for column in sorted(columns))
    return f"hash({cells})"


def about(sums: pa.Table, name: str, columns: Mapping[str, str]) -> dict[str, Any]:
    """Number of rows, hash and columns of a table, as the manifest says them."""
    mine = sums.filter(pc.equal(sums["table"], name))
    rows, low, high = (int(pc.sum(mine[what]).as_py() or 0) for what in ("rows", "low", "high"))
    content = canonical_json([sorted(columns), rows, low, high])
    return {"rows": rows, "hash": sha256_bytes(content), "columns": dict(columns)}


def table_hash(database: DuckDB, name: str) -> str:
    """The hash of a table of a database."""
    found: str = about(sums_of(database, name), name, database.columns(name))["hash"]
    return found


def control_totals(sums: pa.Table) -> dict[str, Any]:
    """Money of each stage by plan, as text in minor units (or exact fractions), for the eye of an auditor."""
    keys = ["table", *(name for name in NOTHING if name != "payee")]
    added = sums.group_by(keys).aggregate([("rows", "sum"), ("amount", "sum")])
    found = sorted(added.to_pylist(), key=lambda row: [str(row[key]) for key in keys])
    totals: dict[str, Any] = {}
    for table in ("lines", "releases", "payments"):
        totals[table] = {
            row["plan"]: {
                "rows": row["rows_sum"],
                "amount_minor": int(row["amount_sum"] or 0),
                "currency": row["currency"],
            }
            for row in found
            if row["table"] == table and row["state"] in (None, "released")
        }
    totals["credits"] = {
        f"{row['plan']}/{row['kind']}": {
            "rows": row["rows_sum"],
            "amount": str(Fraction(int(row["amount_sum"] or 0), int(row["over"]))),
        }
        for row in found
        if row["table"] == "credits"
    }
    uncredited: dict[str, dict[str, Any]] = {}
    for row in found:
        if row["table"] == "uncredited":
            said = uncredited.setdefault(f"{row['kind']}/{row['state']}", {"rows": 0, "amounts": []})
            said["rows"] += row["rows_sum"]
            amount = row["amount_sum"]
            said["amounts"].append(None if amount is None else f"{int(amount)}/{row['over']} {row['currency']}")
    return totals | {"uncredited": uncredited}
