"""The first page: for each role what is known so far and the one next step."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from attain.web.apps.access.policy import Right, signed_in
from attain.web.apps.access.viewer import Viewer
from attain.web.apps.audit.models import Event
from attain.web.apps.audit.selectors import head
from attain.web.apps.imports.models import Batch
from attain.web.apps.imports.selectors import with_repairs
from attain.web.apps.pay.approving import ways_of
from attain.web.apps.pay.figures import PERIODS, pay_by_period, payable_per_payee
from attain.web.apps.pay.models import Run
from attain.web.apps.pay.order import next_due
from attain.web.apps.pay.scope import Scope, scope_of
from attain.web.apps.pay.statements import Shown, history_seen_by, name_of, names_in, payments_seen_by
from attain.web.apps.pay.totals_views import told
from attain.web.apps.pay.words import STAGES, TONES
from attain.web.kit.charts import figure_answer
from attain.web.workspace import Workspace

LAST = 6


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    workspace, viewer = request.workspace, request.viewer
    scope = scope_of(request) if viewer.may(Right.SEE_PAY) else None
    own = _own(workspace, viewer, scope.periods) if scope else None
    team = _team(scope) if scope else None
    sums = told(workspace, viewer, scope.periods) if scope and viewer.may(Right.SEE_TOTALS) else None
    figures = [part["chart"] for part in (own, team, sums) if part and part["chart"]]
    if (answer := figure_answer(request, figures)) is not None:
        return answer
    return render(request, "home.html", {
        "scope": scope if scope and scope.teams else None,
        "own": own,
        "team": team,
        "told": sums,
        "work": _work(workspace) if viewer.may(Right.SEE_RUNS) else None,
        "log": _log() if viewer.may(Right.SEE_AUDIT) else None,
    })  # fmt: skip


def _own(workspace: Workspace, viewer: Viewer, periods: Mapping[str, Shown]) -> dict[str, Any] | None:
    """One's own last statement, and the ones before it as a chart."""
    person = viewer.account.person
    if person is None or not viewer.sees(person):
        return None
    history = list(islice(history_seen_by(workspace, viewer, periods, person), PERIODS))
    return {"person": person, "last": history[0] if history else None, "history": history[:4],
            "chart": pay_by_period(history)}  # fmt: skip


def _team(scope: Scope) -> dict[str, Any] | None:
    """What those below got in the period that is chosen."""
    workspace, viewer, shown = scope.request.workspace, scope.viewer, scope.shown
    if shown is None or not (scope.team or (viewer.payees is not None and len(viewer.payees) > 1)):
        return None
    names = names_in(workspace, shown.run)
    rows = [(name_of(names, one.payee), one) for one in payments_seen_by(workspace, viewer, shown)
            if one.payee != viewer.account.person and scope.holds(one.payee)]  # fmt: skip
    chart = payable_per_payee({(one.payee, one.currency): one.payable for _, one in rows}, names)
    return {
        "shown": shown,
        "chart": chart,
        "rows": sorted(rows, key=lambda row: -row[1].payable)[:12],
        "count": len(rows),
    }


def _work(workspace: Workspace) -> dict[str, Any]:
    """What waits for whom who pays: the next period, the last runs, the last batches."""
    last = list(Run.objects.order_by("-number")[:LAST])
    stages = {run: way.stage.value for run, way in ways_of(last).items()}
    runs = [(run, STAGES[stages[run.pk]], TONES[stages[run.pk]]) for run in last]
    return {"due": next_due(workspace, workspace.calendar, "month"), "runs": runs,
            "batches": list(with_repairs(Batch.objects.order_by("-sequence"))[:LAST])}  # fmt: skip


def _log() -> dict[str, Any]:
    return {"head": head(), "events": list(Event.objects.order_by("-sequence")[:LAST])}
