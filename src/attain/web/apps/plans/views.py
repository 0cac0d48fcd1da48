"""Plans as pages: the list, and one version as text, in words, with its checks, its people and what it changed."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attain.plans import linter
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.lists.showing import listing
from attain.web.kit.charts import figure_answer
from attain.web.kit.paging import Page
from attain.web.kit.tables import Listed

from . import pages
from .listings import PLANS, Published
from .models import PlanVersion
from .selectors import document_of, published_versions
from .services import retire_plan
from .studio import open_drafts

PEOPLE_OF_A_PAGE = 20


@require_GET
@needs(Right.SEE_PLANS)
def plans(request: HttpRequest) -> HttpResponse:
    """Published versions, those in force on the business date first, and the drafts that are worked on."""
    day = request.viewer.as_of
    rows = []
    for version in published_versions():
        in_force = version.effective_from <= day and (version.effective_to is None or day < version.effective_to)
        title = pages.title_of(document_of(version))
        rows.append(Published(version, title, in_force, _last_day(version)))
    rows.sort(key=lambda row: (not row.in_force, row.version.plan, row.version.effective_from))
    source = Listed(rows, lambda row: row.words)
    return listing(request, PLANS, source, "plans/plans.html", {"drafts": list(open_drafts())})


@require_GET
@needs(Right.SEE_PLANS)
def plan(request: HttpRequest, plan: str, version: str) -> HttpResponse:
    found = get_object_or_404(PlanVersion, plan=plan, plan_version=version)
    document = document_of(found)
    spoken = pages.spoken_in(request.GET.get("language", ""))
    findings = list(linter.check(document.plan, document.where))
    marked = {one.where.line for one in findings if one.where.line is not None and one.is_error}
    others = list(PlanVersion.objects.filter(plan=plan).order_by("-effective_from"))
    asked = request.GET.get("against", "")
    before = next((one for one in others if one.plan_version == asked and one != found), None) or next(
        (one for one in others if one.effective_from < found.effective_from), None
    )
    run, people = pages.people_on(request.workspace, found)
    curves = pages.drawn(document, None)
    if (answer := figure_answer(request, [figure for _curve, figure in curves["curves"]])) is not None:
        return answer
    return render(request, "plans/plan.html", curves | {
        "version": found,
        "title": pages.title_of(document),
        "last_day": _last_day(found),
        "sections": pages.sections_of(document, spoken),
        "spoken": spoken,
        "lines": [(number, line, number in marked) for number, line in enumerate(found.text.splitlines(), start=1)],
        "findings": findings,
        "tests": document.plan.tests,
        "others": others,
        "before": before,
        "changes": pages.changes_between(document_of(before), document) if before is not None and asked else None,
        "drafts": [one for one in open_drafts() if one.base_id == found.pk],
        "run": run,
        "people": Page.of(people, request, PEOPLE_OF_A_PAGE),
    })  # fmt: skip


@require_POST
@needs(Right.PUBLISH_PLANS)
def retire(request: HttpRequest, plan: str, version: str) -> HttpResponse:
    """With a reason; refused where a closed period was paid by it."""
    get_object_or_404(PlanVersion, plan=plan, plan_version=version)
    request.viewer.require(Right.PUBLISH_PLANS)
    retire_plan(request.workspace, plan, version, actor=request.viewer.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("Retired. It no longer counts, from the next run on."))
    return redirect("plan", plan, version)


def _last_day(version: PlanVersion) -> date | None:
    return None if version.effective_to is None else version.effective_to - timedelta(days=1)
