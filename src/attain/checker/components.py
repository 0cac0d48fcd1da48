"""Components: a line for each credit, or for a payee's period the change of an entitlement.

Lines of credits are made in the order of the credit set, one after the other, because budgets, running rounding and
catch-up look at what came before. Lines of periods are made per payee from the first period on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attain.checker.clawback import taken_back
from attain.checker.credits import Credit
from attain.checker.evaluate import half_up, is_true, number
from attain.checker.kinds import ZERO, Worth, measure_named, product, worth
from attain.checker.pools import Shared
from attain.checker.scopes import CreditScope, PayeeScope, PlanScope
from attain.kernel.periods import Period
from attain.plans.expressions import Expr
from attain.plans.model import BudgetLimit, Component, Curve, Plan, TierTable
from attain.plans.outcome import Scalar, Slice

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation


@dataclass(slots=True)
class Line:
    """The smallest piece of pay. `amount` counts minor units; `computed` is what it was before an override."""

    version: Plan
    component: str
    kind: str
    payee: str
    position: str | None
    source: str
    earned_on: date
    amount: int
    computed: int
    exact: Fraction
    uncapped: Fraction
    credit: Credit | None = None
    note: str | None = None
    slices: Callable[[], list[Slice]] = list


@dataclass(slots=True)
class Rows:
    """The rows of a component with catch-up that one subject has had so far."""

    dates: list[date] = field(default_factory=list)
    amounts: list[Fraction] = field(default_factory=list)
    sums: list[Fraction] = field(default_factory=lambda: [ZERO])

    def add(self, on: date, amount: Fraction) -> None:
        self.dates.append(on)
        self.amounts.append(amount)
        self.sums.append(self.sums[-1] + amount)


@dataclass(slots=True)
class Base:
    """The sums of `of` in a window without and with a row, and where the earlier rows stand."""

    before: Fraction
    after: Fraction | None
    rows: Rows
    start: int
    end: int

    @property
    def has_earlier(self) -> bool:
        return self.end > self.start

    @property
    def earlier(self) -> list[Fraction]:
        return self.rows.amounts[self.start : self.end]


class Components:
    """All components of a plan by name."""

    def __init__(self, calculation: Calculation) -> None:
        self.calculation = calculation
        self._each: dict[str, EachComponent] = {}
        self._per: dict[str, PerComponent] = {}
        self._inline: dict[int, TierTable | Curve | None] = {}
        self.shared = Shared(calculation)

    def inline(self, component: Component) -> TierTable | Curve | None:
        """The table in the component itself, made once so that its numbers can be kept."""
        if id(component) not in self._inline:
            self._inline[id(component)] = component.inline_table
        return self._inline[id(component)]

    def each(self, name: str) -> EachComponent:
        return self._each.setdefault(name, EachComponent(self.calculation, name))

    def per(self, name: str) -> PerComponent:
        return self._per.setdefault(name, PerComponent(self.calculation, name))

    def at_credit(self, name: str, credit: Credit) -> Scalar:
        """What a component pays: nothing where it has no line, missing where its result is missing."""
        component = self.each(name)
        line = component.line(credit)
        if line is None:
            return None if credit.place in component.held else ZERO
        return self.calculation.history.money(line.amount)

    def at_period(self, name: str, payee: str, period: Period) -> Scalar:
        component = self.per(name)
        line = component.line(payee, period)
        if line is None:
            return None if (payee, period.start) in component.held else ZERO
        return self.calculation.history.money(line.amount)

    def lines(self) -> Iterator[Line]:
        history = self.calculation.history
        for name in dict.fromkeys(name for version in history.versions for name in version.components):
            said = next(version.components[name] for version in history.versions if name in version.components)
            yield from self.each(name).all() if said.per is None else self.per(name).all()


def shaped(component: Component, scope: PlanScope, found: Worth) -> tuple[Fraction | None, Fraction, str | None]:
    """The exact amount after times, proration, gate and the limit of a single line; and what it was before it."""
    amount = product(found.amount, *(number(factor, scope) for factor in component.times))
    if component.prorate == "days" and component.per is not None and scope.payee is not None:
        active = scope.calculation.history.active_days(scope.payee, scope.period.start, scope.period.end)
        amount = product(amount, Fraction(active, scope.period.days))
    note = None
    if component.gate is not None and not is_true(component.gate, scope):
        amount, note = ZERO, "gate not met"
    uncapped = amount or ZERO
    if isinstance(component.limit, Expr) and amount is not None:
        most = number(component.limit, scope)
        amount = None if most is None else at_most(amount, most)
    return amount, uncapped, note


def at_most(amount: Fraction, most: Fraction) -> Fraction:
    """An amount cut to a size; less than nothing is nothing."""
    size = max(ZERO, most)
    return max(-size, min(size, amount))


class EachComponent:
    """Lines of a component that is paid for each credit, filled in the order of the credits."""

    def __init__(self, calculation: Calculation, name: str) -> None:
        self.calculation = calculation
        self.name = name
        self.rows: list[Line | None] = []
        self.held: set[int] = set()
        """Places of credits whose result is missing."""
        self.by_source: dict[tuple[str, tuple[str, int, int, str]], Line] = {}
        self._running: dict[tuple[str, date], Fraction] = defaultdict(lambda: ZERO)
        self._spent = 0
        self._so_far: dict[Any, Rows] = defaultdict(Rows)

    def line(self, credit: Credit) -> Line | None:
        self._fill(credit.set, credit.place)
        return self.rows[credit.place]

    def all(self) -> Iterator[Line]:
        for version in self.calculation.history.versions:
            component = version.components.get(self.name)
            if component is not None and component.each is not None:
                self._fill(component.each, len(self.calculation.credits.get(component.each, ())) - 1)
        return (line for line in self.rows if line is not None)

    def _fill(self, name: str, place: int) -> None:
        for credit in self.calculation.credits.get(name, [])[len(self.rows) : place + 1]:
            component = credit.version.components.get(self.name)
            self.rows.append(None if component is None else self._line(component, credit))

    def _line(self, component: Component, credit: Credit) -> Line | None:
        scope = self.calculation.at_credit(credit)
        found = taken_back(self, component, credit, scope)
        if found is not None:
            self._catch_up_base(component, credit, scope)
            amount = found[0]
            line = self._made(credit, "clawback", amount, amount, found[1])
            line.amount = line.computed = self.calculation.history.rounded(amount, credit.version, component.round)
        else:
            if not is_true(component.when, scope):
                return None
            result = worth(component, scope, self._catch_up_base(component, credit, scope))
            exact, uncapped, note = shaped(component, scope, result)
            if exact is None:
                exact = self._missing(credit)
                if exact is None:
                    return self._overridden(credit)
            line = self._made(credit, "line", exact, uncapped, note)
            line.slices = result.slices
            self._round(component, line)
            self._keep_within_budget(component, line, scope)
        self.by_source[credit.event, credit.way] = line
        self.calculation.book.override(line)
        return line

    def _overridden(self, credit: Credit) -> Line | None:
        """The line of a missing result: there is one only where somebody has decided its amount."""
        line = self._made(credit, "line", ZERO, ZERO, None)
        if self.calculation.book.override(line):
            self.by_source[credit.event, credit.way] = line
            return line
        self.held.add(credit.place)
        period = self.calculation.history.pay_period(credit.date).id
        self.calculation.exception(
            "held", f"A value that {self.name} needs is missing.", component=self.name,
            event_type=credit.event_type, event=credit.event, payee=credit.payee, period=period,
        )  # fmt: skip
        return None

    def _made(self, credit: Credit, kind: str, exact: Fraction, uncapped: Fraction, note: str | None) -> Line:
        return Line(
            credit.version, self.name, kind, credit.payee, credit.position, credit.id, credit.date,
            0, 0, exact, uncapped, credit, note,
        )  # fmt: skip

    def _missing(self, credit: Credit) -> Fraction | None:
        return ZERO if credit.version.policies.missing == "zero" else None

    def _round(self, component: Component, line: Line) -> None:
        history = self.calculation.history
        policy = line.version.policies.rounding
        if policy is not None and policy.scope == "running":
            key = (line.payee, history.pay_period(line.earned_on).start)
            before = self._running[key]
            self._running[key] = before + line.exact
            after = history.rounded(before + line.exact, line.version, component.round)
            line.amount = after - history.rounded(before, line.version, component.round)
        else:
            line.amount = history.rounded(line.exact, line.version, component.round)
        line.computed = line.amount

    def _keep_within_budget(self, component: Component, line: Line, scope: CreditScope) -> None:
        """What a common budget leaves of a line, in the order of credits of all payees. Lines are counted in cents."""
        if not isinstance(component.limit, BudgetLimit):
            return
        before, after = self._spent, self._spent + line.amount
        self._spent = after
        said = number(component.limit.budget, scope)
        places = self.calculation.history.places
        budget = 0 if said is None else half_up(said, places) * 10**places
        match component.limit.crossing:
            case "part":
                line.amount = int(min(after, budget) - min(before, budget))
            case "whole":
                line.amount = line.amount if before < budget else 0
            case "none":
                line.amount = line.amount if after <= budget else 0
        line.computed = line.amount

    def _catch_up_base(self, component: Component, credit: Credit, scope: CreditScope) -> Base | None:
        """For whole-amount tiers by a measure with catch-up: the sums of `of` so far in the measure's window."""
        if component.pays != "whole" or component.retroactive is not True or component.by is None:
            return None
        named = measure_named(component, component.by[0], scope)
        if named is None:
            return None
        measure = scope.version.measures[named.parts[0]]
        clawback = credit.version.settlement.clawback
        of = self._of(component, scope)
        if clawback is not None and clawback.attainment == "kept" and credit.reverses is not None:
            of = ZERO
        position = scope.version.policies.follows == "position"
        subject: Any = credit.position if position else credit.payee
        if measure.over is not None and measure.over.kind == "column":
            subject = (subject, credit.row[measure.over.column or ""])
        rows = self._so_far[subject]
        window = self.calculation.measures.window(scope.version, measure, credit.date, scope)
        start = bisect_left(rows.dates, window[0])
        before = rows.sums[-1] - rows.sums[start]
        base = Base(before, None if of is None else before + of, rows, start, len(rows.amounts))
        if of is not None:
            rows.add(credit.date, of)
        return base

    def _of(self, component: Component, scope: CreditScope) -> Fraction | None:
        return scope.credit.amount if component.of is None else number(component.of, scope)


class PerComponent:
    """Lines of a component that is paid per payee and period."""

    def __init__(self, calculation: Calculation, name: str) -> None:
        self.calculation = calculation
        self.name = name
        self._lines: dict[str, dict[date, Line | None]] = defaultdict(dict)
        self._earned: dict[tuple[str, tuple[date, date]], int] = {}
        self._periods: dict[tuple[str, str], list[Period]] = {}
        self.held: set[tuple[str, date]] = set()
        """Payees and periods whose result is missing."""

    def line(self, payee: str, period: Period) -> Line | None:
        for each in self._of(payee, period.kind):
            if each.start > period.start:
                break
            if each.start not in self._lines[payee]:
                self._lines[payee][each.start] = self._made(payee, each)
        return self._lines[payee].get(period.start)

    def all(self) -> Iterator[Line]:
        history, horizon = self.calculation.history, self.calculation.horizon
        kinds = {v.components[self.name].per for v in history.versions if self.name in v.components}
        for payee in history.membership:
            for per in kinds:
                for period in self._of(payee, per.kind) if per is not None else ():
                    if period.end <= horizon:
                        line = self.line(payee, period)
                        if line is not None:
                            yield line

    def _of(self, payee: str, kind: str) -> list[Period]:
        if (payee, kind) not in self._periods:
            self._periods[payee, kind] = self.calculation.history.periods_of(payee, kind, self.calculation.horizon)
        return self._periods[payee, kind]

    def _made(self, payee: str, period: Period) -> Line | None:
        history = self.calculation.history
        component = history.version_of(period).components.get(self.name)
        if component is None:
            return None
        scope = PayeeScope(self.calculation, payee, period)
        if not is_true(component.when, scope):
            return None
        if component.pays in ("pool", "prizes"):
            shared = self.calculation.components.shared
            part = shared.part(self.name, component, scope)
            if part is None:
                nothing = self._nothing(scope)
                decided = shared.has_group(component, scope) and self.calculation.book.override(nothing)
                return nothing if decided else None
            result = part
        else:
            result = worth(component, scope)
        exact, uncapped, note = shaped(component, scope, result)
        if exact is None:
            if scope.version.policies.missing != "zero":
                return self._overridden(scope)
            exact = ZERO
        entitled = history.rounded(exact, scope.version, component.round)
        window = (period.start, period.end) if component.over is None else history.window(component.over, period.last)
        earned = self._earned.get((payee, window), 0)
        self._earned[payee, window] = entitled
        line = Line(
            scope.version, self.name, "line", payee, scope.position, period.id, period.last,
            entitled - earned, entitled - earned, exact, uncapped, None, note, result.slices,
        )  # fmt: skip
        self.calculation.book.override(line)
        return line

    def _overridden(self, scope: PayeeScope) -> Line | None:
        """The line of a missing result: there is one only where somebody has decided its amount."""
        payee, period = scope.who, scope.period
        line = self._nothing(scope)
        if self.calculation.book.override(line):
            return line
        self.held.add((payee, period.start))
        if period.end <= self.calculation.horizon:
            self.calculation.exception(
                "held", f"A value that {self.name} needs is missing.", component=self.name,
                payee=payee, period=self.calculation.history.pay_period(period.last).id,
            )  # fmt: skip
        return None

    def _nothing(self, scope: PayeeScope) -> Line:
        period = scope.period
        return Line(
            scope.version, self.name, "line", scope.who, scope.position, period.id, period.last, 0, 0, ZERO, ZERO
        )
