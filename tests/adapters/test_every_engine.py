"""What a calculation asks of a database, asked of every engine."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from attain.engine.adapters.port import Database
from attain.kernel.errors import CalculationError


def test_what_was_put_in_comes_out(database: Database) -> None:
    table = pa.table(
        {
            "text:with @signs": pa.array(["a", "", None, "q\"uo'te\\, 100%", "Ä€\n"], pa.string()),
            "day": pa.array(
                [date(1, 1, 1), date(9999, 12, 31), None, date(2024, 2, 29), date(2026, 1, 1)], pa.date32()
            ),
            "amount": pa.array([0, -(10**38) + 1, None, 10**38 - 1, 5], pa.decimal128(38, 0)),
            "row": pa.array([1, -(2**63), 2**63 - 1, None, 0], pa.int64()),
            "is": pa.array([True, False, None, True, False], pa.bool_()),
            "l" * 70: pa.array([1, 2, 3, 4, 5], pa.int32()),
        }
    )
    database.register("odd: table", table)
    assert database.columns("odd: table") == {
        "text:with @signs": "VARCHAR", "day": "DATE", "amount": "HUGEINT", "row": "BIGINT", "is": "BOOLEAN",
        "l" * 70: "INTEGER",
    }  # fmt: skip
    given = sorted(map(repr, table.to_pylist()))
    found = sorted(
        repr({**row, "amount": row["amount"]}) for row in database.arrow('SELECT * FROM "odd: table"').to_pylist()
    )
    assert found == given


def test_a_table_may_be_made_anew_from_itself_and_views_see_it(database: Database) -> None:
    database.register("numbers", pa.table({"n": pa.array([1, 2], pa.int32())}))
    database.view("doubled", "SELECT n * 2 AS n FROM numbers", "twice")
    database.view("more", "SELECT n + 1 AS n FROM doubled", "and one")
    database.create("numbers", "SELECT n + 10 AS n FROM numbers", "more")
    database.append_text("numbers", "SELECT MAX(n) + 1 FROM numbers")
    found = sorted(row["n"] for row in database.rows("SELECT n FROM more"))
    assert found == [23, 25, 27]


def test_the_last_known_value_is_the_one_before_and_never_a_missing_one(database: Database) -> None:
    """What a person has been paid until now, in steps of which some pay nothing."""
    steps = [("a", 1, None), ("a", 2, 5), ("a", 3, None), ("a", 4, 7), ("b", 1, 9), ("b", 2, None)]
    database.register("steps", pa.table(dict(zip(("id", "turn", "paid"), zip(*steps, strict=True), strict=True))))
    found = database.arrow(
        "SELECT id, turn, LAST_VALUE(paid IGNORE NULLS) OVER (PARTITION BY id ORDER BY turn"
        " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS known FROM steps"
    )
    assert {(row["id"], row["turn"]): row["known"] for row in found.to_pylist()} == {
        ("a", 1): None, ("a", 2): None, ("a", 3): 5, ("a", 4): 5, ("b", 1): None, ("b", 2): 9,
    }  # fmt: skip


def test_a_reader_may_stop_half_way_and_ask_other_things(database: Database) -> None:
    database.register("many", pa.table({"n": pa.array(range(50_000), pa.int64())}))
    reader = iter(database.rows("SELECT n FROM many ORDER BY n"))
    assert next(reader) == {"n": 0}
    assert database.value("SELECT COUNT(*) FROM many") == 50_000
    assert next(reader) == {"n": 1}


def test_too_wide_a_number_and_a_table_with_two_matching_rows_stop_the_calculation(database: Database) -> None:
    database.register("wide", pa.table({"n": pa.array([10**37], pa.decimal128(38, 0))}))
    with pytest.raises(CalculationError) as wide:
        database.create("wider", "SELECT n * 100 AS n FROM wide", "too wide")
    with pytest.raises(CalculationError) as twice:
        database.create(
            "twice", "SELECT CASE WHEN n > 1 THEN CAST(error('two rows: Both.') AS HUGEINT) END AS n FROM wide", ""
        )
    database.create(
        "once", "SELECT CASE WHEN n < 1 THEN CAST(error('two rows: Both.') AS HUGEINT) END AS n FROM wide", ""
    )
    assert wide.value.code == "calculation.overflow"
    assert (twice.value.code, str(twice.value).split("  ")[0]) == ("calculation.lookup-twice", "Both.")
