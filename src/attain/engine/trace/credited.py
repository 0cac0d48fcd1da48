"""A credit: the event it comes from, who was named by which rule, the share, and how the amount came about."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attain.engine.formulas import Scope, Sql
from attain.engine.fractions import Num
from attain.engine.stages import credit as engine
from attain.engine.stages import recipients
from attain.engine.trace.arithmetic import (
    Applied,
    Figure,
    Formula,
    Operation,
    Rounded,
    Shared,
    in_currency,
)
from attain.engine.trace.derivation import Derivation, figure
from attain.engine.trace.explanation import Name, Said, Source, Step, Word
from attain.engine.trace.reading import operand, read
from attain.engine.trace.spots import CreditSpot, EventSpot, rows
from attain.facts.schema import BATCH, ROW
from attain.plans.model import CreditRule, Plan

Row = Mapping[str, Any]


def credit_step(derivation: Derivation, spot: CreditSpot) -> Step:
    """The credit behind a line, with its share and its event."""
    compilation = derivation.compilation
    name = spot.credit_set
    found = engine.credits(compilation, name)
    row = rows(compilation, found.table, {"@credit": spot.credit, "@payee": spot.payee})[0]
    plan = compilation.versions[int(row["@version"])]
    rule = plan.credits[name].to[int(row["@rule"]) - 1]
    event = EventSpot(
        compilation, plan, name, row["@event"], rule.related[0] if rule.related else None, str(row["@via"])
    )
    stored = rows(compilation, compilation.name(compilation.index(plan), "events", name), {"@event": row["@event"]})[0]
    share = Figure(Fraction(int(row["@share"]), int(row["@share_over"])), "rate")
    share_step = _share(derivation, event, rule, row, share)
    amounts = [_amount(derivation, spot, event, amount, row, stored, share) for amount in found.amounts]
    main = amounts[0]
    words: dict[str, Word] = {
        "payee": str(row["@payee"]),
        "position": str(row["@position"]),
        "set": Name(name),
        "event": str(row["@event"]),
        "date": Figure(row["@date"], "day"),
    }
    where = derivation.where(plan, "credits", name)
    inside = (
        share_step,
        *_recipient(derivation, event, rule, row),
        *main.inside,
        *amounts[1:],
        _event(derivation, event, stored),
    )
    return Step("credit", words, main.formula, main.result, where, inside=inside)


# -- amounts -----------------------------------------------------------------------------------------------------------


def _amount(
    derivation: Derivation, spot: CreditSpot, event: EventSpot, amount: str, row: Row, stored: Row, share: Figure
) -> Step:
    """The event's amount × share, split in cents and limited as the plan says."""
    plan, name = event.plan, event.credit_set
    rule = plan.credits[name]
    unit = derivation.units(event).of(rule.named_amounts[amount])
    scale = engine.credits(event.compilation, name).amounts[amount]
    result = Figure(Fraction(int(row[f"@amount:{amount}"]), scale), unit)
    whole, inside = _of_event(derivation, event, name, amount, stored)
    limit = None
    if rule.limit is not None and next(iter(rule.named_amounts)) == amount:
        where = derivation.where(plan, "credits", name, "limit")
        limit, more = operand(derivation, spot, rule.limit, "limit.formula", where, unit)
        inside = (*inside, *more)
    formula = _split(derivation, Operation("*", whole, share), result, limit)
    where = derivation.where(plan, "credits", name)
    return Step("credit.other", {"name": Name(amount)}, formula, result, where, inside=inside)


def _split(derivation: Derivation, exact: Formula, result: Figure, limit: Figure | None) -> Formula:
    """The exact part, or that part in cents when the parts of an event are rounded together."""

    def within(part: Formula) -> Formula:
        return part if limit is None else Applied("limited", (part, limit))

    value = result.value
    if within(exact).worth() == value or not isinstance(value, Fraction):
        return within(exact)
    cut = limit is not None and abs(value) == limit.value
    return within(Rounded(exact, derivation.places) if cut else Shared(exact, derivation.places, value))


def _of_event(
    derivation: Derivation, event: EventSpot, name: str, amount: str, stored: Row
) -> tuple[Figure, tuple[Step, ...]]:
    """The amount of the whole event in the plan's currency, and the steps that make it."""
    plan = event.plan
    rule = plan.credits[name]
    formula = rule.named_amounts[amount]
    units = derivation.units(event)
    path = ("amount",) if amount == "amount" and not rule.amounts else ("amounts", amount)
    where = derivation.where(plan, "credits", name, *path)
    found = read(derivation, event, formula)
    currency = str(stored["@currency"])
    own = found.result
    foreign = currency != plan.currency and own.unit == "money"
    known = Figure(own.value, own.unit, currency if foreign else "")
    (exact,) = event.ask(lambda scope: [_stored_amount(derivation, event, name, amount)])
    whole = Figure(exact, units.of(formula))
    steps: tuple[Step, ...] = ()
    if not isinstance(found.formula, Figure):
        own_formula = in_currency(found.formula, known.currency)
        steps = (Step("event.amount", {"words": Said(formula, plan)}, own_formula, known, where, inside=found.steps),)
    if foreign and rule.convert is not None:
        steps = (*steps, _conversion(derivation, event, name, known, whole, currency))
    return whole, steps


def _stored_amount(derivation: Derivation, event: EventSpot, name: str, amount: str) -> Num:
    from attain.engine.frame import col

    plan, compilation = event.plan, event.compilation
    scale = compilation.known.get(f"amount scales {compilation.index(plan)} {name}")
    if isinstance(scale, dict):
        return Num(col(f"@amount:{amount}"), int(scale[amount]))
    return Num(col(f"@amount:{amount}"), int(str(compilation.known[f"amount scale {compilation.index(plan)} {name}"])))


def _conversion(
    derivation: Derivation, event: EventSpot, name: str, amount: Figure, whole: Figure, currency: str
) -> Step:
    plan, compilation = event.plan, event.compilation
    convert = plan.credits[name].convert
    if convert is None:
        raise TypeError(f"{name} has no conversion.")

    def question(scope: Any) -> list[Sql | Any]:
        from attain.engine.frame import col

        rate = engine._rate(compilation, plan, plan.credits[name], scope, scope.frame)
        on = next(column.name for column in rate.numerator.find_all(type(col("x")))).removesuffix(".rate")
        return [rate, col(on)]

    rate, on = event.ask(question)
    words: dict[str, Word] = {
        "kind": Name(convert.rate),
        "base": currency,
        "quote": plan.currency,
        "on": Figure(on, "day"),
    }
    formula = Rounded(Operation("*", amount, Figure(rate)), derivation.places)
    source = Source("rates", f"{convert.rate}/{currency}/{plan.currency}/{on}")
    return Step("conversion", words, formula, whole, derivation.where(plan, "credits", name, "convert"), source)


# -- shares ------------------------------------------------------------------------------------------------------------


def _share(derivation: Derivation, event: EventSpot, rule: CreditRule, row: Row, share: Figure) -> Step:
    """The rule's share; of a rolled-up credit, a share of what the direct recipient has."""
    plan, number = event.plan, int(row["@rule"])
    path = ("credits", event.credit_set, "to", number - 1)
    where = derivation.where(plan, *path)
    words: dict[str, Word] = {"number": str(number), "role": str(row["@role"])}
    kind = "share.role" if row["@role"] else "share"
    if rule.share == "rest":
        others = _others(derivation, event, share)
        return Step(f"{kind}.rest", words, Operation("-", Figure(Fraction(1), "rate"), others), share, where)
    own, inside = _own_share(derivation, event, rule, row)
    if rule.is_direct or rule.of is not None:
        return Step(kind, words, None if own == share else own, share, where, inside=inside)
    base = _base_share(derivation, event, row, own, share)
    formula = None if base is None or base.value == 1 else Operation("*", base, own)
    return Step(kind, {**words, "via": str(row["@via"])}, formula, share, where, inside=inside)


def _own_share(derivation: Derivation, event: EventSpot, rule: CreditRule, row: Row) -> tuple[Figure, tuple[Step, ...]]:
    if isinstance(rule.share, tuple):
        place = min(max(int(row["@level"]) - 1, 0), len(rule.share) - 1)
        path = ("credits", event.credit_set, "to", int(row["@rule"]) - 1, "share")
        return operand(
            derivation, event, rule.share[place], "share.formula", derivation.where(event.plan, *path), "rate"
        )
    related = _relationship(derivation, event, rule, row)
    if related is not None and related["share"] is not None:
        return Figure(Fraction(related["share"]), "rate"), ()
    return Figure(Fraction(1), "rate"), ()


def _others(derivation: Derivation, event: EventSpot, share: Figure) -> Figure:
    """The sum of the other direct shares."""
    compilation, place = event.compilation, event.compilation.index(event.plan)
    scale = recipients.scale(compilation, place, event.credit_set)
    found = rows(compilation, compilation.name(place, "recipients", event.credit_set), {"@event": event.event})
    direct = [Fraction(int(item["@share"]), scale) for item in found if item["@direct"] and item["@share"] is not None]
    own = share.value if isinstance(share.value, Fraction) else Fraction(0)
    return Figure(sum(direct, Fraction(0)) - own, "rate")


def _base_share(derivation: Derivation, event: EventSpot, row: Row, own: Figure, share: Figure) -> Figure | None:
    """The share of the direct recipient through whom this credit came."""
    compilation, place = event.compilation, event.compilation.index(event.plan)
    scale = recipients.scale(compilation, place, event.credit_set)
    found = rows(
        compilation,
        compilation.name(place, "recipients", event.credit_set),
        {"@event": event.event, "@payee": row["@via"]},
    )
    for item in found:
        base = Figure(Fraction(int(item["@share"] or 0), scale), "rate")
        if item["@direct"] and Operation("*", base, own).worth() == share.value:
            return base
    return None


# -- recipients --------------------------------------------------------------------------------------------------------


def _recipient(derivation: Derivation, event: EventSpot, rule: CreditRule, row: Row) -> tuple[Step, ...]:
    """By what the payee was named."""
    place = event.compilation.index(event.plan)
    keys = {
        "@event": event.event,
        "@payee": row["@payee"],
        "@rule": int(row["@rule"]),
        "@level": int(row["@level"]),
        "@via": row["@via"],
    }
    found = rows(event.compilation, event.compilation.name(place, "recipients", event.credit_set), keys)
    words: dict[str, Word] = {
        "payee": str(row["@payee"]),
        "position": str(row["@position"]),
        "day": Figure(row["@recipient"], "day"),
        "via": str(row["@via"]),
        "level": str(row["@level"]),
        "ref": str(found[0]["@ref"]) if found else "",
    }
    if rule.who == "manager":
        return (Step("recipient.manager", words),)
    if rule.relationship is not None:
        related = _relationship(derivation, event, rule, row)
        words |= {"kind": Name(rule.relationship), "subject": str(related["subject"]) if related else ""}
        source = (
            Source("relationships", f"{rule.relationship}/{related['subject']}/{related['payee']}") if related else None
        )
        return (Step("recipient.relationship", words, source=source),)
    if rule.related is not None:
        fact, column = rule.related
        return (
            Step(
                "recipient.related",
                {**words, "column": Name(column), "fact": Name(fact)},
                source=derivation.fact_source(fact, str(row["@via"])),
            ),
        )
    return (Step("recipient.column", {**words, "column": Name(rule.who)}),)


def _relationship(derivation: Derivation, event: EventSpot, rule: CreditRule, row: Row) -> dict[str, Any] | None:
    """The row that named the payee: the subject's, in force on the recipient date."""
    subjects: set[object] = set()
    if rule.of is not None:
        subjects = {event.value(rule.of)}
    else:
        place = event.compilation.index(event.plan)
        through = rows(
            event.compilation,
            event.compilation.name(place, "recipients", event.credit_set),
            {"@event": event.event, "@payee": row["@via"]},
        )
        subjects = {row["@via"], *(item["@position"] for item in through)}
    day = row["@recipient"]
    payees = {row["@payee"], row["@position"]}
    for item in event.compilation.snapshot.rows("relationships"):
        in_force = item["valid_from"] <= day and (item["valid_to"] is None or day < item["valid_to"])
        if item["kind"] == rule.relationship and item["subject"] in subjects and item["payee"] in payees and in_force:
            return item
    return None


# -- the event ---------------------------------------------------------------------------------------------------------


def _event(derivation: Derivation, event: EventSpot, stored: Row) -> Step:
    """The source row: its columns as they were read."""
    schema = event.compilation.fact(event.fact).schema
    facts = rows(event.compilation, f"f:{event.fact}", {schema.key: event.event})[0]
    source = Source(event.fact, event.event, facts[BATCH], int(facts[ROW]))
    units = derivation.units(event)
    values = dict(zip(schema.columns, event.values([_name(column) for column in schema.columns]), strict=True))
    columns = []
    for column, value in values.items():
        if column == schema.key or value is None:
            continue
        currency = schema.columns[column].currency if schema.columns[column].type == "money" else None
        code = currency or ""
        if currency is not None and currency in schema.columns:
            code = str(stored[currency])
        shown = figure(value, units.of_name((column,)))
        columns.append(
            Step(
                "event.column",
                {"name": Name(column)},
                None,
                Figure(shown.value, shown.unit, "" if code == event.plan.currency else code),
            )
        )
    words: dict[str, Word] = {"fact": Name(event.fact), "event": event.event}
    if stored["@reverses"] is not None:
        words["original"] = str(stored["@reverses"])
        return Step("event.reversal", words, source=source, inside=tuple(columns))
    return Step("event", words, source=source, inside=tuple(columns))


def _name(column: str) -> Any:
    from attain.plans.expressions import Name as ColumnName

    return ColumnName((column,))


__all__ = ["Plan", "Scope", "credit_step"]
