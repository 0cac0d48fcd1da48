"""The race: several processes do the same thing at the same moment, from a barrier.

    python -m tests.records.racing WORKSPACE WHAT PROCESSES ROUNDS

WHAT is `close`, `import` or `planted`, which closes without a lock and must let two of them win.
Prints, for each round, who won and what the others were told.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from attain.web import settings
from attain.web.workspace import Workspace
from tests.records import company
from tests.records.killing import child, opened


def compete(path: Path, act: Callable[[Workspace, str], str], processes: int) -> list[str]:
    """What each of the competitors was told; `won` from the one that did it."""
    barrier = get_context("fork").Barrier(processes)
    reading, writing = os.pipe()
    pids = []
    for number in range(processes):
        pid = os.fork()
        if pid == 0:
            try:
                workspace = opened(path, 1)
                import_module("django.db").connection.ensure_connection()
                barrier.wait()
                told = act(workspace, f"user-{number}")
            except Exception as error:
                told = f"{type(error).__name__}: {getattr(error, 'message', error)}"
            os.write(writing, f"user-{number} {told}\n".replace("\n", " ").encode() + b"\n")
            os._exit(0)
        pids.append(pid)
    os.close(writing)
    with os.fdopen(reading) as words:
        told = words.read().splitlines()
    for pid in pids:
        os.waitpid(pid, 0)
    return told


def close(month: int, run: str) -> Callable[[Workspace, str], str]:
    def act(workspace: Workspace, actor: str) -> str:
        from attain.web.apps.pay.services import close_period

        close_period(workspace, f"2026-{month:02d}", run, actor=actor)
        return "won"

    return act


def take(month: int) -> Callable[[Workspace, str], str]:
    def act(workspace: Workspace, actor: str) -> str:
        from attain.web.apps.imports.services import import_file

        taken = import_file(workspace, company.month_of_deals(month), actor=actor, into="deals", trusted=True)
        return "won" if taken.is_new else taken.message

    return act


def planted(month: int, run: str) -> Callable[[Workspace, str], str]:
    def act(workspace: Workspace, actor: str) -> str:
        from attain.web.apps.pay.selectors import run_of

        from .planted import close_without_a_lock

        close_without_a_lock(workspace, f"2026-{month:02d}", run_of(run), actor)
        return "won"

    return act


def prepare(path: Path, month: int, *, with_row: bool) -> str:
    """A published run of a month; for the planted fault also the open row that everybody reads."""

    def preparing(say: Callable[[str], None]) -> None:
        workspace = opened(path, 1)
        from attain.web.apps.pay import runs
        from attain.web.apps.pay.models import PayPeriod

        start = runs.begin_run(workspace, company.months(month, month), actor="ada")
        company.calculate(start)
        run = runs.publish_run(workspace, start, actor="ada")
        if with_row:
            period = workspace.calendars["gregorian"].parse(f"2026-{month:02d}")
            PayPeriod.objects.create(
                calendar="gregorian", kind="month", period=period.id, starts_on=period.start, ends_on=period.end
            )
        say(run.pk)

    ended, said = child(preparing)
    assert ended and len(said) == 1 and not said[0].startswith("failed"), said
    return said[0]


def main(path: Path, what: str, processes: int, rounds: int) -> list[dict[str, Any]]:
    settings.configure(Workspace.open(path))
    for name in ("imports.services", "pay.runs", "pay.services", "pay.selectors"):
        import_module(f"attain.web.apps.{name}")
    found = []
    for month in range(1, rounds + 1):
        if what == "import":
            act = take(month)
        else:
            run = prepare(path, month, with_row=what == "planted")
            act = (planted if what == "planted" else close)(month, run)
        told = compete(path, act, processes)
        winners = [line.split()[0] for line in told if line.split()[1] == "won"]
        found.append({"winners": winners, "told": [line for line in told if line.split()[1] != "won"]})
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
