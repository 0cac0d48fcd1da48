"""Mappings: the list, one proposed for a file that nobody described, one edited as text; each with what it does to the
first rows of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attain.facts.looking import Look
from attain.facts.mapping import ENCODINGS, parse_mapping
from attain.facts.mapping import Mapping as SourceMapping
from attain.facts.sketch import DATE_FORMATS
from attain.facts.validate import KEPT_ASIDE
from attain.facts.written import mapping_text
from attain.kernel.errors import AttainError, Refused
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.jobs.services import start_job

from .mappings import save_mapping, saved_by, saved_mappings, text_of, version_of
from .sketches import (
    READING,
    choices_of,
    first_mapping,
    look_at,
    mapping_of_form,
    proposed,
    rows_of,
    tables_of,
)
from .uploads import keep, path_of, too_large


@require_GET
@needs(Right.SEE_IMPORTS)
def mappings(request: HttpRequest) -> HttpResponse:
    found = saved_mappings(request.workspace)
    last = saved_by(*(one.name for one in found))
    rows = [(one, last.get(one.name)) for one in found]
    return render(request, "imports/mappings.html", {"rows": rows})


@require_POST
@needs(Right.IMPORT)
def begin(request: HttpRequest) -> HttpResponse:
    """Keep a file that is to be looked at: by a mapping that is there, or by a new one."""
    request.viewer.require(Right.IMPORT)
    file = request.FILES.get("file")
    if (stopped := getattr(request, "upload_stopped", None)) is not None:
        raise too_large(stopped)
    if file is None:
        messages.error(request, _("Choose a file."))
        return redirect("mappings")
    asked = urlencode({"upload": keep(request.workspace, file), "name": (file.name or "")[:200]})
    known = request.POST.get("mapping", "")
    return redirect(f"{reverse('mapping', args=[known]) if known else reverse('mapping-new')}?{asked}")


@require_GET
@needs(Right.IMPORT)
def new(request: HttpRequest) -> HttpResponse:
    """What is proposed for an uploaded file, to be corrected."""
    upload, name = request.GET.get("upload", ""), request.GET.get("name", "")[:200]
    if not upload:
        messages.error(request, _("Choose a file."))
        return redirect("mappings")
    file = _kept(request, upload)
    if not tables_of(request.workspace):
        raise Refused(_("Nothing can be filled."), code="imports.no-table", hint=_("Describe a fact type in facts/."))
    mapping, look = first_mapping(request.workspace, file, upload, request.GET.get("into"))
    table = tables_of(request.workspace)[mapping.into]
    text = mapping_text(mapping)
    shown = _shown(request, mapping, look_at(file, table, mapping) if look.header else look, text)
    return render(
        request, "imports/new_mapping.html", {**shown, "upload": upload, "name": name, "called": _called(name)}
    )


@require_POST
@needs(Right.IMPORT)
def preview(request: HttpRequest) -> HttpResponse:
    """What the fields, or the text, make of the first rows. Another way of cutting the file proposes columns anew."""
    request.viewer.require(Right.IMPORT)
    sent = request.POST
    upload = sent.get("upload", "")
    file = _kept(request, upload) if upload else None
    try:
        if "text" in sent:
            text, mapping = sent["text"], parse_mapping(sent["text"], request.workspace.fact_types)
        else:
            text, mapping = mapping_of_form(request.workspace, sent)
    except AttainError as fault:
        return render(request, "imports/_seen.html", {"fault": fault})
    table = tables_of(request.workspace)[mapping.into]
    look = look_at(file, table, mapping) if file is not None else None
    if look is not None and look.header and request.GET.get("whole"):
        mapping = proposed(request.workspace, mapping, look)
        text = mapping_text(mapping)
        look = look_at(file, table, mapping) if file is not None else None
    shown = _shown(request, mapping, look, text)
    if "whole" in request.GET:
        shown |= {"upload": upload, "name": sent.get("name", ""), "called": sent.get("called", "")}
        return render(request, "imports/_sketch.html", shown)
    return render(request, "imports/_seen.html", shown)


@require_POST
@needs(Right.IMPORT)
def save(request: HttpRequest) -> HttpResponse:
    """The mapping of the form becomes a document; then its file is imported by it, if that was asked for."""
    request.viewer.require(Right.IMPORT)
    sent, workspace = request.POST, request.workspace
    called = sent.get("called", "").strip()
    try:
        text, _mapping = mapping_of_form(workspace, sent)
        save_mapping(workspace, called, text, actor=request.viewer.actor)
    except AttainError as fault:
        return _refused(request, fault)
    if sent.get("then") != "import":
        messages.success(request, _("Saved. Files of this kind are imported by it from now on."))
        return redirect(f"{reverse('mapping', args=[called])}?{_asked(sent)}")
    arguments = {"upload": sent.get("upload", ""), "name": sent.get("name", "")[:200], "mapping": called}
    _kept(request, arguments["upload"])
    return redirect("job", start_job(workspace, "import", arguments, actor=request.viewer.actor).pk)


def _refused(request: HttpRequest, fault: AttainError) -> HttpResponse:
    """The page as it was, with what is wrong."""
    sent = request.POST
    file = _kept(request, sent.get("upload", ""))
    try:
        text, mapping = mapping_of_form(request.workspace, sent)
        look = look_at(file, tables_of(request.workspace)[mapping.into], mapping)
    except AttainError:
        mapping, look = first_mapping(request.workspace, file, sent.get("upload", ""), sent.get("into"))
        text = mapping_text(mapping)
    shown = _shown(request, mapping, look, text)
    shown |= {"upload": sent.get("upload", ""), "name": sent.get("name", ""), "called": sent.get("called", ""),
              "trouble": fault}  # fmt: skip
    return render(request, "imports/new_mapping.html", shown, status=409)


@require_GET
@needs(Right.SEE_IMPORTS)
def mapping(request: HttpRequest, mapping: str) -> HttpResponse:
    """The text of a mapping; with a file that was uploaded to look at, what it makes of it."""
    return _editor(request, mapping, text_of(request.workspace, mapping), request.GET.get("upload", ""))


@require_POST
@needs(Right.IMPORT)
def save_text(request: HttpRequest, mapping: str) -> HttpResponse:
    request.viewer.require(Right.IMPORT)
    text, upload = request.POST.get("text", ""), request.POST.get("upload", "")
    text_of(request.workspace, mapping)  # a new one comes from the page of a file
    try:
        save_mapping(
            request.workspace, mapping, text, actor=request.viewer.actor, seen=request.POST.get("seen", "") or "none"
        )
    except AttainError as fault:
        return _editor(request, mapping, text, upload, fault)
    messages.success(request, _("Saved. Files of this kind are imported by it from now on."))
    return redirect(f"{reverse('mapping', args=[mapping])}?{_asked(request.POST)}")


def _editor(
    request: HttpRequest, name: str, text: str, upload: str, trouble: AttainError | None = None
) -> HttpResponse:
    workspace = request.workspace
    file = _kept(request, upload) if upload and request.viewer.may(Right.IMPORT) else None
    try:
        read = parse_mapping(text, workspace.fact_types, f"mappings/{name}.yaml")
        look = look_at(file, tables_of(workspace)[read.into], read) if file is not None else None
        shown = _shown(request, read, look, text)
    except AttainError as fault:
        shown = {"fault": fault}
    saved = text_of(workspace, name)
    shown |= {"called": name, "text": text, "rows_of_text": max(12, text.count("\n") + 2),
              "upload": upload if file else "", "name": (request.GET or request.POST).get("name", ""),
              "seen": version_of(saved),
              "saved": saved_by(name).get(name), "trouble": trouble,
              "other": saved if trouble and saved != text else None,
              "may_edit": request.viewer.may(Right.IMPORT) and request.viewer.behind is None}  # fmt: skip
    return render(request, "imports/mapping.html", shown, status=409 if trouble else 200)


def _shown(request: HttpRequest, mapping: SourceMapping, look: Look | None, text: str) -> dict[str, Any]:
    tables = tables_of(request.workspace)
    table = tables[mapping.into]
    used = {origin.source for origin in mapping.columns.values()} | {*table.columns, *KEPT_ASIDE}
    used |= {mapping.action.source} if mapping.action else set()
    choices = choices_of(mapping, table, look.header if look else ())
    return {
        "missing": [one["name"] for one in choices if one["is_needed"] and not one["source"] and not one["constant"]],
        "mapping": mapping, "table": table, "tables": list(tables), "look": look, "text_of_it": text,
        "choices": choices, "encodings": list(ENCODINGS),
        "rows": rows_of(look, mapping, table) if look else [], "date_formats": DATE_FORMATS,
        "delimiters": ((",", _("comma")), (";", _("semicolon")), ("\t", _("tab")), ("|", _("bar")), (" ", _("space"))),
        "group_marks": (("", _("none")), (".", "."), (",", ","), ("'", "'"), (" ", _("space"))),
        "unused": [name for name in look.header if name not in used] if look else [],
        "true": ", ".join(sorted(mapping.form.true_words)), "false": ", ".join(sorted(mapping.form.false_words)),
        "fault": look.fault if look else None, "reading": READING,
    }  # fmt: skip


def _kept(request: HttpRequest, upload: str) -> Path:
    file = path_of(request.workspace, upload)
    if not file.is_file():
        raise Refused(_("This upload is no longer there."), code="imports.upload", hint=_("Upload the file again."))
    return file


def _asked(sent: Any) -> str:
    return urlencode({name: sent[name] for name in ("upload", "name") if sent.get(name)})


def _called(name: str) -> str:
    """A name for the mapping, from that of the file."""
    stem = name.rpartition(".")[0].casefold()
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in stem)
    return "-".join(part for part in kept.split("-") if part and not part.isdigit())[:60]
