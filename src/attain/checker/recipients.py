"""Who gets a share of an event: named by its columns and related facts, tied to somebody, or above somebody.

Nobody is left out here for not being on a plan: a manager's credit may come through a seller who is paid elsewhere.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from attain.checker.evaluate import Scope, evaluate, is_true, number
from attain.checker.seats import POSITION_FIELDS, Recipient, Row
from attain.plans.expressions import Name
from attain.plans.model import CreditRule, CreditSet, Plan
from attain.plans.outcome import Scalar

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation

ZERO, WHOLE = Fraction(0), Fraction(1)


@dataclass(slots=True)
class Share:
    """What one rule gives one payee of an event, before it is looked at whether the payee is on the plan."""

    rule: int
    level: int
    role: str
    to: Recipient
    share: Fraction
    direct: bool
    via: str = ""
    parts: dict[str, Fraction | None] = field(default_factory=dict)


class Relative(NamedTuple):
    """Somebody who gets credit through a direct recipient, or through the event where `via` is empty."""

    level: int
    to: Recipient
    tied: Fraction | None
    of: Fraction
    via: str


@dataclass(slots=True)
class Unheard:
    """An event that passed `when`, and the best that was found for it."""

    event_type: str
    event: str
    date: datetime.date
    amount: Fraction | None
    currency: str
    reached: int = 0
    REASONS = ("no recipient named", "unknown payee", "nobody on a plan", "credited", "no plan in force")


class FactScope(Scope):
    """A fact, perhaps with a related one and a recipient: where conditions and amounts of credits stand."""

    def __init__(self, calculation: Calculation, version: Plan, row: Row, on: date | None) -> None:
        self.calculation, self.version, self.row, self.on = calculation, version, row, on
        self.other: tuple[str, Row] | None = None
        self.recipient: Recipient | None = None

    def name(self, name: Name) -> Scalar:
        if len(name.parts) == 1:
            if name.parts[0] in self.row:
                value: Scalar = self.row[name.parts[0]]
                return value
            if name.parts[0] in self.version.parameters:
                return self.calculation.parameter(self.version, name.parts[0], self.on, self)
            return super().name(name)
        head, column = name.parts[0], name.parts[-1]
        if self.other is not None and head == self.other[0] and column in self.other[1]:
            found: Scalar = self.other[1][column]
            return found
        if head == "payee":
            return self._of_recipient(column)
        return super().name(name)

    def _of_recipient(self, column: str) -> Scalar:
        if self.recipient is None or self.on is None:
            return None
        if column == "id":
            return self.recipient.payee
        if column == "position":
            return self.recipient.position
        if column in POSITION_FIELDS:
            return self.calculation.record.seats.position_field(self.recipient.position, column, self.on)
        return None


class Recipients:
    """The rules of one credit set of one version of a plan."""

    def __init__(self, calculation: Calculation, version: Plan, said: CreditSet) -> None:
        self.calculation = calculation
        self.version = version
        self.set = said
        self.record = calculation.record

    def shares(self, event: str, row: Row, on: date, unheard: Unheard) -> list[Share]:
        scope = FactScope(self.calculation, self.version, row, on)
        direct: list[Share] = []
        rest: list[tuple[int, CreditRule]] = []
        for place, rule in enumerate(self.set.to, start=1):
            if not rule.is_direct:
                continue
            if rule.share == "rest":
                rest.append((place, rule))
                continue
            direct += self._direct(place, rule, event, scope, unheard)
        named = sum((share.share for share in direct), ZERO)
        for place, rule in rest:
            direct += self._direct(place, rule, event, scope, unheard, WHOLE - named)
        known = [share for share in direct if not share.to.payee.startswith("?")]
        return direct + self._indirect(known, scope, unheard)

    def _direct(
        self, place: int, rule: CreditRule, event: str, scope: FactScope, unheard: Unheard, rest: Fraction | None = None
    ) -> Iterator[Share]:
        """Recipients named by a column. Somebody unknown keeps the share that was named, under a name with a `?`."""
        for reference, other in self._references(rule, event, scope.row):
            if reference is None:
                continue
            to = self.record.seats.resolve(reference, scope.on or date.min)
            scope.other, scope.recipient = other, to
            if is_true(rule.when, scope):
                share = self._share_said(rule, 0, scope) if rest is None else rest
                if share is not None:
                    unheard.reached = max(unheard.reached, 1 if to is None else 2)
                    via = "" if other is None else self._key(other)
                    yield Share(place, 0, rule.role, to or Recipient(f"?{reference}", None), share, True, via)
            scope.other = scope.recipient = None

    def _key(self, related: tuple[str, Row]) -> str:
        fact, row = related
        return str(row[self.record.snapshot.facts[fact].schema.key])

    def _references(self, rule: CreditRule, event: str, row: Row) -> list[tuple[str | None, tuple[str, Row] | None]]:
        if rule.related is None:
            return [(row[rule.who], None)]
        fact, column = rule.related
        relation = self.record.relation(fact, self.set.from_)
        found = self.record.related(fact, relation, event) if relation is not None else []
        return [(other[column], (fact, other)) for other in found]

    def _share_said(self, rule: CreditRule, level: int, scope: FactScope) -> Fraction | None:
        if not isinstance(rule.share, tuple):
            return WHOLE
        return number(rule.share[min(level, len(rule.share) - 1)], scope)

    def _indirect(self, direct: list[Share], scope: FactScope, unheard: Unheard) -> list[Share]:
        """Recipients by relationship or by rank, each with a share of what the direct recipient got."""
        found: dict[tuple[int, int, str, str], Share] = {}
        for place, rule in enumerate(self.set.to, start=1):
            for relative in self._relatives(rule, direct, scope) if not rule.is_direct else ():
                scope.recipient = relative.to
                if is_true(rule.when, scope):
                    said = relative.tied
                    if rule.share is not None or said is None:
                        said = self._share_said(rule, max(relative.level - 1, 0), scope)
                    if said is not None:
                        unheard.reached = max(unheard.reached, 2)
                        key = (place, relative.level, relative.to.payee, relative.via)
                        new = Share(place, relative.level, rule.role, relative.to, ZERO, False, relative.via)
                        found.setdefault(key, new).share += said * relative.of
                scope.recipient = None
        return list(found.values())

    def _relatives(self, rule: CreditRule, direct: list[Share], scope: FactScope) -> Iterator[Relative]:
        on = scope.on or date.min
        seats = self.record.seats
        if rule.relationship is not None and rule.of is not None:
            subject = evaluate(rule.of, scope)
            for to, tied in self._ties(rule.relationship, [subject], on):
                yield Relative(0, to, tied, WHOLE, "")
            return
        for share in direct:
            if rule.relationship is not None:
                for to, tied in self._ties(rule.relationship, [share.to.position, share.to.payee], on):
                    yield Relative(0, to, tied, share.share, share.to.payee)
                continue
            position = share.to.position
            for level in range(1, rule.levels + 1):
                position = seats.above(position, on) if position is not None else None
                if position is None:
                    break
                above = Recipient(seats.holder(position, on), position)
                yield Relative(level, above, None, share.share, share.to.payee)

    def _ties(self, kind: str, subjects: list[Any], on: date) -> list[tuple[Recipient, Fraction | None]]:
        """Who stands in a relationship to a position or a person, each once: who is tied twice has the larger share."""
        found: dict[str, tuple[Recipient, Fraction | None]] = {}
        for subject in subjects:
            for reference, tied in self.record.seats.ties(kind, subject, on) if subject is not None else ():
                to = self.record.seats.resolve(reference, on)
                if to is not None:
                    _, known = found.get(to.payee, (to, ZERO))
                    larger = WHOLE if tied is None else tied
                    found[to.payee] = (to, max(larger, WHOLE if known is None else known))
        return list(found.values())
