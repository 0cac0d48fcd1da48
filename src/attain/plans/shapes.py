"""The shape of a rate table whose numbers are known: which tier holds an amount, and what a table adds up to.

Used where a plan is read without data: by its checker, for counter-examples, and by its prose, for worked examples.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from attain.plans.constants import Constants
from attain.plans.expressions import Expr
from attain.plans.model import Curve, TierTable

Border = Literal["upper", "lower"]


@dataclass(frozen=True, slots=True)
class Step:
    """One tier: from `lower` to `upper` (None is open), with its result."""

    lower: Fraction
    upper: Fraction | None
    result: Fraction


@dataclass(frozen=True, slots=True)
class Bend:
    """A curve from a mark on: what it pays there and how much more for each unit beyond."""

    at: Fraction
    pays: Fraction
    slope: Fraction


@dataclass(frozen=True, slots=True)
class Bends:
    """`below` is None where the curve goes on below its first mark; `above`, when given, holds beyond the last one."""

    below: Fraction | None
    marks: tuple[Bend, ...]
    above: Fraction | None = None

    def at(self, value: Fraction) -> Fraction:
        first = self.marks[0]
        if value < first.at and self.below is not None:
            return self.below
        if value > self.marks[-1].at and self.above is not None:
            return self.above
        mark = next((mark for mark in reversed(self.marks) if mark.at <= value), first)
        return mark.pays + (value - mark.at) * mark.slope

    def just_below(self, place: int) -> Fraction | None:
        """What is paid immediately below the mark with this number; None where the curve has no break."""
        if place == 0:
            return self.below
        before = self.marks[place - 1]
        return before.pays + (self.marks[place].at - before.at) * before.slope


def steps_of(table: TierTable, constants: Constants) -> tuple[Step, ...] | None:
    """The tiers in numbers, or None when one of them needs data or the borders do not rise."""
    steps, lower = [], Fraction(0)
    for tier in table.tiers:
        upper, result = constants.number(tier.to), constants.number(tier.result)
        if result is None or (tier.to is not None and upper is None) or (upper is not None and upper <= lower):
            return None
        steps.append(Step(lower, upper, result))
        lower = upper if upper is not None else lower
    return tuple(steps)


def tier_at(steps: tuple[Step, ...], value: Fraction, border: Border) -> Step | None:
    """The tier in which the value lies; None above a closed last tier."""
    for step in steps:
        if step.upper is None or value < step.upper or (value == step.upper and border == "lower"):
            return step
    return None


def slices_of(steps: tuple[Step, ...], value: Fraction) -> list[tuple[Fraction, Step]]:
    """How much of the value lies in each tier that it reaches."""
    return [
        ((value if step.upper is None else min(value, step.upper)) - step.lower, step)
        for step in steps
        if value > step.lower
    ]


def adds_up(steps: tuple[Step, ...], value: Fraction, *, column: str) -> Fraction:
    """What a marginal table pays from zero to the value, in its own units."""
    total = Fraction(0)
    for width, step in slices_of(steps, value):
        if column != "amount":
            total += width * step.result
        elif step.upper is not None:
            total += width * step.result / (step.upper - step.lower)
    return total


def bends_of(curve: Curve, constants: Constants) -> Bends | None:
    """The curve in numbers, or None when a mark needs data or the marks do not rise."""
    marks = _segments(curve, constants) if curve.segments else _points(curve, constants)
    if marks is None or any(first.at >= second.at for first, second in itertools.pairwise(marks)):
        return None
    above = None if curve.above is None or isinstance(curve.above, str) else constants.number(curve.above)
    if isinstance(curve.above, Expr) and above is None:
        return None
    if curve.below == "extend":
        return Bends(None, marks, above)
    below = marks[0].pays if isinstance(curve.below, str) else constants.number(curve.below)
    return None if below is None else Bends(below, marks, above)


def _segments(curve: Curve, constants: Constants) -> tuple[Bend, ...] | None:
    marks = []
    for segment in curve.segments:
        at, pays = constants.number(segment.from_), constants.number(segment.pays)
        slope = Fraction(0) if segment.slope is None else constants.number(segment.slope)
        if at is None or pays is None or slope is None:
            return None
        marks.append(Bend(at, pays, slope))
    return tuple(marks)


def _points(curve: Curve, constants: Constants) -> tuple[Bend, ...] | None:
    places = [(constants.number(point.at), constants.number(point.pays)) for point in curve.points]
    known = [(at, pays) for at, pays in places if at is not None and pays is not None]
    if len(known) != len(places) or any(first[0] >= second[0] for first, second in itertools.pairwise(known)):
        return None
    slopes = [(second[1] - first[1]) / (second[0] - first[0]) for first, second in itertools.pairwise(known)]
    beyond = slopes[-1] if curve.above == "extend" else Fraction(0)
    return tuple(Bend(at, pays, slope) for (at, pays), slope in zip(known, [*slopes, beyond], strict=True))
