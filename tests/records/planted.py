"""Mistakes on purpose: what the code would look like without the order of its steps. The harnesses must find each."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attain.facts import batches
from attain.facts.importing import read_source
from attain.kernel.files import Files
from attain.web.apps.audit.services import acting
from attain.web.apps.imports.models import Batch
from attain.web.apps.pay.models import PayPeriod
from attain.web.workspace import Workspace


def _row(workspace: Workspace, batch: batches.Batch, source: str) -> None:
    """The row that points to a batch, as the real import would write it."""
    with acting(workspace, "ada", "planted") as act:
        if Batch.objects.filter(pk=batch.id).exists():
            return
        Batch.objects.create(
            id=batch.id,
            into="deals",
            is_fact=True,
            sequence=Batch.objects.count() + 1,
            source=source,
            rows=batch.manifest["rows"],
            manifest_hash=batch.manifest_hash,
            imported_at=act.at,
            imported_by="ada",
        )


def import_with_the_commit_first(workspace: Workspace, content: bytes) -> None:
    """The row is committed, and the files follow."""
    read = read_source(content, workspace.fact_types["deals"], trusted=True)
    source = content.decode().splitlines()[1]
    with TemporaryDirectory() as scratch:
        known, _ = batches.publish_batch(read, Path(scratch), Files())
    _row(workspace, known, source)
    batches.publish_batch(read, workspace.batches, workspace.ports.files)


def import_in_chunks(workspace: Workspace, content: bytes) -> None:
    """Ten rows at a time, each committed by itself under a new id."""
    header, *lines = content.decode().splitlines()
    for start in range(0, len(lines), 10):
        part = "\n".join([header, *lines[start : start + 10]]) + f"\n#{workspace.ports.ids.new()},,,\n"
        read = read_source(part.encode(), workspace.fact_types["deals"], trusted=True)
        published, _ = batches.publish_batch(read, workspace.batches, workspace.ports.files)
        _row(workspace, published, lines[0])


def close_without_a_lock(workspace: Workspace, period: str, run: Any, actor: str) -> None:
    """Read, check, write, each by itself: between them somebody else does the same."""
    row = PayPeriod.objects.get(period=period)
    if row.state == PayPeriod.State.CLOSED:
        raise RuntimeError(f"already closed by {row.closed_by}")
    time.sleep(1)  # so that the other one reads too, also on a busy machine
    row.state, row.run, row.ledger, row.closed_by = PayPeriod.State.CLOSED, run, "planted", actor
    row.save()
