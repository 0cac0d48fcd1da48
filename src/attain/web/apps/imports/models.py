"""Batches: what arrived, when, from whom, and under which content hash.

The id of a batch is the hash of the file and of the way in which it was read, so the same file cannot be taken twice,
by whomever and however often. The rows of facts are in `data/batches/<id>/`; those of decisions in the tables of `org`.
"""

from __future__ import annotations

from django.db import models


class Batch(models.Model):
    class State(models.TextChoices):
        CURRENT = "current"
        UNDONE = "undone"

    id = models.CharField(max_length=64, primary_key=True)
    into = models.TextField()
    is_fact = models.BooleanField()
    sequence = models.BigIntegerField(unique=True)
    source = models.TextField()
    rows = models.BigIntegerField()
    quarantined = models.BigIntegerField(default=0)
    totals = models.TextField(default="{}")
    manifest_hash = models.CharField(max_length=64, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.CURRENT)
    imported_at = models.DateTimeField()
    imported_by = models.TextField()
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ("sequence",)
        indexes = (models.Index(fields=("into", "state", "sequence"), name="imports_batch_into"),)

    def __str__(self) -> str:
        return f"{self.source} → {self.into} ({self.id[:12]})"


class Repair(models.Model):
    """A row that a batch kept aside, as people wrote it last: right, then another batch brought it, or wrong again.

    If the batch that brought it is undone, the row waits for its repair again.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="repairs")
    row = models.BigIntegerField()
    cells = models.JSONField()
    column = models.TextField(default="")
    reason = models.TextField(default="")
    by = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="repaired")
    who = models.TextField()
    at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("batch", "row"), name="imports_repair_once"),)

    def __str__(self) -> str:
        return f"row {self.row} of {self.batch_id}"
