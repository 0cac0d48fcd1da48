"""Quotas as a sales operation would set them: what the territory can be expected to bring, stretched, by quarter.

The quota of a seat stands at its position. Whoever is still learning has rows of their own, with the ramp.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from . import columns as as_
from .deals import Market
from .orders import Repeats
from .parameters import SEGMENTS
from .seats import ENGINEER, REP
from .staffing import OPEN
from .streams import Floats, Ints, rows

SAMPLE = 4000
QUOTAS = ("bookings", "team_bookings", "supported_bookings")


@dataclass(frozen=True)
class Quarter:
    number: int
    start: int
    end: int


def quarters(market: Market) -> list[Quarter]:
    """The calendar quarters that hold the simulated months."""
    size = market.size
    first = (size.first.year * 12 + size.first.month - 1) // 3
    last = (size.end.year * 12 + size.end.month - 2) // 3
    starts = [place * 3 for place in range(first, last + 2)]
    days = (np.array(starts) - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64).tolist()
    spans = zip(range(first, last + 1), pairwise(days), strict=True)
    return [Quarter(place % 4, start, end) for place, (start, end) in spans]


def expected_a_year(market: Market, repeats: Repeats) -> Floats:
    """EUR that a fully productive rep of average skill would book on each rep's seat in a year."""
    laws, seats, size = market.laws, market.seats, market.size
    reps = seats.reps
    segment = seats.segment[reps]
    sample = market.deals(np.unique(np.linspace(0, market.deal_count - 1, SAMPLE).astype(np.int64)))
    value = np.zeros(len(SEGMENTS))
    for place in range(len(SEGMENTS)):
        mine = sample.segment == place
        chance = float(sample.probability[mine].mean()) if mine.any() else 0.0
        kept = 1 - float(sample.discount[mine].mean()) / 1000 if mine.any() else 1.0
        middle = laws.amount_median[place] * np.exp(laws.amount_deviation[place] ** 2 / 2)
        value[place] = chance * kept * middle * (1 - laws.never_closed)
    found = np.array(laws.opportunities_per_rep)[segment] * seats.potential[reps]
    a_year = market.deal_count / (size.years + 200 / 365.25)
    from_deals = a_year * found / found.sum() * value[segment]
    accounts = np.diff(market.accounts.starts)
    basket = np.array(laws.repeat_median)[segment] * np.exp(laws.repeat_deviation**2 / 2) * 0.98
    from_repeats = repeats.count / size.years * accounts / accounts.sum() * basket
    return np.asarray(from_deals + from_repeats, np.float64)


def annual(market: Market, repeats: Repeats) -> Ints:
    """Quota of each seat for a year, in whole EUR: reps by what is expected, those above by the sum below them."""
    seats = market.seats
    own = np.zeros(len(seats))
    noise = np.exp(0.08 * market.size.stream("quotas/noise").normal(seats.reps))
    own[seats.reps] = expected_a_year(market, repeats) * market.laws.quota_stretch * noise
    total = own.copy()
    for seat in range(len(seats) - 1, 0, -1):  # seats stand behind the seat above them
        if seats.role[seat] != ENGINEER:
            total[seats.above[seat]] += total[seat]
    engineers = seats.role == ENGINEER
    total[engineers] = np.bincount(seats.engineer[seats.reps], own[seats.reps], len(seats))[engineers]
    return np.maximum(1000, np.round(total / 1000).astype(np.int64) * 1000)


def quota_table(market: Market, repeats: Repeats) -> pa.Table:
    year = annual(market, repeats)
    parts = [_of_seats(market, year, quarter) for quarter in quarters(market)]
    parts += [_of_learners(market, year, quarter) for quarter in quarters(market)]
    return pa.concat_tables(part for part in parts if part.num_rows).combine_chunks()


def _of_seats(market: Market, year: Ints, quarter: Quarter) -> pa.Table:
    seats = market.seats
    every = rows(0, len(seats))
    kind = np.where(seats.role == REP, 0, np.where(seats.role == ENGINEER, 2, 1))
    amount = np.round(year * market.laws.quota_quarter[quarter.number] / 100).astype(np.int64) * 100
    count = len(every)
    return _rows(kind, as_.ids("P", every, 6), amount, np.full(count, quarter.start), np.full(count, quarter.end))


def _of_learners(market: Market, year: Ints, quarter: Quarter) -> pa.Table:
    """People in their ramp, from the day on which they take the seat; in the middle of the time that is left."""
    seats, staff, laws = market.seats, market.staff, market.laws
    since, until = np.maximum(staff.since, quarter.start), np.minimum(staff.until, quarter.end)
    segment = seats.segment[staff.seat]
    learned = laws.ramp(np.maximum((since + until) // 2 - staff.hired[staff.person], 0), segment)
    hired = staff.hired[staff.person]
    learning = np.maximum(hired, quarter.start) - hired < max(laws.ramp_days)  # so for all seats of a quarter or none
    mine = np.flatnonzero((since < until) & (seats.role[staff.seat] == REP) & learning)
    share = laws.ramp_start + (1 - laws.ramp_start) * learned[mine]
    full = year[staff.seat[mine]] * laws.quota_quarter[quarter.number]
    amount = np.maximum(100, np.round(full * share / 100).astype(np.int64) * 100)
    ends = np.where(until[mine] >= OPEN, quarter.end, until[mine])
    return _rows(np.zeros(len(mine), np.int64), as_.ids("E", staff.person[mine], 6), amount, since[mine], ends)


def _rows(kind: Ints, subject: pa.Array, amount: Ints, since: Ints, until: Ints) -> pa.Table:
    count = len(kind)
    return as_.table(
        {
            "quota": as_.words(QUOTAS, kind),
            "subject": subject,
            "amount": as_.exact(amount * 10_000, 4),
            "currency": as_.repeated("EUR", count),
            "per": as_.repeated("quarter", count),
            "valid_from": as_.days(since),
            "valid_to": as_.days(until),
        }
    )
