"""Pages and worker write into one SQLite file at once: nothing is lost, nobody is told of a lock."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from attain.web.backup import backup, restore
from tests.web import company
from tests.web.conftest import Site, opened

ROOT = Path(__file__).resolve().parents[2]
WRITERS = ("admin", "all-seeing")
TIMES = 100
TOKEN = re.compile(rb"[0-9A-Za-z]{64}")
"""Against forged requests, another one in each answer."""


@pytest.mark.parametrize("times", [TIMES, pytest.param(2500, marks=pytest.mark.soak)])
def test_two_who_save_and_a_worker_that_calculates_lose_nothing(fresh: Site, times: int) -> None:
    """Every answer says saved, every save is in the log in its order, the log is whole, and the jobs are done."""
    from attain.web.apps.audit.selectors import verify
    from attain.web.apps.jobs.models import Job
    from attain.web.apps.plans.models import Draft

    for month in ("2026-02", "2026-03", "2026-02"):
        fresh.as_("admin").post("/runs/start/", {"period": month})
    before = len(fresh.log())
    command = [sys.executable, "-m", "tests.web.saving", str(fresh.workspace.path)]
    saving = [subprocess.Popen([*command, who, str(times)], cwd=ROOT, stdout=-1, stderr=-1) for who in WRITERS]
    fresh.work()
    for process in saving:
        told, troubled = process.communicate(timeout=600)
        assert (process.returncode, troubled) == (0, b"")
        assert told.decode().split()[:-1] == ["302"] * times
    assert {(draft.edited_by, draft.version) for draft in Draft.objects.all()} == {
        (company.email(who), times + 1) for who in WRITERS
    }
    events = fresh.log()[before:]
    for who in WRITERS:
        mine = [event for event in events if event.actor == company.email(who) and event.action == "plans.draft-saved"]
        assert len(mine) == times
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert verify(fresh.workspace) == []


def test_a_backup_taken_while_others_write_gives_the_same_statements(fresh: Site, tmp_path: Path) -> None:
    """Page, workbook and numbers of every payee, byte by byte, out of an empty folder."""
    before = statements(fresh)
    command = [sys.executable, "-m", "tests.web.saving", str(fresh.workspace.path), "admin", "40"]
    saving = subprocess.Popen(command, cwd=ROOT, stdout=-1)
    assert saving.stdout is not None and saving.stdout.readline() == b"302\n"
    backup(fresh.workspace, tmp_path / "backup")
    assert saving.poll() is None, "nobody wrote meanwhile"
    assert saving.communicate(timeout=300)[0].count(b"302") == 39
    restored = restore(tmp_path / "backup", tmp_path / "new")
    assert statements(Site(opened(restored.path))) == before


def statements(site: Site) -> dict[str, bytes]:
    """Of everybody in both periods: what the page says, and the workbook."""
    admin, found = site.as_("admin"), {}
    for payee in company.OWNERS:
        for period in company.AMOUNTS:
            address = f"/statements/{payee}/{period}/"
            found[address] = TOKEN.sub(b"", admin.get(address).content)
            found[f"{address}file.xlsx"] = admin.get(f"{address}file.xlsx").content
    return found
