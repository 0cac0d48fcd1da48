"""What the worker looks after between jobs: uploads that nobody needs any more, and the folder that is watched."""

from __future__ import annotations

from contextlib import suppress

from attain.kernel.errors import AttainError
from attain.web.workspace import Workspace

from .uploads import sweep_uploads
from .watching import Watch


class Rounds:
    """A round that goes wrong, such as for a disk that is full, is gone again: the next one is seconds away."""

    def __init__(self) -> None:
        self.watch = Watch()

    def go(self, workspace: Workspace) -> None:
        with suppress(AttainError, OSError):
            sweep_uploads(workspace)
        with suppress(AttainError, OSError):
            self.watch.look(workspace.anew())
