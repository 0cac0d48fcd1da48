"""The organisation on paper: seats with title, country, segment, territory and the seat above.

Teams of about eight reps of one country and segment have a manager; eight managers have a director; a sales engineer
serves the reps of about one team.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .parameters import COUNTRIES, SEGMENTS, Parameters
from .size import Size
from .streams import Floats, Ints, rows

REP, ENGINEER, MANAGER, DIRECTOR, CHIEF = range(5)
TITLES = ("Account Executive", "Sales Engineer", "Sales Manager", "Sales Director", "Chief Revenue Officer")
REPS_A_MANAGER = 8
MANAGERS_A_DIRECTOR = 8


@dataclass(frozen=True)
class Seats:
    """One entry a seat: the chief, directors, managers, engineers, then reps."""

    role: Ints
    country: Ints
    segment: Ints
    above: Ints
    """The seat above, -1 for the chief."""
    team: Ints
    """Number of the manager's team; -1 above the managers."""
    opens: Ints
    """The day from which the seat is filled."""
    potential: Floats
    first_rep: int
    engineer: Ints
    """The engineer's seat of each seat; -1 where there is none."""

    def __len__(self) -> int:
        return len(self.role)

    @property
    def reps(self) -> Ints:
        return rows(self.first_rep, len(self))

    @cached_property
    def first_manager(self) -> int:
        return int(np.argmax(self.role == MANAGER))

    @cached_property
    def titles(self) -> list[str]:
        """What each seat is called: reps by their segment."""
        named = [f"{TITLES[REP]} {segment}" for segment in SEGMENTS]
        pairs = zip(self.role.tolist(), self.segment.tolist(), strict=True)
        return [named[segment] if role == REP else TITLES[role] for role, segment in pairs]

    @cached_property
    def teams(self) -> list[str]:
        """DE-S00012: country, segment and number of each manager's team."""
        found = []
        for team in range(int(self.team.max()) + 1):
            manager = self.first_manager + team
            found.append(f"{COUNTRIES[self.country[manager]]}-{SEGMENTS[self.segment[manager]][0]}{team:05d}")
        return found


def laid_out(size: Size, laws: Parameters) -> Seats:
    count = size.payees
    managers = max(1, round((count - 1) / (REPS_A_MANAGER + 2.1)))
    directors = -(-managers // MANAGERS_A_DIRECTOR) if managers > 3 else 0
    engineers = max(1, round(count * 0.09))
    reps = count - 1 - directors - managers - engineers
    country, segment = _mixed(managers, laws.country_share, laws.segment_share)
    team_of_rep = np.sort(rows(0, reps) * managers // reps)
    reps_of_engineer = rows(0, reps) * engineers // reps
    first_of_engineer = np.searchsorted(reps_of_engineer, rows(0, engineers))
    team_of_engineer = team_of_rep[first_of_engineer]
    first_manager = 1 + directors
    first_engineer = first_manager + managers
    above_managers = 1 + rows(0, managers) * directors // managers if directors else np.zeros(managers, np.int64)
    heads = np.full(1 + directors, -1, np.int64)
    heads[1:] = 0
    team = np.concatenate([np.full(1 + directors, -1), rows(0, managers), team_of_engineer, team_of_rep])
    first_rep = first_engineer + engineers
    opens, potential = _opened(size, laws, first_rep, count)
    return Seats(
        role=np.repeat(np.array([CHIEF, DIRECTOR, MANAGER, ENGINEER, REP]), [1, directors, managers, engineers, reps]),
        country=np.where(team >= 0, country[np.maximum(team, 0)], 0),
        segment=np.where(team >= 0, segment[np.maximum(team, 0)], 0),
        above=np.concatenate([heads, above_managers, first_manager + team_of_engineer, first_manager + team_of_rep]),
        team=team,
        opens=opens,
        potential=potential,
        first_rep=first_rep,
        engineer=np.concatenate([np.full(first_rep, -1), first_engineer + reps_of_engineer]),
    )


def _mixed(teams: int, countries: tuple[float, ...], segments: tuple[float, ...]) -> tuple[Ints, Ints]:
    """Country and segment of each team: in proportion for many teams, the most common first for few."""
    shares = np.outer(countries, segments).ravel()
    shares /= shares.sum()
    given = np.zeros(len(shares))
    chosen = np.empty(teams, np.int64)
    for number in range(teams):  # the kind that lacks most
        place = int(np.argmax(shares * (number + 1) - given))
        given[place] += 1
        chosen[number] = place
    chosen.sort()
    return chosen // len(segments), chosen % len(segments)


def _opened(size: Size, laws: Parameters, first_rep: int, count: int) -> tuple[Ints, Floats]:
    seats = rows(0, count)
    grows = size.stream("seats/grows").happens(seats, laws.growth_share) & (seats >= first_rep)
    when = size.stream("seats/opens").between(seats, size.first_day, size.end_day - 1)
    spread = laws.potential_deviation
    potential = np.exp(spread * size.stream("seats/potential").normal(seats) - spread**2 / 2)
    return np.where(grows, when, size.first_day), potential
