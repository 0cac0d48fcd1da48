import django.db.models.deletion
from django.db import migrations, models

import attain.web.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("holder", models.TextField(default="")),
                ("fence", models.BigIntegerField(default=0)),
                ("expires_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(unique=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("calculating", "Calculating"), ("published", "Published"), ("failed", "Failed")],
                        default="calculating",
                        max_length=11,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("started_by", models.TextField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("engine_version", models.TextField(default="")),
                ("inputs", models.TextField()),
                ("input_hash", models.CharField(max_length=64)),
                ("manifest_hash", models.CharField(default="", max_length=64)),
                ("totals", models.TextField(default="{}")),
                ("failure", models.TextField(default="")),
                ("fence", models.BigIntegerField()),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="Adjustment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("adjustment", models.TextField(unique=True)),
                ("plan", models.TextField()),
                ("payee", models.TextField()),
                ("pay_period", models.TextField()),
                ("component", models.TextField()),
                ("amount", attain.web.fields.ExactDecimalField(digits=18, places=4)),
                ("currency", models.TextField()),
                ("reason", models.TextField()),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="pay_adjustment_reason"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hold", models.TextField(unique=True)),
                ("plan", models.TextField()),
                ("payee", models.TextField()),
                ("component", models.TextField(null=True)),
                ("source", models.TextField(null=True)),
                ("reason", models.TextField()),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="pay_hold_dates",
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="pay_hold_reason"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("override", models.TextField(unique=True)),
                ("plan", models.TextField()),
                ("component", models.TextField()),
                ("payee", models.TextField()),
                ("source", models.TextField()),
                ("earning_period", models.TextField()),
                ("amount", attain.web.fields.ExactDecimalField(digits=18, places=4)),
                ("reason", models.TextField()),
                ("expires_on", models.DateField(null=True)),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "component", "payee", "source", "earning_period"), name="pay_override_line"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="pay_override_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("calendar", models.TextField()),
                ("kind", models.TextField()),
                ("period", models.TextField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                (
                    "state",
                    models.CharField(choices=[("open", "Open"), ("closed", "Closed")], default="open", max_length=6),
                ),
                ("ledger", models.TextField(default="")),
                ("ledger_hash", models.CharField(default="", max_length=64)),
                ("totals", models.TextField(default="{}")),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.TextField(default="")),
                ("version", models.IntegerField(default=0)),
                ("run", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="pay.run")),
            ],
            options={
                "ordering": ("calendar", "kind", "starts_on"),
                "constraints": [
                    models.UniqueConstraint(fields=("calendar", "kind", "period"), name="pay_period_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "open"),
                            models.Q(("run__isnull", False), models.Q(("ledger", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="pay_period_closed_has_ledger",
                    ),
                ],
            },
        ),
    ]
