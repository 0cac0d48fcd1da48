"""What a reversal takes back: the line that was paid, in the proportion of the amounts, less with time."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from attain.checker.credits import Credit
from attain.checker.evaluate import number
from attain.checker.scopes import CreditScope
from attain.kernel.periods import add_months
from attain.plans.model import Clawback, Component
from attain.plans.scalars import Delay

if TYPE_CHECKING:
    from attain.checker.components import EachComponent

ZERO, ONE = Fraction(0), Fraction(1)


def later(start: date, delay: Delay) -> date:
    return add_months(start, delay.count) if delay.unit == "months" else start + timedelta(days=delay.count)


def taken_back(
    lines: EachComponent, component: Component, credit: Credit, scope: CreditScope
) -> tuple[Fraction, str] | None:
    """The exact clawback of a reversal's credit and its note; None when the component's own formula applies."""
    clawback = credit.version.settlement.clawback
    if clawback is None or credit.reverses is None:
        return None
    original = lines.by_source.get((credit.reverses, credit.way))
    if original is None or original.credit is None:
        return None
    stated = original.credit.event_amount
    # The reversal's amount is negative as a rule, so the product is a negative line.
    share = credit.event_amount / stated if stated else ZERO
    kept = still_taken(clawback, original.credit.date, credit.date, scope)
    paid = lines.calculation.history.money(original.amount)
    return paid * share * kept, f"takes back {original.source}"


def still_taken(clawback: Clawback, start: date, on: date, scope: CreditScope) -> Fraction:
    """The share that is still taken so long after the original's credit date."""
    if clawback.within is not None and on > later(start, clawback.within):
        return ZERO
    if clawback.takes == "full":
        return ONE
    if clawback.takes == "pro_rata":
        if clawback.within is None:
            return ONE
        days = (later(start, clawback.within) - start).days
        return max(ZERO, ONE - Fraction((on - start).days, days)) if days else ZERO
    for step in clawback.takes:
        if on <= later(start, step.to):
            return number(step.share, scope) or ZERO
    return ZERO
