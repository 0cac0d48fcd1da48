"""What a person types into a pocket calculator: numbers, signs between them, and a few functions.

A formula here holds values instead of names. `worth` works it out again in exact fractions, which is how an
explanation proves itself: the numbers come from the database, the sum is done here. Missing spreads as it does in
the plan language.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias

from attain.kernel.rounding import Rounding, round_fraction

Scalar: TypeAlias = Fraction | str | bool | date | None
Unit: TypeAlias = Literal["money", "rate", "number", "text", "day", "truth"]
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with what it counts. Money without a currency is in that of the plan."""

    value: Scalar
    unit: Unit = "number"
    currency: str = ""

    def worth(self) -> Scalar:
        return self.value


@dataclass(frozen=True, slots=True)
class Operation:
    """Two parts with a sign of arithmetic, a comparison, `and` or `or` between them."""

    sign: str
    left: Formula
    right: Formula

    def worth(self) -> Scalar:
        left, right = self.left.worth(), self.right.worth()
        if self.sign in ("and", "or"):
            return joined(self.sign == "and", left, right)
        if self.sign in COMPARISONS:
            return compared(self.sign, left, right)
        return calculated(self.sign, left, right)


@dataclass(frozen=True, slots=True)
class Applied:
    """A function of its parts. `known` is the value of one that is looked up, not calculated: of dates and texts."""

    function: str
    parts: tuple[Formula, ...]
    known: Scalar = None

    def worth(self) -> Scalar:
        found = _FUNCTIONS.get(self.function)
        return self.known if found is None else found([part.worth() for part in self.parts])


@dataclass(frozen=True, slots=True)
class Rounded:
    """A value rounded to decimal places."""

    part: Formula
    places: int
    mode: Rounding = Rounding.HALF_UP

    def worth(self) -> Scalar:
        value = self.part.worth()
        if not isinstance(value, Fraction):
            return None
        return Fraction(round_fraction(value, self.places, self.mode), 10**self.places)


@dataclass(frozen=True, slots=True)
class Shared:
    """One part of several that are rounded together, so that they sum: it goes to one of its two neighbours."""

    part: Formula
    places: int
    known: Fraction

    def worth(self) -> Scalar:
        value = self.part.worth()
        if not isinstance(value, Fraction) or self.known * 10**self.places % 1:
            return None
        return self.known if abs(value - self.known) < Fraction(1, 10**self.places) else None


Formula: TypeAlias = Figure | Operation | Applied | Rounded | Shared


def in_currency(formula: Formula, currency: str) -> Formula:
    """The same formula with its money in another currency than the plan's."""
    match formula:
        case Figure(unit="money", currency=""):
            return replace(formula, currency=currency)
        case Operation(left=left, right=right):
            return replace(formula, left=in_currency(left, currency), right=in_currency(right, currency))
        case Applied(parts=parts):
            return replace(formula, parts=tuple(in_currency(part, currency) for part in parts))
        case Rounded(part=part) | Shared(part=part):
            return replace(formula, part=in_currency(part, currency))
    return formula


def calculated(sign: str, left: Scalar, right: Scalar) -> Fraction | None:
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return None
    if sign == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[sign]


def compared(sign: str, left: Scalar, right: Scalar) -> bool | None:
    if left is None or right is None:
        return None
    if sign in ("=", "<>"):
        return (left == right) is (sign == "=")
    below, above = left < right, left > right  # type: ignore[operator]
    return {"<": below, "<=": not above, ">": above, ">=": not below}[sign]


def joined(both: bool, left: Scalar, right: Scalar) -> bool | None:
    decisive = not both
    if left is decisive or right is decisive:
        return decisive
    return None if left is None or right is None else both


def total(parts: Sequence[Formula]) -> Formula:
    """The parts with plus signs between them; nothing is zero."""
    if not parts:
        return Figure(Fraction(0))
    result = parts[0]
    for part in parts[1:]:
        result = Operation("+", result, part)
    return result


def _numbers(values: Sequence[Scalar]) -> list[Fraction] | None:
    found = [value for value in values if isinstance(value, Fraction)]
    return found if len(found) == len(values) else None


def _extreme(chosen: Callable[[list[Fraction]], Fraction]) -> Callable[[Sequence[Scalar]], Scalar]:
    def work(values: Sequence[Scalar]) -> Scalar:
        numbers = _numbers(values)
        if numbers is not None:
            return chosen(numbers)
        days = [value for value in values if isinstance(value, date)]
        return (min if chosen is min else max)(days) if days and len(days) == len(values) else None

    return work


def _size(values: Sequence[Scalar]) -> Scalar:
    (value,) = values
    return abs(value) if isinstance(value, Fraction) else None


def _opposite(values: Sequence[Scalar]) -> Scalar:
    (value,) = values
    return -value if isinstance(value, Fraction) else None


def _denied(values: Sequence[Scalar]) -> Scalar:
    (value,) = values
    return not value if isinstance(value, bool) else None


def _between(values: Sequence[Scalar]) -> Scalar:
    value, low, high = values
    return joined(True, compared(">=", value, low), compared("<=", value, high))


def _one_of(values: Sequence[Scalar]) -> Scalar:
    value, *options = values
    result: Scalar = False
    for option in options:
        result = joined(False, result, compared("=", value, option))
    return result


def _limited(values: Sequence[Scalar]) -> Scalar:
    """At most the limit in size, with the value's own sign."""
    numbers = _numbers(values)
    if numbers is None:
        return None
    value, limit = numbers
    return value if abs(value) <= limit else (-limit if value < 0 else limit)


_FUNCTIONS: dict[str, Callable[[Sequence[Scalar]], Scalar]] = {
    "least": _extreme(min),
    "greatest": _extreme(max),
    "abs": _size,
    "negative": _opposite,
    "not": _denied,
    "between": _between,
    "one_of": _one_of,
    "missing": lambda values: values[0] is None,
    "given": lambda values: values[0] is not None,
    "coalesce": lambda values: next((value for value in values if value is not None), None),
    "limited": _limited,
}
