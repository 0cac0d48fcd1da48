"""Orders: one of each deal that is won, and repeat orders that accounts place by themselves.

A repeat order is found from its number as a deal is; both become the same columns, so that invoices, payments and
returns need not know where an order comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .accounts import COST_SHARE, PRODUCTS_A_FAMILY, currency_of
from .deals import Deals, Market
from .parameters import SOURCES, day_weights
from .streams import Floats, Ints, rows

CHANNELS = ("field", "partner", "shop")
NEW, EXPANSION, REPEAT = range(3)
ORDER_TYPES = ("new", "expansion", "repeat")


@dataclass(frozen=True)
class Orders:
    index: Ints
    """Where streams are asked: twice the number of the deal, or twice that of the repeat order and one."""
    deal: Ints
    """-1 of a repeat order."""
    day: Ints
    seat: Ints
    account: Ints
    segment: Ints
    currency: Ints
    product: Ints
    kind: Ints
    channel: Ints
    quantity: Ints
    discount: Ints
    amount: Ints
    cost: Ints

    def __len__(self) -> int:
        return len(self.index)


def of_deals(market: Market, deals: Deals) -> Orders:
    kind = np.where(deals.source == len(SOURCES) - 1, EXPANSION, NEW)
    channel = np.where(deals.source == 2, 1, 0)
    quantity = _quantity(market, deals.product, deals.amount, deals.currency)
    return Orders(
        deals.number * 2, deals.number, deals.decided, deals.seat, deals.account, deals.segment, deals.currency,
        deals.product, kind, channel, quantity, deals.discount, deals.amount, _cost(deals.product, deals.amount),
    )  # fmt: skip


def _quantity(market: Market, product: Ints, amount: Ints, currency: Ints) -> Ints:
    euros = amount * np.array(market.laws.rate_start)[currency]
    units = np.round(euros / market.products.price[product])
    return np.asarray(np.maximum(1, units), np.int64)


def _cost(product: Ints, amount: Ints) -> Ints:
    share = np.round(np.array(COST_SHARE) * 100).astype(np.int64)[product // PRODUCTS_A_FAMILY]
    return np.asarray(amount * share // 100, np.int64)


@dataclass(frozen=True)
class Repeats:
    """Repeat orders: how many there are, and which numbers fall into which month."""

    market: Market
    count: int

    @cached_property
    def _days(self) -> Floats:
        size = self.market.size
        return np.cumsum(day_weights(size.first_day, size.end_day, self.market.laws))

    @cached_property
    def _reach(self) -> Floats:
        """By the number of accounts."""
        return np.asarray(self.market.accounts.starts[1:], np.float64)

    @cached_property
    def month_starts(self) -> Ints:
        """Number of the first repeat order of each month."""
        size = self.market.size
        last_days = size.month_starts[: size.month_count + 1] - size.first_day
        heaped = np.concatenate([[0.0], self._days])[last_days]
        return np.asarray(np.floor(heaped / heaped[-1] * self.count), np.int64)

    def orders(self, number: Ints) -> Orders:
        market, draw = self.market, self.market.size.stream
        place = (number + draw("repeats/day").uniform(number)) / max(self.count, 1) * self._days[-1]
        found = np.minimum(np.searchsorted(self._days, place, side="right"), len(self._days) - 1)
        month = np.searchsorted(self.month_starts, number, side="right") - 1
        starts = market.size.month_starts
        day = np.clip(market.size.first_day + found, starts[month], starts[month + 1] - 1)
        seat = market.rep_seat("repeats/seat", number, day, self._reach)
        account = market.accounts.of_seat(seat, draw("repeats/account").uniform(number))
        segment = market.seats.segment[seat]
        currency = currency_of(market.accounts.country(account))
        product = market.products.chosen("repeats/product", number, day)
        channel = draw("repeats/channel").choice(number, (0.25, 0.1, 0.65))
        discount = draw("repeats/discount").choice(number, (0.6, 0.2, 0.15, 0.05)) * 25
        laws = market.laws
        spread = laws.repeat_deviation * draw("repeats/amount").normal(number)
        listed = np.array(laws.repeat_median)[segment] * np.exp(spread) / np.array(laws.rate_start)[currency]
        amount = np.maximum(5, np.round(listed)).astype(np.int64) * 100 * (1000 - discount) // 1000
        return Orders(
            number * 2 + 1, np.full(len(number), -1), day, seat, account, segment, currency, product,
            np.full(len(number), REPEAT), channel, _quantity(market, product, amount, currency), discount, amount,
            _cost(product, amount),
        )  # fmt: skip


def pieces(start: int, end: int, chunk: int) -> Iterator[Ints]:
    for first in range(start, end, chunk):
        yield rows(first, min(first + chunk, end))
