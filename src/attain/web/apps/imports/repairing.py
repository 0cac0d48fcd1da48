"""Rows that were kept aside, written anew: in their cells on a page, or in the file that was given out for repair.

Both ways end here. What is right now becomes a batch of its own, which names the rows that it repairs; what is still
wrong stays where it was, with its new words and the new reason. Each row has a counter, so whoever repairs one that
somebody else repaired meanwhile is told.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from attain.facts.given_out import quoted
from attain.facts.importing import read_source
from attain.facts.mapping import Control
from attain.facts.mapping import Mapping as SourceMapping
from attain.facts.sandbox import LIMITS, look_in_child
from attain.facts.validate import KEPT_ASIDE, MAX_QUARANTINE
from attain.kernel.errors import NotFound, Refused
from attain.web.apps.audit.services import Act, acting
from attain.web.workspace import Workspace

from .models import Batch, Repair
from .selectors import is_query, mapping_of, quarantined_rows, required_mapping_of
from .services import import_file

GONE = "imports.repaired"


@dataclass(frozen=True)
class OpenRow:
    """A row that waits for its repair: what it says in each column of its file, and where it is wrong."""

    row: int
    cells: Mapping[str, str]
    column: str
    """Of the file; empty where the row as a whole is at fault."""
    reason: str
    version: int = 0


@dataclass(frozen=True)
class Sheet:
    """All rows of a batch that wait; without `names` they cannot be written in cells."""

    names: Sequence[str]
    rows: Sequence[OpenRow]
    repaired: int = 0


@dataclass(frozen=True)
class Attempt:
    """How somebody wrote a row. `seen` is the version that they saw, or None for what is written in a file."""

    row: int
    cells: Mapping[str, str]
    seen: int | None = None


@dataclass
class Outcome:
    repaired: list[int] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)
    stale: list[tuple[Attempt, str]] = field(default_factory=list)
    """What was not taken, with who was faster."""
    batch: Batch | None = None


def sheet_of(workspace: Workspace, batch: Batch) -> Sheet:
    if not batch.is_fact or not batch.quarantined:
        return Sheet((), ())
    kept = quarantined_rows(workspace, batch.pk)
    mapping = mapping_of(workspace, batch)[1]
    raws = [json.loads(str(row["raw"])) for row in kept]
    header = _header(raws)
    if not header or is_query(workspace, batch):
        return Sheet((), [_as_kept(row, {}, mapping) for row in kept])
    names = [name for name in header if name not in KEPT_ASIDE]
    known = {one.row: one for one in Repair.objects.filter(batch=batch).select_related("by")}
    rows = []
    for row, raw in zip(kept, raws, strict=True):
        said = known.get(int(str(row["row"])))
        if said is None:
            rows.append(_as_kept(row, _cells(raw, names, mapping.delimiter), mapping))
        elif said.by is None or said.by.state == Batch.State.UNDONE:
            rows.append(OpenRow(said.row, said.cells, said.column, said.reason, said.version))
    return Sheet(names, rows, len(kept) - len(rows))


def repair_rows(
    workspace: Workspace, batch: Batch, attempts: Sequence[Attempt], *, actor: str, source_name: str = ""
) -> Outcome:
    """Judge these rows as their file is judged, take in what is right, and keep the others with their reasons."""
    sheet, outcome = sheet_of(workspace, batch), Outcome()
    if not sheet.names:
        raise Refused(
            _("The rows of %(source)s cannot be written in cells.") % {"source": batch.source},
            code=GONE, hint=_("Repair the file itself."),
        )  # fmt: skip
    waiting = {row.row: row for row in sheet.rows}
    tried = []
    for attempt in attempts:
        now = waiting.get(attempt.row)
        if now is None or attempt.seen not in (None, now.version):
            outcome.stale.append((attempt, _who(batch, attempt.row)))
        elif dict(now.cells) != dict(attempt.cells):
            tried.append(attempt)
    if not tried:
        return outcome
    mapping = _as_csv(required_mapping_of(workspace, batch))
    fact = workspace.fact_types.get(batch.into)
    if fact is None:
        raise NotFound(
            _("`%(into)s` is described no more.") % {"into": batch.into},
            code=GONE, hint=_("Describe it in facts/%(into)s.yaml.") % {"into": batch.into},
        )  # fmt: skip
    judged = read_source(_file(batch, sheet.names, tried), fact, mapping, trusted=True)
    faults = {row["row"]: row for row in judged.quarantine.to_pylist()}
    by_line = dict(enumerate(tried, start=2))
    wrong = [_wrong(attempt, faults[line], mapping) for line, attempt in by_line.items() if line in faults]
    right = [attempt for line, attempt in by_line.items() if line not in faults]

    def note(act: Act, into: Batch | None) -> None:
        _note(act, batch, waiting, wrong, None)
        if into is not None:
            _note(act, batch, waiting, [_as_open(one) for one in right], into)

    if right:
        content = _file(batch, sheet.names, right)
        name = source_name or _("Repair of %(source)s") % {"source": batch.source}
        imported = import_file(
            workspace, content, actor=actor, mapping=mapping, source_name=name, trusted=True, again=True, within=note
        )
        outcome.batch = imported.batch
        if not imported.is_new:  # the same rows came from elsewhere already: they are repaired by that batch
            with acting(workspace, actor, "repair rows") as act:
                note(act, imported.batch)
    else:
        with acting(workspace, actor, "repair rows") as act:
            note(act, None)
    outcome.repaired, outcome.wrong = [one.row for one in right], [one.row for one in wrong]
    return outcome


def attempts_of(workspace: Workspace, batch: Batch, file: Path) -> list[Attempt]:
    """The rows of a file that `repair_file` wrote and somebody corrected. Its first column says which row each was."""
    mapping = replace(required_mapping_of(workspace, batch), format="csv", sheet=None, control=Control())
    look = look_in_child(file, workspace.fact_types[batch.into], mapping, MAX_QUARANTINE, LIMITS)
    if KEPT_ASIDE[0] not in look.header:
        raise look.fault or Refused(
            _("%(column)s is not among the columns of this file.") % {"column": KEPT_ASIDE[0]}, code=GONE,
            hint=_("Correct the file that the page of the batch gives out, and leave its first column as it is."),
        )  # fmt: skip
    found = []
    for texts in look.texts:
        cells = dict(zip(look.header, (text or "" for text in texts), strict=True))
        if (row := cells.pop(KEPT_ASIDE[0])).isdecimal() and len(row) < 16:
            found.append(Attempt(int(row), {name: text for name, text in cells.items() if name not in KEPT_ASIDE}))
    return found


def _note(act: Act, batch: Batch, waiting: Mapping[int, OpenRow], rows: Sequence[OpenRow], by: Batch | None) -> None:
    """Within the transaction: nobody else wrote these rows since they were looked at."""
    known = {one.row: one for one in Repair.objects.filter(batch=batch, row__in=[row.row for row in rows])}
    for row in rows:
        one = known.get(row.row) or Repair(batch=batch, row=row.row, version=0)
        if one.version != waiting[row.row].version:
            raise Refused(
                _("Row %(row)s was changed by %(who)s meanwhile.") % {"row": row.row, "who": one.who},
                code=GONE,
                hint=_("Look at it again; nothing was taken."),
            )
        one.cells, one.column, one.reason, one.by = dict(row.cells), row.column, row.reason, by
        one.who, one.at, one.version = act.actor, act.at, one.version + 1
        one.save()
    if rows:
        said = {"rows": [row.row for row in rows], "by": by.pk if by else None}
        act.record("imports.repaired" if by else "imports.repair-tried", "batch", batch.pk, after=said)


def _file(batch: Batch, names: Sequence[str], attempts: Sequence[Attempt]) -> bytes:
    """The rows as the file for repair has them, each with the row that it was."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*KEPT_ASIDE, *map(quoted, names)])
    for one in attempts:
        writer.writerow([one.row, f"batch {batch.pk[:12]}", *(quoted(one.cells.get(name, "")) for name in names)])
    return text.getvalue().encode()


def _as_csv(mapping: SourceMapping) -> SourceMapping:
    """The same columns and forms, read from the text that is written here."""
    return replace(
        mapping, format="csv", encoding="utf-8", delimiter=",", quote='"', sheet=None, header_row=1, control=Control()
    )


def _wrong(attempt: Attempt, fault: Mapping[str, Any], mapping: SourceMapping) -> OpenRow:
    column = _source_of(fault["column"], mapping)
    return OpenRow(attempt.row, attempt.cells, column, fault["reason"])


def _as_open(attempt: Attempt) -> OpenRow:
    return OpenRow(attempt.row, attempt.cells, "", "")


def _as_kept(row: Mapping[str, Any], cells: Mapping[str, str], mapping: SourceMapping) -> OpenRow:
    return OpenRow(int(row["row"]), cells, _source_of(row["column"], mapping), str(row["reason"]))


def _source_of(column: str | None, mapping: SourceMapping) -> str:
    """What the file calls a column of the fact type; a constant stands in no cell."""
    if not column:
        return ""
    origin = mapping.action if column == "_action" else mapping.columns.get(column)
    return column if origin is None else origin.source or ""


def _header(raws: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The columns of the file, as nearly all rows have them."""
    found = Counter(tuple(raw) for raw in raws if not _is_uncut(raw))
    return found.most_common(1)[0][0] if found else ()


def _is_uncut(raw: Mapping[str, Any]) -> bool:
    """Kept as a list of fields, or as a line, because it has not the columns of the header."""
    return (set(raw) == {"fields"} and isinstance(raw["fields"], list)) or set(raw) == {"line"}


def _cells(raw: Mapping[str, Any], names: Sequence[str], delimiter: str) -> dict[str, str]:
    if not _is_uncut(raw):
        return {name: raw.get(name) or "" for name in names}
    fields = [str(one or "") for one in raw.get("fields") or [raw.get("line")]]
    if len(fields) > len(names):
        fields = [*fields[: len(names) - 1], delimiter.join(fields[len(names) - 1 :])]
    return dict(zip(names, [*fields, *[""] * (len(names) - len(fields))], strict=True))


def _who(batch: Batch, row: int) -> str:
    known = Repair.objects.filter(batch=batch, row=row).first()
    return known.who if known else ""
