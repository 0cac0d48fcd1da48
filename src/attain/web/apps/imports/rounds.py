"""What the worker looks after between jobs: uploads that nobody needs any more."""

from __future__ import annotations

from attain.web.workspace import Workspace

from .uploads import sweep_uploads


class Rounds:
    def go(self, workspace: Workspace) -> None:
        sweep_uploads(workspace)
