from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="PlanVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan", models.TextField()),
                ("plan_version", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("tested", "Tested"),
                            ("approved", "Approved"),
                            ("published", "Published"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("text", models.TextField()),
                ("fragments", models.TextField(default="[]")),
                ("content_hash", models.CharField(max_length=64)),
                ("calendar", models.TextField()),
                ("period_kind", models.TextField()),
                ("effective_from", models.DateField()),
                ("effective_to", models.DateField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                ("published_by", models.TextField(default="")),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "ordering": ("plan", "effective_from", "plan_version"),
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "plan_version"), name="plans_version_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to__isnull", True),
                            ("effective_to__gt", models.F("effective_from")),
                            _connector="OR",
                        ),
                        name="plans_version_dates",
                    ),
                ],
            },
        ),
    ]
