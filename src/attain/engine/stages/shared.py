"""Money that several payees share: pools by weight, and prizes by place."""

from __future__ import annotations

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, table
from attain.engine.scopes_group import GroupScope
from attain.engine.scopes_measured import PeriodScope
from attain.engine.sql import all_of, case
from attain.engine.stages.lines import HAS_PART, is_vacant, mode_of
from attain.engine.stages.rows import group_rows
from attain.engine.stages.values import store
from attain.kernel.errors import PlanError
from attain.kernel.hashing import hash_of
from attain.plans.expressions import Expr
from attain.plans.model import Component, Plan


def _group(said: Component, scope: PeriodScope) -> exp.Expr:
    """Whose money the payee shares: the company's, or the team's."""
    return scope.frame.add("@group", exp.Literal.string("company") if said.among == "plan" else scope.team())


def _of_group(compilation: Compilation, plan: Plan, said: Component, formula: Expr, frame: Frame, kind: str) -> Num:
    """A formula of the company or team, read at each of its payees."""
    subject = "company" if said.among == "plan" else "team"
    inner = Frame(exp.select(exp.Star()).from_(table(group_rows(compilation, subject, kind)), copy=False))
    value = numeric(formula, GroupScope(compilation, plan, inner, kind, subject))
    target = compilation.name(compilation.index(plan), "pool", hash_of(repr(formula))[:12])
    found = store(compilation, inner, value, ("subject", "period"), target, "what is shared")
    name = frame.fresh("pool")
    frame.join(
        table(found.table),
        {"subject": col("@group"), "period": col("period")},
        {name: "x", **({f"{name}/": "x/"} if found.has_divisor else {})},
    )
    return Num(col(name), found.denominator, col(f"{name}/") if found.has_divisor else None)


def pool(compilation: Compilation, plan: Plan, said: Component, scope: PeriodScope) -> Num:
    """The rounded amount by weight: whole cents, the remaining ones to the largest fractions, then by payee id."""
    frame = scope.frame
    if said.amount is None or said.weight is None or said.per is None:
        raise PlanError("A pool needs an amount and a weight.", code="plan.pool")
    group = _group(said, scope)
    if said.among == "team":
        frame.keep(exp.Not(this=frac.is_null(group)))  # who is in no team has no part in any
    weight = scope.pin(numeric(said.weight, scope))
    if weight.divisor is not None:
        raise PlanError(
            "The weight of a pool divides by data.", code="plan.inexact-measure", hint="Write round(…, 6) around it."
        )
    leaves_out = said.leavers == "forfeit"
    zero = frac.integer(0)
    counted = case().when(is_vacant(), zero, copy=False)
    if leaves_out:
        counted = counted.when(exp.Not(this=col("there_at_end")), zero, copy=False)
    known = exp.Coalesce(this=counted.else_(weight.numerator, copy=False), expressions=[zero])
    frame.add("@weight", exp.Greatest(this=known, expressions=[zero]))
    frame.add(HAS_PART, exp.GT(this=col("@weight"), expression=zero))
    amount = _of_group(compilation, plan, said, said.amount, frame, said.per.kind)
    mode = mode_of(plan)
    cents = frame.add("@cents", frac.rounded(amount, compilation.places, mode))
    parts = largest_remainder(frame, cents, col("@weight"), [col("@group"), col("period")], [col("payee")])
    if said.leavers == "lost":  # a leaver counts and is not paid
        stays = case().when(exp.Not(this=col("there_at_end")), zero, copy=False)
        parts = frame.add("@paid", stays.else_(parts, copy=False))
    return Num(parts, 10**compilation.places)


def largest_remainder(
    frame: Frame,
    total: exp.Expr,
    weight: exp.Expr,
    group: list[exp.Expr],
    order: list[exp.Expr],
) -> exp.Column:
    """Parts of a whole number by weight that sum exactly, in the groups of rows; the same for a negative total."""
    weights = frame.add(
        "@weights",
        exp.Nullif(this=exp.Window(this=exp.Sum(this=weight), partition_by=group), expression=frac.integer(0)),
    )
    share = frame.add("@raw", exp.Mul(this=exp.Abs(this=total), expression=weight))
    whole = frame.add("@whole", exp.IntDiv(this=share, expression=weights))
    rest = frame.add("@rest", exp.Mod(this=share, expression=weights))
    given = exp.Window(this=exp.Sum(this=whole), partition_by=list(group))
    left = frame.add("@left", exp.Sub(this=exp.Abs(this=total), expression=exp.Paren(this=given)))
    ranked = exp.Order(expressions=[exp.Ordered(this=rest, desc=True), *[exp.Ordered(this=item) for item in order]])
    turn = frame.add("@turn", exp.Window(this=exp.RowNumber(), partition_by=list(group), order=ranked))
    one = (
        case().when(exp.LTE(this=turn, expression=left), frac.integer(1), copy=False).else_(frac.integer(0), copy=False)
    )
    sign = (
        case()
        .when(exp.LT(this=total, expression=frac.integer(0)), frac.integer(-1), copy=False)
        .else_(frac.integer(1), copy=False)
    )
    return frame.add(
        "@part", exp.Mul(this=exp.Paren(this=exp.Add(this=whole, expression=exp.Paren(this=one))), expression=sign)
    )


def prizes(compilation: Compilation, plan: Plan, said: Component, scope: PeriodScope) -> Num:
    """The prize of the payee's place; those who tie share the prizes of the places that they take."""
    frame = scope.frame
    group = _group(said, scope)
    if said.among == "team":
        frame.keep(exp.Not(this=frac.is_null(group)))
    if not said.by or said.per is None:
        raise PlanError("Prizes need `by`.", code="plan.prizes")
    score = scope.pin(numeric(said.by[0], scope))
    if score.divisor is not None:
        score = scope.pin(Num(frac.rounded(score, 9), 10**9))
    placed = all_of(exp.Not(this=is_vacant()), exp.GT(this=frac.group(score.numerator), expression=frac.integer(0)))
    frame.add("@score", case().when(placed, score.numerator, copy=False))
    frame.add(HAS_PART, exp.Not(this=frac.is_null(col("@score"))))
    groups = [col("@group"), col("period")]
    best = exp.Order(expressions=[exp.Ordered(this=col("@score"), desc=True, nulls_first=False)])
    frame.add("@place", exp.Window(this=exp.Anonymous(this="RANK", expressions=[]), partition_by=groups, order=best))
    frame.add(
        "@tied", exp.Window(this=exp.Count(this=exp.Star()), partition_by=[*(item for item in groups), col("@score")])
    )
    frame.add(
        "@seat",
        exp.Window(
            this=exp.RowNumber(),
            partition_by=[*(item for item in groups), col("@score")],
            order=exp.Order(expressions=[exp.Ordered(this=col("payee"))]),
        ),
    )
    mode = mode_of(plan)
    amounts = [frac.rounded(numeric(prize, scope), compilation.places, mode) for prize in said.prizes]
    cases = case()
    for place, amount in enumerate(amounts, start=1):
        cases = cases.when(exp.EQ(this=col("@place"), expression=exp.Literal.number(place)), amount, copy=False)
    first = frame.add("@prize", cases.else_(frac.integer(0), copy=False))
    paid: exp.Expr = first
    if said.ties == "share":
        inside = [
            case()
            .when(
                all_of(
                    exp.GTE(this=exp.Literal.number(place), expression=col("@place")),
                    exp.LT(
                        this=exp.Literal.number(place), expression=exp.Add(this=col("@place"), expression=col("@tied"))
                    ),
                ),
                amount,
                copy=False,
            )
            .else_(frac.integer(0), copy=False)
            for place, amount in enumerate(amounts, start=1)
        ]
        together = inside[0]
        for item in inside[1:]:
            together = exp.Add(this=together, expression=exp.Paren(this=item))  # type: ignore[assignment]
        frame.add("@one", frac.integer(1))
        total = frame.add("@together", exp.Paren(this=together))
        paid = largest_remainder(frame, total, col("@one"), [*groups, col("@score")], [col("payee")])
    none = case().when(frac.is_null(col("@score")), frac.integer(0), copy=False).else_(paid, copy=False)
    return Num(frame.add("@won", none), 10**compilation.places)
