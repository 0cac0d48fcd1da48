"""Facts and files for programs: rows pushed as JSON or files uploaded, taken in by the same job; batches; what was
kept aside.

Rows are told apart by the key of their fact type. The same row again changes nothing, another one of the same key
takes its place: a program may send what it has as often as it likes.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile as FileIn
from pydantic import StrictBool, StrictInt, StrictStr

from attain.facts.decisions import IMPORTABLE
from attain.kernel.errors import NotFound, Refused, Where, suggest
from attain.web.api.keyed import writes
from attain.web.api.paging import Part, of_query, of_rows
from attain.web.api.shapes import JobOut, Rows
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.jobs.api import as_out
from attain.web.apps.jobs.services import start_job

from .models import Batch
from .selectors import quarantined_rows
from .uploads import keep, too_large

router = Router()
MOST_ROWS = 10_000


class BatchOut(Schema):
    batch: str
    into: str
    source: str
    state: str
    rows: int
    quarantined: int
    totals: dict[str, dict[str, str]] = Field(description="By column and currency.")
    imported_at: datetime
    imported_by: str


class AsideOut(Schema):
    row: int = Field(description="Its number in the file.")
    code: str
    reason: str
    column: str | None
    value: str | None
    values: dict[str, object] = Field(description="The row as it came.")


class Asked(Part):
    into: str = Field("", max_length=100, description="Only batches of this fact type or table.")


class FactsIn(Schema):
    """Amounts are texts, such as "1234.50": a number with a decimal point would not be exact."""

    rows: list[dict[str, StrictStr | StrictInt | StrictBool | None]] = Field(min_length=1, max_length=MOST_ROWS)


class HowIn(Schema):
    mapping: str = Field("", description="A mapping of the workspace, or …")
    into: str = Field("", description="… the fact type or table whose column names the file has.")


@router.get("imports", response=Rows[BatchOut], url_name="batches")
@needs(Right.SEE_IMPORTS)
def batches(request: HttpRequest, asked: Query[Asked]) -> Any:
    """The last ones first."""
    found = Batch.objects.filter(into=asked.into) if asked.into else Batch.objects.all()
    return of_query(found, "-sequence", asked, _batch)


@router.get("imports/{batch}", response=BatchOut, url_name="batch")
@needs(Right.SEE_IMPORTS)
def batch(request: HttpRequest, batch: str) -> Any:
    """One of them."""
    return _batch(get_object_or_404(Batch, pk=batch))


@router.get("imports/{batch}/aside", response=Rows[AsideOut], url_name="aside")
@needs(Right.SEE_IMPORTS)
def aside(request: HttpRequest, batch: str, asked: Query[Part]) -> Any:
    """Rows that could not be believed, with the reason for each."""
    found = get_object_or_404(Batch, pk=batch)
    rows = quarantined_rows(request.workspace, found.pk) if found.is_fact and found.quarantined else []
    return of_rows(list(enumerate(rows)), lambda one: one[0], asked, lambda one: _aside(one[1]))


@router.post("imports", response={202: JobOut}, url_name="upload")
@needs(Right.IMPORT)
@writes(202)
def upload(request: HttpRequest, how: Form[HowIn], file: File[FileIn]) -> Any:
    """Take in a CSV, XLSX or Parquet file, as a job; its result names the batch."""
    if (stopped := getattr(request, "upload_stopped", None)) is not None:
        raise too_large(stopped)
    if bool(how.mapping) == bool(how.into):
        raise Refused("Say `mapping` or `into`, one of the two.", code="imports.into", where=Where(field="mapping"),
                      hint="A mapping names the columns; without one they are those of the table.")  # fmt: skip
    if how.mapping:
        request.workspace.mapping(how.mapping)
    else:
        _require_table(request, how.into)
    return _take(request, file, file.name or "upload", "mapping" if how.mapping else "into", how.mapping or how.into)


@router.post("facts/{fact}", response={202: JobOut}, url_name="facts")
@needs(Right.IMPORT)
@writes(202)
def facts(request: HttpRequest, fact: str, asked: FactsIn) -> Any:
    """Take in rows of a fact type, as a job. Rows that cannot be believed are kept aside, the others count."""
    _require_fact(request, fact)
    columns = sorted({name for row in asked.rows for name in row})
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in asked.rows)
    name = f"{request.viewer.token.name}.csv"
    return _take(request, ContentFile(text.getvalue().encode(), name="rows.csv"), name, "into", fact)


def _take(request: HttpRequest, file: Any, name: str, kind: str, how: str) -> dict[str, Any]:
    request.viewer.require(Right.IMPORT)
    kept: UploadedFile = file
    arguments = {"upload": keep(request.workspace, kept), "name": name, kind: how}
    return as_out(start_job(request.workspace, "import", arguments, actor=request.viewer.actor))


def _cell(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _require_fact(request: HttpRequest, name: str) -> None:
    known = request.workspace.fact_types
    if name not in known:
        near = suggest(name, known)
        raise NotFound(f"There is no fact type `{name}`.", code="imports.no-table", where=Where(field="fact"),
                       hint=f"Did you mean `{near}`?" if near else f"Known: {', '.join(sorted(known))}.")  # fmt: skip


def _require_table(request: HttpRequest, name: str) -> None:
    if name not in IMPORTABLE:
        _require_fact(request, name)


def _batch(one: Batch) -> dict[str, Any]:
    columns = ("into", "source", "state", "rows", "quarantined", "imported_at", "imported_by")
    return {name: getattr(one, name) for name in columns} | {"batch": one.pk, "totals": json.loads(one.totals)}


def _aside(row: dict[str, Any]) -> dict[str, Any]:
    said = {name: row[name] for name in ("row", "code", "reason", "column", "value")}
    return said | {"values": json.loads(row["raw"])}
