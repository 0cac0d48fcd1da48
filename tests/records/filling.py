"""The full disk: every step of the real work is tried while there is no room for it, and then with room.

Each attempt runs in a process of its own, as a command does. It must end with an error in plain words, or be done; a
refused one must leave the state before it, and no unfinished folder; with room again the same step must be done once.

    python -m tests.records.filling FOLDER LIMIT DATABASE

LIMIT says what the room is taken by: `disk` fills a small file system that is mounted at FOLDER, so the program needs
the right to mount, as `unshare --mount` gives it; `file` lets no file grow beyond a size, which any user may ask for.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attain.kernel.errors import AttainError
from attain.kernel.files import TEMPORARY
from attain.web import settings
from attain.web.workspace import Workspace
from tests.records import company
from tests.records.killing import child, opened

SIZE = 16 << 20
ROOM = {"disk": (0, 8 << 10, 28 << 10, 64 << 10), "file": (0, 1 << 10, 40 << 10)}
"""How much may still be written: too little for the step, in the hope to stop it at different places."""
PLAIN = ("files.not-written", "store.full", "store.not-written")


def import_facts(workspace: Workspace) -> None:
    from attain.web.apps.imports.services import import_file

    import_file(workspace, company.month_of_deals(1), actor="ada", into="deals", trusted=True)


def import_decisions(workspace: Workspace) -> None:
    from attain.web.apps.imports.services import import_file

    people = "".join(f"p{number},Person {number},Account Executive,ann,2024-01-01\n" for number in range(300))
    import_file(workspace, f"{company.PEOPLE}{people}".encode(), actor="ada", into="people", trusted=True)


def run(workspace: Workspace) -> None:
    from attain.web.apps.pay.calculating import run_pay

    run_pay(workspace, company.months(1, 1), actor="ada", step=lambda name: None)


def close(workspace: Workspace) -> None:
    from attain.web.apps.pay.models import Run
    from attain.web.apps.pay.services import close_period

    published = Run.objects.filter(state="published").get()
    close_period(workspace, "2026-01", published.pk, actor="ada")


def back_up(workspace: Workspace) -> None:
    from attain.web.backup import backup

    backup(workspace, workspace.path.parent / "backup")


STEPS: tuple[Callable[[Workspace], None], ...] = (import_facts, import_decisions, run, close, back_up)


def done(workspace: Workspace) -> dict[str, int]:
    """What is visible: each number grows by the one step that is named like it."""
    from attain.web.apps.imports.models import Batch
    from attain.web.apps.pay.models import PayPeriod, Run

    return {
        "import_facts": Batch.objects.filter(is_fact=True).count(),
        "import_decisions": Batch.objects.filter(is_fact=False).count(),
        "run": Run.objects.filter(state="published").count(),
        "close": PayPeriod.objects.filter(state="closed").count(),
        "back_up": int((workspace.path.parent / "backup").exists()),
    }


def attempt(path: Path, number: int, step: Callable[[Workspace], None], largest: int | None) -> str:
    """`done`, the code of a refusal in plain words, or what else happened."""

    def trying(say: Callable[[str], None]) -> None:
        workspace = opened(path, number)
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        try:
            workspace.connect()
            step(workspace)
        except AttainError as error:
            is_plain = error.code in PLAIN and error.message and error.hint
            say(error.code if is_plain else f"wrong {error.code}: {error.message}")
        else:
            say("done")

    ended, said = child(trying)
    return said[0] if ended and len(said) == 1 else f"wrong: {said or 'it died'}"


def seen(path: Path, number: int) -> dict[str, Any]:
    """The state as the next process finds it, with everything that is wrong."""

    def looking(say: Callable[[str], None]) -> None:
        from attain.web.doctor import doctor

        workspace = opened(path, number)
        wrong = [finding.message for finding in doctor(workspace) if finding.is_error]
        wrong += [f"unfinished: {left}" for left in workspace.path.parent.rglob(f"{TEMPORARY}*")]
        say(json.dumps({"wrong": wrong, "done": done(workspace)}))

    said = child(looking)[1]
    try:
        return dict(json.loads(said[0]))
    except (ValueError, IndexError):
        return {"wrong": said or ["it died"], "done": {}}


def take_room(folder: Path, leaving: int) -> None:
    """Fill the file system but for so many bytes."""
    free = shutil.disk_usage(folder).free
    with (folder / "filler").open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, max(free - leaving, 1))


def main(folder: Path, limit: str, database: str) -> dict[str, Any]:
    if limit == "disk":
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(folder)], check=True)
    path = folder / "nordwind"
    told: list[str] = []
    wrong: list[str] = []

    def preparing(say: Callable[[str], None]) -> None:
        workspace = company.open_company(path, database=database)
        from attain.web.apps.imports.services import import_file
        from attain.web.apps.plans.services import publish_plan

        import_file(workspace, company.PEOPLE.encode(), actor="ada", into="people", trusted=True)
        publish_plan(workspace, company.plan(), actor="ada")

    ended, said = child(preparing)
    if not ended or said:
        return {"wrong": said or ["it died"], "told": []}
    settings.configure(Workspace.open(path))
    number = 0
    before = seen(path, number)["done"]
    for step in STEPS:
        for room in (*ROOM[limit], None):
            number += 1
            if room is not None and limit == "disk":
                take_room(folder, room)
            answer = attempt(path, number, step, room if limit == "file" else None)
            (folder / "filler").unlink(missing_ok=True)
            told.append(f"{step.__name__} {room} {answer}")
            found = seen(path, number)
            wrong += [f"{told[-1]}: {fault}" for fault in found["wrong"]]
            if answer == "done":
                before[step.__name__] += 1
            elif answer not in PLAIN or room is None:
                wrong.append(told[-1])
            if found["done"] != before:
                wrong.append(f"{told[-1]}: {found['done']} is not {before}")
            if answer == "done":
                break
    return {"wrong": wrong, "told": told}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])))
