"""What arrived: the list of batches, one with its effect and what it kept aside, upload, repair, undo."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attain.facts.decisions import IMPORTABLE
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.jobs.services import start_job
from attain.web.apps.lists.showing import listing
from attain.web.kit.paging import Page
from attain.web.kit.tables import Asked

from .listings import BATCHES
from .models import Batch
from .repair import repair_file
from .selectors import aside_of, changes_of, effect_of, quarantined_rows
from .services import undo_batch
from .uploads import keep, too_large
from .words import MONEY

ROWS_OF_A_PAGE = 50


@require_GET
@needs(Right.SEE_IMPORTS)
def batches(request: HttpRequest) -> HttpResponse:
    found = Asked(Batch.objects.order_by("-sequence"), ("source", "into", "imported_by", "pk"))
    targets = [*request.workspace.fact_types, *IMPORTABLE]
    context = {"targets": targets, "mappings": sorted(request.workspace.mappings)}
    return listing(request, BATCHES, found, "imports/batches.html", context)


@require_GET
@needs(Right.SEE_IMPORTS)
def batch(request: HttpRequest, batch: str) -> HttpResponse:
    found = get_object_or_404(Batch, pk=batch)
    rows = quarantined_rows(request.workspace, found.pk) if found.is_fact and found.quarantined else []
    page = Page.of(rows, request, ROWS_OF_A_PAGE)
    effect = effect_of(request.workspace, found.pk) if found.is_fact else None
    money = [
        (MONEY.get(kind, kind), column, code, amount)
        for kind, columns in (effect.money if effect else {}).items()
        for column, sums in columns.items()
        for code, amount in sums.items()
    ]
    return render(request, "imports/batch.html", {
        "batch": found, "page": page, "effect": effect, "money": money,
        "changes": [] if found.is_fact else sorted(changes_of(found).items()),
        "totals": json.loads(found.totals), "aside": aside_of(request.workspace, found),
    })  # fmt: skip


@require_GET
@needs(Right.SEE_IMPORTS)
def aside(request: HttpRequest, batch: str) -> HttpResponse:
    """What was kept aside, to be repaired and uploaded again."""
    content = repair_file(request.workspace, get_object_or_404(Batch, pk=batch))
    response = HttpResponse(content, content_type="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="repair.csv"'
    return response


@require_POST
@needs(Right.IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """Keep the file and let the worker take it in. `how` is `mapping:name` or `into:table`."""
    request.viewer.require(Right.IMPORT)
    file = request.FILES.get("file")
    if (stopped := getattr(request, "upload_stopped", None)) is not None:
        raise too_large(stopped)
    kind, _colon, name = request.POST.get("how", "").partition(":")
    if file is None or kind not in ("mapping", "into"):
        messages.error(request, _("Choose a file and say what it fills."))
        return redirect("batches")
    arguments = {"upload": keep(request.workspace, file), "name": file.name or "", kind: name}
    return redirect("job", start_job(request.workspace, "import", arguments, actor=request.viewer.actor).pk)


@require_POST
@needs(Right.IMPORT)
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    found = get_object_or_404(Batch, pk=batch)
    request.viewer.require(Right.IMPORT)
    undo_batch(request.workspace, found.pk, actor=request.viewer.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("Undone. What it said counts no more."))
    return redirect("batch", found.pk)
