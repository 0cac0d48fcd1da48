"""The whole company, table by table, in pieces that fit into memory at any size.

First the deals in the order of their creation, which fixes when each is won; then month by month the orders of won
deals and the repeat orders, with all that follows from them. Pieces may be worked out by several threads; they are
written in their order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from attain.kernel.files import Files

from . import billing, history, names, orders, truth
from . import columns as as_
from .accounts import FAMILIES, PRODUCTS_A_FAMILY, Products, currency_of, owned
from .deals import WON, Deals, Market, all_deals
from .decided import decision_tables
from .orders import Repeats
from .parameters import CODES, COUNTRIES, LAWS, SEGMENTS, Parameters
from .quotas import quota_table
from .seats import laid_out
from .shelves import COMPANY, Shelves
from .size import Size
from .staffing import staffed
from .streams import Ints, rows
from .written import CRM, documents

Step = Callable[[str], None]
MONEY = ("orders", "invoices", "payments", "returns")
"""Tables whose rows are the transactions that are asked for."""
SAMPLE = 2_000
INDUSTRIES = ("Manufacturing", "Retail", "Software", "Health", "Logistics", "Energy", "Finance", "Public", "Education")
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass
class Summary:
    """What was made."""

    size: Size
    people: int
    positions: int
    opportunities: int
    won: int
    lost: int
    rows: dict[str, int] = field(default_factory=dict)
    late: int = 0
    corrected: int = 0
    files: int = 0

    @property
    def transactions(self) -> int:
        return sum(self.rows.get(name, 0) for name in MONEY)


def steps_of(size: Size) -> int:
    """How often `simulate` says what it does."""
    return 3 + size.month_count


def simulate(folder: Path, size: Size, files: Files, step: Step, laws: Parameters = LAWS) -> Summary:
    """Write the company into a new folder; it has its name only when it is whole."""
    with files.publishing(folder) as unfinished:
        shelves = Shelves(unfinished, files, size)
        made = _Making(size, laws, shelves, step)
        made.run()
        shelves.close()
    made.summary.rows = {name: count for name, count in shelves.rows.items() if not name.startswith("true_")}
    made.summary.files = shelves.count
    return made.summary


def market_of(size: Size, laws: Parameters = LAWS) -> tuple[Market, Repeats]:
    """People, territories and customers, with as many repeat orders as the transactions still need."""
    seats = laid_out(size, laws)
    staff = staffed(size, laws, seats)
    first = Market(size, laws, seats, staff, owned(size, laws, seats, size.transactions // 4), Products(size))
    some = np.unique(np.linspace(0, first.deal_count - 1, SAMPLE).astype(np.int64))
    sampled = first.deals(some)
    won = _booked(sampled, size)
    of_deal = float(billing.expected_rows(first, orders.of_deals(first, won))[0]) * len(won) / len(some)
    spread = np.unique(np.linspace(0, 10 * SAMPLE - 1, SAMPLE).astype(np.int64))
    of_repeat = float(billing.expected_rows(first, Repeats(first, 10 * SAMPLE).orders(spread))[0])
    count = max(0, round((size.transactions - of_deal * first.deal_count) / of_repeat))
    market = Market(size, laws, seats, staff, owned(size, laws, seats, count), Products(size))
    return market, Repeats(market, count)


def _booked(deals: Deals, size: Size) -> Deals:
    return deals.only((deals.outcome == WON) & (deals.decided >= size.first_day) & (deals.decided < size.end_day))


@dataclass
class _Making:
    size: Size
    laws: Parameters
    shelves: Shelves
    step: Step

    def run(self) -> None:
        self.step("people and territories")
        self.market, self.repeats = market_of(self.size, self.laws)
        staff = self.market.staff
        self.summary = Summary(self.size, len(staff.hired), len(self.market.seats), 0, 0, 0)
        self._company()
        self.step("deals")
        won = self._deals()
        for month in range(self.size.month_count):
            self.step(f"orders of {self.size.months[month]}")
            self._orders(month, won[month])
            self.shelves.close_before(month)
        self.step("closing the files")

    def _company(self) -> None:
        for place, text in documents(self.size, self.market.products.nova_launch).items():
            self.shelves.write(place, text.encode())
        company = f"imports/{COMPANY}"
        for name, table in decision_tables(self.size, self.laws, self.market.seats, self.market.staff):
            self.shelves.put(company, name, table)
        self.shelves.put(company, "quotas", quota_table(self.market, self.repeats))
        self.shelves.put(company, "products", products(self.market))
        for piece in self._in_turn(lambda number: accounts(self.market, number), self._account_pieces()):
            self.shelves.put(company, "accounts", piece)
        self.shelves.write("truth/parameters.json", truth.laws_of(self.market))
        self.shelves.put("truth", "true_people", truth.of_people(self.market), form="parquet")
        self.shelves.put("truth", "true_territories", truth.of_territories(self.market, self.repeats), form="parquet")

    def _account_pieces(self) -> Iterator[Ints]:
        return orders.pieces(0, self.market.accounts.count, self.size.chunk)

    def _deals(self) -> list[Ints]:
        """Writes the CRM; returns the numbers of the won deals by the month in which they are booked."""
        size = self.size
        by_month: list[list[Ints]] = [[] for _ in range(size.month_count)]
        for deals, told in self._in_turn(self._told, all_deals(self.market)):
            for name, day, table in told:
                self.shelves.by_month(name, size.month_of(day), table)
            if size.crm and len(deals):
                self.shelves.put("truth", "true_opportunities", truth.of_deals(self.market, deals), form="parquet")
                self.shelves.close_before(int(size.month_of(deals.created[:1])[0]))
            self.summary.opportunities += len(deals)
            decided = deals.decided < size.end_day
            self.summary.won += int((decided & (deals.outcome == WON)).sum())
            self.summary.lost += int((decided & (deals.outcome != WON)).sum())
            booked = _booked(deals, size)
            month = size.month_of(booked.decided)
            for place in np.unique(month).tolist():
                by_month[place].append(booked.number[month == place])
        self.shelves.close_tables(CRM)
        return [np.concatenate(parts) if parts else rows(0, 0) for parts in by_month]

    def _told(self, number: Ints) -> tuple[Deals, list[history.Dated]]:
        deals = self.market.deals(number)
        deals = deals.only(deals.decided >= self.size.first_day)
        return deals, list(history.told(self.market, deals)) if self.size.crm else []

    def _orders(self, month: int, won: Ints) -> None:
        starts, chunk = self.repeats.month_starts, self.size.chunk
        work = [(won[first : first + chunk], True) for first in range(0, len(won), chunk)]
        work += [(piece, False) for piece in orders.pieces(int(starts[month]), int(starts[month + 1]), chunk)]
        for done, tables in self._in_turn(self._billed, work):
            for name, _, arrives, late, table in tables:
                self.shelves.by_month(name, arrives, table, late=late)
            self.shelves.put("truth", "true_orders", truth.of_orders(done), form="parquet")
            self.summary.late += int(done.late.sum())
            self.summary.corrected += int((done.corrected >= 0).sum())

    def _billed(self, work: tuple[Ints, bool]) -> tuple[billing.Billed, list[billing.Arrived]]:
        number, of_deals = work
        made = orders.of_deals(self.market, self.market.deals(number)) if of_deals else self.repeats.orders(number)
        done = billing.billed(self.market, made)
        return done, billing.documents(done)

    def _in_turn(self, make: Callable[[Given], Made], pieces: Iterable[Given]) -> Iterator[Made]:
        """What is made of each piece, in their order; with threads a few pieces ahead."""
        if self.size.threads == 1:
            yield from map(make, pieces)
            return
        with ThreadPoolExecutor(self.size.threads) as pool:
            ahead: deque[Future[Made]] = deque()
            for piece in pieces:
                ahead.append(pool.submit(make, piece))
                if len(ahead) > self.size.threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()


def accounts(market: Market, number: Ints) -> pa.Table:
    known = market.accounts
    country = known.country(number)
    return as_.table(
        {
            "id": as_.ids("A-", number),
            "created_on": as_.days(known.created(number)),
            "name": names.of_companies(market.size, number, country),
            "country": as_.words(COUNTRIES, country),
            "currency": as_.words(CODES, currency_of(country)),
            "industry": as_.words(INDUSTRIES, known.industry(number)),
            "segment": as_.words(SEGMENTS, known.segment(number)),
            "employees": as_.exact(known.employees(number), 0),
            "owner": as_.ids("P", known.seat(number), 6),
        }
    )


def products(market: Market) -> pa.Table:
    every = rows(0, market.products.count)
    family = every // PRODUCTS_A_FAMILY
    sizes = as_.words(("Start", "Team", "Plus", "Max"), every % PRODUCTS_A_FAMILY)
    before = market.size.first_day - 400
    launched = np.where(family == len(FAMILIES) - 1, market.products.nova_launch, before)
    return as_.table(
        {
            "id": history.product_ids(every),
            "launched_on": as_.days(launched),
            "name": pc.binary_join_element_wise(as_.words(FAMILIES, family), sizes, " "),
            "family": as_.words(FAMILIES, family),
            "list_price": as_.exact(market.products.price),
            "unit_cost": as_.exact(market.products.cost),
        }
    )
