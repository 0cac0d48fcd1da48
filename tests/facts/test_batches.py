"""Batches: the same file twice changes nothing, a correction wins by key, only the order of batches counts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.facts.batches import (
    Sequenced,
    current,
    effect,
    open_batch,
    publish_batch,
    quarantine_of,
    rows_of,
)
from attain.facts.content import content_hash
from attain.facts.decisions import IMPORTABLE
from attain.facts.importing import read_source
from attain.facts.schema import BATCH, ROW, FactType, parse_fact_type
from attain.facts.snapshot import FactTable, Snapshot
from attain.kernel.errors import FactError, NotFound
from attain.kernel.ports import Files

from .conftest import DEALS, Read

MAPPING = "into: deals\naction: act\n"
HEADER = "id,close_date,amount,currency,owner,act"
FACT = parse_fact_type(DEALS)


def line(key: str, amount: str = "1.00", currency: str = "EUR", act: str = "new") -> str:
    return f"{key},2026-03-02,{amount},{currency},anna,{act}"


def rows(read: Read, *lines: str) -> pa.Table:
    imported = read("\n".join([HEADER, *lines]), MAPPING)
    assert imported.quarantine.num_rows == 0
    return imported.good


def believed(table: pa.Table) -> dict[str, str]:
    return {row["id"]: f"{row['amount']:f}" for row in table.to_pylist()}


def test_a_later_batch_corrects_by_key_and_every_earlier_view_stays(read: Read) -> None:
    """A.12"""
    batches = [
        Sequenced(1, "a", rows(read, line("D1"), line("D2"))),
        Sequenced(2, "b", rows(read, line("D2", "9.00", act="correct"), line("D3"))),
        Sequenced(3, "c", rows(read, "D1,,,,,delete")),
    ]
    views = [believed(current(batches, FACT, as_of)) for as_of in (0, 1, 2, 3, None)]
    assert views == [
        {},
        {"D1": "1.00", "D2": "1.00"},
        {"D1": "1.00", "D2": "9.00", "D3": "1.00"},
        {"D2": "9.00", "D3": "1.00"},
        {"D2": "9.00", "D3": "1.00"},
    ]
    assert current(batches, FACT)[BATCH].to_pylist() == ["b", "b"]
    assert current(batches, FACT)[ROW].to_pylist() == [2, 3]


def test_a_deleted_key_may_come_back(read: Read) -> None:
    batches = [
        Sequenced(1, "a", rows(read, line("D1"))),
        Sequenced(2, "b", rows(read, "D1,,,,,delete")),
        Sequenced(3, "c", rows(read, line("D1", "5.00"))),
    ]
    assert believed(current(batches, FACT)) == {"D1": "5.00"}


def test_what_is_believed_is_a_table_of_a_snapshot(read: Read) -> None:
    table = current([Sequenced(1, "a", rows(read, line("D1")))], FACT)
    assert [row["amount"] for row in Snapshot.build([FactTable(FACT, table)]).rows("deals")] == [Decimal("1.00")]
    empty = current([], FACT)
    assert Snapshot.build([FactTable(FACT, empty)]).facts["deals"].table.num_rows == 0


def test_a_row_that_deletes_needs_its_key_and_nothing_else(read: Read) -> None:
    imported = read("\n".join([HEADER, "D1,,,,,delete", ",,,,,delete", line("D3", act="remove")]), MAPPING)
    assert imported.good["id"].to_pylist() == ["D1"]
    assert [(row["row"], row["code"]) for row in imported.quarantine.to_pylist()] == [
        (3, "fact.required"),
        (4, "fact.action"),
    ]


def test_two_batches_cannot_have_one_place(read: Read) -> None:
    table = rows(read, line("D1"))
    with pytest.raises(FactError, match="same place"):
        current([Sequenced(1, "a", table), Sequenced(1, "b", table)], FACT)


def test_the_effect_of_a_batch_is_shown_before_it_is_taken(read: Read) -> None:
    before = current([Sequenced(1, "a", rows(read, line("D1"), line("D2"), line("D3", "7.00", "USD")))], FACT)
    batch = rows(
        read,
        line("D1"),
        line("D2", "4.00", act="correct"),
        line("D4", "2.50", "USD"),
        line("D5", "1.00", act="correct"),
        "D3,,,,,delete",
        "D9,,,,,delete",
    )
    found = effect(before, batch, FACT)
    assert (found.new, found.corrected, found.unchanged, found.deleted, found.not_there) == (2, 1, 1, 1, 1)
    assert found.money == {
        "new": {"amount": {"EUR": Decimal("1.00"), "USD": Decimal("2.50")}},
        "corrected": {"amount": {"EUR": Decimal("3.00")}},
        "deleted": {"amount": {"USD": Decimal("-7.00")}},
    }
    assert found.surprises == ("1 rows say `correct` of a key that is not known yet.",)


def test_a_correction_of_the_currency_moves_money_from_one_to_the_other(read: Read) -> None:
    before = current([Sequenced(1, "a", rows(read, line("D1", "5.00", "EUR")))], FACT)
    found = effect(before, rows(read, line("D1", "5.00", "USD")), FACT)
    assert found.money["corrected"] == {"amount": {"EUR": Decimal("-5.00"), "USD": Decimal("5.00")}}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["D1", "D2", "D3", "D4"]),
        st.sampled_from(["1.00", "2.00", "3.00"]),
        st.sampled_from(["new", "correct", "delete"]),
    ),
    min_size=1,
    max_size=12,
)


@given(STEPS, st.data())
def test_how_a_stream_is_cut_into_batches_does_not_matter(
    steps: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    """C.12. A dictionary that forgets and remembers is the whole specification; batches may arrive in any order."""
    from attain.facts.mapping import parse_mapping

    mapping = parse_mapping(MAPPING, {"deals": FACT})

    def table(lines: list[str]) -> pa.Table:
        return read_source("\n".join([HEADER, *lines]).encode(), FACT, mapping, trusted=True).good

    expected: dict[str, str] = {}
    batches: list[Sequenced] = []
    pending: list[str] = []
    keys: set[str] = set()
    for key, amount, act in steps:
        if act == "delete":
            expected.pop(key, None)
        else:
            expected[key] = amount
        if pending and (key in keys or data.draw(st.booleans())):
            batches.append(Sequenced(len(batches), f"b{len(batches)}", table(pending)))
            pending, keys = [], set()
        pending.append(line(key, amount, act=act))
        keys.add(key)
    batches.append(Sequenced(len(batches), f"b{len(batches)}", table(pending)))
    shuffled = data.draw(st.permutations(batches))
    found = current(shuffled, FACT)
    assert believed(found) == expected
    singles = [
        Sequenced(number, f"s{number}", table([line(key, amount, act=act)]))
        for number, (key, amount, act) in enumerate(steps)
    ]
    one_by_one = current(singles, FACT)
    assert content_hash(found.drop_columns([BATCH, ROW])) == content_hash(one_by_one.drop_columns([BATCH, ROW]))


def test_the_same_file_twice_is_one_batch(read: Read, tmp_path: Path) -> None:
    """M.4"""
    imported = read("\n".join([HEADER, line("D1"), line("D2", "x")]), MAPPING)
    first, is_new = publish_batch(imported, tmp_path, Files(), source_name="../deals\n.csv")
    assert is_new
    contents = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    again, is_new = publish_batch(imported, tmp_path, Files(), source_name="other.csv")
    assert (again.id, is_new) == (first.id, False)
    assert {path.name: path.read_bytes() for path in again.folder.iterdir()} == contents
    assert [path.name for path in tmp_path.iterdir()] == [first.id]
    assert again.manifest["source_name"] == "../deals?.csv"


def test_a_batch_is_read_back_as_it_was_written(read: Read, tmp_path: Path, deals: FactType) -> None:
    imported = read("\n".join([HEADER, line("D1"), line("D2", "x"), line("D3", "2.00", "USD")]), MAPPING)
    batch = open_batch(publish_batch(imported, tmp_path, Files())[0].folder)
    assert rows_of(batch, deals).equals(imported.good)
    assert quarantine_of(batch).equals(imported.quarantine)
    assert batch.manifest["rows"] == 2
    assert batch.manifest["quarantined"] == 1
    assert batch.manifest["source_rows"] == 3
    assert batch.manifest["totals"] == {"amount": {"EUR": "1.00", "USD": "2.00"}}
    assert batch.manifest["source_hash"] == imported.source_hash


@pytest.mark.parametrize("name", ["rows.parquet", "quarantine.parquet", "manifest.json"])
def test_a_damaged_batch_is_noticed_and_never_read(name: str, read: Read, tmp_path: Path, deals: FactType) -> None:
    batch, _ = publish_batch(read("\n".join([HEADER, line("D1")]), MAPPING), tmp_path, Files())
    content = (batch.folder / name).read_bytes()
    for place in range(0, len(content), max(len(content) // 25, 1)):
        damaged = bytearray(content)
        damaged[place] ^= 4
        (batch.folder / name).write_bytes(bytes(damaged))
        try:
            opened = open_batch(batch.folder)
            rows_of(opened, deals)
            quarantine_of(opened)
        except FactError as fault:
            assert fault.code == "batch.damaged"
        else:
            # A flipped count or name in the manifest: the hash that the catalogue remembers is another one.
            assert name == "manifest.json"
            assert opened.manifest_hash != batch.manifest_hash


def test_a_kill_at_any_step_leaves_no_half_batch(read: Read, tmp_path: Path) -> None:
    imported = read("\n".join([HEADER, line("D1")]), MAPPING)

    class Killed(BaseException):
        pass

    steps: list[str] = []
    publish_batch(imported, tmp_path / "whole", Files(steps.append))
    assert len(steps) > 8
    for stop in range(len(steps)):
        passed: list[str] = []

        def checkpoint(step: str, passed: list[str] = passed, stop: int = stop) -> None:
            if len(passed) == stop:
                raise Killed
            passed.append(step)

        parent = tmp_path / f"stop{stop}"
        with pytest.raises(Killed):
            publish_batch(imported, parent, Files(checkpoint))
        for path in parent.iterdir():
            if not path.name.startswith(".tmp-"):
                assert rows_of(open_batch(path), FACT).equals(imported.good)
        batch, _ = publish_batch(imported, parent, Files())
        assert rows_of(batch, FACT).equals(imported.good)


def test_batches_are_of_facts_and_unknown_ones_are_not_found(tmp_path: Path) -> None:
    people = read_source(b"person\nanna\n", IMPORTABLE["people"], trusted=True)
    with pytest.raises(FactError, match="has no batches"):
        publish_batch(people, tmp_path, Files())
    with pytest.raises(NotFound):
        open_batch(tmp_path / "abc")


def test_a_batch_of_another_description_is_not_read(read: Read, tmp_path: Path) -> None:
    batch, _ = publish_batch(read("\n".join([HEADER, line("D1")]), MAPPING), tmp_path, Files())
    changed = parse_fact_type(DEALS.replace("places: 2", "places: 3"))
    with pytest.raises(FactError) as caught:
        rows_of(batch, changed)
    assert caught.value.code == "batch.schema-changed"
