"""Runs: taking the lease, keeping what was read, publishing what was calculated.

    start = begin_run(workspace, span, actor="ada")
    folder = ...                     # tables and manifest.json, written below `start.folder`
    run = publish_run(workspace, start, actor="ada")

The folder is flushed and renamed before the transaction that makes the run known; a run is either published whole or
not there at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Max
from django.utils.translation import gettext as _

from attain.facts.snapshot import Snapshot
from attain.kernel.errors import PeriodError, Refused, Where
from attain.kernel.hashing import canonical_json, hash_of
from attain.kernel.intervals import Interval
from attain.kernel.periods import Period
from attain.kernel.ports import Files
from attain.plans.loader import Document
from attain.plans.model import Plan
from attain.web.apps.audit.services import Act, acting
from attain.web.sealing import seal
from attain.web.sweeping import sweep
from attain.web.workspace import Workspace

from . import leases
from .ledger import write_tables
from .models import Run
from .selectors import DECISIONS_FOLDER, Frozen, ended_periods, freeze

LEASE = "run"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class RunStart:
    """A run that has the lease, all that it reads, and the unpublished folder that it writes to."""

    run: Run
    frozen: Frozen
    folder: Path

    @property
    def snapshot(self) -> Snapshot:
        return self.frozen.snapshot

    @property
    def plans(self) -> tuple[Document, ...]:
        return self.frozen.plans

    @property
    def span(self) -> Interval:
        return Interval(self.run.starts_on, self.run.ends_on)


def begin_run(workspace: Workspace, span: Interval, *, actor: str, as_of: int | None = None) -> RunStart:
    """Freeze the inputs and take the lease. A run whose process was killed, or whose lease ran out, is given up."""
    if span.end is None:
        raise Refused(f"A run needs an end; {span} has none.", code="run.span", hint="Name the periods to calculate.")
    leases.require_free(LEASE, workspace.ports.clock.now())
    sweep(workspace)
    frozen = freeze(workspace, span=span, as_of=as_of)
    require_pay_period(frozen.snapshot, [one.plan for one in frozen.plans], span)
    _require_open(frozen, span)
    with acting(workspace, actor, "begin run") as act:
        last = Run.objects.aggregate(last=Max("number"))["last"] or 0
        number = max(last, leases.require_free(LEASE, act.at).fence) + 1  # that of a refused run is not given again
        name = f"run-{number:06d}"
        fence = leases.take(act, LEASE, name)
        _give_up_stale(act)
        run = Run.objects.create(
            id=name,
            number=number,
            starts_on=span.start,
            ends_on=span.end,
            started_at=act.at,
            started_by=actor,
            inputs=canonical_json(frozen.inputs).decode(),
            input_hash=hash_of(frozen.inputs),
            fence=fence,
        )
        act.record("run.begun", "run", name, after={"span": str(span), "inputs": run.input_hash})
    return RunStart(run, frozen, workspace.ports.files.temporary_folder(workspace.runs))


def require_pay_period(snapshot: Snapshot, plans: Sequence[Plan], span: Interval) -> None:
    """A plan pays the periods that end within the span: where none does, nothing is paid."""
    if plans and not _paid(snapshot, plans, span):
        said = ", ".join(sorted({one.period for one in plans}))
        raise PeriodError(
            _("No pay period ends within %(span)s; the plans pay by %(kinds)s.") % {"span": span, "kinds": said},
            code="run.no-pay-period",
            hint=_("Name a pay period, or a range of them, such as 2026-01..2026-03."),
        )


def _paid(snapshot: Snapshot, plans: Sequence[Plan], span: Interval) -> list[Period]:
    default = snapshot.calendar
    kinds = [(one.calendar or default, str(one.period), one.effective.start) for one in plans]
    return ended_periods(snapshot.calendars, kinds, span)


def pays_again(frozen: Frozen, span: Interval, supposed: Iterable[Plan] = ()) -> str | None:
    """Why a run over the span is refused, if it would pay a period that counts as closed."""
    refused = _closed_in(frozen, span, supposed)
    return None if refused is None else refused[0]


def _closed_in(frozen: Frozen, span: Interval, supposed: Iterable[Plan] = ()) -> tuple[str, Period] | None:
    """The refusal of such a run, and the closed period that ends last."""
    plans = [*(one.plan for one in frozen.plans), *supposed]
    closed, default = frozen.snapshot.closed_periods(), frozen.snapshot.calendar
    last = max(closed, key=lambda one: (one.end, one.calendar == default), default=None)
    again = [one for one in _paid(frozen.snapshot, plans, span) if last is not None and one.end <= last.end]
    if last is None or not again:
        return None
    paid = next((one for one in again if one in closed), None)
    if paid is not None:
        return _("%(period)s is closed; a run cannot pay it again.") % {"period": paid.id}, last
    said = _("%(period)s counts as closed, because %(last)s is; a run cannot pay it any more.")
    return said % {"period": again[0].id, "last": last.id}, last


def _require_open(frozen: Frozen, span: Interval) -> None:
    """What counts as closed is never paid by a run; what is due for it is a difference in an open period."""
    found = _closed_in(frozen, span)
    if found is not None:
        refused, last = found
        calendar = "" if last.calendar == frozen.snapshot.calendar else f" --calendar {last.calendar}"
        raise Refused(
            refused,
            code="run.closed-period",
            hint=_(
                "Start with the first open period: what is due for earlier ones is paid there as a difference. Or "
                'reopen the last closed one: attain reopen %(last)s --reason "…"'
            )
            % {"last": f"{last.id}{calendar}"},
        )


def _give_up_stale(act: Act) -> None:
    for stale in Run.objects.filter(state=Run.State.CALCULATING):
        _fail(act, stale, "Its process ended, or its lease ran out, before it was published.")


def renew_run(workspace: Workspace, start: RunStart, *, actor: str) -> None:
    """A long calculation says that it is still at work."""
    with acting(workspace, actor, "renew run") as act:
        leases.renew(act, LEASE, start.run.fence)


def publish_run(workspace: Workspace, start: RunStart, *, actor: str, engine_version: str | None = None) -> Run:
    """Make the finished folder of a run visible, with everything that the run read beside it."""
    run, files = start.run, workspace.ports.files
    manifest_file = start.folder / MANIFEST
    if not manifest_file.is_file():
        raise Refused(
            f"{run} has no {MANIFEST}.", code="run.no-manifest", where=Where(str(start.folder)), hint="Write it last."
        )
    manifest = json.loads(manifest_file.read_bytes())
    leases.require(LEASE, run.fence)  # an early look spares a stale worker the work; the one that counts comes below
    _keep_inputs(start, files)
    sealed = seal(start.folder, files)
    final = workspace.runs / run.pk
    files.publish_folder(start.folder, final)
    with acting(workspace, actor, "publish run") as act:
        leases.require(LEASE, run.fence)
        now = Run.objects.get(pk=run.pk)
        if now.state != Run.State.CALCULATING:
            raise Refused(f"{run} is {now.state} already.", code="run.state", hint="Start a new run.")
        if not final.exists():
            raise Refused(f"The folder of {run} was swept away meanwhile.", code="run.swept", hint="Start a new run.")
        now.state, now.finished_at, now.manifest_hash = Run.State.PUBLISHED, act.at, sealed
        now.totals = json.dumps(manifest.get("totals", {}), sort_keys=True)
        now.engine_version = engine_version or str(manifest.get("engine_version", ""))
        now.version += 1
        now.save(force_update=True)
        leases.give_back(LEASE, run.fence)
        act.record("run.published", "run", run.pk, after={"files": sealed, "inputs": now.input_hash})
    return now


def _keep_inputs(start: RunStart, files: Files) -> None:
    """The decisions as the run read them: a person who moves on later must not change what is shown of this run."""
    folder = start.folder / DECISIONS_FOLDER
    files.make_folder(folder)
    write_tables(start.snapshot.decisions, folder, files)


def fail_run(workspace: Workspace, start: RunStart, *, actor: str, failure: str) -> None:
    """Give the lease back without a result. What was written goes first: a full disk needs the room for the rest."""
    workspace.ports.files.discard(start.folder)
    with acting(workspace, actor, "fail run") as act:
        run = Run.objects.get(pk=start.run.pk)
        if run.state == Run.State.CALCULATING:
            _fail(act, run, failure)
        leases.give_back(LEASE, run.fence)


def refuse_run(workspace: Workspace, start: RunStart, *, actor: str, reason: str) -> None:
    """A plan or a record has to be mended before anything can be calculated: no run is left, but the log says why."""
    workspace.ports.files.discard(start.folder)
    with acting(workspace, actor, "refuse run") as act:
        gone, _ = Run.objects.filter(pk=start.run.pk, state=Run.State.CALCULATING).delete()
        leases.give_back(LEASE, start.run.fence)
        if gone:
            act.record("run.refused", "run", start.run.pk, after={"failure": reason})


def _fail(act: Act, run: Run, failure: str) -> None:
    run.state, run.failure, run.finished_at = Run.State.FAILED, failure, act.at
    run.version += 1
    run.save(force_update=True)
    act.record("run.failed", "run", run.pk, after={"failure": failure})
