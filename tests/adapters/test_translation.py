"""Canonical SQL in the words of other engines: what is rewritten, and that nothing unknown passes."""

from __future__ import annotations

import pytest

from attain.engine.adapters.dialects import Dialect, Postgres, Spark
from attain.engine.adapters.translation import Translation
from attain.kernel.errors import CalculationError

TABLES = {
    "deals": {"id": "VARCHAR", "day": "DATE", "amount": "HUGEINT", "pieces": "INTEGER", "Owner:Payee": "VARCHAR"},
    "steps": {"id": "VARCHAR", "done": "BOOLEAN", "turn": "BIGINT"},
}


def written(text: str, dialect: Dialect | None = None, wanted: dict[str, str] | None = None) -> str:
    return Translation(dialect or Postgres(), TABLES.__getitem__).translate(text, wanted).text


def kinds(text: str) -> list[str]:
    return list(Translation(Postgres(), TABLES.__getitem__).translate(text).columns.values())


@pytest.mark.parametrize(
    ("canonical", "postgres", "spark"),
    [
        ("amount // pieces", 'DIV("amount", "pieces")', "(CAST(`amount` AS DECIMAL(38, 0)) - CAST(`amount` AS"),
        ("pieces // 2", '("pieces" / 2)', "(`pieces` DIV 2)"),
        ("MIN_BY(id, day)", '(ARRAY_AGG("id" ORDER BY "day" ASC) FILTER', "MIN_BY(`id`, `day`) FILTER (WHERE `id` IS"),
        ("day - DATE '2026-01-01'", "CAST(\"day\" - CAST('2026-01-01' AS DATE) AS BIGINT)", "DATEDIFF(`day`, CAST("),
        ("day + 3", '("day" + CAST(3 AS INTEGER))', "DATE_ADD(`day`, CAST(3 AS INT))"),
        ("day - to_months(2)", '("day" - MAKE_INTERVAL(months =>', "ADD_MONTHS(`day`, -(CAST(2 AS INT)))"),
        ("starts_with(id, 'x')", "STARTS_WITH(\"id\", 'x')", "STARTSWITH(`id`, 'x')"),
        ("concat(id, NULL)", "COALESCE(CAST(NULL AS TEXT), '')", "COALESCE(CAST(NULL AS STRING), '')"),
        ("'it''s \\ so'", "'it''s \\ so'", "'it\\'s \\\\ so'"),
        ("SUM(pieces)", 'SUM(CAST("pieces" AS NUMERIC(38, 0)))', "SUM(CAST(`pieces` AS DECIMAL(38, 0)))"),
        ("MAX(id = 'a')", "BOOL_OR(\"id\" = 'a')", "BOOL_OR(`id` = 'a')"),
        ("CAST(error('two rows: 1') AS HUGEINT)", "attain_stop('two rows: 1') AS NUMERIC(38, 0))", "RAISE_ERROR("),
        ('"owner:payee"', '"Owner:Payee"', "`Owner:Payee`"),
    ],
)  # fmt: skip
def test_what_engines_say_in_other_words(canonical: str, postgres: str, spark: str) -> None:
    query = f"SELECT {canonical} AS x FROM deals"
    assert postgres in written(query, Postgres())
    assert spark in written(query, Spark())


def test_columns_left_out_or_replaced_are_listed_by_name() -> None:
    text = written("SELECT * EXCLUDE (pieces, id) REPLACE (amount + 1 AS amount) FROM deals d")
    assert (
        text
        == 'SELECT "d"."day" AS "day", "amount" + 1 AS "amount", "d"."Owner:Payee" AS "Owner:Payee" FROM "deals" AS "d"'
    )


def test_groups_of_all_columns_are_listed_by_place() -> None:
    text = written("SELECT day, SUM(amount) AS total, id FROM deals GROUP BY ALL ORDER BY ALL")
    assert text.endswith("GROUP BY 1, 3 ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3 NULLS LAST")


def test_an_alias_of_the_same_query_is_written_out() -> None:
    assert 'WHERE ("amount" * 2) > 5' in written("SELECT amount * 2 AS double FROM deals WHERE double > 5")


def test_the_last_known_value_is_found_without_ignore_nulls() -> None:
    query = "SELECT LAST_VALUE(done IGNORE NULLS) OVER (PARTITION BY id ORDER BY turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS x FROM steps"  # noqa: E501
    assert 'FILTER (WHERE "done" IS NOT NULL) OVER (' in written(query) and "CARDINALITY(" in written(query)
    assert "LAST_VALUE(`done`) IGNORE NULLS OVER (" in written(query, Spark())


def test_a_recursion_keeps_the_types_of_its_first_step() -> None:
    query = "WITH RECURSIVE up AS (SELECT id, amount FROM deals UNION ALL SELECT id, 1 FROM up) SELECT * FROM up"
    assert written(query).startswith("WITH RECURSIVE ") and "CAST(1 AS NUMERIC(38, 0))" in written(query)


def test_every_order_says_where_missing_values_stand() -> None:
    """Engines disagree on it; the canonical dialect puts them last in both directions."""
    text = written("SELECT ROW_NUMBER() OVER (ORDER BY id DESC, day) AS n FROM deals")
    assert 'ORDER BY "id" DESC NULLS LAST, "day" NULLS LAST' in text


def test_a_name_that_is_too_long_gets_a_short_one_that_no_other_has() -> None:
    one, other = (Postgres().short("ä" * 40 + end) for end in "ab")
    assert one != other and all(len(name.encode()) <= 63 for name in (one, other))
    assert Spark().short("ä" * 90) == "ä" * 90


def test_a_union_has_one_type_a_column() -> None:
    text = "SELECT NULL AS a, 1 AS b UNION ALL SELECT NULL, 2::HUGEINT UNION ALL SELECT day, NULL FROM deals"
    assert kinds(text) == ["DATE", "HUGEINT"]
    assert written(text).startswith('SELECT CAST(NULL AS DATE) AS "a", CAST(1 AS NUMERIC(38, 0)) AS "b" UNION ALL')


def test_the_columns_of_a_result_have_the_types_that_are_wanted() -> None:
    text = written("SELECT COUNT(*) AS n, id FROM deals GROUP BY id", wanted={"n": "HUGEINT", "id": "VARCHAR"})
    assert text.startswith('SELECT CAST(COUNT(*) AS NUMERIC(38, 0)) AS "n", "id" AS "id"')


@pytest.mark.parametrize(
    "query",
    [
        "SELECT amount / 2 AS x FROM deals",
        "SELECT 1.5 AS x",
        "SELECT CAST(amount AS DOUBLE) AS x FROM deals",
        "SELECT CAST(amount AS DECIMAL(18, 2)) AS x FROM deals",
        "SELECT TRY_CAST(id AS INTEGER) AS x FROM deals",
        "SELECT MEDIAN(amount) AS x FROM deals",
        "SELECT sign(amount) AS x FROM deals",
        "SELECT AVG(amount) AS x FROM deals",
        "SELECT LIST(id) AS x FROM deals",
        "SELECT list_reduce([1, 2], (a, b) -> a + b) AS x",
        "SELECT random() AS x",
        "SELECT now() AS x",
        "SELECT id FROM deals ORDER BY day LIMIT 1 OFFSET 2",
        "SELECT id FROM deals LIMIT 10%",
        "SELECT id FROM deals TABLESAMPLE 10%",
        "SELECT id FROM deals QUALIFY ROW_NUMBER() OVER (ORDER BY id) = 1",
        "SELECT d.id FROM deals d ASOF JOIN steps s ON d.id = s.id AND d.day > s.turn",
        "SELECT id FROM deals SEMI JOIN steps USING (id)",
        "SELECT id FROM deals NATURAL JOIN steps",
        "SELECT d.id FROM deals d RIGHT JOIN steps s ON d.id = s.id",
        "SELECT id FROM deals UNION BY NAME SELECT id FROM steps",
        "SELECT id FROM deals EXCEPT SELECT id FROM steps",
        "SELECT SUM(amount) OVER (ORDER BY day RANGE BETWEEN 3 PRECEDING AND CURRENT ROW) AS x FROM deals",
        "SELECT FIRST_VALUE(id IGNORE NULLS) OVER (ORDER BY day) AS x FROM deals",
        "SELECT id FROM deals WHERE id SIMILAR TO 'a.*'",
        "SELECT id FROM deals WHERE id LIKE id",
        "SELECT id FROM read_parquet('x.parquet')",
        "SELECT COLUMNS('a.*') FROM deals",
        "SELECT missing FROM deals",
        "SELECT id + 1 AS x FROM deals",
        "SELECT CASE WHEN TRUE THEN 1 ELSE 'a' END AS x",
        "SELECT d.id, s.id FROM deals d JOIN steps s ON d.id = s.id",
        "SELECT EXTRACT(epoch FROM day) AS x FROM deals",
        "SELECT DATE_TRUNC('week', day) AS x FROM deals",
        "DELETE FROM deals",
        "COPY deals TO 'x.csv'",
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused(query: str) -> None:
    """Nobody knows what another engine would make of it, so it never gets there."""
    for dialect in (Postgres(), Spark()):
        with pytest.raises(CalculationError) as refusal:
            written(query, dialect)
        assert refusal.value.code == "engine.untranslated"
        assert "DuckDB" in (refusal.value.hint or "")
