"""Versions of plans for programs: which there are, and the document of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from attain.web.api.paging import Part, of_rows
from attain.web.api.shapes import Rows
from attain.web.apps.access.policy import Right, needs

from .models import PlanVersion
from .selectors import published_versions

router = Router()


class VersionOut(Schema):
    plan: str
    version: str
    state: str
    calendar: str
    period_kind: str
    effective_from: date
    effective_to: date | None = Field(description="The first day on which it no longer pays.")
    content_hash: str
    published_at: datetime | None
    published_by: str


class DocumentOut(VersionOut):
    document: str = Field(description="YAML, as it was published.")


class Asked(Part):
    on: date | None = Field(None, description="Only versions that pay on this day.")


@router.get("plans", response=Rows[VersionOut], url_name="plans")
@needs(Right.SEE_PLANS)
def plans(request: HttpRequest, asked: Query[Asked]) -> Any:
    """Published versions, each with the day on which it really ends."""
    return of_rows(published_versions(on=asked.on), lambda one: (one.plan, one.plan_version), asked, _version)


@router.get("plans/{plan}/{version}", response=DocumentOut, url_name="plan")
@needs(Right.SEE_PLANS)
def plan(request: HttpRequest, plan: str, version: str) -> Any:
    """One version with its document."""
    found = get_object_or_404(PlanVersion, plan=plan, plan_version=version)
    return _version(found) | {"document": found.text}


def _version(one: PlanVersion) -> dict[str, Any]:
    columns = ("plan", "state", "calendar", "period_kind", "effective_from", "effective_to", "content_hash",
               "published_at", "published_by")  # fmt: skip
    return {name: getattr(one, name) for name in columns} | {"version": one.plan_version}
