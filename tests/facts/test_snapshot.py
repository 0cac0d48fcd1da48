"""A snapshot is checked when it is built; afterwards it never changes, and its hashes are of content alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import attain.facts.snapshot
from attain.facts.content import content_hash
from attain.facts.decisions import DECISIONS
from attain.facts.schema import FactType
from attain.facts.snapshot import FactTable, Snapshot, table_of
from attain.kernel.errors import AttainError, FactError, NotFound
from attain.kernel.periods import GREGORIAN

from .conftest import DEALS, parse_fact_type


def deal(number: str, amount: object = "100.00", **more: object) -> dict[str, object]:
    return {"id": number, "close_date": "2026-03-02", "amount": amount, "owner": "anna", **more}


def snapshot(*rows: dict[str, object]) -> Snapshot:
    return Snapshot.from_rows([parse_fact_type(DEALS)], {"deals": list(rows)})


def test_rows_come_back_as_exact_values(deals: FactType) -> None:
    facts = {"deals": [deal("D1", Decimal("12.3"), units=3, discount="12.5%", cancelled=True)]}
    people = {"people": [{"person": "anna", "hired_on": date(2026, 1, 1)}]}
    built = Snapshot.from_rows([deals], facts, people)
    (row,) = built.rows("deals")
    assert row == {
        "id": "D1",
        "close_date": date(2026, 3, 2),
        "amount": Decimal("12.30"),
        "currency": "EUR",
        "units": Decimal(3),
        "discount": Decimal("0.125000"),
        "owner": "anna",
        "cancelled": True,
        "stage": None,
        "reverses": None,
        "_batch": "given",
        "_row": 1,
    }
    (person,) = built.rows("people")
    assert (person["hired_on"], person["left_on"], person["kind"]) == (date(2026, 1, 1), None, "employee")


def test_all_tables_of_decisions_are_there_and_the_calendar_is_gregorian(deals: FactType) -> None:
    built = Snapshot.from_rows([deals])
    assert {name: table.schema for name, table in built.decisions.items()} == dict(DECISIONS)
    assert built.calendars[built.calendar] is GREGORIAN
    assert built.facts["deals"].table.num_rows == 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (deal("D1", 1.5), "fact.float"),
        (deal("D1", "1.005"), "fact.places"),
        (deal("D1", Decimal("1.005")), "fact.places"),
        (deal("D1", Decimal("1e10000000")), "fact.range"),
        (deal("D1", Decimal("1e-10000000")), "fact.places"),
        (deal("D1", Decimal("NaN")), "fact.number"),
        (deal("D1", 10**14), "fact.range"),
        (deal("D1", None), "fact.required"),
        (deal("D1", True), "fact.type"),
        (deal("D1", close_date="2026-02-30"), "fact.date"),
        (deal("D1", close_date=date(1899, 12, 31)), "fact.date-range"),
        (deal("D1", stage="open"), "fact.choice"),
        (deal("D1", cancelled="maybe"), "fact.yes-no"),
        (deal("D1", amuont=3), "fact.unknown-column"),
        ({"id": "D1", "close_date": "2026-03-02", "owner": "anna"}, "fact.required"),
    ],
)
def test_a_value_that_is_not_exact_is_refused_with_its_row(row: dict[str, object], code: str) -> None:
    with pytest.raises(FactError) as caught:
        snapshot(deal("D0"), row)
    assert (caught.value.code, caught.value.where.line) == (code, 2)


@pytest.mark.parametrize("many", [2, 1_000])
def test_a_key_may_stand_only_once(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also among so many that hashes of keys are compared, and where these agree though the keys do not."""
    monkeypatch.setattr(attain.facts.snapshot, "MANY", many)
    with pytest.raises(FactError) as caught:
        snapshot(deal("D1"), deal("D2"), deal("D1", "5"))
    assert caught.value.code == "fact.duplicate-key"
    assert len(snapshot(deal("D1"), deal("D2"), deal("D3")).facts["deals"]) == 3
    monkeypatch.setattr(attain.facts.snapshot, "_hashes_differ", lambda keys: False)
    assert len(snapshot(deal("D1"), deal("D2"), deal("D3")).facts["deals"]) == 3
    assert "id D1" in caught.value.message


def test_two_quotas_for_one_subject_and_day_are_refused(deals: FactType) -> None:
    quota = {"quota": "sales", "subject": "anna", "amount": 5, "per": "year", "valid_from": "2026-01-01"}
    with pytest.raises(FactError, match="quota sales, subject anna, valid_from 2026-01-01"):
        Snapshot.from_rows([deals], decisions={"quotas": [quota, {**quota, "amount": 6}]})


def test_a_table_of_other_types_is_refused(deals: FactType) -> None:
    table = table_of(deals, [deal("D1")])
    loose = table.set_column(2, "amount", pa.array([Decimal("1.0")], pa.decimal128(10, 1)))
    with pytest.raises(FactError, match=r"expected amount decimal128\(18, 2\)"):
        Snapshot.build([FactTable(deals, loose)])
    with pytest.raises(FactError, match="not known: more"):
        Snapshot.build([FactTable(deals, table.append_column("more", pa.array([1])))])


def test_unknown_names_are_answered_with_the_nearest_one(deals: FactType) -> None:
    with pytest.raises(NotFound) as caught:
        Snapshot.from_rows([deals], decisions={"quota": []})
    assert caught.value.hint == "Did you mean `quotas`?"
    with pytest.raises(NotFound):
        Snapshot.from_rows([deals], {"bookings": []})
    with pytest.raises(NotFound):
        list(snapshot().rows("deal"))


def test_what_if_is_a_copy_and_the_original_stays() -> None:
    """Q.5"""
    before = snapshot(deal("D1"), deal("D2"))
    after = before.with_facts("deals", [deal("D2", "7"), deal("D3", "8")])
    assert [(row["id"], row["amount"]) for row in after.rows("deals")] == [
        ("D1", Decimal("100.00")),
        ("D2", Decimal("7.00")),
        ("D3", Decimal("8.00")),
    ]
    assert [row["id"] for row in before.rows("deals")] == ["D1", "D2"]
    assert [row["id"] for row in after.without_facts("deals", ["D1"]).rows("deals")] == ["D2", "D3"]


def test_decisions_are_put_in_place_by_key_or_stand_alone() -> None:
    quota = {"quota": "sales", "subject": "anna", "amount": 5, "per": "year", "valid_from": "2026-01-01"}
    before = snapshot().with_decisions("quotas", [quota, {**quota, "subject": "ben"}])
    after = before.with_decisions("quotas", [{**quota, "amount": 9}])
    assert {row["subject"]: row["amount"] for row in after.rows("quotas")} == {"anna": Decimal(9), "ben": Decimal(5)}
    alone = before.with_decisions("quotas", [{**quota, "amount": 9}], instead=True)
    assert [row["subject"] for row in alone.rows("quotas")] == ["anna"]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "amount": st.decimals(-9999, 9999, places=2),
            "owner": st.text("ab1:-", min_size=1, max_size=4),
            "stage": st.sampled_from(["won", "lost", None]),
        }
    ),
    max_size=6,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_hash_of_a_table_does_not_depend_on_the_order_of_its_rows(
    rows: list[dict[str, object]], order: object
) -> None:
    numbered = [deal(f"D{number}", **row) for number, row in enumerate(rows)]
    shuffled = list(numbered)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert snapshot(*numbered).hashes() == snapshot(*shuffled).hashes()


@given(ROWS, ROWS)
def test_different_tables_have_different_hashes(one: list[dict[str, object]], other: list[dict[str, object]]) -> None:
    first, second = (
        snapshot(*(deal(f"D{number}", **row) for number, row in enumerate(rows))).hashes()["deals"]
        for rows in (one, other)
    )
    assert (first == second) == (one == other)


def test_the_hash_tells_null_from_text_and_one_column_from_another() -> None:
    tables = [
        pa.table({"a": pa.array(a, pa.string()), "b": pa.array(b, pa.string())})
        for a, b in [
            ([None], ["x"]),
            (["-"], ["x"]),
            (["x"], [None]),
            (["ab"], ["c"]),
            (["a"], ["bc"]),
            ([""], ["x"]),
            ([], []),
        ]
    ]
    assert len({content_hash(table) for table in tables}) == len(tables)
    assert content_hash(tables[0]) == content_hash(tables[0].select(["b", "a"]))


def test_the_hash_of_facts_does_not_depend_on_the_batch_that_brought_them() -> None:
    one = snapshot(deal("D1", _batch="a", _row=1)).hashes()
    assert one == snapshot(deal("D1", _batch="b", _row=9)).hashes()


def test_a_fact_type_may_not_take_the_name_of_a_table_of_decisions(deals: FactType) -> None:
    with pytest.raises(AttainError, match="quotas"):
        parse_fact_type(DEALS.replace("fact: deals", "fact: quotas"))
    quotas = replace(deals, name="quotas")
    with pytest.raises(AttainError, match="two tables"):
        Snapshot.from_rows([quotas])
