"""Everything that can be wrong with a workspace without anybody having noticed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

from attain.facts import batches
from attain.kernel.errors import AttainError, FactError, Finding, Where
from attain.kernel.hashing import sha256_bytes

from . import safety, store, sweeping, triggers
from .sealing import faults
from .workspace import Workspace

LEAST_FREE = 1 << 30
LEAST_FREE_SHARE = 0.20


def doctor(workspace: Workspace, *, deep: bool = True) -> list[Finding]:
    """All findings, errors first. `deep` reads every file of batches, runs and ledgers and compares its hash."""
    from attain.web.apps.audit.selectors import verify

    checks: list[Callable[[], list[Finding]]] = [safety.check, _triggers, lambda: _settings(workspace)]
    checks += [lambda: _space(workspace), lambda: _orphans(workspace), lambda: verify(workspace)]
    checks += [lambda: _head(workspace)]
    if deep:
        checks += [lambda: list(_batches(workspace)), lambda: list(_sealed(workspace))]
    findings = [finding for check in checks for finding in check()]
    return sorted(findings, key=lambda finding: ("error", "warning", "note").index(finding.level))


def _triggers() -> list[Finding]:
    gone = triggers.missing()
    if not gone:
        return []
    message = f"The database lost triggers that protect the log and published plans: {', '.join(gone)}."
    return [Finding("error", "store.triggers", message, hint="Verify the log, then restore the last backup.")]


def _settings(workspace: Workspace) -> list[Finding]:
    if store.without_password(workspace.database) == workspace.database:
        return []
    return [
        Finding(
            "warning",
            "setup.password",
            "attain.toml holds the password of the database.",
            Where("attain.toml", field="database.url"),
            "Move the address to the environment (ATTAIN_DATABASE_URL), or the password to ~/.pgpass.",
        )
    ]


def _space(workspace: Workspace) -> list[Finding]:
    usage = shutil.disk_usage(workspace.path)
    if usage.free >= LEAST_FREE or usage.free >= usage.total * LEAST_FREE_SHARE:
        return []
    free = f"{usage.free / (1 << 20):,.0f} MiB"
    hint = "Free some space before the next import or run."
    return [Finding("warning", "store.space", f"Only {free} are free on this disk.", Where(str(workspace.path)), hint)]


def _orphans(workspace: Workspace) -> list[Finding]:
    found = sweeping.orphans(workspace)
    if not found:
        return []
    names = ", ".join(path.name for path in found[:5])
    message = f"{len(found)} folders were left by interrupted work: {names}."
    return [Finding("note", "store.orphans", message, hint="The next import or run sweeps those older than an hour.")]


def _head(workspace: Workspace) -> list[Finding]:
    """The kept head is written after the commit; a kill or a full disk between the two leaves it behind."""
    from attain.web.apps.audit.selectors import head, kept_head

    last, kept = head(), kept_head(workspace)
    if last is None or (kept is not None and kept.sequence >= last.sequence):
        return []
    message = f"{workspace.audit_head.name} ends at event {kept.sequence if kept else 0} of {last.sequence}."
    return [Finding("note", "audit.head-behind", message, hint="The next change writes it anew.")]


def _batches(workspace: Workspace) -> Iterator[Finding]:
    """Facts are the ground of every cent: each file must be byte for byte what was imported."""
    from attain.web.apps.imports.models import Batch

    for row in Batch.objects.filter(is_fact=True):
        folder = workspace.batches / row.pk
        try:
            batch = batches.open_batch(folder)
            if batch.manifest_hash != row.manifest_hash:
                raise AttainError(f"The manifest of batch {row.pk} is not the one that was imported.")
            for name, expected in batch.manifest["files"].items():
                if sha256_bytes((folder / name).read_bytes()) != expected:
                    raise AttainError(f"{name} of batch {row.pk} is not what was imported.")
            if row.state == Batch.State.CURRENT:
                yield from _described_still(workspace, batch)
        except (AttainError, OSError) as error:
            message = error.message if isinstance(error, AttainError) else f"Batch {row.pk} cannot be read: {error}."
            yield Finding("error", "batch.damaged", message, Where(str(folder)), "Restore this folder from a backup.")


def _described_still(workspace: Workspace, batch: batches.Batch) -> Iterator[Finding]:
    """A whole batch that today's description of its facts cannot read stops the next run."""
    fact = workspace.fact_types.get(batch.fact)
    if fact is None:
        said = f"Batch {batch.id} holds `{batch.fact}`, which nothing in facts/ describes; runs pass over it."
        hint = f"Put back facts/{batch.fact}.yaml, or undo the batch."
        yield Finding("warning", "batch.no-fact-type", said, Where("facts", field=batch.fact), hint)
        return
    try:
        batches.rows_of(batch, fact)
    except FactError as error:
        if error.code != "batch.schema-changed":
            raise
        yield Finding("error", error.code, error.message, error.where, error.hint)


def _sealed(workspace: Workspace) -> Iterator[Finding]:
    from attain.web.apps.pay.models import PayPeriod, Run

    for run in Run.objects.filter(state=Run.State.PUBLISHED):
        yield from faults(workspace.runs / run.pk, run.manifest_hash)
    for period in PayPeriod.objects.filter(state=PayPeriod.State.CLOSED):
        yield from faults(workspace.ledger / period.ledger, period.ledger_hash)
