"""Who is who on a day, read from plain rows of the tables: those that are there, or those that there would be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from attain.checker.evaluate import is_true
from attain.checker.seats import ENDLESS, Seat, Seats, SeatScope, is_vacant
from attain.kernel.errors import Refused, Where, suggest
from attain.plans.loader import Document
from attain.web import store
from attain.web.apps.plans.pages import title_of

from .tables import ORG_TABLES, Row, rows_of

SEATED = ("people", "positions", "assignments", "teams", "relationships", "leaves")
"""The tables that say where somebody sits."""


def holds(row: Row, day: date) -> bool:
    """Whether a dated row is in force on a day."""
    return row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] > day)


@dataclass(frozen=True)
class Place:
    """Where a payee sits on a day. `above` are the payees of the positions above, the next one first."""

    position: str
    title: str | None
    territory: str | None
    unit: str | None
    above: tuple[str, ...]
    team: str | None
    plans: tuple[str, ...]

    @property
    def manager(self) -> str | None:
        return self.above[0] if self.above else None


class Book:
    def __init__(self, tables: Mapping[str, Sequence[Row]]) -> None:
        self.tables = tables

    @classmethod
    def now(cls, *more: str) -> Book:
        with store.reading():
            return cls({name: rows_of(ORG_TABLES[name]) for name in (*SEATED, *more)})

    @cached_property
    def seats(self) -> Seats:
        return Seats({name: list(self.tables.get(name, ())) for name in SEATED})

    @cached_property
    def people(self) -> Mapping[str, Row]:
        return {row["person"]: row for row in self.tables["people"]}

    def of(self, table: str, **values: object) -> list[Row]:
        """The rows with these values, in the order of their days."""
        found = [row for row in self.tables[table] if all(row[name] == value for name, value in values.items())]
        return sorted(found, key=lambda row: row["valid_from"]) if found and "valid_from" in found[0] else found

    def seat(self, person: str, day: date) -> str | None:
        return self.seats.position_of(person, day)

    def version(self, position: str, day: date) -> Row | None:
        return self.seats.position_row(position, day)

    def holder(self, position: str, day: date) -> str | None:
        """The person who holds a position, None where nobody does."""
        found = self.seats.holder(position, day)
        return None if is_vacant(found) else found

    def name(self, payee: str | None) -> str:
        """Of a person, of the holder's position, of a vacant seat."""
        if payee is None:
            return "–"
        if is_vacant(payee):
            return _("vacant seat %(position)s") % {"position": payee.partition(":")[2]}
        row = self.people.get(payee)
        return (row["name"] or payee) if row is not None else payee

    def above(self, position: str, day: date) -> tuple[str, ...]:
        found: list[str] = []
        above = self.seats.above(position, day)
        while above is not None and len(found) < 100:
            found.append(self.seats.holder(above, day))
            above = self.seats.above(above, day)
        return tuple(found)

    def places(self, day: date, plans: Sequence[Document]) -> dict[str, Place]:
        """Everybody's place on a day, and that of every vacant seat."""
        found = {}
        for position in self.seats.positions:
            row = self.version(position, day)
            if row is None:
                continue
            payee = self.seats.holder(position, day)
            scope = SeatScope(self.seats, Seat(payee, position, day, ENDLESS))
            on = tuple(title_of(one) for one in plans if is_true(one.plan.participants, scope))
            found[payee] = Place(
                position, row["title"], row["territory"], row["unit"], self.above(position, day),
                self.seats.team_of(payee, day), on,
            )  # fmt: skip
        return found

    def below(self, position: str, day: date) -> list[str]:
        """The positions below one on a day, at any depth."""
        reports: defaultdict[str, list[str]] = defaultdict(list)
        for other in self.seats.positions:
            if (manager := self.seats.above(other, day)) is not None:
                reports[manager].append(other)
        found: list[str] = []
        waiting = [position]
        while waiting:
            for report in reports[waiting.pop()]:
                if report not in found and report != position:
                    found.append(report)
                    waiting.append(report)
        return found

    # What somebody typed

    def position_meant(self, said: str, day: date, field: str) -> str:
        """A position by its id, or by the person who holds it on the day: by id, or by a name that only one has."""
        said = said.strip()
        if said in self.seats.positions:
            return said
        person = said if said in self.people else self._named(said, field)
        position = self.seat(person, day) if person is not None else None
        if position is not None:
            return position
        if person is not None:
            raise Refused(
                _("%(who)s holds no position on that day.") % {"who": self.name(person)}, code="org.no-seat",
                where=Where(field=field), hint=_("Name another one, or another day."),
            )  # fmt: skip
        raise self._unknown(said, [*self.seats.positions, *self._names()], field)

    def person_meant(self, said: str, field: str) -> str:
        said = said.strip()
        if said in self.people:
            return said
        if (person := self._named(said, field)) is not None:
            return person
        raise self._unknown(said, [*self.people, *self._names()], field)

    def _names(self) -> Iterable[str]:
        return (row["name"] for row in self.people.values() if row["name"])

    def _named(self, said: str, field: str) -> str | None:
        found = [row["person"] for row in self.people.values() if (row["name"] or "").casefold() == said.casefold()]
        if len(found) > 1:
            raise Refused(
                _("%(count)s people are called %(said)s.") % {"count": len(found), "said": said}, code="org.same-name",
                where=Where(field=field), hint=_("Write the id: %(ids)s.") % {"ids": ", ".join(sorted(found)[:5])},
            )  # fmt: skip
        return found[0] if found else None

    @staticmethod
    def _unknown(said: str, known: Iterable[str], field: str) -> Refused:
        near = suggest(said, known)
        return Refused(
            _("Nobody and no position is called %(said)s.") % {"said": said}, code="org.unknown-id",
            where=Where(field=field),
            hint=_("Did you mean %(near)s?") % {"near": near} if near else _("Write an id, or a whole name."),
        )  # fmt: skip
