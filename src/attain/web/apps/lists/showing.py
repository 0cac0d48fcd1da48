"""A list as an answer: the page, a file of it, or the way to the view that somebody opens it with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from attain.web.kit.tables import SCOPE, Prepare, Shown, Source, Table

from .models import SavedView


def listing(
    request: HttpRequest,
    table: Table,
    source: Source,
    template: str,
    context: Mapping[str, Any] | None = None,
    prepare: Prepare | None = None,
) -> HttpResponse:
    shown = Shown(table, source, request, prepare)
    if (kind := request.GET.get("file")) in ("csv", "xlsx"):
        from attain.web.kit.table_files import file_of

        return file_of(shown, kind)
    views = list(SavedView.objects.filter(account=request.viewer.account, table=table.name))
    default = next((one for one in views if one.is_default), None)
    if default is not None and not set(request.GET) - set(SCOPE):
        kept = request.GET.urlencode()
        chosen = "" if set(QueryDict(default.query)) - set(SCOPE) else "view="  # so that the way ends there
        return redirect(f"{request.path}?{'&'.join(one for one in (default.query, kept, chosen) if one)}")
    return render(request, template, {"table": shown, "views": views, **(context or {})})
