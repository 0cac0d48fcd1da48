"""The same seed and size make the same bytes, however the work is cut and by however many it is done."""

from __future__ import annotations

from pathlib import Path

import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from attain.kernel.errors import AttainError
from attain.simulate.size import Size
from tests.simulate.company import hashes, make


def test_neither_the_size_of_a_piece_nor_threads_change_a_byte(company: Path, tmp_path: Path) -> None:
    assert hashes(make(tmp_path / "small", chunk=117)) == hashes(company)
    assert hashes(make(tmp_path / "threads", chunk=450, threads=3)) == hashes(company)


def test_another_seed_makes_another_company(company: Path, tmp_path: Path) -> None:
    other, mine = hashes(make(tmp_path / "other", seed=4)), hashes(company)
    same = {place for place in mine if mine[place] == other.get(place)}
    assert not [place for place in same if place.startswith(("imports/2", "truth/true"))]


def test_without_crm_the_money_is_the_same(company: Path, tmp_path: Path) -> None:
    bare, mine = hashes(make(tmp_path / "bare", crm=False)), hashes(company)
    crm = ("opportunities", "stage_changes", "activities")
    money = [place for place in mine if place.startswith("imports/") and not any(name in place for name in crm)]
    assert {place: bare[place] for place in money} == {place: mine[place] for place in money}
    assert not [place for place in bare if any(name in place for name in crm)]


def test_csv_says_what_parquet_says(company: Path, tmp_path: Path) -> None:
    csv = make(tmp_path / "csv", form="csv")
    for name in ("orders", "payments"):
        written = pq.read_table(company / f"imports/2025-02/{name}.parquet")
        read = arrow_csv.read_csv(
            csv / f"imports/2025-02/{name}.csv",
            convert_options=arrow_csv.ConvertOptions(
                column_types=written.schema, strings_can_be_null=True, quoted_strings_can_be_null=False
            ),
        )
        assert read.equals(written)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"payees": 9}, "simulate.payees"),
        ({"transactions": 10**9}, "simulate.transactions"),
        ({"seed": -1}, "simulate.seed"),
    ],
)
def test_what_cannot_be_made_is_refused(asked: dict[str, int], code: str) -> None:
    with pytest.raises(AttainError) as refused:
        Size(**asked)
    assert refused.value.code == code and refused.value.hint
