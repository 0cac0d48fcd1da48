from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("into", models.TextField()),
                ("is_fact", models.BooleanField()),
                ("sequence", models.BigIntegerField(unique=True)),
                ("source", models.TextField()),
                ("rows", models.BigIntegerField()),
                ("quarantined", models.BigIntegerField(default=0)),
                ("totals", models.TextField(default="{}")),
                ("manifest_hash", models.CharField(default="", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("current", "Current"), ("undone", "Undone")], default="current", max_length=8
                    ),
                ),
                ("imported_at", models.DateTimeField()),
                ("imported_by", models.TextField()),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "ordering": ("sequence",),
                "indexes": [models.Index(fields=["into", "state", "sequence"], name="imports_batch_into")],
            },
        ),
    ]
