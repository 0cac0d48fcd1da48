"""Fact types are read from small documents, and each mistake in one is named with line and field."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from attain.facts.decisions import DECISIONS, IMPORTABLE, TABLES
from attain.facts.schema import FactType, load_fact_types, parse_fact_type
from attain.kernel.errors import SetupError

from .conftest import DEALS


def test_a_fact_type_has_exact_types(deals: FactType) -> None:
    assert (deals.name, deals.key, deals.date, deals.reverses) == ("deals", "id", "close_date", "reverses")
    assert deals.arrow_schema() == pa.schema(
        [
            ("id", pa.string()),
            ("close_date", pa.date32()),
            ("amount", pa.decimal128(18, 2)),
            ("currency", pa.string()),
            ("units", pa.decimal128(18, 0)),
            ("discount", pa.decimal128(18, 6)),
            ("owner", pa.string()),
            ("cancelled", pa.bool_()),
            ("stage", pa.string()),
            ("reverses", pa.string()),
        ]
    )
    assert deals.stored_schema.names[-2:] == ["_batch", "_row"]


def test_columns_are_required_unless_something_else_is_said(deals: FactType) -> None:
    optional = {name for name, column in deals.columns.items() if not column.required}
    assert optional == {"currency", "units", "discount", "cancelled", "stage", "reverses"}
    assert deals.columns["cancelled"].default is False
    assert deals.columns["currency"].default == "EUR"


@pytest.mark.parametrize(("currency", "places"), [("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4), ("code", 2)])
def test_places_of_money_follow_from_its_currency(currency: str, places: int) -> None:
    """A.21"""
    columns = f"{{id: text, on: date, code: text, paid: {{type: money, currency: {currency}}}}}"
    fact = parse_fact_type(f"fact: payments\nkey: id\ndate: on\ncolumns: {columns}\n")
    assert fact.columns["paid"].places == places


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("fact: deals", "fact: Deals", 2, "'Deals' is no name"),
        ("key: id", "key: number", 3, "'number', which is no column"),
        ("date: close_date", "date: amount", 4, "`amount`, which is money, not date"),
        ("  id: text", "  id: txt", 6, "'txt'"),
        ("  id: text", "  id: {type: text, required: no}", 3, "it must be required"),
        ("  id: text", "  _id: text", 6, "'_id' is no name of a column"),
        ("places: 2,", "places: 5,", 8, "whole number from 0 to 4"),
        ("currency: currency}", "currency: EURO}", 8, "'EURO' is neither a column nor a currency"),
        (", currency: currency}", "}", 8, "money without a currency"),
        ("default: EUR", "default: EUR, required: yes", 9, "required and has a default"),
        ("default: no", "default: maybe", 13, "'maybe'"),
        ("choices: [won, lost]", "choices: [won, won]", 14, "different words"),
        ("reverses: reverses", "reverses: amount", 16, "`amount`, which is money"),
        ("reverses: reverses", "reversed: reverses", 16, "`reversed` is not known"),
        ("reverses: reverses", "relations: {amount: deals}", 16, "'amount' is no text column"),
        ("  units: {type: number, places: 0", "  units: {type: number, palces: 0", 10, "`palces`"),
    ],
)
def test_each_mistake_in_a_fact_type_is_named_with_its_line(before: str, after: str, line: int, said: str) -> None:
    assert before in DEALS
    with pytest.raises(SetupError) as caught:
        parse_fact_type(DEALS.replace(before, after), "facts/deals.yaml")
    assert caught.value.where.file == "facts/deals.yaml"
    assert (caught.value.where.line, said in caught.value.message) == (line, True), str(caught.value)


def test_an_unknown_field_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(SetupError) as caught:
        parse_fact_type(DEALS.replace("palces", "places").replace("places: 2", "place: 2"))
    assert caught.value.hint == "Did you mean `places`?"


def test_relations_must_lead_to_a_fact_type(tmp_path: Path) -> None:
    payments = (
        "fact: payments\nkey: id\ndate: on\ncolumns: {id: text, on: date, deal: text}\nrelations: {deal: deals}\n"
    )
    (tmp_path / "payments.yaml").write_text(payments)
    with pytest.raises(SetupError, match="`deals`, which is no fact type"):
        load_fact_types(tmp_path)
    (tmp_path / "deals.yaml").write_text(DEALS)
    assert load_fact_types(tmp_path)["payments"].relations == {"deal": "deals"}
    (tmp_path / "more.yaml").write_text(DEALS)
    with pytest.raises(SetupError, match="described twice"):
        load_fact_types(tmp_path)


def test_the_schema_hash_changes_with_anything_that_changes_reading(deals: FactType) -> None:
    hashes = {
        parse_fact_type(DEALS.replace(before, after)).schema_hash()
        for before, after in [("", ""), ("places: 2", "places: 3"), ("default: EUR", "default: USD"), ("won", "done")]
    }
    assert len(hashes) == 4
    assert parse_fact_type(f"# a remark\n{DEALS}", "elsewhere.yaml").schema_hash() == deals.schema_hash()


def test_borders_and_defaults_are_values_of_their_column() -> None:
    columns = "{id: text, on: date, score: {type: number, places: 1, minimum: 0, maximum: 10, default: 5}}"
    score = parse_fact_type(f"fact: reviews\nkey: id\ndate: on\ncolumns: {columns}\n").columns["score"]
    assert (score.minimum, score.maximum, score.default) == (Decimal("0.0"), Decimal("10.0"), Decimal("5.0"))


def test_the_tables_of_decisions_are_those_of_the_contract() -> None:
    assert set(DECISIONS) == {
        *("people", "positions", "assignments", "relationships", "teams", "leaves", "quotas", "inputs", "parameters"),
        *("rates", "holds", "overrides", "adjustments", "ledger_lines", "ledger_releases", "ledger_balances"),
        "closed_periods",
    }
    assert DECISIONS["rates"].field("rate").type == pa.decimal128(24, 12)
    assert DECISIONS["quotas"].field("amount").type == pa.decimal128(18, 4)
    assert DECISIONS["ledger_lines"].field("amount").type == pa.int64()
    assert set(IMPORTABLE["people"].columns) > set(TABLES["people"].columns)


@pytest.mark.parametrize("name", sorted({*TABLES, *IMPORTABLE}))
def test_a_fact_type_is_not_called_like_a_table_of_decisions(name: str) -> None:
    """An import into `people` must mean one thing."""
    with pytest.raises(SetupError, match=f"`{name}` is a table of decisions") as refused:
        parse_fact_type(DEALS.replace("fact: deals", f"fact: {name}"))
    assert refused.value.where.line == 2 and refused.value.where.field == "fact"
