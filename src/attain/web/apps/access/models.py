"""Accounts, and the roles that are granted to them from a day to a day.

An account is somebody who signs in; `person` says who that is in the records, so that pay finds its reader.
"""

from __future__ import annotations

from datetime import date

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
