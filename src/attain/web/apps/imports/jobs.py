"""Taking in an uploaded file as a job: it is read in a child process with limits, like every file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attain.facts.mapping import Format
from attain.facts.mapping import Mapping as SourceMapping
from attain.web.apps.jobs.services import Step, job
from attain.web.workspace import Workspace

from .models import Batch
from .repairing import attempts_of, repair_rows
from .services import import_file
from .uploads import path_of
from .watching import KIND, take_watched


@job(KIND, steps=1)
def take_in_watched(workspace: Workspace, arguments: dict[str, Any], actor: str, step: Step) -> dict[str, Any]:
    return take_watched(workspace, arguments, actor, step)


@job("import", steps=1)
def take_in(workspace: Workspace, arguments: dict[str, Any], actor: str, step: Step) -> dict[str, Any]:
    """`arguments`: the uploaded file, its own name, and the mapping or the table that it fills."""
    step(arguments["name"])
    file = path_of(workspace, arguments["upload"])
    if arguments.get("repairs"):
        return _repaired(workspace, file, arguments, actor)
    by_names = SourceMapping(arguments.get("into", ""), format=cast(Format, file.suffix.removeprefix(".")))
    try:
        done = import_file(
            workspace, file, actor=actor, mapping=arguments.get("mapping") or by_names, source_name=arguments["name"]
        )
    finally:
        file.unlink(missing_ok=True)
    return {"batch": done.batch.pk, "message": done.message, "findings": [str(one) for one in done.findings]}


def _repaired(workspace: Workspace, file: Path, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
    """The file that was given out for repair, back again: its rows are those of the batch that kept them aside."""
    batch = Batch.objects.get(pk=arguments["repairs"])
    try:
        attempts = attempts_of(workspace, batch, file)
        done = repair_rows(workspace, batch, attempts, actor=actor, source_name=arguments["name"])
    finally:
        file.unlink(missing_ok=True)
    named: dict[str, Any] = {"source": batch.source, "n": len(done.repaired), "wrong": len(done.wrong)}
    message = ngettext("%(n)s row of %(source)s is repaired.", "%(n)s rows of %(source)s are repaired.",
                       len(done.repaired)) % named  # fmt: skip
    told = []
    if done.wrong:
        told.append(ngettext("%(source)s: %(wrong)s row is still wrong.", "%(source)s: %(wrong)s rows are still wrong.",
                             len(done.wrong)) % named)  # fmt: skip
    for attempt, _who in done.stale[:20]:
        told.append(_("Row %(row)s does not wait for its repair any more.") % {"row": attempt.row})
    return {"batch": (done.batch or batch).pk, "message": message, "findings": told}
