"""What names in an expression stand for, where an expression stands, and of which type it is: the words of the scope.

A `Place` says from where an expression looks at the world: from one credit, from a payee's period, from a fact that is
being credited. The same name can be readable at one place and refused at another; what it stands for is a `Reference`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

TypeKind: TypeAlias = Literal["money", "number", "yes_no", "text", "date", "plain", "missing", "unknown"]
PlaceKind: TypeAlias = Literal[
    "literal", "participants", "credit rule", "credit", "payee period", "team period", "company period", "trigger"
]
MeasurePart: TypeAlias = Literal[
    "value",
    "period",
    "total",
    "before",
    "after",
    "quota",
    "attainment",
    "attainment_before",
    "attainment_after",
    "attainment_total",
]


@dataclass(frozen=True, slots=True)
class Type:
    """`plain` is a bare literal or an untyped parameter and fits money and numbers; `missing` is the literal null.

    Money has the currency of the plan, or None when each fact says its own. `unknown` stands where a fault has
    been told already, and fits everything.
    """

    kind: TypeKind
    currency: str | None = None

    @property
    def is_numeric(self) -> bool:
        return self.kind in ("money", "number", "plain", "missing", "unknown")

    def __str__(self) -> str:
        words = {"yes_no": "yes or no", "number": "a number", "date": "a date", "plain": "a plain number"}
        return words.get(self.kind, f"money in {self.currency}" if self.currency else self.kind)


NUMBER = Type("number")
YES_NO = Type("yes_no")
TEXT = Type("text")
DATE = Type("date")
PLAIN = Type("plain")
MISSING = Type("missing")
UNKNOWN = Type("unknown")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands."""

    kind: PlaceKind
    credit_set: str | None = None
    """Of a credit, and of a credit rule."""
    per: str | None = None
    """The kind of the period."""
    fact: str | None = None
    """The fact type whose columns are read bare."""
    related: str | None = None
    """The related fact type of a `to` item, whose columns are read with its name."""
    before_measures: bool = False
    """At a credit that measures, values and components are still to be made of: the limit of a credit, and what a
    measure counts."""
    knows_payee: bool = False
    """The condition of a `to` item reads `payee.*` too."""
    recursion: str | None = None
    """The value with `per: payee` or `each` in whose formula this stands: there `previous` may be read."""

    def __str__(self) -> str:
        match self.kind:
            case "credit":
                return f"at a credit of {self.credit_set}"
            case "credit rule":
                return f"in the credit set {self.credit_set}"
            case "trigger":
                return f"in a trigger over {self.fact}"
            case "participants":
                return "in `participants`"
            case "literal":
                return "where only a literal may stand"
            case _:
                return f"at a {self.kind.split()[0]}'s {self.per}"


PARTICIPANTS = Place("participants")
LITERAL = Place("literal")


@dataclass(frozen=True, slots=True)
class FactColumn:
    fact_type: str
    column: str


@dataclass(frozen=True, slots=True)
class RelatedColumn:
    """A column of the related fact of a `to` item."""

    fact_type: str
    column: str


@dataclass(frozen=True, slots=True)
class CreditField:
    """`credit.amount`, `credit.<other amount>`, `share`, `role`, `level`, `date`, `payee`."""

    name: str


@dataclass(frozen=True, slots=True)
class PersonField:
    name: str


@dataclass(frozen=True, slots=True)
class PositionField:
    name: str


@dataclass(frozen=True, slots=True)
class PayeeField:
    """`payee.*` in the condition of a `to` item."""

    name: str


@dataclass(frozen=True, slots=True)
class PeriodField:
    name: str


@dataclass(frozen=True, slots=True)
class MeasureField:
    """`field` is "value" for the bare name at a period."""

    measure: str
    field: MeasurePart


@dataclass(frozen=True, slots=True)
class ParameterRef:
    name: str


@dataclass(frozen=True, slots=True)
class InputRef:
    name: str


@dataclass(frozen=True, slots=True)
class ValueRef:
    """Without `per` and `each` its formula is read as if it stood here."""

    name: str


@dataclass(frozen=True, slots=True)
class ComponentRef:
    """The rounded result of another component."""

    name: str


Reference: TypeAlias = (
    FactColumn
    | RelatedColumn
    | CreditField
    | PersonField
    | PositionField
    | PayeeField
    | PeriodField
    | MeasureField
    | ParameterRef
    | InputRef
    | ValueRef
    | ComponentRef
)

PERSON = {"id": TEXT, "name": TEXT, "country": TEXT, "currency": TEXT, "kind": TEXT, "hired_on": DATE, "left_on": DATE}
POSITION = {"id": TEXT, "title": TEXT, "territory": TEXT, "unit": TEXT}
PAYEE = {"id": TEXT, "title": TEXT, "territory": TEXT, "unit": TEXT, "position": TEXT}
PERIOD = {
    "number": NUMBER,
    "month": NUMBER,
    "quarter": NUMBER,
    "year": NUMBER,
    "start": DATE,
    "end": DATE,
    "days": NUMBER,
    "active_days": NUMBER,
}
CREDIT = {"share": NUMBER, "role": TEXT, "level": NUMBER, "date": DATE, "payee": TEXT}
RESERVED = ("person", "position", "payee", "period", "credit", "relationship", "manager", "settlement", "draw")
"""Words that stand for something else before a point; no name of a plan may be one of them."""


def fits(found: Type, wanted: Type) -> bool:
    """Whether something of one type can stand where the other one is wanted."""
    return common(found, wanted) is not None


def common(one: Type, other: Type) -> Type | None:
    """The type of either, or None when they cannot stand for one another."""
    for first, second in ((one, other), (other, one)):
        if first.kind in ("unknown", "missing"):
            return second
        if first.kind == "plain" and second.kind in ("plain", "money", "number"):
            return second
    if one.kind != other.kind:
        return None
    if one.kind != "money":
        return one
    if one.currency and other.currency and one.currency != other.currency:
        return None
    return one if one.currency else other
