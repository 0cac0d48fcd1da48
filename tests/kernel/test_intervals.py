"""Effective dating, against a walk day by day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.kernel.errors import DatingError
from attain.kernel.intervals import Interval, check_no_overlap, gaps, merged, segments, value_on

ZERO = date(2026, 1, 1)
SPAN = 40


def day(offset: int) -> date:
    return ZERO + timedelta(days=offset)


ALL_DAYS = [day(offset) for offset in range(-2, SPAN + 3)]


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    start = draw(st.integers(0, SPAN - 1))
    end = draw(st.none() | st.integers(start + 1, SPAN))
    return Interval(day(start), None if end is None else day(end))


@st.composite
def timelines(draw: st.DrawFn) -> list[tuple[Interval, str]]:
    borders = sorted(draw(st.sets(st.integers(0, SPAN), max_size=8)))
    rows = [
        (Interval(day(start), day(end)), draw(st.sampled_from("ABC")))
        for start, end in pairwise(borders)
        if draw(st.booleans())
    ]
    if borders and draw(st.booleans()):
        rows.append((Interval(day(borders[-1])), "Z"))
    return draw(st.permutations(rows))


@given(one=intervals(), other=intervals())
def test_an_intersection_holds_on_exactly_the_shared_days(one: Interval, other: Interval) -> None:
    shared = one.intersect(other)
    for each in ALL_DAYS:
        assert (shared is not None and shared.contains(each)) == (one.contains(each) and other.contains(each))
    assert one.covers(other) == (shared == other)


def test_people_include_the_last_day_and_the_code_leaves_the_end_out() -> None:
    year = Interval.from_through(date(2026, 1, 1), date(2026, 12, 31))
    assert year == Interval(date(2026, 1, 1), date(2027, 1, 1))
    assert (year.days, year.last, str(year)) == (365, date(2026, 12, 31), "2026-01-01 through 2026-12-31")
    one_day = Interval.from_through(ZERO, ZERO)
    assert one_day.days == 1 and one_day.contains(ZERO)
    assert Interval.from_through(ZERO, None) == Interval.from_through(ZERO, date.max) == Interval(ZERO)
    assert str(Interval(ZERO)) == "from 2026-01-01 on"
    with pytest.raises(DatingError, match="no end"):
        _ = Interval(ZERO).days


def test_a_span_without_a_day_is_refused() -> None:
    for make in (lambda: Interval(ZERO, ZERO), lambda: Interval.from_through(ZERO, ZERO - timedelta(days=1))):
        with pytest.raises(DatingError) as refused:
            make()
        assert refused.value.code == "dating.empty"


@given(rows=st.lists(intervals(), max_size=6), within=intervals())
def test_gaps_are_exactly_the_days_that_nobody_covers(rows: list[Interval], within: Interval) -> None:
    missing = gaps(rows, within)
    for each in ALL_DAYS:
        uncovered = within.contains(each) and not any(row.contains(each) for row in rows)
        assert sum(gap.contains(each) for gap in missing) == uncovered


@given(rows=st.lists(intervals(), max_size=6))
def test_an_overlap_is_found_whenever_a_day_is_claimed_twice(rows: list[Interval]) -> None:
    claimed_twice = any(sum(row.contains(each) for row in rows) > 1 for each in ALL_DAYS)
    timeline = [(row, f"row {number}") for number, row in enumerate(rows)]
    if claimed_twice:
        with pytest.raises(DatingError) as refused:
            check_no_overlap(timeline, what="Quota of Ada")
        assert refused.value.code == "dating.overlap"
    else:
        assert sorted(check_no_overlap(timeline), key=lambda row: row[1]) == timeline


def test_an_overlap_names_both_rows_and_the_days() -> None:
    rows = [(Interval(day(0), day(10)), "100000.00"), (Interval(day(5)), "120000.00")]
    with pytest.raises(DatingError, match=r"Quota of Ada: 100000.00 .* and 120000.00 .* 2026-01-06 through 2026-01-10"):
        check_no_overlap(rows, what="Quota of Ada")


@given(lines=st.lists(timelines(), max_size=3))
def test_segments_know_every_value_of_every_day(lines: list[list[tuple[Interval, str]]]) -> None:
    cut = segments(*lines)
    for each in ALL_DAYS:
        expected: tuple[Any, ...] = tuple(value_on(line, each) for line in lines)
        found = [values for span, values in cut if span.contains(each)]
        assert found == ([expected] if any(expected) else [])
    borders = {row.start for line in lines for row, _ in line}
    assert borders <= {span.start for span, _ in cut}


@given(line=timelines())
def test_merging_changes_no_day_and_leaves_no_border_between_equals(line: list[tuple[Interval, str]]) -> None:
    joined = merged(line)
    assert all(value_on(joined, each) == value_on(line, each) for each in ALL_DAYS)
    assert all(one.end != two.start or a != b for (one, a), (two, b) in pairwise(joined))
