"""What every contestant has in common: it is handed a folder and works; what that took is measured around it.

    python -m benchmarks.engine FOLDER --name engine --threads 2

reads FOLDER/input, writes FOLDER/engine and prints one line of JSON: seconds of processor and of the clock since the
process began to import, its highest memory, and sums over its cents. The sums are worked out after the measurement,
from the files that were written.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

STARTED = time.perf_counter()
_EARLIER: dict[str, float] = {}


@dataclass(frozen=True)
class Task:
    input: Path
    output: Path
    threads: int
    groups: int
    before: Path
    """The finished run that a contestant may go on with."""
    continues: bool
    at_hand: bool


def compete(work: Callable[[Task], None], *, shown: Callable[[str], str] = str, **queries: str) -> None:
    """The whole of a contestant's process. The queries show its files in the shapes of `benchmarks.cents`; `shown`
    words them for a run that goes on with another one."""
    task = _task()
    work(task)
    took = used()
    from benchmarks.cents import Answer

    if task.continues:
        queries = {shape: shown(query) for shape, query in queries.items()}
    answer = Answer({shape: query.format(output=task.output) for shape, query in queries.items()})
    print(json.dumps({**took, "queries": answer.queries, "sums": answer.sums()}))


def _task() -> Task:
    options = argparse.ArgumentParser(description="Work on the company in FOLDER/input.")
    options.add_argument("folder", type=Path)
    options.add_argument("--name", required=True, help="the folder in FOLDER for the results; it is made anew")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--groups", type=int, default=1, help="groups of payees, for those that work in groups")
    options.add_argument("--continues", action="store_true", help="go on with the run in FOLDER/before")
    options.add_argument("--at-hand", action="store_true", help="count from when all input is at hand")
    chosen = options.parse_args()
    output = chosen.folder / chosen.name
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    return Task(
        chosen.folder / "input",
        output,
        chosen.threads,
        chosen.groups,
        chosen.folder / "before" / "run",
        chosen.continues,
        chosen.at_hand,
    )


def count_from_here() -> None:
    """What was used until now is left out: a worker that is running already has done it before."""
    _EARLIER.update(used())


def used() -> dict[str, float]:
    """What this process and those that it waited for have used until now."""
    whole = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "cpu_seconds": sum(each.ru_utime + each.ru_stime for each in whole) - _EARLIER.get("cpu_seconds", 0),
        "wall_seconds": time.perf_counter() - STARTED - _EARLIER.get("wall_seconds", 0),
        "peak_mib": max(_own_peak(whole[0].ru_maxrss), _in_mib(whole[1].ru_maxrss)),
    }


def _own_peak(otherwise: int) -> float:
    """Linux starts a process with the peak of the one that started it, but for the status file."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else _in_mib(otherwise)


def _in_mib(maxrss: int) -> float:
    return maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
