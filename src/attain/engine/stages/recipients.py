"""The first half of credit: for every event, who is named, by which rule and with which share.

Writes `<plan>:<version>:recipients:<set>`, a row for each recipient that could be found (@payee) or not (missing
@payee).
Shares are whole numbers over one denominator, so that `rest` and sums are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from attain.engine.stages import cents
from attain.kernel.errors import PlanError
from attain.plans.expressions import Expr
from attain.plans.model import CreditRule, CreditSet, Plan
from attain.plans.reading import names_read

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
    "share",
    "date",
    "recipient",
    "reverses",
    "original_date",
    "original_amount",
)
"""The columns of our own that the credits of a version have."""
_ROW = (
    "@event",
    "@recipient",
    "@rule",
    "@role",
    "@level",
    "@direct",
    "@ref",
    "@via",
    "@share",
    "@payee",
    "@position",
)
_HOLDER = ("title", "territory", "unit")


def scale(compilation: Compilation, place: int, name: str) -> int:
    """The denominator of @share."""
    return int(str(compilation.known[f"share scale {place} {name}"]))


@dataclass(frozen=True)
class _Source:
    """Where the rules of a credit set read: events, direct recipients, events with several of those; and the columns
    of the event that go along with every recipient, so that nobody has to look the event up again."""

    events: str
    direct: str
    several: str
    carried: tuple[str, ...]

    @property
    def row(self) -> tuple[str, ...]:
        return (*_ROW, *self.carried)


def carried(column: str) -> str:
    """The name under which a column of the event goes along: `to` may read the original's column of the same name."""
    return f"e.{column}"


def recipients(
    compilation: Compilation,
    plan: Plan,
    name: str,
    rules: CreditSet,
    place: int,
    columns: Sequence[str],
    in_cents: dict[str, int],
) -> None:
    """`columns` are those of the event that go along; `in_cents` are the amounts that are split in minor units."""
    events = _as_read(compilation, name, rules, place, columns)
    places = [compilation.name(place, what, name) for what in ("direct", "several")]
    source = _Source(events, places[0], places[1], tuple(carried(column) for column in columns))
    direct = [(number, rule) for number, rule in enumerate(rules.to, start=1) if rule.is_direct]
    rolled = [(number, rule) for number, rule in enumerate(rules.to, start=1) if not rule.is_direct]
    found = [_direct(compilation, plan, rules, events, number, rule) for number, rule in direct]
    direct_scale = lcm(1, *(share.denominator for _, share in found if share is not None))
    _name_directly(compilation, source, found, direct_scale, name)
    several = _SEVERAL.format(direct=source.direct)
    compilation.database.create(source.several, several, "events with several direct parts")
    more = [
        _rolled(compilation, plan, rules, source, number, rule, level, direct_scale)
        for number, rule in rolled
        for level in (range(1, rule.levels + 1) if rule.who == "manager" else [0])
    ]
    full_scale = lcm(direct_scale, *(share.denominator for _, share in more if share is not None))
    compilation.known[f"share scale {place} {name}"] = full_scale
    alone = Frame(exp.select(exp.Star()).from_(table(source.direct), copy=False))
    if in_cents:
        cents.join(alone, cents.split(compilation, place, name, in_cents, direct_scale), in_cents)
    share = frac.times_int(col("@share"), full_scale // direct_scale)
    parts = [cents.together(amount) for amount in in_cents]
    base = [named(share, column) if column == "@share" else col(column) for column in source.row]
    queries = [exp.select(*base, *parts).from_(_sub(alone.query()), copy=False)]
    none = [named(cast(exp.Null(), frac.WIDE), part.name) for part in parts]
    queries += [_row_query(frame, share, full_scale, source.row).select(*none) for frame, share in more]
    text = _together(queries).sql(dialect="duckdb", copy=False)
    compilation.database.view(compilation.name(place, "recipients", name), text, f"everybody named by {name}")


def _as_read(compilation: Compilation, name: str, rules: CreditSet, place: int, columns: Sequence[str]) -> str:
    """The events as `to` reads them: a reversal with the columns and related facts of the event that it takes back."""
    events = compilation.name(place, "events", name)
    target = compilation.name(place, "read", name)
    fact = compilation.fact(rules.from_).schema
    along = [named(col(column), carried(column)) for column in columns]
    if fact.reverses is None:
        text = exp.select(exp.Star(), *along).from_(table(events), copy=False).sql(dialect="duckdb")
        compilation.database.view(target, text, f"{name} as `to` reads it")
        return target
    frame = Frame(exp.select(exp.Star()).from_(table(events), copy=False), "r")
    originals = sqlglot.parse_one(
        _ORIGINALS.format(fact=rules.from_, key=fact.key, events=events), dialect="duckdb", into=exp.Select
    )
    frame.join(_sub(originals), {fact.key: col("@reverses")}, {f"o.{column}": column for column in fact.columns})
    taken_back = exp.Not(this=frac.is_null(col("@reverses")))
    own = [*(col(f"@{column}") for column in ("event", "date", "recipient")), *along]
    read = [
        named(case().when(taken_back, col(f"o.{column}"), copy=False).else_(col(column), copy=False), column)
        for column in fact.columns
    ]
    read.append(named(exp.Coalesce(this=col("@reverses"), expressions=[col("@event")]), "@read"))
    compilation.database.create(
        target, exp.select(*own, *read).from_(_sub(frame.query()), copy=False), f"{name} as `to` reads it"
    )
    return target


_ORIGINALS = """
SELECT * FROM "f:{fact}"
WHERE "{key}" IN (SELECT "@reverses" FROM "{events}" WHERE "@reverses" IS NOT NULL)
"""


def _sub(query: exp.Query) -> exp.Subquery:
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier("q")))


def _row_query(frame: Frame, share: Num | None, scale: int, row: Sequence[str]) -> exp.Select:
    value = (
        cast(exp.Null(), frac.WIDE) if share is None else frac.times_int(share.numerator, scale // share.denominator)
    )
    frame.add("@share", value)
    return exp.select(*map(col, row)).from_(_sub(frame.query()), copy=False)


def _once(frame: Frame, row: Sequence[str]) -> Frame:
    """One row for a payee who is tied twice to the same recipient, say by person and by position: the larger tie."""
    keys = [col(column) for column in row if column not in ("@ref", "@share", "@position")]
    columns = {"@ref": exp.Min, "@part": exp.Min, "@tied": exp.Max, "@position": exp.Min}
    chosen = [named(function(this=col(column)), column) for column, function in columns.items()]
    return Frame(exp.select(*keys, *chosen).from_(_sub(frame.query()), copy=False).group_by(*keys, copy=False))


_NOBODY = """
SELECT '' AS "@event", NULL::DATE AS "@recipient", 0 AS "@rule", '' AS "@role", 0 AS "@level", TRUE AS "@direct",
    '' AS "@ref", '' AS "@via", 0::HUGEINT AS "@share", '' AS "@payee", '' AS "@position"
WHERE FALSE
"""
_SEVERAL = 'SELECT "@event" FROM "{direct}" GROUP BY "@event" HAVING COUNT(*) > 1'
_TAKEN = 'SELECT "@event" AS "t.event", CAST(SUM("@share") AS HUGEINT) AS "t.share" FROM "{direct}" GROUP BY "@event"'


def _name_directly(
    compilation: Compilation, source: _Source, found: Sequence[tuple[Frame, Num | None]], scale: int, name: str
) -> None:
    """First those with a share of their own, then those who get the rest."""
    given = [_row_query(frame, share, scale, source.row) for frame, share in found if share is not None]
    first: exp.Query = _together(given) if given else _nobody(source)
    compilation.database.create(source.direct, first, f"direct recipients of {name}")
    others = [_row_query(frame, None, scale, source.row) for frame, share in found if share is None]
    if others:
        frame = Frame(exp.select(exp.Star()).from_(_sub(_together(others)), copy=False))
        taken = sqlglot.parse_one(_TAKEN.format(direct=source.direct), dialect="duckdb", into=exp.Select)
        frame.join(_sub(taken), {"t.event": col("@event")}, {"taken": "t.share"})
        left = exp.Coalesce(this=col("taken"), expressions=[frac.integer(0)])
        frame.add("rest", exp.Sub(this=frac.integer(scale), expression=left))
        columns = [col(column) if column != "@share" else named(col("rest"), column) for column in source.row]
        compilation.database.append(source.direct, exp.select(*columns).from_(_sub(frame.query()), copy=False))


def _nobody(source: _Source) -> exp.Select:
    """No recipient, with the columns that there would be."""
    nobody = sqlglot.parse_one(_NOBODY, dialect="duckdb", into=exp.Select)
    along = [col(column) for column in source.carried]
    joined = (
        exp.select("n.*", *along)
        .from_(_sub(nobody).as_("n"), copy=False)
        .join(table(source.events), join_type="CROSS", copy=False)
    )
    return joined.where(exp.false())


def _together(parts: Sequence[exp.Query]) -> exp.Query:
    union: exp.Query = parts[0]
    for part in parts[1:]:
        union = exp.union(union, part, distinct=False)
    return union


def _direct(
    compilation: Compilation, plan: Plan, rules: CreditSet, events: str, number: int, rule: CreditRule
) -> tuple[Frame, Num | None]:
    frame = Frame(exp.select(exp.Star()).from_(table(events), copy=False))
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
    source: _Source,
    number: int,
    rule: CreditRule,
    level: int,
    scale: int,
) -> tuple[Frame, Num | None]:
    """Managers and relationships. Without `of` they take a share of what each direct recipient got."""
    base: Num = frac.ONE
    via: exp.Expr = exp.Literal.string("")
    along = "".join(f', "{column}"' for column in source.carried)
    passing = _PASSED_ON.format(direct=source.direct, several=source.several, along=along)
    passed = sqlglot.parse_one(passing, dialect="duckdb", into=exp.Select)
    if rule.of is None and rule.when is None and not names_read(rule.share):
        frame = Frame(exp.select(exp.Star()).from_(_sub(passed), copy=False))  # nothing of the event is read
    else:
        frame = Frame(exp.select(exp.Star()).from_(table(source.events), copy=False))
        if rule.of is None:
            taken = {column: column for column in ("@from", "@from_position", "@from_share")}
            frame.join(_sub(passed), {"@event": col("@event")}, taken)
            frame.keep(exp.Not(this=frac.is_null(col("@from"))))
    scope = FactScope(compilation, plan, frame, rules.from_, None, payee=True)
    scope.on = col("@recipient")
    if rule.of is None:
        base = Num(col("@from_share"), scale)
        via = col("@from")
    tie: Num | None = None
    if rule.who == "manager":
        _managers(compilation, max(item.levels for item in rules.to))
        _dated_join(
            frame,
            "chain",
            {"position": col("@from_position"), "level": exp.Literal.number(level)},
            {"@ref": "ancestor"},
        )
    else:
        tie = _relationship(compilation, frame, rule, scope)
    frame.keep(exp.Not(this=frac.is_null(col("@ref"))))
    _common(frame, number, rule, via, level, direct=False)
    _find_holder(frame)
    if rule.when is not None:
        frame.keep(condition(rule.when, scope))
    if tie is None:
        return frame, frame.pin(frac.product(base, frame.pin(_share(rule, level, scope))))
    part = base if rule.share is None else frame.pin(frac.product(base, frame.pin(_share(rule, level, scope))))
    frame.add("@part", part.numerator)
    frame.add("@tied", tie.numerator)
    once, share = _once(frame, source.row), Num(col("@part"), part.denominator)
    return once, frac.product(share, Num(col("@tied"), tie.denominator)) if rule.share is None else share


_PASSED_ON = """
SELECT * FROM (
SELECT "@event", "@recipient", "@payee" AS "@from", "@position" AS "@from_position", "@share" AS "@from_share"{along}
FROM "{direct}" WHERE "@payee" IS NOT NULL AND "@event" NOT IN (SELECT "@event" FROM "{several}")
UNION ALL
SELECT "@event", "@recipient", "@payee", MIN("@position"), CAST(SUM("@share") AS HUGEINT){along}
FROM "{direct}" WHERE "@payee" IS NOT NULL AND "@event" IN (SELECT "@event" FROM "{several}")
GROUP BY "@event", "@recipient", "@payee"{along}
) passed
"""
"""What the direct recipients pass on: who is named twice, say as owner and as partner, the sum of both shares."""


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
