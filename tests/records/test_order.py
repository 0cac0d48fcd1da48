"""A4: what a power cut may take is never what was told as done: the order in which things reach the disk.

That a disk keeps what it acknowledged cannot be tested here. That each file is flushed before the name of its folder is
given, that name before the records point to it, and the records before anybody hears of it, can.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

import pytest

from attain.kernel.files import TEMPORARY, Files
from attain.web import store
from attain.web.workspace import Workspace
from tests.records.company import PEOPLE, calculate, month_of_deals, months, open_company, plan
from tests.records.conftest import tracing

ROOT = Path(__file__).resolve().parents[2]
Happened = list[tuple[str, str]]


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Happened]:
    """Each flush with its path, each new name, and the commit, in the order in which they happened."""
    happened: Happened = []
    flush, rename = os.fsync, Path.rename

    def fsync(descriptor: int) -> None:
        happened.append(("flush", str(Path(f"/proc/self/fd/{descriptor}").readlink())))
        flush(descriptor)

    def named(self: Path, target: Path) -> Path:
        happened.append(("name", f"{self} {target}"))
        return rename(self, target)

    def step(name: str) -> None:
        if name.startswith("commit"):
            happened.append((name, ""))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        patched.setattr(Path, "rename", named)
        store.checkpoints.append(step)
        try:
            yield happened
        finally:
            store.checkpoints.remove(step)


def faults_of(happened: Happened, final: Path) -> list[str]:
    """What is wrong with the order in which the folder `final` and the records that point to it became durable."""
    names = [index for index, (what, where) in enumerate(happened) if what == "name" and where.endswith(f" {final}")]
    if len(names) != 1:
        return [f"{final.name} got its name {len(names)} times"]
    named = names[0]
    temporary = Path(happened[named][1].split(" ")[0])
    before = {where for what, where in happened[:named] if what == "flush"}
    wrong = [
        f"{path.name} was not flushed before its folder was named"
        for path in (final, *final.rglob("*"))
        if str(temporary / path.relative_to(final)) not in before
    ]
    commits = [index for index, (what, _) in enumerate(happened) if what == "commit.before" and index > named]
    if not commits:
        return [*wrong, "nothing was committed after it was named"]
    between = {where for what, where in happened[named : commits[0]] if what == "flush"}
    if str(final.parent) not in between:
        wrong.append(f"{final.parent.name} was not flushed before the commit")
    return wrong


@pytest.fixture
def ready(workspace: Workspace, app: SimpleNamespace) -> Workspace:
    app.imports.import_file(workspace, PEOPLE.encode(), actor="ada", into="people", trusted=True)
    app.plans.publish_plan(workspace, plan(), actor="ada")
    return workspace


def test_a_folder_is_durable_before_the_records_point_to_it(
    ready: Workspace, app: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch, a run and a ledger; also the folders that were made for the first of each."""
    with recorded(monkeypatch) as importing:
        app.imports.import_file(ready, month_of_deals(1), actor="ada", into="deals", trusted=True)
    with recorded(monkeypatch) as running:
        start = app.runs.begin_run(ready, months(1, 1), actor="ada")
        calculate(start)
        app.runs.publish_run(ready, start, actor="ada")
    with recorded(monkeypatch) as closing:
        app.pay.close_period(ready, "2026-01", "run-000001", actor="ada")
    for happened, parent in ((importing, ready.batches), (running, ready.runs), (closing, ready.ledger)):
        (final,) = parent.iterdir()
        assert faults_of(happened, final) == []
        made = happened.index(("flush", str(ready.data)))
        assert made < next(index for index, (what, _) in enumerate(happened) if what == "name")


class Hasty(Files):
    """Gives the name first, as a program does that nobody has told about power cuts."""

    def publish_folder(self, temporary: Path, final: Path) -> None:
        temporary.rename(final)


def test_the_rule_about_the_order_finds_a_planted_breach(
    ready: Workspace, app: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = replace(ready, ports=replace(ready.ports, files=Hasty()))
    with recorded(monkeypatch) as happened:
        app.imports.import_file(hasty, month_of_deals(1), actor="ada", into="deals", trusted=True)
    (final,) = ready.batches.iterdir()
    found = faults_of(happened, final)
    assert "rows.parquet was not flushed before its folder was named" in found
    assert "batches was not flushed before the commit" in found


IMPORT = """
import sys
from pathlib import Path
from tests.records import company
from tests.records.killing import opened
workspace = opened(Path(sys.argv[1]), 0)
from attain.web.apps.imports.services import import_file
import_file(workspace, company.month_of_deals(1), actor="ada", into="deals", trusted=True)
"""
CALL = re.compile(r"(?P<call>fsync|rename)\w*\((?P<rest>.*)\)\s+= 0")
ORDER = [
    "fsync data",  # it holds the new folder of batches
    "fsync data/batches/.tmp/manifest.json",
    "fsync data/batches/.tmp/quarantine.parquet",
    "fsync data/batches/.tmp/rows.parquet",
    "fsync data/batches/.tmp",
    "rename data/batches/.tmp data/batches/FINAL",
    "fsync data/batches",
    "fsync attain.db-wal",
    "fsync data/.tmp-audit-head.json",
    "rename data/.tmp-audit-head.json data/audit-head.json",
    "fsync data",
]


def asked_of_the_system(workspace: Workspace, trace: Path) -> list[str]:
    """What an import asks the system to flush and to name, each with its paths within the workspace."""
    watched = ["strace", "-f", "-y", "-s", "400", "-e", "trace=fsync,rename,renameat,renameat2", "-o", trace]
    command = [*watched, sys.executable, "-c", IMPORT, workspace.path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (final,) = workspace.batches.iterdir()
    asked = []
    for call in filter(None, map(CALL.search, trace.read_text().splitlines())):
        paths = re.findall(rf'{re.escape(str(workspace.path))}/([^">]+)[">]', call["rest"])
        text = " ".join([call["call"], *paths]).replace(final.name, "FINAL")
        asked.append(re.sub(rf"{re.escape(TEMPORARY)}[0-9a-f-]{{18}}", ".tmp", text))
    return [call for call, _ in groupby(call for call in asked if call != "fsync")]


@pytest.mark.parametrize("traced", [True] if tracing() else [])
def test_the_system_is_asked_in_this_order(tmp_path: Path, traced: bool) -> None:
    """On SQLite, whose commit is a flush of the same process. Seen from outside by strace, where there is one."""
    asked = asked_of_the_system(open_company(tmp_path / "nordwind"), tmp_path / "trace")
    assert asked[: len(ORDER)] == ORDER
