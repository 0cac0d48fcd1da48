"""Reward: from measured credit to the lines of each component, exact and rounded.

Writes `<plan>:<version>:component:<name>`, key (payee, source), with the columns of LINE: what the component pays by
its own
rules, before caps of a window, difference to the ledger and settlement.
"""

from __future__ import annotations

from sqlglot import exp, parse_one

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import condition, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import PlaceScope
from attain.engine.scopes_measured import CreditScope, PeriodScope, Reader
from attain.engine.sql import any_of, case, cast
from attain.engine.stages import measure as measures
from attain.engine.stages.clawback import claw_back
from attain.engine.stages.credit import ORDER, credits, limited
from attain.engine.stages.lines import HAS_PART, LINE, NO_PART, mode_of
from attain.engine.stages.rows import payee_rows
from attain.engine.stages.worth import exact_value
from attain.kernel.errors import PlanError
from attain.plans import expressions as tree
from attain.plans.model import BudgetLimit, Component, Plan


def component(compilation: Compilation, plan: Plan, name: str) -> str:
    target = compilation.name(compilation.index(plan), "component", name)
    if target not in compilation.known:
        said = plan.components[name]
        maker = _each if said.each is not None else _per
        maker(compilation, plan, name, said, target)
        compilation.known[target] = True
    return target


def of_all_versions(compilation: Compilation, name: str) -> str:
    """The results of a component per period: each under the version of the period's last day."""
    having = [version for version in compilation.versions if name in version.components]
    tables = [component(compilation, version, name) for version in having]
    if len(tables) == 1:
        return tables[0]
    target = compilation.name("component", name)
    if target not in compilation.known:
        parts = [f'SELECT payee, source, period, amount FROM "{one}"' for one in tables]
        compilation.database.create(target, " UNION ALL ".join(parts), f"what {name} pays in all versions")
        compilation.known[target] = True
    return target


# -- each --------------------------------------------------------------------------------------------------------------


def _each(compilation: Compilation, plan: Plan, name: str, said: Component, target: str) -> None:
    frame, scope = each_frame(compilation, plan, said)
    clawback = plan.settlement.clawback
    reverses = compilation.fact(plan.credits[str(said.each)].from_).schema.reverses is not None
    if said.when is not None:
        wanted = frame.add("@wanted", exp.Coalesce(this=condition(said.when, scope), expressions=[exp.false()]))
        frame.keep(any_of(wanted, exp.Not(this=frac.is_null(col("@reverses")))) if clawback is not None else wanted)
    else:
        frame.add("@wanted", exp.true())
    exact, uncapped, gate = shaped(plan, said, exact_value(plan, said, scope), scope)
    if said.retroactive:
        frame.keep(_this_version(compilation, plan))
    _finish(compilation, plan, said, frame, scope, exact, uncapped, gate)
    _running_rounding(compilation, plan, frame, exact, said)
    if clawback is not None and reverses:
        ordinary = f"{target}:ordinary"
        compilation.database.create(
            ordinary,
            _lines(
                frame, more=("@reverses", "@original_date", "@original_amount", "@stated", "@credit_key", "@wanted")
            ),
            f"lines of {name} by its own rules",
        )
        earlier = earlier_lines(compilation, plan, name)
        claw_back(compilation, plan, clawback, ordinary, earlier, target, name)
        if isinstance(said.limit, BudgetLimit):
            # What takes back stands outside of the budget, and takes back what was paid within it.
            _within_budget(compilation, plan, said.limit, ordinary, target, name)
            claw_back(compilation, plan, clawback, ordinary, earlier, target, name)
        return
    compilation.database.create(target, _lines(frame), f"lines of {name}")
    if isinstance(said.limit, BudgetLimit):
        _within_budget(compilation, plan, said.limit, target, target, name)


def earlier_lines(compilation: Compilation, plan: Plan, name: str) -> list[str]:
    """The lines of the component in earlier versions: what a reversal of today may take back."""
    versions = compilation.versions[: compilation.index(plan)]
    return [
        component(compilation, other, name)
        for other in versions
        if name in other.components and other.components[name].each is not None
    ]


def each_frame(compilation: Compilation, plan: Plan, said: Component) -> tuple[Frame, CreditScope]:
    """The credits of this version with their measures."""
    source = measures.measured(compilation, plan, str(said.each)).table
    rows = exp.select("*").from_(table(source))
    frame = Frame(rows if said.retroactive else rows.where(_this_version(compilation, plan)))
    scope = CreditScope(compilation, plan, frame, str(said.each))
    return frame, scope


def _this_version(compilation: Compilation, plan: Plan) -> exp.Expr:
    return exp.EQ(this=col("@version"), expression=exp.Literal.number(compilation.index(plan)))


def shaped(plan: Plan, said: Component, value: Num, scope: Reader) -> tuple[Num, Num, exp.Expr]:
    """After times, prorate, gate and the limit of a line; the value before the limit; whether the gate is met."""
    for factor in said.times:
        value = frac.product(scope.pin(value), numeric(factor, scope))
    if said.prorate is not None and isinstance(scope, PeriodScope):
        value = frac.product(
            scope.pin(value), frac.quotient(Num(cast(col("active_days"), frac.WIDE)), Num(cast(col("days"), frac.WIDE)))
        )
    value = scope.pin(value)
    met: exp.Expr = exp.true()
    if said.gate is not None:
        met = scope.frame.add(
            scope.frame.fresh("gate"), exp.Coalesce(this=condition(said.gate, scope), expressions=[exp.false()])
        )
        value = scope.pin(frac.choose([(exp.Not(this=met), frac.ZERO), (met, value)]))
    exact = value
    if isinstance(said.limit, tree.Expr):
        exact = scope.pin(limited(value, scope.pin(numeric(said.limit, scope))))
    if plan.policies.missing == "zero":
        exact = scope.pin(frac.choose([(exact.is_missing, frac.ZERO)], exact))
    return exact, value, met


def line_places(compilation: Compilation, said: Component) -> int:
    return compilation.places if said.round is None else min(said.round, compilation.places)


def _minor(compilation: Compilation, plan: Plan, said: Component, exact: Num) -> exp.Expr:
    places = line_places(compilation, said)
    return frac.times_int(frac.rounded(exact, places, mode_of(plan)), 10 ** (compilation.places - places))


def _finish(
    compilation: Compilation,
    plan: Plan,
    said: Component,
    frame: Frame,
    scope: CreditScope,
    exact: Num,
    uncapped: Num,
    gate: exp.Expr,
) -> None:
    kind = plan.period
    columns: dict[str, exp.Expr] = {
        "line:payee": col("@payee"),
        "line:position": col("@position"),
        "line:event_type": exp.Literal.string(scope.credits.fact),
        "line:event": col("@event"),
        "line:source": col("@credit"),
        "line:credited_on": col("@date"),
        "line:period": col(f"@{kind}"),
        "line:kind": exp.Literal.string("line"),
        "line:original": col("@reverses"),
        "@credit_key": exp.Concat(
            expressions=[
                cast(col("@rule"), "VARCHAR"),
                exp.Literal.string("."),
                cast(col("@level"), "VARCHAR"),
                exp.Literal.string("/"),
                col("@via"),
            ]
        ),
    }
    note = (
        case()
        .when(exp.Not(this=gate), exp.Literal.string("gate not met"), copy=False)
        .else_(exp.Literal.string(""), copy=False)
    )
    for name, expression in {**columns, "line:note": note}.items():
        frame.add(name, expression)
    _numbers(compilation, plan, said, frame, exact, uncapped)


def _numbers(compilation: Compilation, plan: Plan, said: Component, frame: Frame, exact: Num, uncapped: Num) -> None:
    frame.add("line:exact", exact.numerator)
    frame.add("line:exact/", frac.over(exact))
    frame.add("line:uncapped", uncapped.numerator)
    frame.add("line:uncapped/", frac.over(uncapped))
    frame.add("line:amount", _minor(compilation, plan, said, exact))


def _running_rounding(compilation: Compilation, plan: Plan, frame: Frame, exact: Num, said: Component) -> None:
    """Lines of a payee and period that sum to their rounded exact total."""
    if plan.policies.rounding is None or plan.policies.rounding.scope != "running":
        return
    if exact.divisor is not None:
        raise PlanError(
            "Running rounding needs amounts that are not divided by data.",
            code="plan.running-rounding",
            hint="Use `scope: line`, or round(…) the quotient.",
        )
    order = exp.Order(expressions=[exp.Ordered(this=col(column)) for column in ORDER])
    rows = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    total = exp.Window(
        this=exp.Sum(this=exact.numerator), partition_by=[col("@payee"), col(f"@{plan.period}")], order=order, spec=rows
    )
    after = frame.pin(Num(total, exact.denominator))
    before = frac.minus(after, exact)
    frame.add(
        "running",
        exp.Sub(
            this=exp.Paren(this=_minor(compilation, plan, said, after)),
            expression=exp.Paren(this=_minor(compilation, plan, said, before)),
        ),
    )
    frame.rename("running", "line:amount")


def _lines(frame: Frame, more: tuple[str, ...] = ()) -> exp.Query:
    """The finished lines; a missing result is kept, it becomes an exception."""
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))
    return exp.select(*[named(col(f"line:{name}"), name) for name in LINE], *[col(name) for name in more]).from_(inner)


_BUDGET = """
SELECT * REPLACE (paid AS amount, CASE WHEN paid <> amount THEN 'budget used up' ELSE note END AS note) FROM (
    SELECT l.*, CASE WHEN takes_back THEN amount WHEN amount IS NULL OR budget IS NULL THEN NULL
                     WHEN '{crossing}' = 'part' THEN LEAST(upto, budget) - LEAST(upto - amount, budget)
                     WHEN '{crossing}' = 'whole' THEN CASE WHEN upto - amount < budget THEN amount ELSE 0 END
                     ELSE CASE WHEN upto <= budget THEN amount ELSE 0 END END AS paid
    FROM (
        SELECT *, {spent} + SUM(counted) OVER (ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS
            upto
        FROM "{table}"
    ) l
)
"""


class BudgetScope(PlaceScope):
    """A budget is one amount for everybody: parameters of the plan's level, read on the credit date."""

    def day(self) -> exp.Expr:
        return col("credited_on")


def _within_budget(
    compilation: Compilation, plan: Plan, limit: BudgetLimit, lines: str, target: str, name: str
) -> None:
    """Cuts `lines` to a common budget, in the order of credits; `target` knows which of them take something back."""
    frame = Frame(exp.select("*").from_(table(lines)))
    scope = BudgetScope(compilation, plan, frame)
    found = credits(compilation, str(plan.components[name].each))
    ordered = {"rule": "@rule", "level": "@level", "via": "@via"}
    frame.join(table(found.table), {"@credit": col("source"), "@payee": col("payee")}, ordered)
    frame.join(table(target), {"source": col("source"), "payee": col("payee")}, {"kind now": "kind"})
    frame.add("budget", frac.rounded(scope.pin(numeric(limit.budget, scope)), compilation.places))
    frame.add(
        "takes_back",
        any_of(
            exp.EQ(this=col("kind now"), expression=exp.Literal.string("clawback")),
            frac.is_null(col("kind now")),  # kept for the reversal's sake, though its own condition is not met
        ),
    )
    counted = case().when(col("takes_back"), frac.integer(0), copy=False).else_(col("amount"), copy=False)
    frame.add("counted", exp.Coalesce(this=counted, expressions=[frac.integer(0)]))
    spread = f"{target}:budget"
    compilation.database.create(spread, frame.query(), f"lines of {name} beside their budget")
    order = "credited_on, event, rule, level, payee, via, source"
    spent = spent_before(compilation, plan, name)
    text = _BUDGET.format(crossing=limit.crossing, table=spread, order=order, spent=spent)
    inner = parse_one(text, dialect="duckdb")
    if isinstance(inner, exp.Query):
        columns = [col(column) for column in compilation.database.columns(lines)]
        query = exp.select(*columns).from_(exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("b"))))
        compilation.database.create(lines, query, f"lines of {name} within its budget")


def spent_before(compilation: Compilation, plan: Plan, name: str) -> str:
    """SQL for what earlier versions of the plan have used of the same budget."""
    sums = ["0::HUGEINT"]
    for version in compilation.versions[: compilation.index(plan)]:
        said = version.components.get(name)
        if said is not None and isinstance(said.limit, BudgetLimit):
            used = f"{component(compilation, version, name)}:budget"
            sums.append(f'(SELECT COALESCE(CAST(SUM(counted) AS HUGEINT), 0::HUGEINT) FROM "{used}")')
    return f"({' + '.join(sums)})"


# -- per ---------------------------------------------------------------------------------------------------------------


def _per(compilation: Compilation, plan: Plan, name: str, said: Component, target: str) -> None:
    frame, scope = per_frame(compilation, plan, said)
    if said.when is not None:
        frame.keep(condition(said.when, scope))
    shares = said.pays in ("pool", "prizes")
    if shares:
        from attain.engine.stages import shared

        share = shared.pool if said.pays == "pool" else shared.prizes
        value = share(compilation, plan, said, scope)
    else:
        value = exact_value(plan, said, scope)
        frame.add(HAS_PART, exp.true())
    exact, uncapped, gate = shaped(plan, said, value, scope)
    pay_period = col("period") if said.per and said.per.kind == plan.period else col(f"last_{plan.period}")
    last = cast(exp.Paren(this=exp.Sub(this=col("end"), expression=exp.Literal.number(1))), "DATE")
    note = (
        case()
        .when(exp.Not(this=gate), exp.Literal.string("gate not met"), copy=False)
        .else_(exp.Literal.string(""), copy=False)
    )
    columns = {
        "payee": col("payee"),
        "position": col("position"),
        "event_type": exp.Literal.string(""),
        "event": cast(exp.Null(), "VARCHAR"),
        "source": col("period"),
        "credited_on": last,
        "period": pay_period,
        "kind": case().when(col(HAS_PART), exp.Literal.string("line"), copy=False).else_(
            exp.Literal.string(NO_PART), copy=False
        ),
        "original": cast(exp.Null(), "VARCHAR"),
        "note": note,
    }
    for column, expression in columns.items():
        frame.add(f"line:{column}", expression)
    _numbers(compilation, plan, said, frame, exact, uncapped)
    if shares:
        _of_those_with_a_part(frame, cast(exp.Null(), frac.WIDE))
    if said.over is not None and said.per is not None and said.over.kind != said.per.kind:
        window = exp.Literal.string("plan") if said.over.kind == "plan" else col(f"in_{said.over.kind}")
        # What the window has earned is its last known entitlement: a period without one earns and takes nothing.
        earlier = exp.Window(
            this=exp.IgnoreNulls(this=exp.LastValue(this=col("line:amount"))),
            partition_by=[col("payee"), window],
            order=exp.Order(expressions=[exp.Ordered(this=col("start"))]),
            spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="1", end_side="PRECEDING"),
        )
        frame.add(
            "change",
            exp.Sub(this=col("line:amount"), expression=exp.Coalesce(this=earlier, expressions=[frac.integer(0)])),
        )
        frame.rename("change", "line:amount")
    if shares:
        _of_those_with_a_part(frame, frac.integer(0))
    frame.keep(compilation.in_force(plan))
    compilation.database.create(target, _lines(frame), f"lines of {name}")


def _of_those_with_a_part(frame: Frame, otherwise: exp.Expr) -> None:
    """Who has no weight in a pool, or no place among prizes, has earned nothing and is paid nothing."""
    frame.add("of a part", case().when(col(HAS_PART), col("line:amount"), copy=False).else_(otherwise, copy=False))
    frame.rename("of a part", "line:amount")


def per_frame(compilation: Compilation, plan: Plan, said: Component) -> tuple[Frame, PeriodScope]:
    if said.per is None:
        raise PlanError("A component without a period.", code="plan.wrong-place")
    kind = said.per.kind
    frame = Frame(exp.select("*").from_(table(payee_rows(compilation, kind))).where(col("present")))
    scope = PeriodScope(compilation, plan, frame, kind)
    if kind != plan.period:
        frame.add("last_date", cast(exp.Paren(this=exp.Sub(this=col("end"), expression=exp.Literal.number(1))), "DATE"))
        frame.join(table(compilation.days), {"day": col("last_date")}, {f"last_{plan.period}": plan.period})
    return frame, scope
