"""The plan studio: a draft as text, in words, as a curve, checked and tried; and the acts that lead from it to pay.

What is typed is posted after a pause and only looked at: nothing is written before somebody saves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attain.kernel.errors import Findings
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.jobs.services import start_job
from attain.web.kit.paging import Page, whole

from . import drafting, pages
from . import jobs as _jobs  # noqa: F401  what it declares can be asked for here
from .judging import Judged, as_read, judge, judge_draft, results_by_test
from .models import Draft, PlanVersion
from .selectors import document_of

PAYEES_OF_A_PAGE = 50


@dataclass(frozen=True)
class Trouble:
    """Why something was not done: findings of the text, or an edit of somebody else and where it differs."""

    findings: tuple[Any, ...] = ()
    moved: drafting.Moved | None = None
    lines: tuple[tuple[str, str], ...] = ()


def open_drafts() -> QuerySet[Draft]:
    states = (Draft.State.DRAFT, Draft.State.IN_REVIEW, Draft.State.APPROVED)
    return Draft.objects.filter(state__in=states).select_related("base")


@require_POST
@needs(Right.EDIT_PLANS)
def begin(request: HttpRequest) -> HttpResponse:
    """From a published version, or empty."""
    plan, version = request.POST.get("plan", ""), request.POST.get("version", "")
    base = get_object_or_404(PlanVersion, plan=plan, plan_version=version) if plan else None
    made = drafting.begin_draft(request.workspace, request.viewer, base)
    return redirect("draft", made.pk)


@require_GET
@needs(Right.SEE_PLANS)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    return _studio(request, drafting.draft_named(pk))


@require_POST
@needs(Right.EDIT_PLANS)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What there is to say of the text as it is typed. Writes nothing."""
    found = drafting.draft_named(pk)
    judged = judge(request.workspace, _text(request), found.base, tried=False)
    return render(request, "plans/_judged.html", _judged(request, found, judged) | {"typed": True})


@require_POST
@needs(Right.EDIT_PLANS)
def save(request: HttpRequest, pk: int) -> HttpResponse:
    text = _text(request)
    try:
        drafting.save_draft(request.workspace, pk, request.viewer, text=text, seen=_seen(request))
    except drafting.Moved as moved:
        lines = tuple(pages.text_changes(moved.draft.text, text))
        return _studio(request, moved.draft, Trouble(moved=moved, lines=lines), text)
    messages.success(request, _("Saved."))
    return redirect("draft", pk)


@require_POST
@needs(Right.SEE_PLANS)
def tests(request: HttpRequest, pk: int) -> HttpResponse:
    """The tests of the text that stands in the editor, by engine and checker."""
    found = drafting.draft_named(pk)
    text = (_text(request) if request.viewer.may(Right.EDIT_PLANS) else "") or found.text
    judged = judge(request.workspace, text, found.base)
    can_run = judged.document is not None and not judged.errors
    results = results_by_test(request.workspace, judged.document) if can_run and judged.document else []
    failed = sum(1 for _name, bad in results if bad)
    return render(
        request,
        "plans/_tests.html",
        {"draft": found, "results": results, "failed": failed, "passed": len(results) - failed, "ran": can_run},
    )


@require_POST
@needs(Right.EDIT_PLANS)
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Saved first, where the text was changed since."""
    text, seen = _text(request), _seen(request)
    try:
        if text:
            seen = drafting.save_draft(request.workspace, pk, request.viewer, text=text, seen=seen).version
        drafting.submit_draft(request.workspace, pk, request.viewer, seen=seen)
    except drafting.Moved as moved:
        lines = tuple(pages.text_changes(moved.draft.text, text))
        return _studio(request, moved.draft, Trouble(moved=moved, lines=lines), text)
    except Findings as refused:
        return _studio(request, drafting.draft_named(pk), Trouble(findings=refused.findings))
    messages.success(request, _("Sent for approval."))
    return redirect("draft", pk)


@require_POST
@needs(Right.APPROVE_PLANS)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    drafting.approve_draft(
        request.workspace, pk, request.viewer, seen=request.POST.get("hash", ""), remark=request.POST.get("remark", "")
    )
    messages.success(request, _("Approved."))
    return redirect("draft", pk)


@require_POST
@needs(Right.APPROVE_PLANS)
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = drafting.draft_named(pk)
    drafting.send_back(
        request.workspace, found.pk, request.viewer, seen=_seen(request), remark=request.POST.get("remark", "")
    )
    messages.success(request, _("Sent back."))
    return redirect("draft", pk)


@require_POST
@needs(Right.PUBLISH_PLANS)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    made = drafting.publish_draft(request.workspace, pk, request.viewer, reason=request.POST.get("reason", ""))
    messages.success(request, _("Published. Runs pay by it from its first day on."))
    return redirect("plan", made.plan, made.plan_version)


@require_POST
@needs(Right.EDIT_PLANS)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = drafting.draft_named(pk)
    drafting.discard_draft(
        request.workspace, found.pk, request.viewer, seen=_seen(request), reason=request.POST.get("reason", "")
    )
    messages.success(request, _("Discarded."))
    return redirect("plans")


@require_POST
@needs(Right.EDIT_PLANS)
def start_effect(request: HttpRequest, pk: int) -> HttpResponse:
    """Into the queue; of the text as it was saved."""
    found = drafting.draft_named(pk)
    start_job(request.workspace, "effect", {"draft": found.pk}, actor=request.viewer.actor)
    return render(request, "plans/_effect.html", _effect(request, found))


@require_GET
@needs(Right.SEE_PLANS)
def effect(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of the studio while the job is under way; as a page, every payee."""
    found = drafting.draft_named(pk)
    context = _effect(request, found)
    if request.htmx:
        return render(request, "plans/_effect.html", context)
    page, rows = None, []
    if (last := context["effect"]) is not None:
        page = Page.of(last.payees, request, PAYEES_OF_A_PAGE)
        rows = list(last.bars(page.rows))
    return render(request, "plans/effect.html", context | {"page": page, "rows": rows})


def _studio(
    request: HttpRequest, found: Draft, trouble: Trouble | None = None, text: str | None = None
) -> HttpResponse:
    """`text` is what somebody typed and could not save: it stays in the editor."""
    viewer = request.viewer
    judged = judge_draft(request.workspace, found) if text is None else judge(request.workspace, text, found.base)
    may_edit = viewer.may(Right.EDIT_PLANS) and viewer.behind is None and found.is_open
    changes = []
    if found.base is not None and judged.document is not None:
        changes = pages.changes_between(document_of(found.base), judged.document)
    context = _judged(request, found, judged) | _effect(request, found, judged) | {
        "title": pages.title_of(judged.document) if judged.document else found.plan,
        "text": judged.text,
        "rows": max(12, len(judged.text.splitlines()) + 1),
        "may_edit": may_edit,
        "changes": changes,
        "compare": "compare" in request.GET,
        "trouble": trouble,
        "hash": judged.hash,
        "why_not": drafting.why_not_approve(found, viewer),
        "tests": judged.document.plan.tests if judged.document else (),
    }  # fmt: skip
    return render(request, "plans/studio.html", context, status=409 if trouble else 200)


def _judged(request: HttpRequest, found: Draft, judged: Judged) -> dict[str, Any]:
    spoken = pages.spoken_in(request.POST.get("language") or request.GET.get("language", ""))
    context: dict[str, Any] = {
        "draft": found,
        "judged": judged,
        "errors": len(judged.errors),
        "warnings": len(judged.warnings),
        "marks": ",".join(f"{line}:{level}" for line, level in sorted(judged.marks.items())),
        "spoken": spoken,
        "sections": [],
        "may_submit": found.state == Draft.State.DRAFT and not judged.errors,
    }
    if judged.document is not None:
        context |= pages.drawn(judged.document, found.base, eager=True)
        context["sections"] = pages.sections_of(judged.document, spoken)
    return context


def _effect(request: HttpRequest, found: Draft, judged: Judged | None = None) -> dict[str, Any]:
    job, last = pages.last_effect(found)
    judged = judged or as_read(request.workspace, found)
    stale = last is not None and last.text != judged.hash
    can_try = judged.document is not None and not judged.errors
    return {"draft": found, "job": job, "effect": last, "stale": stale, "can_try": can_try}


def _text(request: HttpRequest) -> str:
    return request.POST.get("text", "").replace("\r\n", "\n")


def _seen(request: HttpRequest) -> int:
    """The version of the draft that the page was made of; none is that of nobody."""
    return whole(request.POST.get("seen", ""), 0)
