"""When a line becomes payable: it is cut into parts, each with a due date or a trigger.

At the end of each pay period of the span every part has a target: what of the line as booked so far is due by then.
What is paid is the target less what was released before, so corrections need no rule of their own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attain.checker.book import Booked, Key
from attain.checker.clawback import later
from attain.checker.evaluate import day, is_true, number
from attain.checker.recipients import FactScope
from attain.checker.scopes import PayeeScope, PlanScope
from attain.checker.seats import ENDLESS, Row, is_vacant
from attain.kernel.periods import Period, add_months
from attain.kernel.rounding import Rounding, round_ratio
from attain.plans.model import Release, Trigger
from attain.plans.scalars import Delay

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation
    from attain.checker.components import Line

ZERO, ONE = Fraction(0), Fraction(1)
AT_ONCE = frozenset({"cap", "floor", "adjustment"})
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(slots=True)
class Part:
    """A part of a line: everything up to `before` belongs to earlier parts."""

    number: int
    before: Fraction
    share: Fraction
    due_on: date
    trigger: str | None = None
    facts: list[tuple[date, Fraction]] | None = None
    """What has come in by each date, as shares of the whole, where a trigger is waited for."""

    def released_by(self, end: date) -> Fraction:
        """The share of the part that may be paid before a day."""
        if self.due_on >= end:
            return ZERO
        if self.facts is None:
            return ONE
        return max(ZERO, min(ONE, sum((share for on, share in self.facts if on < end), ZERO)))

    @property
    def day(self) -> date:
        return max([self.due_on, *([self.facts[0][0]] if self.facts else [])])


@dataclass(slots=True)
class Released:
    key: Key
    part: int
    due_on: date | None
    pay_period: Period | None
    amount: int
    state: str
    reason: str | None = None


class Releases:
    def __init__(self, calculation: Calculation, periods: list[Period]) -> None:
        self.calculation = calculation
        self.periods = periods
        self._before: dict[Key, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        record, book = calculation.record, calculation.book
        for row in record.rows("ledger_releases"):
            if row["plan"] == calculation.history.plan:
                self._before[book.key_of(row)][row["part"]] += row["amount"]
        self._holds: dict[str, list[Row]] = defaultdict(list)
        for row in record.rows("holds"):
            if row["plan"] == calculation.history.plan:
                self._holds[row["payee"]].append(row)

    def of(self, booked: list[Booked], lines: dict[Key, list[Line]]) -> list[Released]:
        """The releases of everything that is booked in the span or stands in the ledger."""
        if not self.periods:
            return []
        entries: dict[Key, list[tuple[Period, int]]] = defaultdict(list)
        for key, earlier in self.calculation.book.ledger.items():
            entries[key] += earlier
        for each in booked:
            entries[each.key].append((each.pay_period, each.amount))
        found: list[Released] = []
        for key, amounts in sorted(entries.items(), key=lambda item: item[0]):
            found += self._of_key(key, amounts, self.parts(lines.get(key, [])))
        return found

    def _of_key(self, key: Key, amounts: list[tuple[Period, int]], parts: list[Part]) -> list[Released]:
        done = self._before.get(key, {})
        paid = {number: done.get(number, 0) for number in {*done, *(part.number for part in parts)}}
        known = {part.number: part for part in parts}
        found: list[Released] = []
        if is_vacant(key.payee):
            return self._kept(key, sum(amount for _, amount in amounts), parts, paid)
        last = max(period.start for period, _ in amounts)
        for period in self.periods:
            booked = [amount for at, amount in amounts if at.start <= period.start]
            if not booked or self._hold(key, period) is not None:
                continue
            total = sum(booked)
            for part_number in sorted(paid):
                part = known.get(part_number)
                target = 0 if part is None else _target(total, part, part.released_by(period.end))
                change = target - paid[part_number]
                if change:
                    paid[part_number] = target
                    due_on = part.day if part is not None else None
                    found.append(Released(key, part_number, due_on, period, change, "released"))
            settled = all(part.trigger is None and paid[part.number] == _target(total, part, ONE) for part in parts)
            if period.start >= last and settled:  # what a trigger has released, another fact may take back
                break
        return found + self._left(key, sum(amount for _, amount in amounts), parts, paid)

    def _kept(self, key: Key, total: int, parts: list[Part], paid: dict[int, int]) -> list[Released]:
        """The parts of a vacant seat: nobody is there to be paid."""
        left = [(part, _target(total, part, ONE) - paid[part.number]) for part in parts]
        return [
            Released(key, part.number, part.day, None, amount, "held", "the seat is vacant")
            for part, amount in left if amount
        ]  # fmt: skip

    def _left(self, key: Key, total: int, parts: list[Part], paid: dict[int, int]) -> list[Released]:
        """What is not paid by the end of the span, and what it waits for."""
        found = []
        final = self.periods[-1]
        hold = self._hold(key, final)
        for part in parts:
            left = _target(total, part, ONE) - paid[part.number]
            due = _target(total, part, part.released_by(final.end))
            if left and hold is not None and due != paid[part.number]:
                found.append(Released(key, part.number, part.day, None, left, "held", hold["reason"]))
            elif left:
                waits_for = part.trigger or f"due on {part.due_on}"
                found.append(Released(key, part.number, part.day, None, left, "waiting", waits_for))
        return found

    def _hold(self, key: Key, period: Period) -> Row | None:
        """The hold that stops a line in a pay period: one that stands on the period's last day."""
        for row in self._holds.get(key.payee, ()):
            if (
                (row["component"] is None or self.calculation.book.present_name(row["component"]) == key.component)
                and row["source"] in (None, key.source)
                and row["valid_from"] <= period.last < (row["valid_to"] or ENDLESS)
            ):
                return row
        return None

    # How a line is cut

    def parts(self, lines: list[Line]) -> list[Part]:
        """The parts of a line; of a line that nobody can compute any more one part that is due at once."""
        if not lines:
            return [Part(1, ZERO, ONE, date.min)]
        line = lines[0]
        component = line.version.components.get(line.component)
        said = None
        if component is not None and line.kind not in AT_ONCE:
            said = component.release or line.version.settlement.release
        start = line.credit.date if line.credit is not None else line.earned_on
        if not said:
            return [Part(1, ZERO, ONE, start)]
        scope = self._scope(line)
        shares = [None if release.share == "rest" else number(release.share, scope) or ZERO for release in said]
        rest = ONE - sum((share for share in shares if share is not None), ZERO)
        parts: list[Part] = []
        before = ZERO
        for release, share in zip(said, shares, strict=True):
            for turn in range(release.in_):
                size = (rest if share is None else share) / release.in_
                parts.append(self._part(len(parts) + 1, before, size, release, turn, start, line, scope))
                before += size
        return parts

    def _scope(self, line: Line) -> PlanScope:
        if line.credit is not None:
            return self.calculation.at_credit(line.credit)
        return PayeeScope(self.calculation, line.payee, self.calculation.history.pay_period(line.earned_on))

    def _part(
        self, place: int, before: Fraction, share: Fraction, release: Release, turn: int, start: date, line: Line,
        scope: PlanScope,
    ) -> Part:  # fmt: skip
        base = start if release.at is None else day(release.at, scope) or ENDLESS
        due_on = base if base == ENDLESS else _due(base, release, turn)
        if release.when is None:
            return Part(place, before, share, due_on)
        return Part(place, before, share, due_on, release.when, self._facts(line, release.when))

    def _facts(self, line: Line, name: str) -> list[tuple[date, Fraction]]:
        """What came in for the event of a line, by date. Those of a reversal came for the event that it takes back."""
        trigger = line.version.settlement.triggers[name]
        if line.credit is None:
            return []
        event = line.credit.reverses or line.credit.event
        whole = self.calculation.at_credit(self.calculation.original(line.credit) or line.credit)
        schema: Any = self.calculation.record.snapshot.facts[trigger.from_].schema
        found = []
        for row in self.calculation.record.related(trigger.from_, trigger.match, event):
            on = row[schema.date]
            fact = FactScope(self.calculation, line.version, row, on)
            if on is not None and is_true(trigger.where, fact):
                found.append((on, _share(trigger, fact, whole)))
        return sorted(found)


def _due(base: date, release: Release, turn: int) -> date:
    months, days = 0, 0
    if release.after is not None and release.after.unit == "months":
        months = release.after.count
    elif release.after is not None:
        days = release.after.count
    if release.every == "week":
        days += 7 * turn
    else:
        months += MONTHS[release.every or "month"] * turn
    due_on = later(add_months(base, months), Delay(count=days, unit="days"))
    if release.day is not None:
        first = due_on.replace(day=1)
        due_on = min(add_months(first, 1) - _DAY, date.fromordinal(first.toordinal() + release.day - 1))
    return due_on


_DAY = date(2000, 1, 2) - date(2000, 1, 1)


def _share(trigger: Trigger, fact: FactScope, credit: PlanScope) -> Fraction:
    """All of it on the first fact, or what this fact is of the whole."""
    if trigger.part is None:
        return ONE
    whole = None if trigger.of is None else number(trigger.of, credit)
    part = number(trigger.part, fact)
    return ZERO if part is None or not whole else part / whole


def _target(total: int, part: Part, share: Fraction) -> int:
    """What of a line the part has released when `share` of it may be paid: a difference of rounded running sums."""
    if not share or not total:
        return 0
    if share is ONE and part.share is ONE:
        return total
    return _half_up(total, part.before + part.share * share) - _half_up(total, part.before)


def _half_up(total: int, share: Fraction) -> int:
    return round_ratio(total * share.numerator, share.denominator, Rounding.HALF_UP)
