"""Reward: from measured credit to the lines of each component, exact and rounded.

Writes `<plan>:<version>:component:<name>`, key (payee, source), with the columns of LINE: what the component pays by its own
rules, before caps of a window, difference to the ledger and settlement.
"""

from __future__ import annotations

from sqlglot import exp, parse_one

from attain.engine import fractions as frac
from attain.engine import tables
from attain.engine.compilation import Compilation
from attain.engine.formulas import Plain, add_days, add_months, compiled, condition, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import PlaceScope
from attain.engine.scopes_measured import CreditScope, PeriodScope, Reader
from attain.engine.stages import measure as measures
from attain.engine.stages.credit import ORDER, limited
from attain.engine.stages.rows import payee_rows
from attain.kernel.errors import PlanError, Where
from attain.kernel.rounding import Rounding
from attain.plans import expressions as tree
from attain.plans.model import BudgetLimit, Clawback, Component, Curve, Plan, Table, TierTable

LINE = (
    "payee", "position", "event_type", "event", "source", "credited_on", "period", "exact", "exact/", "uncapped", "uncapped/",
    "amount", "note", "kind", "original",
)


def component(compilation: Compilation, plan: Plan, name: str) -> str:
    target = compilation.name(compilation.index(plan), "component", name)
    if target not in compilation.known:
        said = plan.components[name]
        maker = _each if said.each is not None else _per
        maker(compilation, plan, name, said, target)
        compilation.known[target] = True
    return target


# -- the value of a component ------------------------------------------------------------------------------------------


def table_of(plan: Plan, said: Component) -> Table:
    inline = said.inline_table
    return inline if inline is not None else plan.tables[str(said.table)]


def running_measure(plan: Plan, said: Component) -> tuple[str, bool] | None:
    """The measure that `by` names, and whether its attainment is meant; None when `by` is any other expression."""
    if not said.by or len(said.by) != 1 or not isinstance(said.by[0], tree.Name):
        return None
    parts = said.by[0].parts
    if parts[0] not in plan.measures or len(parts) > 2 or (len(parts) == 2 and parts[1] != "attainment"):
        return None
    if said.each is not None and plan.measures[parts[0]].credits != said.each:
        return None
    return parts[0], len(parts) == 2


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
    """What a slice is multiplied by. Amount borders: 1. Shares of a quota: slices are amounts already, so `of` is spread over the quota."""
    spread = tiers.column in ("factor", "amount")
    running = running_measure(plan, said)
    if running is not None and running[1]:
        if not spread:
            return frac.ONE
        of = numeric(said.of, scope) if said.of is not None else (frac.ONE if tiers.column == "amount" else base_of(said, scope))
        return of if unit is None else frac.positive_quotient(of, unit)
    return numeric(said.of, scope) if spread and said.of is not None else frac.ONE


def _marginal(plan: Plan, said: Component, scope: Reader) -> Num:
    tiers = table_of(plan, said)
    if not isinstance(tiers, TierTable):
        raise PlanError("`pays: marginal` needs tiers.", code="plan.table-kind")
    before, after, unit = marginal_operands(plan, said, scope)
    full = tables.integral(tiers.tiers, after, _unit_for(tiers, unit), scope)
    part = frac.minus(full, tables.integral(tiers.tiers, before, _unit_for(tiers, unit), scope))
    return frac.product(scope.pin(part), marginal_times(plan, said, tiers, unit, scope))


def _unit_for(tiers: TierTable, unit: Num | None) -> Num | None:
    return unit


def _at_position(plan: Plan, said: Component, scope: Reader) -> tuple[Num, Num | None]:
    """The value that chooses the rate, and the unit of the borders."""
    running = running_measure(plan, said)
    if running is None:
        return scope.pin(numeric(said.by[0], scope)) if said.by else frac.ZERO, None
    name, is_attainment = running
    unit = scope.checked_quota(name, plan.measures[name]) if is_attainment else None
    if not isinstance(scope, CreditScope):
        return scope.pin(numeric(tree.Name((name,)), scope)), unit
    position = said.position or plan.policies.position
    if position is None:
        raise PlanError("The policy `position` (before, after or total) is missing.", code="plan.policy-missing", where=Where(field=f"plan {plan.plan}"))
    return scope.pin(numeric(tree.Name((name, position)), scope)), unit


def _whole(plan: Plan, said: Component, scope: Reader) -> Num:
    tiers = table_of(plan, said)
    if not isinstance(tiers, TierTable):
        raise PlanError("`pays: whole` needs tiers.", code="plan.table-kind")
    running = running_measure(plan, said)
    if running is not None and said.retroactive and isinstance(scope, CreditScope):
        return _retroactive(plan, said, tiers, running, scope)
    value, unit = _at_position(plan, said, scope)
    result = scope.pin(tables.whole(tiers, value, scope, unit))
    return result if tiers.column == "amount" else frac.product(result, base_of(said, scope))


def _retroactive(plan: Plan, said: Component, tiers: TierTable, running: tuple[str, bool], scope: CreditScope) -> Num:
    """r(after) * (base so far with this row) - r(before) * (base without it)."""
    name, is_attainment = running
    unit = scope.checked_quota(name, plan.measures[name]) if is_attainment else None
    before = scope.pin(numeric(tree.Name((name, "before")), scope))
    after = scope.pin(numeric(tree.Name((name, "after")), scope))
    base = scope.pin(base_of(said, scope))
    order = exp.Order(expressions=[exp.Ordered(this=col(column)) for column in ORDER])
    rows = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    groups = [col(f"{name}.s"), col(f"{name}.w")]
    total = exp.Window(this=exp.Sum(this=base.numerator.copy()), partition_by=groups, order=order, spec=rows)
    with_row = scope.pin(Num(total, base.denominator, base.divisor))
    without = frac.minus(with_row, base)
    high = scope.pin(tables.whole(tiers, after, scope, unit))
    low = scope.pin(tables.whole(tiers, before, scope, unit))
    if tiers.column == "amount":
        return frac.minus(high, low)
    return frac.minus(frac.product(high, with_row), frac.choose([(low.is_missing, frac.ZERO)], frac.product(low, without)))


def _curve(plan: Plan, said: Component, scope: Reader) -> Num:
    found = table_of(plan, said)
    if not isinstance(found, Curve):
        raise PlanError("`pays: curve` needs segments or points.", code="plan.table-kind")
    value, unit = _at_position(plan, said, scope)
    value = scope.pin(frac.positive_quotient(value, unit)) if unit is not None else value
    return frac.product(scope.pin(tables.curve(found, value, scope)), base_of(said, scope))


def _lookup(plan: Plan, said: Component, scope: Reader) -> Num:
    found = table_of(plan, said)
    keys = []
    for place, key in enumerate(said.by or ()):
        running = running_measure(plan, said) if place == 0 and len(said.by or ()) == 1 else None
        if running is not None:
            value, unit = _at_position(plan, said, scope)
            keys.append(scope.pin(frac.positive_quotient(value, unit)) if unit is not None else value)
        else:
            keys.append(compiled(key, scope))
    columns = tables.result_columns(found) if hasattr(found, "rows") else []
    if "amount" in columns:
        paid = tables.lookup(found, keys, scope, "amount")
        other = next((column for column in columns if column != "amount"), None)
        if not isinstance(paid, Num):
            raise PlanError("An amount was expected in the lookup table.", code="plan.type-mismatch")
        if other is None:
            return paid
        rate = tables.lookup(found, keys, scope, other)
        if isinstance(rate, Num):
            return frac.choose([(exp.Not(this=exp.Paren(this=scope.pin(paid).is_missing)), scope.pin(paid))], frac.product(rate, base_of(said, scope)))
        return paid
    result = tables.lookup(found, keys, scope)
    if not isinstance(result, Num):
        raise PlanError("A number was expected in the lookup table.", code="plan.type-mismatch")
    return frac.product(scope.pin(result), base_of(said, scope))


# -- each --------------------------------------------------------------------------------------------------------------


def _each(compilation: Compilation, plan: Plan, name: str, said: Component, target: str) -> None:
    frame, scope = each_frame(compilation, plan, said)
    if said.when is not None:
        frame.keep(condition(said.when, scope))
    exact, uncapped, gate = shaped(plan, said, exact_value(plan, said, scope), scope)
    if said.retroactive:
        frame.keep(_this_version(compilation, plan))
    _finish(compilation, plan, said, frame, scope, exact, uncapped, gate)
    _running_rounding(compilation, plan, frame, exact, said)
    clawback = plan.settlement.clawback
    reverses = compilation.fact(plan.credits[str(said.each)].from_).schema.reverses is not None
    if clawback is not None and reverses:
        ordinary = f"{target}:ordinary"
        compilation.database.create(ordinary, _lines(frame, more=("@reverses", "@original_date", "@original_amount", "@credit_key", "@event_amount")), f"lines of {name} by its own rules")
        _claw_back(compilation, plan, clawback, ordinary, target, name)
    else:
        compilation.database.create(target, _lines(frame), f"lines of {name}")
    if isinstance(said.limit, BudgetLimit):
        _within_budget(compilation, plan, said.limit, target, name)


def each_frame(compilation: Compilation, plan: Plan, said: Component) -> tuple[Frame, CreditScope]:
    """The credits of this version with their measures."""
    source = measures.measured(compilation, plan, str(said.each)).table
    rows = exp.select("*").from_(table(source))
    frame = Frame(rows if said.retroactive else rows.where(_this_version(compilation, plan)))
    scope = CreditScope(compilation, plan, frame, str(said.each))
    return frame, scope


def _this_version(compilation: Compilation, plan: Plan) -> exp.Expression:
    return exp.EQ(this=col("@version"), expression=exp.Literal.number(compilation.index(plan)))


def shaped(plan: Plan, said: Component, value: Num, scope: Reader) -> tuple[Num, Num, exp.Expression]:
    """After times, prorate, gate and the limit of a line; the value before the limit; whether the gate is met."""
    for factor in said.times:
        value = frac.product(scope.pin(value), numeric(factor, scope))
    if said.prorate is not None and isinstance(scope, PeriodScope):
        value = frac.product(scope.pin(value), frac.quotient(Num(exp.cast(col("active_days"), frac.WIDE)), Num(exp.cast(col("days"), frac.WIDE))))
    value = scope.pin(value)
    met: exp.Expression = exp.true()
    if said.gate is not None:
        met = scope.frame.add(scope.frame.fresh("gate"), exp.Coalesce(this=condition(said.gate, scope), expressions=[exp.false()]))
        value = scope.pin(frac.choose([(exp.Not(this=met.copy()), frac.ZERO), (met, value)]))
    exact = value
    if isinstance(said.limit, tree.Expr):
        exact = scope.pin(limited(value, scope.pin(numeric(said.limit, scope))))
    if plan.policies.missing == "zero":
        exact = scope.pin(frac.choose([(exact.is_missing, frac.ZERO)], exact))
    return exact, value, met


def line_places(compilation: Compilation, said: Component) -> int:
    return compilation.places if said.round is None else min(said.round, compilation.places)


def _mode(plan: Plan) -> Rounding:
    return plan.policies.rounding.mode if plan.policies.rounding is not None else Rounding.HALF_UP


def _minor(compilation: Compilation, plan: Plan, said: Component, exact: Num) -> exp.Expression:
    places = line_places(compilation, said)
    return frac.times_int(frac.rounded(exact, places, _mode(plan)), 10 ** (compilation.places - places))


def _finish(compilation: Compilation, plan: Plan, said: Component, frame: Frame, scope: CreditScope, exact: Num, uncapped: Num, gate: exp.Expression) -> None:
    kind = plan.period
    main = scope.credits.main
    columns: dict[str, exp.Expression] = {
        "line:payee": col("@payee"), "line:position": col("@position"), "line:event_type": exp.Literal.string(scope.credits.fact), "line:event": col("@event"), "line:source": col("@credit"),
        "line:credited_on": col("@date"), "line:period": col(f"@{kind}"), "line:kind": exp.Literal.string("line"), "line:original": col("@reverses"),
        "@credit_key": exp.Concat(expressions=[exp.cast(col("@rule"), "VARCHAR"), exp.Literal.string("."), exp.cast(col("@level"), "VARCHAR"), exp.Literal.string("/"), col("@via")]),
        "@event_amount": col(f"@amount:{main}"),
    }
    note = exp.case().when(exp.Not(this=gate.copy()), exp.Literal.string("gate not met")).else_(exp.Literal.string(""))
    for name, expression in {**columns, "line:note": note}.items():
        frame.add(name, expression)
    _numbers(compilation, plan, said, frame, exact, uncapped)


def _numbers(compilation: Compilation, plan: Plan, said: Component, frame: Frame, exact: Num, uncapped: Num) -> None:
    frame.add("line:exact", exact.numerator)
    frame.add("line:exact/", _over(exact))
    frame.add("line:uncapped", uncapped.numerator)
    frame.add("line:uncapped/", _over(uncapped))
    frame.add("line:amount", _minor(compilation, plan, said, exact))


def _over(value: Num) -> exp.Expression:
    return frac.integer(value.denominator) if value.divisor is None else frac.times_int(value.divisor, value.denominator)


def _running_rounding(compilation: Compilation, plan: Plan, frame: Frame, exact: Num, said: Component) -> None:
    """Lines of a payee and period that sum to their rounded exact total."""
    if plan.policies.rounding is None or plan.policies.rounding.scope != "running":
        return
    if exact.divisor is not None:
        raise PlanError("Running rounding needs amounts that are not divided by data.", code="plan.running-rounding", hint="Use `scope: line`, or round(…) the quotient.")
    order = exp.Order(expressions=[exp.Ordered(this=col(column)) for column in ORDER])
    rows = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    total = exp.Window(this=exp.Sum(this=exact.numerator.copy()), partition_by=[col("@payee"), col(f"@{plan.period}")], order=order, spec=rows)
    after = frame.pin(Num(total, exact.denominator))
    before = frac.minus(after, exact)
    frame.add("running", exp.Sub(this=exp.Paren(this=_minor(compilation, plan, said, after)), expression=exp.Paren(this=_minor(compilation, plan, said, before))))
    frame.rename("running", "line:amount")


def _lines(frame: Frame, more: tuple[str, ...] = ()) -> exp.Query:
    """The finished lines; a missing result is kept, it becomes an exception."""
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))
    return exp.select(*[named(col(f"line:{name}"), name) for name in LINE], *[col(name) for name in more]).from_(inner)


def _claw_back(compilation: Compilation, plan: Plan, clawback: Clawback, ordinary: str, target: str, name: str) -> None:
    """Reversals of paid lines: minus the original line, in proportion, as far as the deadline allows."""
    frame = Frame(exp.select("*").from_(table(ordinary)))
    original = exp.select("*").from_(table(ordinary))
    frame.join(
        exp.Subquery(this=original, alias=exp.TableAlias(this=exp.to_identifier("o"))),
        {"payee": col("payee"), "event": col("@reverses"), "@credit_key": col("@credit_key")},
        {"o.amount": "amount", "o.event_amount": "@event_amount"},
    )
    has = frame.add("has", exp.Not(this=exp.Paren(this=exp.or_(frac.is_null(col("o.amount")), exp.EQ(this=col("o.event_amount"), expression=frac.integer(0))))))
    taken = _taken(compilation, plan, clawback, frame)
    ratio = frac.quotient(Num(exp.cast(col("@event_amount"), frac.WIDE)), Num(exp.cast(col("o.event_amount"), frac.WIDE)))
    exact = frame.pin(frac.product(frac.product(Num(exp.cast(col("o.amount"), frac.WIDE), 10**compilation.places), frame.pin(ratio)), taken))
    result = frame.pin(frac.choose([(has, exact)], Num(col("exact"), 1, col("exact/"))))
    amount = frac.rounded(exact, compilation.places, _mode(plan))
    frame.add("new_exact", result.numerator)
    frame.add("new_exact/", _over(result))
    frame.add("new_amount", exp.case().when(has.copy(), amount).else_(col("amount")))
    frame.add("new_kind", exp.case().when(has.copy(), exp.Literal.string("clawback")).else_(col("kind")))
    changed = {"exact": "new_exact", "exact/": "new_exact/", "uncapped": "new_exact", "uncapped/": "new_exact/", "amount": "new_amount", "kind": "new_kind"}
    columns = [named(col(changed[column]), column) if column in changed else col(column) for column in LINE]
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))
    compilation.database.create(target, exp.select(*columns).from_(inner), f"lines of {name}, reversals taking back what was paid")


def _taken(compilation: Compilation, plan: Plan, clawback: Clawback, frame: Frame) -> Num:
    """The part that is taken back: by the days since the original's credit date."""
    def until(delay: object) -> exp.Expression:
        count, unit = exp.Literal.number(delay.count), delay.unit  # type: ignore[attr-defined]
        return add_days(col("@original_date"), count) if unit == "days" else add_months(col("@original_date"), count)

    branches: list[tuple[exp.Expression, Num]] = []
    if clawback.within is not None:
        branches.append((exp.GT(this=col("credited_on"), expression=until(clawback.within)), frac.ZERO))
    if isinstance(clawback.takes, tuple):
        for step in clawback.takes:
            share = numeric(step.share, PlaceScope(compilation, plan, frame))
            branches.append((exp.LTE(this=col("credited_on"), expression=until(step.to)), share))
        return frame.pin(frac.choose(branches, frac.ZERO))
    if clawback.takes == "pro_rata" and clawback.within is not None:
        since = Num(exp.cast(exp.Paren(this=exp.Sub(this=col("credited_on"), expression=col("@original_date"))), frac.WIDE))
        whole = Num(exp.cast(exp.Paren(this=exp.Sub(this=until(clawback.within), expression=col("@original_date"))), frac.WIDE))
        return frame.pin(frac.choose(branches, frac.minus(frac.ONE, frac.quotient(since, whole))))
    return frame.pin(frac.choose(branches, frac.ONE)) if branches else frac.ONE


_BUDGET = """
SELECT * REPLACE (paid AS amount, CASE WHEN paid <> amount THEN 'budget used up' ELSE note END AS note) FROM (
    SELECT l.*, CASE '{crossing}' WHEN 'part' THEN LEAST(upto, {budget}) - LEAST(upto - amount, {budget})
        WHEN 'whole' THEN CASE WHEN upto - amount < {budget} THEN amount ELSE 0 END ELSE CASE WHEN upto <= {budget} THEN amount ELSE 0 END END AS paid
    FROM (SELECT *, SUM(amount) OVER (ORDER BY credited_on, event, source, payee ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS upto FROM "{table}") l
)
"""


def _within_budget(compilation: Compilation, plan: Plan, limit: BudgetLimit, target: str, name: str) -> None:
    frame = Frame(exp.select("*").from_(table(target)))
    budget = frac.rounded(numeric(limit.budget, PlaceScope(compilation, plan, frame)), compilation.places).sql(dialect="duckdb")
    text = _BUDGET.format(crossing=limit.crossing, budget=f"({budget})", table=target)
    inner = parse_one(text, dialect="duckdb")
    if isinstance(inner, exp.Query):
        query = exp.select(*[col(column) for column in LINE]).from_(exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("b"))))
        compilation.database.create(target, query, f"lines of {name} within its budget")


# -- per ---------------------------------------------------------------------------------------------------------------


def _per(compilation: Compilation, plan: Plan, name: str, said: Component, target: str) -> None:
    frame, scope = per_frame(compilation, plan, said)
    if said.when is not None:
        frame.keep(condition(said.when, scope))
    if said.pays in ("pool", "prizes"):
        from attain.engine.stages import shared

        exact = shared.pool(compilation, plan, said, scope) if said.pays == "pool" else shared.prizes(compilation, plan, said, scope)
        uncapped, gate = exact, exp.true()
    else:
        exact, uncapped, gate = shaped(plan, said, exact_value(plan, said, scope), scope)
    pay_period = col("period") if said.per and said.per.kind == plan.period else col(f"last_{plan.period}")
    last = exp.cast(exp.Paren(this=exp.Sub(this=col("end"), expression=exp.Literal.number(1))), "DATE")
    note = exp.case().when(exp.Not(this=gate.copy()), exp.Literal.string("gate not met")).else_(exp.Literal.string(""))
    columns = {
        "payee": col("payee"), "position": col("position"), "event_type": exp.Literal.string(""), "event": exp.cast(exp.Null(), "VARCHAR"), "source": col("period"),
        "credited_on": last, "period": pay_period, "kind": exp.Literal.string("line"), "original": exp.cast(exp.Null(), "VARCHAR"), "note": note,
    }
    for column, expression in columns.items():
        frame.add(f"line:{column}", expression)
    _numbers(compilation, plan, said, frame, exact, uncapped)
    if said.over is not None and said.per is not None and said.over.kind != said.per.kind:
        window = exp.Literal.string("plan") if said.over.kind == "plan" else col(f"in_{said.over.kind}")
        before = exp.Anonymous(this="LAG", expressions=[exp.Coalesce(this=col("line:amount"), expressions=[frac.integer(0)])])
        earlier = exp.Window(this=before, partition_by=[col("payee"), window], order=exp.Order(expressions=[exp.Ordered(this=col("start"))]))
        frame.add("change", exp.Sub(this=col("line:amount"), expression=exp.Coalesce(this=earlier, expressions=[frac.integer(0)])))
        frame.rename("change", "line:amount")
    start = exp.cast(exp.Literal.string(plan.effective.start.isoformat()), "DATE")
    this_version = exp.GTE(this=col("line:credited_on"), expression=start)
    if plan.effective.end is not None:
        this_version = exp.and_(this_version, exp.LT(this=col("line:credited_on"), expression=exp.cast(exp.Literal.string(plan.effective.end.isoformat()), "DATE")))
    ended = exp.LTE(this=col("end"), expression=exp.cast(exp.Literal.string(compilation.end.isoformat()), "DATE"))
    frame.keep(exp.and_(this_version, ended))
    compilation.database.create(target, _lines(frame), f"lines of {name}")


def per_frame(compilation: Compilation, plan: Plan, said: Component) -> tuple[Frame, PeriodScope]:
    if said.per is None:
        raise PlanError("A component without a period.", code="plan.wrong-place")
    kind = said.per.kind
    frame = Frame(exp.select("*").from_(table(payee_rows(compilation, kind))).where(col("present")))
    scope = PeriodScope(compilation, plan, frame, kind)
    if kind != plan.period:
        frame.add("last_date", exp.cast(exp.Paren(this=exp.Sub(this=col("end"), expression=exp.Literal.number(1))), "DATE"))
        frame.join(table(compilation.days), {"day": col("last_date")}, {f"last_{plan.period}": plan.period})
    return frame, scope


__all__ = ["LINE", "Plain", "component", "each_frame", "exact_value", "marginal_operands", "per_frame", "running_measure", "shaped", "table_of"]
