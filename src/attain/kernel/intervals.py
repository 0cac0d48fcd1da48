"""Effective dating: spans of days that leave their end out, and timelines of dated values.

Documents for people say "from … through …" and include both days; `Interval.from_through` is the one door between
the two ways of speaking. A timeline is a list of (interval, value) in which no two intervals share a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from .errors import DatingError

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Interval:
    """The days from `start` up to but not including `end`; without an end it is open.

    >>> print(Interval.from_through(date(2026, 1, 1), date(2026, 12, 31)))
    2026-01-01 through 2026-12-31
    >>> Interval(date(2026, 1, 1), None).intersect(Interval(date(2025, 1, 1), date(2026, 3, 1))).days
    59
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise DatingError(
                f"The span from {self.start} to {self.end} (excluded) has no day.",
                code="dating.empty",
                hint="Let it end after it starts, or leave the end empty.",
            )

    @classmethod
    def from_through(cls, first: date, last_inclusive: date | None) -> Interval:
        if last_inclusive is not None and last_inclusive < first:
            raise DatingError(
                f"From {first} through {last_inclusive} is no span: it ends before it starts.",
                code="dating.empty",
                hint="Check whether the two dates were swapped.",
            )
        # The last day that a date can be has no day after it: it means that there is no end.
        if last_inclusive is None or last_inclusive == date.max:
            return cls(first)
        return cls(first, last_inclusive + timedelta(days=1))

    @property
    def last(self) -> date | None:
        return None if self.end is None else self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        if self.end is None:
            raise DatingError(f"The span from {self.start} on has no end, so its days cannot be counted.")
        return (self.end - self.start).days

    def contains(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def covers(self, other: Interval) -> bool:
        return self.intersect(other) == other

    def intersect(self, other: Interval) -> Interval | None:
        start = max(self.start, other.start)
        end = earlier_end(self.end, other.end)
        return Interval(start, end) if end is None or start < end else None

    def __str__(self) -> str:
        return f"from {self.start} on" if self.end is None else f"{self.start} through {self.last}"


Timeline = Sequence[tuple[Interval, V]]


def earlier_end(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def later_end(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else max(one, other)


def in_order(timeline: Iterable[tuple[Interval, V]]) -> list[tuple[Interval, V]]:
    return sorted(timeline, key=lambda row: (row[0].start, row[0].end or date.max))


def check_no_overlap(timeline: Iterable[tuple[Interval, V]], what: str = "rows") -> list[tuple[Interval, V]]:
    """The timeline in order of time, or an error that names two values which claim the same days."""
    rows = in_order(timeline)
    for (before, value_before), (after, value_after) in pairwise(rows):
        shared = before.intersect(after)
        if shared is not None:
            raise DatingError(
                f"{what}: {value_before} ({before}) and {value_after} ({after}) both hold for {shared}.",
                code="dating.overlap",
                hint=f"Let the first one end before {after.start}, or let the second start later.",
            )
    return rows


def gaps(intervals: Iterable[Interval], within: Interval) -> list[Interval]:
    """The spans of `within` that no interval covers; the intervals may overlap each other."""
    missing: list[Interval] = []
    start = within.start
    for interval in sorted(intervals, key=lambda interval: interval.start):
        if within.end is not None and interval.start >= within.end:
            break
        if interval.start > start:
            missing.append(Interval(start, interval.start))
        if interval.end is None:
            return missing
        start = max(start, interval.end)
    if within.end is None or start < within.end:
        missing.append(Interval(start, within.end))
    return missing


def merged(timeline: Iterable[tuple[Interval, V]]) -> list[tuple[Interval, V]]:
    """The same timeline with touching or overlapping rows of equal value joined into one."""
    joined: list[tuple[Interval, V]] = []
    for interval, value in in_order(timeline):
        if joined:
            before, value_before = joined[-1]
            if value_before == value and (before.end is None or interval.start <= before.end):
                joined[-1] = (Interval(before.start, later_end(before.end, interval.end)), value)
                continue
        joined.append((interval, value))
    return joined


def value_on(timeline: Iterable[tuple[Interval, V]], day: date) -> V | None:
    """The value that holds on a day, or None where the timeline has a gap."""
    return next((value for interval, value in timeline if interval.contains(day)), None)


def segments(*timelines: Timeline[Any]) -> list[tuple[Interval, tuple[Any, ...]]]:
    """Spans on which nothing changes: several timelines cut at every border of any of them.

    Each span carries one value per timeline, None where that timeline has a gap. Days that none of them knows are
    left out.
    """
    ordered = [check_no_overlap(timeline) for timeline in timelines]
    rows = [interval for timeline in ordered for interval, _ in timeline]
    borders = sorted({row.start for row in rows} | {row.end for row in rows if row.end})
    spans = [Interval(start, end) for start, end in pairwise(borders)]
    if any(row.end is None for row in rows):
        spans.append(Interval(borders[-1]))
    cut: list[tuple[Interval, tuple[Any, ...]]] = []
    places = [0] * len(ordered)
    for span in spans:
        values = tuple(_value_from(timeline, places, which, span.start) for which, timeline in enumerate(ordered))
        if any(value is not None for value in values):
            cut.append((span, values))
    return cut


def _value_from(timeline: Timeline[Any], places: list[int], which: int, day: date) -> Any:
    """The value on a day, remembering the place in the timeline, since days are asked in order."""
    while places[which] < len(timeline):
        interval, value = timeline[places[which]]
        if interval.end is not None and interval.end <= day:
            places[which] += 1
            continue
        return value if interval.start <= day else None
    return None
