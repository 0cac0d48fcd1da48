"""Arithmetic on dates, as contracts speak of it: months that end early, thirty-day months, working days.

A date here is a business day, never a moment: no zone, no clock. Spans leave their last day out.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta

SATURDAY_AND_SUNDAY = frozenset({5, 6})


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter.

    >>> add_months(date(2024, 1, 31), 1), add_months(date(2024, 2, 29), 12)
    (datetime.date(2024, 2, 29), datetime.date(2025, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> int:
    """Whole months from `start` to `end`, counted as `add_months` moves; negative when `end` comes first.

    >>> months_between(date(2024, 1, 31), date(2024, 2, 29)), months_between(date(2024, 1, 15), date(2025, 1, 14))
    (1, 11)
    """
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def days_30_360(start: date, end: date) -> int:
    """Days from `start` to `end` when every month has thirty: the European rule (30E/360).

    A 31st counts as a 30th on both sides. The count is then a difference of two numbers that each belong to one
    date, so the parts of a span always add up to the whole, which the American variants do not promise.

    >>> days_30_360(date(2026, 2, 1), date(2026, 3, 1)), days_30_360(date(2026, 1, 1), date(2027, 1, 1))
    (30, 360)
    """
    return _day_of_360(end) - _day_of_360(start)


def _day_of_360(day: date) -> int:
    return day.year * 360 + day.month * 30 + min(day.day, 30)


def working_days(
    start: date,
    end: date,
    holidays: Collection[date] = frozenset(),
    weekend: Collection[int] = SATURDAY_AND_SUNDAY,
) -> int:
    """Days from `start` up to but not including `end` that are neither weekend (0 is Monday) nor holiday.

    >>> working_days(date(2026, 1, 1), date(2026, 2, 1), holidays={date(2026, 1, 1)})
    21
    """
    if end < start:
        return -working_days(end, start, holidays, weekend)
    weeks, rest = divmod((end - start).days, 7)
    days = weeks * (7 - len(set(weekend)))
    days += sum((start + timedelta(days=day)).weekday() not in weekend for day in range(rest))
    return days - sum(start <= day < end and day.weekday() not in weekend for day in set(holidays))
