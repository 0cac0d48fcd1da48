"""Triggers that refuse to change or delete events and first answers."""

from typing import ClassVar

from django.db import migrations

from attain.web import triggers

NAMES = (
    "audit_event_update",
    "audit_event_delete",
    "audit_event_order",
    "audit_answer_update",
    "audit_answer_delete",
)


def install(apps, schema_editor):
    triggers.install(schema_editor, *NAMES)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("audit", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(install)]
