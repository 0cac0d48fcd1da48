"""Release: from booked lines to what becomes payable when.

A line is cut into parts by cumulative shares, rounded so that the parts sum to the line. A part is due on a date, or
when a related
fact arrives. For every open pay period the amount that is released to date is compared with what was released
before, so a
correction of the line, a late trigger and a lifted hold are the same case.
Writes `<plan>:releases`, key (component, payee, source, earning_period, part, pay_period).
"""

from __future__ import annotations

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import Plain, Sql, condition, day, later, numeric, on_day_of_month
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import FactScope
from attain.engine.sql import all_of, any_of, case, cast, text
from attain.engine.stages.credit import credits
from attain.engine.stages.parts import Part, parts_of, rules_of
from attain.engine.stages.shape import create, view
from attain.kernel.errors import PlanError, Where
from attain.plans.model import Plan, Trigger

KEYS = ("component", "payee", "source", "earning_period", "period", "place", "end", "total")
"""Columns of the totals; in a frame they are called @…, because a fact may have columns of these names."""


def releases(compilation: Compilation, booked: str) -> str:
    target = compilation.name("releases")
    if _all_at_once(compilation):
        at_once = _AT_ONCE.format(booked=booked, open=compilation.name("open"))
        view(compilation, target, at_once, "every line is payable when it is booked")
        return target
    totals = _totals(compilation, booked)
    queries = []
    for plan in compilation.versions:
        for name in plan.components:
            for part in parts_of(plan, rules_of(plan, name)):
                queries.append(_part(compilation, plan, name, part, totals))
    queries.append(_without_rule(compilation, totals, booked))
    due = compilation.name("due")
    create(compilation, due, " UNION ALL ".join(queries), "what is released to date, by part and pay period")
    gone = _PARTS_GONE.format(due=due, totals=totals, plan=compilation.id, component=compilation.component_now())
    compilation.database.append_text(due, gone)
    create(
        compilation,
        target,
        _RELEASED.format(
            due=compilation.name("due"),
            plan=compilation.id,
            component=compilation.component_now(),
        ),
        "what becomes payable in each pay period",
    )
    return target


_PARTS_GONE = """
SELECT t.component, t.payee, t.source, t.earning_period, t.period, t.place, t."end",
       CAST(t."end" - 1 AS DATE) AS due_on, 0::HUGEINT AS whole, 0::HUGEINT AS released, b.part
FROM "{totals}" t JOIN (
    SELECT DISTINCT {component} AS component, payee, source, earning_period, part FROM ledger_releases
    WHERE plan = '{plan}'
) b ON b.component = t.component AND b.payee = t.payee AND b.source = t.source AND b.earning_period = t.earning_period
WHERE NOT EXISTS (
    SELECT 1 FROM "{due}" d WHERE d.component = t.component AND d.payee = t.payee AND d.source = t.source AND
        d.earning_period = t.earning_period AND d.part = b.part
)
"""
"""Parts that were released once and that the line no longer has: nothing of them is due."""

_AT_ONCE = """
SELECT b.component, b.payee, b.source, b.earning_period, 1 AS part,
       COALESCE(b.credited_on, CAST(o."end" - 1 AS DATE)) AS due_on, b.pay_period, b.amount, 'released' AS state,
       '' AS reason
FROM "{booked}" b JOIN "{open}" o ON o.period = b.pay_period
WHERE b.amount <> 0 AND NOT starts_with(b.payee, 'vacant:')
UNION ALL
SELECT b.component, b.payee, b.source, b.earning_period, 1 AS part,
       MIN(COALESCE(b.credited_on, CAST(o."end" - 1 AS DATE))) AS due_on, NULL AS pay_period,
       CAST(SUM(b.amount) AS HUGEINT) AS amount, 'held' AS state, 'the seat is vacant' AS reason
FROM "{booked}" b JOIN "{open}" o ON o.period = b.pay_period
WHERE starts_with(b.payee, 'vacant:')
GROUP BY b.component, b.payee, b.source, b.earning_period HAVING SUM(b.amount) <> 0
"""


def _all_at_once(compilation: Compilation) -> bool:
    """Whether nothing is ever kept back: no release rule, no hold, and all that closed periods booked is released."""
    rules = [
        rule
        for plan in compilation.versions
        for rule in (plan.settlement.release, *(said.release for said in plan.components.values()))
    ]
    database, plan = compilation.database, compilation.id
    kept = database.value(_KEPT_BACK.format(plan=plan))
    return not any(rules) and not database.value(f"SELECT COUNT(*) FROM holds WHERE plan = '{plan}'") and not kept


_KEPT_BACK = """
SELECT COUNT(*) FROM (
    SELECT payee, component, SUM(amount) AS amount FROM (
        SELECT payee, component, amount FROM ledger_lines WHERE plan = '{plan}'
        UNION ALL SELECT payee, component, -amount FROM ledger_releases WHERE plan = '{plan}'
    ) b GROUP BY ALL HAVING SUM(amount) <> 0
) k
"""
_TOTALS = """
WITH changes AS (
    SELECT component, payee, source, earning_period, 0 AS place, amount FROM "{ledger}"
    UNION ALL
    SELECT b.component, b.payee, b.source, b.earning_period, o.place, b.amount
    FROM "{booked}" b JOIN "{open}" o ON o.period = b.pay_period
), keys AS (SELECT component, payee, source, earning_period, MIN(place) AS first_place FROM changes GROUP BY ALL),
due AS ({due})
SELECT k.component, k.payee, k.source, k.earning_period, o.period, o.place, o."end", CAST(SUM(c.amount) AS HUGEINT) AS
    total, COALESCE(MIN(d.version), MIN(v.version)) AS version
FROM keys k JOIN "{open}" o ON o.place >= k.first_place
JOIN changes c ON c.component = k.component AND c.payee = k.payee AND c.source = k.source AND c.earning_period =
    k.earning_period AND c.place <= o.place
LEFT JOIN due d ON d.component = k.component AND d.payee = k.payee AND d.source = k.source AND d.period =
    k.earning_period
LEFT JOIN ({versions}) v ON v.period = k.earning_period
GROUP BY k.component, k.payee, k.source, k.earning_period, o.period, o.place, o."end"
"""


def _totals(compilation: Compilation, booked: str) -> str:
    """What is booked of each line up to each open pay period, and the version that says how it is released.

    A line keeps the version under which it was earned for ever; of one that nobody can compute any more it is the
    version of its earning period.
    """
    name = compilation.name("totals")
    entitled = [state.name("entitled") for state in (compilation, *compilation.later)]
    due = " UNION ".join(f'SELECT component, payee, source, period, version FROM "{one}"' for one in entitled)
    create(
        compilation,
        name,
        _TOTALS.format(
            ledger=compilation.name("ledger"),
            booked=booked,
            open=compilation.name("open"),
            due=due,
            versions=_versions(compilation),
        ),
        "what is booked of each line to date",
    )
    return name


def _versions(compilation: Compilation) -> str:
    """The version of each pay period."""
    periods = f'SELECT period FROM "{compilation.periods(compilation.plan.period)}" WHERE '
    return " UNION ALL ".join(
        periods.replace("SELECT period", f"SELECT period, {text(plan.version)} AS version")
        + compilation.governs(plan).sql(dialect="duckdb")
        for plan in compilation.versions
    )


def _part(compilation: Compilation, plan: Plan, name: str, part: Part, totals: str) -> str:
    """For each line of the component and each open period: what of this part is released up to the period's end."""
    own = [named(col(column), f"@{column}") for column in KEYS]
    mine = all_of(_of_component(name), _is_under(plan))
    frame = Frame(exp.select(*own).from_(table(totals), copy=False).where(mine, copy=False))
    credited = _credit_date(compilation, plan, name, frame)
    line = Num(col("@total"), 10**compilation.places)

    def up_to(share: Num) -> exp.Expr:
        return frac.rounded(frac.product(line, share), compilation.places)

    before = up_to(frac.number(part.before))
    whole = frame.add(
        "@whole", exp.Sub(this=exp.Paren(this=up_to(frac.number(part.after))), expression=exp.Paren(this=before))
    )
    due, progress = _due(compilation, plan, name, part, frame, credited)
    frame.add("@due_on", due)
    in_time = exp.LT(this=col("@due_on"), expression=col("@end"))
    if progress is None:
        so_far: exp.Expr = whole
    else:
        so_far = exp.Sub(
            this=exp.Paren(
                this=up_to(
                    frac.plus(frac.number(part.before), frac.product(progress, frac.number(part.after - part.before)))
                )
            ),
            expression=exp.Paren(this=before),
        )
    frame.add("@released", case().when(in_time, so_far, copy=False).else_(frac.integer(0), copy=False))
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))
    columns = [named(col(f"@{key}"), key) for key in (*KEYS[:-1], "due_on", "whole", "released")]
    return (
        exp.select(*columns, named(exp.Literal.number(part.number), "part"))
        .from_(inner, copy=False)
        .sql(dialect="duckdb")
    )


def _is_under(plan: Plan) -> exp.Expr:
    return exp.EQ(this=col("version"), expression=exp.Literal.string(plan.version))


def _of_component(name: str) -> exp.Expr:
    """Lines that the component's release rules cut: not its caps and floors, nor adjustments."""
    plain = [
        exp.Not(this=exp.StartsWith(this=col("source"), expression=exp.Literal.string(prefix)))
        for prefix in ("cap:", "floor:", "adjustment:")
    ]
    return all_of(exp.EQ(this=col("component"), expression=exp.Literal.string(name)), *plain)


def _without_rule(compilation: Compilation, totals: str, booked: str) -> str:
    """Lines of components without a rule, caps, floors and adjustments, and lines whose component or version is gone:
    due at once, unless held."""
    ruled = [
        all_of(_of_component(name), _is_under(plan))
        for plan in compilation.versions
        for name in plan.components
        if rules_of(plan, name)
    ]
    known = any_of(*ruled).sql(dialect="duckdb") if ruled else "FALSE"
    return _WITHOUT_RULE.format(totals=totals, booked=booked, known=known)


_WITHOUT_RULE = """
SELECT t.component, t.payee, t.source, t.earning_period, t.period, t.place, t."end",
       COALESCE(b.credited_on, CAST(t."end" - 1 AS DATE)) AS due_on, t.total AS whole, t.total AS released, 1 AS part
FROM (SELECT * FROM "{totals}" WHERE NOT ({known})) t
LEFT JOIN "{booked}" b ON b.component = t.component AND b.payee = t.payee AND b.source = t.source
    AND b.earning_period = t.earning_period AND b.pay_period = t.period
"""


def _credit_date(compilation: Compilation, plan: Plan, name: str, frame: Frame) -> exp.Expr:
    """The day from which delays count: the credit date, or the last day of the line's period."""
    said = plan.components[name]
    frame.join(table(compilation.periods(plan.period)), {"period": col("@earning_period")}, {"@earned_end": "end"})
    fallback = exp.Sub(this=col("@earned_end"), expression=exp.Literal.number(1))
    if said.each is None:
        return fallback
    fact = compilation.fact(plan.credits[said.each].from_).schema
    found = credits(compilation, said.each)
    main = f"@amount:{found.main}"
    frame.join(
        table(found.table),
        {"@credit": col("@source"), "@payee": col("@payee")},
        {
            "@credit_date": "@date",
            "@own_event": "@event",
            "@taken_back": "@reverses",
            "@own_amount": main,
            "@of": "@rule",
            "@at": "@level",
            "@from": "@via",
        },
    )
    # What a reversal takes back came with the facts of its original; so they release it, in the same proportion.
    frame.add("@event", exp.Coalesce(this=col("@taken_back"), expressions=[col("@own_event")]))
    original = {
        "@event": col("@taken_back"),
        "@payee": col("@payee"),
        "@rule": col("@of"),
        "@level": col("@at"),
        "@via": col("@from"),
    }
    frame.join(table(found.table), original, {"@original": main})
    frame.add("@credit_amount", exp.Coalesce(this=col("@original"), expressions=[col("@own_amount")]))
    frame.join(table(f"f:{fact.name}"), {fact.key: col("@event")}, {column: column for column in fact.columns})
    return exp.Coalesce(this=col("@credit_date"), expressions=[fallback])


def _due(
    compilation: Compilation, plan: Plan, name: str, part: Part, frame: Frame, credited: exp.Expr
) -> tuple[exp.Expr, Num | None]:
    """The due date of a part, and for proportional triggers the share that has come by the end of each period."""
    rule = part.rule
    start = credited
    said = plan.components[name]
    first, progress = None, None
    if rule.when is not None:
        first, progress = _triggered(compilation, plan, name, plan.settlement.triggers[rule.when], frame)
    if rule.at is not None and said.each is not None:
        start = day(rule.at, LineScope(compilation, plan, frame, said.each))
    if rule.after is not None:
        start = later(start, rule.after.count, rule.after.unit)
    if part.turn and rule.every is not None:
        months = {"month": 1, "quarter": 3, "half": 6, "year": 12}.get(rule.every)
        start = later(start, part.turn * (months or 7), "months" if months else "days")
    due = on_day_of_month(start, rule.day) if rule.day is not None else start
    if first is None:
        return due, None
    if rule.at is None and rule.after is None:
        return first, progress
    both = exp.Greatest(this=first, expressions=[due])  # a delay and a trigger: the later of the two
    return case().when(exp.Not(this=frac.is_null(first)), both, copy=False), progress


class LineScope(FactScope):
    """The fact behind a line, and the credit that it was paid for."""

    def __init__(self, compilation: Compilation, plan: Plan, frame: Frame, credit_set: str) -> None:
        super().__init__(compilation, plan, frame, plan.credits[credit_set].from_)
        self.credits = credits(compilation, credit_set)
        self.on = col("@credit_date")

    def resolve(self, parts: tuple[str, ...]) -> Sql:
        if parts == ("credit", "amount"):
            return Num(cast(col("@credit_amount"), frac.WIDE), self.credits.amounts[self.credits.main])
        return Plain("date", col("@credit_date")) if parts == ("credit", "date") else super().resolve(parts)


def _triggered(
    compilation: Compilation, plan: Plan, name: str, trigger: Trigger, frame: Frame
) -> tuple[exp.Expr, Num | None]:
    """The related facts of a line's event: the first one's date; with `part`, how much of `of` they cover by each
    period's end."""
    said = plan.components[name]
    if said.each is None:
        raise PlanError(
            "Only lines of credits wait for a trigger.",
            code="plan.trigger",
            where=Where(field=f"plan {plan.plan}, component {name}"),
        )
    schema = compilation.fact(trigger.from_).schema
    inner = Frame(exp.select(exp.Star()).from_(table(f"f:{trigger.from_}"), copy=False))
    scope = FactScope(compilation, plan, inner, trigger.from_)
    if trigger.where is not None:
        inner.keep(condition(trigger.where, scope))
    part = numeric(trigger.part, scope) if trigger.part is not None else frac.ONE
    inner.add("@part", part.numerator)
    query = exp.select(named(col(trigger.match), "event"), named(col(schema.date), "day"), named(col("@part"), "part"))
    facts = compilation.name("trigger", name, trigger.from_, trigger.match, len(compilation.database.queries))
    compilation.database.create(
        facts,
        query.from_(exp.Subquery(this=inner.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))),
        "facts that release a part",
    )
    first = (
        exp.select(col("event"), named(exp.Min(this=col("day")), "day"))
        .from_(table(facts), copy=False)
        .group_by(col("event"), copy=False)
    )
    taken = frame.fresh("first")
    frame.join(
        exp.Subquery(this=first, alias=exp.TableAlias(this=exp.to_identifier("t"))),
        {"event": col("@event")},
        {taken: "day"},
    )
    if trigger.part is None or trigger.of is None:
        return col(taken), None
    sums = _PAID.format(open=compilation.name("open"), facts=facts)
    paid_table = f"{facts}:paid"
    create(compilation, paid_table, sums, "what had come by the end of each period")
    paid = frame.fresh("paid")
    frame.join(table(paid_table), {"period": col("@period"), "event": col("@event")}, {paid: "paid"})
    of = numeric(trigger.of, LineScope(compilation, plan, frame, said.each))
    share = frame.pin(
        frac.quotient(Num(exp.Coalesce(this=col(paid), expressions=[frac.integer(0)]), part.denominator), frame.pin(of))
    )
    share = frame.pin(frac.choose([(share.is_missing, frac.ZERO)], share))
    share = frame.pin(
        frac.extreme([frame.pin(frac.extreme([share, frac.ONE], largest=False)), frac.ZERO], largest=True)
    )
    return col(taken), share


_PAID = """
SELECT e.period, t.event, CAST(SUM(t.part) AS HUGEINT) AS paid
FROM "{open}" e JOIN "{facts}" t ON t.day < e."end" GROUP BY e.period, t.event
"""
_RELEASED = """
WITH held AS (
    SELECT d.*, CASE WHEN starts_with(d.payee, 'vacant:') THEN 'the seat is vacant' ELSE h.reason END AS reason
    FROM "{due}" d LEFT JOIN (
        SELECT * REPLACE ({component} AS component) FROM holds WHERE plan = '{plan}'
    ) h ON h.payee = d.payee AND (h.component IS NULL OR h.component = '' OR h.component = d.component)
       AND (h.source IS NULL OR h.source = '' OR h.source = d.source) AND h.valid_from < d."end" AND d."end" <=
           h.valid_to
), once AS (
    SELECT component, payee, source, earning_period, part, period, place, due_on, whole, released, MIN(reason) AS
        reason FROM held GROUP BY ALL
), before AS (
    SELECT {component} AS component, payee, source, earning_period, part, CAST(SUM(amount) AS HUGEINT) AS amount
    FROM ledger_releases
        WHERE plan = '{plan}' GROUP BY ALL
), moved AS (
    SELECT o.*, o.released - COALESCE(LAG(o.released) OVER (PARTITION BY o.component, o.payee, o.source,
        o.earning_period, o.part ORDER BY o.place), b.amount, 0::HUGEINT) AS amount
    FROM (SELECT * FROM once WHERE reason IS NULL) o LEFT JOIN before b
      ON b.component = o.component AND b.payee = o.payee AND b.source = o.source AND b.earning_period =
          o.earning_period AND b.part = o.part
), last AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY component, payee, source, earning_period, part ORDER BY place DESC) AS
        turn, MIN(due_on) OVER (PARTITION BY component, payee, source, earning_period, part) AS first_due FROM once
), gone AS (
    SELECT component, payee, source, earning_period, part, SUM(amount) AS amount FROM moved GROUP BY ALL
)
SELECT component, payee, source, earning_period, part, due_on, period AS pay_period, amount, 'released' AS state, ''
    AS reason FROM moved WHERE amount <> 0
UNION ALL
SELECT l.component, l.payee, l.source, l.earning_period, l.part,
    CASE WHEN starts_with(l.payee, 'vacant:') THEN l.first_due ELSE l.due_on END AS due_on, NULL AS pay_period,
    l.whole - COALESCE(g.amount, 0::HUGEINT) - COALESCE(b.amount, 0::HUGEINT) AS amount,
       CASE WHEN starts_with(l.payee, 'vacant:') THEN 'held'
            WHEN l.reason IS NULL OR l.released = COALESCE(g.amount, 0::HUGEINT) + COALESCE(b.amount, 0::HUGEINT)
            THEN 'waiting' ELSE 'held' END AS state, COALESCE(l.reason, '') AS reason
FROM last l
LEFT JOIN gone g ON g.component = l.component AND g.payee = l.payee AND g.source = l.source AND g.earning_period =
    l.earning_period AND g.part = l.part
LEFT JOIN before b ON b.component = l.component AND b.payee = l.payee AND b.source = l.source AND b.earning_period =
    l.earning_period AND b.part = l.part
WHERE l.turn = 1 AND l.whole - COALESCE(g.amount, 0::HUGEINT) - COALESCE(b.amount, 0::HUGEINT) <> 0
"""
