"""The list of batches."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attain.web.kit import formats
from attain.web.kit.tables import Column, Filter, Table

from .words import STATES


def _batches(count: int) -> str:
    return ngettext("%(shown)s file", "%(shown)s files", count) % {"shown": formats.count(count)}


BATCHES = Table(
    "imports", _("Imports"),
    (
        Column("file", _("File"), lambda row: row.source, under=lambda row: row.pk[:12], by=("source",), css="",
               link=lambda row: reverse("batch", args=(row.pk,))),
        Column("into", _("Into"), lambda row: row.into, by=("into",)),
        Column("rows", _("Rows"), lambda row: row.rows, "count", by=("rows",), css="amount"),
        Column("aside", _("Kept aside"), lambda row: row.waiting or None, "count", by=("waiting",),
               css="phone-right", tone=lambda row: "warn" if row.waiting else ""),
        Column("state", _("State"), lambda row: str(STATES.get(row.state, row.state)), "pill", by=("state",),
               css="phone-under", tone=lambda row: "good" if row.state == "current" else ""),
        Column("at", _("When"), lambda row: row.imported_at, "moment", by=("sequence",), css="phone-wide second"),
        Column("who", _("Who"), lambda row: row.imported_by, by=("imported_by",), css="phone-wide second"),
    ),
    find=_("Find a file"), counted=_batches,
    filters=(
        Filter("into", _("Into"), _("All tables"), field="into"),
        Filter("state", _("State"), _("All states"), field="state", says=lambda one: STATES.get(one, one)),
    ),
    nothing=_("Nothing was imported yet"), nothing_more=_("Begin with people and quotas, then facts such as orders."),
    not_found=_("No file is found"),
)  # fmt: skip
