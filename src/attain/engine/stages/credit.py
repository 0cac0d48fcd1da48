"""Credit: who gets which part of which event.

Reads facts, seats and relationships. Writes for each credit set of a plan
    `<plan>:events:<set>`      a row an event that passes `when`, with its amounts in the plan's currency
    `<plan>:recipients:<set>`  a row for each named recipient, whether or not on the plan
    `<plan>:credits:<set>`     a row a credit, key (event, rule, level, payee, via), order (date, event, rule, level,
    payee, via)
Columns of our own begin with @; the fact's columns that formulas read keep their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from sqlglot import exp, parse_one

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import condition, day, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.load import FAR
from attain.engine.placing import computes
from attain.engine.scopes import FactScope
from attain.engine.sql import all_of, any_of, case, cast
from attain.engine.stages import cents, recipients, seating
from attain.kernel.errors import PlanError, Where
from attain.plans.expressions import Expr, Name
from attain.plans.inference import Inference
from attain.plans.model import CreditSet, Plan
from attain.plans.names import Names
from attain.plans.reading import names_read
from attain.plans.references import Place

ORDER = ("@date", "@event", "@rule", "@level", "@payee", "@via")


@dataclass(frozen=True)
class Credits:
    """A finished credit table and the scale of its amounts."""

    table: str
    fact: str
    amounts: dict[str, int]
    """Name of each amount and the denominator of its column `@amount:<name>`."""
    columns: tuple[str, ...]

    @property
    def main(self) -> str:
        return next(iter(self.amounts))


_EVENT = ("@date", "@reverses", "@original_date", "@original_amount")
"""What every credit has of its event, beside its amounts and the columns that formulas read."""


def credits(compilation: Compilation, name: str) -> Credits:
    """The credits of a set over all versions of the plan."""
    key = f"credits {name}"
    if key not in compilation.known:
        parts = {
            compilation.index(plan): _credits_of(compilation, plan, name, plan.credits[name])
            for plan in compilation.versions
            if name in plan.credits
        }
        compilation.known[f"credits by version {name}"] = parts
        compilation.known[key] = united(compilation, name, parts)
    return compilation.known[key]  # type: ignore[return-value]


def united(compilation: Compilation, name: str, parts: Mapping[int, Credits]) -> Credits:
    """The credits of all versions by their place, with the columns that follow from the others."""
    first = next(iter(parts.values()))
    target = compilation.name("credits", name)
    scales = {amount: lcm(*(part.amounts[amount] for part in parts.values())) for amount in first.amounts}
    columns = tuple(dict.fromkeys(column for part in parts.values() for column in part.columns))
    queries = []
    for place, part in parts.items():
        amounts = [
            named(frac.times_int(col(f"@amount:{amount}"), scale // part.amounts[amount]), f"@amount:{amount}")
            for amount, scale in scales.items()
        ]
        kept = [col(column) if column in part.columns else named(exp.Null(), column) for column in columns]
        own = [col(f"@{own}") for own in recipients.OWN]
        follows = [
            named(credit_id(), "@credit"),
            named(exp.Literal.number(place), "@version"),
            named(exp.Literal.number(recipients.scale(compilation, place, name)), "@share_over"),
        ]
        queries.append(exp.select(*own, *follows, *amounts, *kept).from_(table(part.table), copy=False))
    united: exp.Query = queries[0]
    for query in queries[1:]:
        united = exp.union(united, query, distinct=False)
    compilation.database.view(target, united.sql(dialect="duckdb", copy=False), f"credits of {name}")
    return Credits(target, first.fact, scales, columns)


@computes("credits")
def _credits_of(compilation: Compilation, plan: Plan, name: str, rule: CreditSet) -> Credits:
    place = compilation.index(plan)
    scales = _events(compilation, plan, name, rule, place)
    fact = compilation.fact(rule.from_).schema
    read = _read_at_credits(compilation)
    columns = tuple(column for column in fact.columns if column in read)
    along = (*_EVENT, *(f"@amount:{amount}" for amount in scales), *columns)
    in_cents = {
        amount: scale
        for amount, scale in scales.items()
        if plan.policies.split == "cents" and _is_money(compilation, plan, name, rule.named_amounts[amount])
    }
    recipients.recipients(compilation, plan, name, rule, place, along, in_cents)
    target, amounts = _amounts(compilation, plan, name, rule, place, scales, in_cents, columns)
    return Credits(target, rule.from_, amounts, columns)


def _read_at_credits(compilation: Compilation) -> frozenset[str]:
    """What formulas read of a credit: those of credit sets read the event, but for their limit."""
    unread = ("credits", "tests")
    parts = [part for version in compilation.versions for section, part in version if section not in unread]
    limits = [rule.limit for version in compilation.versions for rule in version.credits.values()]
    return names_read([*parts, limits])


# -- events ------------------------------------------------------------------------------------------------------------


def _events(compilation: Compilation, plan: Plan, name: str, rule: CreditSet, place: int) -> dict[str, int]:
    """All facts of the type with date, amounts and whether they pass; then those of this version that pass."""
    fact = compilation.fact(rule.from_).schema
    frame = Frame(exp.select(exp.Star()).from_(table(f"f:{rule.from_}"), copy=False), "a")
    scope = FactScope(compilation, plan, frame, rule.from_)
    frame.add("@event", col(fact.key))
    frame.add("@date", day(rule.date or Name((fact.date,)), scope))
    scope = FactScope(compilation, plan, frame, rule.from_)
    scope.on = col("@date")
    frame.add("@passes", condition(rule.when, scope) if rule.when is not None else exp.true())
    money, other = _currency(compilation, plan, rule)
    frame.add("@currency", money)
    amounts = {amount: numeric(formula, scope) for amount, formula in rule.named_amounts.items()}
    rate = _rate(compilation, plan, rule, scope, frame) if other is not None and rule.convert is not None else None
    stated = next(iter(amounts.values()))
    frame.add("@stated", stated.numerator)
    compilation.known[f"stated scale {place} {name}"] = stated.denominator
    scales: dict[str, int] = {}
    for amount, value in amounts.items():
        if other is not None and _is_money(compilation, plan, name, rule.named_amounts[amount]):
            value = _converted(compilation, value, rate, other)
        if value.divisor is not None:
            raise PlanError(
                f"The amount of credit set `{name}` divides by a column of the facts and is not rounded.",
                code="plan.inexact-credit",
                hint="Write round(…, 2) around the division.",
            )
        scales[amount] = value.denominator
        frame.add(f"@amount:{amount}", value.numerator)
    compilation.known[f"amount scale {place} {name}"] = next(iter(scales.values()))
    compilation.known[f"amount scales {place} {name}"] = dict(scales)
    everything = compilation.name(place, "all", name)
    keep = compilation.database.view if rate is None else compilation.database.create
    text = frame.query().sql(dialect="duckdb", copy=False)
    keep(everything, text, f"every {rule.from_} with its date and amount")
    _passing(compilation, plan, name, rule, place, everything)
    return scales


def _is_money(compilation: Compilation, plan: Plan, name: str, formula: Expr) -> bool:
    """Whether an amount is money of the fact, which is converted; a count, a number of points or a ratio is not."""
    types = {fact: found.schema for fact, found in compilation.snapshot.facts.items()}
    inference = Inference(Names(plan, types, compilation.calendar), lambda path: Where(field=plan.plan))
    place = Place("credit rule", credit_set=name, fact=plan.credits[name].from_)
    return inference.type_of(formula, place).kind == "money"


def _currency(compilation: Compilation, plan: Plan, rule: CreditSet) -> tuple[exp.Expr, exp.Expr | None]:
    """The currency of the fact's amounts, and the condition that it is another one than the plan's (None: never)."""
    columns = compilation.fact(rule.from_).schema.columns
    for formula in rule.named_amounts.values():
        for column in (columns[read] for read in names_read(formula) if read in columns):
            if column.type == "money" and column.currency is not None:
                if column.currency in columns:
                    own = col(column.currency)
                    return own, exp.NEQ(this=own, expression=exp.Literal.string(plan.currency))
                if column.currency != plan.currency:
                    return exp.Literal.string(column.currency), exp.true()
    return exp.Literal.string(plan.currency), None


def _rate(compilation: Compilation, plan: Plan, rule: CreditSet, scope: FactScope, frame: Frame) -> Num:
    if rule.convert is None:
        raise PlanError("No conversion is declared.", code="plan.no-conversion")
    at = day(rule.convert.at, scope) if rule.convert.at is not None else col("@date")
    return rate_on(
        frame, rule.convert.rate, col("@currency"), exp.Literal.string(plan.currency), at, rule.convert.within
    )


def rate_on(frame: Frame, kind: str, base: exp.Expr, quote: exp.Expr, at: exp.Expr, within: int) -> Num:
    """The latest rate of the kind on the day or up to `within` days before it."""
    on = frame.fresh("rate")
    until, rate = f"{on}.until", f"{on}.rate"
    known = exp.select(exp.Star()).from_(table("rates"), copy=False)
    following = exp.Window(
        this=exp.Anonymous(this="LEAD", expressions=[col("on")]),
        partition_by=[col("kind"), col("base"), col("quote")],
        order=exp.Order(expressions=[exp.Ordered(this=col("on"))]),
    )
    known = known.select(
        named(exp.Coalesce(this=following, expressions=[cast(exp.Literal.string(FAR.isoformat()), "DATE")]), "until")
    )
    day_sql = exp.Paren(this=at)
    fresh_enough = exp.LTE(
        this=exp.Paren(this=exp.Sub(this=day_sql, expression=col(on))), expression=exp.Literal.number(within)
    )
    frame.join(
        exp.Subquery(this=known, alias=exp.TableAlias(this=exp.to_identifier("known"))),
        {"kind": exp.Literal.string(kind), "base": base, "quote": quote},
        {on: "on", until: "until", rate: "rate"},
        also=all_of(
            exp.LTE(this=col(on), expression=day_sql), exp.LT(this=day_sql, expression=col(until)), fresh_enough
        ),
    )
    return Num(cast(col(rate), frac.WIDE), 10**12)


def _converted(compilation: Compilation, value: Num, rate: Num | None, other: exp.Expr) -> Num:
    same = exp.Not(this=exp.Paren(this=other))
    if rate is None:
        return frac.choose([(same, value)])
    exact = frac.product(value, rate)
    converted = Num(frac.rounded(exact, compilation.places), 10**compilation.places)
    return frac.choose([(same, value), (other, converted)])


def _passing(compilation: Compilation, plan: Plan, name: str, rule: CreditSet, place: int, everything: str) -> None:
    fact = compilation.fact(rule.from_).schema
    frame = Frame(exp.select(exp.Star()).from_(table(everything), copy=False), "e")
    if fact.reverses is not None:
        named_by = f'"@event" IN (SELECT "{fact.reverses}" FROM "f:{rule.from_}" WHERE "{fact.reverses}" IS NOT NULL)'
        originals = (
            exp.select(exp.Star())
            .from_(table(everything), copy=False)
            .where(parse_one(named_by, dialect="duckdb"), copy=False)
        )
        frame.join(
            exp.Subquery(this=originals, alias=exp.TableAlias(this=exp.to_identifier("o"))),
            {"@event": col(fact.reverses)},
            {"@reverses": "@event", "@original_date": "@date", "@original_amount": "@stated"},
        )
    else:
        frame.add("@reverses", cast(exp.Null(), "VARCHAR"))
        frame.add("@original_date", cast(exp.Null(), "DATE"))
        frame.add("@original_amount", cast(exp.Null(), frac.WIDE))
    frame.add("@recipient", exp.Coalesce(this=col("@original_date"), expressions=[col("@date")]))
    bounds: list[exp.Expr] = [exp.GTE(this=col("@date"), expression=_day(plan.effective.start))]
    if plan.effective.end is not None:
        bounds.append(exp.LT(this=col("@date"), expression=_day(plan.effective.end)))
    bounds.append(exp.LT(this=col("@date"), expression=_day(compilation.end)))
    frame.keep(all_of(col("@passes"), any_of(frac.is_null(col("@date")), all_of(*bounds))))
    compilation.database.create(
        compilation.name(place, "events", name), frame.query(), f"{rule.from_} that count for {name}"
    )


def _day(value: object) -> exp.Expr:
    return cast(exp.Literal.string(str(value)), "DATE")


# -- amounts -----------------------------------------------------------------------------------------------------------


def _amounts(
    compilation: Compilation,
    plan: Plan,
    name: str,
    rule: CreditSet,
    place: int,
    scales: dict[str, int],
    in_cents: dict[str, int],
    columns: Sequence[str],
) -> tuple[str, dict[str, int]]:
    """Credits of participants: amount times share, limited, once for each payee where that is asked.

    Reversals are credited by themselves: only their payees may sit elsewhere by then.
    """
    target = compilation.name(place, "credits", name)
    reverses = compilation.fact(rule.from_).schema.reverses is not None
    amounts: dict[str, int] = {}
    for reversals in (False, True) if reverses else (False,):
        frame = _credited(compilation, place, name, scales, columns, reversals if reverses else None)
        amounts = _shared(compilation, plan, name, rule, place, frame, scales, in_cents, columns)
        own = [col(f"@{column}") for column in recipients.OWN]
        inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("c")))
        query = exp.select(*own, *[col(f"@amount:{amount}") for amount in amounts], *map(col, columns)).from_(
            inner, copy=False
        )
        if reversals:
            compilation.database.append(target, query)
        else:
            compilation.database.create(target, query, f"credits of {name} in this version")
    return target, amounts


def _credited(
    compilation: Compilation,
    place: int,
    name: str,
    amounts: Iterable[str],
    columns: Sequence[str],
    reversals: bool | None,
) -> Frame:
    """Recipients on the plan with their event and the seat they hold on its date; `reversals`: only those, only the
    others, or (None) all."""
    frame = Frame(exp.select(exp.Star()).from_(table(compilation.name(place, "recipients", name)), copy=False))
    # A reversal of a dated event may itself have no date. Without amount, share or payee there is nothing to credit.
    main = next(iter(amounts))
    needed = ("e.@date", f"e.@amount:{main}", "@share", "@payee")
    frame.keep(all_of(*(exp.Not(this=frac.is_null(col(column))) for column in needed)))
    if reversals is not None:
        ordinary = frac.is_null(col("e.@reverses"))
        frame.keep(exp.Not(this=ordinary) if reversals else ordinary)
    seating.join_member(compilation, frame)
    frame.keep(exp.Not(this=frac.is_null(col("@person_on_plan"))))
    for column in (*_EVENT, *columns):
        frame.add(column, col(f"e.{column}"))
    seating.join_seat(frame, reversal=bool(reversals))
    return frame


def _shared(
    compilation: Compilation,
    plan: Plan,
    name: str,
    rule: CreditSet,
    place: int,
    frame: Frame,
    scales: dict[str, int],
    in_cents: dict[str, int],
    columns: Sequence[str],
) -> dict[str, int]:
    """Adds what each credit is worth and its own columns; answers the scales of the amounts."""
    shares = recipients.scale(compilation, place, name)
    amounts = {}
    for amount, scale in scales.items():
        whole, share = Num(cast(col(f"e.@amount:{amount}"), frac.WIDE), scale), Num(col("@share"), shares)
        if amount in in_cents:
            value = cents.part(compilation, frame, whole, share, shares, cents.together(amount))
        else:
            value = frac.product(whole, share)
        frame.add(f"@amount:{amount}", value.numerator)
        amounts[amount] = value.denominator
    if rule.once_per is not None:
        frame.add("@turn", _turn())
        frame.keep(exp.EQ(this=col("@turn"), expression=exp.Literal.number(1)))
    if rule.limit is not None:
        amounts[next(iter(scales))] = _limited(compilation, plan, name, rule, frame, amounts, columns)
    return amounts


def _limited(
    compilation: Compilation,
    plan: Plan,
    name: str,
    rule: CreditSet,
    frame: Frame,
    amounts: dict[str, int],
    columns: Sequence[str],
) -> int:
    """Puts the main amount within its limit; answers its new scale."""
    from attain.engine.scopes_credit import LimitScope

    main = next(iter(amounts))
    scope = LimitScope(compilation, plan, frame, Credits("", rule.from_, dict(amounts), tuple(columns)))
    whole = Num(cast(col(f"@amount:{main}"), frac.WIDE), amounts[main])
    value = frame.pin(limited(whole, frame.pin(numeric(rule.limit, scope)))) if rule.limit is not None else whole
    if value.divisor is not None:
        raise PlanError(
            f"The limit of credit set `{name}` divides by data and is not rounded.",
            code="plan.inexact-credit",
            hint="Write round(…, 2) around the division.",
        )
    frame.add("@limited", value.numerator)
    frame.rename("@limited", f"@amount:{main}")
    return value.denominator


def limited(value: Num, limit: Num) -> Num:
    """The value, at most `limit` in size, with its own sign; a limit below zero is zero."""
    if limit.constant is not None:
        limit = frac.number(max(Fraction(0), limit.constant))
    else:
        below = exp.LT(this=frac.group(limit.numerator), expression=frac.integer(0))
        limit = frac.choose([(below, frac.ZERO)], limit)
    size = Num(exp.Abs(this=value.numerator), value.denominator, value.divisor)
    above = frac.compare(exp.GT, size, limit)
    negative = exp.LT(this=frac.group(value.numerator), expression=frac.integer(0))
    within = frac.compare(exp.LTE, size, limit)
    return frac.choose([(within, value), (all_of(above, negative), frac.negate(limit)), (above, limit)])


def _turn() -> exp.Expr:
    order = [exp.Ordered(this=col(name)) for name in ("@rule", "@level", "@via")]
    return exp.Window(
        this=exp.RowNumber(), partition_by=[col("@event"), col("@payee")], order=exp.Order(expressions=order)
    )


def credit_id() -> exp.Expr:
    """The event's id; behind it the rule, level and source of a credit that is not the first direct one."""
    text = exp.Literal.string
    plain = all_of(
        exp.EQ(this=col("@rule"), expression=exp.Literal.number(1)),
        exp.EQ(this=col("@level"), expression=exp.Literal.number(0)),
        exp.EQ(this=col("@via"), expression=text("")),
    )
    via = (
        case()
        .when(exp.EQ(this=col("@via"), expression=text("")), text(""), copy=False)
        .else_(exp.Concat(expressions=[text("/"), col("@via")]), copy=False)
    )
    detail = [col("@event"), text("~"), cast(col("@rule"), "VARCHAR"), text("."), cast(col("@level"), "VARCHAR"), via]
    # CONCAT writes the text once; a chain of || copies it at every step.
    whole = exp.Concat(expressions=detail, safe=True, coalesce=True)
    return case().when(plain, col("@event"), copy=False).else_(whole, copy=False)
