"""K1: a backup that is taken while others write is one moment, whole."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attain.kernel.errors import NotFound, Refused
from attain.kernel.files import Files
from attain.web.backup import backup, restore
from attain.web.doctor import doctor
from attain.web.workspace import Workspace
from tests.records.company import PEOPLE, plan
from tests.records.killing import ROWS, state

ROOT = Path(__file__).resolve().parents[2]
BACKUPS = 3


@pytest.fixture
def prepared(workspace: Workspace, app: SimpleNamespace) -> Workspace:
    app.imports.import_file(workspace, PEOPLE.encode(), actor="ada", into="people", trusted=True)
    app.plans.publish_plan(workspace, plan(), actor="ada")
    return workspace


@contextmanager
def somebody_working(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    worker = subprocess.Popen([sys.executable, "-m", "tests.records.working", str(path)], cwd=ROOT, stdout=-3)
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


def last_event(workspace: Workspace) -> int:
    """By the file beside the database, which no transaction hides."""
    return int(json.loads(workspace.audit_head.read_bytes())["sequence"])


class Patient:
    """Lets a backup begin to copy its files only when others have written a good deal more."""

    def __init__(self, workspace: Workspace, events: int) -> None:
        self.workspace, self.events, self.begun = workspace, events, 0
        self.ended = 0

    def __call__(self, step: str) -> None:
        if step != "file.create" or self.begun:
            return
        self.begun = self.ended = last_event(self.workspace)
        until = time.monotonic() + 120
        while self.ended < self.begun + self.events and time.monotonic() < until:
            time.sleep(0.02)
            self.ended = last_event(self.workspace)


def elsewhere(request: pytest.FixtureRequest, workspace: Workspace) -> str | None:
    if workspace.database.startswith("sqlite"):
        return None
    return str(request.getfixturevalue("postgres_server").new_database())


def test_a_backup_under_load_is_one_moment(
    prepared: Workspace, app: SimpleNamespace, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Begun at whatever moment; between its database and its folders a whole month is imported, run and closed."""
    with somebody_working(prepared.path) as worker:
        while not app.models.pay.Run.objects.filter(state="published").exists():
            assert worker.poll() is None
            time.sleep(0.05)
        for number in range(BACKUPS):
            patient = Patient(prepared, events=5)
            one = replace(prepared, ports=replace(prepared.ports, files=Files(patient)))
            backup(one, tmp_path / f"backup-{number}")
            assert patient.ended >= patient.begun + 5, "nobody wrote meanwhile"
        assert worker.poll() is None
    heads = []
    for number in range(BACKUPS):
        archive = tmp_path / f"backup-{number}"
        restored = restore(archive, tmp_path / f"new-{number}", database=elsewhere(request, prepared))
        assert doctor(restored) == [], "not even a folder too many"
        assert state(restored, 1) == []
        heads.append(app.log.head().sequence)
        assert heads[-1] == json.loads((archive / "backup.json").read_bytes())["audit_head"]["sequence"]
        runs = set(app.models.pay.Run.objects.filter(state="published").values_list("pk", flat=True))
        assert runs and {path.name for path in restored.runs.iterdir()} == runs
        closed = app.models.pay.PayPeriod.objects.filter(state="closed").count()
        assert len(list(app.read.snapshot(restored).rows("ledger_lines"))) == closed * ROWS
    assert heads == sorted(set(heads)), "each backup is of a later moment"


@pytest.mark.parametrize("place", ["data/backup", "data/runs/backup", "facts/b", "plans/.", "data/../data/b", "link/b"])
def test_a_backup_into_the_data_itself_is_refused(prepared: Workspace, place: str) -> None:
    (prepared.path / "link").symlink_to(prepared.data)
    with pytest.raises(Refused, match="of the workspace that is backed up") as refused:
        backup(prepared, prepared.path / place)
    assert refused.value.code == "backup.inside"


def test_a_backup_beside_the_data_never_holds_an_earlier_one(prepared: Workspace) -> None:
    """`attain backup backups/…` is how people call it, from inside the workspace."""
    first = backup(prepared, prepared.path / "backups" / "1")
    assert backup(prepared, prepared.path / "backups" / "2").files == first.files


def test_what_is_not_whole_is_not_backed_up(prepared: Workspace, app: SimpleNamespace, tmp_path: Path) -> None:
    from tests.records.company import month_of_deals

    app.imports.import_file(prepared, month_of_deals(1), actor="ada", into="deals", trusted=True)
    batch: Any = next(prepared.batches.iterdir())
    batch.rename(tmp_path / "gone")
    with pytest.raises(NotFound, match="is missing from batches") as refused:
        backup(prepared, tmp_path / "backup")
    assert refused.value.code == "backup.damaged"
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name or path.name.startswith(".tmp")] == []
