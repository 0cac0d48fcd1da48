"""Triggers that refuse to change or delete a published version."""

from typing import ClassVar

from django.db import migrations

from attain.web import triggers

NAMES = ("plans_version_update", "plans_version_delete")


def install(apps, schema_editor):
    triggers.install(schema_editor, *NAMES)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("plans", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(install)]
