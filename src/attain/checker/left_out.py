"""Decisions that a plan reads and cannot use: quotas in another currency, inputs outside of their bounds.

They count as missing wherever they are read; each is listed once, whoever would have read it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from attain.checker.evaluate import Scope, number
from attain.checker.seats import ENDLESS, Row
from attain.plans.model import Input, Plan

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation


def list_left_out(calculation: Calculation) -> None:
    for version in calculation.history.versions:
        for measure in version.measures.values():
            name = measure.quota
            if name is not None and name not in version.values and name not in version.parameters:
                _list_quotas(calculation, name)
        for name, said in version.inputs.items():
            _list_inputs(calculation, version, name, said)


def _list_quotas(calculation: Calculation, name: str) -> None:
    own = calculation.history.currency
    for row in calculation.record.rows("quotas"):
        begins_in_time = row["valid_from"] < calculation.horizon
        if row["quota"] == name and row["currency"] not in (None, "", own) and begins_in_time:
            reason = f"The quota {name} from {row['valid_from']} is in {row['currency']}, the plan counts in {own}."
            calculation.exception(
                "quota_currency", reason, payee=row["subject"], amount=row["amount"], currency=row["currency"]
            )


def _list_inputs(calculation: Calculation, version: Plan, name: str, said: Input) -> None:
    start, end = version.effective.start, min(version.effective.end or ENDLESS, calculation.horizon)
    for row in calculation.record.rows("inputs"):
        there = row["valid_from"] < end and start < (row["valid_to"] or ENDLESS)
        if row["input"] == name and there and not within_bounds(row, said):
            least, most = bounds(said)
            reason = f"The input {name} from {row['valid_from']} is outside of its bounds, {least} to {most}."
            calculation.exception("held", reason, payee=row["subject"])


def bounds(said: Input) -> tuple[Fraction | None, Fraction | None]:
    """The least and the most, which are literals."""
    scope = Scope()
    least = None if said.min is None else number(said.min, scope)
    return least, None if said.max is None else number(said.max, scope)


def within_bounds(row: Row, said: Input) -> bool:
    least, most = bounds(said)
    value: Fraction = row["value"]
    return (least is None or least <= value) and (most is None or value <= most)
