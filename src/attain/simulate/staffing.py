"""Who sits on which seat when: people are hired, leave, move to other seats, and seats stand vacant in between.

The one part that goes event by event, as a move makes the next vacancy; its size is that of the payees, not of the
transactions. Everybody holds at most one seat, inside their employment; spans are half-open.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .parameters import Parameters
from .seats import MANAGER, REP, Seats
from .size import Size
from .streams import Floats, Ints, Stream, rows

OPEN = 1 << 40
"""The end of a span that has none."""
_FAR = 1 << 20
LEAST_TENURE = 180
TRIES = 6


@dataclass(frozen=True)
class Staff:
    """People and the seats that they held."""

    hired: Ints
    left: Ints
    """First day on which the person is not employed; OPEN for those who stay."""
    country: Ints
    skill: Floats
    diligence: Floats
    person: Ints
    seat: Ints
    since: Ints
    until: Ints

    @cached_property
    def _keys(self) -> Ints:
        return self.seat * _FAR + self.since

    def holder(self, seat: Ints, day: Ints) -> Ints:
        """Who holds a seat on a day; -1 while it is vacant."""
        place = np.searchsorted(self._keys, seat * _FAR + day, side="right") - 1
        found = np.maximum(place, 0)
        held = (place >= 0) & (self.seat[found] == seat) & (day < self.until[found])
        return np.where(held, self.person[found], -1)


def person_id(person: int) -> str:
    return f"E{person:06d}"


@dataclass
class _Office:
    """The state while events are played: who sits where, and since when."""

    size: Size
    laws: Parameters
    seats: Seats
    hired: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    country: list[int] = field(default_factory=list)
    spells: list[list[int]] = field(default_factory=list)
    """Person, seat, since, until."""
    sitting: dict[int, int] = field(default_factory=dict)
    """Seat -> its present spell."""
    events: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Day, order, seat, and the spell that ends then, or -1 where the seat is to be filled."""
    drawn: int = 0
    peers: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    chance: dict[str, Stream] = field(default_factory=dict)

    def draw(self, what: str) -> float:
        self.drawn += 1
        if what not in self.chance:
            self.chance[what] = self.size.stream(f"staff/{what}")
        return self.chance[what].one(self.drawn)

    def push(self, day: int, seat: int, spell: int) -> None:
        heapq.heappush(self.events, (day, len(self.spells) * 4 + self.drawn, seat, spell))

    def hire(self, seat: int, day: int) -> int:
        self.hired.append(day)
        self.left.append(OPEN)
        self.country.append(int(self.seats.country[seat]))
        return len(self.hired) - 1

    def seated(self, person: int, seat: int, day: int, counted_from: int) -> None:
        spell = len(self.spells)
        self.spells.append([person, seat, day, OPEN])
        self.sitting[seat] = spell
        stays = int(-math.log(self.draw("stay")) * 365.25 / self.laws.turnover) + 1
        self.push(counted_from + stays, seat, spell)

    def vacated(self, seat: int, day: int) -> None:
        self.spells[self.sitting.pop(seat)][3] = day
        least, most = self.laws.vacancy_days
        self.push(day + least + int(self.draw("vacancy") * (most - least + 1)), seat, -1)

    def candidate(self, seat: int, day: int) -> int:
        """The seat of somebody who could move here: a rep of the country, for a manager's seat one of the team."""
        role = int(self.seats.role[seat])
        if role not in (REP, MANAGER) or self.draw("transfer") >= self.laws.transfer_share:
            return -1
        peers = self.peers.get((REP, int(self.seats.country[seat])), [])
        for _ in range(TRIES if peers else 0):
            other = peers[int(self.draw("peer") * len(peers))]
            spell = self.sitting.get(other, -1)
            if spell >= 0 and other != seat and day - self.spells[spell][2] >= LEAST_TENURE:
                return other
        return -1

    def play(self, end: int) -> None:
        while self.events and self.events[0][0] < end:
            day, _, seat, spell = heapq.heappop(self.events)
            if spell < 0:
                self.fill(seat, day)
            elif self.sitting.get(seat) == spell:  # otherwise the person has moved meanwhile
                self.left[self.spells[spell][0]] = day
                self.vacated(seat, day)

    def fill(self, seat: int, day: int) -> None:
        other = self.candidate(seat, day)
        if other < 0:
            person = self.hire(seat, day)
        else:
            person = self.spells[self.sitting[other]][0]
            self.vacated(other, day)
        self.seated(person, seat, day, day)


def staffed(size: Size, laws: Parameters, seats: Seats) -> Staff:
    office = _Office(size, laws, seats)
    for seat in range(len(seats)):
        office.peers.setdefault((int(seats.role[seat]), int(seats.country[seat])), []).append(seat)
    all_seats = rows(0, len(seats))
    tenure = (size.stream("staff/tenure").exponential(all_seats) * 1100).astype(np.int64) + 1
    vacant = size.stream("staff/vacant").happens(all_seats, 0.02)
    for seat in range(len(seats)):
        opens = int(seats.opens[seat])
        if opens > size.first_day or vacant[seat]:
            office.push(opens + int(office.draw("opening") * 30), seat, -1)
        else:
            since = opens - min(int(tenure[seat]), 7000)
            office.seated(office.hire(seat, since), seat, since, opens)
    office.play(size.end_day)
    return _as_arrays(size, laws, office)


def _as_arrays(size: Size, laws: Parameters, office: _Office) -> Staff:
    spells = np.array(office.spells, np.int64)
    spells = spells[np.lexsort((spells[:, 2], spells[:, 1]))]
    people = rows(0, len(office.hired))
    talent = size.stream("staff/skill").normal(people)
    own = size.stream("staff/diligence").normal(people)
    tie = laws.diligence_skill
    return Staff(
        hired=np.array(office.hired, np.int64),
        left=np.array(office.left, np.int64),
        country=np.array(office.country, np.int64),
        skill=laws.skill_deviation * talent,
        diligence=np.exp(laws.diligence_deviation * (tie * talent + np.sqrt(1 - tie**2) * own)),
        person=spells[:, 0].copy(),
        seat=spells[:, 1].copy(),
        since=spells[:, 2].copy(),
        until=spells[:, 3].copy(),
    )
