"""Who holds which position when, who stands above, beside and in which team.

Everything dated is looked up on one day at a time, in plain lists. On the days of a position that no assignment of an
employed person covers its seat belongs to nobody, and its payee is `vacant:<position>`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from attain.checker.evaluate import Scope
from attain.kernel.intervals import Interval, gaps
from attain.plans.expressions import Name
from attain.plans.outcome import Scalar

T = TypeVar("T")
Row = dict[str, Any]
ENDLESS = date.max
VACANT = "vacant:"
PERSON_FIELDS = ("id", "name", "country", "currency", "kind", "hired_on", "left_on")
POSITION_FIELDS = ("id", "title", "territory", "unit")


class Dated(Generic[T]):
    """Rows with a first day and an excluded last one, read on a day. Of rows that overlap, the latest start wins."""

    def __init__(self) -> None:
        self.rows: list[tuple[date, date, T]] = []

    def add(self, start: date, end: date | None, value: T) -> None:
        self.rows.append((start, end or ENDLESS, value))
        self.rows.sort(key=lambda row: row[:2])

    def on(self, day: date) -> T | None:
        place = bisect_right(self.rows, day, key=lambda row: row[0])
        for _, end, value in reversed(self.rows[:place]):
            if day < end:
                return value
        return None

    def all_on(self, day: date) -> list[T]:
        return [value for start, end, value in self.rows if start <= day < end]


class Seat(NamedTuple):
    """A version of a position and who held it, from `start` up to but not including `end`."""

    payee: str
    position: str
    start: date
    end: date


class Recipient(NamedTuple):
    payee: str
    position: str | None


class Seats:
    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.people: dict[str, Row] = {row["person"]: row for row in tables["people"]}
        self.positions: dict[str, Dated[Row]] = defaultdict(Dated)
        self.holders: dict[str, Dated[str]] = defaultdict(Dated)
        self.held: dict[str, Dated[str]] = defaultdict(Dated)
        self.teams: dict[str, Dated[str]] = defaultdict(Dated)
        self.related: dict[tuple[str, str], Dated[tuple[str, Fraction | None]]] = defaultdict(Dated)
        self.leaves: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for row in tables["positions"]:
            self.positions[row["position"]].add(row["valid_from"], row["valid_to"], row)
        for row in tables["assignments"]:
            self._assign(row)
        for row in tables["teams"]:
            self.teams[row["member"]].add(row["valid_from"], row["valid_to"], row["team"])
        for row in tables["relationships"]:
            tie = (row["payee"], row["share"])
            self.related[row["kind"], row["subject"]].add(row["valid_from"], row["valid_to"], tie)
        for row in tables["leaves"]:
            self.leaves[row["person"]].append((row["valid_from"], row["valid_to"] or ENDLESS))

    def _assign(self, row: Row) -> None:
        """An assignment counts while its person is employed."""
        person = self.people.get(row["person"], {})
        start = max(row["valid_from"], person.get("hired_on") or date.min)
        end = min(row["valid_to"] or ENDLESS, person.get("left_on") or ENDLESS)
        if start < end:
            self.holders[row["position"]].add(start, end, row["person"])
            self.held[row["person"]].add(start, end, row["position"])

    def resolve(self, reference: str, day: date) -> Recipient | None:
        """Who is meant by the id of a position or of a person on a day."""
        if reference in self.positions and self.positions[reference].on(day) is not None:
            return Recipient(self.holder(reference, day), reference)
        if reference in self.people:
            return Recipient(reference, self.position_of(reference, day))
        return None

    def holder(self, position: str, day: date) -> str:
        holder = self.holders[position].on(day) if position in self.holders else None
        return holder or f"{VACANT}{position}"

    def position_of(self, payee: str, day: date) -> str | None:
        if is_vacant(payee):
            return payee.removeprefix(VACANT)
        return self.held[payee].on(day) if payee in self.held else None

    def position_row(self, position: str | None, day: date) -> Row | None:
        return self.positions[position].on(day) if position in self.positions else None

    def above(self, position: str, day: date) -> str | None:
        """The position above, where there is one on that day."""
        row = self.position_row(position, day)
        manager: str | None = row["manager"] if row else None
        return manager if self.position_row(manager, day) is not None else None

    def ties(self, kind: str, subject: str, day: date) -> list[tuple[str, Fraction | None]]:
        """Who has a relationship to a subject on a day, each with the share of the tie where it has one."""
        return self.related[kind, subject].all_on(day) if (kind, subject) in self.related else []

    def team_of(self, payee: str, day: date) -> str | None:
        """The team of a payee: by person or by the position held. In several, the first by name."""
        position = self.position_of(payee, day)
        members = [member for member in (payee, position) if member in self.teams]
        found = [team for member in members for team in self.teams[member or ""].all_on(day)]
        return min(found, default=None)

    def leave_days(self, payee: str, start: date, end: date) -> int:
        """Days of leave in a span; a day of two leaves counts once."""
        inside = [Interval(max(start, a), min(end, b)) for a, b in self.leaves.get(payee, ()) if a < end and b > start]
        if not inside:
            return 0
        return (end - start).days - sum(gap.days for gap in gaps(inside, Interval(start, end)))

    @cached_property
    def all_seats(self) -> list[Seat]:
        return [seat for position in sorted(self.positions) for seat in self._seats_of(position)]

    def _seats_of(self, position: str) -> Iterator[Seat]:
        for start, end, _ in self.positions[position].rows:
            holders = self.holders[position].rows if position in self.holders else []
            taken = [(max(start, a), min(end, b), person) for a, b, person in holders if a < end and b > start]
            for a, b, person in taken:
                yield Seat(person, position, a, b)
            version = Interval(start, None if end == ENDLESS else end)
            for gap in gaps([Interval(a, None if b == ENDLESS else b) for a, b, _ in taken], version):
                yield Seat(f"{VACANT}{position}", position, gap.start, gap.end or ENDLESS)

    def person_field(self, payee: str, field: str) -> Scalar:
        row = self.people.get(payee)
        value: Scalar = None if row is None else row["person" if field == "id" else field]
        return value

    def position_field(self, position: str | None, field: str, day: date) -> Scalar:
        row = self.position_row(position, day)
        value: Scalar = None if row is None else row["position" if field == "id" else field]
        return value


def is_vacant(payee: str) -> bool:
    """Whether this is a seat that nobody holds: it is credited and counted, and never paid."""
    return payee.startswith(VACANT)


class SeatScope(Scope):
    """What `participants` may read: the person and the position as on a date."""

    def __init__(self, seats: Seats, seat: Seat) -> None:
        self.seats, self.seat = seats, seat

    def name(self, name: Name) -> Scalar:
        match name.parts:
            case ("person", field) if field in PERSON_FIELDS:
                return self.seats.person_field(self.seat.payee, field)
            case ("position", field) if field in POSITION_FIELDS:
                return self.seats.position_field(self.seat.position, field, self.seat.start)
        return super().name(name)
