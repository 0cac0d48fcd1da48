"""B1: of several who do the same thing at the same moment one wins, and the others are told who and when."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from attain.web.workspace import Workspace
from tests.records.company import PEOPLE, plan

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def prepared(workspace: Workspace, app: Any) -> Path:
    app.imports.import_file(workspace, PEOPLE.encode(), actor="ada", into="people", trusted=True)
    app.plans.publish_plan(workspace, plan(), actor="ada")
    return workspace.path


def race(path: Path, what: str, processes: int, rounds: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.records.racing", str(path), what, str(processes), str(rounds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("processes", [2, 8])
@pytest.mark.parametrize(
    ("what", "said"), [("close", "already closed by {} at 2026-"), ("import", "on 2026-04-01T12:00 by {};")]
)
def test_one_wins_and_the_others_are_told(prepared: Path, what: str, said: str, processes: int) -> None:
    for found in race(prepared, what, processes, 4):
        assert len(found["winners"]) == 1, found
        assert len(found["told"]) == processes - 1
        for told in found["told"]:
            assert said.format(found["winners"][0]) in told


def test_the_race_finds_a_close_without_a_lock(prepared: Path) -> None:
    assert [len(found["winners"]) for found in race(prepared, "planted", 2, 1)] == [2]
