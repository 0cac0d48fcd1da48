"""The tables of decisions: people, positions, assignments, teams, relationships, leaves, parameters and rates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import columns as as_
from . import names
from .parameters import CODES, COUNTRIES, CURRENCIES, SEGMENTS, Parameters
from .seats import REP, Seats
from .size import Size
from .staffing import OPEN, Staff
from .streams import Ints, rows

LEAVES = ("parental", "sickness")
BEFORE = 9000
"""Days before the first from which positions are on paper: nobody was hired earlier."""
PLAN_OF = {"base_rate": "account-executive", "override_rate": "sales-manager", "target_bonus": "sales-engineer"}
TITLE_RATES = {
    "base_rate": tuple(
        (f"Account Executive {segment}", rate) for segment, rate in zip(SEGMENTS, ("0.08", "0.06", "0.04"), strict=True)
    ),
    "override_rate": (("Sales Manager", "0.010"), ("Sales Director", "0.0015"), ("Chief Revenue Officer", "0.0002")),
}
BONUS = ("4500.00", "4700.00")
"""A sales engineer's target for a quarter: at first, and from the first January on."""
OWN_RATE_SHARE = 0.02
"""Share of people with a rate of their own, one point above that of their title."""
RATE = 10**12


def decision_tables(size: Size, laws: Parameters, seats: Seats, staff: Staff) -> Iterator[tuple[str, pa.Table]]:
    yield "people", people(size, staff)
    versions = reporting(size, laws, seats)
    yield "positions", positions(size, seats, versions)
    yield "assignments", assignments(staff)
    yield "teams", teams(size, seats, versions)
    yield "relationships", relationships(size, seats)
    yield "leaves", leaves(size, laws, staff)
    yield "parameters", parameters(size, seats, staff)
    yield "rates", rates(size, laws)


def people(size: Size, staff: Staff) -> pa.Table:
    person = rows(0, len(staff.hired))
    return as_.table(
        {
            "person": as_.ids("E", person, 6),
            "name": names.of_people(size, person, staff.country),
            "country": as_.words(COUNTRIES, staff.country),
            "currency": as_.words(CURRENCIES, staff.country),
            "hired_on": as_.days(staff.hired),
            "left_on": _end(staff.left),
            "kind": as_.repeated("employee", len(person)),
        }
    )


def _end(day: Ints) -> pa.Array:
    return as_.days(np.minimum(day, 10**6), missing=day >= OPEN)


def reporting(size: Size, laws: Parameters, seats: Seats) -> tuple[Ints, Ints, Ints, Ints]:
    """Versions of the positions: seat, the seat above, from, to. Each 1 January some reps get another manager."""
    januaries = [
        int(start)
        for start, month in zip(size.month_starts.tolist(), size.months, strict=False)
        if month.endswith("-01") and size.first_day < start < size.end_day
    ]
    seat, above = rows(0, len(seats)), seats.above
    since = np.full(len(seats), size.first_day - BEFORE)
    done: list[tuple[Ints, Ints, Ints, Ints]] = []
    managers = rows(seats.first_manager, seats.first_manager + len(seats.teams))
    for day in januaries:
        index = seat * 200 + day % 200
        moves = size.stream("seats/reorganised").happens(index, laws.reorganised_share) & (seats.role == REP)
        other = managers[np.clip(above - managers[0], 0, len(managers) - 1)]
        step = size.stream("seats/next-manager").between(index, 1, 3)
        other = managers[(other - managers[0] + step) % len(managers)]
        moves &= (seats.country[other] == seats.country) & (other != above)
        done.append((seat[moves], above[moves], since[moves], np.full(int(moves.sum()), day)))
        above, since = np.where(moves, other, above), np.where(moves, day, since)
    done.append((seat, above, since, np.full(len(seats), OPEN)))
    joined = [np.concatenate(parts) for parts in zip(*done, strict=True)]
    order = np.lexsort((joined[2], joined[0]))
    return joined[0][order], joined[1][order], joined[2][order], joined[3][order]


def positions(size: Size, seats: Seats, versions: tuple[Ints, Ints, Ints, Ints]) -> pa.Table:
    seat, above, since, until = versions
    titles = sorted(set(seats.titles))
    number = {title: place for place, title in enumerate(titles)}
    title = np.array([number[one] for one in seats.titles], np.int64)
    team = seats.team[seat]
    unit = np.where(team < 0, len(SEGMENTS), seats.segment[seat])
    territory = pc.binary_join_element_wise(
        as_.words(COUNTRIES, seats.country[seat]), pc.utf8_lpad(pc.cast(pa.array(seat), pa.string()), 6, "0"), "-"
    )
    return as_.table(
        {
            "position": as_.ids("P", seat, 6),
            "title": as_.words(titles, title[seat]),
            "territory": pc.if_else(pa.array(team < 0), pa.scalar("World"), territory),
            "unit": as_.words((*SEGMENTS, "Company"), unit),
            "manager": as_.ids("P", np.maximum(above, 0), 6, missing=above < 0),
            "valid_from": as_.days(since),
            "valid_to": _end(until),
        }
    )


def assignments(staff: Staff) -> pa.Table:
    until = np.minimum(staff.until, staff.left[staff.person])
    return as_.table(
        {
            "person": as_.ids("E", staff.person, 6),
            "position": as_.ids("P", staff.seat, 6),
            "valid_from": as_.days(staff.since),
            "valid_to": _end(until),
        }
    )


def teams(size: Size, seats: Seats, versions: tuple[Ints, Ints, Ints, Ints]) -> pa.Table:
    """The reps of a manager are a team; it changes with the manager."""
    seat, above, since, until = (values[seats.role[versions[0]] == REP] for values in versions)
    return as_.table(
        {
            "team": as_.words(seats.teams, above - seats.first_manager),
            "member": as_.ids("P", seat, 6),
            "weight": as_.exact(np.full(len(seat), 10**6), 6),
            "valid_from": as_.days(since),
            "valid_to": _end(until),
        }
    )


def relationships(size: Size, seats: Seats) -> pa.Table:
    reps = seats.reps
    return as_.table(
        {
            "kind": as_.repeated("sales_engineer", len(reps)),
            "subject": as_.ids("P", reps, 6),
            "payee": as_.ids("P", seats.engineer[reps], 6),
            "valid_from": as_.days(np.full(len(reps), size.first_day - BEFORE)),
        }
    )


def leaves(size: Size, laws: Parameters, staff: Staff) -> pa.Table:
    person = rows(0, len(staff.hired))
    draw = size.stream
    first, last = np.maximum(staff.hired + 60, size.first_day), np.minimum(staff.left, size.end_day)
    share = 1 - (1 - laws.leave_share) ** ((last - first).clip(0) / 365.25)
    kind = draw("leaves/kind").choice(person, (0.55, 0.45))
    starts = draw("leaves/start").between(person, first, np.maximum(last, first + 1) - 1)
    length = draw("leaves/days").between(person, np.where(kind == 0, 60, 15), np.where(kind == 0, 240, 90))
    ends = np.minimum(starts + length, staff.left)
    chosen = np.flatnonzero(draw("leaves/taken").happens(person, share) & (starts < ends) & (first < last))
    return as_.table(
        {
            "person": as_.ids("E", chosen, 6),
            "kind": as_.words(LEAVES, kind[chosen]),
            "valid_from": as_.days(starts[chosen]),
            "valid_to": as_.days(ends[chosen]),
        }
    )


def parameters(size: Size, seats: Seats, staff: Staff) -> pa.Table:
    """Rates by title, a raise of the bonus, and some people with a rate of their own."""
    since = size.first_day
    made: list[tuple[str, str, str | None, str, int, int]] = []
    for name, given in TITLE_RATES.items():
        made += [(name, "title", title, value, since, OPEN) for title, value in given if title in set(seats.titles)]
    next_year = int(np.array(f"{size.first.year + 1:04d}-01-01", "datetime64[D]").astype(np.int64))
    made += [("target_bonus", "plan", None, BONUS[0], since, next_year)]
    made += [("target_bonus", "plan", None, BONUS[1], next_year, OPEN)]
    sits = seats.role[staff.seat] == REP
    own = size.stream("parameters/own").happens(staff.person, OWN_RATE_SHARE) & sits
    for person in np.unique(staff.person[own]).tolist():
        seat = int(staff.seat[staff.person == person][-1])
        value = f"{float(dict(TITLE_RATES['base_rate'])[seats.titles[seat]]) + 0.01:.3f}"
        made.append(("base_rate", "person", f"E{person:06d}", value, since, OPEN))
    names_, levels, keys, values, starts, ends = zip(*made, strict=True)
    return as_.table(
        {
            "parameter": pa.array(names_),
            "plan": pa.array([PLAN_OF[one] for one in names_]),
            "level": pa.array(levels),
            "key": pa.array(keys, pa.string()),
            "value": pa.array(values),
            "valid_from": as_.days(np.array(starts)),
            "valid_to": _end(np.array(ends)),
        }
    )


def rates(size: Size, laws: Parameters) -> pa.Table:
    """One rate a month and pair of currencies, both ways, from the first of the month: a walk that is made up."""
    days = size.month_starts[:-1]
    place = rows(0, len(days))
    bases, quotes, values = [], [], []
    for number, code in enumerate(CODES[1:], start=1):
        steps = laws.rate_deviation * size.stream(f"rates/{code}").normal(place)
        steps[0] = 0.0
        rate = np.round(laws.rate_start[number] * np.exp(np.cumsum(steps)), 4)
        for base, quote, value in ((code, "EUR", rate), ("EUR", code, 1 / rate)):
            bases.append(np.full(len(days), CODES.index(base)))
            quotes.append(np.full(len(days), CODES.index(quote)))
            values.append(np.round(value * 10**6).astype(np.int64) * (RATE // 10**6))
    count = len(bases)
    return as_.table(
        {
            "kind": as_.repeated("monthly", count * len(days)),
            "base": as_.words(CODES, np.concatenate(bases)),
            "quote": as_.words(CODES, np.concatenate(quotes)),
            "on": as_.days(np.tile(days, count)),
            "rate": as_.exact(np.concatenate(values), 12, 24),
        }
    )
