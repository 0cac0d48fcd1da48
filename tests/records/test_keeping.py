"""Backup, restore, doctor and sweep: what was kept comes back, and what is damaged is named."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attain.kernel.errors import Findings, Refused
from attain.web.backup import backup, restore
from attain.web.doctor import doctor
from attain.web.sweeping import orphans, sweep
from attain.web.workspace import Workspace
from tests.records.company import NOON, PEOPLE, calculate, month_of_deals, months, plan


@pytest.fixture
def closed(workspace: Workspace, app: SimpleNamespace) -> Workspace:
    """January is closed."""
    app.imports.import_file(workspace, PEOPLE.encode(), actor="ada", into="people", trusted=True)
    app.plans.publish_plan(workspace, plan(), actor="ada")
    app.imports.import_file(workspace, month_of_deals(1), actor="ada", into="deals", trusted=True)
    start = app.runs.begin_run(workspace, months(1, 1), actor="ada")
    calculate(start)
    run = app.runs.publish_run(workspace, start, actor="ada")
    app.pay.close_period(workspace, "2026-01", run.pk, actor="ada")
    return workspace


def elsewhere(request: pytest.FixtureRequest, workspace: Workspace) -> str | None:
    if workspace.database.startswith("sqlite"):
        return None
    return str(request.getfixturevalue("postgres_server").new_database())


def test_a_backup_comes_back_whole(
    closed: Workspace, app: SimpleNamespace, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """K1: restored into an empty folder, with the same snapshot, the same log, and work that goes on."""
    before, head = app.read.snapshot(closed).hashes(), app.log.head()
    done = backup(closed, tmp_path / "backup")
    assert done.files > 20
    app.imports.import_file(closed, month_of_deals(2), actor="ada", into="deals", trusted=True)
    restored = restore(tmp_path / "backup", tmp_path / "new", database=elsewhere(request, closed), ports=closed.ports)
    assert app.read.snapshot(restored).hashes() == before
    assert app.log.head() == head
    assert app.imports.import_file(restored, month_of_deals(2), actor="ada", into="deals", trusted=True).is_new
    assert doctor(restored) == []


def test_a_damaged_backup_is_refused_before_anything_is_put_in_place(closed: Workspace, tmp_path: Path) -> None:
    backup(closed, tmp_path / "backup")
    rows = next((tmp_path / "backup" / "data" / "batches").glob("*/rows.parquet"))
    flip(rows)
    with pytest.raises(Findings, match=r"rows.parquet is not what was backed up"):
        restore(tmp_path / "backup", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_backup_needs_an_empty_place(closed: Workspace, tmp_path: Path) -> None:
    backup(closed, tmp_path / "backup")
    with pytest.raises(Refused, match="already published"):
        backup(closed, tmp_path / "backup")
    with pytest.raises(Refused, match="is not empty"):
        restore(tmp_path / "backup", closed.path)


def flip(path: Path, at: int = 100) -> None:
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damaged",
    ["batches/*/rows.parquet", "batches/*/manifest.json", "runs/*/lines.parquet", "runs/*/inputs/people.parquet",
     "runs/*/files.json", "ledger/*/ledger_lines.parquet", "ledger/*/manifest.json"],
)  # fmt: skip
def test_the_doctor_finds_a_flipped_bit(closed: Workspace, damaged: str) -> None:
    """A6: in whatever file pay rests on."""
    assert doctor(closed) == []
    flip(next(closed.data.glob(damaged)))
    found = doctor(closed)
    assert len(found) == 1 and found[0].is_error
    assert found[0].hint.startswith("Restore")


def test_the_doctor_finds_a_missing_folder_and_a_missing_trigger(closed: Workspace) -> None:
    from django.db import connection

    ledger = next(closed.ledger.iterdir())
    ledger.rename(closed.path / "moved")
    table = " ON audit_event" if connection.vendor == "postgresql" else ""
    connection.cursor().execute(f"DROP TRIGGER audit_event_update{table}")
    assert [finding.code for finding in doctor(closed)] == ["store.triggers", "store.damaged-folder"]


def test_a_sweep_takes_what_nobody_points_to_and_leaves_the_rest(closed: Workspace, app: Any) -> None:
    """A7: leftovers of killed programs, older than an hour."""
    app.pay.reopen_period(closed, "2026-01", actor="ada", reason="a deal was missing")
    for name in ("batches/.tmp-1", "batches/abc", "runs/run-000009", "ledger/2026-01-x"):
        (closed.data / name).mkdir()
    young = closed.data / "runs" / "run-000010"
    young.mkdir()
    for path in orphans(closed):
        age = timedelta(minutes=5) if path == young else timedelta(hours=2)
        moment = (NOON - age).timestamp()
        os.utime(path, (moment, moment))
    kept = app.read.snapshot(closed).hashes()
    gone = {path.relative_to(closed.data).as_posix() for path in sweep(closed)}
    assert gone == {"batches/abc", "batches/.tmp-1", "runs/run-000009", "ledger/2026-01-x"}
    assert orphans(closed) == [young]
    assert app.read.snapshot(closed).hashes() == kept
    assert [finding.code for finding in doctor(closed)] == ["store.orphans"]


@pytest.mark.parametrize("begins", ["import", "run"])
def test_imports_and_runs_sweep_before_they_begin(closed: Workspace, app: Any, begins: str) -> None:
    left = closed.runs / "run-000009"
    left.mkdir()
    long_ago = (NOON - timedelta(hours=2)).timestamp()
    os.utime(left, (long_ago, long_ago))
    if begins == "import":
        app.imports.import_file(closed, month_of_deals(2), actor="ada", into="deals", trusted=True)
    else:
        app.runs.begin_run(closed, months(2, 2), actor="ada")
    assert not left.exists()


def test_a_head_that_lags_behind_is_noted_and_mended_by_the_next_write(closed: Workspace, app: Any) -> None:
    """It is written after the commit, where a kill or a full disk may come between."""
    old = closed.audit_head.read_bytes()
    app.imports.import_file(closed, month_of_deals(2), actor="ada", into="deals", trusted=True)
    closed.audit_head.write_bytes(old)
    (found,) = doctor(closed)
    assert (found.level, found.code) == ("note", "audit.head-behind")
    app.imports.import_file(closed, month_of_deals(3), actor="ada", into="deals", trusted=True)
    assert doctor(closed) == []
