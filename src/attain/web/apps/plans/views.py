"""Plans as pages: the list, and one version as text, in words, and with what the checker of plans says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from attain.plans import linter
from attain.plans.difference import difference
from attain.plans.prose import Bullets, Language, Paragraph, Rows, describe
from attain.web.apps.access.policy import Right, needs
from attain.web.kit import formats

from .models import PlanVersion
from .selectors import document_of, published_versions

KINDS = {Paragraph: "paragraph", Bullets: "bullets", Rows: "rows"}


@require_GET
@needs(Right.SEE_PLANS)
def plans(request: HttpRequest) -> HttpResponse:
    """Published versions, those in force on the business date first."""
    day = request.viewer.as_of
    rows: list[dict[str, Any]] = []
    for version in published_versions():
        in_force = version.effective_from <= day and (version.effective_to is None or day < version.effective_to)
        rows.append(
            {"version": version, "title": _title(version), "in_force": in_force, "last_day": _last_day(version)}
        )
    rows.sort(key=lambda row: (not row["in_force"], row["version"].plan, row["version"].effective_from))
    return render(request, "plans/plans.html", {"rows": rows})


@require_GET
@needs(Right.SEE_PLANS)
def plan(request: HttpRequest, plan: str, version: str) -> HttpResponse:
    found = get_object_or_404(PlanVersion, plan=plan, plan_version=version)
    document = document_of(found)
    asked = request.GET.get("language", "")
    spoken: Language = "de" if asked == "de" or (asked != "en" and formats.language() == "de") else "en"
    prose = describe(document.plan, spoken)
    sections = [
        {"heading": section.heading, "level": section.level,
         "blocks": [{"kind": KINDS[type(block)], "block": block} for block in section.blocks]}
        for section in prose.sections
    ]  # fmt: skip
    findings = list(linter.check(document.plan, document.where))
    marked = {one.where.line for one in findings if one.where.line is not None and one.is_error}
    others = list(PlanVersion.objects.filter(plan=plan).order_by("-effective_from"))
    before = next((one for one in others if one.effective_from < found.effective_from), None)
    changes = (
        difference(document_of(before).plan, document.plan) if before is not None and "against" in request.GET else None
    )
    return render(request, "plans/plan.html", {
        "version": found, "title": _title(found), "last_day": _last_day(found), "sections": sections, "spoken": spoken,
        "lines": [(number, line, number in marked) for number, line in enumerate(found.text.splitlines(), start=1)],
        "findings": findings, "tests": document.plan.tests, "others": others, "before": before, "changes": changes,
    })  # fmt: skip


def _title(version: PlanVersion) -> str:
    titles = document_of(version).plan.title
    return titles.get(formats.language()) or titles.get("en") or version.plan.replace("-", " ").capitalize()


def _last_day(version: PlanVersion) -> object:
    return None if version.effective_to is None else version.effective_to - timedelta(days=1)
