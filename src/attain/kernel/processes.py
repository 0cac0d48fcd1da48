"""Which process is at work, said so that another one can find out whether it still lives.

A number alone is not enough: it is given again after a process has ended, after a restart of the machine, and in each
container anew. So a process is named by the start of its machine, by the container that numbers it, by its number and
by its own start. `has_ended` says yes only when this is certain. Of another machine, or where the system has no
`/proc`, nothing is certain.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_ENDED = "ZX"
"""States of a process that only waits for its parent to take notice of its end."""


@dataclass(frozen=True)
class Process:
    """A process, as it can be written down and recognised later."""

    host: str
    """For people. Two machines may have the same name, so nothing is concluded from it."""
    machine: str
    number: int
    started: int

    def __str__(self) -> str:
        return f"process {self.number} on {self.host}"

    def as_text(self) -> str:
        return f"{self.machine} {self.number} {self.started} {self.host}"

    @classmethod
    def of_text(cls, text: str) -> Process | None:
        """The process that was written down; None if nothing was."""
        if not text:
            return None
        machine, number, started, host = text.split(" ", 3)
        return cls(host, machine, int(number), int(started))


def this_process() -> Process | None:
    """This one, as far as the system tells enough of it to be recognised."""
    with suppress(OSError):
        started, _, _ = _seen(os.getpid())
        return Process(platform.node() or "this host", _machine(), os.getpid(), started)
    return None


def has_ended(process: Process) -> bool:
    """Whether the process can never do anything again. No means: it lives, or nobody can tell."""
    try:
        if _machine() != process.machine:
            return False
    except OSError:
        return False
    try:
        os.kill(process.number, 0)  # asks whether there is such a process, also one of a user whom /proc hides
    except ProcessLookupError:
        return True
    except OSError:
        pass
    try:
        started, state, threads = _seen(process.number)
    except OSError:
        return False
    return started != process.started or (state in _ENDED and threads <= 1)


def _machine() -> str:
    """This start of this machine, and the container whose numbers and clock this process sees."""
    boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
    kinds = [kind for kind in ("pid", "time") if (PROC / "self/ns" / kind).is_symlink()]
    return "/".join([boot, *(str((PROC / "self/ns" / kind).readlink()) for kind in kinds)])


def _seen(number: int) -> tuple[int, str, int]:
    """When a process started, in ticks since the start of the machine; its state; how many threads it has."""
    text = (PROC / str(number) / "stat").read_text(errors="replace")
    fields = text.rpartition(")")[2].split()  # the name before it may hold anything, also brackets
    return int(fields[19]), fields[0], int(fields[17])
