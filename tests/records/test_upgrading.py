"""K2: an upgrade that is killed, wherever, leaves the old form or the new one, and can simply be called again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attain.kernel.errors import SetupError
from attain.web.doctor import doctor
from attain.web.workspace import Workspace
from tests.records.company import NOON, PEOPLE, calculate, month_of_deals, months, plan

ROOT = Path(__file__).resolve().parents[2]
POINTS = 8
SOAK_POINTS = int(os.environ.get("ATTAIN_SOAK_KILLS", "200"))


def interrupt(path: Path, points: int, fault: str = "") -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.records.upgrading", str(path), str(points), fault]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture
def new(tmp_path: Path, database: str) -> Workspace:
    """A workspace without any table."""
    return Workspace.create(tmp_path / "new", name="New", database=database)


@pytest.fixture
def older(workspace: Workspace, app: SimpleNamespace) -> Workspace:
    """A workspace with a closed month, in the form that records had before leases named their process."""
    from django.core.management import call_command

    app.imports.import_file(workspace, PEOPLE.encode(), actor="ada", into="people", trusted=True)
    app.plans.publish_plan(workspace, plan(), actor="ada")
    app.imports.import_file(workspace, month_of_deals(1), actor="ada", into="deals", trusted=True)
    start = app.runs.begin_run(workspace, months(1, 1), actor="ada")
    calculate(start)
    run = app.runs.publish_run(workspace, start, actor="ada")
    app.pay.close_period(workspace, "2026-01", run.pk, actor="ada")
    call_command("migrate", "pay", "0001", verbosity=0, interactive=False)
    return workspace


def test_tables_are_made_all_or_none(new: Workspace) -> None:
    found = interrupt(new.path, POINTS)
    assert found["wrong"] == [] and found["statements"] > 100
    assert found["killed"] == POINTS + 2, "also before the commit and just after it"
    new.connect()
    assert doctor(new) == []


def test_an_older_form_is_brought_to_the_new_one_or_stays(older: Workspace, app: SimpleNamespace) -> None:
    facts = app.read.snapshot(older).hashes()
    with pytest.raises(SetupError, match="form of another version"):
        older.connect()
    found = interrupt(older.path, POINTS)
    assert found["wrong"] == []
    assert found["killed"] >= POINTS
    older.connect()
    assert app.read.snapshot(older).hashes() == facts
    assert doctor(older) == []
    assert app.models.pay.Lease.objects.get().process == ""
    assert app.runs.begin_run(older, months(2, 2), actor="ada").run.started_at == NOON


def test_an_upgrade_may_be_called_twice(older: Workspace) -> None:
    older.prepare()
    older.prepare()
    older.connect()


@pytest.mark.soak
def test_tables_are_made_all_or_none_wherever_it_is_killed(new: Workspace) -> None:
    assert interrupt(new.path, SOAK_POINTS)["wrong"] == []


def test_the_harness_finds_an_upgrade_step_by_step(new: Workspace) -> None:
    found = interrupt(new.path, 100, "step-by-step")
    assert any("cannot be finished" in fault and "already exists" in fault for fault in found["wrong"]), found
