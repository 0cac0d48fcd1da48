"""Taking in an uploaded file as a job: it is read in a child process with limits, like every file."""

from __future__ import annotations

from typing import Any, cast

from attain.facts.mapping import Format
from attain.facts.mapping import Mapping as SourceMapping
from attain.web.apps.jobs.services import Step, job
from attain.web.workspace import Workspace

from .services import import_file
from .uploads import path_of


@job("import", steps=1)
def take_in(workspace: Workspace, arguments: dict[str, Any], actor: str, step: Step) -> dict[str, Any]:
    """`arguments`: the uploaded file, its own name, and the mapping or the table that it fills."""
    step(arguments["name"])
    file = path_of(workspace, arguments["upload"])
    by_names = SourceMapping(arguments.get("into", ""), format=cast(Format, file.suffix.removeprefix(".")))
    try:
        done = import_file(
            workspace, file, actor=actor, mapping=arguments.get("mapping") or by_names, source_name=arguments["name"]
        )
    finally:
        file.unlink(missing_ok=True)
    return {"batch": done.batch.pk, "message": done.message, "findings": [str(one) for one in done.findings]}
