"""Settle: what each payee is paid in each open pay period.

Guarantee, draw and what is carried form a recurrence over pay periods. It runs in set steps, one query a period over
all payees,
starting from the balances of the last closed period. All amounts are whole minor units.
Writes `<plan>:payments`, key (payee, pay_period).
"""

from __future__ import annotations

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import condition, day, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, table
from attain.engine.scopes_measured import PeriodScope
from attain.engine.sql import all_of, case, cast
from attain.engine.stages.credit import rate_on
from attain.engine.stages.lines import is_vacant, mode_of
from attain.engine.stages.rows import pay_rows
from attain.engine.stages.shape import create
from attain.kernel.money import currency
from attain.plans.expressions import Expr, Name
from attain.plans.model import Plan

TERMS = ("guarantee_amount", "draw_amount", "recover_over", "recover_share", "recover_keeps")


def payments(compilation: Compilation, booked: str, released: str) -> str:
    """The table of payments."""
    terms = compilation.name("terms")
    create(
        compilation,
        terms,
        " UNION ALL ".join(_terms(compilation, plan, place) for place, plan in enumerate(compilation.versions)),
        "guarantees and draws by payee and pay period",
    )
    create(
        compilation,
        compilation.name("sums"),
        _SUMS.format(
            plan=compilation.id,
            rows=pay_rows(compilation),
            open=compilation.name("open"),
            booked=booked,
            released=released,
            terms=terms,
        ),
        "what is earned and released, with the terms that apply",
    )
    steps = compilation.name("settled")
    carry = "CASE WHEN total < 0 AND carries THEN total ELSE 0::HUGEINT END"
    periods = [
        row["period"]
        for row in compilation.database.rows(f'SELECT period FROM "{compilation.name("open")}" ORDER BY place')
    ]
    previous = _OPENING.format(plan=compilation.id)
    for number, period in enumerate(periods or [""]):  # without an open period the table is there, and empty
        text = _STEP.format(sums=compilation.name("sums"), period=period, previous=previous, carry=carry)
        if number == 0:
            create(compilation, steps, text, "settlement of the first open period")
        else:
            compilation.database.append_text(steps, text)
        previous = f"SELECT payee, draw_balance, carried_out FROM \"{steps}\" WHERE pay_period = '{period}'"
    return _in_pay_currency(compilation, steps)


def _terms(compilation: Compilation, plan: Plan, place: int) -> str:
    """Amounts in minor units; missing where a guarantee or draw does not apply."""
    settlement = plan.settlement
    frame = Frame(exp.select(exp.Star()).from_(table(pay_rows(compilation)), copy=False))
    scope = PeriodScope(compilation, plan, frame, plan.period)
    places, mode = compilation.places, mode_of(plan)

    def amount(what: str, formula: Expr, condition_: Expr | None, prorated: bool) -> exp.Expr:
        value = numeric(formula, scope)
        if prorated:
            value = frac.product(
                scope.pin(value),
                frac.quotient(Num(cast(col("active_days"), frac.WIDE)), Num(cast(col("days"), frac.WIDE))),
            )
        value = scope.pin(value)
        at_least_nothing = scope.pin(frac.extreme([value, frac.ZERO], largest=True))
        minor: exp.Expr = frac.rounded(at_least_nothing, places, mode)
        on_the_plan = exp.GT(this=col("active_days"), expression=exp.Literal.number(0))
        active = all_of(on_the_plan, exp.Not(this=is_vacant()))
        holds = all_of(active, condition(condition_, scope)) if condition_ is not None else active
        frame.add(f"{what}_missing", all_of(holds, exp.Paren(this=value.is_missing)))
        return case().when(holds, minor, copy=False)

    none = cast(exp.Null(), frac.WIDE)
    for what, said in (("guarantee", settlement.guarantee), ("draw", settlement.draw)):
        if said is None:
            frame.add(f"{what}_missing", exp.false())
            frame.add(f"{what}_amount", none)
        else:
            frame.add(f"{what}_amount", amount(what, said.amount, said.while_, said.prorate is not None))
    draw = settlement.draw
    recover = draw.recover if draw is not None else None
    share = _recovered_share(recover.share, scope) if recover is not None else frac.MISSING
    frame.add("recover_share", share.numerator)
    frame.add("recover_over", frac.over(share))
    frame.add(
        "recover_keeps",
        frac.rounded(scope.pin(numeric(recover.keeps, scope)), places, mode)
        if recover is not None and recover.keeps is not None
        else frac.integer(0),
    )
    frame.add("recover_from", exp.Literal.number(recover.from_ if recover is not None else 1))
    frame.add("draw_form", exp.Literal.string(draw.pays if draw is not None else ""))
    frame.add("recovers", exp.Boolean(this=recover is not None))
    frame.add("carries", exp.Boolean(this=plan.policies.negative_pay != "collect"))
    _pay_terms(compilation, plan, frame, scope)
    columns = [
        col(name)
        for name in (
            "payee",
            "period",
            "ordinal",
            *TERMS,
            "recover_from",
            "draw_form",
            "recovers",
            "carries",
            "pay_currency",
            "pay_rate",
            "pay_places",
            "guarantee_missing",
            "draw_missing",
        )
    ]
    query = (
        exp.select(*columns)
        .from_(exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f"))), copy=False)
        .where(compilation.governs(plan), copy=False)
    )
    return query.sql(dialect="duckdb")


def _recovered_share(formula: Expr, scope: PeriodScope) -> Num:
    """At least 0 and at most 1. Comparing a missing share, or one over a missing number, leaves a missing numerator."""
    share = scope.pin(numeric(formula, scope))
    at_most = scope.pin(frac.extreme([share, frac.ONE], largest=False))
    return scope.pin(frac.extreme([at_most, frac.ZERO], largest=True))


def _pay_terms(compilation: Compilation, plan: Plan, frame: Frame, scope: PeriodScope) -> None:
    """The payment currency, its places, and the rate (in units of 10**-12)."""
    pay_in = plan.settlement.pay_in
    own = exp.Literal.string(plan.currency)
    one = frac.integer(10**12)
    if pay_in is None:
        frame.add("pay_currency", own)
        frame.add("pay_rate", one)
        frame.add("pay_places", exp.Literal.number(compilation.places))
        return
    wanted: exp.Expr = exp.Literal.string(pay_in.currency)
    if pay_in.currency == "payee":
        wanted = exp.Coalesce(
            this=exp.Nullif(this=col("person.currency"), expression=exp.Literal.string("")), expressions=[own]
        )
    target = frame.add("pay_currency", wanted)
    at = day(pay_in.at if pay_in.at is not None else Name(("period", "end")), scope)
    rate = rate_on(frame, pay_in.rate, own, target, at, pay_in.within)
    frame.add(
        "pay_rate", case().when(exp.EQ(this=target, expression=own), one, copy=False).else_(rate.numerator, copy=False)
    )
    codes = {
        str(row["c"])
        for row in compilation.database.rows(
            "SELECT DISTINCT currency AS c FROM people WHERE currency IS NOT NULL AND currency <> ''"
        )
    } | {plan.currency}
    codes |= set() if pay_in.currency == "payee" else {pay_in.currency}
    places = case()
    for code in sorted(codes):
        places = places.when(
            exp.EQ(this=target, expression=exp.Literal.string(code)),
            exp.Literal.number(currency(code).places),
            copy=False,
        )
    frame.add("pay_places", places.else_(exp.Literal.number(compilation.places), copy=False))


_SUMS = """
WITH earned AS (SELECT payee, pay_period, CAST(SUM(amount) AS HUGEINT) AS amount FROM "{booked}" GROUP BY ALL),
paid AS (
    SELECT payee, pay_period, CAST(SUM(CASE WHEN state = 'released' THEN amount END) AS HUGEINT) AS amount
    FROM "{released}" GROUP BY ALL
), people AS (
    SELECT payee FROM "{rows}" UNION SELECT payee FROM earned UNION SELECT payee FROM paid UNION
    SELECT payee FROM ledger_balances WHERE plan = '{plan}' AND amount <> 0
)
SELECT p.payee, o.period AS pay_period, o.place, r.position, COALESCE(e.amount, 0::HUGEINT) AS earned,
    COALESCE(a.amount, 0::HUGEINT) AS released,
       t.*, COALESCE(t.carries, TRUE) AS carries_on, r.active_days
FROM people p CROSS JOIN "{open}" o
LEFT JOIN "{rows}" r ON r.payee = p.payee AND r.period = o.period
LEFT JOIN (SELECT payee AS of_payee, * EXCLUDE (payee) FROM "{terms}") t ON t.of_payee = p.payee AND t.period = o.period
LEFT JOIN earned e ON e.payee = p.payee AND e.pay_period = o.period
LEFT JOIN paid a ON a.payee = p.payee AND a.pay_period = o.period
"""

_OPENING = """
SELECT payee, CAST(SUM(CASE WHEN name = 'draw.balance' THEN amount ELSE 0 END) AS HUGEINT) AS draw_balance,
       CAST(SUM(CASE WHEN name = 'carried' THEN amount ELSE 0 END) AS HUGEINT) AS carried_out
FROM ledger_balances l WHERE plan = '{plan}' AND pay_period = (SELECT MAX(pay_period) FROM ledger_balances m WHERE
    m.plan = '{plan}') GROUP BY payee
"""

_STEP = """
SELECT payee, pay_period, place, position, earned, released, guarantee, draw_paid, draw_recovered, draw_balance,
    carried_in,
       {carry} AS carried_out, CASE WHEN total < 0 AND carries THEN 0::HUGEINT ELSE total END AS payable,
           pay_currency, pay_rate, pay_places, active_days,
       recovers AND ordinal >= recover_from AND brought > 0 AND (recover_share IS NULL OR recover_keeps IS NULL)
           AS recovery_missing
FROM (
    SELECT *, carried_in + with_guarantee + CASE WHEN draw_form = 'in_advance' THEN 0::HUGEINT ELSE draw_paid END -
        draw_recovered AS total,
           CASE WHEN draw_form = 'in_advance' OR recovers THEN brought + draw_paid - draw_recovered WHEN draw_form IN
               ('top_up', 'on_top') THEN 0::HUGEINT ELSE brought END AS draw_balance
    FROM (
        SELECT *, CASE WHEN draw_form = 'in_advance' THEN GREATEST(LEAST(with_guarantee, draw_paid + brought),
            0::HUGEINT)
                       WHEN recovers AND ordinal >= recover_from AND recover_share IS NOT NULL AND
                            recover_keeps IS NOT NULL THEN
                            LEAST(brought, (2 * GREATEST(with_guarantee - recover_keeps, 0::HUGEINT) * recover_share +
                                recover_over) // (2 * recover_over))
                       ELSE 0::HUGEINT END AS draw_recovered
        FROM (
            SELECT *, CASE WHEN draw_amount IS NULL THEN 0::HUGEINT WHEN draw_form = 'top_up' THEN
                GREATEST(draw_amount - with_guarantee, 0::HUGEINT) ELSE draw_amount END AS draw_paid
            FROM (
                SELECT s.* EXCLUDE (pay_currency, carries, draw_form, recovers), s.pay_currency, s.carries_on AS
                    carries, COALESCE(s.draw_form, '') AS draw_form, COALESCE(s.recovers, FALSE) AS recovers,
                       COALESCE(b.draw_balance, 0::HUGEINT) AS brought, COALESCE(b.carried_out, 0::HUGEINT) AS
                           carried_in,
                       GREATEST(COALESCE(s.guarantee_amount, 0::HUGEINT) - s.released, 0::HUGEINT) * CASE WHEN
                           s.guarantee_amount IS NULL THEN 0 ELSE 1 END AS guarantee,
                       s.released + GREATEST(COALESCE(s.guarantee_amount, 0::HUGEINT) - s.released, 0::HUGEINT) * CASE
                           WHEN s.guarantee_amount IS NULL THEN 0 ELSE 1 END AS with_guarantee
                FROM "{sums}" s LEFT JOIN ({previous}) b ON b.payee = s.payee WHERE s.pay_period = '{period}'
            ) a
        ) d
    ) r
) t
"""


def _in_pay_currency(compilation: Compilation, steps: str) -> str:
    """The payable amount in the currency of payment, rounded half up to its minor unit."""
    target = compilation.name("payments")
    own, places = compilation.plan.currency, compilation.places
    powers = " ".join(f"WHEN {count} THEN {10**count}::HUGEINT" for count in (0, 2, 3, 4))
    power = f"CASE COALESCE(pay_places, {places}) {powers} END"
    text = _PAYMENTS.format(steps=steps, own=own, one=10**12, power=power, below=f"{10 ** (12 + places)}::HUGEINT")
    create(compilation, target, text, "what is paid")
    return target


_PAYMENTS = """
SELECT *, CASE WHEN payable = 0 THEN 0::HUGEINT
    WHEN payable < 0 THEN -((2 * top + {below}) // (2 * {below})) ELSE (2 * top + {below}) // (2 * {below})
    END AS paid FROM (
    SELECT *, ABS(payable) * pay_rate * {power} AS top FROM (
        SELECT payee, pay_period, position, earned, released, guarantee, draw_paid, draw_recovered, draw_balance,
            carried_in, carried_out, payable, pay_places,
               COALESCE(pay_currency, '{own}') AS pay_currency,
               COALESCE(pay_rate, CASE WHEN COALESCE(pay_currency, '{own}') = '{own}' THEN {one}::HUGEINT END) AS
                   pay_rate
        FROM "{steps}"
        WHERE earned <> 0 OR released <> 0 OR guarantee <> 0 OR draw_paid <> 0 OR draw_recovered <> 0 OR draw_balance
            <> 0 OR carried_in <> 0 OR carried_out <> 0
           OR COALESCE(active_days, 0) > 0
    ) p
) q
"""
