"""Measure: what each payee, team or company has accumulated, at every credit and at every period.

`<plan>:<version>:measured:<set>`  the credits with, for each measure m of the set, its value, window, subject and
                                   running sums (`m.v`, `m.w`, `m.s`, `m.after`, `m.total`); windows have a ROWS frame
                                   over the total order. A view: a sum that one reader needs is worked out there
`<plan>:<version>:<m>:<kind>`      key (subject, period): `value` to the period's end, `part` of the period, `total`
                                   of the window
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp, parse_one

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import add_months, condition, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.load import KINDS
from attain.engine.placing import computes
from attain.engine.scopes_credit import CreditBase
from attain.engine.sql import all_of, case, cast
from attain.engine.stages import quota as quotas
from attain.engine.stages.credit import ORDER, credit_id, credits
from attain.engine.stages.rows import group_rows, payee_rows
from attain.kernel.errors import PlanError
from attain.plans.model import Component, Measure, Plan, Value
from attain.plans.reading import names_read

LONG_AGO = "0001-01-01"
NO_TEAM = "no team: "
"""Stands before a payee whose credit counts for no team."""


@dataclass(frozen=True)
class Measured:
    """A credit table with the running sums of its measures. `scales` has the denominator of each measure."""

    table: str
    scales: dict[str, int]


def credit_set_of(plan: Plan, measure: str) -> str:
    return plan.measures[measure].credits


def window_kind(plan: Plan, measure: Measure) -> str:
    return measure.over.kind if measure.over is not None else plan.period


def is_rolling(measure: Measure) -> bool:
    return measure.over is not None and measure.over.kind == "rolling"


def rolling_months(measure: Measure) -> int:
    """How many months the window of a rolling measure has."""
    return measure.over.months or 1 if measure.over is not None else 1


def is_reset(plan: Plan, measure: Measure) -> bool:
    """Whether the windows of the measure are cut where its quota changes."""
    from_decisions = (
        measure.quota is not None and measure.quota not in plan.parameters and measure.quota not in plan.values
    )
    return from_decisions and plan.policies.quota_change == "reset"


def measured(compilation: Compilation, plan: Plan, credit_set: str) -> Measured:
    name = compilation.name(compilation.index(plan), "measured", credit_set)
    if name not in compilation.known:
        compilation.known[name] = _measured(compilation, plan, credit_set, name)
    return compilation.known[name]  # type: ignore[return-value]


def _measured(compilation: Compilation, plan: Plan, credit_set: str, name: str) -> Measured:
    found = credits(compilation, credit_set)
    # The id is a long text that follows from other columns: no window carries it along.
    narrow = exp.Star(**{"except_": [exp.to_identifier("@credit", quoted=True)]})
    frame = Frame(exp.select(narrow).from_(table(found.table), copy=False), "m")
    scope = CreditBase(compilation, plan, frame, credit_set)
    frame.join(table(compilation.days), {"day": col("@date")}, {f"@{kind}": kind for kind in KINDS})
    here = {each: measure for each, measure in plan.measures.items() if measure.credits == credit_set}
    scales = {each: _add_measure(compilation, plan, each, measure, frame, scope) for each, measure in here.items()}
    kept = _kept(plan, here, credit_set)
    if kept:
        for each in kept:
            _add_sums(frame, each, _order(plan, here[each]))
        stored = f"{name}:stored"
        compilation.database.create(stored, frame.query(), f"running sums over {credit_set}")
        for each in kept:
            if is_rolling(here[each]):
                _add_rolling(compilation, stored, each, rolling_months(here[each]))
        frame = Frame(exp.select(exp.Star()).from_(table(stored), copy=False), "n")
    for each in here:
        if each not in kept:
            _add_sums(frame, each, _order(plan, here[each]))
    frame.add("@credit", credit_id())
    text = frame.query().sql(dialect="duckdb", copy=False)
    compilation.database.view(name, text, f"{credit_set} with what had been accumulated at each credit")
    return Measured(name, scales)


def _kept(plan: Plan, here: Mapping[str, Measure], credit_set: str) -> list[str]:
    """The measures whose running sums are worth storing: those that are read more than once at these credits.

    The others are summed where they are read, over the columns that are needed there, or not at all.
    """
    parts: list[Component | Value] = [said for said in plan.components.values() if said.each == credit_set]
    parts += [said for said in plan.values.values() if said.each == credit_set]
    through = names_read([said for said in plan.values.values() if said.each is None and said.per is None])

    def reads(part: object, measure: str) -> bool:
        names = names_read(part)
        return measure in names or (measure in through and not names.isdisjoint(plan.values))

    return [
        name for name, measure in here.items() if is_rolling(measure) or sum(reads(part, name) for part in parts) > 1
    ]


@computes("measures")
def _add_measure(
    compilation: Compilation, plan: Plan, name: str, measure: Measure, frame: Frame, scope: CreditBase
) -> int:
    zero = frac.integer(0)
    value = _added(compilation, plan, name, measure, frame, scope)
    frame.add(f"{name}.s", _subject(compilation, plan, measure, frame))
    amount: exp.Expr = exp.Coalesce(this=value.numerator, expressions=[zero])
    if measure.for_ == "team":
        alone = exp.StartsWith(this=col(f"{name}.s"), expression=exp.Literal.string(NO_TEAM))
        amount = case().when(alone, zero, copy=False).else_(amount, copy=False)
    frame.add(f"{name}.v", amount)
    own = measure.for_ == "payee" and plan.policies.follows == "person"  # the sum of a seat is cut where its amount is
    whose: list[exp.Expr] = [col("@person"), col("@held")] if own else [col(f"{name}.s")]
    frame.add(f"{name}.w", _window(compilation, plan, measure, frame, whose, col("@date")))
    return value.denominator


def _order(plan: Plan, measure: Measure) -> list[str]:
    """The total order of credits, without the payee where each sum is of one payee."""
    of_payee = measure.for_ == "payee" and plan.policies.follows != "position"
    return [column for column in ORDER if not (of_payee and column == "@payee")]


def _add_sums(frame: Frame, name: str, columns: Sequence[str]) -> None:
    order = exp.Order(expressions=[exp.Ordered(this=col(column)) for column in columns])
    rows = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    groups = [col(f"{name}.s"), col(f"{name}.w")]
    frame.add(
        f"{name}.after", exp.Window(this=exp.Sum(this=col(f"{name}.v")), partition_by=groups, order=order, spec=rows)
    )
    frame.add(f"{name}.total", exp.Window(this=exp.Sum(this=col(f"{name}.v")), partition_by=list(groups)))


def _added(compilation: Compilation, plan: Plan, name: str, measure: Measure, frame: Frame, scope: CreditBase) -> Num:
    """What each credit adds: of an earlier version what that version's measure of this name counted."""
    branches = []
    for version in compilation.versions:
        said = version.measures.get(name)
        if said is not None and said.credits == measure.credits:
            own = scope if version is plan else CreditBase(compilation, version, frame, measure.credits)
            counts = _counts(version, said, own)
            if len(compilation.versions) > 1:
                of_version = exp.EQ(this=col("@version"), expression=exp.Literal.number(compilation.index(version)))
                counts = all_of(of_version, counts)
            branches.append((counts, _value(version, name, said, own)))
    return frame.pin(frac.choose(branches, frac.ZERO))


def _counts(plan: Plan, measure: Measure, scope: CreditBase) -> exp.Expr:
    counts = condition(measure.where, scope) if measure.where is not None else exp.true()
    clawback = plan.settlement.clawback
    kept = clawback is not None and clawback.attainment == "kept"
    return all_of(counts, frac.is_null(col("@reverses"))) if kept else counts


def _value(plan: Plan, name: str, measure: Measure, scope: CreditBase) -> Num:
    if measure.count is not None:
        return frac.ONE
    value = numeric(measure.of, scope) if measure.of is not None else scope.amount(measure.amount)
    if value.divisor is not None:
        raise PlanError(
            f"The measure `{name}` adds values that are divided by data and not rounded.",
            code="plan.inexact-measure",
            hint="Write round(…, 6) around the division.",
        )
    return value


def _subject(compilation: Compilation, plan: Plan, measure: Measure, frame: Frame, seat: str = "@position") -> exp.Expr:
    """Whose sum it is. A credit adds to the seat that was credited; what is read is that of the seat held."""
    if measure.for_ == "company":
        return exp.Literal.string("company")
    if measure.for_ == "team":
        team = team_of(compilation, frame, col("@payee"), col("@seated"), col("@date"))
        alone = exp.Concat(expressions=[exp.Literal.string(NO_TEAM), col("@payee")])
        return exp.Coalesce(this=team, expressions=[alone])
    return col(seat) if plan.policies.follows == "position" else col("@payee")


_TEAM = """
SELECT MIN("t.team") FROM (
    SELECT team AS "t.team", member AS "t.member", valid_from AS "t.from", valid_to AS "t.to" FROM teams
) t WHERE "t.member" IN ({payee}, {position}) AND "t.from" <= {day} AND {day} < "t.to"
"""


def team_of(compilation: Compilation, frame: Frame, payee: exp.Expr, position: exp.Expr, day: exp.Expr) -> exp.Expr:
    """The payee's team on the day, by person or by the position held; of several the first by name."""
    name = frame.fresh("team")
    outer = {
        label: frame.add(f"{name}.{label}", each)
        for label, each in (("payee", payee), ("position", position), ("day", day))
    }
    text = _TEAM.format(**{label: each.sql(dialect="duckdb") for label, each in outer.items()})
    return frame.add(name, exp.Subquery(this=parse_one(text, dialect="duckdb")))


def _window(
    compilation: Compilation,
    plan: Plan,
    measure: Measure,
    frame: Frame,
    subjects: list[exp.Expr],
    day: exp.Expr,
    period: str = "@",
) -> exp.Expr:
    """The window's name for a row: its period, column or the whole plan; cut where the quota changes when that is
    the policy."""
    kind = window_kind(plan, measure)
    if kind in ("plan", "rolling"):
        window: exp.Expr = exp.Literal.string("plan")
    elif kind == "column":
        window = exp.Coalesce(
            this=cast(col(str(measure.over.column if measure.over else "")), "VARCHAR"),
            expressions=[exp.Literal.string("")],
        )
    else:
        window = col(f"{period}{kind}")
    if not is_reset(plan, measure):
        return window
    found = quotas.figures(compilation, plan, measure.model_copy(update={"against": "full"}))
    _, since = quotas.join(frame, found, subjects, window, day)
    start = (
        exp.Coalesce(this=since, expressions=[cast(exp.Literal.string(LONG_AGO), "DATE")])
        if since is not None
        else exp.Literal.string("")
    )
    return exp.Concat(expressions=[window, exp.Literal.string("/"), cast(start, "VARCHAR")])


_ROLLING = """
WITH numbered AS (SELECT *, ROW_NUMBER() OVER (ORDER BY {order}) AS turn FROM "{table}"),
rolled AS (
    SELECT c.turn, CAST(SUM(o."{m}.v") AS HUGEINT) AS rolled FROM numbered c JOIN numbered o
      ON o."{m}.s" = c."{m}.s" AND o.turn <= c.turn AND o."@date" >= {first}
    GROUP BY c.turn
), whole AS (
    SELECT c."{m}.s" AS subject, c."@date" AS day, CAST(SUM(o."{m}.v") AS HUGEINT) AS whole
    FROM (SELECT DISTINCT "{m}.s", "@date" FROM numbered) c JOIN numbered o
      ON o."{m}.s" = c."{m}.s" AND o."@date" <= c."@date" AND o."@date" >= {first}
    GROUP BY c."{m}.s", c."@date"
)
SELECT n.* EXCLUDE (turn) REPLACE (r.rolled AS "{m}.after", w.whole AS "{m}.total") FROM numbered n
LEFT JOIN rolled r ON r.turn = n.turn LEFT JOIN whole w ON w.subject = n."{m}.s" AND w.day = n."@date"
"""
_FIRST_DAY = "CAST(CAST({day} + 1 AS DATE) - to_months({months}) AS DATE)"
"""Of the months that end with a day: those that end on 28 February begin on the first."""
_SUMS_TO_DAY = """
SELECT "roll.s", "roll.day", CAST(SUM(added) OVER (PARTITION BY "roll.s" ORDER BY "roll.day") AS HUGEINT) AS "roll.sum"
FROM (
    SELECT "{m}.s" AS "roll.s", "@date" AS "roll.day", SUM("{m}.v") AS added FROM "{table}" GROUP BY "{m}.s", "@date"
) d
"""
_ROLLED = """
COALESCE((SELECT MAX_BY("roll.sum", "roll.day") FROM "{sums}" WHERE "roll.s" = ({subject}) AND "roll.day" <= "@date"),
    CAST(0 AS INT128))
- COALESCE((SELECT MAX_BY("roll.sum", "roll.day") FROM "{sums}" WHERE "roll.s" = ({subject}) AND "roll.day" < {first}),
    CAST(0 AS INT128))
"""


def rolled_at(compilation: Compilation, measured: Measured, name: str, months: int, subject: exp.Expr) -> exp.Expr:
    """The months that end with a row's `@date`, for a row that is no credit of the measured set.

    The difference of two sums to a day: a row that the database looks up twice is not counted twice.
    """
    sums = f"{measured.table}:{name}:sums"
    if sums not in compilation.known:
        text = _SUMS_TO_DAY.format(m=name, table=measured.table)
        compilation.database.create(sums, text, f"{name} to the day")
        compilation.known[sums] = True
    first = _FIRST_DAY.format(day='"@date"', months=months)
    text = _ROLLED.format(sums=sums, subject=subject.sql(dialect="duckdb"), first=first)
    return exp.Paren(this=parse_one(text, dialect="duckdb"))


def _add_rolling(compilation: Compilation, name: str, measure: str, months: int) -> None:
    order = ", ".join(f'"{column}"' for column in ORDER)
    first = _FIRST_DAY.format(day='c."@date"', months=months)
    text = _ROLLING.format(m=measure, first=first, order=order, table=name)
    compilation.database.create(name, text, f"rolling {months} months of {measure}")


# -- at periods --------------------------------------------------------------------------------------------------------


def at_period(compilation: Compilation, plan: Plan, name: str, kind: str) -> str:
    """The table of a measure at the periods of a kind."""
    target = compilation.name(compilation.index(plan), name, kind)
    if target not in compilation.known:
        _at_period(compilation, plan, name, plan.measures[name], kind, target)
        compilation.known[target] = True
    return target


_AT_PERIOD = """
WITH rows_of AS ({rows}),
sums AS (
    SELECT m."{m}.s" AS subject, m."{m}.w" AS window_id, p.place, SUM(m."{m}.v") AS amount
    FROM "{measured}" m JOIN "{days}" d ON d.day = m."@date" JOIN "{periods}" p ON p.period = d."{kind}"
    GROUP BY ALL
)
SELECT r.subject, r.period,
       COALESCE(SUM(CASE WHEN s.window_id = r.window_id AND s.place <= r.place THEN s.amount END), 0::HUGEINT) AS value,
       COALESCE(SUM(CASE WHEN s.place = r.place THEN s.amount END), 0::HUGEINT) AS part,
       COALESCE(SUM(CASE WHEN s.window_id = r.window_id THEN s.amount END), 0::HUGEINT) AS total
FROM rows_of r LEFT JOIN sums s ON s.subject = r.subject AND (s.window_id = r.window_id OR s.place = r.place)
GROUP BY r.subject, r.period
"""

_ROLLING_AT_PERIOD = """
WITH rows_of AS ({rows})
SELECT r.subject, r.period, COALESCE(SUM(CASE WHEN m."@date" >= r.first_day THEN m."{m}.v" END), 0::HUGEINT) AS value,
       COALESCE(SUM(CASE WHEN m."@date" >= r.start THEN m."{m}.v" END), 0::HUGEINT) AS part,
       COALESCE(SUM(CASE WHEN m."@date" >= r.first_day THEN m."{m}.v" END), 0::HUGEINT) AS total
FROM (SELECT *, CAST("end" - to_months({months}) AS DATE) AS first_day FROM rows_of) r
LEFT JOIN "{measured}" m ON m."{m}.s" = r.subject AND m."@date" < r."end" AND m."@date" >= LEAST(r.first_day, r.start)
GROUP BY r.subject, r.period
"""


@computes("measures")
def _at_period(compilation: Compilation, plan: Plan, name: str, measure: Measure, kind: str, target: str) -> None:
    source = measured(compilation, plan, measure.credits)
    rows = _rows_with_windows(compilation, plan, measure, kind)
    rolling = is_rolling(measure)
    text = (_ROLLING_AT_PERIOD if rolling else _AT_PERIOD).format(
        rows=rows,
        m=name,
        measured=source.table,
        days=compilation.days,
        periods=compilation.periods(kind),
        kind=kind,
        months=measure.over.months if measure.over else 0,
    )
    compilation.database.create(target, text, f"{name} by {kind}")


def _rows_with_windows(compilation: Compilation, plan: Plan, measure: Measure, kind: str) -> str:
    grouped = measure.for_ != "payee"
    by_position = not grouped and plan.policies.follows == "position"
    subject = "subject" if grouped else ("position" if by_position else "payee")
    base = group_rows(compilation, measure.for_, kind) if grouped else payee_rows(compilation, kind)
    frame = Frame(exp.select(exp.Star()).from_(table(base), copy=False))
    subjects: list[exp.Expr] = [col(subject)] if grouped or by_position else [col("person"), col("position")]
    if measure.over is not None and measure.over.kind == "column":
        raise PlanError(
            f"A measure over `{measure.over.column}` can be read at a credit only.",
            code="plan.wrong-place",
        )
    last = exp.Sub(this=col("end"), expression=exp.Literal.number(1))
    frame.add("window_id", _window(compilation, plan, measure, frame, subjects, last, period="in_"))
    columns = [
        named(col(subject), "subject"),
        *(col(column) for column in ("period", "place", "start", "end", "window_id")),
    ]
    query = (
        exp.select(*columns)
        .distinct(copy=False)
        .from_(exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f"))), copy=False)
    )
    return query.sql(dialect="duckdb")


__all__ = ["Measured", "add_months", "at_period", "credit_set_of", "is_reset", "measured", "team_of", "window_kind"]
