"""What the plan itself says about the values that its conditions read."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from attain.plans import expressions as tree
from attain.plans.constants import Constants
from attain.plans.expressions import Expr
from attain.plans.linter.conditions import Domain, Literal_, Ranges, can_hold
from attain.plans.linter.rules import Reading
from attain.plans.model import Component

_IN_A_YEAR = {"week": 53, "month": 12, "quarter": 4, "half": 2, "year": 1}


def ranges_of(reading: Reading, credit_set: str | None = None) -> Ranges:
    """Inputs between their `min` and `max`; periods of a year; credit dates within the version's days."""
    plan = reading.plan
    known: dict[str, tuple[Literal_ | None, Literal_ | None]] = {
        "period.number": (Fraction(1), Fraction(_IN_A_YEAR[plan.period])),
        "period.quarter": (Fraction(1), Fraction(4)),
        "period.month": (Fraction(1), Fraction(12)),
        "credit.level": (Fraction(0), None),
    }
    for name, given in plan.inputs.items():
        known[name] = (reading.constants.number(given.min), reading.constants.number(given.max))
    through = plan.effective.end and plan.effective.end - timedelta(days=1)
    days: tuple[Literal_ | None, Literal_ | None] = (plan.effective.start, through)
    known["credit.date"] = days
    source = plan.credits.get(credit_set or "")
    if source is not None and isinstance(source.date, tree.Name):
        known[source.date.text] = days
    # A parameter is there to be overridden: a switch that is off by default is no dead rule.
    return Ranges(Constants.of(plan, defaults=False), known)


def same_deal(reading: Reading, *components: Component) -> dict[Expr, Domain] | None:
    """A deal that all the components pay for; None when their conditions exclude each other."""
    first = components[0].each
    conditions = [component.when for component in components]
    conditions += [
        reading.plan.credits[each].when
        for each in {component.each for component in components}
        if each in reading.plan.credits
    ]
    return can_hold(conditions, ranges_of(reading, first))


def told(domains: dict[Expr, Domain]) -> str:
    """An example with the values that a way asks for: `product 'Nova', close_date 2026-07-01`."""
    words = []
    for subject, domain in domains.items():
        example = domain.example()
        if isinstance(subject, tree.Name) and example is not None:
            words.append(f"{subject.text} {said(example)}")
    return ", ".join(words)


def said(value: Literal_) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else str(float(value))
    return value.isoformat()
