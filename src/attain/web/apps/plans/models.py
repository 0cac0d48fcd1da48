"""Versions of plan documents. What is published is kept as it was read, with its fragments, and never changes."""

from __future__ import annotations

from django.db import models


class PlanVersion(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft"
        TESTED = "tested"
        APPROVED = "approved"
        PUBLISHED = "published"
        RETIRED = "retired"

    plan = models.TextField()
    plan_version = models.TextField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    text = models.TextField()
    fragments = models.TextField(default="[]")
    content_hash = models.CharField(max_length=64)
    calendar = models.TextField()
    period_kind = models.TextField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.TextField(default="")
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ("plan", "effective_from", "plan_version")
        constraints = (
            models.UniqueConstraint(fields=("plan", "plan_version"), name="plans_version_key"),
            models.CheckConstraint(
                condition=models.Q(effective_to__isnull=True) | models.Q(effective_to__gt=models.F("effective_from")),
                name="plans_version_dates",
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan}@{self.plan_version}"
