from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("pay", "0001_initial")]
    operations: ClassVar = [
        migrations.AddField(model_name="lease", name="process", field=models.TextField(default="")),
    ]
