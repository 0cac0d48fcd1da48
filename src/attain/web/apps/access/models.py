"""Accounts, and the roles that are granted to them from a day to a day.

An account is somebody who signs in; `person` says who that is in the records, so that pay finds its reader.
"""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Role(models.TextChoices):
    REP = "rep"
    MANAGER = "manager"
    COMPENSATION_ADMIN = "compensation-admin"
    FINANCE = "finance"
    EXECUTIVE = "executive"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Theme(models.TextChoices):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Account(AbstractBaseUser):
    email = models.EmailField(unique=True)
    name = models.TextField()
    person = models.TextField(null=True, unique=True)
    language = models.CharField(max_length=2, default="en")
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    objects = BaseUserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ()

    def __str__(self) -> str:
        return self.email


class Grant(models.Model):
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    granted_by = models.TextField()
    waits = models.BooleanField(default=False)
    """It holds on no day before somebody else has confirmed it."""
    confirmed_by = models.TextField(default="")
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account", "role", "valid_from"), name="access_grant_key"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="access_grant_dates",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.role} from {self.valid_from}"

    def holds_on(self, day: date) -> bool:
        return not self.waits and self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Token(models.Model):
    """What a program signs in with. Only a hash of it is kept; `prefix` finds it, and is how people name it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="tokens")
    name = models.TextField()
    prefix = models.CharField(max_length=10, unique=True)
    hash = models.CharField(max_length=64)
    rights = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.TextField(default="")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def works_at(self, moment: datetime) -> bool:
        return self.revoked_at is None and moment < self.expires_at and self.account.is_active


class KeyedRequest(models.Model):
    """A request with an Idempotency-Key, and its answer once there is one: the same request is done once."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    key = models.TextField()
    request_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    status = models.IntegerField(null=True)
    answer = models.TextField(default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "key"), name="access_request_key"),)
