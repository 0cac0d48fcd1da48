"""The log as a page: searched, and taken away as a file. Nothing here writes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from attain.web.apps.access.policy import Right, needs
from attain.web.kit.export import safe_cell
from attain.web.kit.paging import Page

from .models import Event
from .selectors import events_with, head, verify
from .services import moment

COLUMNS = ("sequence", "at", "actor", "on_behalf_of", "action", "object_type", "object_id", "before", "after", "reason",
           "previous_hash", "hash")  # fmt: skip


@require_GET
@needs(Right.SEE_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    found = events_with(request.GET.get("q", ""))
    window = Page.window(found.count(), request, 50)
    page = Page(window.number, window.size, window.total, list(found[window.start : window.start + window.size]))
    proven = verify(request.workspace) if "verify" in request.GET else None
    return render(request, "audit/audit.html", {"page": page, "head": head(), "proven": proven})


@require_GET
@needs(Right.SEE_AUDIT)
def events_file(request: HttpRequest) -> StreamingHttpResponse:
    """What the page shows, all of it."""
    response = StreamingHttpResponse(
        _lines(events_with(request.GET.get("q", ""))), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="events.csv"'
    return response


class _Line:
    """Gives a written line back, where a file would keep it."""

    def write(self, text: str) -> str:
        return text


def _lines(events: QuerySet[Event]) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for event in events.iterator(chunk_size=2000):
        values = [moment(event.at) if name == "at" else getattr(event, name) for name in COLUMNS]
        yield writer.writerow([safe_cell(value) for value in values])
