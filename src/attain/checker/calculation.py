"""The calculation of one plan: all that its formulas may read, each part computed when it is first asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from attain.checker.book import Book
from attain.checker.components import Components
from attain.checker.credits import Credit, CreditReader
from attain.checker.evaluate import Scope, evaluate
from attain.checker.history import History
from attain.checker.measures import Measures
from attain.checker.recipients import Unheard
from attain.checker.record import Record, typed
from attain.checker.scopes import CreditScope, PlanScope
from attain.checker.tables import Step
from attain.checker.values import Values
from attain.plans.expressions import Name
from attain.plans.model import Plan
from attain.plans.outcome import Scalar


class Calculation:
    def __init__(
        self, versions: Sequence[Plan], record: Record, horizon: date, span_start: date, heard: dict[Any, Unheard]
    ) -> None:
        self.record = record
        self.history = History(versions, record, lambda: self.credit_days)
        self.calendar = self.history.calendar
        self.horizon = horizon
        """The first day after the span: nothing that happened from then on is known here."""
        touched = self.calendar.periods(self.history.period_kind, span_start, horizon)
        self.pays = [period for period in touched if span_start < period.end <= horizon]
        """The pay periods that end within the span, whenever they began: those that are paid."""
        self.since = self.pays[0].start if self.pays else span_start
        """The day whose overrides hold: the first one of the first pay period."""
        self.heard = heard
        self.exceptions: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.ladders: dict[int, list[Step]] = {}
        self._at_credit: dict[tuple[str, int], CreditScope] = {}
        self.values = Values(self)
        self.measures = Measures(self)
        self.components = Components(self)
        self.book = Book(self)

    @cached_property
    def credits(self) -> dict[str, list[Credit]]:
        """The credits of each set in their order."""
        found: dict[str, list[Credit]] = {}
        for version in self.history.versions:
            for name in version.credits:
                found.setdefault(name, []).extend(CreditReader(self, version, name).read())
        for credits in found.values():
            credits.sort(key=lambda credit: credit.order)
            for place, credit in enumerate(credits):
                credit.place = place
        return found

    @cached_property
    def credit_days(self) -> dict[str, list[date]]:
        """The credit dates of each payee in order."""
        days: dict[str, list[date]] = defaultdict(list)
        for credits in self.credits.values():
            for credit in credits:
                days[credit.payee].append(credit.date)
        return {payee: sorted(dates) for payee, dates in days.items()}

    def at_credit(self, credit: Credit) -> CreditScope:
        if credit.place < 0:
            return CreditScope(self, credit)
        key = (credit.set, credit.place)
        if key not in self._at_credit:
            self._at_credit[key] = CreditScope(self, credit)
        return self._at_credit[key]

    @cached_property
    def _by_event(self) -> dict[tuple[str, str, tuple[str, int, int, str]], Credit]:
        return {(c.set, c.event, c.way): c for credits in self.credits.values() for c in credits}

    def original(self, credit: Credit) -> Credit | None:
        """Of a reversal's credit the one that it takes back."""
        if credit.reverses is None:
            return None
        return self._by_event.get((credit.set, credit.reverses, credit.way))

    @cached_property
    def _reversals(self) -> dict[tuple[str, str, tuple[str, int, int, str]], list[Credit]]:
        found: dict[tuple[str, str, tuple[str, int, int, str]], list[Credit]] = defaultdict(list)
        for credits in self.credits.values():
            for credit in credits:
                if credit.reverses is not None:
                    found[credit.set, credit.reverses, credit.way].append(credit)
        return found

    def reversals(self, credit: Credit) -> list[Credit]:
        """Of a reversal's credit all that take back the same one, in order."""
        return self._reversals[credit.set, credit.reverses or "", credit.way]

    def stated(self, version: Plan, credit: Credit) -> Fraction:
        """The first amount of a credit's event as a version of the plan reads the fact."""
        if version is credit.version:
            return credit.event_amount
        return CreditReader(self, version, credit.set).stated(credit.row) or Fraction(0)

    def parameter(self, version: Plan, name: str, day: date | None, scope: Scope) -> Scalar:
        """Person before position before title before plan, then the document. Facts know the plan's level only."""
        said = version.parameters[name]
        if day is not None:
            for level, key in self._levels(scope):
                text = self.record.parameter(name, version.plan, level, key, day)
                if text is not None:
                    return typed(text, said.type)
        if said.value is None:
            return None
        if said.type == "text" and isinstance(said.value, Name):
            return said.value.text
        return evaluate(said.value, scope)

    def _levels(self, scope: Scope) -> list[tuple[str, str | None]]:
        levels: list[tuple[str, str | None]] = [("plan", None)]
        if isinstance(scope, PlanScope) and scope.payee is not None:
            title = scope.name(Name(("position", "title")))
            titled = title if isinstance(title, str) else None
            levels = [("person", scope.payee), ("position", scope.position), ("title", titled), *levels]
        return [(level, key) for level, key in levels if level == "plan" or key is not None]

    def unheard(self, event_type: str, event: str, on: date, amount: Fraction | None) -> Unheard:
        """The entry of an event in the list of those that passed `when`."""
        return self.heard.setdefault((event_type, event), Unheard(event_type, event, on, amount, self.history.currency))

    def exception(self, code: str, reason: str, **where: Any) -> None:
        blank = dict.fromkeys(("event_type", "event", "payee", "period", "amount"))
        row = {"component": "", "currency": self.history.currency, **blank, **where}
        found = {"plan": self.history.plan, **row, "reason": reason, "code": code}
        self.exceptions[tuple(found.values())] = found
