"""Opportunities with all that happens to them, worked out from their numbers alone.

The number gives the day of creation (numbers rise with time), the seat and so the territory, the customer, the number
of activities of each kind; these and the person on the seat give the probability of winning, and one more draw the
outcome. The activities are drawn before the outcome and without a look at it: their effect is causal by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .accounts import Accounts, Products, currency_of
from .parameters import ACTIVITIES, STAGES, Parameters, day_weights, signed_at_quarter_end
from .seats import Seats
from .size import Size
from .staffing import Staff
from .streams import Flags, Floats, Ints, rows

HISTORY = 200
"""Days before the first in which deals were created that are still open then."""
MOST_SLIPS = 3
OPEN, WON, LOST = range(3)
MOST_ACTIVITIES = 30
STILL_OPEN = 10**6
"""A day beyond every calendar: of what is never decided."""


@dataclass(frozen=True)
class Deals:
    """Some opportunities, one entry each."""

    number: Ints
    created: Ints
    seat: Ints
    account: Ints
    segment: Ints
    currency: Ints
    source: Ints
    competitor: Flags
    product: Ints
    amount: Ints
    """Minor units of the currency, after the discount."""
    discount: Ints
    """In thousandths."""
    person: Ints
    """Who held the seat at creation; -1 while it was vacant."""
    activities: Ints
    """Number of each kind: a row a deal."""
    probability: Floats
    outcome: Ints
    decided: Ints

    def __len__(self) -> int:
        return len(self.number)

    def only(self, mask: Flags) -> Deals:
        return Deals(**{name: getattr(self, name)[mask] for name in self.__dataclass_fields__})


@dataclass(frozen=True)
class Market:
    """Everything that deals are worked out from."""

    size: Size
    laws: Parameters
    seats: Seats
    staff: Staff
    accounts: Accounts
    products: Products

    @cached_property
    def deal_count(self) -> int:
        """What the reps can work on; less where only few transactions are wanted."""
        reps = self.seats.reps
        a_year = np.array(self.laws.opportunities_per_rep)[self.seats.segment[reps]].sum()
        by_people = float(a_year) * (self.size.years + HISTORY / 365.25)
        return max(60, int(min(by_people, 0.75 * self.size.transactions)))

    @cached_property
    def _creation(self) -> tuple[int, Floats]:
        start = self.size.first_day - HISTORY
        return start, np.cumsum(day_weights(start, self.size.end_day, self.laws))

    @cached_property
    def _reach(self) -> Floats:
        """Cumulated weight of the rep seats: how many opportunities each finds."""
        reps = self.seats.reps
        return np.cumsum(
            np.array(self.laws.opportunities_per_rep)[self.seats.segment[reps]] * self.seats.potential[reps]
        )

    def created(self, number: Ints) -> Ints:
        start, heaped = self._creation
        place = (number + self.size.stream("deals/created").uniform(number)) / self.deal_count
        found = np.searchsorted(heaped, place * heaped[-1], side="right")
        return np.asarray(start + np.minimum(found, len(heaped) - 1), np.int64)

    def rep_seat(self, what: str, index: Ints, day: Ints, reach: Floats) -> Ints:
        """A rep's seat by weight; one that is not open yet passes to another."""
        stream = self.size.stream(what)
        found = np.full(len(index), -1, np.int64)
        for turn in ("first", "second", "third"):
            drawn = np.searchsorted(reach, stream.also(turn).uniform(index) * reach[-1], side="right")
            seat = self.seats.first_rep + np.minimum(drawn, len(reach) - 1)
            found = np.where((found < 0) | (self.seats.opens[found] > day), seat, found)
        return found

    def deals(self, number: Ints) -> Deals:
        size, laws = self.size, self.laws
        draw = size.stream
        created = self.created(number)
        seat = self.rep_seat("deals/seat", number, created, self._reach)
        account = self.accounts.of_seat(seat, draw("deals/account").uniform(number))
        segment = self.seats.segment[seat]
        currency = currency_of(self.accounts.country(account))
        source = draw("deals/source").choice(number, laws.source_share)
        competitor = draw("deals/competitor").happens(number, laws.competitor_share)
        discount = (
            np.floor(
                np.array(laws.discount_most)[segment] * 200 * draw("deals/discount").uniform(number) ** 1.6
            ).astype(np.int64)
            * 5
        )
        amount = self._amount(number, segment, currency, discount)
        person = self.staff.holder(seat, np.maximum(created, size.first_day))
        activities = self._activities(number, segment, person)
        odds = self.log_odds(segment, source, competitor, discount, activities, person, created)
        probability = 1.0 / (1.0 + np.exp(-odds))
        won = draw("deals/outcome").uniform(number) < probability
        never = draw("deals/never").happens(number, laws.never_closed)
        outcome = np.where(never, OPEN, np.where(won, WON, LOST))
        decided = np.where(never, STILL_OPEN, self._decided(number, created, segment, won))
        return Deals(
            number, created, seat, account, segment, currency, source, competitor,
            self.products.chosen("deals/product", number, created), amount, discount,
            person, activities, probability, outcome, decided,
        )  # fmt: skip

    def _amount(self, number: Ints, segment: Ints, currency: Ints, discount: Ints) -> Ints:
        laws = self.laws
        spread = np.array(laws.amount_deviation)[segment] * self.size.stream("deals/amount").normal(number)
        listed = np.array(laws.amount_median)[segment] * np.exp(spread) / np.array(laws.rate_start)[currency]
        tens = np.maximum(20, np.round(listed / 10)).astype(np.int64)
        return np.asarray(tens * (1000 - discount), np.int64)  # ten units are 1,000 minor ones, so this is exact

    def _activities(self, number: Ints, segment: Ints, person: Ints) -> Ints:
        diligence = np.where(person >= 0, self.staff.diligence[person], 0.6)
        means = np.array(self.laws.activity_mean)[segment] * diligence[:, None]
        kinds = [
            self.size.stream(f"deals/{kind}").counts(number, means[:, place], MOST_ACTIVITIES)
            for place, kind in enumerate(ACTIVITIES)
        ]
        return np.stack(kinds, axis=1)

    def log_odds(
        self, segment: Ints, source: Ints, competitor: Flags, discount: Ints, activities: Ints, person: Ints, day: Ints
    ) -> Floats:
        laws, staff = self.laws, self.staff
        held = person >= 0
        tenure = np.where(held, day - staff.hired[person], 0)
        learned = np.where(held, laws.ramp(np.maximum(tenure, 0), segment), 0.0)
        effects = np.log2(1.0 + activities) @ np.array(laws.activity_effect)
        return np.asarray(
            np.array(laws.segment_effect)[segment]
            + np.array(laws.source_effect)[source]
            + laws.competitor_effect * competitor
            + laws.discount_effect * discount / 100
            + np.where(held, staff.skill[person], 0.0)
            - laws.ramp_penalty * (1.0 - learned)
            + effects,
            np.float64,
        )

    def _decided(self, number: Ints, created: Ints, segment: Ints, won: Flags) -> Ints:
        laws = self.laws
        spread = laws.cycle_deviation * self.size.stream("deals/cycle").normal(number)
        cycle = np.array(laws.cycle_median)[segment] * np.exp(spread) * np.where(won, 1.0, laws.lost_faster)
        due = created + np.maximum(4, np.round(np.minimum(cycle, 540))).astype(np.int64)
        pressed = signed_at_quarter_end(
            due, self.size.stream("deals/press").uniform(number), np.array(laws.quarter_end)[segment]
        )
        return np.where(won, pressed, due)

    def stages(self, deals: Deals) -> Ints:
        """The day on which each stage was entered, STILL_OPEN where it never was; a row a deal."""
        size, laws, number = self.size, self.laws, deals.number
        parts = [
            weight * size.stream(f"deals/stage/{place}").exponential(number)
            for place, weight in enumerate(laws.stage_weight)
        ]
        last = size.stream("deals/lost-in").choice(number, laws.lost_in_stage)
        last = np.where(deals.outcome == WON, len(STAGES) - 1, last)
        last = np.where(deals.outcome == OPEN, size.stream("deals/stuck-in").choice(number, (0.4, 0.35, 0.25, 0)), last)
        spent = np.stack(parts, axis=1) * (np.arange(len(STAGES)) <= last[:, None])
        before = np.cumsum(spent, axis=1) - spent
        share = before / spent.sum(axis=1, keepdims=True)
        length = np.where(deals.outcome == OPEN, 90, deals.decided - deals.created)
        entered = deals.created[:, None] + np.floor(share * length[:, None]).astype(np.int64)
        return np.where(np.arange(len(STAGES)) <= last[:, None], entered, STILL_OPEN)

    def slips(self, deals: Deals) -> tuple[Ints, Ints]:
        """When the close date was moved and where to: expected first, then after each slip. A row a deal."""
        size, laws, number = self.size, self.laws, deals.number
        least, most = laws.slip_days
        lost = (deals.outcome != WON).astype(np.int64)
        count = size.stream("deals/slips").choice_by(number, lost, laws.slip_share)
        count = np.where(deals.outcome == OPEN, MOST_SLIPS, count)
        moved = [size.stream(f"deals/slip/{turn}").between(number, least, most) for turn in range(MOST_SLIPS)]
        days = np.stack(moved, axis=1) * (np.arange(MOST_SLIPS) < count[:, None])
        total = days.sum(axis=1)
        guess = deals.created + size.stream("deals/guess").between(number, 40, 120) + total
        final = np.where(deals.outcome == OPEN, guess, deals.decided)
        room = final - total > deals.created + 7
        days = days * room[:, None]
        expected = final[:, None] - days.sum(axis=1)[:, None] + np.cumsum(days, axis=1)
        expected = np.concatenate([(final - days.sum(axis=1))[:, None], expected], axis=1)
        early = np.stack(
            [size.stream(f"deals/told/{turn}").between(number, 0, 6) for turn in range(MOST_SLIPS)], axis=1
        )
        told = np.maximum(expected[:, :-1] - early, deals.created[:, None] + 1)
        return np.where(days > 0, told, STILL_OPEN), expected


def all_deals(market: Market) -> list[Ints]:
    """The numbers of all opportunities, cut into pieces."""
    count, chunk = market.deal_count, market.size.chunk
    return [rows(start, min(start + chunk, count)) for start in range(0, count, chunk)]
