"""The log that cannot be changed in silence, and the answers already given to requests.

Each event holds the hash of the one before it, so a changed or missing event breaks every hash after it. Triggers
refuse updates, deletions and events out of order; who removes the triggers still cannot repair the chain against a
head that is kept elsewhere.
"""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField()
    on_behalf_of = models.TextField(default="")
    action = models.TextField()
    object_type = models.TextField()
    object_id = models.TextField()
    before = models.TextField(default="")
    after = models.TextField(default="")
    reason = models.TextField(default="")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("sequence",)
        indexes = (models.Index(fields=("object_type", "object_id"), name="audit_event_object"),)

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.object_type} {self.object_id} by {self.actor}"


class Answer(models.Model):
    """The first answer to a request with an idempotency key. It is kept for ever."""

    key = models.TextField(primary_key=True)
    request_hash = models.CharField(max_length=64)
    answer = models.TextField()
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
