"""The run that another one can be put upon: the last of the same days, and what may differ since.

Only what the records tell by themselves is looked at: which batches came. Whose pay that touches the engine says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from attain.facts.batches import open_batch, rows_of
from attain.facts.schema import FactType
from attain.facts.snapshot import FactTable, Snapshot
from attain.plans.loader import Document
from attain.web.apps.imports.selectors import facts_of
from attain.web.sealing import faults
from attain.web.workspace import Workspace

from .models import Run
from .runs import RunStart
from .selectors import Inputs, decisions_in, plans_in

SAME = ("closed", "fact_types", "described", "calendars", "calendar")
"""What has to be as it was: whatever changes there may reach everybody."""


@dataclass(frozen=True)
class Before:
    """What a published run read; of facts those that may differ now, whose keys stand by fact type."""

    plans: tuple[Document, ...]
    snapshot: Snapshot
    keys: Mapping[str, pa.Array]


def before(workspace: Workspace, start: RunStart, run: Run) -> Before | None:
    """What a run of the same days read, if nothing but new batches, decisions and plans came since."""
    then: Inputs = json.loads(run.inputs)
    now, folder = start.frozen.inputs, workspace.runs / run.pk
    if any(then.get(name) != now[name] for name in SAME) or then["batches"].keys() != now["batches"].keys():
        return None
    if any(now["batches"][name][: len(ids)] != ids for name, ids in then["batches"].items()):
        return None  # a batch was undone: facts of earlier ones may be believed again
    if faults(folder, run.manifest_hash):
        return None
    facts, keys = [], {}
    for name, ids in then["batches"].items():
        schema = start.snapshot.facts[name].schema
        keys[name] = _keys(workspace, schema, now["batches"][name][len(ids) :])
        empty = FactTable(schema, schema.stored_schema.empty_table())
        facts.append(facts_of(workspace, schema, ids, keys[name]) if len(keys[name]) else empty)
    snapshot = Snapshot.build(facts, decisions_in(folder), start.snapshot.calendars, start.snapshot.calendar)
    return Before(plans_in(then, start.span), snapshot, keys)


def last_run(start: RunStart) -> Run | None:
    """The last one that was published of the same days."""
    published = Run.objects.filter(state=Run.State.PUBLISHED, number__lt=start.run.number)
    same: Run | None = published.filter(starts_on=start.span.start, ends_on=start.span.end).order_by("-number").first()
    return same


def _keys(workspace: Workspace, fact: FactType, ids: list[str]) -> pa.Array:
    """The keys that these batches say something about."""
    found = [rows_of(open_batch(workspace.batches / id_), fact)[fact.key] for id_ in ids]
    return pa.chunked_array([chunk for each in found for chunk in each.chunks], pa.string()).unique()
