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
        head = self.history.names.get(head, head)
        versions = self.history.versions
        if any(head in version.components for version in versions):
            return self._of_component(head, field)
        if any(head in version.measures for version in versions):
            if field not in (*FIELDS, *ATTAINMENTS):
                raise PlanError(f"A measure has no `{field}`.", code="plan.unknown-name")
            return self._of_measure(head, field)
        if any(head in version.values for version in versions) and not field:
            return self._of_value(head)
        raise PlanError(f"`{name}` is no value of the plan {self.history.plan}.", code="plan.unknown-name")

    def _of_component(self, name: str, field: str) -> Iterator[NamedValue]:
        components = self.calculation.components
        for line in (*components.each(name).all(), *components.per(name).all()):
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
        said = [version.measures[name] for version in self.history.versions if name in version.measures]
        if field in AT_CREDITS:
            for credits in dict.fromkeys(measure.credits for measure in said):
                for credit in self.calculation.credits.get(credits, ()):
                    own = credit.version.measures.get(name)
                    if own is not None and own.credits == credits:
                        value = self.calculation.at_credit(credit).measure(name, field)
                        yield NamedValue(credit.payee, credit.id, value)
        if field in AT_PERIODS:
            kinds = [measure.over.kind for measure in said if measure.over is not None]
            for subject in dict.fromkeys(measure.for_ for measure in said):
                for period in self._periods(*kinds):
                    for place in self._subjects(subject, period):
                        own = place.version.measures.get(name)
                        if own is not None and own.for_ == subject:
                            yield NamedValue(_subject(place), period.id, place.measure(name, field))

    def _of_value(self, name: str) -> Iterator[NamedValue]:
        said = [version.values[name] for version in self.history.versions if name in version.values]
        for credits in dict.fromkeys(value.each for value in said):
            for credit in self.calculation.credits.get(credits or "", ()):
                own = credit.version.values.get(name)
                if own is not None and own.each == credits:
                    yield NamedValue(credit.payee, credit.id, self.calculation.values.at_credit(name, credit))
        for per in dict.fromkeys((value.per.subject, value.per.kind) for value in said if value.per is not None):
            for period in self._of_kind(per[1]):
                for scope in self._subjects(per[0], period):
                    own = scope.version.values.get(name)
                    if own is not None and own.per is not None and (own.per.subject, own.per.kind) == per:
                        yield NamedValue(_subject(scope), period.id, scope.value(name))
        if all(value.per is None and value.each is None for value in said):
            yield from self._inline(name)

    def _inline(self, name: str) -> Iterator[NamedValue]:
        """A plain formula has a value wherever its names have a meaning: at periods, else at credits."""
        try:
            at_periods = [
                NamedValue(scope.payee, period.id, scope.single(name))
                for period in self._periods()
                for scope in self._subjects("payee", period)
                if name in scope.version.values
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

    def _periods(self, *also: str) -> Iterator[Period]:
        """Every period of a kind at which the plan computes something."""
        kinds = {self.history.period_kind, *also}
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
