"""Can a condition ever be true? Read without data, from its literals alone.

A condition is taken apart into the ways in which it can hold; each way puts every value that it names into a domain.
A way with an empty domain is impossible. What is not understood counts as possible: this never calls a rule dead that
may live.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from attain.plans import expressions as tree
from attain.plans.constants import UNKNOWN, Constants, Unknown
from attain.plans.expressions import Expr

MOST_WAYS = 64
Literal_ = Fraction | str | bool | date
Way = tuple[Expr, ...]
_OPPOSITE: dict[str, tree.Comparison] = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED: dict[str, tree.Comparison] = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass
class Domain:
    """The values that a name may have so far."""

    low: Literal_ | None = None
    high: Literal_ | None = None
    low_open: bool = False
    high_open: bool = False
    only: frozenset[Literal_] | None = None
    never: frozenset[Literal_] = frozenset()
    missing: bool | None = None

    def at_least(self, value: Literal_, *, open_: bool = False) -> None:
        if self.low is None or value > self.low or (value == self.low and open_):  # type: ignore[operator]
            self.low, self.low_open = value, open_

    def at_most(self, value: Literal_, *, open_: bool = False) -> None:
        if self.high is None or value < self.high or (value == self.high and open_):  # type: ignore[operator]
            self.high, self.high_open = value, open_

    def one_of(self, values: Iterable[Literal_]) -> None:
        self.only = frozenset(values) if self.only is None else self.only & frozenset(values)

    def admits(self, value: Literal_) -> bool:
        if value in self.never:
            return False
        below = self.low is not None and (value < self.low or (value == self.low and self.low_open))  # type: ignore[operator]
        above = self.high is not None and (value > self.high or (value == self.high and self.high_open))  # type: ignore[operator]
        return not below and not above

    def example(self) -> Literal_ | None:
        """A value in the domain, or None when it says nothing about values or is empty."""
        if self.only is not None:
            return next((value for value in sorted(self.only, key=str) if self.admits(value)), None)
        for value in (self.low, self.high):
            if value is None:
                continue
            step = timedelta(days=1) if isinstance(value, date) else Fraction(1)
            for nearby in (value, value + step, value - step) if not isinstance(value, str) else (value,):  # type: ignore[operator]
                if self.admits(nearby):
                    return nearby
        return None

    @property
    def is_empty(self) -> bool:
        if self.missing and (self.only is not None or self.low is not None or self.high is not None or self.never):
            return True
        if self.only is not None:
            return not any(self.admits(value) for value in self.only)
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))  # type: ignore[operator]


@dataclass
class Ranges:
    """What is known of names without data: the range of an input, the days of a version, the months of a year."""

    constants: Constants
    known: dict[str, tuple[Literal_ | None, Literal_ | None]] = field(default_factory=dict)

    def of(self, expression: Expr) -> tuple[Literal_ | None, Literal_ | None]:
        """The least and the most that the expression can be; None where that is open."""
        worth = self.constants.worth(expression)
        if worth is not UNKNOWN:
            return (None, None) if worth is None or isinstance(worth, Unknown) else (worth, worth)
        match self.constants.resolved(expression):
            case tree.Name() as name:
                return self.known.get(name.text, (None, None))
            case tree.Call(function="least" | "greatest" as function, arguments=items):
                return _extreme(function, [self.of(item) for item in items])
            case tree.Call(function="coalesce", arguments=items):
                return _hull([self.of(item) for item in items])
            case tree.Call(function="month" | "quarter" | "day" as function):
                return Fraction(1), Fraction({"month": 12, "quarter": 4, "day": 31}[function])
            case tree.Case(branches=branches, otherwise=otherwise):
                results = [result for _, result in branches] + ([] if otherwise is None else [otherwise])
                return _hull([self.of(result) for result in results])
        return None, None


def _extreme(
    function: str, ends: list[tuple[Literal_ | None, Literal_ | None]]
) -> tuple[Literal_ | None, Literal_ | None]:
    """`least` is at most each of its arguments; it is at least the smallest of them only when all are bounded."""
    lows, highs = [low for low, _ in ends], [high for _, high in ends]
    if function == "least":
        known = [high for high in highs if high is not None]
        return (None if None in lows else min(lows, key=_by_value), min(known, key=_by_value) if known else None)
    known = [low for low in lows if low is not None]
    return (max(known, key=_by_value) if known else None, None if None in highs else max(highs, key=_by_value))


def _hull(ends: list[tuple[Literal_ | None, Literal_ | None]]) -> tuple[Literal_ | None, Literal_ | None]:
    lows, highs = [low for low, _ in ends], [high for _, high in ends]
    return None if None in lows else min(lows, key=_by_value), None if None in highs else max(highs, key=_by_value)


def _by_value(value: Literal_ | None) -> Fraction | str | bool | date:
    return value if value is not None else Fraction(0)


def ways(expression: Expr, *, negated: bool = False) -> list[Way]:
    """The ways in which the condition is true, each a conjunction; one empty way when there are too many to list."""
    match expression:
        case tree.Not(value=inner):
            return ways(inner, negated=not negated)
        case tree.Logic(operator=operator, left=left, right=right):
            first, second = ways(left, negated=negated), ways(right, negated=negated)
            if (operator == "and") != negated:
                joined = [one + other for one in first for other in second]
            else:
                joined = first + second
            return joined if len(joined) <= MOST_WAYS else [()]
        case tree.Compare(operator=operator, left=left, right=right):
            return [(tree.Compare(_OPPOSITE[operator] if negated else operator, left, right),)]
        case tree.Between(value=inner, low=low, high=high, negated=turned):
            if negated == turned:
                return [(tree.Compare(">=", inner, low), tree.Compare("<=", inner, high))]
            return [(tree.Compare("<", inner, low),), (tree.Compare(">", inner, high),)]
        case tree.Within(value=inner, options=options, negated=turned):
            return [(tree.Within(inner, options, turned != negated),)]
        case tree.IsMissing(value=inner, negated=turned):
            return [(tree.IsMissing(inner, turned != negated),)]
        case tree.Name():
            return [(tree.Compare("=", expression, tree.Truth(not negated)),)]
        case tree.Truth(value=truth):
            return [()] if truth != negated else []
        case tree.Missing():
            return []
    return [()]


def domains(way: Way, ranges: Ranges) -> dict[Expr, Domain] | None:
    """What the way asks of each value it reads; None when it cannot be met."""
    found: dict[Expr, Domain] = {}
    for atom in way:
        if not _applied(atom, found, ranges):
            return None
    for subject, domain in found.items():
        low, high = ranges.of(subject)
        try:
            if not domain.missing:
                if low is not None:
                    domain.at_least(low)
                if high is not None:
                    domain.at_most(high)
            if domain.is_empty:
                return None
        except TypeError:
            continue  # text compared with a number: another check refuses that
    return found


def _applied(atom: Expr, found: dict[Expr, Domain], ranges: Ranges) -> bool:
    """Narrow the domains by one atom; False when the atom can never be true by itself."""
    worth = ranges.constants.worth
    whole = worth(atom)
    if not isinstance(whole, Unknown):
        return whole is True
    match atom:
        case tree.Compare(operator=operator, left=left, right=right):
            known = worth(right)
            if isinstance(known, Unknown):
                left, right, operator, known = right, left, _MIRRORED[operator], worth(left)
            if isinstance(known, Unknown):
                return _ranges_allow(operator, ranges.of(left), ranges.of(right))
            if known is None:
                return False
            return _compare(found.setdefault(left, Domain()), operator, known)
        case tree.Within(value=inner, options=options, negated=negated):
            given = [worth(option) for option in options]
            if any(isinstance(option, Unknown) for option in given):
                return True
            listed = [option for option in given if option is not None and not isinstance(option, Unknown)]
            domain = found.setdefault(inner, Domain())
            if negated:
                domain.never |= frozenset(listed)
            else:
                domain.one_of(listed)
        case tree.IsMissing(value=inner, negated=negated):
            domain = found.setdefault(inner, Domain())
            if domain.missing is (negated):
                return False
            domain.missing = not negated
    return True


def _compare(domain: Domain, operator: tree.Comparison, value: Literal_) -> bool:
    try:
        match operator:
            case "=":
                domain.one_of([value])
            case "<>":
                domain.never |= {value}
            case "<" | "<=":
                domain.at_most(value, open_=operator == "<")
            case ">" | ">=":
                domain.at_least(value, open_=operator == ">")
    except TypeError:
        return True
    if domain.missing is True:
        return False
    domain.missing = False
    return True


def _ranges_allow(
    operator: str, left: tuple[Literal_ | None, Literal_ | None], right: tuple[Literal_ | None, Literal_ | None]
) -> bool:
    if operator in ("<", "<="):
        left, right, operator = right, left, ">" if operator == "<" else ">="
    most, least = left[1], right[0]
    if operator not in (">", ">=") or not isinstance(most, Fraction) or not isinstance(least, Fraction):
        return True
    return most > least or (most == least and operator == ">=")


def can_hold(conditions: Iterable[Expr | None], ranges: Ranges) -> dict[Expr, Domain] | None:
    """A way in which all conditions are true at once; None when there is none."""
    joined: list[Way] = [()]
    for condition in conditions:
        if condition is not None:
            joined = [one + other for one in joined for other in ways(condition)]
            if len(joined) > MOST_WAYS:
                return {}
    return next((found for way in joined if (found := domains(way, ranges)) is not None), None)
