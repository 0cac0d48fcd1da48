"""The folder in which other systems put their files: each is taken in once, as a job, and then put aside.

A file counts as whole when its size and time stayed the same between two looks. What was taken goes to `done/`, what
was refused to `refused/` with a note that says why. A file is moved only after its batch is known, and the same bytes
a second time change nothing: so a kill at any moment costs nothing but a second look.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from attain.facts.mapping import Format
from attain.facts.mapping import Mapping as SourceMapping
from attain.kernel.errors import AttainError, NotFound, Refused
from attain.web.apps.jobs.models import Job
from attain.web.apps.jobs.services import Step, start_job
from attain.web.workspace import Workspace

from .services import import_file

KIND = "import-watched"
WATCHER = "watched folder"
DONE, REFUSED = "done", "refused"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".swp")
STILL = timedelta(seconds=5)
"""How long nothing may have changed on a file before it is whole."""
ATTEMPTS = 3
"""A file with which the worker ended this often is put aside: it must not keep the others waiting for ever."""
UNREADABLE = gettext_noop(
    "The name %(name)s is no UTF-8. Give the file another name, and put it into the folder again."
)
Stamp = tuple[int, int]


@dataclass
class Watch:
    """What one worker saw in the folder, and since when it looks like this."""

    seen: dict[str, tuple[Stamp, datetime]] = field(default_factory=dict)

    def look(self, workspace: Workspace) -> list[Job]:
        """Ask for a job for each file that is whole and that no job works on."""
        now, files = workspace.ports.clock.now(), waiting_in(workspace)
        earlier, self.seen, asked = self.seen, {}, []
        for name, stamp in files.items():
            before, since = earlier.get(name, (None, now))
            self.seen[name] = (stamp, since if before == stamp else now)
            if before == stamp and now - since >= STILL and not _is_asked(name):
                asked.append(_ask(workspace, name, stamp))
        return [job for job in asked if job is not None]


def folder_of(workspace: Workspace) -> Path | None:
    """Seen from the folder of the workspace, or an address of its own."""
    return workspace.path / workspace.watch["folder"] if workspace.watch else None


def waiting_in(workspace: Workspace) -> dict[str, Stamp]:
    """The files that lie in the folder, without those that are still being written under another name."""
    folder = folder_of(workspace)
    if folder is None or not folder.is_dir():
        return {}
    found = {}
    for file in sorted(folder.iterdir()):
        if not file.name.startswith(".") and not file.name.casefold().endswith(UNFINISHED):
            with suppress(OSError):  # taken away meanwhile
                if file.is_file() and not file.is_symlink():
                    found[file.name] = _stamp(file)
    return found


def shown(name: str) -> str:
    """A name as pages and records can hold it: bytes in it that are no UTF-8 are written as signs."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def mapping_for(workspace: Workspace, name: str) -> str | None:
    """What the first fitting pattern says that this file is."""
    patterns = workspace.watch["files"].items()
    return next((into for pattern, into in patterns if fnmatch(name.casefold(), pattern.casefold())), None)


def take_watched(workspace: Workspace, arguments: Mapping[str, Any], actor: str, step: Step) -> dict[str, Any]:
    """Take in one file of the folder and put it aside. While the database is busy it stays for the next look."""
    name, folder = str(arguments["name"]), folder_of(workspace)
    step(name)
    if folder is None or name not in waiting_in(workspace):
        raise NotFound(_("%(name)s is no longer in the folder.") % {"name": name}, code="imports.watched")
    file = folder / name
    before = _stamp(file)
    try:
        done = import_file(workspace, file, actor=actor, mapping=_chosen(workspace, file.name), source_name=file.name)
    except AttainError as fault:
        if not fault.code.startswith("store."):
            put_aside(workspace, file, REFUSED, f"{fault}\n")
        raise
    if _stamp(file) == before:
        put_aside(workspace, file, DONE)
    return {"batch": done.batch.pk, "message": done.message, "findings": [str(one) for one in done.findings]}


def _chosen(workspace: Workspace, name: str) -> str | SourceMapping:
    into = mapping_for(workspace, name)
    if into is None:
        raise Refused(
            _("Nothing says what %(name)s is.") % {"name": name}, code="imports.no-pattern",
            hint=_("Add a pattern that fits to [watch.files] in attain.toml, and put the file into the folder again."),
        )  # fmt: skip
    if into in workspace.mappings:
        return into
    return SourceMapping(into, cast(Format, name.rpartition(".")[2].casefold()))


def put_aside(workspace: Workspace, file: Path, where: str, note: str = "") -> Path:
    """Into a folder beside it, under a name that is free there, with a note where something is to be said."""
    files, folder = workspace.ports.files, file.parent / where
    files.make_folder(folder)
    to, number = folder / file.name, 1
    while to.exists():
        number += 1
        to = folder / f"{file.stem} ({number}){file.suffix}"
    file.rename(to)
    if note:
        files.write_bytes_durably(to.with_name(f"{to.name}.txt"), note.encode())
    return to


def _is_asked(name: str) -> bool:
    at_work = Job.objects.filter(kind=KIND, state__in=(Job.State.WAITING, Job.State.RUNNING))
    return at_work.filter(arguments__name=shown(name)).exists()


def _ask(workspace: Workspace, name: str, stamp: Stamp) -> Job | None:
    folder = folder_of(workspace)
    if folder is None:
        return None
    if shown(name) != name:
        put_aside(workspace, folder / name, REFUSED, _(UNREADABLE) % {"name": shown(name)} + "\n")
        return None
    arguments = {"name": name, "stamp": list(stamp)}
    failed = Job.objects.filter(kind=KIND, state=Job.State.FAILED, arguments__name=name)
    tried = [job for job in failed if job.arguments == arguments]
    if len(tried) >= ATTEMPTS:
        said = _("%(count)s times this file was not read to its end. The last time: %(failure)s")
        note = said % {"count": len(tried), "failure": tried[0].failure}
        put_aside(workspace, folder / name, REFUSED, f"{note}\n")
        return None
    return start_job(workspace, KIND, arguments, actor=WATCHER)


def _stamp(file: Path) -> Stamp:
    seen = file.stat()
    return seen.st_size, seen.st_mtime_ns
