"""The trace: why a line or a payment has its amount, down to source rows and lines of the plan.

A walk over the graph that was calculated: every number is asked again from the calculation's own database, at one
row, by the scopes of the stages. What comes back is data; it can be read in English and German, and it proves itself
by working every sum out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attain.engine.trace.arithmetic import Figure
from attain.engine.trace.booked import steps as booked_steps
from attain.engine.trace.derivation import Derivation
from attain.engine.trace.explanation import Explanation, Source, Step, Word
from attain.engine.trace.payments import Payment
from attain.engine.trace.releases import release_steps
from attain.kernel.errors import NotFound
from attain.kernel.money import currency
from attain.plans.loader import Document

if TYPE_CHECKING:
    from attain.engine.calculation import Calculation


def explain(calculation: Calculation, documents: Sequence[Document], line: str) -> Explanation:
    """Why a line of the table `lines` has its amount. `line` is its id."""
    row = _line(calculation, line)
    derivation = Derivation(calculation, documents, row["plan"])
    plan = derivation.version(row["version"])
    steps, last = booked_steps(derivation, row)
    amount = derivation.minor(int(row["amount"]))
    words: dict[str, Word] = {
        "component": derivation.component(row["component"]),
        "payee": str(row["payee"]),
        "source": str(row["source"]),
        "period": str(row["pay_period"]),
        "line": line,
        "plan": plan.plan,
        "version": plan.version,
        "amount": amount,
    }
    return Explanation(plan, Step(_title(row), words), amount, (*steps, *release_steps(derivation, row)), last)


def explain_payment(
    calculation: Calculation, documents: Sequence[Document], plan: str, payee: str, pay_period: str
) -> Explanation:
    """Why a payee is paid what they are in a pay period."""
    if plan not in calculation.compilations:
        raise NotFound(
            f"The calculation has no plan `{plan}`.",
            code="trace.no-plan",
            hint=f"It has {', '.join(calculation.compilations)}.",
        )
    derivation = Derivation(calculation, documents, plan)
    found = derivation.rows(derivation.compilation.name("payments"), {"payee": payee, "pay_period": pay_period})
    if not found:
        raise NotFound(
            f"{payee} has no payment of `{plan}` in {pay_period}.",
            code="trace.no-payment",
            hint="`attain explain` takes a payee and a calculated pay period.",
        )
    row = found[0]
    chosen = _version_of(derivation, pay_period)
    steps = Payment(derivation, chosen, row).steps()
    code = str(row["pay_currency"])
    amount = (
        derivation.minor(int(row["payable"])) if code == chosen.currency else Figure(_paid(row, code), "money", code)
    )
    words: dict[str, Word] = {
        "payee": payee,
        "period": pay_period,
        "plan": plan,
        "version": chosen.version,
        "amount": amount,
    }
    return Explanation(chosen, Step("title.payment", words), amount, tuple(steps), steps[-1])


def _title(row: dict[str, Any]) -> str:
    return "title.plan_cap" if row["component"] == "settlement.cap" else f"title.{row['kind']}"


def _paid(row: dict[str, Any], code: str) -> Fraction | None:
    return None if row["paid"] is None else Fraction(int(row["paid"]), 10 ** currency(code).places)


def _version_of(derivation: Derivation, period: str) -> Any:
    """The latest version that has begun by the period's last day."""
    return derivation.compilation.version_of(derivation.compilation.calendar.parse(period))


def _line(calculation: Calculation, line: str) -> dict[str, Any]:
    from attain.engine.trace.spots import where

    found = list(calculation.database.rows(where("lines", {"line": line})))
    if not found:
        raise NotFound(
            f"The calculation has no line `{line}`.",
            code="trace.no-line",
            hint="Line ids stand in the table `lines`: plan/component/payee/source/earning period.",
        )
    return found[0]


__all__ = ["Explanation", "Source", "Step", "explain", "explain_payment"]
