"""Common amounts: pools that are shared by weight, and prizes by place."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from attain.checker.evaluate import is_true, number
from attain.checker.kinds import Worth
from attain.checker.scopes import COMPANY, GroupScope, PayeeScope
from attain.checker.seats import is_vacant
from attain.kernel.periods import Period
from attain.kernel.rounding import allocate
from attain.plans.model import Component

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation

ZERO = Fraction(0)


class Shared:
    """The parts of pools and prizes, computed once a period and group."""

    def __init__(self, calculation: Calculation) -> None:
        self.calculation = calculation
        self._parts: dict[tuple[str, str, str, str], dict[str, Fraction | None]] = {}

    def part(self, name: str, component: Component, scope: PayeeScope) -> Worth | None:
        """The payee's part, or None for somebody who has no part."""
        group = scope.team if component.among == "team" else COMPANY
        if group is None:
            return None
        key = (name, group, scope.period.kind, scope.period.id)
        if key not in self._parts:
            among = GroupScope(self.calculation, group, "team" if component.among == "team" else COMPANY, scope.period)
            share = self._pool if component.pays == "pool" else self._prizes
            self._parts[key] = share(component, among)
        parts = self._parts[key]
        return Worth(parts[scope.payee or ""]) if scope.payee in parts else None

    def has_group(self, component: Component, scope: PayeeScope) -> bool:
        return component.among != "team" or scope.team is not None

    def _members(self, component: Component, among: GroupScope) -> list[PayeeScope]:
        """Who may have a part: a seat that nobody holds has none."""
        payees = sorted(payee for payee in among.members() if not is_vacant(payee))
        scopes = [PayeeScope(self.calculation, payee, among.period) for payee in payees]
        return [scope for scope in scopes if is_true(component.when, scope)]

    def _pool(self, component: Component, among: GroupScope) -> dict[str, Fraction | None]:
        """A part for everybody with a weight; missing without an amount, and nothing for a leaver who is `lost`."""
        amount = number(component.amount, among) if component.amount is not None else None
        weights: dict[str, Fraction] = {}
        for scope in self._members(component, among):
            weight = number(component.weight, scope) if component.weight is not None else None
            stayed = self.stayed(scope.who, among.period)
            if weight is not None and weight > 0 and (stayed or component.leavers != "forfeit"):
                weights[scope.who] = weight
        if not weights:
            return {}
        parts: dict[str, Fraction | None] = dict.fromkeys(weights)
        if amount is not None:
            history = self.calculation.history
            cents = allocate(history.rounded(amount, among.version), list(weights.values()))
            parts = {payee: history.money(cent) for payee, cent in zip(weights, cents, strict=True)}
        gone = [p for p in weights if component.leavers == "lost" and not self.stayed(p, among.period)]
        return parts | dict.fromkeys(gone, ZERO)

    def stayed(self, payee: str, period: Period) -> bool:
        return self.calculation.history.is_on(payee, period.last)

    def _prizes(self, component: Component, among: GroupScope) -> dict[str, Fraction | None]:
        """What everybody with a place wins; nothing where no prize is left for the place."""
        if component.by is None:
            return {}
        ranked: dict[Fraction, list[str]] = {}
        for scope in self._members(component, among):
            reached = number(component.by[0], scope)
            if reached is not None and reached > 0:
                ranked.setdefault(reached, []).append(scope.payee or "")
        history = self.calculation.history
        said = [number(prize, among) or ZERO for prize in component.prizes]
        prizes = [history.rounded(prize, among.version) for prize in said]
        won: dict[str, Fraction | None] = {}
        place = 0
        for reached in sorted(ranked, reverse=True):
            tied = ranked[reached]
            if place >= len(prizes):
                won |= dict.fromkeys(tied, ZERO)
            elif component.ties == "each":
                won |= dict.fromkeys(tied, history.money(prizes[place]))
            else:
                parts = allocate(sum(prizes[place : place + len(tied)]), [1] * len(tied))
                won |= {payee: history.money(part) for payee, part in zip(tied, parts, strict=True)}
            place += len(tied)
        return won
