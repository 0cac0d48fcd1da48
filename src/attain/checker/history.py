"""One plan through time: its versions, its calendar, and who is on it on which days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from attain.checker.evaluate import is_true
from attain.checker.record import Record
from attain.checker.seats import ENDLESS, SeatScope
from attain.kernel.intervals import Interval, merged
from attain.kernel.money import currency
from attain.kernel.periods import Period, add_months
from attain.kernel.rounding import Rounding, round_ratio
from attain.plans.model import Plan
from attain.plans.nesting import refuse_what_does_not_fit
from attain.plans.scalars import Over
from attain.plans.versions import in_order, present_names

ONE_DAY = timedelta(days=1)


class History:
    """The versions of one plan in order of time, with what they have in common."""

    def __init__(
        self, versions: Sequence[Plan], record: Record, credit_days: Callable[[], Mapping[str, list[date]]]
    ) -> None:
        """`credit_days` gives the credit dates of each payee in order: asked when they are needed, for they are worked
        out by the history."""
        self.versions = in_order(versions)
        self.names = present_names(versions)
        """Former names of components with the names that they have now."""
        self.record = record
        latest = self.versions[-1]
        self.plan = latest.plan
        self.calendar = record.snapshot.calendars[latest.calendar or record.snapshot.calendar]
        refuse_what_does_not_fit(self.versions, self.calendar)
        self.period_kind = latest.period
        self.currency = latest.currency
        self.places = currency(latest.currency).places
        self.start = self.versions[0].effective.start
        self.end = latest.effective.end or ENDLESS
        self._credit_days = credit_days
        self._pay_periods: dict[date, Period] = {}
        self._payees: dict[tuple[str, date], list[str]] = {}

    def version_of(self, period: Period) -> Plan:
        """The latest version that has begun by the period's last day, also where it has ended by then."""
        place = bisect_right(self.versions, period.last, key=lambda version: version.effective.start)
        return self.versions[max(place - 1, 0)]

    def pay_period(self, day: date) -> Period:
        known = self._pay_periods.get(day)
        if known is None:
            known = self._pay_periods[day] = self.calendar.period(self.period_kind, day)
        return known

    def window(self, over: Over | None, day: date) -> tuple[date, date]:
        """First day and excluded last one of the window that holds a day."""
        kind = self.period_kind if over is None else over.kind
        if kind == "plan":
            return self.start, self.end
        if kind == "rolling":
            months = over.months if over is not None and over.months is not None else 0
            return add_months(day + ONE_DAY, -months), day + ONE_DAY
        if kind == "column":
            return date.min, ENDLESS
        period = self.calendar.period(kind, day)
        return period.start, period.end

    def rounded(self, amount: Fraction, version: Plan, places: int | None = None) -> int:
        """Whole minor units, rounded as the plan says; `places` asks for fewer than the currency has."""
        policy = version.policies.rounding
        mode = policy.mode if policy is not None else Rounding.HALF_UP
        kept = self.places if places is None else min(places, self.places)
        scale: int = 10 ** (self.places - kept)
        return round_ratio(amount.numerator * 10**kept, amount.denominator, mode) * scale

    def money(self, minor: int) -> Fraction:
        return Fraction(minor, 10**self.places)

    # Who is on the plan

    @cached_property
    def membership(self) -> dict[str, list[Interval]]:
        """The days on which each payee is on the plan, as spans in order that do not touch."""
        spans: dict[str, list[tuple[Interval, bool]]] = defaultdict(list)
        for seat in self.record.seats.all_seats:
            for version in self.versions:
                start = max(seat.start, version.effective.start)
                end = min(seat.end, version.effective.end or ENDLESS)
                if start < end and is_true(version.participants, SeatScope(self.record.seats, seat)):
                    spans[seat.payee].append((Interval(start, None if end == ENDLESS else end), True))
        return {payee: [span for span, _ in merged(rows)] for payee, rows in sorted(spans.items())}

    def is_on(self, payee: str, day: date) -> bool:
        return any(span.contains(day) for span in self.membership.get(payee, ()))

    def active_days(self, payee: str, start: date, end: date) -> int:
        days = 0
        for span in self.membership.get(payee, ()):
            days += max(0, (min(span.end or ENDLESS, end) - max(span.start, start)).days)
        return days

    def is_on_in(self, payee: str, period: Period) -> bool:
        return self.active_days(payee, period.start, period.end) > 0

    def last_day(self, payee: str, period: Period) -> date:
        """The last day in the period on which the payee is on the plan, else the last one before it."""
        latest = None
        for span in self.membership.get(payee, ()):
            if span.start < period.end:
                latest = min(span.last or period.last, period.last)
        return latest or period.last

    def first_period(self, payee: str, kind: str) -> Period | None:
        """The first period in which the payee is on the plan or has a credit."""
        days = [span.start for span in self.membership.get(payee, ())[:1]] + self._credit_days().get(payee, [])[:1]
        return self.calendar.period(kind, min(days)) if days else None

    def is_there(self, payee: str, period: Period) -> bool:
        """Whether the payee is on the plan for a day of the period or has a credit in it."""
        days = self._credit_days().get(payee, [])
        credited = bisect_left(days, period.start) < bisect_left(days, period.end)
        return credited or self.is_on_in(payee, period)

    def periods_of(self, payee: str, kind: str, horizon: date) -> list[Period]:
        """The payee's periods up to the horizon, without those in which they are not there."""
        first = self.first_period(payee, kind)
        if first is None or first.start >= horizon:
            return []
        every = self.calendar.periods(kind, first.start, horizon)
        return [period for period in every if self.is_there(payee, period)]

    def payees_in(self, period: Period) -> list[str]:
        key = (period.kind, period.start)
        if key not in self._payees:
            self._payees[key] = [payee for payee in self.membership if self.is_there(payee, period)]
        return self._payees[key]

    def team_members(self, team: str, period: Period) -> list[str]:
        return [payee for payee in self.payees_in(period) if self.team_of(payee, period) == team]

    def team_of(self, payee: str, period: Period) -> str | None:
        return self.record.seats.team_of(payee, self.last_day(payee, period))
