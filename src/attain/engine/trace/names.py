"""Where the value of a name comes from: a column, a decision, a measure, another formula."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

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
from attain.plans.model import Plan, Value

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
    said = spot.plan.values[name]
    where = derivation.where(spot.plan, "values", name)
    if said.per is None and said.each is None:
        found = read(derivation, spot, said.formula, shown.unit)
        formula = _with_rounding(found.formula, said)
        return Step("value", {"name": Name(name)}, _unless_plain(formula), shown, where, inside=found.steps)
    own = own_spot(spot, name)
    if own is None:
        return Step("value", {"name": Name(name)}, None, shown, where)
    if own.key != spot.key and not derivation.first(own.key, (name,)):
        return None
    said, where = own.plan.values[name], derivation.where(own.plan, "values", name)
    words: dict[str, Word] = {"name": Name(name), **_key_words(own)}
    if recursive_group(own.compilation, own.plan, name):
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
    # A coarser period may belong to a later version, which says what the value is there.
    found = spot.compilation.calendar.parse(str(period))
    plan = spot.plan if kind == getattr(spot, "kind", None) else spot.compilation.version_of(found)
    if name not in plan.values or plan.values[name].per != said.per:
        return None
    if subject == "payee":
        return PayeeSpot(spot.compilation, plan, str(rest[0]), kind, str(period))
    return GroupSpot(
        spot.compilation, plan, subject, "company" if subject == "company" else str(rest[0]), kind, str(period)
    )


# -- previous ----------------------------------------------------------------------------------------------------------


def recall(spot: Spot, name: str) -> dict[str, Fraction | None]:
    """What `previous` gives on this row, for every value of the recursion."""
    found: dict[str, Fraction | None] = {}
    for item in recursive_group(spot.compilation, spot.plan, name):
        if item not in spot.plan.values:
            continue
        before = _before(spot, item)
        start = spot.plan.values[item].start
        if before is None:
            found[item] = spot.number(start) if start is not None else Fraction(0)
        else:
            found[item] = before.number(tree.Name((item,)))
    return found


def _before(spot: Spot, name: str) -> Spot | None:
    """The row before this one within the payee (and column or window), whichever version it belongs to."""
    said = spot.plan.values[name]
    if isinstance(spot, PayeeSpot):
        window = f"in_{said.over.kind}" if said.over is not None and said.over.kind != "plan" else None
        earlier, own = _rows_before(spot, ("start",), ("period", spot.period))
        calendar = spot.compilation.calendar
        for row in reversed(earlier):
            plan = spot.compilation.version_of(calendar.parse(row["period"]))
            if _is_same(plan, name, said):
                same = window is None or row[window] == own[window]
                return PayeeSpot(spot.compilation, plan, spot.payee, spot.kind, row["period"]) if same else None
    if isinstance(spot, CreditSpot):
        earlier, own = _rows_before(spot, ORDER, ("@credit", spot.credit))
        for row in reversed(earlier):
            plan = spot.compilation.versions[int(row["@version"])]
            if _is_same(plan, name, said) and (said.within is None or row[said.within] == own[said.within]):
                return CreditSpot(spot.compilation, plan, spot.credit_set, row["@credit"], spot.payee)
    return None


def _rows_before(
    spot: PayeeSpot | CreditSpot, order: tuple[str, ...], key: tuple[str, str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    found = spot.compilation.database.rows(spot.of_payee())
    ordered = sorted(found, key=lambda row: [row[column] for column in order])
    place = next(place for place, row in enumerate(ordered) if row[key[0]] == key[1])
    return ordered[:place], ordered[place]


def _is_same(plan: Plan, name: str, said: Value) -> bool:
    """Whether a version has the value with rows of the same kind."""
    other = plan.values.get(name)
    return other is not None and (other.per, other.each, other.within) == (said.per, said.each, said.within)


def asked(derivation: Derivation, spot: Spot, call: tree.Call, value: Scalar) -> Step:
    """`previous`, and what is added up over the payees of a team or the company."""
    unit = derivation.units(spot).of(call)
    first = call.arguments[0] if call.arguments else None
    if call.function == "previous" and isinstance(first, tree.Name):
        before = _before(spot, first.parts[0])
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
