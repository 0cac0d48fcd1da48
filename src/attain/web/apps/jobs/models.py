"""A job is long work that somebody asked for: how far it is, what it said, and what came of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from .words import STEPS


class Job(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.TextField()
    arguments = models.JSONField(default=dict)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    step = models.TextField(default="")
    steps_done = models.IntegerField(default=0)
    steps = models.IntegerField(default=1)
    result = models.JSONField(default=dict)
    failure = models.TextField(default="")
    hint = models.TextField(default="")
    process = models.TextField(default="")
    """The worker that does it, so that one that was killed is told from one that works long."""

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def doing(self) -> str:
        """The step in the reader's language; what a job calls by a name of the user's, such as a file, stays."""
        known = STEPS.get(self.step.partition(" ")[0]) if self.kind == "calculate" else None
        return str(known or self.step or _("Begun"))

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)
