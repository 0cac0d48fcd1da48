"""Exact fractions as SQL: an integer expression over a constant, or over a constant times a second expression.

A value is numerator / (denominator * divisor). Amounts, rates and quotas are integers over a power of ten, so their
divisor is
absent; a quota that divides becomes the divisor of what is left. The SQL that runs adds, multiplies and compares
integers; it
divides once, where the plan rounds. A divisor is always positive or missing, so comparing cross-multiplies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from sqlglot import exp

from attain.engine.sql import all_of, any_of, case, cast
from attain.kernel.errors import CalculationError
from attain.kernel.rounding import Rounding

WIDE = "INT128"
LARGEST = 2**127 - 1
SMALLEST = -LARGEST  # one more than the database has room for, so that every number has its negative


@dataclass(frozen=True)
class Num:
    """A numeric SQL value. `constant` is set when the value is known while compiling."""

    numerator: exp.Expr
    denominator: int = 1
    divisor: exp.Expr | None = None
    constant: Fraction | None = None

    @property
    def is_missing(self) -> exp.Expr:
        missing = is_null(self.numerator)
        return missing if self.divisor is None else any_of(missing, is_null(self.divisor))


def is_null(expression: exp.Expr) -> exp.Expr:
    return exp.Is(this=group(expression), expression=exp.Null())


def group(expression: exp.Expr) -> exp.Expr:
    """The expression, in parentheses unless it needs none. SQLGlot counts AND and OR among its functions."""
    if isinstance(expression, exp.Binary):
        return expression if isinstance(expression, exp.Column | exp.Dot) else exp.Paren(this=expression)
    if isinstance(expression, exp.Column | exp.Literal | exp.Paren | exp.Func | exp.Cast | exp.Case | exp.Null):
        return expression
    return exp.Paren(this=expression)


def integer(value: int) -> exp.Expr:
    """A whole number that the database reads as wide as our sums are. A wider one is refused here: the database would
    read a literal beyond its widest integer as zero, or as an approximate number."""
    if not SMALLEST <= value <= LARGEST:
        raise CalculationError(
            f"A number of {len(str(abs(value)))} digits in a formula is wider than exact sums can be.",
            code="calculation.overflow",
            hint="Round an intermediate value (`round:`), or use fewer decimal places in amounts and rates.",
        )
    return cast(exp.Literal.number(str(value)), WIDE)


def number(value: Fraction | int) -> Num:
    value = Fraction(value)
    return Num(integer(value.numerator), value.denominator, None, value)


MISSING = Num(cast(exp.Null(), WIDE))
ZERO = number(0)
ONE = number(1)


def times_int(expression: exp.Expr, factor: int) -> exp.Expr:
    if factor == 1:
        return expression
    return exp.Mul(this=group(expression), expression=integer(factor))


def multiply(left: exp.Expr | None, right: exp.Expr | None) -> exp.Expr | None:
    if left is None or right is None:
        return left if right is None else right
    return exp.Mul(this=group(left), expression=group(right))


def negate(value: Num) -> Num:
    if value.constant is not None:
        return number(-value.constant)
    return Num(exp.Neg(this=group(value.numerator)), value.denominator, value.divisor)


def plus(left: Num, right: Num) -> Num:
    if left.constant is not None and right.constant is not None:
        return number(left.constant + right.constant)
    if left.constant == 0:
        return right
    if right.constant == 0:
        return left
    (one, other), denominator, divisor = _aligned([left, right])
    return Num(exp.Add(this=group(one), expression=group(other)), denominator, divisor)


def minus(left: Num, right: Num) -> Num:
    return plus(left, negate(right))


def total(values: Sequence[Num]) -> Num:
    result = ZERO
    for value in values:
        result = plus(result, value)
    return result


def product(left: Num, right: Num) -> Num:
    if left.constant is not None and right.constant is not None:
        return number(left.constant * right.constant)
    if right.constant is not None:
        left, right = right, left
    if left.constant is not None:
        return _scaled(right, left.constant)
    numerator = exp.Mul(this=group(left.numerator), expression=group(right.numerator))
    return Num(numerator, left.denominator * right.denominator, multiply(left.divisor, right.divisor))


def _scaled(value: Num, factor: Fraction) -> Num:
    shared = gcd(factor.numerator, value.denominator)
    numerator = times_int(value.numerator, factor.numerator // shared)
    return Num(numerator, value.denominator // shared * factor.denominator, value.divisor)


def quotient(left: Num, right: Num) -> Num:
    """left / right; missing when right is zero."""
    if right.constant is not None:
        return MISSING if right.constant == 0 else product(left, number(1 / right.constant))
    sign = (
        case()
        .when(exp.LT(this=group(right.numerator), expression=integer(0)), integer(-1), copy=False)
        .else_(integer(1), copy=False)
    )
    size = exp.Nullif(this=exp.Abs(this=right.numerator), expression=integer(0))
    numerator = exp.Mul(this=group(left.numerator), expression=sign)
    over = right.denominator
    shared = gcd(over, left.denominator)
    numerator = times_int(numerator, over // shared)  # type: ignore[assignment]
    result = numerator if right.divisor is None else exp.Mul(this=group(numerator), expression=group(right.divisor))
    return Num(result, left.denominator // shared, multiply(left.divisor, size))


def positive_quotient(left: Num, right: Num) -> Num:
    """left / right where right is known to be above zero or missing, as a checked quota is."""
    if right.constant is not None:
        return quotient(left, right)
    shared = gcd(right.denominator, left.denominator)
    numerator = times_int(left.numerator, right.denominator // shared)
    result = multiply(numerator, right.divisor)
    return Num(
        result if result is not None else numerator, left.denominator // shared, multiply(left.divisor, right.numerator)
    )


def over(value: Num) -> exp.Expr:
    """The whole denominator as SQL: constant and divisor."""
    return integer(value.denominator) if value.divisor is None else times_int(value.divisor, value.denominator)


def compare(operator: type[exp.Binary], left: Num, right: Num) -> exp.Expr:
    (one, other), _, _ = _aligned([left, right])
    return operator(this=group(one), expression=group(other))


def _aligned(values: Sequence[Num]) -> tuple[list[exp.Expr], int, exp.Expr | None]:
    """The numerators over one common denominator and divisor."""
    denominator = lcm(*(value.denominator for value in values))
    texts = [value.divisor.sql() if value.divisor is not None else None for value in values]
    distinct = {text: value.divisor for text, value in zip(texts, values, strict=True) if text is not None}
    aligned = []
    for text, value in zip(texts, values, strict=True):
        numerator = times_int(value.numerator, denominator // value.denominator)
        for other, divisor in distinct.items():
            if other != text:
                numerator = multiply(numerator, divisor)  # type: ignore[assignment]
        aligned.append(numerator)
    common: exp.Expr | None = None
    for divisor in distinct.values():
        common = multiply(common, divisor)
    return aligned, denominator, common


def choose(branches: Sequence[tuple[exp.Expr, Num]], otherwise: Num = MISSING) -> Num:
    """The value of the first true condition. Each branch keeps its own divisor, so that a missing one in another
    branch does no harm."""
    values = [value for _, value in branches] + [otherwise]
    denominator = lcm(*(value.denominator for value in values))
    numerator = case()
    for condition, value in branches:
        numerator = numerator.when(condition, times_int(value.numerator, denominator // value.denominator), copy=False)
    numerator = numerator.else_(times_int(otherwise.numerator, denominator // otherwise.denominator), copy=False)
    if all(value.divisor is None for value in values):
        return Num(numerator, denominator)
    divisor = case()
    for condition, value in branches:
        divisor = divisor.when(condition, integer(1) if value.divisor is None else value.divisor, copy=False)
    return Num(
        numerator,
        denominator,
        divisor.else_(integer(1) if otherwise.divisor is None else otherwise.divisor, copy=False),
    )


def extreme(values: Sequence[Num], *, largest: bool) -> Num:
    """`greatest` or `least`; missing when any is missing (SQL itself would skip it)."""
    if all(value.constant is not None for value in values):
        found = [value.constant for value in values if value.constant is not None]
        return number(max(found) if largest else min(found))
    result = values[0]
    for value in values[1:]:
        first = compare(exp.GTE if largest else exp.LTE, result, value)
        second = compare(exp.LT if largest else exp.GT, result, value)
        result = choose([(first, result), (second, value)])
    return result


def rounded(value: Num, places: int, mode: Rounding = Rounding.HALF_UP) -> exp.Expr:
    """The value in units of 10**-places as a whole number. The one division, exact, on non-negative integers."""
    scale = 10**places
    shared = gcd(scale, value.denominator)
    up, down = scale // shared, value.denominator // shared
    if down == 1 and value.divisor is None:
        return times_int(value.numerator, up)
    size = times_int(exp.Abs(this=value.numerator), up)
    over: exp.Expr = integer(down) if value.divisor is None else times_int(value.divisor, down)
    negative = exp.LT(this=group(value.numerator), expression=integer(0))
    whole = _rounded_size(size, over, negative, mode)
    return case().when(negative, exp.Neg(this=exp.Paren(this=whole)), copy=False).else_(whole, copy=False)


def _rounded_size(size: exp.Expr, over: exp.Expr, negative: exp.Expr, mode: Rounding) -> exp.Expr:
    def divided(above: exp.Expr, below: exp.Expr) -> exp.Expr:
        return exp.IntDiv(this=group(above), expression=group(below))

    def plus_one_less(below: exp.Expr) -> exp.Expr:
        return exp.Sub(this=exp.Add(this=group(size), expression=group(below)), expression=integer(1))

    twice, double = times_int(size, 2), times_int(over, 2)
    if mode is Rounding.HALF_UP:
        return divided(exp.Add(this=group(twice), expression=group(over)), double)
    if mode is Rounding.HALF_DOWN:
        return divided(exp.Sub(this=exp.Add(this=group(twice), expression=group(over)), expression=integer(1)), double)
    if mode is Rounding.UP:
        return divided(plus_one_less(over), over)
    if mode is Rounding.DOWN:
        return divided(size, over)
    if mode in (Rounding.CEILING, Rounding.FLOOR):
        away, near = divided(plus_one_less(over), over), divided(size, over)
        first, second = (near, away) if mode is Rounding.CEILING else (away, near)
        return case().when(negative, first, copy=False).else_(second, copy=False)
    down = divided(size, over)
    beyond = exp.Sub(this=group(twice), expression=exp.Mul(this=group(double), expression=group(down)))
    odd = exp.EQ(this=exp.Mod(this=group(down), expression=integer(2)), expression=integer(1))
    further = any_of(
        exp.GT(this=exp.Paren(this=beyond), expression=group(over)),
        all_of(exp.EQ(this=exp.Paren(this=beyond), expression=group(over)), odd),
    )
    return exp.Add(
        this=group(down), expression=case().when(further, integer(1), copy=False).else_(integer(0), copy=False)
    )
