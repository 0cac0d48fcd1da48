"""Most and least for a window: lines of kind `cap` and `floor` that bring a payee's lines to what the plan allows.

A window is walked pay period by pay period, through all versions of the plan. What is above the most is taken off by a
`cap` line where it arises; with `excess: carried` it waits for the next window, where a positive `cap` line lets it in
as far as there is room.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from attain.checker.components import Line
from attain.checker.evaluate import number
from attain.checker.scopes import PayeeScope
from attain.checker.seats import is_vacant
from attain.kernel.periods import Period
from attain.plans.expressions import Expr
from attain.plans.model import Plan, WindowLimit
from attain.plans.scalars import Over

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation

PLAN_CAP = "settlement.cap"
ByPeriod = dict[str, dict[date, int]]


class Most(NamedTuple):
    over: Over
    amount: Expr
    carried: bool


class Walked(NamedTuple):
    """A pay period that has been passed, under whichever version."""

    last: date
    lines: int
    change: int
    """Of the cap."""
    waits: int | None
    """What would wait for the next window if the window ended here; None where the version has no limit."""


def shape(calculation: Calculation, lines: list[Line]) -> list[Line]:
    """The lines with their caps and floors; the cap of the whole plan comes last."""
    shaped = list(lines)
    names = dict.fromkeys(name for version in calculation.history.versions for name in version.components)
    for name in names:
        own = [line for line in lines if line.component == name]
        capped = list(_caps(calculation, name, own, partial(_limit, name)))
        shaped += capped
        shaped += _floors(calculation, name, own + capped)
    shaped += list(_caps(calculation, PLAN_CAP, shaped, _plan_cap))
    return shaped


def _limit(name: str, version: Plan) -> Most | None:
    component = version.components.get(name)
    limit = component.limit if component is not None else None
    return Most(limit.per, limit.amount, limit.excess == "carried") if isinstance(limit, WindowLimit) else None


def _plan_cap(version: Plan) -> Most | None:
    cap = version.settlement.cap
    return None if cap is None else Most(cap.over, cap.amount, cap.excess == "carried")


def _sums(calculation: Calculation, lines: Iterable[Line]) -> ByPeriod:
    sums: ByPeriod = defaultdict(lambda: defaultdict(int))
    for line in lines:
        sums[line.payee][calculation.history.pay_period(line.earned_on).start] += line.amount
    return sums


def _caps(
    calculation: Calculation, name: str, lines: list[Line], most_of: Callable[[Plan], Most | None]
) -> Iterator[Line]:
    history = calculation.history
    if not any(most_of(version) for version in history.versions):
        return
    for payee, sums in sorted(_sums(calculation, lines).items()):
        before: list[Walked] = []
        for period in history.calendar.periods(history.period_kind, min(sums), calculation.horizon):
            own = sums.get(period.start, 0)
            most = most_of(history.version_of(period))
            if most is None:
                before.append(Walked(period.last, own, 0, None))
                continue
            start, _ = history.window(most.over, period.last)
            inside = [each for each in before if start <= each.last]
            total, taken = own + sum(each.lines for each in inside), sum(each.change for each in inside)
            waiting = [each.waits for each in before if each.last < start and each.waits is not None]
            carry = waiting[-1] if waiting else 0
            scope = PayeeScope(calculation, payee, period)
            allowed = carry + total
            amount = number(most.amount, scope)
            if amount is None:
                if period.start in sums and period.end <= calculation.horizon:  # a later one is not paid here
                    said = f"The most for {name} is missing."
                    calculation.exception("held", said, component=name, payee=payee, period=period.id)
            else:
                allowed = min(allowed, max(0, history.rounded(amount, scope.version)))
            change = allowed - total - taken
            before.append(Walked(period.last, own, change, carry - taken - change if most.carried else 0))
            if change:
                yield _line(scope, name, "cap", period, change)


def _floors(calculation: Calculation, name: str, lines: list[Line]) -> Iterator[Line]:
    """Up to the least of a window, in the pay period that holds its last day, for those who are there in it."""
    history = calculation.history
    if not any(name in version.components and version.components[name].floor for version in history.versions):
        return
    sums = _sums(calculation, lines)
    for payee in history.membership:
        if is_vacant(payee):
            continue
        for period in history.periods_of(payee, history.period_kind, calculation.horizon):
            component = history.version_of(period).components.get(name)
            if component is None or component.floor is None or period.end > calculation.horizon:
                continue
            start, end = history.window(component.floor.per, period.last)
            if end > period.end:
                continue
            scope = PayeeScope(calculation, payee, period)
            least = number(component.floor.amount, scope)
            paid = sum(
                amount
                for on, amount in sums.get(payee, {}).items()
                if on < end and history.pay_period(on).end > start  # the plan may begin within a pay period
            )
            if least is None:
                calculation.exception(
                    "held", f"The least for {name} is missing.", component=name, payee=payee, period=period.id
                )
            missing = 0 if least is None else history.rounded(least, scope.version) - paid
            if missing > 0:
                yield _line(scope, name, "floor", period, missing)


def _line(scope: PayeeScope, name: str, kind: str, period: Period, amount: int) -> Line:
    exact: Fraction = scope.calculation.history.money(amount)
    return Line(
        scope.version, name, kind, scope.payee or "", scope.position, f"{kind}:{period.id}", period.last,
        amount, amount, exact, exact,
    )  # fmt: skip
