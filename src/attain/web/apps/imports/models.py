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
