"""The killed upgrade: ended before one statement after the other, looked at, and let through in the end.

    python -m tests.records.upgrading WORKSPACE POINTS [FAULT]

POINTS is how many statements to stop at, spread evenly over all of them. The workspace may have no tables yet, or those
of an older version.

FAULT `step-by-step` upgrades as Django does by itself; the harness must find that this cannot always be called again.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attain.web import settings, store
from attain.web.workspace import Workspace
from tests.records.killing import child, opened

Say = Callable[[str], None]


class Counter:
    """Counts what is said to the database, and ends this process before a statement, or at a step."""

    def __init__(self, say: Say, last: int | str) -> None:
        self.say, self.last, self.seen = say, last, 0

    def statement(self, execute: Callable[..., Any], *what: Any) -> Any:
        self.seen += 1
        if self.seen == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*what)

    def step(self, name: str) -> None:
        if name == self.last:
            self.say(str(self.seen))
            os.kill(os.getpid(), signal.SIGKILL)


def upgrade(path: Path, last: int | str, fault: str) -> tuple[bool, list[str]]:
    """In a process of its own, ended before the statement with this number or at the step with this name."""

    def upgrading(say: Say) -> None:
        from django.core.management import call_command
        from django.db import connection

        counter = Counter(say, last)
        workspace = opened(path, 0, counter.step)
        if fault:
            store.migrate = lambda: call_command("migrate", verbosity=0, interactive=False)
        with connection.execute_wrapper(counter.statement):
            workspace.prepare()

    return child(upgrading)


def form(path: Path) -> dict[str, Any]:
    """Tables with their columns and indexes, and the steps that are noted as done."""

    def looking(say: Say) -> None:
        from django.db import connection
        from django.db.migrations.recorder import MigrationRecorder

        opened(path, 0)
        tables = {}
        with connection.cursor() as cursor:
            for name in connection.introspection.table_names(cursor):
                columns = connection.introspection.get_table_description(cursor, name)
                tables[name] = sorted(column.name for column in columns)
                tables[name] += sorted(connection.introspection.get_constraints(cursor, name))
        steps = sorted(".".join(step) for step in MigrationRecorder(connection).applied_migrations())
        say(json.dumps({"tables": tables, "steps": steps, "is_current": store.is_current()}))

    return dict(json.loads(child(looking)[1][0]))


def main(path: Path, points: int, fault: str) -> dict[str, Any]:
    settings.configure(Workspace.open(path))
    before = form(path)
    wrong = []
    if fault:
        count = points
    else:
        ended, said = upgrade(path, "migrate.commit", "")
        count = int(said[0])
        wrong += [] if form(path) == before and not ended else ["torn at migrate.commit"]
    killed = 0 if fault else 1
    for point in sorted({1 + number * count // points for number in range(points)}):
        ended, said = upgrade(path, point, fault)
        killed += not ended
        wrong += [f"before statement {point}: {word}" for word in said]
        if not fault and (found := form(path)) != before:
            wrong.append(f"torn before statement {point} of {count}: {len(found['tables'])} tables")
        if wrong:
            break
    ended, said = upgrade(path, "migrate.done", fault)
    killed += not ended
    if not form(path)["is_current"]:
        wrong.append(f"cannot be finished: {said}")
    return {"statements": count, "killed": killed, "wrong": wrong}


if __name__ == "__main__":
    given = [*sys.argv[1:], ""]
    print(json.dumps(main(Path(given[0]), int(given[1]), given[2])))
