"""Which names may be read where, and what they stand for: the table "Names in an expression" of the reference, as code.

`Names` answers for one name at one place: the reference, or a `Refusal` that says why it cannot be read there and what
can be read instead. It knows nothing of formulas; types of formulas are `inference`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attain.facts.schema import Column, FactType
from attain.kernel.errors import suggest
from attain.kernel.periods import Calendar
from attain.plans.expressions import Name
from attain.plans.model import Input, Measure, Plan
from attain.plans.nesting import fits
from attain.plans.references import (
    CREDIT,
    DATE,
    NUMBER,
    PAYEE,
    PERIOD,
    PERSON,
    POSITION,
    TEXT,
    YES_NO,
    ComponentRef,
    CreditField,
    FactColumn,
    InputRef,
    MeasureField,
    MeasurePart,
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
from attain.plans.scalars import Per

AT_A_CREDIT: tuple[MeasurePart, ...] = (
    "before",
    "after",
    "total",
    "quota",
    "attainment_before",
    "attainment_after",
    "attainment_total",
)
OF_ANOTHER_SET: tuple[MeasurePart, ...] = ("total", "quota", "attainment_total")
_ORDERED = ("value", "period", "before", "after", "attainment", "attainment_before", "attainment_after")
AT_A_PERIOD: tuple[MeasurePart, ...] = ("period", "total", "quota", "attainment")


class Refusal(Exception):
    """A name or an operation that has no meaning where it stands."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class Names:
    """The names of a plan and of the fact types that it reads."""

    def __init__(self, plan: Plan, fact_types: Mapping[str, FactType], calendar: Calendar) -> None:
        self.plan = plan
        self.fact_types = fact_types
        self.calendar = calendar

    # What stands before the first point decides who answers.

    def resolve(self, name: Name, place: Place) -> Reference:
        first, *rest = name.parts
        if len(rest) > 1:
            raise Refusal("plan.unknown-name", f"`{name.text}` has more than one point.", "Write name or name.field.")
        if rest:
            return self._with_field(first, rest[0], place)
        return self._bare(first, place)

    def _with_field(self, first: str, field: str, place: Place) -> Reference:
        if first in ("person", "position", "payee", "period", "credit"):
            return self._of_the_row(first, field, place)
        if first == place.related:
            if field not in self.fact_types[first].columns:
                raise self._unknown(f"{first}.{field}", [f"{first}.{name}" for name in self.fact_types[first].columns])
            return RelatedColumn(first, field)
        if first in self.plan.measures:
            if place.before_measures:
                raise self._before_measures(f"Measure `{first}`")
            return self._measure(first, field, place)
        meant = suggest(first, self.plan.measures)
        raise self._unknown(f"{first}.{field}", [f"{meant}.{field}"] if meant else self.readable(place))

    def _of_the_row(self, first: str, field: str, place: Place) -> Reference:
        known = list(self._row_fields(first, place))
        if not known:
            message = f"`{first}.{field}` cannot be read {place}."
            raise Refusal("plan.name-not-here", message, self._where_readable(first))
        if field not in known:
            raise self._unknown(f"{first}.{field}", [f"{first}.{name}" for name in known])
        kinds: dict[str, type[PersonField | PositionField | PayeeField | PeriodField | CreditField]] = {
            "person": PersonField,
            "position": PositionField,
            "payee": PayeeField,
            "period": PeriodField,
            "credit": CreditField,
        }
        return kinds[first](field)

    def _row_fields(self, first: str, place: Place) -> Iterable[str]:
        of_a_payee = place.kind in ("credit", "payee period")
        if first == "person" and (of_a_payee or place.kind == "participants"):
            return PERSON
        if first == "position" and (of_a_payee or place.kind == "participants"):
            return POSITION
        if first == "payee" and place.knows_payee:
            return PAYEE
        if first == "period" and of_a_payee:
            return [name for name in PERIOD if name != "active_days"] if place.before_measures else PERIOD
        if first == "period" and place.kind in ("team period", "company period"):
            return [name for name in PERIOD if name != "active_days"]
        if first == "credit" and place.kind == "credit" and place.credit_set in self.plan.credits:
            named = self.plan.credits[place.credit_set].named_amounts
            return dict.fromkeys(["amount", *named, *CREDIT])
        return ()

    @staticmethod
    def _where_readable(first: str) -> str:
        return {
            "payee": "`payee.*` is read in the `when` of an item of `to`; elsewhere use person.* and position.*.",
            "credit": "Use a measure over the credit set.",
            "period": "Periods are known in components, values and settlement.",
        }.get(first, "People and positions are known in participants, at a credit and at a payee's period.")

    def _bare(self, name: str, place: Place) -> Reference:
        if place.fact is not None and name in self.fact_types[place.fact].columns:
            return FactColumn(place.fact, name)
        if place.kind == "participants":
            raise self._unknown(name, self.readable(place))
        if name in self.plan.parameters and place.kind != "trigger":
            return ParameterRef(name)
        if place.kind not in ("literal", "credit rule", "trigger"):
            found = self._of_the_plan(name, place)
            if found is not None:
                return found
        elif any(name in getattr(self.plan, section) for section in ("values", "inputs", "measures", "components")):
            raise Refusal(
                "plan.name-not-here",
                f"`{name}` cannot be read {place}.",
                "Columns of the fact and parameters can be read here." if place.fact else "Write a literal.",
            )
        raise self._unknown(name, self.readable(place))

    @staticmethod
    def _before_measures(what: str) -> Refusal:
        return Refusal(
            "plan.name-not-here",
            f"{what} cannot be read where credits are limited or counted: it is made of them.",
            "Columns of the fact, credit.*, person.*, position.*, period.* and parameters can be read here.",
        )

    def _of_the_plan(self, name: str, place: Place) -> Reference | None:
        if place.before_measures:
            for what in ("inputs", "measures", "components"):
                if name in getattr(self.plan, what):
                    raise self._before_measures(f"`{name}`")
            value = self.plan.values.get(name)
            if value is not None and (value.per is not None or value.each is not None):
                raise self._before_measures(f"Value `{name}`")
        if name in self.plan.values:
            self._check_value(name, place)
            return ValueRef(name)
        if name in self.plan.inputs:
            self._check_input(name, self.plan.inputs[name], place)
            return InputRef(name)
        if name in self.plan.measures:
            return self._measure(name, "value", place)
        if name in self.plan.components:
            component = self.plan.components[name]
            self._check_grain(f"component {name}", component.each, component.per, place)
            return ComponentRef(name)
        for section, instead in (("tables", "Use it as in lookup({0}, …), whole({0}, …) or curve({0}, …)."),
                                 ("credits", "Read `credit.amount` at a credit, or a measure over it.")):  # fmt: skip
            if name in getattr(self.plan, section):
                raise Refusal("plan.name-not-here", f"`{name}` is no value.", instead.format(name))
        return None

    def _check_value(self, name: str, place: Place) -> None:
        value = self.plan.values[name]
        if value.per is None and value.each is None:
            return
        self._check_grain(f"value {name}", value.each, value.per, place)

    def _check_input(self, name: str, asked: Input, place: Place) -> None:
        order = {"company period": 0, "team period": 1}
        own = {"company": 0, "team": 1, "payee": 2}[asked.per.subject]
        if own > order.get(place.kind, 2):
            raise Refusal(
                "plan.finer-grain",
                f"Input `{name}` is given per {asked.per.subject}; it cannot be read {place}.",
                f"Use sum({name}), or give the input per company.",
            )

    def _check_grain(self, what: str, each: str | None, per: Per | None, place: Place) -> None:
        """A coarser row is read implicitly, a finer one never."""
        what_it_is = what.capitalize()
        if each is not None:
            if place.kind == "credit" and place.credit_set == each:
                return
            raise Refusal(
                "plan.finer-grain",
                f"{what_it_is} exists for each credit of {each}; it cannot be read {place}.",
                "Use a measure over the credits, or read it where there is such a credit.",
            )
        if per is None:
            return
        coarseness = {"payee": 0, "team": 1, "company": 2}
        own = {"credit": 0, "payee period": 0, "team period": 1, "company period": 2}[place.kind]
        if coarseness[per.subject] < own:
            raise Refusal(
                "plan.finer-grain",
                f"{what_it_is} exists per {per.subject}; it cannot be read {place}.",
                f"Use sum({what.split()[1]}) over all payees.",
            )
        if place.kind != "credit" and place.per and not self.nests(place.per, per.kind):
            raise Refusal(
                "plan.finer-grain",
                f"{what_it_is} exists per {per.kind}; it cannot be read once a {place.per}.",
                f"Give it `per: {per.subject} {place.per}`, or a kind of period that consists of whole {place.per}s.",
            )

    def nests(self, inner: str, outer: str) -> bool:
        kinds = self.calendar.kinds
        return inner in kinds and outer in kinds and self.calendar.nests(inner, outer)

    # Measures.

    def _measure(self, name: str, field: str, place: Place) -> MeasureField:
        measure = self.plan.measures[name]
        if place.kind == "credit":
            return self._measure_at_credit(name, measure, field, place)
        if place.kind not in ("payee period", "team period", "company period"):
            raise Refusal("plan.name-not-here", f"Measure `{name}` cannot be read {place}.")
        return self._measure_at_period(name, measure, field, place)

    def _measure_at_credit(self, name: str, measure: Measure, field: str, place: Place) -> MeasureField:
        own = measure.credits == place.credit_set
        readable = AT_A_CREDIT if own else OF_ANOTHER_SET
        shown = name if field == "value" else f"{name}.{field}"
        if field in ("value", "attainment", "period") and own:
            stem = f"{name}.attainment_" if field == "attainment" else f"{name}."
            raise Refusal(
                "plan.ambiguous-measure",
                f"`{shown}` is ambiguous at a credit: the running sum changes with the credit itself.",
                f"Write {stem}before (without this credit), {stem}after (with it) or {stem}total (the whole window).",
            )
        if not own and field in _ORDERED:
            instead = f"{name}.attainment_total" if field.startswith("attainment") else f"{name}.total"
            raise Refusal(
                "plan.ambiguous-measure",
                f"`{shown}` counts credits of {measure.credits}; at a credit of {place.credit_set} it has no order.",
                f"Write {instead}: the whole window.",
            )
        return self._measure_field(name, measure, field, readable)

    def _measure_at_period(self, name: str, measure: Measure, field: str, place: Place) -> MeasureField:
        shown = name if field == "value" else f"{name}.{field}"
        coarseness = {"payee": 0, "team": 1, "company": 2}[measure.for_]
        if coarseness < {"payee period": 0, "team period": 1, "company period": 2}[place.kind]:
            raise Refusal(
                "plan.finer-grain",
                f"`{shown}` is measured for a {measure.for_}; it cannot be read {place}.",
                f"Use sum({shown}), or a measure with `for: {place.kind.split()[0]}`.",
            )
        if measure.over is not None and measure.over.kind == "column":
            raise Refusal(
                "plan.finer-grain",
                f"`{shown}` has a window for each {measure.over.column}; a {place.per} has none of its own.",
                "Read it at a credit.",
            )
        if field in ("before", "after", "attainment_before", "attainment_after"):
            instead = f"{name}.attainment" if field.startswith("attainment") else name
            raise Refusal("plan.name-not-here", f"`{shown}` exists at a credit only.", f"Write {instead} here.")
        window = measure.over.kind if measure.over is not None else self.plan.period
        if field != "period" and place.per is not None and not fits(self.calendar, window, place.per):
            raise Refusal(
                "plan.periods-do-not-nest",
                f"`{shown}` runs over a {window}, which does not consist of whole {place.per}s.",
                f"Read {name}.period, what falls into the {place.per}, or take a kind that fits.",
            )
        return self._measure_field(name, measure, field, ("value", *AT_A_PERIOD))

    def _measure_field(
        self, name: str, measure: Measure, field: str, readable: tuple[MeasurePart, ...]
    ) -> MeasureField:
        for part in readable:
            if part == field:
                if (part == "quota" or part.startswith("attainment")) and measure.quota is None:
                    raise Refusal("plan.no-quota", f"Measure `{name}` has no quota; `{name}.{field}` needs one.",
                                  f"Add `quota:` to measure {name}.")  # fmt: skip
                return MeasureField(name, part)
        raise self._unknown(f"{name}.{field}", [f"{name}.{part}" for part in readable if part != "value"])

    # Suggestions.

    def readable(self, place: Place) -> list[str]:
        """Names that may be read at a place, for suggestions."""
        names: list[str] = []
        if place.fact is not None:
            names += self.fact_types[place.fact].columns
        if place.related is not None:
            names += [f"{place.related}.{column}" for column in self.fact_types[place.related].columns]
        for first in ("person", "position", "payee", "period", "credit"):
            names += [f"{first}.{field}" for field in self._row_fields(first, place)]
        if place.kind not in ("participants", "trigger"):
            names += self.plan.parameters
        if place.kind in ("credit", "payee period", "team period", "company period"):
            names += [*self.plan.values, *self.plan.inputs, *self.plan.components]
            parts = AT_A_CREDIT if place.kind == "credit" else AT_A_PERIOD
            for name in self.plan.measures:
                names += [*([] if place.kind == "credit" else [name]), *(f"{name}.{part}" for part in parts)]
        return names

    @staticmethod
    def _unknown(name: str, known: Iterable[str]) -> Refusal:
        choices = list(known)
        near = suggest(name, choices)
        if near:
            hint = f"Did you mean `{near}`?"
        elif name == "date":
            hint = "A date is written as date '2026-01-31'."
        elif choices:
            more = " …" if len(choices) > 12 else ""
            hint = f"Readable here: {', '.join(choices[:12])}{more}. Text stands in single quotes."
        else:
            hint = "Text stands in single quotes."
        return Refusal("plan.unknown-name", f"`{name}` is not known here.", hint)


def column_type(fact: FactType, column: Column) -> Type:
    """The type of a fact's column. Money whose currency a column names has the currency of each fact."""
    if column.type == "money":
        return Type("money", None if column.currency in fact.columns else column.currency)
    kinds = {"text": TEXT, "payee": TEXT, "date": DATE, "yes_no": YES_NO}
    return kinds.get(column.type, NUMBER)
