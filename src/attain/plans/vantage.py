"""From where each part of a plan looks at the world: the places of its sections."""

from __future__ import annotations

from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.model import Component, Plan
from attain.plans.references import MeasureField, Place


def rule_place(plan: Plan, credit_set: str, rule: int, *, of_when: bool = False) -> Place:
    credits = plan.credits[credit_set]
    related = credits.to[rule].related
    return Place("credit rule", credit_set=credit_set, fact=credits.from_, related=related[0] if related else None,
                 knows_payee=of_when)  # fmt: skip


def component_place(plan: Plan, component: Component) -> Place:
    if component.each is not None:
        return Place("credit", credit_set=component.each, fact=plan.credits[component.each].from_)
    subject, kind = (component.per.subject, component.per.kind) if component.per else ("payee", plan.period)
    return place_of_period(subject, kind)


def pool_place(component: Component) -> Place:
    kind = component.per.kind if component.per else "month"
    return place_of_period("team" if component.among == "team" else "company", kind)


def running_by(plan: Plan, component: Component) -> MeasureField | None:
    """The measure or attainment whose running value the only `by` of a component is."""
    return running_of(plan, component.by[0]) if component.by is not None and len(component.by) == 1 else None


def running_of(plan: Plan, by: Expr) -> MeasureField | None:
    """The measure (field "value") or attainment that an expression is: `booked`, `booked.attainment`, or the name of a
    value without grain whose formula is just that."""
    seen: set[str] = set()
    while isinstance(by, tree.Name) and by.text in plan.values and by.text not in seen:
        value = plan.values[by.text]
        if value.per or value.each:
            return None
        seen.add(by.text)
        by = value.formula
    if not isinstance(by, tree.Name) or by.parts[0] not in plan.measures:
        return None
    if len(by.parts) == 1:
        return MeasureField(by.parts[0], "value")
    return MeasureField(by.parts[0], "attainment") if by.parts[1:] == ("attainment",) else None


def place_of_period(subject: str, kind: str, recursion: str | None = None) -> Place:
    if subject == "team":
        return Place("team period", per=kind)
    if subject == "company":
        return Place("company period", per=kind)
    return Place("payee period", per=kind, recursion=recursion)
