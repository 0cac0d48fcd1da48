"""A saved view is how somebody looks at a list: the question of its address under a name."""

from __future__ import annotations

from django.db import models

from attain.web.apps.access.models import Account


class SavedView(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="views")
    table = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.TextField()
    is_default = models.BooleanField(default=False)
    """The list opens with it where the address asks for nothing."""

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("account", "table", "name"), name="lists_view_key"),)

    def __str__(self) -> str:
        return f"{self.table}: {self.name}"
