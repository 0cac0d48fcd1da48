"""The list of people, with the seat that each holds on the day."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attain.web.kit import formats
from attain.web.kit.tables import Column, Filter, Table

from .models import Person, Position


@dataclass(frozen=True)
class Seated:
    person: Person
    seat: Position | None

    @property
    def title(self) -> str:
        return (self.seat.title or self.seat.position) if self.seat else said("no seat")


def _people(count: int) -> str:
    return ngettext("%(shown)s person", "%(shown)s people", count) % {"shown": formats.count(count)}


PEOPLE = Table(
    "people", _("People"),
    (
        Column("person", _("Person"), lambda row: row.person.name or row.person.person, "person", css="",
               under=lambda row: row.person.person, link=lambda row: reverse("person", args=(row.person.person,)),
               by=("name", "person")),
        Column("title", _("Title"), lambda row: row.title, css="phone-under",
               tone=lambda row: "" if row.seat else "muted"),
        Column("position", _("Position"), lambda row: row.seat.position if row.seat else None, shown=False),
        Column("territory", _("Territory"), lambda row: row.seat.territory if row.seat else None),
        Column("manager", _("Reports to"), lambda row: row.seat.manager if row.seat else None),
        Column("country", _("Country"), lambda row: row.person.country, by=("country",), shown=False),
        Column("paid_in", _("Paid in"), lambda row: row.person.currency, by=("currency",), shown=False),
        Column("hired", _("Employed"), lambda row: row.person.hired_on, "day", by=("hired_on",)),
        Column("left", _("Left"), lambda row: row.person.left_on, "day", by=("left_on",), shown=False),
    ),
    find=_("Find a person"), counted=_people,
    filters=(Filter("country", _("Country"), _("All countries"), field="country"),),
    nothing=_("Nobody is here yet"), nothing_more=_("Import people."), not_found=_("Nobody is found"),
)  # fmt: skip
