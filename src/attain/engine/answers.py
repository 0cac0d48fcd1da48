"""Results as tables, and named values on demand.

Named values are not kept for every credit: the frame that a component was computed in is built again when somebody
asks, so that a
large run stays small and every value can still be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine import tables
from attain.engine.compilation import Compilation
from attain.engine.formulas import Plain, Sql, compiled, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import PlaceScope
from attain.engine.scopes_group import GroupScope
from attain.engine.scopes_measured import CreditScope, PeriodScope
from attain.engine.sql import cast, text
from attain.engine.stages import measure as measures
from attain.engine.stages import reward, worth
from attain.engine.stages.credit import credits
from attain.engine.stages.lines import NO_PART
from attain.engine.stages.rows import group_rows, payee_rows
from attain.engine.stages.shape import create, view
from attain.engine.uncredited import write_uncredited
from attain.engine.untouched import untouched
from attain.kernel.errors import AttainError, NotFound
from attain.plans.expressions import Name
from attain.plans.model import Plan, TierTable
from attain.plans.outcome import NamedValue, Slice


def write_results(compilations: Sequence[Compilation]) -> None:
    """The tables of docs/architecture.md over all plans."""
    write_pay(compilations)
    write_uncredited(compilations)
    found = [each for item in compilations for each in (*exceptions_of_events(item), *exceptions_of_payees(item))]
    write_exceptions(compilations, found)


def write_pay(compilations: Sequence[Compilation]) -> None:
    """What belongs to payees."""
    words = [(item, {"plan": item.id, "currency": item.plan.currency}) for item in compilations]
    write_credits(compilations)
    pay = {
        "lines": [_LINES.format(booked=item.name("booked"), **said) for item, said in words],
        "releases": [_RELEASES.format(table=item.name("releases"), **said) for item, said in words],
        "payments": [_PAYMENTS.format(table=item.name("payments"), **said) for item, said in words],
    }
    meanings = {"lines": "all booked lines", "releases": "all releases", "payments": "all payments"}
    for name, parts in pay.items():
        view(compilations[0], name, " UNION ALL ".join(parts), meanings[name])


def write_credits(compilations: Sequence[Compilation], fact: str | None = None) -> None:
    """Of every fact type that a credit set reads, or of one."""
    parts = [_credits(item, name) for item in compilations for name in item.credit_sets(fact)]
    view(compilations[0], "credits", " UNION ALL ".join(parts or [_NO_CREDITS]), "all credits")


def write_exceptions(compilations: Sequence[Compilation], queries: Sequence[str]) -> None:
    """Two credit sets may miss the same rate: the event is listed once."""
    every = " UNION ALL ".join(queries)
    create(compilations[0], "exceptions", f"SELECT DISTINCT * FROM ({every}) e", "what was left out, and why")


_NO_CREDITS = """
SELECT '' AS plan, '' AS version, '' AS credit_set, '' AS event_type, '' AS event, 0 AS rule, '' AS role, 0 AS level,
       '' AS payee, '' AS position, '' AS via, '' AS credit, NULL::DATE AS credited_on, 0::HUGEINT AS share,
       1::HUGEINT AS share_over, 0::HUGEINT AS amount, 1::HUGEINT AS amount_over, '' AS currency
WHERE FALSE
"""
_LINES = """
SELECT CONCAT('{plan}/', component, '/', payee, '/', source, '/', earning_period,
              CASE WHEN kind = 'difference' THEN '+' || pay_period ELSE '' END) AS line, '{plan}' AS plan, version,
       component, kind, payee, position, event_type, event, source, credited_on, earning_period, pay_period,
       CAST(amount AS BIGINT) AS amount, CAST(computed AS BIGINT) AS computed, '{currency}' AS currency, note
FROM "{booked}"
"""
_RELEASES = """
SELECT '{plan}' AS plan, component, payee, source, earning_period, CAST(part AS BIGINT) AS part, due_on, pay_period,
    CAST(amount AS BIGINT) AS amount, '{currency}' AS currency, state, reason
FROM "{table}"
"""
_PAYMENTS = """
SELECT '{plan}' AS plan, payee, pay_period, position, CAST(earned AS BIGINT) AS earned, CAST(released AS BIGINT) AS
    released, CAST(guarantee AS BIGINT) AS guarantee,
       CAST(draw_paid AS BIGINT) AS draw_paid, CAST(draw_recovered AS BIGINT) AS draw_recovered, CAST(draw_balance AS
           BIGINT) AS draw_balance, CAST(carried_in AS BIGINT) AS carried_in,
       CAST(carried_out AS BIGINT) AS carried_out, CAST(payable AS BIGINT) AS payable, '{currency}' AS currency,
           pay_currency, pay_rate, 1000000000000::HUGEINT AS pay_rate_over, CAST(paid AS BIGINT) AS paid
FROM "{table}"
"""


def _credits(compilation: Compilation, name: str) -> str:
    found = credits(compilation, name)
    versions = (
        'CASE "@version" '
        + " ".join(f"WHEN {place} THEN {text(plan.version)}" for place, plan in enumerate(compilation.versions))
        + " END"
    )
    return f"""
    SELECT '{compilation.id}' AS plan, {versions} AS version, '{name}' AS credit_set, '{found.fact}' AS event_type,
        "@event" AS event, "@rule" AS rule, "@role" AS role, "@level" AS level,
           "@payee" AS payee, "@position" AS position, "@via" AS via, "@credit" AS credit, "@date" AS credited_on,
               "@share" AS share, CAST("@share_over" AS HUGEINT) AS share_over,
           "@amount:{found.main}" AS amount, {found.amounts[found.main]}::HUGEINT AS amount_over,
               '{compilation.plan.currency}' AS currency FROM "{found.table}"
    """


def exceptions_of_events(compilation: Compilation, fact: str | None = None) -> Iterator[str]:
    """What could not be credited, with the money that it is about where that is known: of every fact type, or of one.

    Codes: date_missing, rate_missing, amount_missing.
    """
    for place, version in enumerate(compilation.versions):
        for name in compilation.credit_sets(fact):
            if name in version.credits:
                rule = version.credits[name]
                yield _NO_AMOUNT.format(
                    plan=compilation.id,
                    kind=rule.from_,
                    main=next(iter(rule.named_amounts)),
                    scale=compilation.known[f"stated scale {place} {name}"],
                    events=compilation.name(place, "events", name),
                )


def exceptions_of_payees(compilation: Compilation) -> Iterator[str]:
    """What could not be paid or converted. Codes: held, vacant, quota_currency, pay_rate_missing, touches_nothing."""
    words = {"plan": compilation.id, "own": compilation.plan.currency, "over": 10**compilation.places}
    for state in (compilation, *compilation.later):
        yield from _held(state, words)
    for what in ("guarantee", "draw"):
        yield _NO_PROMISE.format(what=what, sums=compilation.name("sums"), **words)
    yield _NO_RECOVERY.format(settled=compilation.name("settled"), **words)
    yield _VACANT.format(booked=compilation.name("booked"), **words)
    for place, version in enumerate(compilation.versions):
        yield from _unusable(compilation, version, place, words)
    yield _FOREIGN.format(**words)
    yield _NO_PAY_RATE.format(payments=compilation.name("payments"), **words)
    yield from untouched(compilation)


def _unusable(compilation: Compilation, plan: Plan, place: int, words: Mapping[str, object]) -> Iterator[str]:
    """Decisions that the version reads and that count as missing: quotas in another currency, inputs out of bounds."""
    for measure in plan.measures.values():
        if measure.quota is not None and measure.quota not in plan.values and measure.quota not in plan.parameters:
            yield _OTHER_CURRENCY.format(quota=measure.quota, end=compilation.end, **words)
    days = f"valid_from < DATE '{compilation.end}' AND valid_to > DATE '{plan.effective.start}'"
    if plan.effective.end is not None:
        days += f" AND valid_from < DATE '{plan.effective.end}'"
    scope = PlaceScope(compilation, plan, Frame(exp.select(exp.Star()).from_(table("inputs"), copy=False)))
    for name, said in plan.inputs.items():
        least, most = (None if bound is None else numeric(bound, scope).constant for bound in (said.min, said.max))
        outside = [f"value * {least.denominator} < {least.numerator} * 1000000"] if least is not None else []
        outside += [f"value * {most.denominator} > {most.numerator} * 1000000"] if most is not None else []
        if outside:
            words = {**words, "input": name, "least": least, "most": most, "days": days}
            yield _OUT_OF_BOUNDS.format(outside=" OR ".join(outside), **words)


def _held(compilation: Compilation, words: Mapping[str, object]) -> Iterator[str]:
    """Results and amounts of windows that are missing."""
    for name, said in {name: said for plan in compilation.versions for name, said in plan.components.items()}.items():
        held = {"lines": compilation.name("lines"), "component": name, **words}
        if said.each is None:
            yield _HELD_PERIOD.format(**held)
        else:
            found = credits(compilation, said.each)
            scale = found.amounts[found.main]
            yield _HELD.format(credits=found.table, scale=scale, **{**held, "main": found.main})
    for missing in compilation.known.get("missing amounts", []):  # type: ignore[attr-defined]
        yield _NO_MOST.format(missing=missing, **words)


_NO_AMOUNT = """
SELECT '{plan}' AS plan, '' AS component, '{kind}' AS event_type, "@event" AS event, NULL::VARCHAR AS payee,
       NULL::VARCHAR AS period, CAST("@stated" AS HUGEINT) AS amount, {scale}::HUGEINT AS amount_over,
       "@currency" AS currency,
       CASE WHEN "@date" IS NULL THEN 'the crediting date is missing'
            WHEN "@stated" IS NULL THEN 'the amount is missing'
            ELSE 'no rate of exchange or no conversion' END AS reason,
       CASE WHEN "@date" IS NULL THEN 'date_missing' WHEN "@stated" IS NULL THEN 'amount_missing'
            ELSE 'rate_missing' END AS code
FROM "{events}" WHERE "@date" IS NULL OR "@amount:{main}" IS NULL
"""
_HELD = """
SELECT '{plan}' AS plan, l.component, l.event_type, l.event, l.payee, l.period, c."@amount:{main}" AS amount,
       {scale}::HUGEINT AS amount_over, '{own}' AS currency,
       'the result is missing: a quota, input or parameter is not there' AS reason, 'held' AS code
FROM "{lines}" l LEFT JOIN "{credits}" c ON c."@credit" = l.source AND c."@payee" = l.payee
WHERE l.amount IS NULL AND l.component = '{component}'
"""
_HELD_PERIOD = """
SELECT '{plan}' AS plan, component, event_type, event, payee, period, NULL::HUGEINT AS amount,
       1::HUGEINT AS amount_over, '{own}' AS currency,
       'the result is missing: a quota, input or parameter is not there' AS reason, 'held' AS code
FROM "{lines}" WHERE amount IS NULL AND component = '{component}'
"""
_NO_MOST = """
SELECT '{plan}' AS plan, component, '' AS event_type, NULL::VARCHAR AS event, payee, period, NULL::HUGEINT AS amount,
       1::HUGEINT AS amount_over, '{own}' AS currency, 'the ' || what || ' for a window is missing' AS reason,
       'held' AS code
FROM ({missing}) m
"""
_NO_PROMISE = """
SELECT '{plan}' AS plan, 'settlement.{what}' AS component, '' AS event_type, NULL::VARCHAR AS event, payee,
       pay_period AS period, NULL::HUGEINT AS amount, 1::HUGEINT AS amount_over, '{own}' AS currency,
       'the amount of the {what} is missing' AS reason, 'held' AS code
FROM "{sums}" WHERE {what}_missing
"""
_NO_RECOVERY = """
SELECT '{plan}' AS plan, 'settlement.draw' AS component, '' AS event_type, NULL::VARCHAR AS event, payee,
       pay_period AS period, NULL::HUGEINT AS amount, 1::HUGEINT AS amount_over, '{own}' AS currency,
       'what is taken back of the draw is missing' AS reason, 'held' AS code
FROM "{settled}" WHERE recovery_missing
"""
_VACANT = """
SELECT '{plan}' AS plan, '' AS component, '' AS event_type, NULL::VARCHAR AS event, payee, pay_period AS period,
       CAST(SUM(amount) AS HUGEINT) AS amount, {over}::HUGEINT AS amount_over, '{own}' AS currency,
       'the seat is vacant: its lines are not paid' AS reason, 'vacant' AS code
FROM "{booked}" WHERE starts_with(payee, 'vacant:') GROUP BY payee, pay_period HAVING SUM(amount) <> 0
"""
_OTHER_CURRENCY = """
SELECT '{plan}' AS plan, '' AS component, '' AS event_type, NULL::VARCHAR AS event, subject AS payee,
       NULL::VARCHAR AS period, CAST(amount AS HUGEINT) AS amount, 10000::HUGEINT AS amount_over, currency,
       'the quota {quota} from ' || valid_from || ' is in ' || currency || ', the plan counts in {own}' AS reason,
       'quota_currency' AS code
FROM quotas WHERE quota = '{quota}' AND currency NOT IN ('', '{own}') AND valid_from < DATE '{end}'
"""
_OUT_OF_BOUNDS = """
SELECT '{plan}' AS plan, '' AS component, '' AS event_type, NULL::VARCHAR AS event, subject AS payee,
       NULL::VARCHAR AS period, NULL::HUGEINT AS amount, 1::HUGEINT AS amount_over, '{own}' AS currency,
       'the input {input} from ' || valid_from || ' is outside of its bounds, {least} to {most}' AS reason,
       'held' AS code
FROM inputs WHERE input = '{input}' AND {days} AND ({outside})
"""
_FOREIGN = """
SELECT '{plan}' AS plan, component, '' AS event_type, NULL::VARCHAR AS event, payee, pay_period AS period,
       CAST(amount AS HUGEINT) AS amount, 10000::HUGEINT AS amount_over, currency,
       'the adjustment is in another currency than the plan' AS reason, 'rate_missing' AS code
FROM adjustments WHERE plan = '{plan}' AND currency <> '{own}'
"""
_NO_PAY_RATE = """
SELECT '{plan}' AS plan, '' AS component, '' AS event_type, NULL::VARCHAR AS event, payee, pay_period AS period,
       payable AS amount, {over}::HUGEINT AS amount_over, '{own}' AS currency,
       'no rate of exchange into ' || pay_currency AS reason, 'pay_rate_missing' AS code
FROM "{payments}" WHERE paid IS NULL
"""


# -- named values ------------------------------------------------------------------------------------------------------


def values(compilation: Compilation, name: str) -> Iterator[NamedValue]:
    """Every value of that name: at its own grain, and for a plain formula at payees' pay periods and at credits."""
    head, *field = name.split(".")
    parts = (compilation.names.get(head, head), *field)
    having = [plan for plan in compilation.versions if _has(plan, parts)]
    if not having:
        raise NotFound(f"The plan {compilation.id} has no value `{name}`.", code="plan.unknown-name")
    for plan in having:
        yield from _values_of(compilation, plan, parts)


def _has(plan: Plan, parts: tuple[str, ...]) -> bool:
    sections = (plan.values, plan.measures, plan.inputs, plan.parameters)
    return any(parts[0] in section for section in sections) or (parts[0] in plan.components and len(parts) == 2)


def _values_of(compilation: Compilation, plan: Plan, parts: tuple[str, ...]) -> Iterator[NamedValue]:
    first = parts[0]
    if first in plan.components and len(parts) == 2:
        yield from _of_component(compilation, plan, first, parts[1])
        return
    said = plan.values.get(first)
    kind = said.per.kind if said is not None and said.per is not None else plan.period
    subject = said.per.subject if said is not None and said.per is not None else "payee"
    if first in plan.measures:
        subject = plan.measures[first].for_
    here: tuple[Compilation, Plan, tuple[str, ...]] = (compilation, plan, parts)
    attempts: list[Callable[[], Iterator[NamedValue]]] = []
    if said is None or said.each is None:
        at_periods = (
            partial(_at_payees, *here, kind) if subject == "payee" else partial(_at_group, *here, kind, subject)
        )
        attempts.append(at_periods)
    if said is None or said.per is None:
        sets = list(plan.credits) if said is None or said.each is None else [said.each]
        attempts += [partial(_at_credits, *here, credit_set) for credit_set in sets]
    failures: list[AttainError] = []
    worked = False
    for attempt in attempts:
        try:
            found = list(attempt())
            worked = True
            yield from found
        except AttainError as problem:
            failures.append(problem)
    if not worked and failures:
        raise failures[0]


def _answer(compilation: Compilation, frame: Frame, value: Sql, payee: exp.Expr, key: exp.Expr) -> Iterator[NamedValue]:
    columns = [named(payee, "who"), named(key, "key")]
    if isinstance(value, Num):
        over = frac.over(value)
        columns += [named(value.numerator, "n"), named(over, "d")]
    else:
        columns += [named(value.sql, "n")]
    query = exp.select(*columns).from_(
        exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f"))), copy=False
    )
    for row in compilation.database.rows(query):
        yield NamedValue(row["who"], row["key"], _scalar(row))


def _scalar(row: dict[str, Any]) -> Any:
    if "d" not in row:
        return row["n"]
    return None if row["n"] is None or row["d"] is None else Fraction(int(row["n"]), int(row["d"]))


def _at_payees(compilation: Compilation, plan: Plan, parts: tuple[str, ...], kind: str) -> Iterator[NamedValue]:
    frame = Frame(exp.select(exp.Star()).from_(table(payee_rows(compilation, kind)), copy=False))
    value = compiled(Name(parts), PeriodScope(compilation, plan, frame, kind))
    frame.keep(compilation.in_force(plan))
    yield from _answer(compilation, frame, value, col("payee"), col("period"))


def _at_group(
    compilation: Compilation, plan: Plan, parts: tuple[str, ...], kind: str, subject: str
) -> Iterator[NamedValue]:
    frame = Frame(exp.select(exp.Star()).from_(table(group_rows(compilation, subject, kind)), copy=False))
    value = compiled(Name(parts), GroupScope(compilation, plan, frame, kind, subject))
    frame.keep(compilation.in_force(plan))
    who = cast(exp.Null(), "VARCHAR") if subject == "company" else col("subject")
    yield from _answer(compilation, frame, value, who, col("period"))


def _at_credits(compilation: Compilation, plan: Plan, parts: tuple[str, ...], credit_set: str) -> Iterator[NamedValue]:
    source = measures.measured(compilation, plan, credit_set).table
    frame = Frame(exp.select(exp.Star()).from_(table(source), copy=False))
    value = compiled(Name(parts), CreditScope(compilation, plan, frame, credit_set))
    frame.keep(exp.EQ(this=col("@version"), expression=exp.Literal.number(compilation.index(plan))))
    yield from _answer(compilation, frame, value, col("@payee"), col("@credit"))


def _of_component(compilation: Compilation, plan: Plan, name: str, field: str) -> Iterator[NamedValue]:
    said = plan.components[name]
    if field in ("exact", "uncapped"):
        source = reward.component(compilation, plan, name)
        frame = Frame(exp.select(exp.Star()).from_(table(source), copy=False))
        frame.keep(exp.NEQ(this=col("kind"), expression=exp.Literal.string(NO_PART)))
        yield from _answer(compilation, frame, Num(col(field), 1, col(f"{field}/")), col("payee"), col("source"))
        return
    if field != "slices" or said.pays not in ("marginal", "whole"):
        raise NotFound(f"The component `{name}` has no `{field}`.", code="plan.unknown-name")
    tiers = worth.table_of(plan, said)
    if not isinstance(tiers, TierTable):
        return
    if said.each is not None:
        credit_frame, credit_scope = reward.each_frame(compilation, plan, said)
        yield from _slices(compilation, plan, name, credit_frame, credit_scope, tiers, col("@payee"), col("@credit"))
    else:
        period_frame, period_scope = reward.per_frame(compilation, plan, said)
        yield from _slices(compilation, plan, name, period_frame, period_scope, tiers, col("payee"), col("period"))


def _slices(
    compilation: Compilation,
    plan: Plan,
    name: str,
    frame: Frame,
    scope: CreditScope | PeriodScope,
    tiers: TierTable,
    payee: exp.Expr,
    key: exp.Expr,
) -> Iterator[NamedValue]:
    """Marginal: the part of each row in each tier. Whole: own slices and the catch-up of earlier credits."""
    said = plan.components[name]
    if said.pays == "whole":
        from attain.engine.catch_up import catch_up_slices

        yield from catch_up_slices(compilation, plan, name, scope)
        return
    before, after, unit = worth.marginal_operands(plan, said, scope)
    times = scope.pin(worth.marginal_times(plan, said, tiers, unit, scope))
    upper, lower = tables.slices(tiers.tiers, after, unit, scope), tables.slices(tiers.tiers, before, unit, scope)
    columns: list[exp.Expr] = [named(payee, "who"), named(key, "key")]
    for place, ((rate, high), (_, low)) in enumerate(zip(upper, lower, strict=True)):
        part = scope.pin(frac.minus(high, low))
        for label, value in (
            ("a", part),
            ("r", scope.pin(rate)),
            ("p", scope.pin(frac.product(frac.product(part, rate), times))),
        ):
            over = frac.over(value)
            columns += [named(value.numerator, f"{label}{place}"), named(over, f"{label}{place}/")]
    query = exp.select(*columns).from_(
        exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f"))), copy=False
    )
    for row in compilation.database.rows(query):
        found = []
        for place in range(len(tiers.tiers)):
            amount, rate_value, pay = (_fraction(row, f"{label}{place}") for label in "arp")
            if amount:
                found.append(Slice("own", amount, rate_value or Fraction(0), pay or Fraction(0)))
        yield NamedValue(row["who"], row["key"], tuple(found))


def _fraction(row: dict[str, Any], name: str) -> Fraction | None:
    top, below = row[name], row[f"{name}/"]
    return None if top is None or below is None else Fraction(int(top), int(below))


__all__ = ["Plain", "numeric", "values", "write_results"]
