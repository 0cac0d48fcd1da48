"""What a draft changes for payees, on the facts of the last run, as a job."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from attain.kernel.errors import Findings
from attain.kernel.intervals import Interval
from attain.web.apps.jobs.services import Step, job
from attain.web.apps.pay.calculating import run_named
from attain.web.workspace import Workspace

from .drafting import draft_named
from .effects import STEPS, changes_in, sums_by_either
from .judging import judge_draft
from .selectors import document_of


@job("effect", steps=STEPS)
def effect(workspace: Workspace, arguments: dict[str, Any], actor: str, step: Step) -> dict[str, Any]:
    """`arguments` names the draft. The days are those of the last run; the published side is the draft's base."""
    draft = draft_named(arguments["draft"])
    judged = judge_draft(workspace, draft)
    if judged.document is None:
        raise Findings(judged.errors)
    run = run_named(None)
    old = None if draft.base is None else document_of(draft.base)
    span = Interval(run.starts_on, run.ends_on)
    before, after, names = sums_by_either(workspace, old, judged.document, span, step)
    return {
        "draft": draft.pk,
        "text": judged.hash,
        "against": "" if draft.base is None else str(draft.base),
        "starts_on": str(run.starts_on),
        "ends_on": str(run.ends_on),
        "payees": [asdict(one) for one in changes_in(before, after, names)],
    }
