"""Uploading a file of the organisation: what it would change is looked at first, then confirmed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attain.facts.decisions import IMPORTABLE
from attain.kernel.errors import Refused
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.imports.uploads import keep, path_of, too_large
from attain.web.apps.jobs.models import Job
from attain.web.apps.jobs.services import start_job
from attain.web.kit.paging import Page

from . import files
from .words import COLUMNS, TABLES, shown

CHANGES_OF_A_PAGE = 50


@require_http_methods(["GET", "POST"])
@needs(Right.CHANGE_PEOPLE)
def upload(request: HttpRequest) -> HttpResponse:
    mappings = sorted(name for name, one in request.workspace.mappings.items() if one.into in IMPORTABLE)
    wrong = ""
    if request.method == "POST":
        if (stopped := getattr(request, "upload_stopped", None)) is not None:
            raise too_large(stopped)
        file, (kind, _colon, name) = request.FILES.get("file"), request.POST.get("how", "").partition(":")
        known = {"into": IMPORTABLE, "mapping": mappings}.get(kind, ())
        if file is not None and name in known:
            request.viewer.require(Right.CHANGE_PEOPLE)
            try:
                arguments = {"upload": keep(request.workspace, file), "name": file.name or "", kind: name}
            except Refused as error:
                wrong = f"{error.message} {error.hint or ''}"
            else:
                asked = start_job(request.workspace, files.KIND, arguments, actor=request.viewer.actor)
                return redirect("org-file", asked.pk)
        wrong = wrong or _("Choose a file and say what it fills.")
    tables = [(name, TABLES[name], list(table.columns)) for name, table in IMPORTABLE.items()]
    context = {"tables": tables, "mappings": mappings, "wrong": wrong, "how": request.POST.get("how", "into:people")}
    return render(request, "org/upload.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "POST"])
@needs(Right.CHANGE_PEOPLE)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """What it would change; then taken, put away, or compared anew where the records moved on."""
    asked = get_object_or_404(Job, pk=pk, kind=files.KIND)
    if request.method == "POST":
        return _decided(request, asked)
    done = asked.state == Job.State.DONE
    result: dict[str, Any] = asked.result if done else {}
    return render(request, "org/file.html", {
        "job": asked, "result": result, "into": TABLES.get(result.get("into", ""), ""),
        "tables": [(TABLES[name], *counts) for name, counts in result.get("tables", {}).items()],
        "page": Page.of([_shown(one) for one in result.get("changes", ())], request, CHANGES_OF_A_PAGE),
        "faults": [{**one, "column": COLUMNS.get(one["column"], one["column"])} for one in result.get("faults", ())],
        "waits": files.is_waiting(request.workspace, asked),
        "moved": bool(result.get("versions")) and not files.is_current(request.workspace, asked),
        "changed": sum(new + changed for new, changed, _same in result.get("tables", {}).values()),
    })  # fmt: skip


def _decided(request: HttpRequest, asked: Job) -> HttpResponse:
    request.viewer.require(Right.IMPORT)
    if not files.is_waiting(request.workspace, asked):
        raise Refused(_("This file was taken or put away already."), code="org.file-gone", hint=_("Upload it again."))
    arguments = dict(asked.arguments)
    if "discard" in request.POST:
        path_of(request.workspace, arguments["upload"]).unlink(missing_ok=True)
        messages.success(request, _("Put away. Nothing was taken."))
        return redirect("org-file-new")
    if not files.is_current(request.workspace, asked):
        again = start_job(request.workspace, files.KIND, arguments, actor=request.viewer.actor)
        messages.warning(
            request, _("The records or the mapping have changed since. This is what the file would change now.")
        )
        return redirect("org-file", again.pk)
    wanted = {"looked": asked.pk, "name": arguments["name"]}
    return redirect("job", start_job(request.workspace, "org-file-take", wanted, actor=request.viewer.actor).pk)


def _shown(change: dict[str, Any]) -> dict[str, Any]:
    columns = [
        (COLUMNS.get(name, name), _value(name, before), _value(name, after))
        for name, before, after in change["columns"]
    ]
    return {**change, "table": TABLES[change["table"]], "columns": columns}


def _value(column: str, value: Any) -> str:
    if column.startswith("valid_") or column.endswith("_on"):
        return shown(None if value is None else date.fromisoformat(value))
    return shown(value, column)
