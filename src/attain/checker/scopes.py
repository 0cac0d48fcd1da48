"""What names mean at a credit, at a payee's period, and at a team's or the company's period.

A coarser value is read for the period that holds the day of the place. A finer one is never read: that is what
measures and aggregates are for.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from attain.checker import tables
from attain.checker.credits import Credit
from attain.checker.evaluate import as_number, evaluate, half_up, number
from attain.checker.left_out import within_bounds
from attain.checker.record import in_force
from attain.checker.seats import PERSON_FIELDS, POSITION_FIELDS
from attain.kernel.errors import PlanError
from attain.kernel.periods import Period
from attain.plans.expressions import Call, Name
from attain.plans.model import Input, Plan, Table
from attain.plans.outcome import Scalar

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation

COMPANY = "company"


class PlanScope(tables.TableScope):
    """What all places of a plan know: parameters, values, inputs, components, tables."""

    def __init__(self, calculation: Calculation, version: Plan, day: date) -> None:
        self.calculation, self.version, self.day = calculation, version, day
        self.border = version.policies.border
        self.ladders = calculation.ladders

    payee: str | None = None
    position: str | None = None

    @property
    @abstractmethod
    def period(self) -> Period: ...

    def table(self, name: str) -> Table:
        if name not in self.version.tables:
            return super().table(name)
        return self.version.tables[name]

    def name_of(self, table: Table) -> str:
        return next((name for name, known in self.version.tables.items() if known is table), "")

    def call(self, call: Call) -> Scalar:
        if call.function in ("lookup", "whole", "marginal", "curve"):
            return tables.read(call, self)
        return super().call(call)

    def name(self, name: Name) -> Scalar:
        if len(name.parts) == 1:
            return self.single(name.parts[0])
        head, field = name.parts[0], ".".join(name.parts[1:])
        seats = self.calculation.record.seats
        if head in self.version.measures:
            return self.measure(head, field)
        if head == "period":
            return self.of_period(field)
        if head == "person" and field in PERSON_FIELDS and self.payee is not None:
            return seats.person_field(self.payee, field)
        if head == "position" and field in POSITION_FIELDS and self.payee is not None:
            return seats.position_field(self.position, field, self.day)
        return super().name(name)

    def single(self, name: str) -> Scalar:
        version = self.version
        if name in version.values:
            return self.value(name)
        if name in version.parameters:
            return self.calculation.parameter(version, name, self.day, self)
        if name in version.inputs:
            return self.input(name, version.inputs[name])
        if name in version.components:
            return self.component(name)
        if name in version.measures:
            return self.measure(name, "")
        return super().name(Name((name,)))

    @abstractmethod
    def measure(self, name: str, field: str) -> Scalar: ...

    @abstractmethod
    def component(self, name: str) -> Scalar: ...

    def value(self, name: str) -> Scalar:
        value = self.version.values[name]
        if value.per is not None:
            period = self.calculation.calendar.period(value.per.kind, self.day)
            subject = self.subject_of(value.per.subject)
            return self.calculation.values.at_period(name, subject, value.per.subject, period)
        found = evaluate(value.formula, self)
        return found if value.round is None or found is None else half_up(as_number(found) or Fraction(0), value.round)

    def subject_of(self, kind: str) -> str | None:
        """Whose row a coarser value is read from."""
        if kind == COMPANY:
            return COMPANY
        if kind == "team":
            return self.team
        return self.payee

    @property
    def team(self) -> str | None:
        return None if self.payee is None else self.calculation.record.seats.team_of(self.payee, self.day)

    def input(self, name: str, said: Input) -> Scalar:
        """The value that stands on the last day of the input's period; a person's own before the position's."""
        period = self.calculation.calendar.period(said.per.kind, self.day)
        subjects = [self.payee, self.position] if said.per.subject == "payee" else [self.subject_of(said.per.subject)]
        for subject in subjects:
            rows = self.calculation.record.inputs.get((name, subject), ()) if subject is not None else ()
            row = in_force(rows, period.last)
            if row is not None and not within_bounds(row, said):
                break  # as good as absent, and listed
            if row is not None:
                value: Fraction = row["value"]
                return value != 0 if said.type == "yes_no" else value
        return None if isinstance(said.missing, str) else evaluate(said.missing, self)

    def of_period(self, field: str) -> Scalar:
        period, calendar = self.period, self.calculation.calendar
        match field:
            case "number":
                return Fraction(period.number)
            case "month" | "quarter":
                return Fraction(calendar.period(field, period.last).number)
            case "year":
                return Fraction("".join(sign for sign in calendar.period("year", period.last).year if sign.isdigit()))
            case "start":
                return period.start
            case "end":
                return period.last
            case "days":
                return Fraction(period.days)
            case "active_days" if self.payee is not None:
                return Fraction(self.calculation.history.active_days(self.payee, period.start, period.end))
        return super().name(Name(("period", field)))


class CreditScope(PlanScope):
    """At a credit, on its credit date."""

    def __init__(self, calculation: Calculation, credit: Credit) -> None:
        super().__init__(calculation, credit.version, credit.date)
        self.credit = credit
        self.payee = credit.payee
        self.position = calculation.record.seats.position_of(credit.payee, credit.date) or credit.position
        self.windows: dict[str, tuple[date, date]] = {}
        self.quotas: dict[str, Fraction | None] = {}
        """What measures read once for the credit."""

    @property
    def period(self) -> Period:
        return self.calculation.history.pay_period(self.day)

    def single(self, name: str) -> Scalar:
        if name in self.credit.row:
            value: Scalar = self.credit.row[name]
            return value
        return super().single(name)

    def name(self, name: Name) -> Scalar:
        if name.parts[0] == "credit" and len(name.parts) == 2:
            return self.of_credit(name.parts[1])
        return super().name(name)

    def of_credit(self, field: str) -> Scalar:
        credit = self.credit
        match field:
            case "amount":
                return credit.amount
            case "share":
                return credit.share
            case "role":
                return credit.role
            case "level":
                return Fraction(credit.level)
            case "date":
                return credit.date
            case "payee":
                return credit.payee
        return credit.amounts[field] if field in credit.amounts else super().name(Name(("credit", field)))

    def measure(self, name: str, field: str) -> Scalar:
        return self.calculation.measures.at_credit(self.version, name, field, self)

    def component(self, name: str) -> Scalar:
        component = self.version.components[name]
        if component.per is not None:
            period = self.calculation.calendar.period(component.per.kind, self.day)
            return self.calculation.components.at_period(name, self.credit.payee, period)
        return self.calculation.components.at_credit(name, self.credit)

    def value(self, name: str) -> Scalar:
        if self.version.values[name].each is not None:
            return self.calculation.values.at_credit(name, self.credit)
        return super().value(name)

    def call(self, call: Call) -> Scalar:
        if call.function == "previous":
            return self.calculation.values.previous_credit(call.arguments[0], self.credit)
        return super().call(call)


class PayeeScope(PlanScope):
    """At a payee's period: dated decisions are read on its last day, the seat on the last day on the plan."""

    def __init__(self, calculation: Calculation, payee: str, period: Period) -> None:
        super().__init__(calculation, calculation.history.version_of(period), period.last)
        self.payee = self.who = payee
        self._period = period
        self.seat_day = calculation.history.last_day(payee, period)
        self.position = calculation.record.seats.position_of(payee, self.seat_day)

    @property
    def period(self) -> Period:
        return self._period

    @property
    def team(self) -> str | None:
        return self.calculation.record.seats.team_of(self.who, self.seat_day)

    def name(self, name: Name) -> Scalar:
        if name.parts[0] == "position" and len(name.parts) == 2 and name.parts[1] in POSITION_FIELDS:
            return self.calculation.record.seats.position_field(self.position, name.parts[1], self.seat_day)
        return super().name(name)

    def measure(self, name: str, field: str) -> Scalar:
        return self.calculation.measures.at_period(self.version, name, field, self)

    def component(self, name: str) -> Scalar:
        component = self.version.components[name]
        if component.per is None:
            raise PlanError(
                f"`{name}` is paid for each credit; a period cannot read it.",
                code="plan.finer-value",
                hint="Name a measure that sums what is needed.",
            )
        period = self.calculation.calendar.period(component.per.kind, self.day)
        return self.calculation.components.at_period(name, self.who, period)

    def call(self, call: Call) -> Scalar:
        if call.function == "previous":
            return self.calculation.values.previous_period(call.arguments[0], self.who, self._period)
        return super().call(call)


class GroupScope(PlanScope):
    """At a period of a team or of the company."""

    def __init__(self, calculation: Calculation, subject: str, kind: str, period: Period) -> None:
        super().__init__(calculation, calculation.history.version_of(period), period.last)
        self.subject, self.kind, self._period = subject, kind, period

    @property
    def period(self) -> Period:
        return self._period

    @property
    def team(self) -> str | None:
        return self.subject if self.kind == "team" else None

    def members(self) -> list[str]:
        if self.kind == "team":
            return self.calculation.history.team_members(self.subject, self._period)
        return self.calculation.history.payees_in(self._period)

    def measure(self, name: str, field: str) -> Scalar:
        return self.calculation.measures.at_period(self.version, name, field, self)

    def component(self, name: str) -> Scalar:
        return super(PlanScope, self).name(Name((name,)))

    def call(self, call: Call) -> Scalar:
        members = self.members() if call.function in ("sum", "count", "min", "max") else []
        if call.function == "count":
            return Fraction(len(members))
        if call.function not in ("sum", "min", "max"):
            return super().call(call)
        scopes = [PayeeScope(self.calculation, payee, self._period) for payee in members]
        known = [value for value in (number(call.arguments[0], scope) for scope in scopes) if value is not None]
        if call.function == "sum":
            return sum(known, Fraction(0))
        return (min if call.function == "min" else max)(known, default=None)
