"""What a CRM would have kept of the deals: opportunities as they were created, every change, and every activity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from . import columns as as_
from .accounts import PRODUCTS_A_FAMILY
from .deals import MOST_ACTIVITIES, STILL_OPEN, WON, Deals, Market
from .parameters import ACTIVITIES, CODES, SEGMENTS, SOURCES, STAGES
from .streams import Flags, Ints

CATEGORIES = ("pipeline", "pipeline", "best case", "commit", "closed", "omitted")
STATES = (*STAGES, "Closed Won", "Closed Lost")
KINDS = ("created", "stage", "close date", "closed")
MINUTES = ((3, 25), (2, 10), (30, 90), (45, 60))
Dated = tuple[str, Ints, pa.Table]
"""A table, the day of each row, and its rows."""


def told(market: Market, deals: Deals) -> Iterator[Dated]:
    stages = market.stages(deals)
    slips, expected = market.slips(deals)
    yield "opportunities", deals.created, opportunities(deals, first_amount(market, deals), expected)
    yield changes(market, deals, stages, slips, expected)
    yield activities(market, deals)


def first_amount(market: Market, deals: Deals) -> Ints:
    """What was hoped for at creation, in tens of units; from the proposal on it is what is signed."""
    hope = np.exp(0.08 + 0.18 * market.size.stream("deals/hope").normal(deals.number))
    return np.maximum(1, np.round(deals.amount * hope / 1000)).astype(np.int64) * 1000


def opportunities(deals: Deals, amount: Ints, expected: Ints) -> pa.Table:
    return as_.table(
        {
            "id": as_.ids("D-", deals.number),
            "created_on": as_.days(deals.created),
            "account": as_.ids("A-", deals.account),
            "owner": as_.payees(deals.person, deals.seat),
            "source": as_.words(SOURCES, deals.source),
            "deal_type": as_.words(("new", "expansion"), (deals.source == len(SOURCES) - 1).astype(np.int64)),
            "competitor": as_.yes_no(deals.competitor),
            "product": product_ids(deals.product),
            "segment": as_.words(SEGMENTS, deals.segment),
            "amount": as_.exact(amount),
            "currency": as_.words(CODES, deals.currency),
            "expected_close": as_.days(expected[:, 0]),
        }
    )


def product_ids(product: Ints) -> pa.Array:
    return as_.ids("PR-", (product // PRODUCTS_A_FAMILY + 1) * 100 + product % PRODUCTS_A_FAMILY + 1, 3)


def changes(market: Market, deals: Deals, stages: Ints, slips: Ints, expected: Ints) -> Dated:
    """A row for creation, each further stage, each slip and the end, in order of time within a deal."""
    count, width = len(deals), len(STAGES) + slips.shape[1] + 1
    day = np.concatenate([stages, slips, deals.decided[:, None]], axis=1)
    closing = np.arange(width) == width - 1
    before_end = (day < deals.decided[:, None]) | closing
    is_there = before_end & (day < market.size.end_day)
    order = np.argsort(np.where(is_there, day, STILL_OPEN + 1), axis=1, kind="stable")
    slot = np.broadcast_to(np.arange(width), (count, width))
    slot, day, is_there = (np.take_along_axis(values, order, axis=1) for values in (slot, day, is_there))
    ended = np.where(deals.outcome == WON, len(STAGES), len(STAGES) + 1)
    stage = _running(np.where(slot < len(STAGES), slot, np.where(slot == width - 1, ended[:, None], -1)))
    moved = np.where((slot >= len(STAGES)) & (slot < width - 1), slot - len(STAGES) + 1, 0)
    place = np.maximum.accumulate(moved, axis=1)
    close = np.where(slot == width - 1, day, np.take_along_axis(expected, place, axis=1))
    kind = np.where(slot == 0, 0, np.where(slot < len(STAGES), 1, np.where(slot == width - 1, 3, 2)))
    previous = np.concatenate([np.full((count, 1), -1), stage[:, :-1]], axis=1)
    amount = np.where(stage >= 2, deals.amount[:, None], first_amount(market, deals)[:, None])
    number = np.broadcast_to(np.arange(width), (count, width))
    deal = np.broadcast_to(np.arange(count)[:, None], (count, width))[is_there]
    rows = (day[is_there], stage[is_there], previous[is_there], kind[is_there])
    made = _change_rows(market, deals, deal, number[is_there], rows, close[is_there], amount[is_there])
    return "stage_changes", rows[0], made


def _running(stage: Ints) -> Ints:
    """The stage that holds at each change: slips leave it as it is."""
    return np.maximum.accumulate(stage, axis=1)


def _change_rows(
    market: Market,
    deals: Deals,
    deal: Ints,
    number: Ints,
    rows: tuple[Ints, Ints, Ints, Ints],
    close: Ints,
    amount: Ints,
) -> pa.Table:
    day, stage, previous, kind = rows
    lost = stage == len(STAGES) + 1
    return as_.table(
        {
            "id": as_.ids("C-", deals.number[deal] * 10 + number, 10),
            "opportunity": as_.ids("D-", deals.number[deal]),
            "changed_on": as_.days(day),
            "kind": as_.words(KINDS, kind),
            "from_stage": as_.words(STATES, np.maximum(previous, 0), missing=previous < 0),
            "stage": as_.words(STATES, stage),
            "category": as_.words(CATEGORIES, np.where(lost, 5, stage)),
            "amount": as_.exact(amount),
            "currency": as_.words(CODES, deals.currency[deal]),
            "expected_close": as_.days(close),
            "owner": owners(market, deals.seat[deal], day),
        }
    )


def owners(market: Market, seat: Ints, day: Ints) -> pa.Array:
    """Who holds the territory on that day: a deal changes hands with its seat."""
    return as_.payees(market.staff.holder(seat, np.maximum(day, market.size.first_day)), seat)


def activities(market: Market, deals: Deals) -> Dated:
    """Spread over the life of the deal, denser at its beginning."""
    size = market.size
    kinds = np.tile(np.arange(len(ACTIVITIES)), len(deals))
    per_kind = deals.activities.ravel()
    deal = np.repeat(np.repeat(np.arange(len(deals)), len(ACTIVITIES)), per_kind)
    kind = np.repeat(kinds, per_kind)
    first = np.repeat(np.cumsum(per_kind) - per_kind, per_kind)
    turn = np.arange(len(deal)) - first
    index = (deals.number[deal] * len(ACTIVITIES) + kind) * (MOST_ACTIVITIES + 1) + turn
    life = np.minimum(deals.decided - deals.created, 240)[deal]
    day = deals.created[deal] + np.floor(life * size.stream("activities/day").uniform(index) ** 1.3).astype(np.int64)
    known: Flags = day < size.end_day
    index, deal, kind, day = index[known], deal[known], kind[known], day[known]
    order = np.lexsort((index, day, deal))
    index, deal, kind, day = index[order], deal[order], kind[order], day[order]
    least, most = np.array(MINUTES, np.int64).T
    minutes = size.stream("activities/minutes").between(index, least[kind], most[kind])
    rows = as_.table(
        {
            "id": as_.ids("V-", index, 12),
            "opportunity": as_.ids("D-", deals.number[deal]),
            "happened_on": as_.days(day),
            "kind": as_.words(ACTIVITIES, kind),
            "minutes": as_.exact(minutes, 0),
            "owner": owners(market, deals.seat[deal], day),
        }
    )
    return "activities", day, rows
