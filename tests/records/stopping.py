"""A worker that is stopped in the middle of a run, and wakes up when another one has done its work.

    python -m tests.records.stopping WORKSPACE STEP

It begins a run of January, calculates, publishes, and stops itself (SIGSTOP) when it comes to STEP for the first time
after `begun`. It says each thing that happens on a line of its own; the test goes on from there.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from attain.kernel.errors import AttainError
from tests.records import company
from tests.records.killing import opened


class Stopper:
    def __init__(self, step: str) -> None:
        self.step = step
        self.armed = False

    def __call__(self, step: str) -> None:
        if self.armed and step == self.step:
            self.armed = False
            os.kill(os.getpid(), signal.SIGSTOP)


def main(path: Path, step: str) -> None:
    stopper = Stopper(step)
    workspace = opened(path, 0, stopper)
    from attain.web import store
    from attain.web.apps.pay import runs

    store.STANDSTILL_SECONDS = 1
    start = runs.begin_run(workspace, company.months(1, 1), actor="slow")
    print(f"begun {start.run.pk}", flush=True)
    stopper.armed = True
    stopper("begun")
    workspace.ports.clock.advance(timedelta(minutes=30))  # type: ignore[attr-defined]
    company.calculate(start)
    try:
        published = runs.publish_run(workspace, start, actor="slow")
    except AttainError as error:
        print(f"refused {error.code}", flush=True)
    else:
        print(f"published {published.pk}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
