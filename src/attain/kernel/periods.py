"""Calendars and their periods: dense, half-open, named so that the names sort as the periods follow each other.

A calendar knows whole years. Everything is looked up in the periods of a year, which are laid out once, each starting
where the one before ends, so that no day is missed and none counted twice. What a week of a year is follows
ISO 8601; what a fiscal or a 4-4-5 year is, a calendar's own settings say. Several calendars can be in use at once:
a period is identified by calendar, kind and id.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Literal

from .days import add_months, days_30_360, months_between, working_days
from .errors import PeriodError, SetupError, suggest

__all__ = [
    "GREGORIAN",
    "KINDS",
    "Calendar",
    "GregorianCalendar",
    "Period",
    "RetailCalendar",
    "add_months",
    "days_30_360",
    "months_between",
    "working_days",
]

KINDS = ("week", "half_month", "month", "quarter", "half", "year")
FIRST_YEAR, LAST_YEAR = 1900, 2199  # a date outside is a slip of the pen or an "open end" that should be None
YearName = Literal["start", "end"]

_ID = re.compile(r"(?:FY)?(\d{4})(?:-(?:(Q\d)|(H\d)|(W\d\d)|(P?\d\d)(-H\d)?))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """One span of a calendar. `end` is the first day after it, `number` its place in its year, counted from 1."""

    calendar: str
    kind: str
    id: str
    start: date
    end: date
    number: int
    year: str

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def contains(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return self.id


class Calendar(ABC):
    """What all calendars can do. A concrete one says how a year is laid out and which year a date belongs to."""

    name: str
    kinds: tuple[str, ...]

    def period(self, kind: str, on: date) -> Period:
        """The period of this kind that contains the date."""
        self._require(kind, on)
        laid_out = _year(self, kind, self._year_of(kind, on))
        return laid_out[bisect_right(laid_out, on, key=lambda period: period.start) - 1]

    def periods(self, kind: str, from_: date, to: date) -> list[Period]:
        """Every period that has a day from `from_` up to but not including `to`, in order, without gaps."""
        if to < from_:
            raise PeriodError(f"A span cannot end on {to}, before it starts on {from_}.", code="period.reversed")
        if to == from_:
            return []
        last_day = to - timedelta(days=1)
        self._require(kind, from_, last_day)
        return [
            period
            for year in range(self._year_of(kind, from_), self._year_of(kind, last_day) + 1)
            for period in _year(self, kind, year)
            if period.start < to and period.end > from_
        ]

    def within(self, outer: Period, kind: str) -> list[Period]:
        """The periods that make up a larger one, such as the months of a quarter."""
        if not self.nests(kind, outer.kind):
            raise PeriodError(
                f"A {outer.kind} of calendar {self.name} does not consist of whole {kind} periods.",
                code="period.not-nested",
                hint="Take a kind that fits, or a 4-4-5 calendar, where weeks make up months.",
            )
        return self.periods(kind, outer.start, outer.end)

    def shift(self, period: Period, by: int) -> Period:
        """The period `by` places later, or earlier when negative: neighbours in the calendar, not in the data."""
        for _ in range(abs(by)):
            period = self.period(period.kind, period.end if by > 0 else period.start - timedelta(days=1))
        return period

    @abstractmethod
    def nests(self, inner_kind: str, outer_kind: str) -> bool:
        """Whether each period of the inner kind lies within one period of the outer kind."""

    def parse(self, text: str) -> Period:
        """The period of an id as people write it: 2026, 2026-H1, 2026-Q1, 2026-03, 2026-W07 and so on."""
        found = _ID.fullmatch(text.strip())
        if found:
            year, *parts, half_month = found.groups()
            kind = "half_month" if half_month else _kind_of(*parts)
            for near in range(max(int(year) - 1, FIRST_YEAR), min(int(year) + 1, LAST_YEAR) + 1):
                for period in _year(self, kind, near) if kind in self.kinds else ():
                    if period.id == text.strip():
                        return period
        raise PeriodError(
            f"{text!r} is no period of calendar {self.name}.",
            code="period.unknown",
            hint=self._hint_for(text),
        )

    def parse_range(self, text: str) -> list[Period]:
        """The periods of "2026-01..2026-06", both ends included; a single id is a range of one."""
        first_text, dots, last_text = text.partition("..")
        first = self.parse(first_text)
        last = self.parse(last_text) if dots else first
        if first.kind != last.kind:
            raise PeriodError(
                f"The range {text!r} starts with a {first.kind} and ends with a {last.kind}.",
                code="period.mixed-range",
                hint="Name two periods of the same kind, such as 2026-01..2026-06.",
            )
        if last.start < first.start:
            raise PeriodError(
                f"The range {text!r} ends before it starts.",
                code="period.reversed",
                hint=f"Did you mean {last}..{first}?",
            )
        return self.periods(first.kind, first.start, last.end)

    @abstractmethod
    def _year_of(self, kind: str, on: date) -> int:
        """The key of the year whose layout holds this date."""

    @abstractmethod
    def _layout(self, kind: str, year: int) -> tuple[str, list[tuple[str, date]], date]:
        """The year's name, each period's id and first day in order, and the first day after the year."""

    def _require(self, kind: str, *days: date) -> None:
        if kind not in self.kinds:
            near = suggest(kind, self.kinds)
            raise PeriodError(
                f"Calendar {self.name} has no periods of kind {kind!r}.",
                code="period.unknown-kind",
                hint=f"Did you mean {near}?" if near else f"It has {', '.join(self.kinds)}.",
            )
        for day in days:
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise PeriodError(
                    f"Calendar {self.name} covers the years {FIRST_YEAR} to {LAST_YEAR}; {day} is outside.",
                    code="period.out-of-range",
                    hint="Correct the year, or leave the date empty if it means that there is no end.",
                )

    def _hint_for(self, text: str) -> str:
        """How this calendar writes each kind, in the year that was meant as far as one can tell."""
        meant = re.search(r"(?:19|2[01])[0-9]{2}", text)
        middle = date(int(meant.group()) if meant else 2026, 6, 30)
        examples = (f"{_year(self, kind, self._year_of(kind, middle))[-1]} ({kind})" for kind in self.kinds)
        return f"It writes its periods like {', '.join(examples)}."


def _kind_of(quarter: str | None, half: str | None, week: str | None, month: str | None) -> str:
    named = {"quarter": quarter, "half": half, "week": week, "month": month}
    return next((kind for kind, part in named.items() if part), "year")


@lru_cache(maxsize=4096)
def _year(calendar: Calendar, kind: str, year: int) -> tuple[Period, ...]:
    """All periods of one kind in one year of a calendar."""
    name, starts, end = calendar._layout(kind, year)
    ends = [start for _, start in starts[1:]] + [end]
    return tuple(
        Period(calendar.name, kind, id_, start, end_, number, name)
        for number, ((id_, start), end_) in enumerate(zip(starts, ends, strict=True), start=1)
    )


@dataclass(frozen=True, slots=True)
class GregorianCalendar(Calendar):
    """Months of the civil calendar, in years that may start with any month.

    Where the year starts in January its name is the number, otherwise "FY" with the number of the civil year in
    which it ends (or starts, by `year_named_after`). Months keep their civil names. Weeks start on `week_start`
    (0 is Monday) and belong to the year that has most of their days, which for Monday is the rule of ISO 8601.

    >>> GregorianCalendar().period("week", date(2027, 1, 1)).id
    '2026-W53'
    >>> GregorianCalendar("fiscal", fiscal_start_month=7).period("quarter", date(2014, 1, 31)).id
    'FY2014-Q3'
    """

    name: str = "gregorian"
    fiscal_start_month: int = 1
    year_named_after: YearName = "end"
    week_start: int = 0

    kinds = KINDS

    def __post_init__(self) -> None:
        _require_setting(self.name, "fiscal_start_month", self.fiscal_start_month, range(1, 13))
        _require_setting(self.name, "year_named_after", self.year_named_after, ("start", "end"))
        _require_setting(self.name, "week_start", self.week_start, range(7))

    def nests(self, inner_kind: str, outer_kind: str) -> bool:
        self._require(inner_kind)
        self._require(outer_kind)
        if "week" in (inner_kind, outer_kind):
            return inner_kind == outer_kind
        return KINDS.index(inner_kind) <= KINDS.index(outer_kind)

    def _year_of(self, kind: str, on: date) -> int:
        if kind == "week":
            return (_week_of(on, self.week_start) + timedelta(days=3)).year
        return on.year - (on.month < self.fiscal_start_month)

    def _layout(self, kind: str, year: int) -> tuple[str, list[tuple[str, date]], date]:
        if kind == "week":
            return self._weeks(year)
        name = self._name(year)
        start = date(year, self.fiscal_start_month, 1)
        months = [add_months(start, count) for count in range(12)]
        starts: list[tuple[str, date]]
        match kind:
            case "half_month":
                starts = [(f"{day:%Y-%m}-H{1 + (day.day > 1)}", day) for m in months for day in (m, m.replace(day=16))]
            case "month":
                starts = [(f"{month:%Y-%m}", month) for month in months]
            case "quarter":
                starts = [(f"{name}-Q{count}", month) for count, month in enumerate(months[::3], start=1)]
            case "half":
                starts = [(f"{name}-H{count}", month) for count, month in enumerate(months[::6], start=1)]
            case _:
                starts = [(name, start)]
        return name, starts, add_months(start, 12)

    def _name(self, year: int) -> str:
        if self.fiscal_start_month == 1:
            return str(year)
        return f"FY{year + (self.year_named_after == 'end')}"

    def _weeks(self, year: int) -> tuple[str, list[tuple[str, date]], date]:
        # 4 January is in the first week whose larger part lies in the year, whatever day weeks start on.
        first, end = (_week_of(date(of, 1, 4), self.week_start) for of in (year, year + 1))
        count = (end - first).days // 7
        return str(year), [(f"{year}-W{week + 1:02d}", first + timedelta(weeks=week)) for week in range(count)], end


@dataclass(frozen=True, slots=True)
class RetailCalendar(Calendar):
    """Years of 52 or 53 whole weeks, with months of four and five weeks (4-4-5, 4-5-4 or 5-4-4).

    The year ends on the `last` given weekday of a month, or on the one `nearest` to the month's last day; the rest of
    a year beyond 52 weeks makes its last month a week longer. Weeks, months, quarters and halves all nest.

    >>> nrf = RetailCalendar("nrf", (4, 5, 4), "nearest", weekday=5, month=1, year_named_after="start")
    >>> str(nrf.period("year", date(2023, 6, 1)).start), nrf.period("year", date(2023, 6, 1)).days // 7
    ('2023-01-29', 53)
    """

    name: str = "4-4-5"
    pattern: tuple[int, int, int] = (4, 4, 5)
    year_ends: Literal["last", "nearest"] = "last"
    weekday: int = 5
    month: int = 12
    year_named_after: YearName = "end"

    kinds = ("week", "month", "quarter", "half", "year")

    def __post_init__(self) -> None:
        _require_setting(self.name, "pattern", self.pattern, ((4, 4, 5), (4, 5, 4), (5, 4, 4)))
        _require_setting(self.name, "year_ends", self.year_ends, ("last", "nearest"))
        _require_setting(self.name, "weekday", self.weekday, range(7))
        _require_setting(self.name, "month", self.month, range(1, 13))
        _require_setting(self.name, "year_named_after", self.year_named_after, ("start", "end"))

    def nests(self, inner_kind: str, outer_kind: str) -> bool:
        self._require(inner_kind)
        self._require(outer_kind)
        return KINDS.index(inner_kind) <= KINDS.index(outer_kind)

    def _year_of(self, kind: str, on: date) -> int:
        # The year's last day lies within three days of its closing month, so only a neighbour can be the right one.
        return next(year for year in range(on.year - 1, on.year + 3) if on < self._end(year))

    def _layout(self, kind: str, year: int) -> tuple[str, list[tuple[str, date]], date]:
        name = str(year - (self.year_named_after == "start" and self.month < 12))
        start, end = self._end(year - 1), self._end(year)
        weeks = (end - start).days // 7
        month_starts = [0, *accumulate((self.pattern * 4)[:-1])]
        match kind:
            case "week":
                starts = [(f"{name}-W{week + 1:02d}", week) for week in range(weeks)]
            case "month":
                starts = [(f"{name}-P{count:02d}", week) for count, week in enumerate(month_starts, start=1)]
            case "quarter":
                starts = [(f"{name}-Q{count + 1}", 13 * count) for count in range(4)]
            case "half":
                starts = [(f"{name}-H{count + 1}", 26 * count) for count in range(2)]
            case _:
                starts = [(name, 0)]
        return name, [(id_, start + timedelta(weeks=week)) for id_, week in starts], end

    def _end(self, year: int) -> date:
        """The first day after the year that closes in the given month of this civil year."""
        last_of_month = add_months(date(year, self.month, 1), 1) - timedelta(days=1)
        last_weekday = last_of_month - timedelta(days=(last_of_month.weekday() - self.weekday) % 7)
        if self.year_ends == "nearest" and (last_of_month - last_weekday).days > 3:
            last_weekday += timedelta(weeks=1)
        return last_weekday + timedelta(days=1)


def _week_of(day: date, week_start: int) -> date:
    """The first day of the week that contains the day."""
    return day - timedelta(days=(day.weekday() - week_start) % 7)


def _require_setting(calendar: str, setting: str, value: object, allowed: range | tuple[object, ...]) -> None:
    # A float equals its integer, so that 4.0 would be found in the range.
    if value not in allowed or isinstance(value, (bool, float)):
        choices = f"{allowed[0]} to {allowed[-1]}" if isinstance(allowed, range) else ", ".join(map(str, allowed))
        raise SetupError(
            f"Calendar {calendar} has {setting} = {value!r}.",
            code="setup.calendar",
            hint=f"Allowed: {choices}.",
        )


GREGORIAN = GregorianCalendar()
"""Civil months and years with weeks of ISO 8601."""
