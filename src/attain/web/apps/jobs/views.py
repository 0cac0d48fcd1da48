"""How far a job is: asked again every second until it is done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from attain.web.apps.access.policy import signed_in

from .selectors import job_seen_by


@require_GET
@signed_in
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Of one's own, or of everybody for who sees runs."""
    found = job_seen_by(request.viewer, pk)
    return render(request, "jobs/_job.html" if request.htmx else "jobs/job.html", {"job": found})
