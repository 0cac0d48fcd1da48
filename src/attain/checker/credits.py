"""From facts to credits: which events count, for whom, when and how much.

A credit set is read fact by fact. The amount is split among all recipients, whoever they are; then those who are not on
the plan are left out. A reversal finds its recipients through the event that it takes back.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attain.checker.evaluate import day, half_up, is_true, number
from attain.checker.recipients import WHOLE, ZERO, FactScope, Recipients, Share, Unheard
from attain.checker.seats import ENDLESS, Row
from attain.kernel.money import currency
from attain.plans.expressions import Calculation, Call, Case, Expr, Name, Negative, names_in
from attain.plans.model import CreditSet, Plan

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation as PlanCalculation


@dataclass(slots=True)
class Credit:
    """A share of an event that counts for one payee by one rule."""

    version: Plan
    set: str
    event_type: str
    event: str
    row: Row
    rule: int
    level: int
    role: str
    payee: str
    position: str | None
    date: datetime.date
    share: Fraction
    amounts: dict[str, Fraction | None]
    event_amount: Fraction
    """The event's first amount as the fact states it: before conversion and split."""
    reverses: str | None
    """The event that this one takes back, when it is known."""
    original_date: datetime.date | None = None
    original_amount: Fraction | None = None
    """Date and first amount of that event, read as this credit's version reads them."""
    via: str = ""
    """Whose share was rolled up, or which related fact named the payee."""
    place: int = -1
    """Its place in the order of the credit set."""

    @property
    def order(self) -> tuple[datetime.date, str, int, int, str, str]:
        return self.date, self.event, self.rule, self.level, self.payee, self.via

    @property
    def id(self) -> str:
        """The event, unless there is more than the plain credit of its first rule."""
        if (self.rule, self.level, self.via) == (1, 0, ""):
            return self.event
        return f"{self.event}~{self.rule}.{self.level}" + (f"/{self.via}" if self.via else "")

    @property
    def way(self) -> tuple[str, int, int, str]:
        """How the credit came to the payee: a reversal's credit came by the way of the one that it takes back."""
        return self.payee, self.rule, self.level, self.via

    @property
    def amount(self) -> Fraction | None:
        return next(iter(self.amounts.values()))


class CreditReader:
    """Reads one credit set of one version of a plan."""

    def __init__(self, calculation: PlanCalculation, version: Plan, name: str) -> None:
        self.calculation = calculation
        self.version = version
        self.name = name
        self.set: CreditSet = version.credits[name]
        self.record = calculation.record
        self.schema: Any = self.record.snapshot.facts[self.set.from_].schema
        self.money = {name: column.currency for name, column in self.schema.columns.items() if column.type == "money"}
        self.facts = self.record.facts(self.set.from_)
        self.recipients = Recipients(calculation, version, self.set)
        formulas = self.set.named_amounts
        # What a formula is does not depend on the fact: asked once, not once for each of thousands.
        self.is_money = {amount: self._is_money(formula) for amount, formula in formulas.items()}
        self.stated_in = {amount: self._stated_in(formula) for amount, formula in formulas.items()}

    def read(self) -> Iterator[Credit]:
        effective, horizon = self.version.effective, self.calculation.horizon
        start, end = effective.start, min(effective.end or horizon, horizon)
        asked = self.record.asked[self.set.from_]
        for event, row in self.facts.items():
            scope = FactScope(self.calculation, self.version, row, row[self.schema.date])
            on = day(self.set.date, scope) if self.set.date is not None else row[self.schema.date]
            scope.on = on
            if on is None or effective.start <= on < (effective.end or ENDLESS):
                asked.add(event)
            if on is None:
                if is_true(self.set.when, scope):
                    self._refuse(event, None, "date_missing", "The fact has no date.")
                continue
            if start <= on < end:
                if is_true(self.set.when, scope):
                    yield from self._credits(event, row, on, scope)

    def _credits(self, event: str, row: Row, on: date, scope: FactScope) -> Iterator[Credit]:
        amounts = self._amounts(event, on, scope)
        if amounts is None:
            return
        reversed_event, source, seen_on = self._original(event, row, on)
        unheard = self.calculation.unheard(self.set.from_, event, on, next(iter(amounts.values())))
        shares = self.recipients.shares(reversed_event or event, source, seen_on, unheard)
        self._split(shares, amounts)
        taken: set[str] = set()
        stated = next(iter(self.set.named_amounts.values()))
        for share in sorted(shares, key=lambda share: (share.rule, share.level, share.to.payee, share.via)):
            if self.set.once_per == "payee" and share.to.payee in taken:
                continue
            taken.add(share.to.payee)
            if not self.calculation.history.is_on(share.to.payee, seen_on):
                continue
            unheard.reached = 3
            yield self._limited(Credit(
                self.version, self.name, self.set.from_, event, row, share.rule, share.level, share.role,
                share.to.payee, share.to.position, on, share.share, share.parts,
                number(stated, scope) or ZERO, reversed_event,
                None if reversed_event is None else seen_on,
                None if reversed_event is None else self.stated(source), share.via,
            ))  # fmt: skip

    def _original(self, event: str, row: Row, on: date) -> tuple[str | None, Row, date]:
        """Of a reversal: the event that it takes back, that event's row, and the date on which it was credited."""
        named = row[self.schema.reverses] if self.schema.reverses else None
        if named is None or named not in self.facts:
            return None, row, on
        original = self.facts[named]
        scope = FactScope(self.calculation, self.version, original, original[self.schema.date])
        credited = day(self.set.date, scope) if self.set.date is not None else original[self.schema.date]
        return named, original, credited or on

    def unasked(self, event: str, of_the_type: bool) -> Unheard | None:
        """An event for which no plan is in force, in its own currency; by the date of its type where plans differ."""
        row = self.facts[event]
        scope = FactScope(self.calculation, self.version, row, row[self.schema.date])
        on: date | None = row[self.schema.date]
        if self.set.date is not None and not of_the_type:
            on = day(self.set.date, scope)
        if on is None or on >= self.calculation.horizon:
            return None
        own = self._own_currency(row)
        return Unheard(self.set.from_, event, on, self.stated(row), own, Unheard.REASONS.index("no plan in force"))

    # Amounts

    def _own_currency(self, row: Row) -> str:
        """The currency in which a fact states its amounts."""
        found = (self._currencies(amount, row) - {self.version.currency} for amount in self.set.named_amounts)
        return next((foreign for each in found for foreign in sorted(each)), self.version.currency)

    def stated(self, row: Row) -> Fraction | None:
        """The first amount of a fact as it states it: before conversion and split."""
        scope = FactScope(self.calculation, self.version, row, row[self.schema.date])
        if self.set.date is not None:
            scope.on = day(self.set.date, scope)
        return number(next(iter(self.set.named_amounts.values())), scope)

    def _amounts(self, event: str, on: date, scope: FactScope) -> dict[str, Fraction | None] | None:
        """Each amount in the plan's currency, or None after the reason was listed."""
        amounts: dict[str, Fraction | None] = {}
        for name, formula in self.set.named_amounts.items():
            value = number(formula, scope)
            if value is None and not amounts:
                self._refuse(event, on, "amount_missing", "The fact has no amount.")
                return None
            if value is not None and self.is_money[name]:
                foreign = self._currencies(name, scope.row) - {self.version.currency}
                if foreign:
                    value = self._converted(event, on, value, foreign, scope)
                    if value is None:
                        return None
            amounts[name] = value
        return amounts

    def _stated_in(self, formula: Expr) -> set[str]:
        """What names the currencies of the money that a formula reads: a column of the fact, or the code itself."""
        columns = [name.parts[0] for name in names_in(formula)]
        return {code for column in columns if (code := self.money.get(column)) is not None}

    def _currencies(self, amount: str, row: Row) -> set[str]:
        return {row[code] if code in row else code for code in self.stated_in[amount]}

    def _is_money(self, formula: Expr) -> bool:
        """Whether an amount is money of the fact; a count, a number of points or a ratio is not."""
        match formula:
            case Name((column,)):
                parameter = self.version.parameters.get(column)
                return column in self.money or (parameter is not None and parameter.type == "money")
            case Negative(value=value):
                return self._is_money(value)
            case Calculation(operator="/", left=left, right=right):
                return self._is_money(left) and not self._is_money(right)
            case Calculation(left=left, right=right):
                return self._is_money(left) or self._is_money(right)
            case Case(branches=branches, otherwise=otherwise):
                return any(self._is_money(part) for part in (*(b for _, b in branches), otherwise) if part is not None)
            case Call(function=function, arguments=arguments) if function in MONEY_FUNCTIONS:
                return any(self._is_money(part) for part in arguments)
        return False

    def _converted(self, event: str, on: date, value: Fraction, foreign: set[str], scope: FactScope) -> Fraction | None:
        convert = self.set.convert
        if convert is None or len(foreign) > 1:
            self._refuse(event, on, "rate_missing", f"The amount is in {', '.join(sorted(foreign))}.")
            return None
        at = on if convert.at is None else day(convert.at, scope)
        base = foreign.pop()
        rate = None if at is None else self.record.rate(convert.rate, base, self.version.currency, at, convert.within)
        if rate is None:
            self._refuse(event, on, "rate_missing", f"There is no rate {convert.rate} of {base} on {at}.")
            return None
        return half_up(value * rate, currency(self.version.currency).places)

    def _refuse(self, event: str, on: date | None, code: str, reason: str) -> None:
        row = self.facts[event]
        self.calculation.exception(
            code, reason, event_type=self.set.from_, event=event, amount=self.stated(row),
            currency=self._own_currency(row),
        )  # fmt: skip

    # Split

    def _split(self, shares: list[Share], amounts: dict[str, Fraction | None]) -> None:
        for name, amount in amounts.items():
            for share in shares:
                share.parts[name] = amount if amount is None or share.share is WHOLE else amount * share.share
            if amount is not None and self.version.policies.split == "cents" and self.is_money[name]:
                self._in_cents(name, [share for share in shares if share.direct])
                for share in shares:
                    if not share.direct:
                        share.parts[name] = half_up(amount * share.share, self.calculation.history.places)

    def _in_cents(self, name: str, direct: list[Share]) -> None:
        """Whole cents that sum to the rounded sum of the parts; those left over go to the largest remainders."""
        if len(direct) == 1:
            direct[0].parts[name] = half_up(direct[0].parts[name] or ZERO, self.calculation.history.places)
            return
        scale: int = 10**self.calculation.history.places
        exact = [(share.parts[name] or ZERO) * scale for share in direct]
        total = half_up(sum(exact, ZERO), 0)
        sign = -1 if total < 0 else 1
        whole = [(sign * part).__floor__() for part in exact]
        left = int(sign * total) - sum(whole)
        by_remainder = sorted(
            range(len(direct)),
            key=lambda at: (whole[at] - sign * exact[at], direct[at].rule, direct[at].to.payee, direct[at].via),
        )
        for at in by_remainder[:left]:
            whole[at] += 1
        for share, cents in zip(direct, whole, strict=True):
            share.parts[name] = Fraction(sign * cents, scale)

    def _limited(self, credit: Credit) -> Credit:
        if self.set.limit is None:
            return credit
        most = number(self.set.limit, self.calculation.at_credit(credit))
        name = next(iter(credit.amounts))
        amount = credit.amounts[name]
        size = None if most is None else max(ZERO, most)
        credit.amounts[name] = None if size is None or amount is None else max(-size, min(size, amount))
        return credit


MONEY_FUNCTIONS = frozenset({"coalesce", "least", "greatest", "abs", "round"})
