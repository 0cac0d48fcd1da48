"""What killed programs left behind: unfinished folders, and finished ones that no row ever pointed to.

Only what is older than an hour is touched, so that a program that is just about to commit keeps its folder. A finished
folder is taken out of its place while nobody can commit, and deleted afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attain.kernel.files import TEMPORARY

from . import store
from .workspace import Workspace

OLD = timedelta(hours=1)


def sweep(workspace: Workspace, older_than: timedelta = OLD) -> list[Path]:
    """Remove leftovers; returns what is gone, under the names that it had."""
    before = workspace.ports.clock.now() - older_than
    gone: list[Path] = []
    for parent, folders in _folders(workspace):
        if any(_is_old(folder, before) for folder in _unreferenced(parent, folders())):
            with store.writing("sweep"):
                for folder in _unreferenced(parent, folders()):
                    if _is_old(folder, before):
                        folder.rename(parent / f"{TEMPORARY}swept-{folder.name}")
                        gone.append(folder)
        gone += [path for path in workspace.ports.files.sweep(parent, before) if "-swept-" not in path.name]
    return gone


def orphans(workspace: Workspace) -> list[Path]:
    """Folders that nothing points to, whatever their age."""
    found: list[Path] = []
    for parent, folders in _folders(workspace):
        if parent.is_dir():
            found += sorted(parent.glob(f"{TEMPORARY}*"))
            found += _unreferenced(parent, folders())
    return found


def _folders(workspace: Workspace) -> Iterator[tuple[Path, Callable[[], set[str]]]]:
    from attain.web.apps.audit.models import Event
    from attain.web.apps.imports.models import Batch
    from attain.web.apps.pay.models import PayPeriod, Run

    def ledgers() -> set[str]:
        # A reopened period's ledger is evidence: the log still names it.
        kept = set(PayPeriod.objects.exclude(ledger="").values_list("ledger", flat=True))
        reopened = Event.objects.filter(action="pay.reopened").values_list("before", flat=True)
        return kept | {name for text in reopened if (name := _ledger_named(text))}

    yield workspace.batches, lambda: set(Batch.objects.filter(is_fact=True).values_list("pk", flat=True))
    yield workspace.runs, lambda: set(Run.objects.filter(state=Run.State.PUBLISHED).values_list("pk", flat=True))
    yield workspace.ledger, ledgers


def _ledger_named(text: str) -> str:
    return str(json.loads(text).get("ledger", ""))


def _unreferenced(parent: Path, known: set[str]) -> list[Path]:
    if not parent.is_dir():
        return []
    folders = sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith(TEMPORARY))
    return [path for path in folders if path.name not in known]


def _is_old(path: Path, before: datetime) -> bool:
    return datetime.fromtimestamp(path.lstat().st_mtime, UTC) < before
