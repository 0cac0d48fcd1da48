"""The log for programs: searched as on the page, with the hashes that prove it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from attain.web.api.paging import Part, of_query
from attain.web.api.shapes import Rows
from attain.web.apps.access.policy import Right, needs

from .models import Event
from .selectors import events_with

router = Router()


class EventOut(Schema):
    sequence: int
    at: datetime
    actor: str
    on_behalf_of: str
    action: str
    object_type: str
    object_id: str
    before: str
    after: str
    reason: str
    previous_hash: str
    hash: str


class Asked(Part):
    q: str = Field("", max_length=400, description="Words that all stand somewhere in the event.")


@router.get("audit", response=Rows[EventOut], url_name="audit")
@needs(Right.SEE_AUDIT)
def audit(request: HttpRequest, asked: Query[Asked]) -> Any:
    """The last events first."""
    return of_query(events_with(asked.q), "-sequence", asked, _event)


def _event(one: Event) -> dict[str, Any]:
    return {name: getattr(one, name) for name in EventOut.model_fields}
