"""The killer: runs the real work in child processes, ends them with SIGKILL, and looks at what is left.

Each round imports a file, publishes a run and closes its month, and is killed somewhere: at a named step, or after a
random time. What is left must be the state before or the state after; then the same round runs again, unharmed, and
must end with everything done once. Started as a program, so that the processes it forks know nothing of pytest.

    python -m tests.records.killing WORKSPACE ROUNDS SEED [FAULT]

FAULT plants a mistake that this harness must find: `commit-first` or `chunks`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from attain.kernel.files import Files
from attain.kernel.ports import FixedClock, Ports, RandomIds, SystemRandomness
from attain.web import settings, store
from attain.web.workspace import Workspace
from tests.records import company

STEPS = (
    "file.create", "write.create", "write.fsync", "write.rename", "write.fsync-parent", "write.done",
    "publish.fsync-file", "publish.fsync-folder", "publish.rename", "publish.fsync-parent", "publish.done",
    "commit.before", "commit.after",
)  # fmt: skip
ROWS = 30
NTH = {"commit-first": 1, "chunks": 2}
"""A planted fault does less than the real work, and so reaches each step less often."""


class Killer:
    """Ends this process the n-th time that a step is reached."""

    def __init__(self, step: str | None, nth: int) -> None:
        self.step, self.left = step, nth

    def __call__(self, step: str) -> None:
        if step == self.step:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def opened(path: Path, attempt: int, killer: Callable[[str], None] = lambda step: None) -> Workspace:
    """The workspace as one process sees it. The next attempt comes at once: a lease dies with its process."""
    clock = FixedClock(company.NOON + attempt * timedelta(seconds=1))
    ports = Ports(clock, RandomIds(), SystemRandomness(), Files(killer))
    workspace = Workspace.open(path, ports=ports)
    settings.configure(workspace)
    store.checkpoints[:] = [killer]
    return workspace


def work(workspace: Workspace, month: int, fault: str, done: Callable[[str], None]) -> None:
    """One round. `done` tells the parent what was acknowledged; what it heard must never be lost."""
    from attain.web.apps.imports import services as imports
    from attain.web.apps.pay import runs, services

    from . import planted

    content = company.month_of_deals(month, ROWS)
    if fault == "commit-first":
        planted.import_with_the_commit_first(workspace, content)
    elif fault == "chunks":
        planted.import_in_chunks(workspace, content)
    else:
        imports.import_file(workspace, content, actor="ada", into="deals", source_name=f"{month}.csv", trusted=True)
    done("import")
    if fault:
        return
    start = runs.begin_run(workspace, company.months(month, month), actor="ada")
    company.calculate(start)
    run = runs.publish_run(workspace, start, actor="ada")
    done(f"run {run.pk}")
    closed = services.close_period(workspace, f"2026-{month:02d}", run.pk, actor="ada", accept_changes="retry")
    done(f"close {closed.period}")


def state(workspace: Workspace, month: int) -> list[str]:
    """Everything that is wrong now. An unfinished round is not wrong, a torn or doubled one is."""
    from attain.web.apps.imports.models import Batch
    from attain.web.apps.pay.models import PayPeriod, Run
    from attain.web.apps.pay.selectors import snapshot
    from attain.web.doctor import doctor

    wrong = [f"torn: {finding.message}" for finding in doctor(workspace) if finding.is_error]
    if wrong:
        return wrong
    sizes: Counter[str] = Counter()
    for batch in Batch.objects.filter(is_fact=True):
        sizes[batch.source] += batch.rows
    wrong += [f"half or doubled: {name} has {size} rows" for name, size in sizes.items() if size != ROWS]
    closed = PayPeriod.objects.filter(state="closed").count()
    read = snapshot(workspace)
    if len(list(read.rows("ledger_lines"))) != closed * ROWS:
        wrong.append("the ledger does not hold each line of each closed period once")
    folders = {path.name for path in workspace.runs.glob("run-*")} if workspace.runs.is_dir() else set()
    wrong += [f"lost: {run}" for run in Run.objects.filter(state="published") if run.pk not in folders]
    return wrong


def heard_of(workspace: Workspace, acknowledged: list[str]) -> list[str]:
    """What was acknowledged and is not there."""
    from attain.web.apps.imports.models import Batch
    from attain.web.apps.pay.models import PayPeriod, Run

    missing = []
    for word in acknowledged:
        kind, _, name = word.partition(" ")
        there = {
            "import": lambda: Batch.objects.filter(is_fact=True).exists(),
            "run": lambda name=name: Run.objects.filter(pk=name, state="published").exists(),
            "close": lambda name=name: PayPeriod.objects.filter(period=name, state="closed").exists(),
        }[kind]()
        if not there:
            missing.append(f"lost after it was acknowledged: {word}")
    return missing


def child(task: Callable[[Callable[[str], None]], Any], kill_after: float | None = None) -> tuple[bool, list[str]]:
    """Run a task in a process of its own; whether it ended by itself, and the words that it said."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        code = 1
        try:
            task(lambda word: os.write(writing, f"{word}\n".encode()) and None)
            code = 0
        except BaseException as error:
            os.write(writing, f"failed {type(error).__name__}: {error}\n".replace("\n", " ").encode() + b"\n")
        finally:
            os._exit(code)
    os.close(writing)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(reading) as words:
        said = words.read().splitlines()
    _, status = os.waitpid(pid, 0)
    return os.WIFEXITED(status), said


def main(path: Path, rounds: int, seed: int, fault: str) -> dict[str, Any]:
    settings.configure(Workspace.open(path))
    for name in ("imports.services", "pay.runs", "pay.services", "pay.selectors"):
        import_module(f"attain.web.apps.{name}")  # once, here: a connection is opened only by the children
    dice = random.Random(seed)
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    month, attempt = 1, 0
    longest = 0.5
    for number in range(rounds):
        attempt += 1
        step = STEPS[number % len(STEPS)] if number < rounds / 2 or fault else None
        nth = NTH.get(fault, 1 + dice.randrange(3))
        after = None if step else dice.random() * longest
        this = month

        killer = Killer(step, nth)
        ended, said = child(lambda done, k=killer, a=attempt, m=this: work(opened(path, a, k), m, fault, done), after)
        counts["survived" if ended else "killed"] += 1
        said = [word for word in said if not word.startswith("failed")]
        wrong += look(path, attempt, this, [word for word in said if word])
        if f"close 2026-{this:02d}" not in said:
            attempt += 1
            began = time.monotonic()
            ended, again = child(lambda done, a=attempt, m=this: work_again(path, a, m, fault, done))
            longest = max(0.05, (time.monotonic() - began) * 1.2)
            wrong += [word for word in again if word.startswith("failed")]
            wrong += look(path, attempt, this, [word for word in again if not word.startswith("failed")])
        if fault and wrong:
            break
        month += 1
        if month > 12 and not fault:
            month = 1
            attempt += 1
            wrong += reopen_all(path, attempt)
    return {"rounds": rounds, "wrong": wrong, **counts}


def work_again(path: Path, attempt: int, month: int, fault: str, done: Callable[[str], None]) -> None:
    """The same round, unharmed. A month that is closed already was closed by the round that was killed."""
    from attain.kernel.errors import Refused

    workspace = opened(path, attempt)
    try:
        work(workspace, month, fault, done)
    except Refused as refused:
        if refused.code not in ("pay.already-closed", "run.closed-period"):
            raise


def look(path: Path, attempt: int, month: int, acknowledged: list[str]) -> list[str]:
    """The state as a fresh process finds it."""

    def looking(say: Callable[[str], None]) -> None:
        workspace = opened(path, attempt)
        for fault in state(workspace, month) + heard_of(workspace, acknowledged):
            say(fault.replace("\n", " "))

    return child(looking)[1]


def reopen_all(path: Path, attempt: int) -> list[str]:
    """A year is full: its months are opened again, and its files are undone, so that the rounds can go on."""

    def reopening(say: Callable[[str], None]) -> None:
        workspace = opened(path, attempt)
        from attain.web.apps.imports import services as imports
        from attain.web.apps.imports.models import Batch
        from attain.web.apps.pay import services

        for month in range(12, 0, -1):
            services.reopen_period(workspace, f"2026-{month:02d}", actor="ada", reason="next year of rounds")
        for batch in Batch.objects.filter(is_fact=True, state="current"):
            imports.undo_batch(workspace, batch.pk, actor="ada", reason="next year of rounds")

    return child(reopening)[1]


if __name__ == "__main__":
    given = [*sys.argv[1:], ""]
    print(json.dumps(main(Path(given[0]), int(given[1]), int(given[2]), given[3])))
