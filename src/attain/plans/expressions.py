"""The tree of an expression: what formulas and conditions of a plan are once they are read.

The trees are values: two expressions with the same meaning in text are equal, wherever they stood. `at` is the place
in the source text, kept for messages and left out of comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from fractions import Fraction
from typing import Literal

Comparison = Literal["=", "<>", "<", "<=", ">", ">="]
Arithmetic = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Expr:
    """Any expression."""

    at: int = field(default=0, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Expr):
    """A number as written: `5%` has the value 1/20 and the text `5%`."""

    value: Fraction
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Text(Expr):
    value: str


@dataclass(frozen=True, slots=True)
class Day(Expr):
    value: date


@dataclass(frozen=True, slots=True)
class Truth(Expr):
    value: bool


@dataclass(frozen=True, slots=True)
class Missing(Expr):
    """The literal `null`."""


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """`booked.attainment` has the parts ("booked", "attainment")."""

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Negative(Expr):
    value: Expr


@dataclass(frozen=True, slots=True)
class Not(Expr):
    value: Expr


@dataclass(frozen=True, slots=True)
class Calculation(Expr):
    """`x of y` is read as `x * y`."""

    operator: Arithmetic
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    operator: Comparison
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Logic(Expr):
    operator: Literal["and", "or"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Between(Expr):
    """Both ends belong to it."""

    value: Expr
    low: Expr
    high: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Within(Expr):
    """`value in (…)`."""

    value: Expr
    options: tuple[Expr, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsMissing(Expr):
    """`value is null`."""

    value: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Case(Expr):
    """`if(c, a, b)` is a case with one branch. Without `otherwise` it is missing when no condition is true."""

    branches: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr | None = None


@dataclass(frozen=True, slots=True)
class Call(Expr):
    function: str
    arguments: tuple[Expr, ...]


def parts_of(expression: Expr) -> Iterator[Expr]:
    """The expression and everything inside it, outermost first."""
    yield expression
    for inner in inside(expression):
        yield from parts_of(inner)


def inside(expression: Expr) -> Iterator[Expr]:
    """The expressions directly inside this one, in reading order."""
    for slot in fields(expression):
        yield from _expressions(getattr(expression, slot.name))


def _expressions(value: object) -> Iterator[Expr]:
    if isinstance(value, Expr):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _expressions(item)


def names_in(expression: Expr) -> list[Name]:
    """Every name that the expression reads, in reading order, repeated when it is read twice."""
    return [part for part in parts_of(expression) if isinstance(part, Name)]


def canonical(expression: Expr) -> list[object]:
    """Lists and text that are equal for expressions that are equal, for fingerprints."""
    compared = [slot.name for slot in fields(expression) if slot.compare]
    return [type(expression).__name__, *(_spelt(getattr(expression, name)) for name in compared)]


def _spelt(value: object) -> object:
    if isinstance(value, Expr):
        return canonical(value)
    if isinstance(value, tuple):
        return [_spelt(item) for item in value]
    return value if value is None or isinstance(value, bool) else str(value)
