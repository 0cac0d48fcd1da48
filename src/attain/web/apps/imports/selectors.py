"""Which facts are believed: the batches in force, in their order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from attain.facts import batches
from attain.facts.content import row_texts
from attain.facts.mapping import FORMATS, parse_mapping
from attain.facts.mapping import Mapping as SourceMapping
from attain.facts.schema import FactType, TableType
from attain.facts.snapshot import FactTable
from attain.facts.validate import ACTION
from attain.kernel.errors import AttainError, NotFound, Refused
from attain.web.apps.audit.models import Event
from attain.web.apps.org.models import Replaced
from attain.web.workspace import Workspace

from .models import Batch


def current_batches(into: str | None = None, *, as_of: int | None = None) -> QuerySet[Batch]:
    """Batches that count, in order; `as_of` leaves out those with a later sequence number."""
    found = Batch.objects.filter(state=Batch.State.CURRENT)
    if into is not None:
        found = found.filter(into=into)
    return found if as_of is None else found.filter(sequence__lte=as_of)


def with_repairs(found: QuerySet[Batch]) -> QuerySet[Batch]:
    """Each with `waiting`: the rows that it kept aside and nobody repaired yet."""
    done = Count("repairs", filter=Q(repairs__by__state=Batch.State.CURRENT))
    return found.annotate(waiting=F("quarantined") - done)


def repaired_of(batch: Batch) -> list[tuple[Batch, int]]:
    """The batches whose rows this one repaired, each with how many."""
    counts = Counter(batch.repaired.values_list("batch_id", flat=True))
    return [(Batch.objects.get(pk=other), count) for other, count in sorted(counts.items())]


def facts_of(workspace: Workspace, fact: FactType, batch_ids: Iterable[str], keys: pa.Array | None = None) -> FactTable:
    """What is believed after these batches, in this order: of all facts, or of those with these keys. Every file is
    checked against its manifest."""
    sequenced = []
    for place, id_ in enumerate(batch_ids, start=1):
        rows = batches.rows_of(batches.open_batch(workspace.batches / id_), fact)
        mine = rows if keys is None else rows.filter(pc.is_in(rows[fact.key], keys))
        sequenced.append(batches.Sequenced(place, id_, mine))
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
    """How its file was read: a mapping of the workspace with its name, one that was changed since, or a plain one.

    Where nobody knows it any more the answer is good enough to show rows by, and `required_mapping_of` says so.
    """
    wanted = _mapping_hash(workspace, batch)
    for name, mapping in (*workspace.mappings.items(), *_unnamed_mappings(workspace, batch)):
        if mapping.into == batch.into and mapping.mapping_hash() == wanted:
            return name, mapping
    return None, SourceMapping(batch.into)


def required_mapping_of(workspace: Workspace, batch: Batch) -> SourceMapping:
    """For rows that are read anew: by another mapping 1.250 would be another amount."""
    mapping = mapping_of(workspace, batch)[1]
    if mapping.mapping_hash() != _mapping_hash(workspace, batch):
        raise Refused(
            _("The mapping by which %(source)s was read was changed since.") % {"source": batch.source},
            code="imports.mapping-gone",
            hint=_("Put it back as it was, or correct the rows at the source and import the file again."),
        )  # fmt: skip
    return mapping


def _mapping_hash(workspace: Workspace, batch: Batch) -> str:
    return str(batches.open_batch(workspace.batches / batch.pk).manifest["mapping_hash"]) if batch.is_fact else ""


def _unnamed_mappings(workspace: Workspace, batch: Batch) -> Iterator[tuple[None, SourceMapping]]:
    """The plain ones, and those whose text was replaced on a page, which the log keeps."""
    for format_ in FORMATS:
        yield None, SourceMapping(batch.into, format_)
    for event in Event.objects.filter(object_type="mapping", action="mapping.saved").order_by("-sequence"):
        for said in filter(None, (event.after, event.before)):
            with suppress(AttainError):
                yield None, parse_mapping(json.loads(said)["text"], workspace.fact_types)


def is_query(workspace: Workspace, batch: Batch) -> bool:
    """Whether its rows stand in a database, where they are to be mended, and in no file."""
    if not batch.is_fact:
        return False
    manifest = batches.open_batch(workspace.batches / batch.pk).manifest
    return manifest.get("read_from") == "query" or mapping_of(workspace, batch)[1].format == "sql"


def changes_of(batch: Batch) -> dict[str, list[int]]:
    """Of a file of decisions: table -> rows that it brought, rows that it replaced."""
    return dict(_taken(batch).get("changed", {}))


def _taken(batch: Batch) -> dict[str, Any]:
    """What the log says of it since it was taken last."""
    taken = Event.objects.filter(object_type="batch", object_id=batch.pk, action="imports.taken")
    last = taken.order_by("-sequence").first()
    return dict(json.loads(last.after)) if last is not None else {}


def quarantined_rows(workspace: Workspace, batch_id: str) -> list[dict[str, object]]:
    """The rows of a batch of facts that were kept aside, with the reason for each."""
    batch = Batch.objects.filter(pk=batch_id, is_fact=True).first()
    if batch is None:
        raise NotFound(f"There is no batch of facts {batch_id}.", code="batch.unknown", hint="Give its whole id.")
    return list(batches.quarantine_of(batches.open_batch(workspace.batches / batch.pk)).to_pylist())


def require_fit(workspace: Workspace, table: TableType) -> None:
    """That the batches in force can be read as the table is described now: no row is taken that no run could read."""
    if isinstance(table, FactType):
        for batch in current_batches(table.name):
            batches.require_fit(batches.open_batch(workspace.batches / batch.pk), table)


def same_source(workspace: Workspace, into: str, source_hash: str) -> list[tuple[Batch, str]]:
    """Batches in force that these bytes brought into a table, the last first, each with the hash of how they were read.

    Of facts the manifests tell it, of decisions the log.
    """
    found = []
    for batch in current_batches(into).order_by("-sequence"):
        if batch.is_fact:
            manifest = batches.open_batch(workspace.batches / batch.pk).manifest
            if manifest["source_hash"] == source_hash:
                found.append((batch, batches.content_of(manifest)))
        elif read_as := _taken(batch).get("read_as", {}).get(source_hash):
            found.append((batch, read_as))
    return found


def replaced_since(workspace: Workspace, batch: Batch) -> list[tuple[Batch, int]]:
    """Later batches that say something else of a batch's rows than it does, each with how many: what they say counts.

    Of several, the last one to speak of a row decides.
    """
    if not batch.is_fact:
        later = Replaced.objects.filter(before__contains=f'"batch_id": "{batch.pk}"').exclude(batch=batch)
        counts = Counter(later.values_list("batch", flat=True))
        return [(Batch.objects.get(pk=other), count) for other, count in sorted(counts.items())]
    fact = workspace.fact_types[batch.into]
    mine = _as_said(workspace, batch, fact)
    left = mine[fact.key].combine_chunks()
    found = []
    for other in current_batches(batch.into).filter(sequence__gt=batch.sequence).order_by("-sequence"):
        theirs = _as_said(workspace, other, fact)
        theirs = theirs.filter(pc.is_in(theirs[fact.key], value_set=left))
        same = pc.is_in(row_texts(theirs), value_set=row_texts(mine).combine_chunks())
        if count := theirs.num_rows - (pc.sum(same).as_py() or 0):
            found.append((other, count))
        left = left.filter(pc.invert(pc.is_in(left, value_set=theirs[fact.key].combine_chunks())))
    return found


def _as_said(workspace: Workspace, batch: Batch, fact: FactType) -> pa.Table:
    rows = batches.rows_of(batches.open_batch(workspace.batches / batch.pk), fact)
    return rows.select(list(fact.columns)).append_column("_deletes", pc.equal(rows[ACTION], batches.DELETE))


def believed_keys(workspace: Workspace, fact: FactType) -> pa.Array:
    ids = list(current_batches(fact.name).values_list("pk", flat=True))
    return facts_of(workspace, fact, ids).table[fact.key].combine_chunks()


def effect_of(workspace: Workspace, batch_id: str) -> batches.Effect | None:
    """What a batch of facts changed in what was believed just before it.

    None for the first batch of its kind, and for a kind that is described no more: nobody knows how to read its rows.
    """
    batch = Batch.objects.get(pk=batch_id, is_fact=True)
    fact = workspace.fact_types.get(batch.into)
    if fact is None:
        return None
    earlier = list(current_batches(batch.into, as_of=batch.sequence - 1).values_list("pk", flat=True))
    if not earlier:
        return None
    rows = batches.rows_of(batches.open_batch(workspace.batches / batch.pk), fact)
    return batches.effect(facts_of(workspace, fact, earlier).table, rows, fact)
