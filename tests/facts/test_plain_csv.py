"""The fast reader of CSV takes a file as the general one does, or leaves it to that."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.facts.importing import read_source
from attain.facts.mapping import Format, Mapping
from attain.facts.readers import csv
from attain.facts.schema import FactType
from attain.facts.source import Source, bytes_of
from attain.kernel.errors import AttainError

from .test_bad_input import HEADER, file_of, planted
from .workbooks import book

PLAIN = Mapping("deals")
FORMATS: tuple[Format, ...] = ("parquet", "xlsx")
PIECES = st.lists(st.sampled_from(['"', '""', ",", "\n", "\r\n", "\r", "a", "b c", "é", "\t"]), max_size=40).map(
    "".join
)


def told(source: Source | None) -> object:
    if source is None:
        return None
    columns = [column.to_pylist() for column in source.columns]
    return source.header, columns, source.lines.to_pylist(), list(source.faults)


def answer(content: bytes, *, fast: bool) -> object:
    try:
        return told((csv.read_plain if fast else csv.read_any)(content, PLAIN))
    except AttainError as fault:
        return fault.code


def taken(rows: str, mapping: Mapping = PLAIN) -> list[list[str | None]] | None:
    source = csv.read_plain(rows.encode(), mapping)
    return None if source is None else [column.to_pylist() for column in source.columns]


def test_quotes_around_whole_fields_are_taken_off_and_an_empty_field_is_no_value() -> None:
    assert taken('"a","b"\r\n"1",""\r\n"x y",2\r\n,3\r\n') == [["1", "x y", None], [None, "2", "3"]]
    assert taken("'a';b\n'1';'\"'\n", Mapping("deals", delimiter=";", quote="'")) == [["1"], ['"']]


@pytest.mark.parametrize(
    "row", ['"1,2",3', '"1""",2', '1",2"', '"1"",2"', '","', '"1","', '""1,2', '1"",2', '"1\n2",3']
)
def test_a_quote_that_hides_something_or_stands_elsewhere_is_left_to_the_general_reader(row: str) -> None:
    assert taken(f'a,b\n{row}\n"4","5"\n') is None


@given(PIECES, st.booleans())
def test_whatever_quotes_and_line_ends_a_file_has_both_readers_agree(body: str, quoted: bool) -> None:
    """M.4"""
    content = f'"a",b\nc,d\n{body}\n'.encode() if quoted else f"a,b\n{body}\nc,d\n".encode()
    assert answer(content, fast=True) in (None, answer(content, fast=False))


@pytest.mark.parametrize("end", ["", "\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "\r\r"])
def test_line_ends_behind_the_last_row_are_no_part_of_it(end: str) -> None:
    """A file cut between the two signs of its last line end, in a file with quotes, kept its last row aside."""
    content = f'a,b\n"1","2"{end}'.encode()
    assert answer(content, fast=True) == answer(content, fast=False)
    assert answer(content, fast=False) == (("a", "b"), [["1"], ["2"]], [2], [])


def test_a_file_in_several_blocks_is_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f'"D{number}",{number}\n' for number in range(100))
    monkeypatch.setattr(csv, "CUT_AT_ONCE", 64)
    assert taken("id,n\n" + rows) == [[f"D{number}" for number in range(100)], [str(number) for number in range(100)]]
    assert taken("id,n\n" + rows + '"a,b",1\n') is None


def test_the_bytes_of_a_column_are_those_of_its_texts_alone() -> None:
    for kind in (pa.string(), pa.large_string()):
        texts = pa.array(["one", None, "", "two", "three"], kind)
        assert bytes_of(texts) == b"onetwothree"
        assert bytes_of(texts[1:4]) == b"two"
        assert bytes_of(texts[:0]) == bytes_of(pa.nulls(3, kind)) == b""


def test_keys_in_any_order_are_judged_alike(deals: FactType) -> None:
    """The same key twice is found where keys rise and where they do not."""
    for ids in (["D1", "D2", "D2"], ["D2", "D1", "D2"]):
        rows = [planted(id=key, amount=str(place)) for place, key in enumerate(ids)]
        read = read_source("\n".join([HEADER, *rows]).encode(), deals, trusted=True)
        assert read.good["id"].to_pylist() == ["D1"]
        assert [row["code"] for row in read.quarantine.to_pylist()] == ["fact.duplicate-key"] * 2


def test_the_child_takes_every_format_without_numpy(deals: FactType, tmp_path: Path) -> None:
    """It is kept from loading it; nothing that a reader does may need it."""
    here = read_source(file_of().encode(), deals, trusted=True).good.select(list(deals.columns))
    pq.write_table(here, tmp_path / "deals.parquet")
    (tmp_path / "deals.xlsx").write_bytes(book([line.split(",") for line in file_of().splitlines()]))
    for form in FORMATS:
        there = read_source(tmp_path / f"deals.{form}", deals, Mapping("deals", format=form)).good
        assert there.select(list(deals.columns)).equals(here)
