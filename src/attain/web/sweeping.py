"""What killed programs left behind: unfinished folders, and finished ones that no row ever pointed to.

Imports and runs sweep before they begin. Only what is older than an hour is touched, so that a program that is just
about to commit keeps its folder. A finished folder is taken out of its place while nobody can commit, and deleted
afterwards.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from attain.kernel.files import TEMPORARY, in_plain_words

from . import store
from .pointers import pointed_to
from .workspace import Workspace

OLD = timedelta(hours=1)
_SWEPT = f"{TEMPORARY}swept-"


def sweep(workspace: Workspace, older_than: timedelta = OLD) -> list[Path]:
    """Remove leftovers; returns what is gone, under the names that it had."""
    before = workspace.ports.clock.now() - older_than
    gone: list[Path] = []
    if any(_is_old(folder, before) for folder in _unreferenced(workspace)):
        with store.writing("sweep"):
            for folder in _unreferenced(workspace):
                if _is_old(folder, before):
                    with in_plain_words(folder):
                        folder.rename(folder.parent / f"{_SWEPT}{folder.name}")
                    gone.append(folder)
    for parent in (workspace.batches, workspace.runs, workspace.ledger):
        removed = workspace.ports.files.sweep(parent, before)
        gone += [path for path in removed if not path.name.startswith(_SWEPT)]
    return gone


def orphans(workspace: Workspace) -> list[Path]:
    """Folders that nothing points to, whatever their age."""
    unfinished = [workspace.batches, workspace.runs, workspace.ledger]
    return [path for parent in unfinished for path in sorted(parent.glob(f"{TEMPORARY}*"))] + _unreferenced(workspace)


def _unreferenced(workspace: Workspace) -> list[Path]:
    return [
        path
        for parent, known in pointed_to(workspace).items()
        if parent.is_dir()
        for path in sorted(parent.iterdir())
        if path.is_dir() and path.name not in known and not path.name.startswith(TEMPORARY)
    ]


def _is_old(path: Path, before: datetime) -> bool:
    return datetime.fromtimestamp(path.lstat().st_mtime, UTC) < before
