"""Names and types of a whole plan: what every expression reads, and whether it can be computed.

`bind` resolves and types every expression of a plan against the fact types, and raises all that is wrong together. What
comes back, `Bound`, answers the questions of everybody who gives a plan a meaning: what a name stands for at a
place, which type an expression has, from where each part looks at the world, and in which order parts can be computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from attain.facts.schema import FactType
from attain.kernel.errors import Finding, Findings, PlanError, Where
from attain.kernel.periods import GREGORIAN, Calendar
from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.inference import Inference, Node
from attain.plans.loader import Document
from attain.plans.mistakes import Path, in_words
from attain.plans.model import Plan, Table
from attain.plans.names import Names, Refusal
from attain.plans.references import (
    LITERAL,
    PARTICIPANTS,
    ComponentRef,
    CreditField,
    FactColumn,
    InputRef,
    MeasureField,
    ParameterRef,
    PayeeField,
    PeriodField,
    PersonField,
    Place,
    PositionField,
    Reference,
    RelatedColumn,
    Type,
    ValueRef,
)
from attain.plans.structure import Structure
from attain.plans.vantage import component_place, pool_place, rule_place, running_by, running_of
from attain.plans.walk import Walk


@dataclass(frozen=True)
class Bound:
    """A plan whose names all stand for something and whose expressions all have a type."""

    plan: Plan
    fact_types: Mapping[str, FactType]
    calendar: Calendar
    inference: Inference

    def resolve(self, name: tree.Name | str, place: Place) -> Reference:
        """What a name stands for. `PlanError` when it cannot be read at this place."""
        asked = tree.Name(tuple(name.split("."))) if isinstance(name, str) else name
        try:
            return self.inference.names.resolve(asked, place)
        except Refusal as refusal:
            raise PlanError(refusal.message, code=refusal.code, hint=refusal.hint) from None

    def type_of(self, expression: Expr, place: Place) -> Type:
        return self.inference.type_of(expression, place)

    def type_of_reference(self, reference: Reference, place: Place) -> Type:
        return self.inference.type_of_reference(reference, place)

    def amount_type(self, credit_set: str, amount: str = "amount") -> Type:
        """The type of an amount of a credit, in the currency of the plan."""
        return self.inference.amount_type(credit_set, amount)

    def measure_type(self, measure: str) -> Type:
        return self.inference.measure_type(measure)

    # From where a part looks.

    def fact_type(self, credit_set: str) -> FactType:
        return self.fact_types[self.plan.credits[credit_set].from_]

    def place_of_credits(self, credit_set: str) -> Place:
        """Of `when`, `date`, `amount` and `convert.at`."""
        return Place("credit rule", credit_set=credit_set, fact=self.plan.credits[credit_set].from_)

    def place_of_rule(self, credit_set: str, rule: int, *, of_when: bool = False) -> Place:
        """Of the expressions of an item of `to`, counted from 0; its `when` also reads `payee.*`."""
        return rule_place(self.plan, credit_set, rule, of_when=of_when)

    def place_at_credit(self, credit_set: str) -> Place:
        return Place("credit", credit_set=credit_set, fact=self.plan.credits[credit_set].from_)

    def place_of_measure(self, measure: str) -> Place:
        """Of `of` and `where`."""
        return replace(self.place_at_credit(self.plan.measures[measure].credits), before_measures=True)

    def place_of_component(self, component: str) -> Place:
        return component_place(self.plan, self.plan.components[component])

    def place_of_value(self, value: str) -> Place | None:
        """None for a value that is read as if its formula stood in its place."""
        return self.inference.place_of_value(value, self.plan.values[value])

    def place_of_trigger(self, trigger: str) -> Place:
        """Of `where` and `part`; `of` is read at the credit."""
        return Place("trigger", fact=self.plan.settlement.triggers[trigger].from_)

    @property
    def place_of_settlement(self) -> Place:
        return Place("payee period", per=self.plan.period)

    def place_of_pool(self, component: str) -> Place:
        """Of the `amount` of a pool."""
        return pool_place(self.plan.components[component])

    # What a component is made of.

    def table_of(self, component: str) -> Table | None:
        """The table of a component, inline or named."""
        given = self.plan.components[component]
        return given.inline_table if given.table is None else self.plan.tables[given.table]

    def running_by(self, component: str) -> MeasureField | None:
        """The measure (field "value") or attainment whose running value the only `by` is; None for any other `by`."""
        return running_by(self.plan, self.plan.components[component])

    def running_of(self, by: Expr) -> MeasureField | None:
        """As `running_by`, for one of several keys of a lookup."""
        return running_of(self.plan, by)

    @cached_property
    def order(self) -> tuple[Node, ...]:
        """Values, measures, quotas, credits, tables and components, each after those that it reads."""
        done: dict[Node, None] = {}
        waiting = [(section, name) for section in _SECTIONS for name in getattr(self.plan, section)]
        stack = list(reversed(waiting))
        opened: set[Node] = set()
        while stack:
            node = stack[-1]
            missing = [read for read in sorted(self.inference.reads.get(node, ())) if read not in done]
            if node in opened or not missing:
                done[stack.pop()] = None
                continue
            opened.add(node)
            stack.extend(read for read in missing if read not in opened)
        return tuple(done)


_SECTIONS = ("credits", "measures", "values", "components")


def bind(
    plan: Plan | Document, fact_types: Mapping[str, FactType], calendar: Calendar | Mapping[str, Calendar] = GREGORIAN
) -> Bound:
    """The plan with all names resolved and types found; everything that is wrong is raised at once, as Findings."""
    bound, findings = looked_through(plan, fact_types, calendar)
    if findings:
        raise Findings(findings)
    return bound


def looked_through(
    plan: Plan | Document, fact_types: Mapping[str, FactType], calendar: Calendar | Mapping[str, Calendar] = GREGORIAN
) -> tuple[Bound, list[Finding]]:
    """What `bind` does, without raising: for those who show findings beside other things."""
    content = plan.plan if isinstance(plan, Document) else plan

    def locate(path: Path) -> Where:
        return plan.where(*path) if isinstance(plan, Document) else Where(field=in_words(path) or None)

    chosen = _chosen(calendar, content.calendar)
    inference = Inference(Names(content, fact_types, chosen or GREGORIAN), locate)
    if chosen is None:
        inference.tell("plan.calendar", f"There is no calendar `{content.calendar}`.", None, ("calendar",))
    Structure(inference).check()
    Walk(inference).check()
    found = sorted(inference.findings, key=lambda finding: finding.where.line or 0)
    return Bound(content, fact_types, inference.names.calendar, inference), found


def _chosen(calendar: Calendar | Mapping[str, Calendar], name: str | None) -> Calendar | None:
    if isinstance(calendar, Calendar):
        return calendar if name in (None, calendar.name) else None
    return calendar.get(name) if name is not None else next(iter(calendar.values()), GREGORIAN)


__all__ = [
    "LITERAL",
    "PARTICIPANTS",
    "Bound",
    "ComponentRef",
    "CreditField",
    "FactColumn",
    "InputRef",
    "MeasureField",
    "ParameterRef",
    "PayeeField",
    "PeriodField",
    "PersonField",
    "Place",
    "PositionField",
    "Reference",
    "RelatedColumn",
    "Type",
    "ValueRef",
    "bind",
    "looked_through",
]
