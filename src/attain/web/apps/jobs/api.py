"""How far long work is, for programs that asked for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from attain.web.api.shapes import JobOut
from attain.web.apps.access.policy import signed_in

from .models import Job
from .selectors import job_seen_by
from .services import settle

router = Router()
RESULTS = ("run", "batch", "message", "findings")
"""Of a result only what is nobody's pay."""


@router.get("jobs/{int:job}", response=JobOut, url_name="job")
@signed_in
def job(request: HttpRequest, job: int) -> Any:
    """How far it is, and what came of it. One's own, or everybody's for who sees runs."""
    found = job_seen_by(request.viewer, job)
    settle(request.workspace, [found])
    return as_out(found)


def as_out(one: Job) -> dict[str, Any]:
    columns = ("id", "kind", "state", "step", "steps_done", "steps", "asked_by", "asked_at", "finished_at",
               "failure", "hint")  # fmt: skip
    return {name: getattr(one, name) for name in columns} | {
        "result": {name: said for name, said in one.result.items() if name in RESULTS}
    }
