"""Months, thirty-day months and working days, against walks day by day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from attain.kernel.days import add_months, days_30_360, months_between, working_days

DAYS = st.dates(date(1999, 1, 1), date(2040, 12, 31))


@given(day=DAYS, months=st.integers(-300, 300))
def test_adding_months_keeps_the_day_or_takes_the_last_of_the_month(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == min(day.day, monthrange(moved.year, moved.month)[1])


def test_leap_day_and_a_year_is_the_end_of_february() -> None:
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert add_months(date(2028, 2, 29), 48) == date(2032, 2, 29)


@given(start=DAYS, end=DAYS)
def test_whole_months_are_as_many_as_fit(start: date, end: date) -> None:
    first, last = sorted((start, end))
    months = months_between(first, last)
    assert add_months(first, months) <= last < add_months(first, months + 1)
    assert months_between(last, first) == -months


@given(days=st.lists(DAYS, min_size=3, max_size=3).map(sorted))
def test_thirty_day_months_add_up_over_a_split_span(days: list[date]) -> None:
    """A.13: proration by 30/360: what a change of plan splits sums to the whole."""
    start, middle, end = days
    assert days_30_360(start, middle) + days_30_360(middle, end) == days_30_360(start, end)


def test_every_month_from_its_first_to_the_next_first_has_thirty_days() -> None:
    firsts = [add_months(date(2023, 1, 1), count) for count in range(25)]
    assert {days_30_360(one, add_months(one, 1)) for one in firsts} == {30}


def test_a_31st_counts_as_the_30th_on_both_sides() -> None:
    """A.13: the European 30/360 rule."""
    assert days_30_360(date(2026, 1, 30), date(2026, 1, 31)) == 0
    assert days_30_360(date(2026, 1, 31), date(2026, 3, 31)) == 60
    assert days_30_360(date(2026, 1, 15), date(2026, 1, 31)) == 15


@given(
    start=DAYS,
    length=st.integers(0, 100),
    holidays=st.frozensets(st.integers(-5, 105), max_size=20),
    weekend=st.frozensets(st.integers(0, 6), max_size=3),
)
def test_working_days_are_those_a_walk_counts(
    start: date, length: int, holidays: frozenset[int], weekend: frozenset[int]
) -> None:
    free = {start + timedelta(days=offset) for offset in holidays}
    span = [start + timedelta(days=offset) for offset in range(length)]
    end = start + timedelta(days=length)
    expected = sum(day not in free and day.weekday() not in weekend for day in span)
    assert working_days(start, end, free, weekend) == expected
    assert working_days(end, start, free, weekend) == -expected
