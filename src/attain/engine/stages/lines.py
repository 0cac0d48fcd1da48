"""What all lines have in common: their columns, and how the plan rounds them."""

from __future__ import annotations

from sqlglot import exp

from attain.engine.frame import col
from attain.kernel.rounding import Rounding
from attain.plans.model import Plan

LINE = (
    "payee",
    "position",
    "event_type",
    "event",
    "source",
    "credited_on",
    "period",
    "exact",
    "exact/",
    "uncapped",
    "uncapped/",
    "amount",
    "note",
    "kind",
    "original",
)


VACANT = "vacant:"
HAS_PART = "@has_part"
"""The column that says whether a row of a pool has a weight, a row of prizes a place."""
NO_PART = "no part"
"""The kind of a row that has no part in a pool and no place among prizes: it is no line, unless somebody decides its
amount."""


def mode_of(plan: Plan) -> Rounding:
    """The rounding mode of a plan's lines."""
    return plan.policies.rounding.mode if plan.policies.rounding is not None else Rounding.HALF_UP


def is_vacant(column: str = "payee") -> exp.Expr:
    """Whether a row's payee is a seat that nobody holds: credited and counted, never paid."""
    return exp.StartsWith(this=col(column), expression=exp.Literal.string(VACANT))
