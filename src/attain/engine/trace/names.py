"""Where the value of a name comes from: a column, a decision, a measure, another formula."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from sqlglot import exp

from attain.engine.formulas import Sql, compiled
from attain.engine.scopes import PlaceScope
from attain.engine.stages.credit import ORDER
from attain.engine.stages.values import recursive_group
from attain.engine.trace import measured
from attain.engine.trace.arithmetic import Figure, Formula, Rounded, Scalar
from attain.engine.trace.decided import input_step, parameter_step
from attain.engine.trace.derivation import Derivation, figure
from attain.engine.trace.explanation import Name, Step, Word
from attain.engine.trace.reading import read
from attain.engine.trace.spots import CreditSpot, EventSpot, GroupSpot, PayeeSpot, Spot
from attain.plans import expressions as tree
from attain.plans.model import Value

_ATTRIBUTES = ("person", "position", "period", "payee")


def named(derivation: Derivation, spot: Spot, parts: tuple[str, ...], value: Scalar) -> Step | None:
    """The step of a name; None when it needs none here, or has been explained above."""
    plan, first = spot.plan, parts[0]
    if first in plan.measures:
        return measured.step(derivation, spot, first, parts[1] if len(parts) > 1 else "", value)
    if not derivation.first(spot.key, parts):
        return None
    shown = figure(value, derivation.units(spot).of_name(parts))
    if first in plan.parameters:
        return parameter_step(derivation, spot, first, shown)
    if first in plan.inputs:
        return input_step(derivation, spot, first, shown)
    if first in plan.values:
        return value_step(derivation, spot, first, shown)
    if first in plan.components:
        return Step(
            "component", {"name": derivation.component(first)}, None, shown, derivation.where(plan, "components", first)
        )
    if first == "credit":
        return None
    if first in _ATTRIBUTES:
        return Step("attribute", {"name": ".".join(parts)}, None, shown)
    return _column(derivation, spot, parts, shown)


def _column(derivation: Derivation, spot: Spot, parts: tuple[str, ...], shown: Figure) -> Step | None:
    words: dict[str, Word] = {"name": Name(parts[-1])}
    if isinstance(spot, EventSpot):
        if len(parts) == 1:
            return None  # all columns of an event stand in its own step
        return Step("column", words, None, shown, source=derivation.fact_source(parts[0], spot.via))
    if isinstance(spot, CreditSpot):
        (event,) = spot.ask(lambda scope: [exp.column("@event", quoted=True)])
        source = derivation.fact_source(spot.plan.credits[spot.credit_set].from_, str(event))
        return Step("column", words, None, shown, source=source)
    return Step("column", words, None, shown)


# -- values ------------------------------------------------------------------------------------------------------------


def value_step(derivation: Derivation, spot: Spot, name: str, shown: Figure) -> Step | None:
    """A named formula: where it is read, or at the row of its own grain."""
    plan, said = spot.plan, spot.plan.values[name]
    where = derivation.where(plan, "values", name)
    if said.per is None and said.each is None:
        found = read(derivation, spot, said.formula, shown.unit)
        formula = _with_rounding(found.formula, said)
        return Step("value", {"name": Name(name)}, _unless_plain(formula), shown, where, inside=found.steps)
    own = own_spot(spot, name)
    if own is None:
        return Step("value", {"name": Name(name)}, None, shown, where)
    if own.key != spot.key and not derivation.first(own.key, (name,)):
        return None
    words: dict[str, Word] = {"name": Name(name), **_key_words(own)}
    if recursive_group(plan, name):
        own = replace(own, recalled=recall(own, name))
    found = read(derivation, own, said.formula, shown.unit)
    kind = "value.credit" if isinstance(own, CreditSpot) else "value.period"
    return Step(kind, words, _unless_plain(_with_rounding(found.formula, said)), shown, where, inside=found.steps)


def _with_rounding(formula: Formula, said: Value) -> Formula:
    return formula if said.round is None else Rounded(formula, said.round)


def _unless_plain(formula: Formula) -> Formula | None:
    return None if isinstance(formula, Figure) else formula


def _key_words(spot: Spot) -> dict[str, Word]:
    match spot:
        case CreditSpot(credit=credit, payee=payee):
            return {"credit": credit, "payee": payee}
        case PayeeSpot(payee=payee, period=period):
            return {"payee": payee, "period": period}
        case GroupSpot(id=id_, period=period):
            return {"payee": id_, "period": period}
    return {}


def own_spot(spot: Spot, name: str) -> Spot | None:
    """The row of the value's own grain that this row reads."""
    said = spot.plan.values[name]
    if said.each is not None:
        return spot if isinstance(spot, CreditSpot) and spot.credit_set == said.each else None
    if said.per is None or isinstance(spot, EventSpot):
        return None
    subject, kind = said.per.subject, said.per.kind

    def question(scope: PlaceScope) -> list[Sql | exp.Expr]:
        asked: list[Sql | exp.Expr] = [scope.period_of(kind)]  # type: ignore[attr-defined]
        if subject != "company":
            asked.append(scope.team() if subject == "team" else scope.payee())  # type: ignore[attr-defined]
        return asked

    period, *rest = spot.ask(question)
    if subject == "payee":
        return PayeeSpot(spot.compilation, spot.plan, str(rest[0]), kind, str(period))
    return GroupSpot(
        spot.compilation, spot.plan, subject, "company" if subject == "company" else str(rest[0]), kind, str(period)
    )


# -- previous ----------------------------------------------------------------------------------------------------------


def recall(spot: Spot, name: str) -> dict[str, Fraction | None]:
    """What `previous` gives on this row, for every value of the recursion."""
    group = recursive_group(spot.plan, name)
    before = _before(spot, spot.plan.values[name])
    found: dict[str, Fraction | None] = {}
    for item in group:
        start = spot.plan.values[item].start
        if before is None:
            found[item] = spot.number(start) if start is not None else Fraction(0)
        else:
            found[item] = before.number(tree.Name((item,)))
    return found


def _before(spot: Spot, said: Value) -> Spot | None:
    """The row before this one within the payee (and column or window)."""
    if isinstance(spot, PayeeSpot):
        window = f"in_{said.over.kind}" if said.over is not None and said.over.kind != "plan" else None
        found = spot.compilation.database.rows(spot.of_payee())
        ordered = sorted(found, key=lambda row: row["start"])
        place = next(place for place, row in enumerate(ordered) if row["period"] == spot.period)
        if place == 0 or (window is not None and ordered[place - 1][window] != ordered[place][window]):
            return None
        return PayeeSpot(spot.compilation, spot.plan, spot.payee, spot.kind, ordered[place - 1]["period"])
    if isinstance(spot, CreditSpot):
        rows = sorted(
            spot.compilation.database.rows(spot.of_payee()), key=lambda row: [row[column] for column in ORDER]
        )
        own = next(row for row in rows if row["@credit"] == spot.credit)
        if said.within is not None:
            rows = [row for row in rows if row[said.within] == own[said.within]]
        place = next(place for place, row in enumerate(rows) if row["@credit"] == spot.credit)
        return (
            None
            if place == 0
            else CreditSpot(spot.compilation, spot.plan, spot.credit_set, rows[place - 1]["@credit"], spot.payee)
        )
    return None


def asked(derivation: Derivation, spot: Spot, call: tree.Call, value: Scalar) -> Step:
    """`previous`, and what is added up over the payees of a team or the company."""
    unit = derivation.units(spot).of(call)
    first = call.arguments[0] if call.arguments else None
    if call.function == "previous" and isinstance(first, tree.Name):
        before = _before(spot, spot.plan.values[first.parts[0]])
        key: Word = "" if before is None else before.credit if isinstance(before, CreditSpot) else before.period  # type: ignore[attr-defined]
        return Step(
            "previous.start" if before is None else "previous",
            {"name": Name(first.parts[0]), "key": key},
            None,
            figure(value, unit),
        )
    (count,) = spot.ask(lambda scope: [compiled(tree.Call("count", ()), scope)])
    words: dict[str, Word] = {"count": figure(count, "number")}
    if first is not None:
        from attain.engine.trace.explanation import Said

        words["words"] = Said(first, spot.plan)
    return Step(f"over_all.{call.function}", words, None, figure(value, unit))


__all__ = ["asked", "named", "own_spot", "recall", "value_step"]
