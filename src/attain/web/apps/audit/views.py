"""The log as a page: searched, and taken away as a file. Nothing here writes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from attain.web.apps.access.policy import Right, needs
from attain.web.apps.lists.showing import listing
from attain.web.kit.export import safe_cell
from attain.web.kit.tables import Asked, Shown, Source

from .listings import EVENTS
from .models import Event
from .selectors import SEARCHED, head, verify
from .services import moment

COLUMNS = ("sequence", "at", "actor", "on_behalf_of", "action", "object_type", "object_id", "before", "after", "reason",
           "previous_hash", "hash")  # fmt: skip


@require_GET
@needs(Right.SEE_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    proven = verify(request.workspace) if "verify" in request.GET else None
    events = Asked(Event.objects.order_by("-sequence"), SEARCHED)
    return listing(request, EVENTS, events, "audit/audit.html", {"head": head(), "proven": proven})


@require_GET
@needs(Right.SEE_AUDIT)
def events_file(request: HttpRequest) -> StreamingHttpResponse:
    """What the page shows with all of each event, its hashes too: evidence, as it is written."""
    events = Shown(EVENTS, Asked(Event.objects.order_by("-sequence"), SEARCHED), request).source
    response = StreamingHttpResponse(_lines(events), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="events.csv"'
    return response


class _Line:
    """Gives a written line back, where a file would keep it."""

    def write(self, text: str) -> str:
        return text


def _lines(events: Source) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for event in events.all():
        values = [moment(event.at) if name == "at" else getattr(event, name) for name in COLUMNS]
        yield writer.writerow([safe_cell(value) for value in values])
