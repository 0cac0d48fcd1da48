"""A1, A2: kill -9 at every named step and at random moments loses nothing, tears nothing and doubles nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from attain.web.workspace import Workspace
from tests.records.company import PEOPLE, plan

ROOT = Path(__file__).resolve().parents[2]
SOAK_KILLS = int(os.environ.get("ATTAIN_SOAK_KILLS", "200"))


@pytest.fixture
def prepared(workspace: Workspace, app: Any) -> Path:
    app.imports.import_file(workspace, PEOPLE.encode(), actor="ada", into="people", trusted=True)
    app.plans.publish_plan(workspace, plan(), actor="ada")
    return workspace.path


def kill(path: Path, rounds: int, fault: str = "", seed: int = 11) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.records.killing", str(path), str(rounds), str(seed), fault]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_kill_leaves_the_state_before_or_after(prepared: Path) -> None:
    """Thirteen named steps and thirteen random moments; the next attempt comes at once, at the same hour."""
    found = kill(prepared, 26)
    assert found["wrong"] == []
    assert found["killed"] >= 13


@pytest.mark.soak
def test_many_kills_leave_the_state_before_or_after(prepared: Path) -> None:
    found = kill(prepared, SOAK_KILLS)
    assert found["wrong"] == []
    assert found["killed"] >= SOAK_KILLS / 2


@pytest.mark.parametrize(("fault", "said"), [("commit-first", "torn"), ("chunks", "half or doubled")])
def test_the_killer_finds_a_planted_fault(prepared: Path, fault: str, said: str) -> None:
    found = kill(prepared, 12, fault)
    assert any(said in fault for fault in found["wrong"]), found
