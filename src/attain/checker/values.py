"""Named values with rows of their own: a row a payee, team or company and period, or a row a credit.

A row is computed once. Those that read their own previous row are filled from the first one on, never by recursion, so
that ten years of months are no deeper than one.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from attain.checker.credits import Credit
from attain.checker.evaluate import as_number, evaluate, half_up
from attain.checker.scopes import GroupScope, PayeeScope
from attain.kernel.errors import PlanError
from attain.kernel.periods import Period
from attain.plans.expressions import Call, Expr, Name, parts_of
from attain.plans.model import Plan, Value
from attain.plans.outcome import Scalar

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation
    from attain.checker.scopes import PlanScope

ZERO = Fraction(0)
_BUSY = object()


class Values:
    def __init__(self, calculation: Calculation) -> None:
        self.calculation = calculation
        self._rows: dict[tuple[str, str, str, str], object] = {}
        self._credits: dict[tuple[str, str], dict[int, Scalar]] = {}
        self._last: dict[tuple[str, object], tuple[Credit, Scalar]] = {}
        self._before: dict[tuple[str, str, int], tuple[Credit, Scalar] | None] = {}

    # At periods

    def at_period(self, name: str, subject: str | None, kind: str, period: Period) -> Scalar:
        if subject is None:
            return None
        key = (name, subject, period.kind, period.id)
        if key not in self._rows:
            self._fill(name, subject, kind, period)
        found = self._rows[key]
        if found is _BUSY:
            raise PlanError(
                f"`{name}` reads itself in {period}.", code="plan.cycle", hint="Read the row before it with `previous`."
            )
        return found  # type: ignore[return-value]

    def _fill(self, name: str, subject: str, kind: str, period: Period) -> None:
        """Every missing row up to the period, where rows build on each other."""
        history = self.calculation.history
        first = history.first_period(subject, period.kind) if kind == "payee" else None
        needed = [period]
        if first is not None and first.start < period.start and self._is_recursive(name, period):
            needed = history.calendar.periods(period.kind, first.start, period.end)
        for row in needed:
            key = (name, subject, row.kind, row.id)
            if key not in self._rows:
                self._rows[key] = _BUSY
                self._rows[key] = self._computed(name, subject, kind, row)

    def _is_recursive(self, name: str, period: Period) -> bool:
        values = [version.values.get(name) for version in self.calculation.history.versions]
        return any(value is not None and is_recursive(value.formula) for value in values)

    def _value(self, name: str, kind: str, period: Period) -> Value | None:
        """The value of that name as the period's own version says it, when it has rows of this kind there."""
        value = self.calculation.history.version_of(period).values.get(name)
        fits = (
            value is not None and value.per is not None and (value.per.subject, value.per.kind) == (kind, period.kind)
        )
        return value if fits else None

    def _computed(self, name: str, subject: str, kind: str, period: Period) -> Scalar:
        scope: PlanScope = (
            PayeeScope(self.calculation, subject, period)
            if kind == "payee"
            else GroupScope(self.calculation, subject, kind, period)
        )
        value = self._value(name, kind, period)
        return None if value is None else rounded(evaluate(value.formula, scope), value)

    def previous_period(self, of: Expr, payee: str, period: Period) -> Scalar:
        """The value of the payee's row before, whichever version it belongs to; `start` on the first row, and where a
        value starts again."""
        history = self.calculation.history
        value = history.version_of(period).values.get(of.parts[0]) if isinstance(of, Name) else None
        before = self._row_before(of, value, payee, period)
        restarts = (
            before is not None
            and value is not None
            and value.over is not None
            and history.window(value.over, before.last) != history.window(value.over, period.last)
        )
        if before is None or restarts:
            if value is None or value.start is None:
                return ZERO
            return evaluate(value.start, PayeeScope(self.calculation, payee, period))
        if value is not None and value.per is not None and isinstance(of, Name):
            return self.at_period(of.parts[0], payee, value.per.subject, before)
        return evaluate(of, PayeeScope(self.calculation, payee, before))

    def _row_before(self, of: Expr, value: Value | None, payee: str, period: Period) -> Period | None:
        """The period before; of a value with rows of its own the last one before whose version has these rows, too."""
        history = self.calculation.history
        first = history.first_period(payee, period.kind)
        before = period
        while first is not None and before.start > first.start:
            before = history.calendar.period(period.kind, before.start - timedelta(days=1))
            if value is None or value.per is None or not isinstance(of, Name):
                return before
            if self._value(of.parts[0], value.per.subject, before) is not None:
                return before
        return None

    # At credits

    def at_credit(self, name: str, credit: Credit) -> Scalar:
        rows = self._credits.setdefault((name, credit.set), {})
        if credit.place not in rows:
            self._fill_credits(name, credit, rows)
        return rows[credit.place]

    def _fill_credits(self, name: str, upto: Credit, rows: dict[int, Scalar]) -> None:
        for credit in self.calculation.credits[upto.set][len(rows) : upto.place + 1]:
            value = credit.version.values.get(name)
            if value is None or value.each != upto.set:
                rows[credit.place] = None
                continue
            group = (name, self._group(value, credit))
            self._before[name, credit.set, credit.place] = self._last.get(group)
            found = rounded(evaluate(value.formula, self.calculation.at_credit(credit)), value)
            rows[credit.place] = found
            self._last[group] = credit, found

    def _group(self, value: Value, credit: Credit) -> object:
        within = None if value.within is None else (value.within, credit.row[value.within])
        return value.each, credit.payee, within

    def previous_credit(self, of: Expr, credit: Credit) -> Scalar:
        """The value at the payee's credit before, among those with the same value of the column `within`."""
        if not isinstance(of, Name) or of.parts[0] not in credit.version.values:
            raise PlanError("`previous` at a credit takes the name of a value.", code="plan.previous")
        name = of.parts[0]
        value = credit.version.values[name]
        if (name, credit.set, credit.place) not in self._before:
            self.at_credit(name, credit)
        before = self._before[name, credit.set, credit.place]
        history = self.calculation.history
        if before is not None and value.over is not None:
            again = history.window(value.over, before[0].date) != history.window(value.over, credit.date)
            before = None if again else before
        if before is not None:
            return before[1]
        return ZERO if value.start is None else evaluate(value.start, self.calculation.at_credit(credit))


def rounded(found: Scalar, value: Value) -> Scalar:
    if value.round is None or found is None:
        return found
    return half_up(as_number(found) or ZERO, value.round)


def is_recursive(formula: Expr) -> bool:
    return any(isinstance(part, Call) and part.function == "previous" for part in parts_of(formula))


def unwrapped(version: Plan, formula: Expr) -> Expr:
    """A bare name of a value without rows of its own stands for its formula."""
    while isinstance(formula, Name) and len(formula.parts) == 1:
        value = version.values.get(formula.parts[0])
        if value is None or value.per is not None or value.each is not None or value.round is not None:
            break
        formula = value.formula
    return formula
