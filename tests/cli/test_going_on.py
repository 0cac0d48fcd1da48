"""A second run of the same period goes on with the first one: only whom a change touches is calculated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from attain.engine import incremental
from attain.engine.stored import StoredRun
from tests.cli.conftest import Attain

RUNS = Path("data/runs")
LATE = "id,close_date,amount,owner\nD6,2026-01-25,300.00,bob\n"
CORRECTED = "id,close_date,amount,owner\nD6,2026-01-25,301.00,eve\n"


@pytest.fixture(autouse=True)
def _small_companies_too(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two people are everybody, and five deals are few."""
    monkeypatch.setattr(incremental, "MOST", 0)
    monkeypatch.setattr(incremental, "WORTHWHILE", 0)
    yield


def manifest(run: int) -> dict[str, object]:
    said: dict[str, object] = json.loads((RUNS / f"run-{run:06d}" / "manifest.json").read_bytes())
    return said


def imported(attain: Attain, name: str, content: str) -> None:
    Path(name).write_text(content, encoding="utf-8")
    attain("import", name, "--into", "deals")


def test_a_late_deal_pays_one_person_anew(paid: Path, attain: Attain) -> None:
    """Q.6: the tables are those of a whole run; what did not change stays where it was."""
    imported(attain, "late.csv", LATE)
    said = attain("calculate", "2026-01..2026-02")
    assert "calculating what has changed since run-000001" in said.err
    assert "what has changed" not in attain("calculate", "2026-01..2026-02", "--whole").err
    assert manifest(2)["layers"] == 1 and manifest(3)["layers"] == 0
    assert manifest(2) | {"layers": 0} == manifest(3)
    second = StoredRun(RUNS / "run-000002")
    assert second.distinct("lines", "payee") == {"bob", "eve"}
    above = (RUNS / "run-000002" / "lines.1.parquet", RUNS / "run-000002" / "lines.parquet")
    assert all(path.is_file() for path in above)
    assert above[1].read_bytes() == (RUNS / "run-000001" / "lines.parquet").read_bytes()


def test_a_run_upon_another_is_proven_explained_and_closed_like_any(paid: Path, attain: Attain) -> None:
    """Q.6, N.1: two layers; a correction that takes the deal from one and gives it to the other."""
    imported(attain, "late.csv", LATE)
    attain("calculate", "2026-01..2026-02")
    imported(attain, "corrected.csv", CORRECTED)
    attain("calculate", "2026-01..2026-02")
    assert manifest(3)["layers"] == 2
    assert attain("verify").out == "run-000003: 5 lines, 4 payments: every cent confirmed.\n"
    assert "301.00" in attain("explain", "account-executive/commission/eve/D6/2026-01").out
    assert "D6" not in attain("explain", "bob", "--lines").out
    attain("close", "2026-01")
    attain("calculate", "2026-02")
    assert manifest(4)["layers"] == 0


def test_without_a_change_everything_stays(paid: Path, attain: Attain) -> None:
    attain("calculate", "2026-01..2026-02")
    assert manifest(2) == manifest(1)
    assert attain("verify").out == "run-000002: 4 lines, 4 payments: every cent confirmed.\n"


def test_a_batch_that_was_undone_is_calculated_whole(paid: Path, attain: Attain) -> None:
    """What it had replaced is believed again: the batches alone do not tell whom that touches."""
    imported(attain, "late.csv", LATE)
    attain("calculate", "2026-01..2026-02")
    batch = next(one["batch"] for one in attain("imports", "--json").json["imports"] if "late" in str(one))
    attain("undo", batch, "--reason", "not ours")
    said = attain("calculate", "2026-01..2026-02")
    assert "what has changed" not in said.err
    assert manifest(3)["tables"] == manifest(1)["tables"]


def test_a_damaged_run_is_not_gone_on_with(paid: Path, attain: Attain) -> None:
    (RUNS / "run-000001" / "lines.parquet").write_bytes(b"")
    assert "what has changed" not in attain("calculate", "2026-01..2026-02").err
    assert attain("verify").out == "run-000002: 4 lines, 4 payments: every cent confirmed.\n"
