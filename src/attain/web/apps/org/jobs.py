"""Looking at an uploaded file of the organisation, and taking it once somebody has confirmed what it changes."""

from __future__ import annotations

from typing import Any

from attain.web.apps.imports.services import import_file
from attain.web.apps.imports.uploads import path_of
from attain.web.apps.jobs.models import Job
from attain.web.apps.jobs.services import Step, job
from attain.web.workspace import Workspace

from . import files, services


@job(files.KIND, steps=1)
def look(workspace: Workspace, arguments: dict[str, Any], actor: str, step: Step) -> dict[str, Any]:
    """`arguments`: the uploaded file, its own name, and the mapping or the table that it fills."""
    step(arguments["name"])
    files.forget_old(workspace, workspace.ports.clock.now())
    file = path_of(workspace, arguments["upload"])
    try:
        result = files.look_at(workspace, arguments)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    if result["faults"]:
        file.unlink(missing_ok=True)
    return {"file": True, **result}


@job("org-file-take", steps=1)
def take(workspace: Workspace, arguments: dict[str, Any], actor: str, step: Step) -> dict[str, Any]:
    """Only what was looked at: if the records or the mapping changed since, it has to be looked at again."""
    looked = Job.objects.get(pk=arguments["looked"])
    step(arguments["name"])
    if not files.is_current(workspace, looked):
        raise services.moved()
    file = path_of(workspace, looked.arguments["upload"])
    mapping = files.mapping_of(workspace, looked.arguments)
    named = looked.arguments.get("mapping") or mapping
    done = import_file(workspace, file, actor=actor, mapping=named, source_name=arguments["name"],
                       versions=looked.result["versions"])  # fmt: skip
    file.unlink(missing_ok=True)
    return {"batch": done.batch.pk, "message": done.message, "findings": [str(one) for one in done.findings]}
