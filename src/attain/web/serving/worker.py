"""The process that does the jobs: python -m attain.web.serving.worker, with ATTAIN_WORKSPACE naming the folder."""

from __future__ import annotations

from attain.web.serving.application import workspace_of_environment
from attain.web.workspace import Workspace

SECONDS_BETWEEN_LOOKS = 0.5


def work(workspace: Workspace, *, until_empty: bool = False) -> None:
    """Do jobs as they come; with `until_empty` only those that wait now."""
    workspace.connect()
    from django_tasks_db.management.commands.db_worker import Worker

    from attain.web.apps import imports, pay  # noqa: F401  what they declare is what can be done
    from attain.web.apps.imports import jobs as _imports  # noqa: F401
    from attain.web.apps.pay import jobs as _pay  # noqa: F401
    from attain.web.apps.plans import jobs as _plans  # noqa: F401

    worker = Worker(
        queue_names=["default"], interval=SECONDS_BETWEEN_LOOKS, batch=until_empty, backend_name="default",
        startup_delay=False, max_tasks=None, worker_id=workspace.ports.ids.new(), excluded_queue_names=[],
    )  # fmt: skip
    if not until_empty:
        worker.configure_signals()
    worker.run()


if __name__ == "__main__":
    work(workspace_of_environment())
