"""Runs for programs: which there are, starting one as a job, and the acts that lead from a run to pay.

The acts are those of the pages, with the same guards: who calculated a run, or approved it first, gives no second
approval, whichever way they come. `If-Match` names the content that was looked at.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from attain.kernel.errors import Refused, Where
from attain.web.api.keyed import writes
from attain.web.api.paging import Part, of_query
from attain.web.api.shapes import JobOut, Rows, money
from attain.web.apps.access.policy import Right, needs
from attain.web.apps.jobs.api import as_out
from attain.web.apps.jobs.services import start_job

from . import run_pages as pages
from .approving import approve, release, way_of, ways_of
from .calculating import stored
from .models import Run

router = Router()


class RunOut(Schema):
    run: str
    state: str
    stage: str = Field(description="calculated, in review, approved, released, closed, replaced or failed")
    starts_on: date
    ends_on: date = Field(description="The first day that it did not calculate.")
    started_at: datetime
    started_by: str
    finished_at: datetime | None
    content_hash: str = Field(
        description="Of all that it holds; the ETag of one run, and the If-Match of its approval."
    )
    failure: str


class PlanTotalOut(Schema):
    plan: str
    currency: str
    payees: int
    earned: str
    payable: str


class WholeRun(RunOut):
    approvals: list[str] = Field(description="Who approved it.")
    counts: dict[str, int]
    totals: list[PlanTotalOut]


class StartIn(Schema):
    period: str = Field(max_length=60, description="Such as 2026-03, or a range: 2026-01..2026-03.")


class RemarkIn(Schema):
    remark: str = Field("", max_length=2000)


@router.get("runs", response=Rows[RunOut], url_name="runs")
@needs(Right.SEE_RUNS)
def runs(request: HttpRequest, asked: Query[Part]) -> Any:
    """The last runs first."""
    answer = of_query(Run.objects.all(), "-number", asked, lambda one: one)
    ways = ways_of(answer["items"])
    return answer | {"items": [_run(one, ways[one.pk].stage.value) for one in answer["items"]]}


@router.get("runs/{run}", response=WholeRun, url_name="run")
@needs(Right.SEE_RUNS)
def run(request: HttpRequest, response: HttpResponse, run: str) -> Any:
    """One with its totals by plan. `ETag` is its content, to be sent as `If-Match` by who approves it."""
    found = get_object_or_404(Run, pk=run)
    response.headers["ETag"] = f'"{found.manifest_hash}"'
    return _whole(request, found)


@router.post("runs", response={202: JobOut}, url_name="start-run")
@needs(Right.CALCULATE)
@writes(202)
def start_run(request: HttpRequest, asked: StartIn) -> Any:
    """Calculate a period, as a job; its result names the run."""
    request.viewer.require(Right.CALCULATE)
    request.workspace.span_of(asked.period)
    job = start_job(request.workspace, "calculate", {"period": asked.period}, actor=request.viewer.actor)
    return as_out(job)


@router.post("runs/{run}/approvals", response={201: WholeRun}, url_name="approve-run")
@needs(Right.APPROVE)
@writes(201)
def approve_run(request: HttpRequest, run: str, asked: RemarkIn) -> Any:
    """Approve what was looked at: `If-Match` is the ETag that came with it."""
    found = get_object_or_404(Run, pk=run)
    seen = request.headers.get("If-Match", "").strip().strip('"')
    if not seen:
        raise Refused("Nothing says which content was looked at.", code="api.if-match", where=Where(field="If-Match"),
                      hint="Fetch the run, and send its ETag as If-Match.")  # fmt: skip
    if seen != found.manifest_hash:
        raise Refused("This is not the content that you looked at.", code="api.changed", where=Where(field="If-Match"),
                      hint="Fetch the run again.")  # fmt: skip
    approve(request.workspace, found, request.viewer, seen=seen, remark=asked.remark)
    return _whole(request, found)


@router.post("runs/{run}/release", response={200: WholeRun}, url_name="release-run")
@needs(Right.RELEASE)
@writes(200)
def release_run(request: HttpRequest, run: str) -> Any:
    """Let payees see what an approved run pays them."""
    found = get_object_or_404(Run, pk=run)
    release(request.workspace, found, request.viewer)
    return _whole(request, found)


def _run(one: Run, stage: str) -> dict[str, Any]:
    columns = ("state", "starts_on", "ends_on", "started_at", "started_by", "finished_at", "failure")
    return {name: getattr(one, name) for name in columns} | {
        "run": one.pk, "stage": stage, "content_hash": one.manifest_hash,
    }  # fmt: skip


def _whole(request: HttpRequest, found: Run) -> dict[str, Any]:
    way = way_of(found)
    is_there = found.state == Run.State.PUBLISHED
    outcome = stored(request.workspace, found) if is_there else None
    totals = pages.totals_of(outcome) if outcome is not None else []
    return _run(found, way.stage.value) | {
        "approvals": [one.by for one in way.approvals],
        "counts": pages.counts_of(outcome) if outcome is not None else {},
        "totals": [
            {"plan": one.plan, "currency": one.currency, "payees": one.payees,
             "earned": money(one.earned, one.currency), "payable": money(one.payable, one.currency)}
            for one in totals
        ],
    }  # fmt: skip
