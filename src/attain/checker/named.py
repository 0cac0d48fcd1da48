"""Named values for tests, traces and screens: every value and measure field at each of its keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attain.checker.components import Line
from attain.checker.measures import ATTAINMENTS, FIELDS
from attain.checker.scopes import COMPANY, GroupScope, PayeeScope, PlanScope
from attain.kernel.errors import PlanError
from attain.kernel.periods import Period
from attain.plans.expressions import Name
from attain.plans.outcome import NamedValue, Scalar, Slice

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation

AT_CREDITS = ("before", "after", "total", "quota", "attainment_before", "attainment_after", "attainment_total")
AT_PERIODS = ("", "period", "total", "quota", "attainment")


class Named:
    def __init__(self, calculation: Calculation) -> None:
        self.calculation = calculation
        self.history = calculation.history

    def values(self, name: str) -> Iterator[NamedValue]:
        head, _, field = name.partition(".")
        version = self.history.versions[-1]
        if head in version.components:
            return self._of_component(head, field)
        if head in version.measures:
            if field not in (*FIELDS, *ATTAINMENTS):
                raise PlanError(f"A measure has no `{field}`.", code="plan.unknown-name")
            return self._of_measure(head, field)
        if head in version.values and not field:
            return self._of_value(head)
        raise PlanError(f"`{name}` is no value of the plan {version.plan}.", code="plan.unknown-name")

    def _of_component(self, name: str, field: str) -> Iterator[NamedValue]:
        components = self.calculation.components
        each = self.history.versions[-1].components[name].per is None
        for line in components.each(name).all() if each else components.per(name).all():
            yield NamedValue(line.payee, line.source, self._field(line, field))

    def _field(self, line: Line, field: str) -> Scalar | tuple[Slice, ...]:
        match field:
            case "":
                return self.history.money(line.amount)
            case "exact":
                return line.exact
            case "uncapped":
                return line.uncapped
            case "slices":
                return tuple(line.slices())
        raise PlanError(f"A component has no `{field}`.", code="plan.unknown-name")

    def _of_measure(self, name: str, field: str) -> Iterator[NamedValue]:
        version = self.history.versions[-1]
        measure = version.measures[name]
        if field in AT_CREDITS:
            for credit in self.calculation.credits.get(measure.credits, ()):
                scope = self.calculation.at_credit(credit)
                if name in credit.version.measures:
                    yield NamedValue(credit.payee, credit.id, scope.measure(name, field))
        if field in AT_PERIODS:
            for period in self._periods(measure.over.kind if measure.over is not None else None):
                for place in self._subjects(measure.for_, period):
                    if name in place.version.measures:
                        yield NamedValue(_subject(place), period.id, place.measure(name, field))

    def _of_value(self, name: str) -> Iterator[NamedValue]:
        value = self.history.versions[-1].values[name]
        if value.each is not None:
            for credit in self.calculation.credits.get(value.each, ()):
                yield NamedValue(credit.payee, credit.id, self.calculation.values.at_credit(name, credit))
        elif value.per is not None:
            for period in self._of_kind(value.per.kind):
                for scope in self._subjects(value.per.subject, period):
                    yield NamedValue(_subject(scope), period.id, scope.value(name))
        else:
            yield from self._inline(name)

    def _inline(self, name: str) -> Iterator[NamedValue]:
        """A plain formula has a value wherever its names have a meaning: at periods, else at credits."""
        try:
            at_periods = [
                NamedValue(scope.payee, period.id, scope.single(name))
                for period in self._periods(None)
                for scope in self._subjects("payee", period)
            ]
        except PlanError:
            at_periods = []
        yield from at_periods
        for credits in self.calculation.credits.values() if not at_periods else ():
            for credit in credits:
                try:
                    found = self.calculation.at_credit(credit).name(Name((name,)))
                except PlanError:
                    break
                yield NamedValue(credit.payee, credit.id, found)

    def _periods(self, also: str | None) -> Iterator[Period]:
        """Every period of a kind at which the plan computes something."""
        kinds = {self.history.period_kind, also}
        for version in self.history.versions:
            kinds |= {component.per.kind for component in version.components.values() if component.per is not None}
            kinds |= {value.per.kind for value in version.values.values() if value.per is not None}
        for kind in self.calculation.calendar.kinds:
            if kind in kinds:
                yield from self._of_kind(kind)

    def _of_kind(self, kind: str) -> Iterator[Period]:
        if self.history.start < self.calculation.horizon:
            yield from self.calculation.calendar.periods(kind, self.history.start, self.calculation.horizon)

    def _subjects(self, kind: str, period: Period) -> Iterator[PlanScope]:
        if kind == "payee":
            yield from (PayeeScope(self.calculation, payee, period) for payee in self.history.payees_in(period))
        elif kind == COMPANY:
            yield GroupScope(self.calculation, COMPANY, COMPANY, period)
        else:
            teams = {self.history.team_of(payee, period) for payee in self.history.payees_in(period)}
            for team in sorted(team for team in teams if team is not None):
                yield GroupScope(self.calculation, team, "team", period)


def _subject(scope: PlanScope) -> str | None:
    if isinstance(scope, GroupScope):
        return None if scope.kind == COMPANY else scope.subject
    return scope.payee
