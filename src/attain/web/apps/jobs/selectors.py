"""Which jobs a viewer may see: their own, and everybody's for who sees runs."""

from __future__ import annotations

from django.http import Http404

from attain.web.apps.access.policy import Right
from attain.web.apps.access.viewer import Viewer

from .models import Job


def job_seen_by(viewer: Viewer, pk: int) -> Job:
    found = Job.objects.filter(pk=pk).first() if pk < 2**63 else None
    if found is None or (found.asked_by != viewer.actor and not viewer.may(Right.SEE_RUNS)):
        raise Http404
    return found
