"""Customers and products. An account belongs to the territory of one rep's seat; its number says which."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .parameters import COUNTRIES, LAWS, Parameters
from .seats import Seats
from .size import Size
from .streams import Floats, Ints, rows

ACCOUNTS_A_REP = (45.0, 22.0, 9.0)
ABROAD = 0.08
"""Share of accounts in another country than the rep's."""
EMPLOYEES = (28.0, 260.0, 3200.0)
INDUSTRY_SHARE = (0.2, 0.12, 0.14, 0.1, 0.12, 0.08, 0.1, 0.08, 0.06)

FAMILIES = ("Platform", "Analytics", "Services", "Hardware", "Nova")
FAMILY_SHARE = (0.36, 0.24, 0.18, 0.17, 0.05)
PRODUCTS_A_FAMILY = 4
COST_SHARE = (0.18, 0.15, 0.62, 0.68, 0.25)


@dataclass(frozen=True)
class Accounts:
    """How many accounts each rep's seat has; everything else follows from the number of the account."""

    size: Size
    seats: Seats
    starts: Ints
    """Number of the first account of each rep's seat, and behind the last one the count of all."""

    @property
    def count(self) -> int:
        return int(self.starts[-1])

    def seat(self, account: Ints) -> Ints:
        place = np.searchsorted(self.starts, account, side="right") - 1
        return np.asarray(place + self.seats.first_rep, np.int64)

    def country(self, account: Ints) -> Ints:
        home = self.seats.country[self.seat(account)]
        moved = self.size.stream("accounts/abroad").happens(account, ABROAD)
        other = self.size.stream("accounts/country").choice(account, LAWS.country_share)
        return np.where(moved, other, home)

    def segment(self, account: Ints) -> Ints:
        return self.seats.segment[self.seat(account)]

    def industry(self, account: Ints) -> Ints:
        return self.size.stream("accounts/industry").choice(account, INDUSTRY_SHARE)

    def employees(self, account: Ints) -> Ints:
        spread = self.size.stream("accounts/employees").normal(account)
        middle = np.array(EMPLOYEES)[self.segment(account)]
        return np.maximum(1, np.round(middle * np.exp(0.7 * spread))).astype(np.int64)

    def created(self, account: Ints) -> Ints:
        """Most were there before; one in five comes during the simulated time, before anything is sold to it."""
        stream = self.size.stream("accounts/created")
        before = self.size.first_day - 30 - (stream.exponential(account) * 900).astype(np.int64)
        return np.maximum(before, self.size.first_day - 6000)

    def late_payer(self, account: Ints, laws: Parameters) -> Floats:
        return 2 * laws.late_share * self.size.stream("accounts/late").uniform(account)

    def of_seat(self, seat: Ints, chance: Floats) -> Ints:
        """An account of a rep's seat, the first ones more often: every territory has its key accounts."""
        place = seat - self.seats.first_rep
        width = self.starts[place + 1] - self.starts[place]
        return self.starts[place] + np.floor(width * chance**1.7).astype(np.int64)


def owned(size: Size, laws: Parameters, seats: Seats, repeat_orders: int) -> Accounts:
    reps = seats.reps
    wanted = np.array(ACCOUNTS_A_REP)[seats.segment[reps]] * seats.potential[reps]
    least = repeat_orders / (laws.repeat_per_account * size.years)
    wanted *= max(1.0, least / wanted.sum())
    counts = np.maximum(2, np.round(wanted)).astype(np.int64)
    return Accounts(size, seats, np.concatenate([[0], np.cumsum(counts)]))


@dataclass(frozen=True)
class Products:
    """A catalogue that is small enough to be kept whole; Nova comes to market half way."""

    size: Size

    @property
    def count(self) -> int:
        return len(FAMILIES) * PRODUCTS_A_FAMILY

    @cached_property
    def price(self) -> Ints:
        """List price in cents of EUR."""
        every = rows(0, self.count)
        spread = self.size.stream("products/price").uniform(every)
        euros = np.array((90, 60, 140, 210, 120))[every // PRODUCTS_A_FAMILY] * np.exp(1.6 * spread)
        return np.asarray(np.round(euros / 5) * 500, np.int64)

    @cached_property
    def cost(self) -> Ints:
        share = np.round(np.array(COST_SHARE) * 100).astype(np.int64)[rows(0, self.count) // PRODUCTS_A_FAMILY]
        return self.price * share // 100

    @property
    def nova_launch(self) -> int:
        middle = self.size.months[self.size.month_count // 2]
        return int(np.array(middle, "datetime64[D]").astype(np.int64))

    def chosen(self, stream_name: str, index: Ints, day: Ints) -> Ints:
        """A product that is on the market on that day."""
        stream = self.size.stream(stream_name)
        family = stream.choice(index, FAMILY_SHARE)
        family = np.where((family == len(FAMILIES) - 1) & (day < self.nova_launch), 0, family)
        return family * PRODUCTS_A_FAMILY + stream.also("kind").choice(index, (0.45, 0.3, 0.15, 0.1))


def currency_of(country: Ints) -> Ints:
    """Place in CODES of the currency of a country."""
    places = {"DE": 0, "AT": 0, "IE": 0, "CH": 1, "GB": 2, "US": 3}
    return np.array([places[code] for code in COUNTRIES], np.int64)[country]
