"""A file of people, positions or quotas, looked at before it is taken: what it would change for whom, or what is wrong.

It is read and judged exactly as it will be when it is taken, and taken only while the records are those that it was
compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from django.utils.translation import gettext as _

from attain.facts.decisions import IMPORTABLE
from attain.facts.importing import read_source
from attain.facts.mapping import Format
from attain.facts.mapping import Mapping as SourceMapping
from attain.kernel.errors import AttainError, Finding, Findings, Refused
from attain.web.apps.imports.names import impossible, names_of, unheard
from attain.web.apps.imports.uploads import kept_names, path_of
from attain.web.apps.jobs.models import Job
from attain.web.workspace import Workspace

from . import services
from .book import Book
from .merging import Change

KIND = "org-file"
MOST_CHANGES, MOST_FAULTS = 500, 200
KEPT = timedelta(days=1)
"""How long a file waits for somebody to confirm it."""
_WHOSE = ("person", "member", "subject", "position", "payee", "parameter", "kind")


def mapping_of(workspace: Workspace, arguments: Mapping[str, Any]) -> SourceMapping:
    """How the file is read: by a mapping of the workspace, or by its own column names."""
    if name := arguments.get("mapping"):
        return workspace.mapping(name)
    format_ = Path(arguments["upload"]).suffix.removeprefix(".")
    return SourceMapping(arguments["into"], format=cast(Format, format_))


def look_at(workspace: Workspace, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the file would change, in plain values; a file with faults says them all, and changes nothing."""
    mapping, name = mapping_of(workspace, arguments), arguments["name"]
    into = mapping.into
    if into not in IMPORTABLE:
        raise Refused(
            _("%(into)s holds facts.") % {"into": into},
            code="org.no-table",
            hint=_("Upload it on the page of imports."),
        )
    try:
        read = read_source(path_of(workspace, arguments["upload"]), IMPORTABLE[into], mapping)
    except Findings as found:
        return {"into": into, "faults": list(_faults(found.findings))}
    except AttainError as fault:
        return {
            "into": into,
            "faults": list(_faults([Finding("error", fault.code, fault.message, fault.where, fault.hint)])),
        }
    if read.quarantine.num_rows:
        aside = read.quarantine.to_pylist()
        faults = [{"row": row["row"], "column": row["column"], "value": str(row["value"] or ""), "said": row["reason"],
                   "hint": ""} for row in aside]  # fmt: skip
        return {"into": into, "faults": faults[:MOST_FAULTS], "more": max(0, len(faults) - MOST_FAULTS)}
    rows, names = read.good.to_pylist(), names_of(workspace)
    found_faults = list(impossible(workspace, into, rows, name, names))
    plan = None
    try:
        plan = services.plan_import(into, rows, name)
    except Findings as found:
        found_faults += found.findings
    if found_faults or plan is None:
        return {"into": into, "faults": list(_faults(found_faults[:MOST_FAULTS]))}
    book = Book(plan.after)
    changes = [one for change in plan.changes for one in _changes(change, book)]
    return {
        "into": into, "rows": len(rows), "faults": [], "versions": dict(plan.versions),
        "mapping": mapping.mapping_hash(),
        "tables": {c.table.name: [len(c.new), len(c.replaced), c.unchanged] for c in plan.changes},
        "changes": sorted(changes, key=lambda one: (one["name"].casefold(), one["table"]))[:MOST_CHANGES],
        "warnings": list(_faults(unheard(into, rows, name, names))),
    }  # fmt: skip


def _faults(findings: Iterable[Finding]) -> Iterable[dict[str, Any]]:
    for one in findings:
        yield {"row": one.where.line, "column": one.where.field or "", "value": "", "said": one.message,
               "hint": one.hint or ""}  # fmt: skip


def _changes(change: Change, book: Book) -> Iterable[dict[str, Any]]:
    table = change.table
    column = next(name for name in (*_WHOSE, *table.keys) if name in table.columns)
    for old, new in [*((None, row) for row in change.new), *change.replaced]:
        said = [[name, None if old is None else _plain(old[name]), _plain(new[name])] for name in table.columns
                if name != column and (new[name] is not None if old is None else old[name] != new[name])]  # fmt: skip
        whose = str(new[column])
        yield {"table": table.name, "whose": whose, "name": book.name(whose), "new": old is None, "columns": said}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date | Decimal) else value


def is_current(workspace: Workspace, looked: Job) -> bool:
    """Whether taking it writes what was looked at: the records are the same, and so is how the file is read."""
    versions = looked.result["versions"]
    try:
        mapping = mapping_of(workspace, looked.arguments)
    except AttainError:
        return False
    same = mapping.mapping_hash() == looked.result.get("mapping")
    return same and services.table_versions(versions) == versions


def is_waiting(workspace: Workspace, job: Job) -> bool:
    """Whether it can still be taken: it has no faults, and its file is still there."""
    done = job.state == Job.State.DONE and not job.result["faults"]
    return done and path_of(workspace, job.arguments["upload"]).exists()


def forget_old(workspace: Workspace, now: datetime) -> None:
    """Files that nobody confirmed for a day."""
    for old in Job.objects.filter(kind=KIND, asked_at__lt=now - KEPT, arguments__upload__in=kept_names(workspace)):
        path_of(workspace, old.arguments["upload"]).unlink(missing_ok=True)
