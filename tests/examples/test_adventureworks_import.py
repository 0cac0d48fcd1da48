"""The example goes through the real readers: every file with its own mapping, nothing kept aside."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from attain.examples.adventureworks import prepare as prepared
from attain.examples.adventureworks.prepare import prepare, write_workspace
from attain.facts.decisions import IMPORTABLE
from attain.facts.importing import Import, read_source
from attain.facts.mapping import load_mapping
from attain.facts.schema import load_fact_types
from attain.kernel.periods import GREGORIAN, GregorianCalendar
from attain.plans.linter import check
from attain.plans.loader import load_folder
from attain.plans.scope import bind

Read = Callable[[str], Import]
ROWS = {
    "people": 18,
    "positions": 22,
    "assignments": 18,
    "relationships": 19,
    "quotas": 199,
    "parameters": 28,
    "rates": 4388,
    "orders": 31462,
    "orders-csv": 31462,
    "orders-late": 5,
    "order_lines": 121317,
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adventureworks")
    write_workspace(folder)
    return folder


@pytest.fixture(scope="module")
def read(workspace: Path) -> Read:
    types = load_fact_types(workspace / "facts")
    paths = prepare(workspace / "imports")
    assert set(paths) == set(ROWS)

    def imported(name: str) -> Import:
        mapping = load_mapping(workspace / "mappings" / f"{name}.yaml", types)
        return read_source(paths[name], types.get(mapping.into) or IMPORTABLE[mapping.into], mapping, trusted=True)

    return imported


@pytest.mark.parametrize("name", ROWS)
def test_every_row_of_every_file_is_taken(name: str, read: Read) -> None:
    result = read(name)
    assert (result.good.num_rows, result.quarantine.num_rows, result.findings) == (ROWS[name], 0, ())


def test_text_and_parquet_give_the_same_orders(read: Read) -> None:
    """Not one of 31,462 amounts changes on its way through text."""
    columns = [name for name in read("orders").good.column_names if not name.startswith("_")]
    assert read("orders").good.select(columns).equals(read("orders-csv").good.select(columns))
    assert read("orders").totals == {"sub_total": {"USD": Decimal("109715118.4219")}}


def test_what_came_late_completes_the_orders_of_the_publisher(read: Read) -> None:
    """Three orders were left out and two were wrong; with the late file the total is the publisher's."""
    rows = {row["id"]: row for name in ("orders", "orders-late") for row in read(name).good.to_pylist()}
    assert len(rows) == 31465
    assert sum(row["sub_total"] for row in rows.values()) == Decimal("109846381.4039")
    raw = {row["SalesOrderNumber"]: row for row in prepared.raw("sales_order_header")}
    assert all(rows[number]["sales_person"] == prepared.person_id(row["SalesPersonID"]) for number, row in raw.items())


def test_the_plans_are_sound_and_have_no_warnings(workspace: Path) -> None:
    documents = load_folder(workspace / "plans")
    types, fiscal = load_fact_types(workspace / "facts"), GregorianCalendar("fiscal", fiscal_start_month=7)
    assert len(documents) == 9
    assert not any(bind(document, types, {"gregorian": GREGORIAN, "fiscal": fiscal}).findings for document in documents)
    findings = [finding for document in documents for finding in check(document.plan, document.where)]
    assert not [finding for finding in findings if finding.level != "note"]
    assert all(document.plan.title.keys() == {"en", "de"} for document in documents)
    assert all(document.plan.tests for document in documents)
