"""The list of published plan versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attain.web.kit import formats
from attain.web.kit.tables import Column, Filter, Table

from .models import PlanVersion


@dataclass(frozen=True)
class Published:
    version: PlanVersion
    title: str
    in_force: bool
    last_day: date | None

    @property
    def words(self) -> str:
        return f"{self.title} {self.version.plan} {self.version.plan_version}"

    @property
    def holds(self) -> str:
        return "yes" if self.in_force else "no"


HOLDS: dict[str, Any] = {"yes": _("in force"), "no": _("not in force")}


def _versions(count: int) -> str:
    return ngettext("%(shown)s version", "%(shown)s versions", count) % {"shown": formats.count(count)}


PLANS = Table(
    "plans", _("Plans"),
    (
        Column("plan", _("Plan"), lambda row: row.title, under=lambda row: row.version.plan, css="",
               link=lambda row: reverse("plan", args=(row.version.plan, row.version.plan_version))),
        Column("version", _("Version"), lambda row: row.version.plan_version, css="phone-right"),
        Column("state", _("State"), lambda row: str(HOLDS[row.holds]), "pill", css="phone-under",
               tone=lambda row: "good" if row.in_force else ""),
        Column("first", _("First day"), lambda row: row.version.effective_from, "day"),
        Column("last", _("Last day"), lambda row: row.last_day, "day"),
        Column("paid_by", _("Paid by"), lambda row: formats.kind_of_period(row.version.period_kind)),
        Column("published", _("Published"), lambda row: row.version.published_at, "moment", css="phone-off second"),
        Column("who", _("Published by"), lambda row: row.version.published_by, css="phone-off second", shown=False),
    ),
    find=_("Find a plan"), counted=_versions,
    filters=(
        Filter("holds", _("State"), _("All states"), value=lambda row: row.holds, says=lambda one: HOLDS.get(one, one)),
    ),
    nothing=_("No plan is published yet"),
    nothing_more=_("Write a plan in plans/, check and test it, then publish it."),
    not_found=_("No plan is found"),
)  # fmt: skip
