"""What must hold in every company: nothing points nowhere, parts sum, and time runs forward."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.simulate.company import arrived, make, rows

Row = dict[str, object]


def by(found: list[Row], key: str) -> dict[object, list[Row]]:
    groups: dict[object, list[Row]] = defaultdict(list)
    for row in found:
        groups[row[key]].append(row)
    return groups


def sum_of(found: list[Row]) -> Decimal:
    return sum((Decimal(str(row["amount"])) for row in found), Decimal(0))


def test_every_reference_leads_somewhere(company: Path) -> None:
    ids = {name: {row["id"] for row in rows(company, name)} for name in ("accounts", "products", "opportunities")}
    ids |= {name: {row["id"] for row in rows(company, name)} for name in ("orders", "invoices")}
    payees = {row["person"] for row in rows(company, "people")} | {
        row["position"] for row in rows(company, "positions")
    }
    links = {
        "opportunities": (("account", "accounts"), ("product", "products")),
        "stage_changes": (("opportunity", "opportunities"),),
        "activities": (("opportunity", "opportunities"),),
        "orders": (("account", "accounts"), ("opportunity", "opportunities"), ("reverses", "orders")),
        "splits": (("order_id", "orders"),),
        "invoices": (("order_id", "orders"),),
        "payments": (("order_id", "orders"), ("invoice", "invoices")),
        "returns": (("order_id", "orders"),),
    }  # fmt: skip
    for name, columns in links.items():
        found = rows(company, name)
        assert found
        for column, target in columns:
            assert {row[column] for row in found} - ids[target] <= {None}, (name, column)
        for column in {"owner", "payee"} & set(found[0]):
            assert {row[column] for row in found} <= payees, (name, column)


def test_a_document_never_arrives_before_its_order(company: Path) -> None:
    seen: set[object] = set()
    for folder in sorted((company / "imports").iterdir()):
        for name, column in (("orders", "reverses"), ("invoices", "order_id"), ("payments", "order_id")):
            path = folder / f"{name}.parquet"
            if path.exists():
                table = pq.read_table(path)
                seen |= set(table["id"].to_pylist()) if name == "orders" else set()
                assert set(table[column].to_pylist()) - {None} <= seen, path


def test_invoices_sum_to_the_order_and_payments_to_no_more_than_the_invoice(company: Path) -> None:
    orders = {row["id"]: row for row in rows(company, "orders")}
    taken_back = by([row for row in orders.values() if row["reverses"]], "reverses")
    invoices = by(rows(company, "invoices"), "order_id")
    whole = 0
    for name, order in orders.items():
        billed = [row for row in invoices.get(name, []) if row["kind"] == "invoice"]
        if order["reverses"] is None and len(billed) == order["instalments"]:
            assert sum_of(billed) == order["amount"]
            credited = sum_of([row for row in invoices[name] if row["kind"] == "credit note"])
            assert credited == sum_of(taken_back.get(name, []))
            whole += 1
    assert whole > 800
    paid = by(rows(company, "payments"), "invoice")
    for row in rows(company, "invoices"):
        payments = sum_of(paid.get(row["id"], []))
        assert 0 <= payments * (1 if row["amount"] > 0 else -1) <= abs(row["amount"])  # type: ignore[operator, arg-type]


def test_a_deal_goes_through_its_stages_in_order_and_ends_once(company: Path) -> None:
    stages = ["Qualify", "Develop", "Propose", "Negotiate", "Closed Won", "Closed Lost"]
    won = {row["opportunity"]: row for row in rows(company, "orders") if row["opportunity"] and not row["reverses"]}
    checked = 0
    for name, changes in by(rows(company, "stage_changes"), "opportunity").items():
        changes.sort(key=lambda row: str(row["id"]))
        assert next(row["kind"] for row in changes) == "created"
        days = [row["changed_on"] for row in changes]
        assert days == sorted(days)  # type: ignore[type-var]
        places = [stages.index(str(row["stage"])) for row in changes]
        assert places == sorted(places)
        for before, after in itertools.pairwise(changes):
            assert after["from_stage"] == before["stage"]
        closed = [row for row in changes if row["kind"] == "closed"]
        assert closed in ([], [changes[-1]])
        if closed and closed[0]["stage"] == "Closed Won":
            order = won[name]
            assert (order["order_date"], order["amount"]) == (closed[0]["changed_on"], closed[0]["amount"])
            checked += 1
        else:
            assert name not in won
    assert checked > 100


def test_everybody_sits_within_employment_and_on_one_seat_at_a_time(company: Path) -> None:
    people = {row["person"]: row for row in rows(company, "people")}
    far = date.max
    for key in ("person", "position"):
        for held in by(rows(company, "assignments"), key).values():
            held.sort(key=lambda row: str(row["valid_from"]))
            for row in held:
                person = people[row["person"]]
                assert person["hired_on"] <= row["valid_from"] < (row["valid_to"] or far)  # type: ignore[operator]
                assert (row["valid_to"] or far) <= (person["left_on"] or far)  # type: ignore[operator]
            for before, after in itertools.pairwise(held):
                assert (before["valid_to"] or far) <= after["valid_from"]  # type: ignore[operator]
    for versions in by(rows(company, "positions"), "position").values():
        for before, after in itertools.pairwise(versions):
            assert before["valid_to"] == after["valid_from"]
    for row in rows(company, "leaves"):
        person = people[row["person"]]
        assert person["hired_on"] <= row["valid_from"] < row["valid_to"] <= (person["left_on"] or far)  # type: ignore[operator]


def test_what_was_late_or_wrong_arrives_in_a_later_month_and_ends_right(company: Path) -> None:
    right = {row["id"]: row["amount"] for row in rows(company, "orders")}
    faults = pq.read_table(company / "truth/true_orders.parquet").to_pylist()
    assert {fault["fault"] for fault in faults} == {"late", "wrong amount"}
    for fault in faults:
        late = pq.read_table(company / f"imports/{fault['put_right_in']}-late/orders.parquet").to_pylist()
        assert {row["id"]: row["amount"] for row in late}[fault["order"]] == fault["amount"] == right[fault["order"]]
        if fault["fault"] == "wrong amount":
            assert fault["booked_first"] != fault["amount"]


def test_money_is_exact_and_in_several_currencies(company: Path) -> None:
    for name in ("orders", "invoices", "payments", "opportunities"):
        table = arrived(company, name)
        assert table.schema.field("amount").type == pa.decimal128(18, 2)
        assert not [field.name for field in table.schema if pa.types.is_floating(field.type)]
    assert len(set(arrived(company, "orders")["currency"].to_pylist())) >= 3


@pytest.mark.parametrize(("payees", "transactions"), [(10, 1000), (40, 4000), (60, 30_000)])
def test_as_many_payees_and_transactions_as_were_asked_for(payees: int, transactions: int, tmp_path: Path) -> None:
    folder = make(tmp_path / "asked", payees=payees, transactions=transactions, crm=False)
    made = sum(arrived(folder, name).num_rows for name in ("orders", "invoices", "payments", "returns"))
    assert abs(made / transactions - 1) < 0.12
    assert len({row["position"] for row in rows(folder, "positions")}) == payees


def test_the_laws_are_written_with_what_they_mean(company: Path) -> None:
    document = json.loads((company / "truth/parameters.json").read_text())
    assert document["asked"]["seed"] == 3
    assert all(law["meaning"] for law in document["laws"].values())
    assert document["laws"]["activity_effect"]["value"][1] == 0.0
