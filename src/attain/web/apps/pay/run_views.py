"""Runs as pages: the list, one run with its checks, and the acts that lead from a run to pay."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attain.documents.comparison import payable_by_payee
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.jobs.services import start_job
from attain.web.apps.lists.showing import listing
from attain.web.kit.charts import figure_answer
from attain.web.kit.tables import Listed
from attain.web.kit.toasts import undoable

from . import run_pages as pages
from .approving import NEEDED, Stage, approve, release, way_of, ways_of, why_not_approve, withdraw_approval
from .calculating import stored
from .control import control_totals
from .figures import flagged_of, payable_per_payee
from .models import Run
from .order import closable, left_open_notes, next_due, to_close
from .scope import scope_of
from .selectors import changes_since, inputs
from .services import close_with_all, proof_said
from .statements import names_in
from .tables import RUNS, RunRow
from .words import CONTROL, STAGES, TONES


@require_GET
@needs(Right.SEE_RUNS)
def runs(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request, teams=False)
    found = list(Run.objects.order_by("-number"))
    if (period := scope.asked) is not None:
        found = [run for run in found if run.starts_on < period.ends_on <= run.ends_on]
    stages = {run: way.stage.value for run, way in ways_of(found).items()}

    rows = Listed([RunRow(run, stages[run.pk]) for run in found], lambda row: row.words)
    due = next_due(request.workspace, request.workspace.calendar, "month") if request.workspace.calendars else None
    context = {"scope": scope, "suggested": due.id if due else ""}
    return listing(request, RUNS, rows, "pay/runs.html", context)


@require_POST
@needs(Right.CALCULATE)
def start(request: HttpRequest) -> HttpResponse:
    """Into the queue; a period that cannot be read is refused before anything waits."""
    period = request.POST.get("period", "").strip()
    request.workspace.span_of(period)
    job = start_job(request.workspace, "calculate", {"period": period}, actor=request.viewer.actor)
    return redirect("job", job.pk)


@require_GET
@needs(Right.SEE_RUNS)
def run(request: HttpRequest, run: str) -> HttpResponse:
    found = get_object_or_404(Run, pk=run)
    way = way_of(found)
    common: dict[str, Any] = {
        "run": found,
        "way": way,
        "stage": STAGES[way.stage.value],
        "tone": TONES[way.stage.value],
    }
    if found.state != Run.State.PUBLISHED:
        return render(request, "pay/unfinished_run.html", common)
    workspace, viewer = request.workspace, request.viewer
    outcome = stored(workspace, found)
    before = pages.previous_of(found)
    changes = pages.changes_of(workspace, found, before)
    totals = pages.totals_of(outcome)
    same = list(Run.objects.filter(starts_on=found.starts_on, ends_on=found.ends_on).order_by("-number"))
    stages = {one: way.stage.value for one, way in ways_of(same).items()}
    names = names_in(workspace, found.pk)
    dots = payable_per_payee(payable_by_payee(outcome), names)
    if (answer := figure_answer(request, [dots] if dots else [])) is not None:
        return answer
    flagged = flagged_of(dots)
    due = closable(workspace, found)
    can_close = way.stage in (Stage.RELEASED, Stage.CLOSED) and bool(due)
    return render(request, "pay/run.html", common | {
        "counts": pages.counts_of(outcome),
        "seconds": (found.finished_at - found.started_at).total_seconds(),
        "before": before,
        "changes": pages.named_changes(workspace, found, changes[: pages.SHOWN]),
        "changed": len(changes),
        "rests": pages.rests_of(stored(workspace, before), outcome, changes) if before else [],
        "payees": len({key[0] for key in payable_by_payee(outcome)}),
        "totals": totals,
        "payable": found.payable,
        "earned": pages.earned_in(totals),
        "uncredited": pages.reasons_of(outcome, "uncredited"),
        "exceptions": pages.reasons_of(outcome, "exceptions"),
        "negative": pages.negative_payees(outcome),
        "proof": proof_said(found),
        "dots": dots,
        "flagged": [one.said for one in flagged[-3:]],
        "flagged_count": len(flagged),
        "others": [(one, STAGES[stages[one.pk]], TONES[stages[one.pk]]) for one in same],
        "needed": NEEDED,
        "why_not": why_not_approve(found, way, viewer),
        "mine": any(one.by == viewer.actor for one in way.approvals) and way.stage in (Stage.IN_REVIEW, Stage.APPROVED),
        "due": due,
        "to_close": to_close(workspace, found),
        "notes": left_open_notes(workspace, found),
        "can_release": way.stage == Stage.APPROVED,
        "can_close": can_close,
        "changed_since": changes_since(found, inputs(workspace)) if can_close else [],
    })  # fmt: skip


@require_GET
@needs(Right.SEE_RUNS)
def control(request: HttpRequest, run: str) -> HttpResponse:
    """The control totals, read from the source once more: a part of the page of a run that comes after the rest."""
    found = get_object_or_404(Run, pk=run)
    totals = control_totals(request.workspace, found)
    parts = {one.fact: [(CONTROL[name], part) for name, part in one.parts.items()] for one in totals}
    return render(request, "pay/_control.html" if request.htmx else "pay/control.html", {
        "run": found,
        "totals": [(one, parts[one.fact]) for one in totals],
        "in_source": CONTROL["source"],
        "difference": CONTROL["difference"],
    })  # fmt: skip


@require_POST
@needs(Right.APPROVE)
def approve_run(request: HttpRequest, run: str) -> HttpResponse:
    found = get_object_or_404(Run, pk=run)
    approve(
        request.workspace,
        found,
        request.viewer,
        seen=request.POST.get("seen", ""),
        remark=request.POST.get("remark", ""),
    )
    undoable(request, _("Approved."), reverse("run-withdraw", args=(found.pk,)))
    return redirect("run", found.pk)


@require_POST
@needs(Right.APPROVE)
def withdraw(request: HttpRequest, run: str) -> HttpResponse:
    found = get_object_or_404(Run, pk=run)
    withdraw_approval(request.workspace, found, request.viewer, reason=request.POST.get("reason", ""))
    messages.success(request, _("Your approval is withdrawn."))
    return redirect("run", found.pk)


@require_POST
@needs(Right.RELEASE)
def release_run(request: HttpRequest, run: str) -> HttpResponse:
    found = get_object_or_404(Run, pk=run)
    release(request.workspace, found, request.viewer)
    messages.success(request, _("Released. Payees see their statements now."))
    return redirect("run", found.pk)


@require_POST
@needs(Right.RELEASE)
def close(request: HttpRequest, run: str) -> HttpResponse:
    """Close every period that the run released, up to the last one that is due."""
    found = get_object_or_404(Run, pk=run)
    request.viewer.require(Right.RELEASE)
    ends = to_close(request.workspace, found)
    if ends is None or way_of(found).stage not in (Stage.RELEASED, Stage.CLOSED):
        messages.error(request, _("There is nothing to close."))
        return redirect("run", found.pk)
    for period in closable(request.workspace, found):
        if period.calendar == ends[1].calendar and period.kind == ends[1].kind:
            close_with_all(
                request.workspace, period.id, found.pk, actor=request.viewer.actor, calendar=period.calendar,
                accept_changes=request.POST.get("reason", ""),
            )  # fmt: skip
    messages.success(request, _("Closed. Later changes are paid as corrections in an open period."))
    return redirect("run", found.pk)
