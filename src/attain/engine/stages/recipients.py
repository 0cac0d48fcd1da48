"""The first half of credit: for every event, who is named, by which rule and with which share.

Writes `<plan>:<version>:recipients:<set>`, a row for each recipient that could be found (@payee) or not (missing
@payee).
Shares are whole numbers over one denominator, so that `rest` and sums are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

import sqlglot
from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import Plain, compiled, condition, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import FactScope
from attain.engine.sql import all_of, any_of, case, cast
from attain.kernel.errors import PlanError
from attain.plans.expressions import Expr
from attain.plans.model import CreditRule, CreditSet, Plan

OWN = (
    "event",
    "rule",
    "role",
    "level",
    "direct",
    "payee",
    "position",
    "held",
    "seated",
    "person",
    "title",
    "territory",
    "unit",
    "via",
    "credit",
    "share",
    "share_over",
    "date",
    "recipient",
    "reverses",
    "original_date",
    "original_amount",
    "stated",
    "version",
)
"""The columns of our own that every credit has."""
_ROW = ("@event", "@rule", "@role", "@level", "@direct", "@ref", "@via", "@share", "@payee", "@position")
_HOLDER = ("title", "territory", "unit")


def scale(compilation: Compilation, place: int, name: str) -> int:
    """The denominator of @share."""
    return int(str(compilation.known[f"share scale {place} {name}"]))


def recipients(compilation: Compilation, plan: Plan, name: str, rules: CreditSet, place: int) -> None:
    events = _as_read(compilation, name, rules, place)
    direct = [(number, rule) for number, rule in enumerate(rules.to, start=1) if rule.is_direct]
    rolled = [(number, rule) for number, rule in enumerate(rules.to, start=1) if not rule.is_direct]
    found = [_direct(compilation, plan, rules, events, number, rule) for number, rule in direct]
    direct_scale = lcm(1, *(share.denominator for _, share in found if share is not None))
    parts = [_row_query(frame, share, direct_scale) for frame, share in found]
    named_rows = compilation.name(place, "direct", name)
    compilation.database.create(named_rows, _with_rest(parts, direct_scale), f"direct recipients of {name}")
    more = [
        _rolled(compilation, plan, rules, events, named_rows, number, rule, level, direct_scale)
        for number, rule in rolled
        for level in (range(1, rule.levels + 1) if rule.who == "manager" else [0])
    ]
    full_scale = lcm(direct_scale, *(share.denominator for _, share in more if share is not None))
    compilation.known[f"share scale {place} {name}"] = full_scale
    base: exp.Query = exp.select(
        *[col(column) for column in _ROW if column != "@share"],
        named(frac.times_int(col("@share"), full_scale // direct_scale), "@share"),
    ).from_(table(named_rows))
    queries: list[exp.Query] = [base, *(_once(_row_query(frame, share, full_scale)) for frame, share in more)]
    columns = [col(column) for column in _ROW]
    union: exp.Query = exp.select(*columns).from_(_sub(queries[0]))
    for query in queries[1:]:
        union = exp.union(union, exp.select(*columns).from_(_sub(query)), distinct=False)
    compilation.database.create(compilation.name(place, "recipients", name), union, f"everybody named by {name}")


def _as_read(compilation: Compilation, name: str, rules: CreditSet, place: int) -> str:
    """The events as `to` reads them: a reversal with the columns and related facts of the event that it takes back."""
    events = compilation.name(place, "events", name)
    fact = compilation.fact(rules.from_).schema
    if fact.reverses is None:
        return events
    frame = Frame(exp.select("*").from_(table(events)), "r")
    frame.join(
        table(f"f:{rules.from_}"), {fact.key: col("@reverses")}, {f"o.{column}": column for column in fact.columns}
    )
    taken_back = exp.Not(this=frac.is_null(col("@reverses")))
    own = [col(f"@{column}") for column in ("event", "date", "recipient")]
    columns = [
        named(case().when(taken_back, col(f"o.{column}"), copy=False).else_(col(column), copy=False), column)
        for column in fact.columns
    ]
    read = named(exp.Coalesce(this=col("@reverses"), expressions=[col("@event")]), "@read")
    target = compilation.name(place, "read", name)
    compilation.database.create(
        target, exp.select(*own, read, *columns).from_(_sub(frame.query())), f"{name} as `to` reads it"
    )
    return target


def _sub(query: exp.Query) -> exp.Subquery:
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier("q")))


def _row_query(frame: Frame, share: Num | None, scale: int) -> exp.Query:
    value = (
        cast(exp.Null(), frac.WIDE) if share is None else frac.times_int(share.numerator, scale // share.denominator)
    )
    frame.add("@share", value)
    return exp.select(*[col(column) for column in _ROW]).from_(_sub(frame.query()))


def _once(rows: exp.Query) -> exp.Query:
    """One row for a payee who is tied twice to the same recipient, say by person and by position: the larger share."""
    keys = [col(column) for column in _ROW if column not in ("@ref", "@share", "@position")]
    columns = {"@ref": exp.Min, "@share": exp.Max, "@position": exp.Min}
    chosen = [named(function(this=col(column)), column) for column, function in columns.items()]
    return exp.select(*keys, *chosen).from_(_sub(rows)).group_by(*keys)


_NOBODY = """
SELECT '' AS "@event", 0 AS "@rule", '' AS "@role", 0 AS "@level", TRUE AS "@direct", '' AS "@ref", '' AS "@via",
    0::HUGEINT AS "@share", '' AS "@payee", '' AS "@position"
WHERE FALSE
"""


def _with_rest(parts: Sequence[exp.Query], scale: int) -> exp.Query:
    if not parts:
        return sqlglot.parse_one(_NOBODY, dialect="duckdb", into=exp.Select)
    union: exp.Query = parts[0]
    for part in parts[1:]:
        union = exp.union(union, part, distinct=False)
    others = exp.Coalesce(
        this=exp.Window(this=exp.Sum(this=col("@share")), partition_by=[col("@event")]), expressions=[frac.integer(0)]
    )
    share = exp.Coalesce(
        this=col("@share"), expressions=[exp.Sub(this=frac.integer(scale), expression=exp.Paren(this=others))]
    )
    columns = [col(column) for column in _ROW if column != "@share"]
    return exp.select(*columns, named(share, "@share")).from_(_sub(union))


def _direct(
    compilation: Compilation, plan: Plan, rules: CreditSet, events: str, number: int, rule: CreditRule
) -> tuple[Frame, Num | None]:
    frame = Frame(exp.select("*").from_(table(events)))
    related = rule.related
    scope = FactScope(compilation, plan, frame, rules.from_, related[0] if related else None, payee=True)
    scope.on = col("@recipient")
    via: exp.Expr = exp.Literal.string("")
    if related is not None:
        fact, column = related
        schema = compilation.fact(fact).schema
        link = next((name for name, target in schema.relations.items() if target == rules.from_), None)
        if link is None:
            raise PlanError(
                f"`{fact}` has no relation to `{rules.from_}`.",
                code="plan.no-relation",
                hint=f"Add `relations: {{<column>: {rules.from_}}}` to the fact type {fact}.",
            )
        read = "@event" if compilation.fact(rules.from_).schema.reverses is None else "@read"
        frame.join(table(f"f:{fact}"), {link: col(read)}, {f"{fact}.{name}": name for name in schema.columns})
        frame.add("@ref", col(f"{fact}.{column}"))
        via = col(f"{fact}.{schema.key}")
    else:
        frame.add("@ref", col(rule.who))
    _common(frame, number, rule, via, 0, direct=True)
    frame.keep(exp.Not(this=frac.is_null(col("@ref"))))
    _find_holder(frame)
    if rule.when is not None:
        frame.keep(condition(rule.when, scope))
    if rule.share == "rest":
        return frame, None
    share = _share(rule, 0, scope)
    frame.keep(exp.Not(this=exp.Paren(this=share.is_missing)))
    return frame, frame.pin(share)


def _common(frame: Frame, number: int, rule: CreditRule, via: exp.Expr, level: int, *, direct: bool) -> None:
    frame.add("@rule", exp.Literal.number(number))
    frame.add("@role", exp.Literal.string(rule.role))
    frame.add("@level", exp.Literal.number(level))
    frame.add("@direct", exp.Boolean(this=direct))
    frame.add("@via", via)


def _find_holder(frame: Frame) -> None:
    """The seat behind @ref on the recipient date."""
    bounds = {
        "@held_from": "valid_from",
        "@held_to": "valid_to",
        "@payee": "payee",
        "@position": "position",
        **{f"@{name}": name for name in _HOLDER},
    }
    frame.join(
        table("holders"),
        {"ref": col("@ref")},
        bounds,
        also=all_of(
            exp.LTE(this=col("@held_from"), expression=col("@recipient")),
            exp.LT(this=col("@recipient"), expression=col("@held_to")),
        ),
    )


def _share(rule: CreditRule, level: int, scope: FactScope) -> Num:
    if rule.share is None or isinstance(rule.share, str):
        return frac.ONE
    formula: Expr = rule.share[min(max(level - 1, 0), len(rule.share) - 1)]
    share = numeric(formula, scope)
    if share.divisor is not None:
        raise PlanError(
            "A share divides by a column of the facts.",
            code="plan.inexact-credit",
            hint="Write round(…, 6) around the division.",
        )
    return share


def _rolled(
    compilation: Compilation,
    plan: Plan,
    rules: CreditSet,
    events: str,
    direct: str,
    number: int,
    rule: CreditRule,
    level: int,
    scale: int,
) -> tuple[Frame, Num | None]:
    """Managers and relationships. Without `of` they take a share of what each direct recipient got."""
    frame = Frame(exp.select("*").from_(table(events)))
    scope = FactScope(compilation, plan, frame, rules.from_, None, payee=True)
    scope.on = col("@recipient")
    base: Num = frac.ONE
    via: exp.Expr = exp.Literal.string("")
    if rule.of is None:
        # Who is named twice, say as owner and as partner, passes on the sum of both shares.
        together = exp.select(
            col("@event"),
            col("@payee"),
            named(exp.Min(this=col("@position")), "@position"),
            named(cast(exp.Sum(this=col("@share")), frac.WIDE), "@share"),
        )
        frame.join(
            _sub(together.from_(table(direct)).group_by(col("@event"), col("@payee"))),
            {"@event": col("@event")},
            {"@from": "@payee", "@from_position": "@position", "@from_share": "@share"},
        )
        frame.keep(exp.Not(this=frac.is_null(col("@from"))))
        base = Num(col("@from_share"), scale)
        via = col("@from")
    own_share: Num | None = None
    if rule.who == "manager":
        _managers(compilation, max(item.levels for item in rules.to))
        _dated_join(
            frame,
            "chain",
            {"position": col("@from_position"), "level": exp.Literal.number(level)},
            {"@ref": "ancestor"},
        )
    else:
        own_share = _relationship(compilation, frame, rule, scope)
    frame.keep(exp.Not(this=frac.is_null(col("@ref"))))
    _common(frame, number, rule, via, level, direct=False)
    _find_holder(frame)
    if rule.when is not None:
        frame.keep(condition(rule.when, scope))
    share = own_share if own_share is not None and rule.share is None else _share(rule, level, scope)
    return frame, frame.pin(frac.product(base, frame.pin(share)))


def _relationship(compilation: Compilation, frame: Frame, rule: CreditRule, scope: FactScope) -> Num:
    subjects: list[exp.Expr] = []
    if rule.of is not None:
        found = compiled(rule.of, scope)
        if not isinstance(found, Plain):
            raise PlanError("`of` names the subject of a relationship: a text.", code="plan.type-mismatch")
        subjects = [found.sql]
    else:
        person = case().when(
            exp.Not(this=exp.StartsWith(this=col("@from"), expression=exp.Literal.string("vacant:"))),
            col("@from"),
            copy=False,
        )
        subjects = [col("@from_position"), person]
    frame.add("@subject", subjects[0])
    frame.add("@subject2", subjects[-1])
    taken = {
        "@ref": "payee",
        "@related_share": "share",
        "@rel_subject": "subject",
        "@rel_from": "valid_from",
        "@rel_to": "valid_to",
    }
    same = any_of(
        exp.EQ(this=col("@rel_subject"), expression=col("@subject")),
        exp.EQ(this=col("@rel_subject"), expression=col("@subject2")),
    )
    dated = all_of(
        exp.LTE(this=col("@rel_from"), expression=col("@recipient")),
        exp.LT(this=col("@recipient"), expression=col("@rel_to")),
    )
    frame.join(
        table("relationships"), {"kind": exp.Literal.string(str(rule.relationship))}, taken, also=all_of(same, dated)
    )
    return Num(exp.Coalesce(this=cast(col("@related_share"), frac.WIDE), expressions=[frac.integer(10**6)]), 10**6)


def _dated_join(frame: Frame, source: str, on: dict[str, exp.Expr], take: dict[str, str]) -> None:
    since, until = frame.fresh("since"), frame.fresh("until")
    dated = all_of(
        exp.LTE(this=col(since), expression=col("@recipient")), exp.LT(this=col("@recipient"), expression=col(until))
    )
    frame.join(table(source), on, {**take, since: "valid_from", until: "valid_to"}, also=dated)


_CHAIN = """
WITH RECURSIVE up AS (
    SELECT position, manager AS ancestor, 1 AS level, valid_from, valid_to FROM positions WHERE manager IS NOT NULL
    UNION ALL
    SELECT up.position, positions.manager, up.level + 1, GREATEST(up.valid_from, positions.valid_from),
        LEAST(up.valid_to, positions.valid_to)
    FROM up JOIN positions ON positions.position = up.ancestor AND positions.valid_from < up.valid_to AND
        up.valid_from < positions.valid_to
    WHERE positions.manager IS NOT NULL AND up.level < {depth}
)
SELECT position, ancestor, level, valid_from, valid_to FROM up
"""


def _managers(compilation: Compilation, depth: int) -> None:
    """The dated chain of positions above each position, up to the deepest level that is asked for."""
    known = compilation.known.get("chain", 0)
    if isinstance(known, int) and known < depth:
        compilation.database.create(
            "chain", _CHAIN.format(depth=depth), "who is above whom, level by level, from when to when"
        )
        compilation.known["chain"] = depth
