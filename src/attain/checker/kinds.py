"""What each kind of component pays, exactly, before times, gate, limit and rounding.

At a credit a measure has a value before and after it; at a period it has one value and starts from nothing. Both are a
`Reach`, so that each kind is written once for both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from attain.checker import tables
from attain.checker.evaluate import as_number, evaluate, number
from attain.checker.scopes import CreditScope, PlanScope
from attain.checker.values import unwrapped
from attain.kernel.errors import PlanError
from attain.plans.expressions import Expr, Name
from attain.plans.model import Component, LookupTable, Plan, Table, TierTable
from attain.plans.outcome import Scalar, Slice

if TYPE_CHECKING:
    from attain.checker.components import Base

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(slots=True)
class Worth:
    """The exact result of a component at one place, and the slices that make it up."""

    amount: Fraction | None
    slices: Callable[[], list[Slice]] = list
    """Made when somebody asks: few do."""


class Reach(NamedTuple):
    """Where `by` stands before and after. `of_one` is the value of 100 % when it is an attainment."""

    before: Fraction
    after: Fraction
    quota: Fraction | None


def measure_named(component: Component, formula: Expr, scope: PlanScope) -> Name | None:
    """The measure or attainment that `by` names, when it is one whose running value is known here."""
    each = component.each if isinstance(scope, CreditScope) else None
    return _running(formula, scope.version, each)


def measure_by(component: Component, formula: Expr, version: Plan) -> Name | None:
    """The measure or attainment that `by` of a component for each credit names in a version."""
    return _running(formula, version, component.each)


def _running(formula: Expr, version: Plan, credits: str | None) -> Name | None:
    named = unwrapped(version, formula)
    if not isinstance(named, Name) or named.parts[0] not in version.measures:
        return None
    if named.parts[1:] not in ((), ("attainment",)):
        return None
    return named if credits in (None, version.measures[named.parts[0]].credits) else None


def worth(component: Component, scope: PlanScope, base: Base | None = None) -> Worth:
    """What the component pays at a place; `base` holds the sums of `of` for whole-amount tiers with catch-up."""
    match component.pays:
        case "percent":
            return Worth(product(number(component.rate or _nothing(), scope), _of(component, scope)))
        case "per_unit":
            return Worth(product(number(component.amount or _nothing(), scope), _of(component, scope)))
        case "fixed":
            return Worth(number(component.amount or _nothing(), scope))
        case "formula":
            return Worth(number(component.formula or _nothing(), scope))
        case "marginal":
            return _marginal(component, scope)
        case "whole":
            return _whole(component, scope, base)
        case "curve":
            at = _single(component, scope)
            share = None if at is None else tables.curve(_table(component, scope), at, scope)
            return Worth(product(share, _of(component, scope)))
        case "lookup":
            return Worth(_lookup(component, scope))
    raise PlanError(f"`pays: {component.pays}` is shared among payees, not paid by itself.", code="plan.kind")


def product(*factors: Fraction | None) -> Fraction | None:
    known = [factor for factor in factors if factor is not None]
    if len(known) < len(factors):
        return None
    return prod(known[1:], start=known[0])


def _nothing() -> Expr:
    raise PlanError("The component lacks a key that its kind needs.", code="plan.component")


def _of(component: Component, scope: PlanScope) -> Fraction | None:
    if component.of is not None:
        return number(component.of, scope)
    return scope.credit.amount if isinstance(scope, CreditScope) else None


def _table(component: Component, scope: PlanScope) -> Table:
    return scope.calculation.components.inline(component) or scope.table(component.table or "")


def _reach(component: Component, scope: PlanScope) -> Reach | None:
    formula = (component.by or (_nothing(),))[0]
    named = measure_named(component, formula, scope)
    if named is None:
        value = number(formula, scope)
        return None if value is None else Reach(ZERO, value, None)
    name, attained = named.parts[0], len(named.parts) == 2
    fields = ("attainment_before", "attainment_after") if attained else ("before", "after")
    if isinstance(scope, CreditScope):
        before, after = (as_number(scope.measure(name, each)) for each in fields)
    else:
        before, after = ZERO, as_number(scope.measure(name, "attainment" if attained else ""))
    quota = as_number(scope.measure(name, "quota")) if attained else None
    if before is None or after is None or (attained and quota is None):
        return None
    return Reach(before, after, quota)


def _marginal(component: Component, scope: PlanScope) -> Worth:
    reach = _reach(component, scope)
    table = tables.tier_table(_table(component, scope))
    ladder = tables.climbable(table, scope)
    if reach is None or ladder is None:
        return Worth(None)
    of_one: Fraction | None = ONE
    if reach.quota is not None:
        of_one = reach.quota if table.column in ("rate", "per_unit") else _of_one(component, table.column, scope)
    elif component.of is not None:
        of_one = _of(component, scope)
    if of_one is None:
        return Worth(None)
    paid = tables.climb(ladder, table.column, reach.after) - tables.climb(ladder, table.column, reach.before)
    known, one = ladder, of_one
    return Worth(
        paid * one,
        lambda: [
            Slice("own", width * one, rate, width * one * rate)
            for width, rate in tables.pieces(known, table.column, reach.before, reach.after)
        ],
    )


def _of_one(component: Component, column: str, scope: PlanScope) -> Fraction | None:
    """The value of 100 % for factors and amounts; `of` counts 1 for amounts unless it is said."""
    return ONE if column == "amount" and component.of is None else _of(component, scope)


def _single(component: Component, scope: PlanScope, formula: Expr | None = None) -> Fraction | None:
    return as_number(_placed(component, scope, formula or (component.by or (_nothing(),))[0]))


def _placed(component: Component, scope: PlanScope, formula: Expr) -> Scalar:
    """The value of `by`; of a measure at a credit the one that the policy `position` chooses."""
    named = measure_named(component, formula, scope)
    if named is None or not isinstance(scope, CreditScope):
        return evaluate(formula, scope)
    where = component.position or scope.version.policies.position or "after"
    return scope.measure(named.parts[0], f"attainment_{where}" if len(named.parts) == 2 else where)


def _whole(component: Component, scope: PlanScope, base: Base | None) -> Worth:
    table = tables.tier_table(_table(component, scope))
    if base is not None:
        return _catching_up(component, scope, table, base)
    at = _single(component, scope)
    rate = None if at is None else tables.whole(table, at, scope)
    of = ONE if table.column == "amount" else _of(component, scope)
    if rate is None or of is None:
        return Worth(None)
    return Worth(rate * of, lambda: [Slice("own", of, rate, rate * of)])


def _catching_up(component: Component, scope: PlanScope, table: TierTable, base: Base) -> Worth:
    """Everything of the window at the rate reached, less everything before at the rate reached before."""
    reach = _reach(component, scope)
    if reach is None or base.after is None:
        return Worth(None)
    after = tables.whole(table, reach.after, scope)
    if table.column == "amount":
        # An amount is paid once, however much stands in the window.
        base.after, base.before = ONE, ONE if base.has_earlier else ZERO
    before = tables.whole(table, reach.before, scope) if base.before else ZERO
    if after is None or before is None:
        return Worth(None)
    amount = after * base.after - before * base.before
    before = before if base.has_earlier else after
    return Worth(amount, partial(_lifts, scope, table, reach, base, before, after))


def _lifts(
    scope: PlanScope, table: TierTable, reach: Reach, base: Base, before: Fraction, after: Fraction
) -> list[Slice]:
    """The credit's own slices, then what each of them and each earlier credit was lifted by."""
    ladder = tables.climbable(table, scope) or []
    own = (base.after or ZERO) - base.before
    width = reach.after - reach.before
    slices = [
        Slice("own", own * part / width, rate, own * part / width * rate)
        for part, rate in (tables.pieces(ladder, "rate", reach.before, reach.after) if width else ())
    ] or [Slice("own", own, after, own * after)]
    caught = [(piece.amount, after - piece.rate) for piece in slices]
    caught += [(amount, after - before) for amount in base.earlier] if after != before else []
    return slices + [Slice("catch-up", amount, lift, amount * lift) for amount, lift in caught if lift]


def _lookup(component: Component, scope: PlanScope) -> Fraction | None:
    table = _table(component, scope)
    keys = [_placed(component, scope, formula) for formula in component.by or ()]
    if not isinstance(table, LookupTable):
        return product(as_number(tables.lookup(table, keys, scope)), _of(component, scope))
    row = tables.row_of(table, keys, scope)
    if row is None:
        value = None if table.otherwise is None else number(table.otherwise, scope)
        columns = {name for each in table.rows for name in each if name not in table.keys}
        return value if columns == {"amount"} else product(value, _of(component, scope))
    for column in ("rate", "factor", "value"):
        if column in row:
            return product(as_number(tables.cell(row[column], scope)), _of(component, scope))
    return as_number(tables.cell(row["amount"], scope)) if "amount" in row else None
