"""Clawback: a reversal takes back what its original was paid, in proportion, as far as the deadline allows.

Several reversals of one original share its line: together they take at most what was paid.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp, parse_one

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import add_days, add_months, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import PlaceScope
from attain.engine.sql import any_of, case, cast
from attain.engine.stages.credit import credits
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
    frame = Frame(
        exp.select(exp.Star())
        .from_(table(ordinary), copy=False)
        .where(exp.Not(this=frac.is_null(col("@reverses"))), copy=False)
    )
    _with_original(compilation, frame, [ordinary, *earlier], name)
    _reversed(compilation, plan, target, name)
    with_reversed(frame, target)
    frame.join(
        _sub(_TAKEN_EARLIER.format(lines=" UNION ALL ".join(f'SELECT * FROM "{one}"' for one in earlier)))
        if earlier
        else _sub(_NOTHING_EARLIER),
        {"payee": col("payee"), "source": original_source()},
        {"o.taken": "taken"},
    )
    has = frame.add(
        "has",
        exp.Not(
            this=exp.Paren(
                this=any_of(
                    frac.is_null(col("o.amount")),
                    frac.is_null(col("reversed")),
                    exp.EQ(this=col("@original_amount"), expression=frac.integer(0)),
                )
            )
        ),
    )
    taken = _taken(compilation, plan, clawback, frame)
    # What goes beyond the original amount takes nothing: the reversed amounts count up to minus the original.
    within = frame.add("within", _at_most("reversed"))
    without = frame.add("without", _at_most("reversed before"))
    part = Num(exp.Paren(this=exp.Sub(this=within, expression=without)))
    ratio = frac.quotient(part, Num(cast(col("@original_amount"), frac.WIDE)))
    paid = Num(cast(col("o.amount"), frac.WIDE), 10**compilation.places)
    exact = frame.pin(frac.product(frac.product(paid, frame.pin(ratio)), taken))
    result = frame.pin(frac.choose([(has, exact)], Num(col("exact"), 1, col("exact/"))))
    amount = _rounded_together(compilation, plan, frame, name, exact, has)
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
    reversals = f"{target}:reversals"
    compilation.database.create(
        reversals, exp.select(*columns).from_(inner, copy=False), f"reversals of {name}, taking back what was paid"
    )
    compilation.database.view(
        target, _TOGETHER.format(columns=_COLUMNS, ordinary=ordinary, reversals=reversals), f"lines of {name}"
    )


_COLUMNS = ", ".join(f'"{column}"' for column in LINE)
_TOGETHER = """
SELECT {columns} FROM "{ordinary}" WHERE "@reverses" IS NULL AND "@wanted"
UNION ALL SELECT {columns} FROM "{reversals}"
"""


def _with_original(compilation: Compilation, frame: Frame, tables: Sequence[str], name: str) -> None:
    """The amount of the original line as it is paid: within its limit and budget, and with an override."""
    paid = [
        exp.select(*map(col, ("payee", "source", "amount", "period")))
        .from_(table(one), copy=False)
        .where(_no_reversal(), copy=False)
        for one in tables
    ]
    originals: exp.Query = paid[0]
    for more in paid[1:]:
        originals = exp.union(originals, more, distinct=False)
    frame.join(
        exp.Subquery(this=originals, alias=exp.TableAlias(this=exp.to_identifier("o"))),
        {"payee": col("payee"), "source": original_source()},
        {"o.computed": "amount", "o.source": "source", "o.period": "period"},
    )
    replaced = {"payee": col("payee"), "source": col("o.source"), "earning_period": col("o.period")}
    frame.join(
        table(overrides(compilation)), {"component": exp.Literal.string(name), **replaced}, {"o.override": "amount"}
    )
    frame.add("o.amount", exp.Coalesce(this=col("o.override"), expressions=[col("o.computed")]))


def _no_reversal() -> exp.Expr:
    """What takes back a reversal is an ordinary credit: it brings the deal to life again."""
    return frac.is_null(col("original"))


def _reversed(compilation: Compilation, plan: Plan, target: str, name: str) -> None:
    """What the reversals of the same original have reversed, with and without this one, in the order of credits of all
    versions. The amounts are those that the facts state, read as the plan of this reversal reads them."""
    credit_set = str(plan.components[name].each)
    stated = compilation.name(compilation.index(plan), "all", credit_set)
    query = _REVERSED.format(credits=credits(compilation, credit_set).table, stated=stated)
    compilation.database.create(f"{target}:reversed", query, f"what is reversed of each original of {name}")


def with_reversed(frame: Frame, target: str) -> None:
    """Adds to reversals what they take back: what is reversed of the original, and its own date and amount."""
    own = {column: column for column in ("@original_date", "@original_amount")}
    frame.join(
        table(f"{target}:reversed"),
        {"credit": col("source"), "payee": col("payee")},
        {"reversed": "reversed", "reversed before": "reversed_before", **own},
    )


_REVERSED = """
SELECT "@credit" AS credit, "@payee" AS payee, reversed, reversed - own AS reversed_before, "@original_date",
       "@original_amount"
FROM (
    SELECT c."@credit", c."@payee", c."@original_date", c."@original_amount", CAST(e."@stated" AS HUGEINT) AS own,
           CAST(SUM(e."@stated") OVER (
               PARTITION BY c."@payee", c."@reverses", c."@rule", c."@level", c."@via" ORDER BY c."@date", c."@event"
               ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS HUGEINT) AS reversed
    FROM "{credits}" c JOIN "{stated}" e ON e."@event" = c."@event"
    WHERE c."@reverses" IS NOT NULL AND c."@date" >= c."@original_date"
) r
"""
_TAKEN_EARLIER = """
SELECT payee, original || substr(source, length(event) + 1) AS source, CAST(SUM(amount) AS HUGEINT) AS taken
FROM ({lines}) l WHERE kind = 'clawback' GROUP BY ALL
"""
_NOTHING_EARLIER = "SELECT '' AS payee, '' AS source, 0::HUGEINT AS taken WHERE FALSE"


def _sub(text: str) -> exp.Subquery:
    found = parse_one(text, dialect="duckdb", into=exp.Select)
    return exp.Subquery(this=found, alias=exp.TableAlias(this=exp.to_identifier("s")))


def _at_most(column: str) -> exp.Expr:
    """The reversed amount, at most minus the original amount."""
    whole = exp.Neg(this=exp.Paren(this=cast(col("@original_amount"), frac.WIDE)))
    negative = exp.LT(this=col("@original_amount"), expression=frac.integer(0))
    least = exp.Least(this=col(column), expressions=[whole.copy()])
    most = exp.Greatest(this=col(column), expressions=[whole])
    return case().when(negative, least, copy=False).else_(most, copy=False)


def _rounded_together(
    compilation: Compilation, plan: Plan, frame: Frame, name: str, exact: Num, has: exp.Expr
) -> exp.Expr:
    """Lines of the reversals of one original are differences of their rounded running sum, which ends at that line."""
    said = plan.components[name]
    places = compilation.places if said.round is None else min(said.round, compilation.places)
    size = 10 ** (compilation.places - places)
    mine = frame.pin(frac.choose([(has, Num(exact.numerator, exact.denominator))], frac.ZERO))
    running = exp.Window(
        this=exp.Sum(this=mine.numerator),
        partition_by=[col("payee"), original_source()],
        order=exp.Order(expressions=[exp.Ordered(this=col("credited_on")), exp.Ordered(this=col("event"))]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )
    here = frame.pin(Num(cast(running, frac.WIDE), mine.denominator, exact.divisor))
    own = Num(mine.numerator, mine.denominator, exact.divisor)
    before = Num(exp.Coalesce(this=col("o.taken"), expressions=[frac.integer(0)]), 10**compilation.places)

    def upto(value: Num) -> exp.Expr:
        cents = frac.times_int(frac.rounded(frame.pin(frac.plus(before, value)), places, mode_of(plan)), size)
        whole = exp.Neg(this=exp.Paren(this=cast(col("o.amount"), frac.WIDE)))
        negative = exp.LT(this=col("o.amount"), expression=frac.integer(0))
        least = exp.Least(this=cents.copy(), expressions=[whole.copy()])
        most = exp.Greatest(this=cents, expressions=[whole])
        return exp.Paren(this=case().when(negative, least, copy=False).else_(most, copy=False))

    return exp.Sub(this=upto(here), expression=upto(frac.minus(here, own)))


def original_source() -> exp.Expr:
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
