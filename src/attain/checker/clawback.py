"""What a reversal takes back: the line that was paid, in the proportion of the amounts, less with time.

Several reversals of one original share its line: what they take is rounded as one running sum that ends at the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from attain.checker.credits import Credit
from attain.checker.evaluate import number
from attain.checker.scopes import CreditScope
from attain.kernel.periods import add_months
from attain.plans.model import Clawback, Component, Plan
from attain.plans.scalars import Delay

if TYPE_CHECKING:
    from attain.checker.components import EachComponent

ZERO, ONE = Fraction(0), Fraction(1)


def later(start: date, delay: Delay) -> date:
    return add_months(start, delay.count) if delay.unit == "months" else start + timedelta(days=delay.count)


class Taken(NamedTuple):
    """What a reversal takes back: exactly, in minor units, and of which line."""

    exact: Fraction
    amount: int
    note: str


@dataclass(slots=True)
class Account:
    """What the reversals of one original have taken: in minor units by earlier versions, exactly by this one."""

    version: Plan
    before: int = 0
    exact: Fraction = ZERO
    taken: int = 0


def taken_back(lines: EachComponent, component: Component, credit: Credit, scope: CreditScope) -> Taken | None:
    """The clawback of a reversal's credit; None when the component's own formula applies."""
    clawback = credit.version.settlement.clawback
    if clawback is None or credit.reverses is None or not credit.original_amount:
        return None
    original = lines.by_source.get((credit.reverses, credit.way))
    if original is None or original.credit is None or original.credit.reverses is not None:
        return None
    if credit.original_date is None or credit.date < credit.original_date:
        return None
    history = lines.calculation.history
    kept = still_taken(clawback, credit.original_date, credit.date, scope)
    exact = history.money(original.amount) * _reversed_part(lines, credit) * kept
    account = lines.accounts.setdefault((credit.reverses, credit.way), Account(credit.version))
    if account.version is not credit.version:
        account.version, account.before, account.exact = credit.version, account.taken, ZERO
    account.exact += exact
    sum_now = history.rounded(history.money(account.before) + account.exact, credit.version, component.round)
    most = -original.amount
    upto = max(sum_now, most) if original.amount >= 0 else min(sum_now, most)
    amount = upto - account.taken
    account.taken = upto
    return Taken(exact, amount, f"takes back {original.source}")


def _reversed_part(lines: EachComponent, credit: Credit) -> Fraction:
    """What this reversal adds to the reversed part of the original amount: negative as a rule, beyond it nothing."""
    whole = credit.original_amount or ONE
    stated = [
        lines.calculation.stated(credit.version, other)
        for other in lines.calculation.reversals(credit)
        if other.order <= credit.order and other.original_date is not None and other.date >= other.original_date
    ]
    now, before = (max(-ONE, sum(some, ZERO) / whole) for some in (stated, stated[:-1]))
    return now - before


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
