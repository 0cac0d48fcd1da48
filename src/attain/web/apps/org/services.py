"""Rows of a file become decisions.

The change is worked out on a copy without holding the database (`plan_import`), and written in one short transaction
(`write_changes`) only if the tables are still the ones it was worked out from. On SQLite about 15,000 rows are written
in a quarter of a second; a larger file keeps other writers waiting for as long as its rows take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F

from attain.kernel.errors import Finding, Findings, Refused
from attain.web import store
from attain.web.apps.imports.models import Batch

from .checks import Known, circles, shared_ids, unknown_references
from .merging import Change, merge
from .models import Replaced, TableVersion
from .seats import from_people
from .tables import ORG_TABLES, Key, Row, Table, as_text, from_text, key_text, rows_of
from .writing import Write, insertion
from .writing import change as changed

WATCHED = ("people", "positions", "assignments", "teams")
"""Tables whose ids others refer to."""
CHUNK = 500


@dataclass(frozen=True)
class Plan:
    """What a file changes, and the versions of the tables that this was worked out from."""

    changes: tuple[Change, ...]
    versions: Mapping[str, int]
    before: Mapping[str, Sequence[Row]]

    @property
    def after(self) -> dict[str, Sequence[Row]]:
        return {**self.before, **{change.table.name: change.rows for change in self.changes}}

    @property
    def changed_rows(self) -> int:
        return sum(len(change.new) + len(change.replaced) for change in self.changes)


def plan_import(name: str, rows: Sequence[Row], source: str | None = None) -> Plan:
    """Work out what the rows of a file change. All faults are raised together, before anything is written.

    Rows that have a number in their file (`_row`) are named by it; `source` is what the file is called.
    """
    versions, state = _state((name, *WATCHED))
    given = from_people(rows, state["assignments"]) if name == "people" else {name: rows}
    return _planned(given, versions, state, source, f"Nothing was taken from `{name}`")


def plan_rows(
    wanted: Callable[[Mapping[str, Sequence[Row]]], Mapping[str, Sequence[Row]]], tables: Sequence[str]
) -> Plan:
    """The same for rows that were thought of on a page: `wanted` makes them, with all columns, of what is there."""
    versions, state = _state((*tables, *WATCHED))
    return _planned(wanted(state), versions, state, None, "Nothing was changed")


def _state(names: Sequence[str]) -> tuple[dict[str, int], dict[str, list[Row]]]:
    read = dict.fromkeys(names)
    with store.reading():
        return table_versions(read), {table: rows_of(ORG_TABLES[table]) for table in read}


def _planned(
    given: Mapping[str, Sequence[Row]],
    versions: Mapping[str, int],
    state: Mapping[str, Sequence[Row]],
    source: str | None,
    refused: str,
) -> Plan:
    changes = [merge(ORG_TABLES[table], state[table], new) for table, new in given.items()]
    after = {**state, **{change.table.name: change.rows for change in changes}}
    findings = [finding for change in changes for finding in change.findings]
    findings += _faults(after, {change.table.name for change in changes if not change.is_empty})
    if findings:
        named = [replace(one, where=replace(one.where, file=source)) for one in findings]
        raise Findings(named, message=f"{refused}: {findings[0].message}")
    return Plan(tuple(changes), versions, state)


def _faults(state: Mapping[str, Sequence[Row]], changed: set[str]) -> list[Finding]:
    known = known_ids(state)
    faults = [fault for table in state if table in changed for fault in unknown_references(table, state[table], known)]
    if changed & {"people", "positions", "assignments"}:
        faults += shared_ids(known, state["assignments"])
    if "positions" in changed and not faults:
        faults += circles(state["positions"])
    return faults


def known_ids(state: Mapping[str, Sequence[Row]]) -> Known:
    return Known(
        frozenset(row["person"] for row in state["people"]),
        frozenset(row["position"] for row in state["positions"]),
        frozenset(row["team"] for row in state["teams"]),
    )


def is_current(plan: Plan) -> bool:
    return table_versions(plan.versions) == plan.versions


def moved() -> Refused:
    return Refused(
        "The records or the mapping were changed since the file was looked at; nothing was taken.",
        code="org.file-moved", hint="Open the file again: it is compared with what is recorded now.",
    )  # fmt: skip


def table_versions(names: Mapping[str, Any] | Sequence[str]) -> dict[str, int]:
    found = dict(TableVersion.objects.filter(table__in=list(names)).values_list("table", "version"))
    return {name: found.get(name, 0) for name in names}


def count_change(table: str) -> None:
    """Within a transaction: this table is no longer the one that runs have read."""
    if not TableVersion.objects.filter(table=table).update(version=F("version") + 1):
        TableVersion.objects.create(table=table, version=1)


@dataclass(frozen=True)
class Ready:
    """The writes of a plan, with every value in the form of the database."""

    writes: tuple[Write, ...]
    tables: tuple[str, ...]


def made_ready(plan: Plan, batch_id: str) -> Ready:
    """Before the transaction: everything that needs no lock."""
    writes: list[Write] = []
    changes = [change for change in plan.changes if not change.is_empty]
    for change in changes:
        table = change.table
        history = [
            {"batch": batch_id, "table": table.name, "key": key_text(table.key_of(old)), "before": as_text(old)}
            for old, _ in change.replaced
        ]
        writes.append(insertion(Replaced, ("batch", "table", "key", "before"), history))
        replaced = [{**new, "batch": batch_id, "version": old["version"] + 1} for old, new in change.replaced]
        writes.append(changed(table.model, ("batch", "version", *table.columns), replaced))
        new_rows = [{**row, "batch": batch_id, "version": 1} for row in change.new]
        writes.append(insertion(table.model, ("batch", "version", *table.columns), new_rows))
    return Ready(tuple(writes), tuple(change.table.name for change in changes))


def write_changes(ready: Ready) -> None:
    """Within a transaction, after the batch: put the rows in place, and keep what they replace."""
    for write in ready.writes:
        write.run()
    for table in ready.tables:
        count_change(table)


def undo_rows(batch: Batch) -> None:
    """Within a transaction: take back what a file changed, if nothing later was built on it."""
    history = list(Replaced.objects.filter(batch=batch))
    before: dict[tuple[str, str], str] = {(one.table, one.key): one.before for one in history}
    later = Replaced.objects.filter(before__contains=f'"batch_id": "{batch.pk}"').exclude(batch=batch)
    if (built := later.select_related("batch").first()) is not None:
        raise Refused(
            f"{built.batch.source}, imported later, changed rows of this batch.",
            code="imports.built-on",
            hint=f"Undo batch {built.batch.pk[:12]} first.",
        )
    changed = set()
    for name, table in ORG_TABLES.items():
        brought = list(table.model.objects.filter(batch=batch).values("pk", "batch_id", "version", *table.columns))
        if not brought:
            continue
        changed.add(name)
        _take_back(table, brought, before)
        count_change(name)
    Replaced.objects.filter(batch=batch).delete()
    state = {name: rows_of(table) for name, table in ORG_TABLES.items()}
    if faults := _faults(state, set(state) if changed & set(WATCHED) else changed):
        raise Refused(
            f"Other records need this batch: {faults[0].message}",
            code="imports.needed",
            hint="Undo or correct those records first.",
        )


def _take_back(table: Table, brought: Sequence[Row], before: Mapping[tuple[str, str], str]) -> None:
    gone: list[int] = []
    restored: list[Row] = []
    for row in brought:
        key: Key = table.key_of(row)
        text = before.get((table.name, key_text(key)))
        if text is None:
            gone.append(row["pk"])
        else:
            old = from_text(table, text)
            restored.append({**old, "pk": row["pk"], "batch": old["batch_id"], "version": row["version"] + 1})
    for start in range(0, len(gone), CHUNK):
        table.model.objects.filter(pk__in=gone[start : start + CHUNK]).delete()
    changed(table.model, ("batch", "version", *table.columns), restored).run()
