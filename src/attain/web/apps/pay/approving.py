"""From a calculated run to pay that payees see: two people approve, one releases, then the period can be closed.

Whoever calculated a run can give the first approval and not the second, and nobody gives both. An approval holds the
hash of the run's folder; a run never changes, so an approval is never of something else than what was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attain.kernel.errors import Refused
from attain.web.apps.access.policy import Right
from attain.web.apps.access.viewer import Viewer
from attain.web.apps.audit.services import acting
from attain.web.workspace import Workspace

from .models import Approval, PayPeriod, Release, Run
from .order import closable
from .services import proof_said
from .words import STAGES

NEEDED = 2


class Stage(Enum):
    """How far a run is on its way to the payees."""

    CALCULATING = "calculating"
    FAILED = "failed"
    REPLACED = "replaced"
    CALCULATED = "calculated"
    IN_REVIEW = "in review"
    APPROVED = "approved"
    RELEASED = "released"
    CLOSED = "closed"


@dataclass(frozen=True)
class Way:
    """Where a run stands, who approved it, and what keeps a viewer from the next step."""

    stage: Stage
    approvals: tuple[Approval, ...]

    @property
    def missing(self) -> int:
        return max(0, NEEDED - len(self.approvals))


def way_of(run: Run) -> Way:
    return ways_of([run])[run.pk]


def ways_of(runs: Sequence[Run]) -> dict[str, Way]:
    """Where each of them stands, asked of the database as often for many as for one."""
    given: dict[str, list[Approval]] = {run.pk: [] for run in runs}
    for one in Approval.objects.filter(run__in=runs, withdrawn_at__isnull=True):
        given[one.run_id].append(one)
    closed = PayPeriod.objects.filter(run__in=runs, state=PayPeriod.State.CLOSED)
    closed_with = set(closed.values_list("run_id", flat=True))
    released = set(Release.objects.filter(run__in=runs).values_list("run_id", flat=True))
    spans = Run.objects.filter(state=Run.State.PUBLISHED).values_list("starts_on", "ends_on")
    last = {(start, end): number for start, end, number in spans.annotate(Max("number")).order_by()}

    def stage(run: Run) -> Stage:
        if run.state != Run.State.PUBLISHED:
            return Stage.FAILED if run.state == Run.State.FAILED else Stage.CALCULATING
        if run.pk in closed_with:
            return Stage.CLOSED
        if run.pk in released:
            return Stage.RELEASED
        if last[run.starts_on, run.ends_on] > run.number:
            return Stage.REPLACED
        if len(given[run.pk]) >= NEEDED:
            return Stage.APPROVED
        return Stage.IN_REVIEW if given[run.pk] else Stage.CALCULATED

    return {run.pk: Way(stage(run), tuple(given[run.pk])) for run in runs}


def why_not_approve(run: Run, way: Way, viewer: Viewer) -> str:
    """Empty where the viewer may approve; else the reason in words."""
    if way.stage not in (Stage.CALCULATED, Stage.IN_REVIEW):
        return _("There is nothing to approve, the run stands at: %(stage)s.") % {"stage": STAGES[way.stage.value]}
    if any(one.by == viewer.actor for one in way.approvals):
        return _("You have approved it; somebody else gives the second approval.")
    if way.approvals and run.started_by == viewer.actor:
        return _("You calculated it; somebody else gives the second approval.")
    if proof_said(run) is False:
        return _("The checker contradicts it.")
    return ""


def approve(workspace: Workspace, run: Run, viewer: Viewer, *, seen: str, remark: str) -> Approval:
    """`seen` is the hash of the content that the viewer looked at."""
    viewer.require(Right.APPROVE)
    with acting(workspace, viewer.actor, "approve run") as act:
        kept = Run.objects.get(pk=run.pk)
        if (reason := why_not_approve(kept, way_of(kept), viewer)) != "":
            raise Refused(reason, code="pay.approval", hint=_("Nothing was changed."))
        if kept.manifest_hash != seen:
            raise Refused(
                _("This is not the content that you looked at."), code="pay.seen", hint=_("Look at it again.")
            )
        made = Approval.objects.create(
            run=kept, by=viewer.actor, at=act.at, manifest_hash=kept.manifest_hash, remark=remark.strip()
        )
        act.record("pay.approved", "run", kept.pk, after={"files": kept.manifest_hash}, reason=remark.strip())
        return made


def withdraw_approval(workspace: Workspace, run: Run, viewer: Viewer, *, reason: str) -> None:
    """One's own, until the run was released."""
    viewer.require(Right.APPROVE)
    with acting(workspace, viewer.actor, "withdraw approval") as act:
        mine = run.approvals.filter(by=viewer.actor, withdrawn_at__isnull=True).first()
        if mine is None or way_of(run).stage not in (Stage.IN_REVIEW, Stage.APPROVED):
            raise Refused(
                _("There is no approval of yours to withdraw."), code="pay.approval", hint=_("Look at it again.")
            )
        mine.withdrawn_at = act.at
        mine.save(force_update=True)
        act.record("pay.approval-withdrawn", "run", run.pk, before={"files": mine.manifest_hash}, reason=reason)


def _approvals(missing: int) -> str:
    return ngettext("%(n)s approval is missing.", "%(n)s approvals are missing.", missing) % {"n": missing}


def release(workspace: Workspace, run: Run, viewer: Viewer) -> list[Release]:
    """Let payees see what an approved run pays them, in every pay period of it that is open."""
    viewer.require(Right.RELEASE)
    with acting(workspace, viewer.actor, "release run") as act:
        periods = closable(workspace, run)
        way = way_of(Run.objects.get(pk=run.pk))
        if way.stage != Stage.APPROVED:
            raise Refused(
                _("Only an approved run is released; this one stands at: %(stage)s.")
                % {"stage": STAGES[way.stage.value]},
                code="pay.not-approved",
                hint=_approvals(way.missing) if way.missing else _("Look at it again."),
            )
        if not periods:
            raise Refused(
                _("No pay period of this run is due yet."), code="pay.not-due",
                hint=_("Close the periods before it first."),
            )  # fmt: skip
        mine = {(one.calendar, one.kind, one.id) for one in periods}
        later = Release.objects.filter(run__number__gt=run.number, ends_on__in=[one.end for one in periods])
        newer = next((one for one in later if (one.calendar, one.kind, one.period) in mine), None)
        if newer is not None:
            raise Refused(
                _("%(run)s, a newer run, was released for %(period)s.") % {"run": newer.run_id, "period": newer.period},
                code="pay.newer-release", hint=_("Calculate again; an older result does not come back."),
            )  # fmt: skip
        made = [
            Release.objects.create(
                run=run,
                calendar=one.calendar,
                kind=one.kind,
                period=one.id,
                ends_on=one.end,
                by=viewer.actor,
                at=act.at,
            )
            for one in periods
        ]
        act.record("pay.released", "run", run.pk, after={"periods": [one.id for one in periods]})
        return made
