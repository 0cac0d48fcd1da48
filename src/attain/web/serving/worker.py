"""The process that does the jobs: python -m attain.web.serving.worker, with ATTAIN_WORKSPACE naming the folder.

Between jobs it looks after what nobody asks for: jobs whose worker was killed, uploads that nobody needs any more, and
the folder that is watched.
"""

from __future__ import annotations

import time

from attain.web.serving.application import workspace_of_environment
from attain.web.workspace import Workspace

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_BETWEEN_ROUNDS = 5.0


def work(workspace: Workspace, *, until_empty: bool = False) -> None:
    """Do jobs as they come; with `until_empty` only those that wait now."""
    workspace.connect()
    from django_tasks_db.management.commands.db_worker import Worker

    from attain.web.apps.imports.rounds import Rounds
    from attain.web.apps.jobs.models import Job
    from attain.web.apps.jobs.services import settle

    worker = Worker(
        queue_names=["default"], interval=SECONDS_BETWEEN_LOOKS, batch=True, backend_name="default",
        startup_delay=False, max_tasks=None, worker_id=workspace.ports.ids.new(), excluded_queue_names=[],
    )  # fmt: skip
    if not until_empty:
        worker.configure_signals()
    settle(workspace, Job.objects.filter(state=Job.State.RUNNING))
    rounds, next_round = Rounds(), 0.0
    while True:
        worker.run()  # until nothing waits
        if time.monotonic() >= next_round:
            rounds.go(workspace)
            next_round = time.monotonic() + SECONDS_BETWEEN_ROUNDS
        if until_empty or not worker.running:
            return
        time.sleep(SECONDS_BETWEEN_LOOKS)


if __name__ == "__main__":
    work(workspace_of_environment())
