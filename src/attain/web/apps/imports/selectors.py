"""Which facts are believed: the batches in force, in their order."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from attain.facts import batches
from attain.facts.mapping import Mapping as SourceMapping
from attain.facts.schema import FactType
from attain.facts.snapshot import FactTable
from attain.kernel.errors import NotFound
from attain.web.apps.audit.models import Event
from attain.web.workspace import Workspace

from .models import Batch


def current_batches(into: str | None = None, *, as_of: int | None = None) -> QuerySet[Batch]:
    """Batches that count, in order; `as_of` leaves out those with a later sequence number."""
    found = Batch.objects.filter(state=Batch.State.CURRENT)
    if into is not None:
        found = found.filter(into=into)
    return found if as_of is None else found.filter(sequence__lte=as_of)


def facts_of(workspace: Workspace, fact: FactType, batch_ids: Iterable[str]) -> FactTable:
    """What is believed after these batches, in this order. Every file is checked against its manifest."""
    sequenced = [
        batches.Sequenced(place, id_, batches.rows_of(batches.open_batch(workspace.batches / id_), fact))
        for place, id_ in enumerate(batch_ids, start=1)
    ]
    return FactTable(fact, batches.current(sequenced, fact))


def batch_named(start: str) -> Batch:
    """The one whose id begins with these signs."""
    found = list(Batch.objects.filter(pk__startswith=start)) if start else []
    if len(found) != 1:
        said = f"{len(found)} batches begin" if found else "No batch begins"
        raise NotFound(f"{said} with {start!r}.", code="batch.unknown", hint="See them with `attain imports`.")
    return found[0]


def aside_of(workspace: Workspace, batch: Batch) -> dict[str, dict[str, Any]]:
    """The money of what was kept aside: sums by column and currency, and rows whose amount cannot be read."""
    nothing: dict[str, dict[str, Any]] = {"money": {}, "unread": {}}
    if not batch.is_fact or not batch.quarantined:
        return nothing
    kept: dict[str, dict[str, Any]] = batches.open_batch(workspace.batches / batch.pk).manifest.get("aside", nothing)
    return kept


def mapping_of(workspace: Workspace, batch: Batch) -> tuple[str | None, SourceMapping]:
    """How its file was read: a mapping of the workspace with its name, or the plain one."""
    wanted = batches.open_batch(workspace.batches / batch.pk).manifest["mapping_hash"] if batch.is_fact else ""
    for name, mapping in workspace.mappings.items():
        if mapping.into == batch.into and mapping.mapping_hash() == wanted:
            return name, mapping
    return None, SourceMapping(batch.into)


def changes_of(batch: Batch) -> dict[str, list[int]]:
    """Of a file of decisions: table -> rows that it brought, rows that it replaced."""
    taken = Event.objects.filter(object_type="batch", object_id=batch.pk, action="imports.taken")
    last = taken.order_by("-sequence").first()
    return dict(json.loads(last.after).get("changed", {})) if last is not None else {}


def quarantined_rows(workspace: Workspace, batch_id: str) -> list[dict[str, object]]:
    """The rows of a batch of facts that were kept aside, with the reason for each."""
    batch = Batch.objects.filter(pk=batch_id, is_fact=True).first()
    if batch is None:
        raise NotFound(f"There is no batch of facts {batch_id}.", code="batch.unknown", hint="Give its whole id.")
    return list(batches.quarantine_of(batches.open_batch(workspace.batches / batch.pk)).to_pylist())


def effect_of(workspace: Workspace, batch_id: str) -> batches.Effect | None:
    """What a batch of facts changed in what was believed just before it; None for the first batch of its kind."""
    batch = Batch.objects.get(pk=batch_id, is_fact=True)
    fact = workspace.fact_types[batch.into]
    earlier = list(current_batches(batch.into, as_of=batch.sequence - 1).values_list("pk", flat=True))
    if not earlier:
        return None
    rows = batches.rows_of(batches.open_batch(workspace.batches / batch.pk), fact)
    return batches.effect(facts_of(workspace, fact, earlier).table, rows, fact)
