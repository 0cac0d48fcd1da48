"""What a run reads, and which state of the records that was.

`inputs` names the state without reading any table: the batches in force, the number of changes of each table, the plan
versions, the closed periods. Two equal descriptions mean equal snapshots, so closing can tell whether a run is stale.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from attain.facts.decisions import TABLES
from attain.facts.described import as_plain, fact_of_plain
from attain.facts.schema import FactType
from attain.facts.snapshot import FactTable, Snapshot
from attain.kernel.calendar_settings import calendar_of, settings_of
from attain.kernel.errors import FactError, NotFound, Refused
from attain.kernel.intervals import Interval
from attain.kernel.periods import Calendar, Period
from attain.plans.loader import Document
from attain.web import store
from attain.web.apps.imports.models import Batch
from attain.web.apps.imports.selectors import current_batches, facts_of
from attain.web.apps.org import selectors as org
from attain.web.apps.org.tables import arrow_of
from attain.web.apps.plans.models import PlanVersion
from attain.web.apps.plans.selectors import document_of, published_versions
from attain.web.sealing import faults
from attain.web.workspace import Workspace

from .models import Adjustment, Hold, Override, PayPeriod, Run

Inputs = dict[str, Any]
LEDGER_TABLES = ("ledger_lines", "ledger_releases", "ledger_balances")
DECISIONS_FOLDER = "inputs"


@dataclass(frozen=True)
class Frozen:
    """All that a calculation reads, and the description of that state."""

    snapshot: Snapshot
    plans: tuple[Document, ...]
    inputs: Inputs


def snapshot(workspace: Workspace, as_of: int | None = None) -> Snapshot:
    """Facts and decisions now; `as_of` leaves out batches of facts with a later sequence number."""
    return freeze(workspace, as_of=as_of).snapshot


def freeze(workspace: Workspace, *, span: Interval | None = None, as_of: int | None = None) -> Frozen:
    """Read everything as of one moment. Only the database is read under its view; batches never change."""
    with store.reading():
        found = inputs(workspace, as_of=as_of)
        decisions = _decisions()
        closed = list(PayPeriod.objects.filter(state=PayPeriod.State.CLOSED))
        plans = tuple(document_of(version) for version in _payable(published_versions(), span))
    decisions |= _ledger(workspace, closed)
    facts = [facts_of(workspace, fact, found["batches"][name]) for name, fact in workspace.fact_types.items()]
    return Frozen(Snapshot.build(facts, decisions, workspace.calendars, workspace.calendar), plans, found)


def inputs(workspace: Workspace, *, as_of: int | None = None) -> Inputs:
    """The state of the records in a few lines that can be kept with a run and compared later."""
    batches: dict[str, list[str]] = {name: [] for name in workspace.fact_types}
    for batch in current_batches(as_of=as_of).filter(is_fact=True):
        batches.setdefault(batch.into, []).append(batch.pk)
    return {
        "batches": batches,
        "files": list(Batch.objects.filter(state=Batch.State.CURRENT, is_fact=False).values_list("pk", flat=True)),
        "tables": org.versions(),
        "plans": {
            str(plan): [plan.content_hash, plan.effective_to and plan.effective_to.isoformat()]
            for plan in published_versions()
        },
        "closed": {str(one): one.ledger_hash for one in PayPeriod.objects.filter(state=PayPeriod.State.CLOSED)},
        "fact_types": {name: fact.schema_hash() for name, fact in workspace.fact_types.items()},
        "described": {name: as_plain(replace(fact, file=None)) for name, fact in workspace.fact_types.items()},
        "calendars": {name: settings_of(calendar) for name, calendar in workspace.calendars.items()},
        "calendar": workspace.calendar,
    }


def changes_since(run: Run, now: Inputs) -> list[str]:
    """What a run has not seen of facts and decisions, in words; for what was closed since see `closed_since`."""
    then: Inputs = json.loads(run.inputs)
    words = []
    for fact in sorted({*then["batches"], *now["batches"]}):
        if then["batches"].get(fact, []) != now["batches"].get(fact, []):
            words.append(f"other batches of {fact}")
    for table in sorted({*then["tables"], *now["tables"]}):
        if then["tables"].get(table, 0) != now["tables"].get(table, 0):
            words.append(f"changed {table}")
    words += [f"plan {name}" for name in _differing(then["plans"], now["plans"])]
    words += [f"described anew: {name}" for name in _differing(then["fact_types"], now["fact_types"])]
    words += [f"calendar {name}" for name in _differing(then["calendars"], now["calendars"])]
    return words + (["another default calendar"] if then["calendar"] != now["calendar"] else [])


def closed_since(run: Run, now: Inputs) -> list[str]:
    """Periods that were closed or reopened since a run began, so that it starts with other balances than there are
    now. Those that were closed with the run's own result are no news to it.
    """
    own = {str(one) for one in PayPeriod.objects.filter(state=PayPeriod.State.CLOSED, run=run)}
    closed = {name: hash_ for name, hash_ in now["closed"].items() if name not in own}
    return [name for name in _differing(json.loads(run.inputs)["closed"], closed) if name not in own]


def _differing(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]


def _decisions() -> dict[str, pa.Table]:
    tables = org.decisions()
    for name, model in (("holds", Hold), ("overrides", Override), ("adjustments", Adjustment)):
        tables[name] = arrow_of(name, model)
    closed = PayPeriod.objects.filter(state=PayPeriod.State.CLOSED).values_list("calendar", "kind", "period")
    rows = [dict(zip(("calendar", "kind", "period"), row, strict=True)) for row in closed]
    return tables | {"closed_periods": pa.Table.from_pylist(rows, TABLES["closed_periods"].arrow_schema())}


def _ledger(workspace: Workspace, closed: list[PayPeriod]) -> dict[str, pa.Table]:
    """What was paid in the closed periods; from a damaged folder nothing is calculated."""
    for one in closed:
        if damaged := faults(workspace.ledger / one.ledger, one.ledger_hash):
            fault = damaged[0]
            raise FactError(f"{one}: {fault.message}", code="ledger.damaged", where=fault.where, hint=fault.hint)
    tables = {}
    for name in LEDGER_TABLES:
        schema = TABLES[name].arrow_schema()
        parts = [pq.read_table(workspace.ledger / one.ledger / f"{name}.parquet", schema=schema) for one in closed]
        tables[name] = pa.concat_tables([schema.empty_table(), *parts]).combine_chunks()
    return tables


def run_of(run_id: str) -> Run:
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound(f"There is no run {run_id}.", code="run.unknown", hint="List them with `attain runs`.")
    return run


def frozen_of(workspace: Workspace, run_id: str) -> Frozen:
    """Exactly what a published run read: to compute it again, years later."""
    run = run_of(run_id)
    if run.state != Run.State.PUBLISHED:
        raise Refused(f"{run_id} is {run.state}; only a published run has kept what it read.", code="run.state")
    kept: Inputs = json.loads(run.inputs)
    facts = [facts_read(workspace, run, name) for name in kept["batches"]]
    calendars = {name: calendar_of(name, settings) for name, settings in kept["calendars"].items()}
    decisions = decisions_in(workspace.runs / run_id)
    plans = plans_in(kept, Interval(run.starts_on, run.ends_on))
    return Frozen(Snapshot.build(facts, decisions, calendars, kept["calendar"]), plans, kept)


def facts_read(workspace: Workspace, run: Run, name: str) -> FactTable:
    """The facts of one type as a run read them."""
    kept: Inputs = json.loads(run.inputs)
    if (fact := _fact_of(workspace, kept, name)) is None:
        raise Refused(
            f"`{name}` is described differently than when {run} was calculated.",
            code="run.schema-changed",
            hint=f"Put back the description of `{name}` in facts/ to look at this run.",
        )
    return facts_of(workspace, fact, kept["batches"][name])


def decisions_in(run_folder: Path) -> dict[str, pa.Table]:
    """The decisions as a run read them."""
    folder = run_folder / DECISIONS_FOLDER
    return {
        name: pq.read_table(folder / f"{name}.parquet", schema=table.arrow_schema()) for name, table in TABLES.items()
    }


def plans_in(kept: Inputs, span: Interval) -> tuple[Document, ...]:
    """The plan versions that a run over the span read, each until the day on which it ended then."""
    versions = {str(version): version for version in PlanVersion.objects.all()}
    for name, (_, end) in kept["plans"].items():
        versions[name].effective_to = None if end is None else date.fromisoformat(end)
    chosen = _payable([versions[name] for name in kept["plans"]], span)
    return tuple(document_of(version) for version in chosen)


def _fact_of(workspace: Workspace, kept: Inputs, name: str) -> FactType | None:
    """The fact type that a run recorded, whatever it is today; one that only kept its hash needs today's to be it."""
    if (said := kept.get("described", {}).get(name)) is not None:
        return fact_of_plain(said)
    fact = workspace.fact_types.get(name)
    return fact if fact is not None and fact.schema_hash() == kept["fact_types"].get(name) else None


def _payable(versions: list[PlanVersion], span: Interval | None) -> list[PlanVersion]:
    """Versions that a run over the span needs: also earlier ones, for facts that came after their period was closed."""
    if span is None or span.end is None:
        return versions
    return [version for version in versions if version.effective_from < span.end]


def pay_periods(workspace: Workspace, run: Run, versions: Iterable[PlanVersion] | None = None) -> list[Period]:
    """The pay periods that a run calculated, of every plan that it read, in the order of their ends. Who asks for many
    runs gives all plan versions.
    """
    used = json.loads(run.inputs)["plans"]
    span = Interval(run.starts_on, run.ends_on)
    known = PlanVersion.objects.all() if versions is None else versions
    read = _payable([one for one in known if str(one) in used], span)
    plans = [(one.calendar, one.period_kind, one.effective_from) for one in read]
    return ended_periods(workspace.calendars, plans, span)


def ended_periods(
    calendars: Mapping[str, Calendar], plans: Iterable[tuple[str, str, date]], span: Interval
) -> list[Period]:
    """What a run over a span pays by these plans, each a calendar, a kind and the first day: their periods that end
    within the span, whenever they began. Those that end before any plan begins pay nobody.
    """
    assert span.end is not None  # noqa: S101  for the type checker: a run has an end
    found = {
        one
        for calendar, kind, since in plans
        for one in calendars[calendar].periods(kind, span.start, span.end)
        if since < one.end <= span.end
    }
    return sorted(found, key=lambda one: (one.end, one.days, one.calendar))


def periods() -> list[PayPeriod]:
    return list(PayPeriod.objects.select_related("run"))


def closed_periods_using(batch_id: str) -> list[str]:
    """Closed periods whose run read a batch."""
    used = []
    for period in PayPeriod.objects.filter(state=PayPeriod.State.CLOSED).select_related("run"):
        kept = json.loads(period.run.inputs)
        if batch_id in kept["files"] or any(batch_id in ids for ids in kept["batches"].values()):
            used.append(str(period))
    return used


def closed_periods_paid_by(version: PlanVersion) -> list[str]:
    """Closed periods of its plan in which a version was in force, as their runs knew it."""
    closed = PayPeriod.objects.filter(
        state=PayPeriod.State.CLOSED, calendar=version.calendar, kind=version.period_kind
    ).select_related("run")
    paid = []
    for period in closed:
        _, end = json.loads(period.run.inputs)["plans"].get(str(version), (None, str(date.min)))
        if version.effective_from < period.ends_on and (end is None or end > str(period.starts_on)):
            paid.append(str(period))
    return paid
