"""What all lines have in common: their columns, and how the plan rounds them."""

from __future__ import annotations

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


def mode_of(plan: Plan) -> Rounding:
    """The rounding mode of a plan's lines."""
    return plan.policies.rounding.mode if plan.policies.rounding is not None else Rounding.HALF_UP
