"""The parts that a release rule cuts a line into: cumulative shares, each with what makes it due."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from attain.kernel.errors import PlanError, Where
from attain.plans.constants import Constants
from attain.plans.expressions import Expr
from attain.plans.model import Plan, Release


@dataclass(frozen=True)
class Part:
    """One part of a line: its cumulative share before and after, and what makes it due."""

    number: int
    before: Fraction
    after: Fraction
    rule: Release
    turn: int


def parts_of(plan: Plan, rules: tuple[Release, ...]) -> list[Part]:
    constants = Constants.of(plan, defaults=False)
    shares: list[Fraction | None] = []
    for rule in rules:
        value = constants.number(rule.share) if isinstance(rule.share, Expr) else None
        if isinstance(rule.share, Expr) and value is None:
            raise PlanError(
                "The share of a release is a constant.",
                code="plan.release-share",
                where=Where(field=f"plan {plan.plan}, release"),
            )
        shares.append(value)
    known = sum((share for share in shares if share is not None), Fraction(0))
    found: list[Part] = []
    before = Fraction(0)
    for rule, share in zip(rules, shares, strict=True):
        whole = share if share is not None else 1 - known
        for turn in range(rule.in_):
            after = before + whole / rule.in_
            found.append(Part(len(found) + 1, before, after, rule, turn))
            before = after
    return found


def rules_of(plan: Plan, name: str) -> tuple[Release, ...]:
    """Those of a component, or of the plan; none where a line is due at once."""
    return plan.components[name].release or plan.settlement.release or ()
