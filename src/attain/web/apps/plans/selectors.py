"""The plans that pay, read again from the text that was published."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

from django.db.models import Q

from attain.kernel.intervals import Interval
from attain.plans.loader import Document, load_documents

from .models import PlanVersion


def published_versions(*, on: date | None = None, span: Interval | None = None) -> list[PlanVersion]:
    """Published versions: all, those that hold on a day, or those that hold on a day of a span."""
    found = PlanVersion.objects.filter(state=PlanVersion.State.PUBLISHED)
    if on is not None:
        span = Interval(on, on + timedelta(days=1))
    if span is not None:
        found = found.filter(Q(effective_to__isnull=True) | Q(effective_to__gt=span.start))
        if span.end is not None:
            found = found.filter(effective_from__lt=span.end)
    return list(found)


def published_plans(*, on: date | None = None, span: Interval | None = None) -> list[Document]:
    return [document_of(version) for version in published_versions(on=on, span=span)]


def document_of(version: PlanVersion) -> Document:
    """The document as published; where a later version took over, it ends on the day before that one starts."""
    sources = [(f"{name}.yaml", text) for name, text in json.loads(version.fragments)]
    document = next(iter(load_documents([*sources, (f"{version}.yaml", version.text)])))
    if version.effective_to == document.plan.effective.end:
        return document
    through = None if version.effective_to is None else version.effective_to - timedelta(days=1)
    effective = document.plan.effective.model_copy(update={"through": through})
    return replace(document, plan=document.plan.model_copy(update={"effective": effective}))
