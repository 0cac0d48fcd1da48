"""What an expression is worth without any data: exact, or unknown.

Parameters count with their default value and short named formulas with their text, because a plan is judged as it is
written; whoever overrides a parameter gets the same rule with other numbers. Facts, people and measures are unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from attain.kernel.rounding import Rounding, round_fraction
from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.model import Sections

Scalar = Fraction | str | bool | date | None


class Unknown:
    """The value of whatever needs data."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
Worth = Scalar | Unknown


class Constants:
    """Evaluates expressions of one plan.

    >>> from attain.plans.parser import parse
    >>> Constants.of_nothing().worth(parse("least(2 * 5%, 1)"))
    Fraction(1, 10)
    >>> Constants.of_nothing().worth(parse("booked > 5 and 1 = 2"))
    False
    """

    def __init__(self, formulas: Mapping[str, Expr]) -> None:
        self.formulas = formulas
        self._open: set[str] = set()

    @classmethod
    def of(cls, plan: Sections, *, defaults: bool = True) -> Constants:
        """Without `defaults` a parameter is unknown: somebody may have another value."""
        formulas = {
            name: given.value for name, given in plan.parameters.items() if given.value is not None and defaults
        }
        named = {name: given.formula for name, given in plan.values.items() if given.per is None and given.each is None}
        rounded = {name for name in named if plan.values[name].round is not None}
        return cls({**formulas, **{name: formula for name, formula in named.items() if name not in rounded}})

    @classmethod
    def of_nothing(cls) -> Constants:
        return cls({})

    def number(self, expression: Expr | None) -> Fraction | None:
        """The number that the expression is, or None when it is none or needs data."""
        found = None if expression is None else self.worth(expression)
        return found if isinstance(found, Fraction) else None

    def resolved(self, expression: Expr) -> Expr:
        """A name that stands for a short formula is followed to that formula."""
        seen: set[str] = set()
        while isinstance(expression, tree.Name) and expression.text in self.formulas and expression.text not in seen:
            seen.add(expression.text)
            expression = self.formulas[expression.text]
        return expression

    def worth(self, expression: Expr) -> Worth:
        match expression:
            case tree.Number(value=number):
                return number
            case tree.Text(value=text):
                return text
            case tree.Day(value=day):
                return day
            case tree.Truth(value=truth):
                return truth
            case tree.Missing():
                return None
            case tree.Name():
                return self._named(expression.text)
            case tree.Negative(value=inner):
                found = self.worth(inner)
                return -found if isinstance(found, Fraction) else _missing_or_unknown(found)
            case tree.Calculation(operator=operator, left=left, right=right):
                return _calculated(operator, self.worth(left), self.worth(right))
            case tree.Case(branches=branches, otherwise=otherwise):
                return self._case(branches, otherwise)
            case tree.Call(function=function, arguments=arguments):
                return _called(function, [self.worth(item) for item in arguments])
            case _:
                return self._truth(expression)

    def _named(self, name: str) -> Worth:
        if name not in self.formulas or name in self._open:
            return UNKNOWN
        self._open.add(name)
        try:
            return self.worth(self.formulas[name])
        finally:
            self._open.discard(name)

    def _case(self, branches: tuple[tuple[Expr, Expr], ...], otherwise: Expr | None) -> Worth:
        for condition, result in branches:
            holds = self.worth(condition)
            if holds is True:
                return self.worth(result)
            if isinstance(holds, Unknown):
                return UNKNOWN
        return None if otherwise is None else self.worth(otherwise)

    def _truth(self, expression: Expr) -> Worth:
        match expression:
            case tree.Not(value=inner):
                found = self.worth(inner)
                return not found if isinstance(found, bool) else _missing_or_unknown(found)
            case tree.Logic(operator=operator, left=left, right=right):
                return _joined(operator == "and", self.worth(left), self.worth(right))
            case tree.Compare(operator=operator, left=left, right=right):
                return compared(operator, self.worth(left), self.worth(right))
            case tree.Between(value=inner, low=low, high=high, negated=negated):
                found = self.worth(inner)
                within = _joined(True, compared(">=", found, self.worth(low)), compared("<=", found, self.worth(high)))
                return not within if negated and isinstance(within, bool) else within
            case tree.Within(value=inner, options=options, negated=negated):
                return self._within(self.worth(inner), [self.worth(option) for option in options], negated)
            case tree.IsMissing(value=inner, negated=negated):
                found = self.worth(inner)
                return found if isinstance(found, Unknown) else (found is None) != negated
        return UNKNOWN

    def _within(self, found: Worth, options: list[Worth], negated: bool) -> Worth:
        if isinstance(found, Unknown) or any(isinstance(option, Unknown) for option in options):
            return UNKNOWN
        if found is None:
            return None
        return (found in [option for option in options if option is not None]) != negated


def _missing_or_unknown(found: Worth) -> Worth:
    return None if found is None else UNKNOWN


def _joined(both: bool, left: Worth, right: Worth) -> Worth:
    decisive = not both
    if left is decisive or right is decisive:
        return decisive
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    return None if left is None or right is None else both


def compared(operator: tree.Comparison, left: Worth, right: Worth) -> bool | Unknown | None:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    if left is None or right is None:
        return None
    if type(left) is not type(right):
        return UNKNOWN
    if operator in ("=", "<>"):
        return (left == right) == (operator == "=")
    below, above = left < right, left > right  # type: ignore[operator]
    return {"<": below, "<=": not above, ">": above, ">=": not below}[operator]


def _calculated(operator: tree.Arithmetic, left: Worth, right: Worth) -> Worth:
    if left is None or right is None:
        return None
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return UNKNOWN
    if operator == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[operator]


def _called(function: str, given: list[Worth]) -> Worth:
    if function == "coalesce":
        for found in given:
            if found is not None:
                return found
        return None
    if any(isinstance(found, Unknown) for found in given):
        return UNKNOWN
    if function in ("least", "greatest", "abs", "round") and any(found is None for found in given):
        return None
    numbers = [found for found in given if isinstance(found, Fraction)]
    if len(numbers) != len(given) or not numbers:
        return UNKNOWN
    match function:
        case "least":
            return min(numbers)
        case "greatest":
            return max(numbers)
        case "abs":
            return abs(numbers[0])
        case "round":
            places = int(numbers[1])
            return Fraction(round_fraction(numbers[0], places, Rounding.HALF_UP)) / Fraction(10) ** places
    return UNKNOWN
