"""B5: who holds the lease and was killed is replaced at once; who was only stopped finds that it came too late."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from attain.kernel.errors import Refused
from attain.kernel.processes import Process, has_ended, this_process
from attain.web.doctor import doctor
from attain.web.workspace import Workspace
from tests.records.company import PEOPLE, calculate, month_of_deals, months, plan

EXIT_OF_A_THREAD = {"x86_64": 60, "aarch64": 93}
"""The number of the system call that ends one thread alone."""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ready(workspace: Workspace, app: SimpleNamespace) -> Workspace:
    app.imports.import_file(workspace, PEOPLE.encode(), actor="ada", into="people", trusted=True)
    app.plans.publish_plan(workspace, plan(), actor="ada")
    app.imports.import_file(workspace, month_of_deals(1), actor="ada", into="deals", trusted=True)
    return workspace


@contextmanager
def stopped(workspace: Workspace, step: str) -> Iterator[subprocess.Popen[str]]:
    """A worker of its own that has begun run-000001 and stands still at a step."""
    command = [sys.executable, "-m", "tests.records.stopping", str(workspace.path), step]
    worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert worker.stdout is not None and worker.stdout.readline() == "begun run-000001\n"
        _, status = os.waitpid(worker.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        yield worker
    finally:
        worker.kill()
        worker.wait()
        assert worker.stdout is not None
        worker.stdout.close()


def wake(worker: subprocess.Popen[str]) -> str:
    worker.send_signal(signal.SIGCONT)
    return worker.communicate(timeout=60)[0].strip()


def pay(workspace: Workspace, app: SimpleNamespace) -> str:
    start = app.runs.begin_run(workspace, months(1, 1), actor="quick")
    calculate(start)
    return str(app.runs.publish_run(workspace, start, actor="quick").pk)


def states(app: SimpleNamespace) -> dict[str, str]:
    return dict(app.models.pay.Run.objects.values_list("pk", "state"))


def test_the_lease_of_a_killed_worker_is_taken_over_at_once(ready: Workspace, app: SimpleNamespace) -> None:
    with stopped(ready, "begun") as worker:
        with pytest.raises(Refused, match=rf"run-000001 is being worked on by process {worker.pid} on "):
            app.runs.begin_run(ready, months(1, 1), actor="quick")
        worker.kill()
        worker.wait()
        assert pay(ready, app) == "run-000002"
    assert states(app) == {"run-000001": "failed", "run-000002": "published"}


@pytest.mark.parametrize("step", ["begun", "publish.fsync-folder", "publish.done"])
def test_a_stopped_worker_cannot_publish_when_it_wakes_up(ready: Workspace, app: SimpleNamespace, step: str) -> None:
    """It still lives, so its lease is left to run out; then the number of the lease keeps it out."""
    with stopped(ready, step) as worker:
        ready.ports.clock.advance(timedelta(minutes=14))
        with pytest.raises(Refused, match="run-000001 is being worked on"):
            app.runs.begin_run(ready, months(1, 1), actor="quick")
        ready.ports.clock.advance(timedelta(minutes=2))
        assert pay(ready, app) == "run-000002"
        assert wake(worker) == "refused run.superseded"
    assert states(app) == {"run-000001": "failed", "run-000002": "published"}
    app.pay.close_period(ready, "2026-01", "run-000002", actor="quick")
    assert len(list(app.read.snapshot(ready).rows("ledger_lines"))) == 50
    assert not [finding for finding in doctor(ready) if finding.is_error]


def test_a_worker_stopped_while_it_commits_keeps_nobody_waiting_for_ever(
    ready: Workspace, app: SimpleNamespace
) -> None:
    """SQLite cannot put it out: the others are told. PostgreSQL ends its transaction, and it is told when it wakes."""
    from django.db import connection

    with stopped(ready, "commit.before") as worker:
        if connection.vendor == "sqlite":
            with pytest.raises(Refused, match="Somebody else was writing for more than 5 seconds"):
                app.imports.import_file(ready, month_of_deals(2), actor="quick", into="deals", trusted=True)
            assert wake(worker) == "published run-000001"
        else:
            assert app.imports.import_file(ready, month_of_deals(2), actor="quick", into="deals", trusted=True).is_new
            assert wake(worker) == "refused store.lost"
    assert not [finding for finding in doctor(ready) if finding.is_error]


def test_only_a_process_that_has_certainly_ended_is_taken_for_dead() -> None:
    here = this_process()
    assert here is not None and not has_ended(here)
    assert Process.of_text(here.as_text()) == here and Process.of_text("") is None
    assert has_ended(replace(here, started=here.started - 1)), "its number was given to another one"
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        known = replace(here, number=child.pid, started=_started(child.pid))
        assert not has_ended(known)
        child.send_signal(signal.SIGSTOP)
        assert not has_ended(known), "it may wake up"
        child.kill()
        while (Path("/proc") / str(child.pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
        assert has_ended(known), "nobody has taken notice of its end yet"
    finally:
        child.kill()
        child.wait()
    assert has_ended(known)
    assert not has_ended(replace(known, machine="another machine, container or start"))


def _started(number: int) -> int:
    return int((Path("/proc") / str(number) / "stat").read_text().rpartition(")")[2].split()[19])


def test_a_process_whose_first_thread_is_gone_still_works(tmp_path: Path) -> None:
    """Then the system calls it a zombie, although its other threads go on."""
    program = (
        "import ctypes, threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        f"ctypes.CDLL(None).syscall({EXIT_OF_A_THREAD[platform.machine()]}, 0)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program])
    try:
        stat = Path("/proc") / str(child.pid) / "stat"
        began = _started(child.pid)
        while stat.read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
        here = this_process()
        assert here is not None
        assert not has_ended(replace(here, number=child.pid, started=began))
    finally:
        child.kill()
        child.wait()
