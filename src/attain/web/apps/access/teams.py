"""Teams: everybody below somebody who has people below them, as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attain.web.apps.org.models import Assignment, Position
from attain.web.dating import holds_on

from .viewer import Viewer, _descendants


@dataclass(frozen=True)
class Hierarchy:
    """Seats with their managers, and who holds them; asked once for any number of teams."""

    managers: dict[str, str | None]
    holders: dict[str, str]

    def below(self, person: str) -> frozenset[str]:
        top = {position for position, holder in self.holders.items() if holder == person}
        found = _descendants(self.managers.items(), top)
        return frozenset(self.holders.get(one, f"vacant:{one}") for one in found)

    def heads(self, viewer: Viewer) -> list[str]:
        """Those whom the viewer may see and who lead somebody."""
        leading = {manager for manager in self.managers.values() if manager is not None}
        people = {self.holders[one] for one in leading if one in self.holders}
        return sorted(one for one in people if viewer.sees(one))


def hierarchy_on(day: date) -> Hierarchy:
    return Hierarchy(
        dict(Position.objects.filter(holds_on(day)).values_list("position", "manager")),
        dict(Assignment.objects.filter(holds_on(day)).values_list("position", "person")),
    )
