"""What a component pays on one row, exact and before it is shaped: one function a kind of `pays`."""

from __future__ import annotations

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine import tables
from attain.engine.formulas import Sql, compiled, numeric
from attain.engine.fractions import Num
from attain.engine.frame import col, table
from attain.engine.scopes_measured import CreditScope, Reader
from attain.engine.stages.credit import ORDER
from attain.kernel.errors import PlanError
from attain.plans import expressions as tree
from attain.plans.model import Component, Curve, LookupTable, Plan, Table, TierTable
from attain.plans.tabling import result_columns
from attain.plans.vantage import running_by, running_of


def table_of(plan: Plan, said: Component) -> Table:
    inline = said.inline_table
    return inline if inline is not None else plan.tables[str(said.table)]


def running_measure(plan: Plan, said: Component) -> tuple[str, bool] | None:
    """The measure that `by` names, itself or through a named formula, and whether its attainment is meant."""
    found = running_by(plan, said)
    if found is None or (said.each is not None and plan.measures[found.measure].credits != said.each):
        return None
    return found.measure, found.field == "attainment"


def base_of(said: Component, scope: Reader) -> Num:
    """`of`: what the rate is applied to."""
    if said.of is not None:
        return numeric(said.of, scope)
    return scope.amount() if isinstance(scope, CreditScope) else frac.ONE


def exact_value(plan: Plan, said: Component, scope: Reader) -> Num:
    """What the component pays on a row, before `times`."""
    if said.pays == "percent" and said.rate is not None:
        return frac.product(numeric(said.rate, scope), base_of(said, scope))
    if said.pays == "per_unit" and said.amount is not None:
        return frac.product(numeric(said.amount, scope), base_of(said, scope))
    if said.pays == "fixed" and said.amount is not None:
        return numeric(said.amount, scope)
    if said.pays == "formula" and said.formula is not None:
        return numeric(said.formula, scope)
    maker = {"marginal": _marginal, "whole": _whole, "curve": _curve, "lookup": _lookup}[said.pays]
    return maker(plan, said, scope)


def marginal_operands(plan: Plan, said: Component, scope: Reader) -> tuple[Num, Num, Num | None]:
    """Before, after, and the unit of the borders: the quota when `by` is an attainment."""
    running = running_measure(plan, said)
    if running is None:
        return frac.ZERO, scope.pin(numeric(said.by[0], scope)) if said.by else frac.ZERO, None
    name, is_attainment = running
    unit = scope.checked_quota(name, plan.measures[name]) if is_attainment else None
    if isinstance(scope, CreditScope):
        after = scope.pin(numeric(tree.Name((name, "after")), scope))
        return scope.pin(numeric(tree.Name((name, "before")), scope)), after, unit
    return frac.ZERO, scope.pin(numeric(tree.Name((name,)), scope)), unit


def marginal_times(plan: Plan, said: Component, tiers: TierTable, unit: Num | None, scope: Reader) -> Num:
    """What a slice is multiplied by. Amount borders: 1. Shares of a quota: slices are amounts already, so for factors
    `of` is spread over the quota."""
    spread = tiers.column in ("factor", "amount")
    running = running_measure(plan, said)
    if running is not None and running[1]:
        if not spread:
            return frac.ONE
        of = (
            numeric(said.of, scope)
            if said.of is not None
            else (frac.ONE if tiers.column == "amount" else base_of(said, scope))
        )
        if tiers.column == "amount" or unit is None:
            return of  # an amount is spread over its tier already
        return frac.positive_quotient(of, unit)
    return numeric(said.of, scope) if said.of is not None else frac.ONE


def _marginal(plan: Plan, said: Component, scope: Reader) -> Num:
    tiers = table_of(plan, said)
    if not isinstance(tiers, TierTable):
        raise PlanError("`pays: marginal` needs tiers.", code="plan.table-kind")
    before, after, unit = marginal_operands(plan, said, scope)
    full = tables.integral(tiers.tiers, after, unit, scope)
    part = frac.minus(full, tables.integral(tiers.tiers, before, unit, scope))
    return frac.product(with_quota(scope.pin(part), unit), marginal_times(plan, said, tiers, unit, scope))


def with_quota(value: Num, unit: Num | None) -> Num:
    """The value, missing where the quota is: a table of one open tier has no border that would show it."""
    if unit is None or unit.constant is not None:
        return value
    return frac.choose([(exp.Not(this=exp.Paren(this=unit.is_missing)), value)])


def _at_position(plan: Plan, said: Component, scope: Reader) -> tuple[Num, Num | None]:
    """The value that chooses the rate, and the unit of the borders."""
    running = running_measure(plan, said)
    if running is None:
        return scope.pin(numeric(said.by[0], scope)) if said.by else frac.ZERO, None
    return _running_value(plan, said, running, scope)


def _running_value(plan: Plan, said: Component, running: tuple[str, bool], scope: Reader) -> tuple[Num, Num | None]:
    """A measure where the policy `position` reads it, and the quota when its attainment is meant."""
    name, is_attainment = running
    unit = scope.checked_quota(name, plan.measures[name]) if is_attainment else None
    if not isinstance(scope, CreditScope):
        return scope.pin(numeric(tree.Name((name,)), scope)), unit
    position = said.position or plan.policies.position
    if position is None:
        raise PlanError(
            "The policy `position` (before, after or total) is missing.",
            code="plan.policy-missing",
        )
    return scope.pin(numeric(tree.Name((name, position)), scope)), unit


def _whole(plan: Plan, said: Component, scope: Reader) -> Num:
    tiers = table_of(plan, said)
    if not isinstance(tiers, TierTable):
        raise PlanError("`pays: whole` needs tiers.", code="plan.table-kind")
    running = running_measure(plan, said)
    if running is not None and said.retroactive and isinstance(scope, CreditScope):
        return _retroactive(plan, said, tiers, running, scope)
    value, unit = _at_position(plan, said, scope)
    result = scope.pin(with_quota(tables.whole(tiers, value, scope, unit), unit))
    return result if tiers.column == "amount" else frac.product(result, base_of(said, scope))


def _retroactive(plan: Plan, said: Component, tiers: TierTable, running: tuple[str, bool], scope: CreditScope) -> Num:
    """r(after) * (base so far with this row) - r(before) * (base without it)."""
    high, with_row, low, without = retroactive_operands(plan, said, tiers, running, scope)
    return frac.minus(
        frac.product(high, with_row),
        frac.choose([(exp.EQ(this=frac.group(without.numerator), expression=frac.integer(0)), frac.ZERO)],
                    frac.product(low, without)),
    )  # fmt: skip


def retroactive_operands(
    plan: Plan, said: Component, tiers: TierTable, running: tuple[str, bool], scope: CreditScope
) -> tuple[Num, Num, Num, Num]:
    """The result after, the base with this row, the result before, and the base without this row."""
    name, is_attainment = running
    unit = scope.checked_quota(name, plan.measures[name]) if is_attainment else None
    before = scope.pin(numeric(tree.Name((name, "before")), scope))
    after = scope.pin(numeric(tree.Name((name, "after")), scope))
    base = frac.ONE if tiers.column == "amount" else scope.pin(base_of(said, scope))
    if base.divisor is not None:
        raise PlanError(
            "The amounts that a tier lifts are added up; `of` divides by data.",
            code="plan.inexact-measure",
            hint="Write round(…, 6) around the division.",
        )
    clawback = plan.settlement.clawback
    if clawback is not None and clawback.attainment == "kept":
        base = scope.pin(frac.choose([(frac.is_null(col("@reverses")), base)], frac.ZERO))
    base = _with_earlier(plan, said, tiers, base, scope)
    order = exp.Order(expressions=[exp.Ordered(this=col(column)) for column in ORDER])
    rows = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    groups = [col(f"{name}.s"), col(f"{name}.w")]
    total = exp.Window(this=exp.Sum(this=base.numerator.copy()), partition_by=groups, order=order, spec=rows)
    with_row = scope.pin(Num(total, base.denominator))
    without = scope.pin(frac.minus(with_row, base))
    if tiers.column == "amount":
        # An amount is paid once, however much stands in the window.
        any_before = exp.GT(this=frac.group(without.numerator), expression=frac.integer(0))
        with_row, without = frac.ONE, scope.pin(frac.choose([(any_before, frac.ONE)], frac.ZERO))
    with_row = scope.pin(frac.choose([(exp.Not(this=exp.Paren(this=base.is_missing)), with_row)]))
    return (
        scope.pin(with_quota(tables.whole(tiers, after, scope, unit), unit)),
        with_row,
        scope.pin(with_quota(tables.whole(tiers, before, scope, unit), unit)),
        without,
    )


def _with_earlier(plan: Plan, said: Component, tiers: TierTable, base: Num, scope: CreditScope) -> Num:
    """Rows of earlier versions count with the `of` of their own version; those that were not paid do not count."""
    from attain.engine.stages import reward

    compilation = scope.compilation
    branches: list[tuple[exp.Expr, Num]] = []
    for place, counted in reward.counted_before(compilation, plan, said):
        name = scope.frame.fresh("counted")
        key = {"credit": col("@credit"), "payee": col("@payee")}
        scope.frame.join(table(counted.table), key, {name: "x"})
        there = exp.EQ(this=col("@version"), expression=exp.Literal.number(place))
        own = Num(exp.Coalesce(this=col(name), expressions=[frac.integer(0)]), counted.denominator)
        if tiers.column == "amount":
            own = frac.choose([(frac.is_null(col(name)), frac.ZERO)], frac.ONE)
        branches.append((there, own))
    if not compilation.index(plan):
        return base
    now = exp.EQ(this=col("@version"), expression=exp.Literal.number(compilation.index(plan)))
    return scope.pin(frac.choose([*branches, (now, base)], frac.ZERO))


def _curve(plan: Plan, said: Component, scope: Reader) -> Num:
    found = table_of(plan, said)
    if not isinstance(found, Curve):
        raise PlanError("`pays: curve` needs segments or points.", code="plan.table-kind")
    value, unit = _at_position(plan, said, scope)
    value = scope.pin(frac.positive_quotient(value, unit)) if unit is not None else value
    return frac.product(scope.pin(tables.curve(found, value, scope)), base_of(said, scope))


def lookup_keys(plan: Plan, said: Component, scope: Reader) -> list[Sql]:
    """What the table is looked up by; a measure is read where the policy `position` says."""
    keys: list[Sql] = []
    for key in said.by or ():
        meant = running_of(plan, key)
        own = meant is not None and (said.each is None or plan.measures[meant.measure].credits == said.each)
        if meant is not None and own:
            value, unit = _running_value(plan, said, (meant.measure, meant.field == "attainment"), scope)
            keys.append(scope.pin(frac.positive_quotient(value, unit)) if unit is not None else value)
        else:
            keys.append(compiled(key, scope))
    return keys


def _lookup(plan: Plan, said: Component, scope: Reader) -> Num:
    found = table_of(plan, said)
    keys = lookup_keys(plan, said, scope)
    columns = result_columns(found) if isinstance(found, LookupTable) else []
    if "amount" in columns:
        paid = tables.lookup(found, keys, scope, "amount")
        other = next((column for column in columns if column != "amount"), None)
        if not isinstance(paid, Num):
            raise PlanError("An amount was expected in the lookup table.", code="plan.type-mismatch")
        if other is None:
            return paid
        rate = tables.lookup(found, keys, scope, other)
        if isinstance(rate, Num):
            return frac.choose(
                [(exp.Not(this=exp.Paren(this=scope.pin(paid).is_missing)), scope.pin(paid))],
                frac.product(rate, base_of(said, scope)),
            )
        return paid
    result = tables.lookup(found, keys, scope)
    if not isinstance(result, Num):
        raise PlanError("A number was expected in the lookup table.", code="plan.type-mismatch")
    return frac.product(scope.pin(result), base_of(said, scope))
