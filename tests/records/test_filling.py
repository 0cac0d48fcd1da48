"""A3: no room on the disk costs a clear sentence, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import OperationalError

from attain.kernel.errors import SetupError
from attain.web import store
from tests.records.conftest import mounting
from tools.setup import is_ci

ROOT = Path(__file__).resolve().parents[2]


def fill(folder: Path, limit: str, database: str) -> dict[str, Any]:
    before = mounting() if limit == "disk" else []
    assert before is not None, "The right to mount a file system of one's own is missing (unshare --mount)."
    command = [*before, sys.executable, "-m", "tests.records.filling", str(folder), limit, database]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("limit", ["disk", "file"] if mounting() is not None or is_ci() else ["file"])
def test_without_room_everything_is_refused_in_plain_words_and_done_once_there_is_room(
    tmp_path: Path, database: str, limit: str
) -> None:
    """Import of facts and of decisions, run, close and backup."""
    found = fill(tmp_path, limit, database)
    assert found["wrong"] == []
    ends = Counter(line.split()[2] == "done" for line in found["told"])
    assert ends[True] == 5, "each step was done once"
    assert ends[False] >= 4, found["told"]
    refused = {line.split()[0] for line in found["told"] if line.split()[2] != "done"}
    in_the_database_alone = {"import_decisions"} if database.startswith("postgres") else set()
    assert refused | in_the_database_alone == {"import_facts", "import_decisions", "run", "close", "back_up"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('could not extend file "base/16384/1259": No space left on device', "store.full"),
        ("database or disk is full", "store.full"),
        ("attempt to write a readonly database", "store.read-only"),
        ("terminating connection due to idle-in-transaction timeout", "store.lost"),
        ('connection failed: connection to server at "127.0.0.1", port 1 failed', "store.unreachable"),
    ],
)
def test_what_a_store_says_is_told_in_plain_words(said: str, code: str) -> None:
    with pytest.raises(SetupError) as told, store.in_plain_words("close period"):
        raise OperationalError(said)
    assert told.value.code == code and told.value.hint
    assert "(close period)" in told.value.message


def test_what_nobody_foresaw_is_not_disguised() -> None:
    with pytest.raises(OperationalError, match="no such table"), store.in_plain_words("close period"):
        raise OperationalError("no such table: pay_run")
