"""How far a job is: asked again every second until it is done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from attain.web.apps.access.policy import Right, signed_in
from attain.web.apps.lists.showing import listing
from attain.web.kit.tables import Asked

from .listings import JOBS
from .models import Job
from .selectors import job_seen_by
from .services import settle


@require_GET
@signed_in
def jobs(request: HttpRequest) -> HttpResponse:
    """One's own, or everybody's for who sees runs."""
    found = Job.objects.order_by("-pk")
    if not request.viewer.may(Right.SEE_RUNS):
        found = found.filter(asked_by=request.viewer.actor)
    return listing(request, JOBS, Asked(found, ("kind", "asked_by", "failure")), "jobs/jobs.html")


@require_GET
@signed_in
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Of one's own, or of everybody for who sees runs."""
    found = job_seen_by(request.viewer, pk)
    settle(request.workspace, [found])
    return render(request, "jobs/_job.html" if request.htmx else "jobs/job.html", {"job": found})
