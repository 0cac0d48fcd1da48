"""Starting a job and doing it. The worker finds it in the queue that lies in the same database as the records.

    @job("calculate", steps=4)
    def calculate(workspace, arguments, actor, step) -> dict: ...

A job notes each step as it begins, so that a page can show how far it is. What goes wrong is told in the words of the
error, with what to do next; the worker goes on with the next job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.module_loading import autodiscover_modules
from django_tasks import task

from attain.kernel.errors import AttainError, Findings
from attain.kernel.processes import Process, has_ended, this_process
from attain.web.apps.access.models import Account
from attain.web.apps.audit.services import acting
from attain.web.workspace import Workspace

from .models import Job

KILLED = "The worker ended before this was done."
AGAIN = "Start it again; what it had finished is not done twice."
Step = Callable[[str], None]
Work = Callable[[Workspace, dict[str, Any], str, Step], dict[str, Any]]
_KINDS: dict[str, tuple[Work, int]] = {}


def job(kind: str, *, steps: int) -> Callable[[Work], Work]:
    """Declares what a kind of job does, and in how many steps."""

    def declare(work: Work) -> Work:
        _KINDS[kind] = (work, steps)
        return work

    return declare


def _declared(kind: str) -> tuple[Work, int]:
    """Each app declares its own in a module `jobs`, which nobody else has to import."""
    if kind not in _KINDS:
        autodiscover_modules("jobs")
    return _KINDS[kind]


def start_job(workspace: Workspace, kind: str, arguments: dict[str, Any], *, actor: str) -> Job:
    """Put a job into the queue; it is begun when the transaction that asks for it is done."""
    _, steps = _declared(kind)
    with acting(workspace, actor, "start job") as act:
        made = Job.objects.create(kind=kind, arguments=arguments, asked_by=actor, asked_at=act.at, steps=steps)
        act.record("job.asked", "job", made.pk, after={"kind": kind, **arguments})
        transaction.on_commit(lambda: work_on.enqueue(made.pk))
    return made


def settle(workspace: Workspace, jobs: Iterable[Job]) -> list[Job]:
    """Those of these jobs whose worker was killed: they end as failed. Asked on their pages and by a new worker."""
    ended = []
    for one in jobs:
        process = Process.of_text(one.process)
        if one.state == Job.State.RUNNING and process is not None and has_ended(process):
            mine = Job.objects.filter(pk=one.pk, state=Job.State.RUNNING)
            mine.update(state=Job.State.FAILED, finished_at=workspace.ports.clock.now(), failure=KILLED, hint=AGAIN)
            one.refresh_from_db()
            ended.append(one)
    return ended


@task
def work_on(job_id: int) -> None:
    """What the worker calls. The documents of the workspace are read as they are now, not as they were at its start."""
    do(settings.WORKSPACE.anew(), Job.objects.get(pk=job_id))


def _language_of(actor: str) -> str:
    """What a job says is read by whoever asked for it."""
    return Account.objects.filter(email=actor).values_list("language", flat=True).first() or "en"


def do(workspace: Workspace, asked: Job) -> None:
    """Do a job that waits. One that was begun by a worker that died is not begun again: `settle` says so."""
    now = workspace.ports.clock.now
    begun = Job.objects.filter(pk=asked.pk, state=Job.State.WAITING)
    process = this_process()
    if not begun.update(state=Job.State.RUNNING, started_at=now(), process=process.as_text() if process else ""):
        return
    mine = Job.objects.filter(pk=asked.pk)
    work, _ = _declared(asked.kind)
    done = -1

    def step(name: str) -> None:
        nonlocal done
        done += 1
        mine.update(step=name, steps_done=done)

    try:
        with translation.override(_language_of(asked.asked_by)):
            result = work(workspace, asked.arguments, asked.asked_by, step)
    except AttainError as error:
        told = {"findings": [str(one) for one in error.findings]} if isinstance(error, Findings) else {}
        failed = {"failure": error.message, "hint": error.hint or "", "result": told}
        mine.update(state=Job.State.FAILED, finished_at=now(), **failed)
    except BaseException as fault:  # also when the worker is told to stop: nobody shall wait for it
        mine.update(state=Job.State.FAILED, finished_at=now(), failure=f"A fault of ours: {type(fault).__name__}.")
        raise
    else:
        mine.update(state=Job.State.DONE, finished_at=now(), steps_done=asked.steps, result=result)
