"""Calendars: every day once, ids that name one period, weeks of ISO 8601, years of 52 and 53 weeks."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.kernel.errors import PeriodError, SetupError
from attain.kernel.periods import GREGORIAN, Calendar, GregorianCalendar, Period, RetailCalendar

FISCAL_JULY = GregorianCalendar("fiscal-july", fiscal_start_month=7)
FISCAL_APRIL = GregorianCalendar("fiscal-april", fiscal_start_month=4, year_named_after="start", week_start=6)
NRF = RetailCalendar("nrf", (4, 5, 4), "nearest", weekday=5, month=1, year_named_after="start")
LAST_SUNDAY_OF_DECEMBER = RetailCalendar("last-sunday", (4, 4, 5), "last", weekday=6, month=12)
NEAREST_YEAR_END = RetailCalendar("nearest-friday", (5, 4, 4), "nearest", weekday=4, month=12, year_named_after="start")
CALENDARS = [GREGORIAN, FISCAL_JULY, FISCAL_APRIL, NRF, LAST_SUNDAY_OF_DECEMBER, NEAREST_YEAR_END]
EACH_KIND = [pytest.param(each, kind, id=f"{each.name}-{kind}") for each in CALENDARS for kind in each.kinds]

FROM, TO = date(1999, 1, 1), date(2041, 1, 1)
DAYS = st.dates(FROM, TO - timedelta(days=1))


@pytest.mark.parametrize(("calendar", "kind"), EACH_KIND)
def test_every_day_from_1999_to_2040_is_in_exactly_one_period(calendar: Calendar, kind: str) -> None:
    """A.22: dense, without overlap; ids are unique and sort as the periods follow each other; numbers restart."""
    periods = calendar.periods(kind, FROM, TO)
    assert periods[0].contains(FROM) and periods[-1].contains(TO - timedelta(days=1))
    for before, after in pairwise(periods):
        assert before.end == after.start
        assert before.id < after.id
        assert after.number == (1 if after.year != before.year else before.number + 1)
    assert all(calendar.parse(period.id) == period for period in periods)


@pytest.mark.parametrize(("calendar", "kind"), EACH_KIND)
@given(day=DAYS, by=st.integers(-15, 15))
def test_looking_up_a_day_and_moving_agree_with_the_list(calendar: Calendar, kind: str, day: date, by: int) -> None:
    period = calendar.period(kind, day)
    assert period.contains(day) and period.days == (period.end - period.start).days
    moved = calendar.shift(period, by)
    first, last = min(period, moved, key=lambda each: each.start), max(period, moved, key=lambda each: each.start)
    assert len(calendar.periods(kind, first.start, last.end)) == abs(by) + 1


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda each: each.name)
def test_nesting_is_what_the_days_say(calendar: Calendar) -> None:
    """A.22: weeks nest in the months of a 4-4-5 year and not in civil months."""
    for inner in calendar.kinds:
        for outer in calendar.kinds:
            fits = all(
                calendar.period(outer, period.start) == calendar.period(outer, period.last)
                for period in calendar.periods(inner, FROM, TO)
            )
            assert calendar.nests(inner, outer) == fits, (inner, outer)


@given(day=DAYS)
def test_weeks_are_those_of_iso_8601(day: date) -> None:
    year, week, weekday = day.isocalendar()
    period = GREGORIAN.period("week", day)
    assert (period.id, period.number, period.year) == (f"{year}-W{week:02d}", week, str(year))
    assert period.start == day - timedelta(days=weekday - 1)


def spelled(calendar: Calendar, day: date) -> dict[str, str]:
    return {kind: calendar.period(kind, day).id for kind in calendar.kinds}


def test_ids_of_the_civil_calendar() -> None:
    assert spelled(GREGORIAN, date(2027, 1, 1)) == {
        "week": "2026-W53",
        "half_month": "2027-01-H1",
        "month": "2027-01",
        "quarter": "2027-Q1",
        "half": "2027-H1",
        "year": "2027",
    }


def test_a_fiscal_year_is_named_after_the_civil_year_in_which_it_ends_or_starts() -> None:
    """A.22: months keep their civil names; quarter, half and year say that they are fiscal."""
    ends = spelled(FISCAL_JULY, date(2014, 1, 31))
    assert (ends["month"], ends["quarter"], ends["half"], ends["year"]) == (
        "2014-01",
        "FY2014-Q3",
        "FY2014-H2",
        "FY2014",
    )
    starts = spelled(FISCAL_APRIL, date(2014, 1, 31))
    assert (starts["month"], starts["quarter"], starts["year"]) == ("2014-01", "FY2013-Q4", "FY2013")
    assert FISCAL_JULY.period("month", date(2014, 1, 31)).number == 7


def test_leap_day_belongs_to_a_february_of_29_days() -> None:
    for year, days in ((1900, 28), (2000, 29), (2023, 28), (2024, 29), (2028, 29), (2100, 28)):
        assert GREGORIAN.period("month", date(year, 2, 28)).days == days
    second_half = GREGORIAN.parse("2024-02-H2")
    assert (second_half.start, second_half.last) == (date(2024, 2, 16), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("year", "start", "weeks"),
    [
        ("2017", date(2017, 1, 29), 53),
        ("2022", date(2022, 1, 30), 52),
        ("2023", date(2023, 1, 29), 53),
        ("2024", date(2024, 2, 4), 52),
    ],
)
def test_the_retail_year_nearest_to_the_end_of_january(year: str, start: date, weeks: int) -> None:
    """A.22: the 4-5-4 calendar of American retail had its 53rd week in 2017 and 2023."""
    period = NRF.parse(year)
    assert (period.start, period.days) == (start, weeks * 7)


def test_the_53rd_week_makes_the_last_month_longer() -> None:
    """A.22"""
    weeks = {year: [month.days // 7 for month in NRF.within(NRF.parse(year), "month")] for year in ("2022", "2023")}
    assert weeks["2022"] == [4, 5, 4] * 4
    assert weeks["2023"] == [4, 5, 4] * 3 + [4, 5, 5]
    assert NRF.parse("2023-W53") == NRF.within(NRF.parse("2023-P12"), "week")[-1]


@pytest.mark.parametrize("calendar", [NRF, LAST_SUNDAY_OF_DECEMBER, NEAREST_YEAR_END], ids=lambda each: each.name)
def test_a_retail_year_ends_on_its_weekday_where_its_rule_says(calendar: RetailCalendar) -> None:
    """A.22: 52 or 53 weeks; the last such day of the month, or the nearest to its end."""
    lengths = set()
    for year in calendar.periods("year", FROM, TO):
        lengths.add(year.days)
        assert year.last.weekday() == calendar.weekday
        near = [year.last + timedelta(days=off) for off in range(-3, 4)]
        if calendar.year_ends == "nearest":
            assert any(day.month == calendar.month and (day + timedelta(days=1)).day == 1 for day in near)
        else:
            assert year.last.month == calendar.month and (year.last + timedelta(days=7)).month != calendar.month
    assert lengths == {364, 371}


def test_a_year_that_ends_in_january_by_nearness_keeps_the_name_of_its_december() -> None:
    """The Friday nearest to 31 December 2026 is 1 January 2027."""
    assert NEAREST_YEAR_END.period("year", date(2027, 1, 1)).id == "2026"
    assert NEAREST_YEAR_END.period("year", date(2027, 1, 2)).id == "2027"


def test_a_range_of_periods_includes_both_ends() -> None:
    assert [period.id for period in GREGORIAN.parse_range("2026-11..2027-02")] == [
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
    ]
    assert [period.id for period in GREGORIAN.parse_range("2026-Q1")] == ["2026-Q1"]
    with pytest.raises(PeriodError, match="month and ends with a quarter"):
        GREGORIAN.parse_range("2026-01..2026-Q2")
    with pytest.raises(PeriodError) as refused:
        GREGORIAN.parse_range("2026-06..2026-01")
    assert refused.value.hint == "Did you mean 2026-01..2026-06?"


@pytest.mark.parametrize(
    ("calendar", "text", "mentions"),
    [
        (FISCAL_JULY, "2014-Q3", "FY2014-Q4 (quarter)"),
        (GREGORIAN, "FY2014-Q3", "2014-Q4 (quarter)"),
        (GREGORIAN, "2026-13", "2026-12 (month)"),
        (GREGORIAN, "2025-W53", "2025-W52 (week)"),
        (GREGORIAN, "2026-Q5", "2026-Q4"),
        (GREGORIAN, "٢٠٢٦-01", "2026-12"),
        (GREGORIAN, "March", "2026-12"),
        (GREGORIAN, "9999-01", "2026-12"),
        (NRF, "2023-03", "2023-P12 (month)"),
        (NRF, "2023-03-H1", "2023-W53 (week)"),
    ],
)
def test_what_is_no_period_is_refused_with_the_way_this_calendar_writes_it(
    calendar: Calendar, text: str, mentions: str
) -> None:
    with pytest.raises(PeriodError) as refused:
        calendar.parse(text)
    assert repr(text) in refused.value.message and calendar.name in refused.value.message
    assert mentions in (refused.value.hint or "")


def test_dates_beyond_any_business_are_refused() -> None:
    for calendar in CALENDARS:
        for day in (date.min, date(26, 3, 1), date.max):
            with pytest.raises(PeriodError, match="1900 to 2199"):
                calendar.period("month", day)
        for edge in (date(1900, 1, 1), date(2199, 12, 31)):
            assert calendar.period("week", edge).contains(edge)
        with pytest.raises(PeriodError, match="9999"):
            calendar.periods("month", FROM, date.max)


def test_a_span_is_half_open_and_may_be_empty() -> None:
    march = GREGORIAN.parse("2026-03")
    assert GREGORIAN.periods("month", march.start, march.end) == [march]
    assert GREGORIAN.periods("month", march.start, march.start) == []
    with pytest.raises(PeriodError, match="before it starts"):
        GREGORIAN.periods("month", march.end, march.start)


def test_weeks_cannot_make_up_a_civil_month() -> None:
    with pytest.raises(PeriodError) as refused:
        GREGORIAN.within(GREGORIAN.parse("2026-03"), "week")
    assert refused.value.code == "period.not-nested"
    assert len(GREGORIAN.within(GREGORIAN.parse("2026"), "half_month")) == 24


def test_an_unknown_kind_names_the_one_that_was_meant() -> None:
    with pytest.raises(PeriodError) as refused:
        GREGORIAN.period("quater", FROM)
    assert refused.value.hint == "Did you mean quarter?"
    with pytest.raises(PeriodError):
        NRF.nests("half_month", "year")


@pytest.mark.parametrize(
    "make",
    [
        lambda: GregorianCalendar(fiscal_start_month=13),
        lambda: GregorianCalendar(week_start=7),
        lambda: RetailCalendar(pattern=(4, 4, 4)),
        lambda: RetailCalendar(weekday=-1),
        lambda: RetailCalendar(year_ends="first"),
    ],
)
def test_a_calendar_with_an_impossible_setting_is_refused(make: object) -> None:
    with pytest.raises(SetupError, match="Calendar") as refused:
        make()  # type: ignore[operator]
    assert "Allowed" in (refused.value.hint or "")


def test_a_period_is_a_value() -> None:
    assert GREGORIAN.parse("2026-03") == Period(
        "gregorian", "month", "2026-03", date(2026, 3, 1), date(2026, 4, 1), 3, "2026"
    )
    assert str(GREGORIAN.parse("2026-03")) == "2026-03"
