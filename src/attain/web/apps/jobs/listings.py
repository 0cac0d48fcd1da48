"""The list of jobs."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attain.web.kit import formats
from attain.web.kit.tables import Column, Filter, Table

from .models import Job
from .words import KINDS, STATES

TONES = {"waiting": "", "running": "info", "done": "good", "failed": "bad"}


def _jobs(count: int) -> str:
    return ngettext("%(shown)s job", "%(shown)s jobs", count) % {"shown": formats.count(count)}


def _about(job: Job) -> str:
    """What it works on: a period, a file, a draft."""
    return str(job.arguments.get("period") or job.arguments.get("name") or "")


JOBS = Table(
    "jobs", _("Jobs"),
    (
        Column("job", _("Job"), lambda row: str(KINDS.get(row.kind, row.kind)), by=("kind",), css="", under=_about,
               link=lambda row: reverse("job", args=(row.pk,))),
        Column("state", _("State"), lambda row: str(STATES[row.state]), "pill", by=("state",), css="phone-right",
               tone=lambda row: TONES[row.state]),
        Column("asked", _("Asked"), lambda row: row.asked_at, "moment", by=("asked_at",), css="phone-under"),
        Column("done", _("Ended"), lambda row: row.finished_at, "moment", by=("finished_at",)),
        Column("who", _("Who"), lambda row: row.asked_by, by=("asked_by",)),
        Column("failure", _("What went wrong"), lambda row: row.failure, sortable=False, css="phone-wide second"),
    ),
    find=_("Find a job"), counted=_jobs,
    filters=(
        Filter("state", _("State"), _("All states"), field="state", says=lambda one: STATES.get(one, one)),
        Filter("kind", _("Kind"), _("All kinds"), field="kind", says=lambda one: KINDS.get(one, one)),
    ),
    nothing=_("No job yet"), nothing_more=_("Calculations and imports appear here."), not_found=_("No job is found"),
)  # fmt: skip
