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

from attain.checker.clawback import Account, taken_back
from attain.checker.credits import Credit
from attain.checker.evaluate import half_up, is_true, number
from attain.checker.kinds import ZERO, Worth, measure_by, product, worth
from attain.checker.pools import Shared
from attain.checker.scopes import CreditScope, PayeeScope, PlanScope
from attain.checker.seats import ENDLESS
from attain.kernel.periods import Period
from attain.plans.expressions import Expr
from attain.plans.model import BudgetLimit, Component, Curve, Measure, Plan, TierTable
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
            return None if (credit.set, credit.place) in component.held else ZERO
        return self.calculation.history.money(line.amount)

    def at_period(self, name: str, payee: str, period: Period) -> Scalar:
        component = self.per(name)
        line = component.line(payee, period)
        if line is None:
            return None if (payee, period) in component.held else ZERO
        return self.calculation.history.money(line.amount)

    def lines(self) -> Iterator[Line]:
        history = self.calculation.history
        for name in dict.fromkeys(name for version in history.versions for name in version.components):
            yield from self.each(name).all()
            yield from self.per(name).all()


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
        self.rows: dict[str, list[Line | None]] = defaultdict(list)
        self.held: set[tuple[str, int]] = set()
        """Credits whose result is missing, by set and place."""
        self.by_source: dict[tuple[str, tuple[str, int, int, str]], Line] = {}
        self.accounts: dict[tuple[str, tuple[str, int, int, str]], Account] = {}
        """What was taken back of each original."""
        self._waiting: dict[int, list[Credit]] = defaultdict(list)
        """Reversals of the same day that stand before their original, by its place."""
        self._running: dict[tuple[str, date], Fraction] = defaultdict(lambda: ZERO)
        self._spent = 0
        self._so_far: dict[tuple[str, Any], Rows] = defaultdict(Rows)

    def line(self, credit: Credit) -> Line | None:
        self._fill(credit)
        rows = self.rows[credit.set]
        return rows[credit.place] if credit.place < len(rows) else None

    def all(self) -> Iterator[Line]:
        self._fill(None)
        return (line for rows in self.rows.values() for line in rows if line is not None)

    def _fill(self, upto: Credit | None) -> None:
        """Version by version, because what came before goes on counting."""
        for version in self.calculation.history.versions:
            said = version.components.get(self.name)
            if said is not None and said.each is not None:
                rows, credits = self.rows[said.each], self.calculation.credits.get(said.each, [])
                end = bisect_left(credits, version.effective.end or ENDLESS, key=lambda credit: credit.date)
                if upto is not None and upto.version is version and upto.set == said.each:
                    end = max(upto.place, self._later_original(upto)) + 1
                for credit in credits[len(rows) : end]:
                    rows.append(self._row(said, credit) if credit.version is version else None)
                    for waiting in self._waiting.pop(credit.place, ()) if credit.version is version else ():
                        rows[waiting.place] = self._line(said, waiting)
            if upto is not None and upto.version is version:
                return

    def _row(self, component: Component, credit: Credit) -> Line | None:
        later = self._later_original(credit)
        if later < 0:
            return self._line(component, credit)
        self._waiting[later].append(credit)
        return None

    def _later_original(self, credit: Credit) -> int:
        """The place of the original that a reversal of the same day has to wait for, else -1."""
        original = self.calculation.original(credit) if credit.version.settlement.clawback is not None else None
        waits = original is not None and original.date == credit.date and original.place > credit.place
        return original.place if original is not None and waits else -1

    def _line(self, component: Component, credit: Credit) -> Line | None:
        scope = self.calculation.at_credit(credit)
        found = taken_back(self, component, credit, scope)
        if found is not None:
            self._count(component, credit, scope)
            line = self._made(credit, "clawback", found.exact, found.exact, found.note)
            line.amount = line.computed = found.amount
        else:
            if not is_true(component.when, scope):
                return None
            base = self._catch_up_base(component, credit, scope)
            self._count(component, credit, scope)
            result = worth(component, scope, base)
            exact, uncapped, note = shaped(component, scope, result)
            if exact is None:
                exact = self._missing(credit)
                if exact is None:
                    return self._overridden(credit)
            line = self._made(credit, "line", exact, uncapped, note)
            line.slices = result.slices
            self._round(component, line)
            if not self._keep_within_budget(component, line, scope):
                return self._overridden(credit)
        self.by_source[credit.event, credit.way] = line
        self.calculation.book.override(line)
        return line

    def _overridden(self, credit: Credit) -> Line | None:
        """The line of a missing result: there is one only where somebody has decided its amount."""
        line = self._made(credit, "line", ZERO, ZERO, None)
        if self.calculation.book.override(line):
            self.by_source[credit.event, credit.way] = line
            return line
        self.held.add((credit.set, credit.place))
        period = self.calculation.history.pay_period(credit.date).id
        self.calculation.exception(
            "held", f"A value that {self.name} needs is missing.", component=self.name,
            event_type=credit.event_type, event=credit.event, payee=credit.payee, period=period, amount=credit.amount,
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

    def _keep_within_budget(self, component: Component, line: Line, scope: CreditScope) -> bool:
        """What a common budget leaves of a line, in the order of credits of all payees. Lines are counted in cents.
        Says whether the budget is known."""
        before, after = self._spent, self._spent + line.amount
        self._spent = after
        if not isinstance(component.limit, BudgetLimit):
            return True  # a later version may have a budget, of which this line has used its part
        said = number(component.limit.budget, scope)
        if said is None:
            return False
        places = self.calculation.history.places
        budget = half_up(said, places) * 10**places
        match component.limit.crossing:
            case "part":
                line.amount = int(min(after, budget) - min(before, budget))
            case "whole":
                line.amount = line.amount if before < budget else 0
            case "none":
                line.amount = line.amount if after <= budget else 0
        line.computed = line.amount
        return True

    def _catch_up_base(self, component: Component, credit: Credit, scope: CreditScope) -> Base | None:
        """For whole-amount tiers by a measure with catch-up: the sums of `of` so far in the measure's window."""
        measure = self._lifted_by(scope.version)
        if measure is None:
            return None
        of = self._counted(component, credit, scope)
        rows = self._so_far[scope.version.version, self._subject(scope.version, measure, credit)]
        window = self.calculation.measures.window(scope.version, measure, credit.date, scope)
        start = bisect_left(rows.dates, window[0])
        before = rows.sums[-1] - rows.sums[start]
        return Base(before, None if of is None else before + of, rows, start, len(rows.amounts))

    def _count(self, component: Component, credit: Credit, scope: CreditScope) -> None:
        """Remembers `of` of a row, as its own version says it, for every version in which later rows may lift it."""
        if self._is_kept(credit):
            return
        of = None
        for version in self.calculation.history.versions:
            measure = self._lifted_by(version)
            if measure is not None and measure.credits == credit.set:
                of = self._counted(component, credit, scope) if of is None else of
                if of is not None:
                    self._so_far[version.version, self._subject(version, measure, credit)].add(credit.date, of)

    def _lifted_by(self, version: Plan) -> Measure | None:
        """The measure along which whole-amount tiers with catch-up run in a version."""
        component = version.components.get(self.name)
        if component is None or component.pays != "whole" or component.retroactive is not True or not component.by:
            return None
        named = measure_by(component, component.by[0], version)
        return None if named is None else version.measures[named.parts[0]]

    def _counted(self, component: Component, credit: Credit, scope: CreditScope) -> Fraction | None:
        return ZERO if self._is_kept(credit) else self._of(component, scope)

    def _is_kept(self, credit: Credit) -> bool:
        """Whether it is a reversal that leaves the sums as they are."""
        clawback = credit.version.settlement.clawback
        return clawback is not None and clawback.attainment == "kept" and credit.reverses is not None

    def _subject(self, version: Plan, measure: Measure, credit: Credit) -> Any:
        subject = credit.position if version.policies.follows == "position" else credit.payee
        if measure.over is not None and measure.over.kind == "column":
            return subject, credit.row[measure.over.column or ""]
        return subject

    def _of(self, component: Component, scope: CreditScope) -> Fraction | None:
        return scope.credit.amount if component.of is None else number(component.of, scope)


class PerComponent:
    """Lines of a component that is paid per payee and period."""

    def __init__(self, calculation: Calculation, name: str) -> None:
        self.calculation = calculation
        self.name = name
        self._lines: dict[str, dict[Period, Line | None]] = defaultdict(dict)
        self._earned: dict[str, list[tuple[date, int]]] = defaultdict(list)
        """What each payee has earned so far, by the last day of the component's period."""
        self._periods: dict[str, list[Period]] = {}
        self.held: set[tuple[str, Period]] = set()
        """Payees and periods whose result is missing."""

    def line(self, payee: str, period: Period) -> Line | None:
        lines = self._lines[payee]
        for each in self._of(payee):
            if each.last > period.last:
                break
            if each not in lines:
                lines[each] = self._made(payee, each)
        return lines.get(period)

    def all(self) -> Iterator[Line]:
        for payee in self.calculation.history.membership:
            for period in self._of(payee):
                if period.end <= self.calculation.horizon:
                    line = self.line(payee, period)
                    if line is not None:
                        yield line

    def _of(self, payee: str) -> list[Period]:
        """The periods of the component: of the kind that the version of each period's last day asks for."""
        if payee not in self._periods:
            history = self.calculation.history
            pers = [v.components[self.name].per for v in history.versions if self.name in v.components]
            kinds = dict.fromkeys(per.kind for per in pers if per is not None)
            found = [
                period
                for kind in kinds
                for period in history.periods_of(payee, kind, self.calculation.horizon)
                if self._kind_in(period) == kind
            ]
            self._periods[payee] = sorted(found, key=lambda period: period.end)
        return self._periods[payee]

    def _kind_in(self, period: Period) -> str | None:
        said = self.calculation.history.version_of(period).components.get(self.name)
        return said.per.kind if said is not None and said.per is not None else None

    def _made(self, payee: str, period: Period) -> Line | None:
        history = self.calculation.history
        component = history.version_of(period).components[self.name]
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
        earned = sum(amount for on, amount in self._earned[payee] if window[0] <= on < window[1])
        self._earned[payee].append((period.last, entitled - earned))
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
        self.held.add((payee, period))
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
