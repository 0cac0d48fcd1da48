"""A month of very many deals is made piece by piece and paid in parts."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from attain.engine import groups
from attain.engine.stored import StoredRun
from benchmarks import month


def test_a_month_is_made_in_pieces_and_paid_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Q.11: no deal stands twice, all of them are of January, and what was paid says so."""
    monkeypatch.setattr(month, "PIECE", 1_000)
    monkeypatch.setattr(groups, "EVENTS_AT_ONCE", 1_000)
    file = tmp_path / "deals.parquet"
    month.make(file, 2_500)
    deals = pq.read_table(file)
    assert len(pc.unique(deals["id"])) == len(deals) > 2_500
    assert {day.month for day in deals["close_date"].to_pylist()} == {1}

    took = month.pay(file, 2_500, tmp_path, threads=1)
    assert took["slices"] == 6 and took["groups"] == 9
    run = StoredRun(tmp_path / "run")
    assert run.manifest["tables"]["lines"]["rows"] == took["lines"]
    assert run.distinct("payments", "pay_period") == {"2026-01"}


def test_what_is_paid_in_one_piece_is_no_month_of_very_many(tmp_path: Path) -> None:
    file = tmp_path / "deals.parquet"
    month.make(file, 100)
    with pytest.raises(SystemExit, match="in one piece"):
        month.pay(file, 100, tmp_path, threads=1)
