"""What charts show: amounts in whole minor units, and the words beside them as their reader writes numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """`said` is what stands beside it in the drawing, short; `exact` what its table says."""

    label: str
    value: int
    said: str
    exact: str


@dataclass(frozen=True)
class Bars:
    """An amount of each period, in order; `this` is the label of the one that the page is about."""

    points: tuple[Point, ...]
    this: str
    ticks: Mapping[int, str]
    """Where the axis is marked, and how that is written."""


@dataclass(frozen=True)
class Dots:
    """Everybody over what they get. `flagged` are pointed out, the farthest of them by name."""

    points: tuple[Point, ...]
    flagged: frozenset[str]
    middle: int
    middle_said: str
    ticks: Mapping[int, str]


@dataclass(frozen=True)
class Jump:
    """Where pay jumps, and by how much; `falls` if it is less beyond."""

    at: int
    said: str
    falls: bool


@dataclass(frozen=True)
class Curve:
    """Pay over attainment, in ten-thousandths of it. A jump has two points at one place."""

    now: tuple[tuple[int, int], ...]
    earlier: tuple[tuple[int, int], ...]
    borders: tuple[int, ...]
    marks: Mapping[int, str]
    """Where the axis of attainment is marked, and how that is written."""
    ticks: Mapping[int, str]
    jumps: tuple[Jump, ...]
    full: tuple[int, int]
    full_said: str


Chart = Bars | Dots | Curve


def round_steps(least: int, most: int, places: int) -> list[int]:
    """Round amounts for an axis from the least to the most, at most seven of them; zero is one of them."""
    unit = 10**places
    sizes = (size * 10**power * unit for power in range(14) for size in (1, 2, 5))
    step = next(size for size in sizes if size * 5 >= most - least)
    return list(range(least // step * step if least < 0 else 0, most + step, step))
