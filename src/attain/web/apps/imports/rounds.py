"""What the worker looks after between jobs: uploads that nobody needs any more, and the folder that is watched."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from attain.kernel.errors import AttainError
from attain.web.workspace import Workspace

from .uploads import sweep_uploads
from .watching import Watch

log = logging.getLogger(__name__)


class Rounds:
    """A round that goes wrong, such as for a disk that is full, is told and gone again: the next one is seconds away,
    and the worker goes on with its jobs."""

    def __init__(self) -> None:
        self.watch = Watch()

    def go(self, workspace: Workspace) -> None:
        with _survived("Uploads were not swept"):
            sweep_uploads(workspace)
        with _survived("The watched folder was not looked at"):
            self.watch.look(workspace.anew())


@contextmanager
def _survived(said: str) -> Iterator[None]:
    try:
        yield
    except Exception as fault:
        log.error("%s: %s", said, fault, exc_info=not isinstance(fault, AttainError | OSError))
