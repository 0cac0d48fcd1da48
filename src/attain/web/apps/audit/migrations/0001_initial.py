import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("on_behalf_of", models.TextField(default="")),
                ("action", models.TextField()),
                ("object_type", models.TextField()),
                ("object_id", models.TextField()),
                ("before", models.TextField(default="")),
                ("after", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ("sequence",),
                "indexes": [models.Index(fields=["object_type", "object_id"], name="audit_event_object")],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("request_hash", models.CharField(max_length=64)),
                ("answer", models.TextField()),
                ("at", models.DateTimeField()),
                ("event", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="audit.event")),
            ],
        ),
    ]
