"""What arrived: the list of batches, one with its effect and what it kept aside, upload, repair, undo."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from attain.facts.decisions import IMPORTABLE
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.jobs.models import Job
from attain.web.apps.jobs.services import start_job
from attain.web.apps.lists.showing import listing
from attain.web.kit.paging import Page
from attain.web.kit.tables import Asked

from .listings import BATCHES
from .mappings import saved_mappings
from .models import Batch
from .repair import repair_file
from .repairing import Attempt, Sheet, repair_rows, sheet_of
from .selectors import aside_of, changes_of, effect_of, repaired_of, with_repairs
from .services import undo_batch
from .uploads import keep, too_large
from .watching import KIND, folder_of, shown, waiting_in
from .words import MONEY

FILES_OF_A_PAGE = 50
ROWS_OF_A_PAGE = 25
CELLS_OF_A_FORM = 400


@require_GET
@needs(Right.SEE_IMPORTS)
def batches(request: HttpRequest) -> HttpResponse:
    found = Asked(with_repairs(Batch.objects.order_by("-sequence")), ("source", "into", "imported_by", "pk"))
    of_files = [one.name for one in saved_mappings(request.workspace) if one.mapping and one.mapping.format != "sql"]
    context = {"targets": [*request.workspace.fact_types, *IMPORTABLE], "mappings": of_files}
    return listing(request, BATCHES, found, "imports/batches.html", context)


@require_GET
@needs(Right.SEE_IMPORTS)
def batch(request: HttpRequest, batch: str) -> HttpResponse:
    found = get_object_or_404(Batch, pk=batch)
    sheet = sheet_of(request.workspace, found)
    page = Page.of(sheet.rows, request, _rows_of_a_page(sheet))
    effect = effect_of(request.workspace, found.pk) if found.is_fact else None
    money = [
        (MONEY.get(kind, kind), column, code, amount)
        for kind, columns in (effect.money if effect else {}).items()
        for column, sums in columns.items()
        for code, amount in sums.items()
    ]
    return render(request, "imports/batch.html", {
        "batch": found, "page": page, "effect": effect, "money": money, "sheet": sheet, "open": _forms(sheet, page),
        "changes": [] if found.is_fact else sorted(changes_of(found).items()), "of": repaired_of(found),
        "totals": json.loads(found.totals), "aside": aside_of(request.workspace, found),
        "described": not found.is_fact or found.into in request.workspace.fact_types,
        "may_repair": bool(sheet.names) and found.state == Batch.State.CURRENT,
    })  # fmt: skip


def _rows_of_a_page(sheet: Sheet) -> int:
    """Not more cells than a form may have."""
    return max(1, min(ROWS_OF_A_PAGE, CELLS_OF_A_FORM // (len(sheet.names) + 1)))


def _forms(sheet: Sheet, page: Page) -> list[dict[str, Any]]:
    return [
        {"row": row, "cells": [
            {"id": f"cell-{row.row}-{place}", "name": name, "value": row.cells.get(name, ""),
             "wrong": name == row.column}
            for place, name in enumerate(sheet.names)
        ]}
        for row in page.rows
    ]  # fmt: skip


@require_POST
@needs(Right.IMPORT)
def repair(request: HttpRequest, batch: str) -> HttpResponse:
    """The rows of a page, as somebody wrote them."""
    found = get_object_or_404(Batch, pk=batch)
    request.viewer.require(Right.IMPORT)
    sent = _attempts(request.POST, sheet_of(request.workspace, found).names)
    done = repair_rows(request.workspace, found, sent, actor=request.viewer.actor)
    for attempt, who in done.stale:
        wrote = ", ".join(value for value in attempt.cells.values() if value)
        messages.error(request, _("%(who)s repaired row %(row)s meanwhile. What you wrote was not taken: %(wrote)s") % {
            "who": who, "row": attempt.row, "wrote": wrote})  # fmt: skip
    if done.wrong:
        said = ngettext("%(n)s row is still wrong.", "%(n)s rows are still wrong.", len(done.wrong))
        messages.error(request, said % {"n": len(done.wrong)})
    if done.repaired:
        said = ngettext("%(n)s row is repaired and counts now.", "%(n)s rows are repaired and count now.",
                        len(done.repaired))  # fmt: skip
        messages.success(request, said % {"n": len(done.repaired)})
    if not (done.stale or done.wrong or done.repaired):
        messages.error(request, _("Nothing was changed."))
    return redirect("batch", found.pk)


def _attempts(sent: QueryDict, names: Sequence[str]) -> list[Attempt]:
    rows = [key.removeprefix("seen-") for key in sent if key.startswith("seen-")]
    return [
        Attempt(int(row), {name: sent.get(f"cell-{row}-{place}", "") for place, name in enumerate(names)},
                int(sent[f"seen-{row}"]))
        for row in rows if all(said.isdecimal() and len(said) < 16 for said in (row, sent[f"seen-{row}"]))
    ]  # fmt: skip


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
    if file is None or kind not in ("mapping", "into", "repairs"):
        messages.error(request, _("Choose a file and say what it fills."))
        return redirect("batches")
    if kind == "repairs":
        get_object_or_404(Batch, pk=name, is_fact=True)
    arguments = {"upload": keep(request.workspace, file), "name": file.name or "", kind: name}
    return redirect("job", start_job(request.workspace, "import", arguments, actor=request.viewer.actor).pk)


@require_GET
@needs(Right.SEE_IMPORTS)
def watched(request: HttpRequest) -> HttpResponse:
    """The folder that is watched: what lies there, and what became of what lay there."""
    workspace = request.workspace
    waiting = [(shown(name), size) for name, (size, _time) in waiting_in(workspace).items()]
    folder = folder_of(workspace)
    return render(request, "imports/watched.html", {
        "folder": folder, "is_there": folder is not None and folder.is_dir(), "waiting": waiting[:FILES_OF_A_PAGE],
        "more": max(0, len(waiting) - FILES_OF_A_PAGE), "patterns": list(workspace.watch.get("files", {}).items()),
        "jobs": list(Job.objects.filter(kind=KIND)[:FILES_OF_A_PAGE]),
    })  # fmt: skip


@require_POST
@needs(Right.IMPORT)
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    found = get_object_or_404(Batch, pk=batch)
    request.viewer.require(Right.IMPORT)
    undo_batch(request.workspace, found.pk, actor=request.viewer.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("Undone. What it said counts no more."))
    return redirect("batch", found.pk)
