"""Versions of plan documents. What is published is kept as it was read, with its fragments, and never changes.

A draft is a text on its way to become one. Only drafts change, and `version` says how often: whoever saves or decides
names the version that was looked at.
"""

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


class Draft(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in review"
        APPROVED = "approved"
        PUBLISHED = "published"
        DISCARDED = "discarded"

    plan = models.TextField()
    text = models.TextField()
    base = models.ForeignKey(PlanVersion, models.PROTECT, null=True, related_name="drafts")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    version = models.IntegerField(default=1)
    begun_by = models.TextField()
    edited_by = models.TextField()
    edited_at = models.DateTimeField()
    submitted_by = models.TextField(default="")
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.TextField(default="")
    approved_at = models.DateTimeField(null=True)
    approved_hash = models.CharField(max_length=64, default="")
    remark = models.TextField(default="")

    class Meta:
        ordering = ("-edited_at", "-pk")

    def __str__(self) -> str:
        return f"draft {self.pk} of {self.plan}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.IN_REVIEW, self.State.APPROVED)
