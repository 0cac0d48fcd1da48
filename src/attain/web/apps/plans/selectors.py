"""The plans that pay, read again from the text that was published."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from attain.kernel.intervals import Interval
from attain.plans.loader import Document, load_documents

from .models import PlanVersion


def published_versions(
    *, plan: str | None = None, on: date | None = None, span: Interval | None = None
) -> list[PlanVersion]:
    """Published versions: all, those of a plan, those that hold on a day, or those that hold on a day of a span.

    What the table keeps as `effective_to` is what the document says. Here it is where the version really ends: one
    without an end holds until the next one of its plan starts, and holds on when that one is retired.
    """
    found = PlanVersion.objects.filter(state=PlanVersion.State.PUBLISHED)
    versions = list(found if plan is None else found.filter(plan=plan))
    for earlier, later in pairwise(versions):
        if earlier.plan == later.plan and earlier.effective_to is None:
            earlier.effective_to = later.effective_from
    if on is not None:
        span = Interval(on, on + timedelta(days=1))
    if span is None:
        return versions
    return [
        version
        for version in versions
        if (version.effective_to is None or version.effective_to > span.start)
        and (span.end is None or version.effective_from < span.end)
    ]


def retired_names() -> set[str]:
    return {str(version) for version in PlanVersion.objects.filter(state=PlanVersion.State.RETIRED)}


def published_plans(*, on: date | None = None, span: Interval | None = None) -> list[Document]:
    return [document_of(version) for version in published_versions(on=on, span=span)]


def document_of(version: PlanVersion) -> Document:
    """The document as published; where a later version took over, it ends on the day before that one starts."""
    document = _loaded(str(version), version.text, version.fragments)
    if version.effective_to == document.plan.effective.end:
        return document
    through = None if version.effective_to is None else version.effective_to - timedelta(days=1)
    effective = document.plan.effective.model_copy(update={"through": through})
    return replace(document, plan=document.plan.model_copy(update={"effective": effective}))


@lru_cache(maxsize=256)
def _loaded(name: str, text: str, fragments: str) -> Document:
    """Kept, because reading one takes a tenth of a second, and what is published never changes."""
    sources = [(f"{fragment}.yaml", said) for fragment, said in json.loads(fragments)]
    return next(iter(load_documents([*sources, (f"{name}.yaml", text)])))
