"""A tier that is reached lifts earlier credits too: what is due with this credit, minus what was due without it, and
the same in slices.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.catch_up import catch_up_slices
from attain.engine.formulas import Scope, numeric
from attain.engine.fractions import Num
from attain.engine.frame import col
from attain.engine.sql import any_of
from attain.engine.stages import reward, worth
from attain.engine.trace import tables
from attain.engine.trace.arithmetic import Figure, Operation, Unit, total
from attain.engine.trace.derivation import figure
from attain.engine.trace.explanation import Step
from attain.engine.trace.names import named
from attain.engine.trace.spots import CreditSpot, answers
from attain.plans import expressions as tree
from attain.plans.model import TierTable
from attain.plans.outcome import Slice

if TYPE_CHECKING:
    from attain.engine.trace.paying import Paying


def retroactive(paying: Paying, spot: CreditSpot, tiers: TierTable) -> Step:
    """r(after) × (sum with this credit) − r(before) × (sum without it)."""
    from attain.engine.trace.paying import window_frame

    plan, said, derivation = paying.plan, paying.said, paying.derivation
    running = worth.running_measure(plan, said)
    if running is None:
        raise TypeError(said)
    name, attainment = running
    frame, keep = window_frame(spot, name)
    scope = spot.scope(frame)
    if said.when is not None:
        wanted = reward.is_wanted(spot.compilation, plan, said, said.when, scope)
        reversals = exp.Not(this=frac.is_null(col("@reverses")))
        frame.keep(any_of(wanted, reversals) if plan.settlement.clawback is not None else wanted)
    operands = worth.retroactive_operands(plan, said, tiers, running, scope)
    exact = worth.exact_value(plan, said, scope)
    high, with_row, low, without, value = answers(spot.compilation, frame, [*operands, exact], keep)
    by = [_side(paying, spot, tiers, name, attainment, field) for field in ("after", "before")]
    unit = (
        derivation.units(spot).of(said.of)
        if said.of is not None
        else derivation.units(spot).of_name(("credit", "amount"))
    )
    rate = derivation.units(spot).of_table(tiers)
    due = Operation("*", figure(with_row, unit), figure(high, rate))
    was = Operation("*", figure(without, unit), figure(low if low is not None else Fraction(0), rate))
    if tiers.column == "amount":
        formula = Operation("-", figure(high, rate), figure(low if without else Fraction(0), rate))
    else:
        formula = Operation("-", due, was)
    measure_step = named(
        derivation,
        spot,
        (name, "attainment_after" if attainment else "after"),
        None if not attainment else _attained(spot, name),
    )
    slices = _slices(paying, spot, tiers, name, unit, rate, value if isinstance(value, Fraction) else None)
    inside = (*by, *((measure_step,) if measure_step is not None else ()), *((slices,) if slices is not None else ()))
    return Step("pay.retroactive", {}, formula, Figure(value, "money"), inside=inside)


def _attained(spot: CreditSpot, name: str) -> Fraction | None:
    return spot.number(tree.Name((name, "attainment_after")))


def _side(paying: Paying, spot: CreditSpot, tiers: TierTable, name: str, attainment: bool, field: str) -> Step:
    """The tier in which the running sum lies after, and before, this credit."""

    def operands(scope: Scope) -> tuple[Num, Num | None]:
        unit = scope.checked_quota(name, paying.plan.measures[name]) if attainment else None  # type: ignore[attr-defined]
        return numeric(tree.Name((name, field)), scope), unit

    shown = figure(
        spot.number(tree.Name((name, field))), paying.derivation.units(spot).of_measure(paying.plan.measures[name])
    )
    return tables.tier_step(paying.derivation, spot, tiers, paying.path, operands, shown)


def _slices(
    paying: Paying, spot: CreditSpot, tiers: TierTable, name: str, unit: Unit, rate: Unit, value: Fraction | None
) -> Step | None:
    """The same amount as own slices and catch-up, where the tiers are cut in the credited amounts themselves."""
    from attain.engine.trace.paying import window_frame

    if tiers.column == "amount":
        return None
    frame, _ = window_frame(spot, name)
    all_of_window = catch_up_slices(spot.compilation, paying.plan, paying.name, spot.scope(frame))
    found = next((item.value for item in all_of_window if (item.payee, item.key) == (spot.payee, spot.credit)), None)
    slices = list(found) if isinstance(found, tuple) else []
    if not slices or sum((part.pay for part in slices), Fraction(0)) != value:
        return None
    steps = tuple(
        _slice(label, amount, Fraction(part_rate), unit, rate)
        for (label, part_rate), amount in _by_rate(slices).items()
    )
    return Step(
        "pay.slices",
        {},
        total([step.result for step in steps if step.result is not None]),
        Figure(value, "money"),
        inside=steps,
    )


def _by_rate(slices: list[Slice]) -> dict[tuple[str, Fraction], Fraction]:
    """Slices of the same kind and rate in one: many earlier credits are lifted by the same difference."""
    found: dict[tuple[str, Fraction], Fraction] = {}
    for part in slices:
        found[part.label, part.rate] = found.get((part.label, part.rate), Fraction(0)) + part.amount
    return found


def _slice(label: str, amount: Fraction, rate: Fraction, unit: Unit, rate_unit: Unit) -> Step:
    kind = "slice.own" if label == "own" else "slice.catch_up"
    return Step(kind, {}, Operation("*", Figure(amount, unit), Figure(rate, rate_unit)), Figure(amount * rate, "money"))
