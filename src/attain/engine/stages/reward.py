"""Reward: from measured credit to the lines of each component, exact and rounded.

Writes `<plan>:<version>:component:<name>`, key (payee, source), with the columns of LINE: what the component pays by
its own
rules, before caps of a window, difference to the ledger and settlement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import condition, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.placing import computes
from attain.engine.scopes_measured import CreditScope, PeriodScope, Reader
from attain.engine.sql import any_of, case, cast
from attain.engine.stages import common
from attain.engine.stages import measure as measures
from attain.engine.stages.clawback import claw_back
from attain.engine.stages.credit import limited
from attain.engine.stages.lines import HAS_PART, LINE, NO_PART, mode_of
from attain.engine.stages.rows import payee_rows
from attain.engine.stages.values import Stored, store
from attain.engine.stages.worth import base_of, exact_value
from attain.kernel.errors import PlanError
from attain.plans import expressions as tree
from attain.plans.model import Component, Plan


@computes("components")
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
    having = [v for v in compilation.versions if name in v.components and v.components[name].per is not None]
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
        wanted = frame.add("@wanted", is_wanted(compilation, plan, said, said.when, scope))
        frame.keep(any_of(wanted, exp.Not(this=frac.is_null(col("@reverses")))) if clawback is not None else wanted)
    else:
        frame.add("@wanted", exp.true())
    exact, uncapped, gate = shaped(plan, said, exact_value(plan, said, scope), scope)
    if said.retroactive:
        frame.keep(_this_version(compilation, plan))
    alike = _finish(compilation, plan, said, frame, scope, exact, uncapped, gate)
    if plan.policies.rounding is not None and plan.policies.rounding.scope == "running" and exact.divisor is not None:
        raise PlanError(
            "Running rounding needs amounts that are not divided by data.",
            code="plan.running-rounding",
            hint="Use `scope: line`, or round(…) the quotient.",
        )
    if clawback is None or not reverses:
        _keep(compilation, plan, name, frame, alike, LINE, target, f"lines of {name}")
        common.share_among_lines(compilation, plan, name, target, target)
        return
    ordinary = f"{target}:ordinary"
    alike["@reverses"] = col("original")
    if said.when is None:
        alike["@wanted"] = exp.true()
    columns = (*LINE, "@reverses", "@wanted")
    _keep(compilation, plan, name, frame, alike, columns, ordinary, f"lines of {name} by its own rules")
    earlier = earlier_lines(compilation, plan, name)
    claw_back(compilation, plan, clawback, ordinary, earlier, target, name)
    if common.share_among_lines(compilation, plan, name, ordinary, target):
        claw_back(compilation, plan, clawback, ordinary, earlier, target, name)


def is_wanted(compilation: Compilation, plan: Plan, said: Component, when: tree.Expr, scope: CreditScope) -> exp.Expr:
    """Whether a row passes the component's `when`; rows of earlier versions passed their own."""
    wanted: exp.Expr = exp.Coalesce(this=condition(when, scope), expressions=[exp.false()])
    if said.retroactive and compilation.index(plan):
        return any_of(wanted, exp.Not(this=_this_version(compilation, plan)))
    return wanted


def earlier_lines(compilation: Compilation, plan: Plan, name: str) -> list[str]:
    """The lines of the component in earlier versions: what a reversal of today may take back."""
    versions = compilation.versions[: compilation.index(plan)]
    return [
        component(compilation, other, name)
        for other in versions
        if name in other.components and other.components[name].each is not None
    ]


def each_frame(compilation: Compilation, plan: Plan, said: Component) -> tuple[Frame, CreditScope]:
    """The credits of this version with their measures, and those before it where a tier may lift them."""
    source = measures.measured(compilation, plan, str(said.each)).table
    until = exp.LTE(this=col("@version"), expression=exp.Literal.number(compilation.index(plan)))
    rows = exp.select(exp.Star()).from_(table(source), copy=False)
    frame = Frame(rows.where(until if said.retroactive else _this_version(compilation, plan)))
    scope = CreditScope(compilation, plan, frame, str(said.each))
    return frame, scope


def counted_before(compilation: Compilation, plan: Plan, said: Component) -> list[tuple[int, Stored]]:
    """What a later tier may lift: of each row that an earlier version has paid, `of` as that version says it."""
    name = next(name for name, component in plan.components.items() if component is said)
    found = []
    for place, version in enumerate(compilation.versions[: compilation.index(plan)]):
        before = version.components.get(name)
        if before is not None and before.each == said.each:
            target = f"{compilation.name(place, 'component', name)}:counted"
            if target not in compilation.known:
                compilation.known[target] = _counted(compilation, version, name, before, target)
            found.append((place, compilation.known[target]))
    return found  # type: ignore[return-value]


def _counted(compilation: Compilation, plan: Plan, name: str, said: Component, target: str) -> Stored:
    frame, scope = each_frame(compilation, plan, said)
    frame.keep(_this_version(compilation, plan))
    on = {"payee": col("@payee"), "source": col("@credit")}
    frame.join(table(component(compilation, plan, name)), on, {"paid": "source"})
    frame.keep(exp.Not(this=frac.is_null(col("paid"))))
    clawback = plan.settlement.clawback
    if clawback is not None and clawback.attainment == "kept":
        frame.keep(frac.is_null(col("@reverses")))
    base = scope.pin(base_of(said, scope))
    if base.divisor is not None:
        raise PlanError(
            "The amounts that a tier lifts are added up; `of` divides by data.",
            code="plan.inexact-measure",
            hint="Write round(…, 6) around the division.",
        )
    frame.keep(exp.Not(this=exp.Paren(this=base.is_missing)))
    return store(compilation, frame, base, ("@credit", "@payee"), target, f"what {name} was paid for")


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


def minor(compilation: Compilation, plan: Plan, said: Component, exact: Num) -> exp.Expr:
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
) -> dict[str, exp.Expr]:
    """Adds the columns of the lines; answers those that follow from others or are the same in every line."""
    kind = plan.period
    columns: dict[str, exp.Expr] = {
        "line:payee": col("@payee"),
        "line:position": col("@position"),
        "line:event": col("@event"),
        "line:source": col("@credit"),
        "line:credited_on": col("@date"),
        "line:period": col(f"@{kind}"),
        "line:original": col("@reverses"),
    }
    alike: dict[str, exp.Expr] = {
        "event_type": exp.Literal.string(scope.credits.fact),
        "kind": exp.Literal.string("line"),
    }
    if said.gate is None:
        alike["note"] = exp.Literal.string("")
    else:
        columns["line:note"] = _note(gate)
    if exact.divisor is None:
        alike["exact/"] = frac.over(exact)
    if uncapped is exact:
        alike |= {"uncapped": col("exact"), "uncapped/": frac.over(exact) if exact.divisor is None else col("exact/")}
    for name, expression in columns.items():
        frame.add(name, expression)
    _numbers(compilation, plan, said, frame, exact, uncapped)
    return alike


def _note(gate: exp.Expr) -> exp.Expr:
    not_met = case().when(exp.Not(this=gate), exp.Literal.string("gate not met"), copy=False)
    return not_met.else_(exp.Literal.string(""), copy=False)


def _numbers(compilation: Compilation, plan: Plan, said: Component, frame: Frame, exact: Num, uncapped: Num) -> None:
    frame.add("line:exact", exact.numerator)
    frame.add("line:exact/", frac.over(exact))
    frame.add("line:uncapped", uncapped.numerator)
    frame.add("line:uncapped/", frac.over(uncapped))
    frame.add("line:amount", minor(compilation, plan, said, exact))


def _keep(
    compilation: Compilation,
    plan: Plan,
    name: str,
    frame: Frame,
    alike: Mapping[str, exp.Expr],
    columns: Sequence[str],
    target: str,
    meaning: str,
) -> None:
    """The finished lines. Millions of them need not repeat what is alike: a view says it, unless the lines are going
    to be changed together."""
    own = _lines(frame, [column for column in columns if column not in alike])
    whole = exp.select(*[named(alike[column], column) if column in alike else col(column) for column in columns])
    if common.is_shared(plan, name):
        inner = exp.Subquery(this=own, alias=exp.TableAlias(this=exp.to_identifier("o")))
        compilation.database.create(target, whole.from_(inner), meaning)
        return
    compilation.database.create(f"{target}:own", own, f"{meaning}, what differs from line to line")
    compilation.database.view(target, whole.from_(table(f"{target}:own")).sql(dialect="duckdb", copy=False), meaning)


def _lines(frame: Frame, columns: Sequence[str] = LINE) -> exp.Query:
    """The finished lines; a missing result is kept, it becomes an exception."""
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))
    return exp.select(*[named(col(f"line:{each}"), each) if each in LINE else col(each) for each in columns]).from_(
        inner, copy=False
    )


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
    columns = {
        "payee": col("payee"),
        "position": col("position"),
        "event_type": exp.Literal.string(""),
        "event": cast(exp.Null(), "VARCHAR"),
        "source": col("period"),
        "credited_on": last,
        "period": pay_period,
        "kind": case()
        .when(col(HAS_PART), exp.Literal.string("line"), copy=False)
        .else_(exp.Literal.string(NO_PART), copy=False),
        "original": cast(exp.Null(), "VARCHAR"),
        "note": _note(gate),
    }
    for column, expression in columns.items():
        frame.add(f"line:{column}", expression)
    _numbers(compilation, plan, said, frame, exact, uncapped)
    if shares:
        _of_those_with_a_part(frame, cast(exp.Null(), frac.WIDE))
    _earned(compilation, plan, name, said, frame)
    if shares:
        _of_those_with_a_part(frame, frac.integer(0))
    compilation.database.create(target, _lines(frame), f"lines of {name}")


def _earned(compilation: Compilation, plan: Plan, name: str, said: Component, frame: Frame) -> None:
    """The entitlement less what the window's earlier periods have earned, whichever version earned it.

    Under one version this is its last known entitlement: a period without one earns and takes nothing.
    """
    if said.per is None:
        return
    window = window_of(said)
    earned: list[exp.Expr] = [frac.integer(0)]
    before = _earned_before(compilation, plan, name, said.over.kind if said.over is not None else said.per.kind)
    if before is not None:
        frame.join(table(before), {"payee": col("payee"), "window": window}, {"earned before": "amount"})
        earned.insert(0, col("earned before"))
    if window != col("period"):
        last = exp.Window(
            this=exp.IgnoreNulls(this=exp.LastValue(this=col("line:amount"))),
            partition_by=[col("payee"), window],
            order=exp.Order(expressions=[exp.Ordered(this=col("start"))]),
            spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="1", end_side="PRECEDING"),
        )
        earned.insert(0, last)
    if len(earned) > 1:
        so_far = exp.Coalesce(this=earned[0], expressions=earned[1:])
        frame.add("change", exp.Sub(this=col("line:amount"), expression=so_far))
        frame.rename("change", "line:amount")


def window_of(said: Component) -> exp.Expr:
    """The name of the window in which a period earns."""
    if said.per is None or said.over is None or said.over.kind == said.per.kind:
        return col("period")
    return exp.Literal.string("plan") if said.over.kind == "plan" else col(f"in_{said.over.kind}")


def _earned_before(compilation: Compilation, plan: Plan, name: str, kind: str) -> str | None:
    """What earlier versions have earned in the component: `payee`, `window` of the kind, `amount`."""
    earlier = [
        component(compilation, version, name)
        for version in compilation.versions[: compilation.index(plan)]
        if name in version.components and version.components[name].per is not None
    ]
    if not earlier:
        return None
    target = f"{compilation.name(compilation.index(plan), 'component', name)}:before"
    lines = " UNION ALL ".join(f'SELECT payee, credited_on, amount FROM "{one}"' for one in earlier)
    window = "'plan'" if kind == "plan" else f'd."{kind}"'
    compilation.database.create(
        target,
        f'SELECT l.payee, {window} AS "window", CAST(SUM(l.amount) AS HUGEINT) AS amount FROM ({lines}) l '
        f'JOIN "{compilation.days}" d ON d.day = l.credited_on GROUP BY ALL',
        f"what earlier versions have earned in {name}",
    )
    return target


def _of_those_with_a_part(frame: Frame, otherwise: exp.Expr) -> None:
    """Who has no weight in a pool, or no place among prizes, has earned nothing and is paid nothing."""
    frame.add("of a part", case().when(col(HAS_PART), col("line:amount"), copy=False).else_(otherwise, copy=False))
    frame.rename("of a part", "line:amount")


def per_frame(compilation: Compilation, plan: Plan, said: Component) -> tuple[Frame, PeriodScope]:
    if said.per is None:
        raise PlanError("A component without a period.", code="plan.wrong-place")
    kind = said.per.kind
    frame = Frame(
        exp.select(exp.Star()).from_(table(payee_rows(compilation, kind)), copy=False).where(col("present"), copy=False)
    )
    frame.keep(compilation.in_force(plan))
    scope = PeriodScope(compilation, plan, frame, kind)
    if kind != plan.period:
        frame.add("last_date", cast(exp.Paren(this=exp.Sub(this=col("end"), expression=exp.Literal.number(1))), "DATE"))
        frame.join(table(compilation.days), {"day": col("last_date")}, {f"last_{plan.period}": plan.period})
    return frame, scope
