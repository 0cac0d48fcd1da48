"""Sources with types of their own: exact ones are taken, floats are refused wherever something is counted."""

from __future__ import annotations

import io
import sqlite3
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from attain.facts.importing import Import
from attain.facts.mapping import parse_mapping
from attain.facts.readers.sql import read_query
from attain.facts.schema import FactType
from attain.kernel.errors import FactError

from .conftest import Read

PARQUET = "into: deals\nformat: parquet\n"
DAY = date(2026, 3, 2)


def parquet(**columns: pa.Array) -> bytes:
    plain = {
        "id": pa.array(["D1", "D2"]),
        "close_date": pa.array([DAY, DAY]),
        "amount": pa.array([Decimal("1.50"), None], pa.decimal128(12, 2)),
        "owner": pa.array(["anna", "ben"]).dictionary_encode(),
    }
    content = io.BytesIO()
    pq.write_table(pa.table({**plain, **columns}), content)
    return content.getvalue()


def test_exact_types_are_taken_and_a_missing_amount_is_kept_aside(read: Read) -> None:
    imported = read(parquet(), PARQUET)
    assert [(row["id"], row["amount"], row["close_date"]) for row in imported.good.to_pylist()] == [
        ("D1", Decimal("1.50"), DAY)
    ]
    assert [(row["row"], row["code"]) for row in imported.quarantine.to_pylist()] == [(2, "fact.required")]


@pytest.mark.parametrize(
    ("amounts", "read_as"),
    [
        (pa.array([Decimal("1.5000"), Decimal("-20.0000")], pa.decimal128(20, 4)), ["1.50", "-20.00"]),
        (pa.array([Decimal(100), Decimal(-20)], pa.decimal128(20, 0)), ["100.00", "-20.00"]),
        (pa.array([Decimal("0.10"), Decimal("0.00")], pa.decimal256(50, 2)), ["0.10", "0.00"]),
        (pa.array([7, -8]), ["7.00", "-8.00"]),
        (pa.array(["1.25", "3"]), ["1.25", "3.00"]),
    ],
)
def test_every_exact_type_of_number_is_read(amounts: pa.Array, read_as: list[str], read: Read) -> None:
    for mapping in (PARQUET, f'{PARQUET}decimal_mark: ","\n'):
        if pa.types.is_string(amounts.type) and "decimal_mark" in mapping:
            continue
        assert [str(amount) for amount in read(parquet(amount=amounts), mapping).good["amount"].to_pylist()] == read_as


def test_more_places_than_the_column_has_are_kept_aside(read: Read) -> None:
    amounts = pa.array([Decimal("1.505"), Decimal("2.000")], pa.decimal128(20, 3))
    imported = read(parquet(amount=amounts), PARQUET)
    assert imported.quarantine["code"].to_pylist() == ["fact.places"]
    assert imported.good["id"].to_pylist() == ["D2"]


def test_floats_are_refused_for_money_with_advice(read: Read) -> None:
    with pytest.raises(FactError) as caught:
        read(parquet(amount=pa.array([1.5, 2.5])), PARQUET)
    assert (caught.value.code, caught.value.where.field) == ("file.column-type", "amount")
    assert "DECIMAL" in caught.value.message
    more = pa.array([1.5, 2.5])
    assert read(parquet(score=more), f"{PARQUET}extra: ignore\n").row_count == 2


def test_a_moment_is_no_day_unless_it_is_midnight(read: Read) -> None:
    moments = pa.array(
        [datetime.fromisoformat("2026-03-02"), datetime.fromisoformat("2026-03-02T10:00")], pa.timestamp("us")
    )
    amounts = pa.array([1, 2])
    for mapping in (PARQUET, f"{PARQUET}date_format: dd.mm.yyyy\n"):
        imported = read(parquet(close_date=moments, amount=amounts), mapping)
        assert imported.good["close_date"].to_pylist() == [DAY]
        assert imported.quarantine["code"].to_pylist() == ["fact.date"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"id,amount\n", "file.kind"),
        (b"PAR1" + bytes(100), "file.damaged"),
        (parquet()[:-9], "file.damaged"),
        (parquet()[:200] + bytes(50) + parquet()[250:], "file.damaged"),
        (parquet(owner=pa.array([["anna"], ["ben"]])), "file.column-type"),
    ],
)
def test_a_bad_parquet_file_is_refused(content: bytes, code: str, read: Read) -> None:
    with pytest.raises(FactError) as caught:
        read(content, PARQUET)
    assert (caught.value.code, caught.value.where.line) == (code, 1), str(caught.value)


def query(
    deals: FactType, sql: str, mapping: str = "into: deals\nformat: sql\ndatabase: crm.db\nquery: SELECT\n"
) -> Import:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:")
        connection.execute("create table deals (id text, close_date text, amount text, weight real, owner text)")
        connection.executemany(
            "insert into deals values (?, ?, ?, ?, ?)",
            [("D1", "2026-03-02", "1.50", 0.5, "anna"), ("D2", "2026-03-02", "2.505", 1.5, "ben")],
        )
        return connection

    return read_query(connect, sql, deals, parse_mapping(mapping, {"deals": deals}))


def test_a_query_is_judged_like_a_file(deals: FactType) -> None:
    imported = query(deals, "select id, close_date, amount, owner from deals order by id")
    assert imported.good["amount"].to_pylist() == [Decimal("1.50")]
    assert [(row["row"], row["code"]) for row in imported.quarantine.to_pylist()] == [(2, "fact.places")]
    again = query(deals, "select id, close_date, amount, owner from deals order by id desc")
    assert again.content_id == imported.content_id


def test_floats_of_a_query_are_refused_for_money(deals: FactType) -> None:
    with pytest.raises(FactError, match="Cast it to DECIMAL"):
        query(deals, "select id, close_date, weight as amount, owner from deals")
    mapping = "into: deals\nformat: sql\ndatabase: crm.db\nquery: SELECT\nextra: ignore\n"
    assert query(deals, "select id, close_date, amount, owner, weight from deals", mapping).row_count == 2


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select nothing from deals", "file.query"),
        ("delete from deals", "file.query"),
        ("select id, close_date, amount, owner from deals where 1 = 0", "file.empty"),
        ("select id, id, close_date, amount, owner from deals", "file.header-twice"),
    ],
)
def test_a_query_that_brings_no_facts_is_refused(sql: str, code: str, deals: FactType) -> None:
    with pytest.raises(FactError) as caught:
        query(deals, sql)
    assert caught.value.code == code
