"""The raw tables of AdventureWorks, counted by plain DuckDB: what the example rests on before we read anything of it.

And what `prepare` makes of them, compared with the raw tables by the same plain queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from attain.examples import adventureworks
from attain.examples.adventureworks.prepare import prepare, write_workspace

ROOM = Path(adventureworks.__file__).parent
SALES_YEAR = "BETWEEN DATE '2013-05-30' AND DATE '2014-05-01'"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("imports")
    prepare(target)
    return target


@pytest.fixture(scope="module")
def rows(prepared: Path) -> Iterator[Any]:
    """A function from a query to its rows; raw tables and prepared files (`made_…`) are views."""
    connection = duckdb.connect()
    for path in sorted((ROOM / "data").glob("*.parquet")):
        connection.execute(f"CREATE VIEW {path.stem} AS FROM '{path}'")
    for path in sorted(path for path in prepared.rglob("*") if path.is_file()):
        name = path.name.replace(".", "_").replace("-", "_")
        source = f"'{path}'" if path.suffix == ".parquet" else f"read_csv('{path}', all_varchar=true)"
        connection.execute(f"CREATE VIEW made_{name} AS FROM {source}")
    connection.execute("""
        CREATE VIEW made_orders AS
        SELECT id, order_date, online, sales_person, sub_total FROM made_orders_parquet
        WHERE id NOT IN (SELECT id FROM made_orders_late_csv)
        UNION ALL
        SELECT id, CAST(order_date AS DATE), online = 'yes', sales_person, CAST(sub_total AS DECIMAL(18, 4))
        FROM made_orders_late_csv""")
    yield lambda query: connection.execute(query).fetchall()
    connection.close()


def test_the_raw_tables_are_complete(rows: Any) -> None:
    """31,465 orders of which 3,806 have a seller, 121,317 lines, 17 sales people with 163 quotas."""
    assert rows("SELECT count(*), count(SalesPersonID), sum(SubTotal) FROM sales_order_header") == [
        (31465, 3806, Decimal("109846381.4039"))
    ]
    assert rows("SELECT count(*), count(DISTINCT SalesOrderDetailID) FROM sales_order_detail") == [(121317, 121317)]
    assert rows("SELECT count(*) FROM sales_person") == [(17,)]
    assert rows("SELECT count(*) FROM sales_person_quota_history") == [(163,)]


def test_every_line_total_is_price_times_quantity_less_discount(rows: Any) -> None:
    exact = "UnitPrice * OrderQty * (1 - UnitPriceDiscount)"
    assert rows(f"SELECT count(*) FROM sales_order_detail WHERE LineTotal <> {exact}") == [(0,)]


def test_sales_ytd_is_the_sum_of_the_orders_of_a_year_to_the_cent_fraction(rows: Any) -> None:
    """An oracle of the publisher: one figure for each of the 17, over days with both ends included."""
    found = rows(f"""
        SELECT BusinessEntityID, SalesYTD, sum(SubTotal)
        FROM sales_person JOIN sales_order_header ON SalesPersonID = BusinessEntityID
        WHERE OrderDate {SALES_YEAR} GROUP BY ALL ORDER BY ALL""")
    assert len(found) == 17
    assert [(person, total) for person, _, total in found] == [(person, ytd) for person, ytd, _ in found]


def test_a_day_less_at_either_end_would_be_seen(rows: Any) -> None:
    """The first and the last day carry orders of nearly everybody, so the equality above fixes both ends."""
    days = "SELECT count(DISTINCT SalesPersonID) FROM sales_order_header WHERE OrderDate = DATE '{}'"
    assert rows(days.format("2013-05-30"))[0][0] >= 15
    assert rows(days.format("2014-05-01"))[0][0] >= 15


def test_prepared_orders_are_the_raw_orders(rows: Any) -> None:
    differing = rows("""
        SELECT count(*) FROM made_orders FULL JOIN sales_order_header ON id = SalesOrderNumber
        WHERE id IS NULL OR SalesOrderNumber IS NULL OR sub_total <> SubTotal OR order_date <> OrderDate
            OR sales_person IS DISTINCT FROM CAST(SalesPersonID AS VARCHAR) OR online <> OnlineOrderFlag""")
    assert differing == [(0,)]
    text = "sum(CAST(sub_total AS DECIMAL(19, 4))), count(*), count(sales_person)"
    assert rows(f"SELECT {text} FROM made_orders_csv") == [(Decimal("109715118.4219"), 31462, 3803)]


def test_prepared_lines_keep_the_exact_amount_and_round_what_is_shown(rows: Any) -> None:
    """2,249 lines have more than four places: those are rounded half up, price, quantity and discount are not."""
    found = rows("""
        SELECT count(*), count(*) FILTER (unit_price * quantity * (1 - discount) = LineTotal),
            count(*) FILTER (line_total = round(LineTotal, 4)), count(*) FILTER (line_total <> LineTotal)
        FROM made_order_lines_parquet
        JOIN sales_order_detail ON id = 'SO' || SalesOrderID || '.' || SalesOrderDetailID""")
    assert found == [(121317, 121317, 121317, 2249)]


def test_a_line_has_the_cost_in_force_on_its_day_or_none(rows: Any) -> None:
    """64 lines of sales people have no cost; more than a third of the others are below theirs."""
    raw = rows("""
        SELECT count(*), count(*) FILTER (StandardCost IS NULL), count(*) FILTER (LineTotal < OrderQty * StandardCost)
        FROM sales_order_detail d JOIN sales_order_header h USING (SalesOrderID)
        LEFT JOIN product_cost_history c ON c.ProductID = d.ProductID
            AND h.OrderDate BETWEEN c.StartDate AND coalesce(c.EndDate, h.OrderDate)
        WHERE SalesPersonID IS NOT NULL""")
    made = rows("""
        SELECT count(*), count(*) FILTER (standard_cost IS NULL), count(*) FILTER (margin < 0)
        FROM made_order_lines_parquet WHERE sales_person IS NOT NULL""")
    assert made == raw == [(60919, 64, 21829)]


def test_every_seller_holds_a_seat_on_the_day_of_each_order(rows: Any) -> None:
    unseated = rows("""
        SELECT count(*) FROM made_orders_parquet o
        WHERE sales_person IS NOT NULL AND NOT EXISTS (
            FROM made_assignments_csv a JOIN made_positions_csv p USING (position)
            WHERE a.person = o.sales_person AND CAST(a.valid_from AS DATE) <= o.order_date
                AND CAST(p.valid_from AS DATE) <= o.order_date
                AND (p.valid_to IS NULL OR o.order_date < CAST(p.valid_to AS DATE)))""")
    assert unseated == [(0,)]


def test_sellers_report_to_their_region_and_regions_to_the_vice_president(rows: Any) -> None:
    chains = rows("""
        SELECT DISTINCT a.person, b.person, c.person
        FROM made_assignments_csv a JOIN made_positions_csv p USING (position)
        JOIN made_assignments_csv b ON b.position = p.manager JOIN made_positions_csv q ON q.position = p.manager
        JOIN made_assignments_csv c ON c.position = q.manager ORDER BY ALL""")
    assert {(above, top) for _, above, top in chains} == {("274", "273"), ("285", "273"), ("287", "273")}
    assert len(chains) == 14


def test_the_shares_of_a_territory_are_whole_on_every_day(rows: Any) -> None:
    share = "sum(CAST(share AS DECIMAL(9, 6)))"
    sums = rows(f"SELECT DISTINCT {share} FROM made_relationships_csv GROUP BY subject, valid_from")
    assert sums == [(Decimal(1),)]


def test_quotas_follow_each_other_without_gap_and_leaders_have_the_sum(rows: Any) -> None:
    own = "made_quotas_csv WHERE quota = 'sales_quota'"
    assert rows(f"SELECT count(*), count(DISTINCT subject) FROM {own}") == [(163, 17)]
    gaps = rows(f"""
        SELECT count(*) FROM (
            SELECT valid_to, lead(valid_from) OVER (PARTITION BY subject ORDER BY valid_from) AS next FROM {own})
        WHERE next IS NOT NULL AND next <> valid_to""")
    assert gaps == [(0,)]
    total = "sum(CAST(amount AS DECIMAL(19, 4)))"
    sums = rows(f"SELECT quota, {total} FROM made_quotas_csv GROUP BY quota ORDER BY quota")
    assert len({amount for _, amount in sums}) == 1, "everybody is in one region and in the company"


def test_every_day_on_which_a_quota_begins_is_a_day_of_orders(rows: Any) -> None:
    """So half-open spans matter: an order of the first day belongs to the new quota, and never to two."""
    starts = rows("""
        SELECT count(DISTINCT valid_from), count(DISTINCT order_date) FROM made_quotas_csv
        LEFT JOIN made_orders_parquet ON CAST(valid_from AS DATE) = order_date AND sales_person IS NOT NULL""")
    assert starts == [(12, 12)]


def test_the_same_bytes_every_time(prepared: Path, tmp_path: Path) -> None:
    again = prepare(tmp_path)
    assert {path.name for path in again.values()} == {path.name for path in prepared.rglob("*") if path.is_file()}
    assert all(path.read_bytes() == (prepared / path.relative_to(tmp_path)).read_bytes() for path in again.values())


def test_the_notice_travels_with_the_data(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    notice = (tmp_path / "SOURCE.md").read_text(encoding="utf-8")
    assert "Copyright (c) Microsoft Corporation" in notice
    assert "Permission is hereby granted, free of charge" in notice
    assert (tmp_path / "attain.toml").is_file() and (tmp_path / "plans" / "house-policies.yaml").is_file()
