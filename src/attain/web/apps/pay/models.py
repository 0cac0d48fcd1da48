"""Pay periods and their runs, and what people decide about single payments.

Results are folders of Parquet; a row here points to one and holds its hash. The ledger of a closed period is such a
folder too: closing sets the pointer, reopening takes it away, and neither ever changes the folder.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta

from django.db import models

from attain.web.fields import ExactDecimalField


class Run(models.Model):
    class State(models.TextChoices):
        CALCULATING = "calculating"
        PUBLISHED = "published"
        FAILED = "failed"

    id = models.TextField(primary_key=True)
    number = models.BigIntegerField(unique=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=11, choices=State.choices, default=State.CALCULATING)
    started_at = models.DateTimeField()
    started_by = models.TextField()
    finished_at = models.DateTimeField(null=True)
    engine_version = models.TextField(default="")
    inputs = models.TextField()
    input_hash = models.CharField(max_length=64)
    manifest_hash = models.CharField(max_length=64, default="")
    totals = models.TextField(default="{}")
    failure = models.TextField(default="")
    fence = models.BigIntegerField()
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return self.id

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    @property
    def plan_count(self) -> int:
        return len(json.loads(self.inputs)["plans"])

    @property
    def payable(self) -> list[tuple[str, int]]:
        """What it pays in each currency, in minor units; nothing of a run that has no result."""
        sums: Counter[str] = Counter()
        for paid in json.loads(self.totals).get("payments", {}).values():
            sums[paid["currency"]] += paid["amount_minor"]
        return sorted(sums.items())


class Lease(models.Model):
    """Who may work on something until when. A later holder has a higher fence; work with a lower one is refused."""

    name = models.TextField(primary_key=True)
    holder = models.TextField(default="")
    fence = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    process = models.TextField(default="")


class PayPeriod(models.Model):
    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    calendar = models.TextField()
    kind = models.TextField()
    period = models.TextField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True)
    ledger = models.TextField(default="")
    ledger_hash = models.CharField(max_length=64, default="")
    totals = models.TextField(default="{}")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(default="")
    version = models.IntegerField(default=0)

    class Meta:
        ordering = ("calendar", "kind", "starts_on")
        constraints = (
            models.UniqueConstraint(fields=("calendar", "kind", "period"), name="pay_period_key"),
            models.CheckConstraint(
                condition=models.Q(state="open") | (models.Q(run__isnull=False) & ~models.Q(ledger="")),
                name="pay_period_closed_has_ledger",
            ),
        )

    def __str__(self) -> str:
        return f"{self.period} ({self.calendar} {self.kind})"


class Hold(models.Model):
    hold = models.TextField(unique=True)
    plan = models.TextField()
    payee = models.TextField()
    component = models.TextField(null=True)
    source = models.TextField(null=True)
    reason = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="pay_hold_dates",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="pay_hold_reason"),
        )


class Override(models.Model):
    override = models.TextField(unique=True)
    plan = models.TextField()
    component = models.TextField()
    payee = models.TextField()
    source = models.TextField()
    earning_period = models.TextField()
    amount = ExactDecimalField(digits=18, places=4)
    reason = models.TextField()
    expires_on = models.DateField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "component", "payee", "source", "earning_period"), name="pay_override_line"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="pay_override_reason"),
        )


class Adjustment(models.Model):
    adjustment = models.TextField(unique=True)
    plan = models.TextField()
    payee = models.TextField()
    pay_period = models.TextField()
    component = models.TextField()
    amount = ExactDecimalField(digits=18, places=4)
    currency = models.TextField()
    reason = models.TextField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (models.CheckConstraint(condition=~models.Q(reason=""), name="pay_adjustment_reason"),)


class Approval(models.Model):
    """Somebody looked at a run and found it right. It holds the hash of what was seen: another content is not it."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="approvals")
    by = models.TextField()
    at = models.DateTimeField()
    manifest_hash = models.CharField(max_length=64)
    remark = models.TextField(default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("run", "by"), condition=models.Q(withdrawn_at__isnull=True), name="pay_approval_once"
            ),
        )


class Release(models.Model):
    """From then on payees see what a run pays them in a period. The newest release of a period counts."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="releases")
    calendar = models.TextField()
    kind = models.TextField()
    period = models.TextField()
    ends_on = models.DateField()
    by = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("run", "calendar", "kind", "period"), name="pay_release_once"),)
