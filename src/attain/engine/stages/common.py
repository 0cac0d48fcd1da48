"""What the lines of a component have in common in the order of credits: running rounding, and one budget for everybody.

Both count through all versions of the plan. Lines that take something back stand outside.
"""

from __future__ import annotations

from sqlglot import exp, parse_one

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import PlaceScope
from attain.engine.sql import all_of, any_of, case
from attain.engine.stages import reward
from attain.engine.stages.clawback import original_source
from attain.engine.stages.credit import credits
from attain.engine.stages.overrides import overrides
from attain.plans.model import BudgetLimit, Component, Plan

ORDER = ("credited_on", "event", "rule", "level", "payee", "via", "source")


def share_among_lines(compilation: Compilation, plan: Plan, name: str, lines: str, target: str) -> bool:
    """Rounds and cuts the lines together; `target` knows which of them take something back. Says whether it did."""
    limit = plan.components[name].limit
    if rounds_together(plan):
        _round_together(compilation, plan, name, lines, target)
    if isinstance(limit, BudgetLimit):
        _within_budget(compilation, plan, limit, lines, target, name)
    return is_shared(plan, name)


def is_shared(plan: Plan, name: str) -> bool:
    """Whether the lines of the component are rounded or cut together."""
    return rounds_together(plan) or isinstance(plan.components[name].limit, BudgetLimit)


def rounds_together(plan: Plan) -> bool:
    return plan.policies.rounding is not None and plan.policies.rounding.scope == "running"


def earlier(compilation: Compilation, plan: Plan, name: str) -> list[tuple[Plan, Component]]:
    """The versions before this one in which the component is paid for each credit."""
    versions = compilation.versions[: compilation.index(plan)]
    having = [(version, version.components[name]) for version in versions if name in version.components]
    return [(version, said) for version, said in having if said.each is not None]


def _in_order(compilation: Compilation, plan: Plan, name: str, lines: str, target: str) -> Frame:
    """The lines with what orders them, and `takes_back`."""
    frame = Frame(exp.select(exp.Star()).from_(table(lines), copy=False))
    found = credits(compilation, str(plan.components[name].each))
    ordered = {"rule": "@rule", "level": "@level", "via": "@via"}
    frame.join(table(found.table), {"@credit": col("source"), "@payee": col("payee")}, ordered)
    frame.join(table(target), {"source": col("source"), "payee": col("payee")}, {"kind now": "kind"})
    frame.add(
        "takes_back",
        any_of(
            exp.EQ(this=col("kind now"), expression=exp.Literal.string("clawback")),
            frac.is_null(col("kind now")),  # kept for the reversal's sake, though its own condition is not met
        ),
    )
    return frame


def _replace(compilation: Compilation, frame: Frame, lines: str, meaning: str) -> None:
    columns = [col(column) for column in compilation.database.columns(lines)]
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("b")))
    compilation.database.create(lines, exp.select(*columns).from_(inner, copy=False), meaning)


# -- running rounding --------------------------------------------------------------------------------------------------


def _round_together(compilation: Compilation, plan: Plan, name: str, lines: str, target: str) -> None:
    """Lines of a payee and pay period that sum to their rounded exact total."""
    said = plan.components[name]
    frame = _in_order(compilation, plan, name, lines, target)
    zero = frac.integer(0)
    own = case().when(col("takes_back"), zero, copy=False).else_(col("exact"), copy=False)
    frame.add("own exact", exp.Coalesce(this=own, expressions=[zero]))
    total = exp.Window(
        this=exp.Sum(this=col("own exact")),
        partition_by=[col("payee"), col("period")],
        order=exp.Order(expressions=[exp.Ordered(this=col(column)) for column in ORDER]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )
    after = Num(frame.add("exact total", total), 1, col("exact/"))
    for place, source in enumerate(rounded_before(compilation, plan, name)):
        taken = {f"sum {place}": "exact", f"sum {place}/": "exact/"}
        frame.join(
            exp.Subquery(this=parse_one(source, dialect="duckdb"), alias=exp.TableAlias(this=exp.to_identifier("e"))),
            {"payee": col("payee"), "period": col("period")},
            taken,
        )
        there = exp.Not(this=frac.is_null(col(f"sum {place}")))
        before = frac.choose([(there, Num(col(f"sum {place}"), 1, col(f"sum {place}/")))], frac.ZERO)
        after = frame.pin(frac.plus(after, frame.pin(before)))
    without = frame.pin(frac.minus(after, Num(col("own exact"), 1, col("exact/"))))
    both = [exp.Paren(this=reward.minor(compilation, plan, said, part)) for part in (after, without)]
    change = frame.add("change", exp.Sub(this=both[0], expression=both[1]))
    keeps = any_of(col("takes_back"), frac.is_null(col("amount")))
    frame.add("rounded", case().when(keeps, col("amount"), copy=False).else_(change, copy=False))
    frame.rename("rounded", "amount")
    _replace(compilation, frame, lines, f"lines of {name} rounded together")


def rounded_before(compilation: Compilation, plan: Plan, name: str) -> list[str]:
    """What earlier versions have rounded together, by `payee` and `period`: a query for each version."""
    return [
        _EXACT.format(lines=reward.component(compilation, version, name))
        for version, _ in earlier(compilation, plan, name)
        if rounds_together(version)
    ]


_EXACT = """
SELECT payee, period, CAST(SUM(exact) AS HUGEINT) AS exact, MAX("exact/") AS "exact/"
FROM "{lines}" WHERE kind = 'line' AND exact IS NOT NULL GROUP BY ALL
"""


# -- a budget ----------------------------------------------------------------------------------------------------------

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
    """Cuts `lines` to a common budget, in the order of credits."""
    frame = _in_order(compilation, plan, name, lines, target)
    scope = BudgetScope(compilation, plan, frame)
    frame.add("budget", frac.rounded(scope.pin(numeric(limit.budget, scope)), compilation.places))
    if "@reverses" in compilation.database.columns(lines):
        _take_back_what_was_paid(compilation, frame, lines, name)
    counted = case().when(col("takes_back"), frac.integer(0), copy=False).else_(col("amount"), copy=False)
    frame.add("counted", exp.Coalesce(this=counted, expressions=[frac.integer(0)]))
    spread = f"{target}:budget"
    compilation.database.create(spread, frame.query(), f"lines of {name} beside their budget")
    spent = spent_before(compilation, plan, name)
    text = _BUDGET.format(crossing=limit.crossing, table=spread, order=", ".join(ORDER), spent=spent)
    inner = parse_one(text, dialect="duckdb")
    if isinstance(inner, exp.Query):
        columns = [col(column) for column in compilation.database.columns(lines)]
        query = exp.select(*columns).from_(
            exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("b"))), copy=False
        )
        compilation.database.create(lines, query, f"lines of {name} within its budget")


def _take_back_what_was_paid(compilation: Compilation, frame: Frame, lines: str, name: str) -> None:
    """A line that waits for its budget was not paid, unless somebody decided its amount: its reversal takes nothing
    back, but is a line of its own."""
    frame.join(
        table(overrides(compilation)),
        {
            "component": exp.Literal.string(name),
            "payee": col("payee"),
            "source": col("source"),
            "earning_period": col("period"),
        },
        {"decided": "override"},
    )
    waiting = f"{lines}:waiting"
    waits = all_of(frac.is_null(col("budget")), frac.is_null(col("decided")))
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("w")))
    query = (
        exp.select(named(col("payee"), "w.payee"), named(col("source"), "w.source"))
        .from_(inner, copy=False)
        .where(waits, copy=False)
    )
    compilation.database.create(waiting, query, f"lines of {name} that wait for their budget")
    on = {"w.payee": col("payee"), "w.source": original_source()}
    frame.join(table(waiting), on, {"original waits": "w.source"})
    frame.add("still takes", all_of(col("takes_back"), frac.is_null(col("original waits"))))
    frame.rename("still takes", "takes_back")


def spent_before(compilation: Compilation, plan: Plan, name: str) -> str:
    """SQL for what the lines of earlier versions have used of the budget, whether they had one or not."""
    sums = ["0::HUGEINT"]
    for version, said in earlier(compilation, plan, name):
        lines = reward.component(compilation, version, name)
        counted = f"SELECT amount AS counted FROM \"{lines}\" WHERE kind = 'line'"
        if isinstance(said.limit, BudgetLimit):
            counted = f'SELECT counted FROM "{lines}:budget"'
        sums.append(f"(SELECT COALESCE(CAST(SUM(counted) AS HUGEINT), 0::HUGEINT) FROM ({counted}) c)")
    return f"({' + '.join(sums)})"
