"""What people decided, effective-dated: the columns are those of the snapshot's tables, one model a table.

`valid_to` is the first day on which a row no longer holds. `batch` names the file that brought a row, `version` counts
its edits so that two people cannot overwrite each other unseen. Rows that a later file replaced are kept in `Replaced`.
"""

from __future__ import annotations

from django.db import models

from attain.web.fields import ExactDecimalField


class Record(models.Model):
    batch = models.ForeignKey("imports.Batch", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.IntegerField(default=1)

    class Meta:
        abstract = True


class Dated(Record):
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        abstract = True


def _ends_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")), name=name
    )


def _once(name: str, *fields: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=fields, name=name)


class Person(Record):
    person = models.TextField(unique=True)
    name = models.TextField(null=True)
    country = models.TextField(null=True)
    currency = models.TextField(null=True)
    hired_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    kind = models.TextField(default="employee")


class Position(Dated):
    position = models.TextField()
    title = models.TextField(null=True)
    territory = models.TextField(null=True)
    unit = models.TextField(null=True)
    manager = models.TextField(null=True)

    class Meta:
        constraints = (_once("org_position_key", "position", "valid_from"), _ends_after_start("org_position_dates"))


class Assignment(Dated):
    person = models.TextField()
    position = models.TextField()

    class Meta:
        constraints = (
            _once("org_assignment_person", "person", "valid_from"),
            _once("org_assignment_position", "position", "valid_from"),
            _ends_after_start("org_assignment_dates"),
        )


class Relationship(Dated):
    kind = models.TextField()
    subject = models.TextField()
    payee = models.TextField()
    share = ExactDecimalField(digits=18, places=6, null=True)

    class Meta:
        constraints = (
            _once("org_relationship_key", "kind", "subject", "payee", "valid_from"),
            _ends_after_start("org_relationship_dates"),
        )


class TeamMember(Dated):
    team = models.TextField()
    member = models.TextField()
    weight = ExactDecimalField(digits=18, places=6)

    class Meta:
        constraints = (_once("org_team_key", "team", "member", "valid_from"), _ends_after_start("org_team_dates"))


class Leave(Dated):
    person = models.TextField()
    kind = models.TextField()

    class Meta:
        constraints = (_once("org_leave_key", "person", "kind", "valid_from"), _ends_after_start("org_leave_dates"))


class Quota(Dated):
    quota = models.TextField()
    subject = models.TextField()
    amount = ExactDecimalField(digits=18, places=4)
    currency = models.TextField(null=True)
    per = models.TextField()

    class Meta:
        constraints = (_once("org_quota_key", "quota", "subject", "valid_from"), _ends_after_start("org_quota_dates"))


class InputValue(Dated):
    input = models.TextField()
    subject = models.TextField()
    value = ExactDecimalField(digits=18, places=6)

    class Meta:
        constraints = (_once("org_input_key", "input", "subject", "valid_from"), _ends_after_start("org_input_dates"))


class ParameterValue(Dated):
    parameter = models.TextField()
    plan = models.TextField(null=True)
    level = models.TextField()
    key = models.TextField(null=True)
    value = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "parameter",
                models.functions.Coalesce("plan", models.Value("")),
                "level",
                models.functions.Coalesce("key", models.Value("")),
                "valid_from",
                name="org_parameter_key",
            ),
            _ends_after_start("org_parameter_dates"),
        )


class ExchangeRate(Record):
    kind = models.TextField()
    base = models.TextField()
    quote = models.TextField()
    on = models.DateField()
    rate = ExactDecimalField(digits=24, places=12)

    class Meta:
        constraints = (_once("org_rate_key", "kind", "base", "quote", "on"),)


class Replaced(models.Model):
    """A row as it was before a batch changed it, or nothing when the batch was the first to bring it."""

    batch = models.ForeignKey("imports.Batch", on_delete=models.PROTECT, related_name="+")
    table = models.TextField()
    key = models.TextField()
    before = models.TextField(default="")

    class Meta:
        constraints = (_once("org_replaced_key", "batch", "table", "key"),)


class TableVersion(models.Model):
    """Counts the changes of a table, so that a run can say which state of it was read."""

    table = models.TextField(primary_key=True)
    version = models.BigIntegerField(default=0)
