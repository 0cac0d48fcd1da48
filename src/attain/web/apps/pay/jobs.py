"""Calculating a run as a job."""

from __future__ import annotations

from typing import Any

from attain.web.apps.jobs.services import Step, job
from attain.web.workspace import Workspace

from .calculating import STEPS, run_pay


@job("calculate", steps=STEPS)
def calculate(workspace: Workspace, arguments: dict[str, Any], actor: str, step: Step) -> dict[str, Any]:
    """`arguments` names the period, or a range of them."""
    run = run_pay(workspace, workspace.span_of(arguments["period"]), actor=actor, step=step)
    return {"run": run.pk}
