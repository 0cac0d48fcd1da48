"""Rounding and sharing of exact numbers, each with one declared rule.

Every mode that does not name a direction on the number line treats a loss as the mirror of a gain, so a reversal
is the exact negative of what it reverses. Only `ceiling` and `floor` look at the sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from .errors import MoneyError


class Rounding(StrEnum):
    """
    >>> [round_fraction(Fraction(number, 2), 0, Rounding.HALF_UP) for number in (-5, -3, 3, 5)]
    [-3, -2, 2, 3]
    >>> [round_fraction(Fraction(number, 2), 0, Rounding.HALF_EVEN) for number in (-5, -3, 3, 5)]
    [-2, -2, 2, 2]
    """

    HALF_UP = "half_up"  # a half goes away from zero, as in commerce
    HALF_DOWN = "half_down"  # a half goes toward zero
    HALF_EVEN = "half_even"  # a half goes to the even neighbour
    UP = "up"  # away from zero
    DOWN = "down"  # toward zero
    CEILING = "ceiling"  # toward plus infinity
    FLOOR = "floor"  # toward minus infinity


def round_fraction(value: Fraction | int, places: int, mode: Rounding) -> int:
    """`value` in units of 10 to the minus `places`, rounded. Negative places round to tens, hundreds and so on.

    >>> round_fraction(Fraction("2.345"), 2, Rounding.HALF_UP)
    235
    >>> round_fraction(Fraction("-2.345"), 2, Rounding.HALF_UP)
    -235
    >>> round_fraction(Fraction(149_999), -3, Rounding.HALF_UP)
    150
    """
    require_exact(value)
    scaled = value * Fraction(10) ** places
    return round_ratio(scaled.numerator, scaled.denominator, mode)


def round_ratio(numerator: int, denominator: int, mode: Rounding) -> int:
    """The integer nearest to numerator ÷ denominator in the sense of `mode`."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    whole, rest = divmod(abs(numerator), denominator)
    if rest and _goes_outward(whole, rest * 2 - denominator, numerator < 0, mode):
        whole += 1
    return -whole if numerator < 0 else whole


def _goes_outward(whole: int, beyond_half: int, negative: bool, mode: Rounding) -> bool:
    """Whether a number between `whole` and `whole + 1`, both counted from zero, takes the outer one."""
    match mode:
        case Rounding.HALF_UP:
            return beyond_half >= 0
        case Rounding.HALF_DOWN:
            return beyond_half > 0
        case Rounding.HALF_EVEN:
            return beyond_half > 0 or (beyond_half == 0 and whole % 2 == 1)
        case Rounding.UP:
            return True
        case Rounding.DOWN:
            return False
        case Rounding.CEILING:
            return not negative
        case Rounding.FLOOR:
            return negative
    raise TypeError(f"{mode!r} is no rounding mode; take one of {', '.join(Rounding)}.")


def allocate(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Share `total` units by weight so that the parts sum to it exactly.

    Each part gets its whole units; the units left over go to the largest remainders, and among equal remainders
    to whoever stands first. A negative total is shared as the mirror of the positive one.

    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]
    >>> allocate(-100, [1, 1, 1])
    [-34, -33, -33]
    >>> allocate(1, [0, 2, 2])
    [0, 1, 0]
    """
    for number in (total, *weights):
        require_exact(number)
    if any(weight < 0 for weight in weights):
        raise MoneyError(
            f"{total} units cannot be shared by the weights {_listed(weights)}: a weight is negative.",
            code="money.negative-weight",
            hint="Share by weights of zero or more; book a negative part as a line of its own.",
        )
    whole_weight = sum(weights)
    if whole_weight == 0:
        raise MoneyError(
            f"{total} units cannot be shared by the weights {_listed(weights)}: they sum to zero.",
            code="money.no-weight",
            hint="Give at least one weight above zero, or say who gets the amount when nobody has weight.",
        )
    shares = [Fraction(abs(total)) * weight / whole_weight for weight in weights]
    parts = [share.numerator // share.denominator for share in shares]
    left = abs(total) - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda place: (parts[place] - shares[place], place))
    for place in by_remainder[:left]:
        parts[place] += 1
    return [-part for part in parts] if total < 0 else parts


def require_exact(value: object) -> None:
    """Refuse everything that is not an exact number, floats above all."""
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise TypeError(f"Expected an exact number (int or Fraction), got {type(value).__name__} {value!r}.")


def _listed(weights: Sequence[int | Fraction]) -> str:
    return "[" + ", ".join(str(weight) for weight in weights) + "]"
