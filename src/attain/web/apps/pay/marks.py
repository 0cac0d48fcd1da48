"""Where a payee stood before and after each line: attainment, and the rates of the tiers that it went through.

A run keeps lines, not every value, so the plan is calculated once more for this payee, from what the run read; the
answer is kept, because a run never changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from attain.engine import Calculation
from attain.plans.constants import Constants
from attain.plans.expressions import Name
from attain.plans.model import Component, Plan
from attain.web.workspace import Workspace

from .keeping import kept
from .models import Run
from .recalculated import recalculated

SCALE_END = Fraction(14, 10)
"""A bar ends at 140 %: beyond it the number says what the bar cannot."""


class Mark(NamedTuple):
    """Attainment before and after a credit, in exact shares, and the rates that paid it, lowest first."""

    before: Fraction
    after: Fraction
    rates: tuple[Fraction, ...]
    tiers: tuple[Fraction, ...]
    """Borders of the tiers that are the same for everybody."""


Key = tuple[str, str]
"""Component and event."""


def is_by_attainment(plan: Plan) -> bool:
    """Whether a component pays by tiers of an attainment: without one there is nothing to calculate."""
    return any(_attainment(component) is not None for component in plan.components.values())


def marks_of(workspace: Workspace, run: Run, plan: str, payee: str) -> dict[Key, Mark]:
    """By component and event, for components whose tiers are borders of an attainment."""
    return kept("marks", run, [plan, payee], lambda: _calculated(workspace, run, plan, payee))


def _calculated(workspace: Workspace, run: Run, plan: str, payee: str) -> dict[Key, Mark]:
    found: dict[Key, Mark] = {}
    with recalculated(workspace, run, plan, payee) as again:
        for document in again.plans:
            if document.plan.plan == plan:
                for name, component in document.plan.components.items():
                    if (measure := _attainment(component)) is not None:
                        found |= dict(_marks(again.calculation, document.plan, name, component, measure, payee))
    return found


def _attainment(component: Component) -> str | None:
    """The measure whose attainment decides, if it is just that."""
    by = component.by[0] if component.by else None
    if component.each is None or not isinstance(by, Name) or by.parts[1:] != ("attainment",):
        return None
    return by.parts[0]


def _marks(
    calculation: Calculation, plan: Plan, name: str, component: Component, measure: str, payee: str
) -> Iterator[tuple[Key, Mark]]:
    values = {}
    for when in ("before", "after"):
        found = calculation.values(plan.plan, f"{measure}.attainment_{when}")
        values[when] = {one.key: one.value for one in found if one.payee == payee}
    slices = {}
    if component.pays == "marginal" or component.retroactive:  # others have no slices to ask for
        found = calculation.values(plan.plan, f"{name}.slices")
        slices = {one.key: one.value for one in found if one.payee == payee}
    tiers = tuple(_borders(plan, component))
    for event, before in values["before"].items():
        after = values["after"].get(event)
        if isinstance(before, Fraction) and isinstance(after, Fraction):
            said = slices.get(event)
            rates = {one.rate for one in said} if isinstance(said, tuple) else set()
            yield (name, event), Mark(before, after, tuple(sorted(rates)), tiers)


def _borders(plan: Plan, component: Component) -> Iterator[Fraction]:
    constants = Constants.of(plan)
    for tier in component.tiers:
        worth = constants.number(tier.to)
        if worth is not None and 0 < worth < SCALE_END:
            yield worth
