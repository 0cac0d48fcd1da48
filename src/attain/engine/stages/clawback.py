"""Clawback: a reversal takes back what its original was paid, in proportion, as far as the deadline allows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import add_days, add_months, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import PlaceScope
from attain.engine.sql import any_of, case, cast
from attain.engine.stages.lines import LINE, mode_of
from attain.engine.stages.overrides import overrides
from attain.plans.model import Clawback, Plan


def claw_back(
    compilation: Compilation,
    plan: Plan,
    clawback: Clawback,
    ordinary: str,
    earlier: Sequence[str],
    target: str,
    name: str,
) -> None:
    """Reversals of paid lines: minus the original line, in proportion, as far as the deadline allows. The original may
    be a line of an `earlier` version."""
    frame = Frame(exp.select("*").from_(table(ordinary)))
    paid = [
        exp.select(*map(col, ("payee", "source", "amount", "period"))).from_(table(one)) for one in (ordinary, *earlier)
    ]
    originals: exp.Query = paid[0]
    for more in paid[1:]:
        originals = exp.union(originals, more, distinct=False)
    frame.join(
        exp.Subquery(this=originals, alias=exp.TableAlias(this=exp.to_identifier("o"))),
        {"payee": col("payee"), "source": _original_source()},
        {"o.computed": "amount", "o.source": "source", "o.period": "period"},
    )
    replaced = {"payee": col("payee"), "source": col("o.source"), "earning_period": col("o.period")}
    frame.join(
        table(overrides(compilation)), {"component": exp.Literal.string(name), **replaced}, {"o.override": "amount"}
    )
    frame.add("o.amount", exp.Coalesce(this=col("o.override"), expressions=[col("o.computed")]))
    has = frame.add(
        "has",
        exp.Not(
            this=exp.Paren(
                this=any_of(
                    frac.is_null(col("o.amount")),
                    exp.EQ(this=col("@original_amount"), expression=frac.integer(0)),
                    exp.LT(this=col("credited_on"), expression=col("@original_date")),
                )
            )
        ),
    )
    taken = _taken(compilation, plan, clawback, frame)
    ratio = frac.quotient(Num(cast(col("@stated"), frac.WIDE)), Num(cast(col("@original_amount"), frac.WIDE)))
    exact = frame.pin(
        frac.product(
            frac.product(Num(cast(col("o.amount"), frac.WIDE), 10**compilation.places), frame.pin(ratio)), taken
        )
    )
    result = frame.pin(frac.choose([(has, exact)], Num(col("exact"), 1, col("exact/"))))
    amount = frac.rounded(exact, compilation.places, mode_of(plan))
    frame.keep(any_of(has, col("@wanted")))
    frame.add("new_exact", result.numerator)
    frame.add("new_exact/", frac.over(result))
    frame.add("new_amount", case().when(has, amount, copy=False).else_(col("amount"), copy=False))
    frame.add("new_kind", case().when(has, exp.Literal.string("clawback"), copy=False).else_(col("kind"), copy=False))
    changed = {
        "exact": "new_exact",
        "exact/": "new_exact/",
        "uncapped": "new_exact",
        "uncapped/": "new_exact/",
        "amount": "new_amount",
        "kind": "new_kind",
    }
    columns = [named(col(changed[column]), column) if column in changed else col(column) for column in LINE]
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))
    compilation.database.create(
        target, exp.select(*columns).from_(inner), f"lines of {name}, reversals taking back what was paid"
    )


def _original_source() -> exp.Expr:
    """The source of the line that a reversal takes back: the same rule, level and way, of the other event."""
    length = exp.Length(this=col("event"))
    rest = exp.Substring(this=col("source"), start=exp.Add(this=length, expression=exp.Literal.number(1)))
    return exp.DPipe(this=col("@reverses"), expression=rest)


def _taken(compilation: Compilation, plan: Plan, clawback: Clawback, frame: Frame) -> Num:
    """The part that is taken back: by the days since the original's credit date."""

    def until(delay: object) -> exp.Expr:
        count, unit = exp.Literal.number(delay.count), delay.unit  # type: ignore[attr-defined]
        return add_days(col("@original_date"), count) if unit == "days" else add_months(col("@original_date"), count)

    branches: list[tuple[exp.Expr, Num]] = []
    if clawback.within is not None:
        branches.append((exp.GT(this=col("credited_on"), expression=until(clawback.within)), frac.ZERO))
    if isinstance(clawback.takes, tuple):
        for step in clawback.takes:
            share = numeric(step.share, PlaceScope(compilation, plan, frame))
            branches.append((exp.LTE(this=col("credited_on"), expression=until(step.to)), share))
        return frame.pin(frac.choose(branches, frac.ZERO))
    if clawback.takes == "pro_rata" and clawback.within is not None:
        since = Num(cast(exp.Paren(this=exp.Sub(this=col("credited_on"), expression=col("@original_date"))), frac.WIDE))
        whole = Num(
            cast(exp.Paren(this=exp.Sub(this=until(clawback.within), expression=col("@original_date"))), frac.WIDE)
        )
        return frame.pin(frac.choose(branches, frac.minus(frac.ONE, frac.quotient(since, whole))))
    return frame.pin(frac.choose(branches, frac.ONE)) if branches else frac.ONE
