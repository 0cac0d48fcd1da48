"""Where one person sits on a day, asked of the database alone: pages of one person read no whole tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from attain.checker.evaluate import is_true
from attain.checker.seats import ENDLESS, Seat, Seats, SeatScope
from attain.plans.loader import Document
from attain.web.apps.plans.selectors import published_plans
from attain.web.dating import holds_on

from .models import Assignment, Person, Position, TeamMember
from .tables import ORG_TABLES


@dataclass(frozen=True)
class Sits:
    position: Position
    manager: str
    """The name of whoever holds the position above, or that position."""
    manager_person: str | None
    team: str | None


def place_of(person: str, day: date) -> Sits | None:
    held = Assignment.objects.filter(holds_on(day), person=person).first()
    version = Position.objects.filter(holds_on(day), position=held.position).first() if held is not None else None
    if version is None:
        return None
    above = Assignment.objects.filter(holds_on(day), position=version.manager).first() if version.manager else None
    name = (
        Person.objects.filter(person=above.person).values_list("name", flat=True).first() if above is not None else None
    )
    team = TeamMember.objects.filter(holds_on(day), member__in=[person, version.position]).order_by("team").first()
    manager = name or (above.person if above is not None else version.manager or "")
    return Sits(version, manager, above.person if above is not None else None, team.team if team is not None else None)


def plans_of(sits: Sits, person: Person, day: date) -> list[Document]:
    """The plans whose text takes this person in on the day."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("teams", "relationships", "leaves", "assignments")}
    about = {name: getattr(person, name) for name in ORG_TABLES["people"].columns}
    seat = {name: getattr(sits.position, name) for name in ORG_TABLES["positions"].columns}
    scope = SeatScope(
        Seats({**rows, "people": [about], "positions": [seat]}),
        Seat(person.person, sits.position.position, day, ENDLESS),
    )
    return [one for one in published_plans(on=day) if is_true(one.plan.participants, scope)]
