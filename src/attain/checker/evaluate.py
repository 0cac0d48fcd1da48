"""What an expression is worth, read literally: exact fractions, and missing is an answer of its own.

A scope says what names mean where the expression stands; everything else is here. Conditions know three answers, as in
SQL: `false and missing` is false, `not missing` is missing, and whoever asks a condition takes only true for a yes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from attain.kernel.errors import CalculationError, PlanError
from attain.kernel.periods import add_months, months_between
from attain.kernel.rounding import Rounding, round_fraction, round_ratio
from attain.plans import expressions as tree
from attain.plans.expressions import Expr, Name
from attain.plans.outcome import Scalar


class Scope:
    """The place where an expression stands. Each kind of place answers what it knows and refuses the rest."""

    def name(self, name: Name) -> Scalar:
        raise PlanError(f"`{name.text}` has no meaning here.", code="plan.unknown-name")

    def call(self, call: tree.Call) -> Scalar:
        """Tables, `previous` and the aggregates over payees, which only some places have."""
        raise PlanError(f"`{call.function}` has no meaning here.", code="plan.function-place")


def evaluate(expression: Expr, scope: Scope) -> Scalar:
    return _RULES[type(expression)](expression, scope)


def is_true(condition: Expr | None, scope: Scope) -> bool:
    """Whether a condition is met; a missing one is not, and no condition at all always is."""
    return condition is None or evaluate(condition, scope) is True


def number(expression: Expr, scope: Scope) -> Fraction | None:
    return as_number(evaluate(expression, scope))


def as_number(value: Scalar) -> Fraction | None:
    if value is None or isinstance(value, Fraction):
        return value
    raise CalculationError(f"{value!r} is not a number.", code="calculation.type")


def day(expression: Expr, scope: Scope) -> date | None:
    return as_day(evaluate(expression, scope))


def as_day(value: Scalar) -> date | None:
    if value is None or isinstance(value, date):
        return value
    raise CalculationError(f"{value!r} is not a date.", code="calculation.type")


def half_up(value: Fraction, places: int) -> Fraction:
    if places < 0:
        return Fraction(round_fraction(value, places, Rounding.HALF_UP) * 10**-places)
    scale: int = 10**places
    return Fraction(round_ratio(value.numerator * scale, value.denominator, Rounding.HALF_UP), scale)


def _calculation(node: tree.Calculation, scope: Scope) -> Scalar:
    left, right = number(node.left, scope), number(node.right, scope)
    if left is None or right is None:
        return None
    match node.operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    return left / right if right else None


def _compare(node: tree.Compare, scope: Scope) -> bool | None:
    return _compared(node.operator, evaluate(node.left, scope), evaluate(node.right, scope))


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compared(sign: str, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    if type(left) is not type(right):
        raise CalculationError(f"{left!r} and {right!r} cannot be compared.", code="calculation.type")
    return _COMPARISONS[sign](left, right)


def _logic(node: tree.Logic, scope: Scope) -> bool | None:
    decides = node.operator == "or"
    left = evaluate(node.left, scope)
    if left is decides:
        return decides
    right = evaluate(node.right, scope)
    if right is decides:
        return decides
    return None if left is None or right is None else not decides


def _not(value: Scalar) -> bool | None:
    return None if value is None else value is False


def _between(node: tree.Between, scope: Scope) -> bool | None:
    value = evaluate(node.value, scope)
    above = _compared(">=", value, evaluate(node.low, scope))
    below = _compared("<=", value, evaluate(node.high, scope))
    inside = False if above is False or below is False else None if above is None or below is None else True
    return _not(inside) if node.negated else inside


def _within(node: tree.Within, scope: Scope) -> bool | None:
    value = evaluate(node.value, scope)
    answers = [_compared("=", value, evaluate(option, scope)) for option in node.options]
    found = True if True in answers else None if None in answers else False
    return _not(found) if node.negated else found


def _case(node: tree.Case, scope: Scope) -> Scalar:
    for condition, result in node.branches:
        if evaluate(condition, scope) is True:
            return evaluate(result, scope)
    return None if node.otherwise is None else evaluate(node.otherwise, scope)


def _negative(node: tree.Negative, scope: Scope) -> Scalar:
    value = number(node.value, scope)
    return None if value is None else -value


def _call(node: tree.Call, scope: Scope) -> Scalar:
    if node.function in _OF_THE_PLACE:
        return scope.call(node)
    if node.function == "coalesce":
        return next((value for value in (evaluate(part, scope) for part in node.arguments) if value is not None), None)
    arguments = [evaluate(part, scope) for part in node.arguments]
    if None in arguments:
        return None
    return _FUNCTIONS[node.function](*arguments)


def _months_touched(first: date, last: date) -> Fraction:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return Fraction(0 if last < first else months)


def _moved(move: Callable[[date, int], date]) -> Callable[[date, Fraction], date | None]:
    """A day some whole days or months from another, where the calendar of the years 1 to 9999 has it."""

    def moved(start: date, count: Fraction) -> date | None:
        try:
            return move(start, int(count))
        except (OverflowError, ValueError):
            return None

    return moved


def _lower(text: str) -> str:
    """Each letter by itself and never into two: Python would look at neighbours (a Greek final sigma)."""
    return "".join(letter.lower()[0] for letter in text)


_OF_THE_PLACE = frozenset({"previous", "sum", "count", "min", "max", "lookup", "whole", "marginal", "curve"})

_FUNCTIONS: dict[str, Callable[..., Scalar]] = {
    "least": min,
    "greatest": max,
    "abs": abs,
    "round": lambda value, places: half_up(value, int(places)),
    "days_between": lambda first, last: Fraction((last - first).days),
    "months_between": lambda first, last: Fraction(months_between(first, last)),
    "months_touched": _months_touched,
    "add_days": _moved(lambda start, days: start + timedelta(days=days)),
    "add_months": _moved(add_months),
    "year": lambda on: Fraction(on.year),
    "month": lambda on: Fraction(on.month),
    "quarter": lambda on: Fraction((on.month + 2) // 3),
    "day": lambda on: Fraction(on.day),
    "lower": _lower,
    "starts_with": lambda text, start: text.startswith(start),
}

_RULES: dict[type[Expr], Callable[[Any, Scope], Scalar]] = {
    tree.Number: lambda node, scope: node.value,
    tree.Text: lambda node, scope: node.value,
    tree.Day: lambda node, scope: node.value,
    tree.Truth: lambda node, scope: node.value,
    tree.Missing: lambda node, scope: None,
    tree.Name: lambda node, scope: scope.name(node),
    tree.Negative: _negative,
    tree.Not: lambda node, scope: _not(evaluate(node.value, scope)),
    tree.Calculation: _calculation,
    tree.Compare: _compare,
    tree.Logic: _logic,
    tree.Between: _between,
    tree.Within: _within,
    tree.IsMissing: lambda node, scope: (evaluate(node.value, scope) is None) != node.negated,
    tree.Case: _case,
    tree.Call: _call,
}
