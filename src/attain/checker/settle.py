"""From lines to payments: what is released, promised, advanced, taken back and carried, pay period by pay period."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from attain.checker.book import Booked
from attain.checker.evaluate import day, is_true, number
from attain.checker.releases import Released
from attain.checker.scopes import PayeeScope
from attain.checker.seats import is_vacant
from attain.kernel.money import currency
from attain.kernel.periods import Period
from attain.kernel.rounding import Rounding, round_fraction
from attain.plans.expressions import Expr
from attain.plans.model import Plan

if TYPE_CHECKING:
    from attain.checker.calculation import Calculation

ZERO = Fraction(0)
AMOUNTS = (
    "earned", "released", "guarantee", "draw_paid", "draw_recovered", "draw_balance",
    "carried_in", "carried_out", "payable", "paid",
)  # fmt: skip


@dataclass(slots=True)
class Payment:
    """What a payee gets for a pay period, in minor units."""

    payee: str
    pay_period: Period
    earned: int = 0
    released: int = 0
    guarantee: int = 0
    draw_paid: int = 0
    draw_recovered: int = 0
    draw_balance: int = 0
    carried_in: int = 0
    carried_out: int = 0
    payable: int = 0
    currency: str = ""
    pay_currency: str | None = None
    pay_rate: Fraction | None = None
    paid: int | None = None

    @property
    def says_something(self) -> bool:
        return any(getattr(self, name) for name in AMOUNTS)


class Settlement:
    def __init__(self, calculation: Calculation, periods: list[Period]) -> None:
        self.calculation = calculation
        self.history = calculation.history
        self.periods = periods

    def payments(self, booked: list[Booked], releases: list[Released]) -> list[Payment]:
        earned: dict[tuple[str, str], int] = defaultdict(int)
        released: dict[tuple[str, str], int] = defaultdict(int)
        if not self.periods:
            return []
        for line in booked:
            earned[line.key.payee, line.pay_period.id] += line.amount
        for part in releases:
            if part.pay_period is not None:
                released[part.key.payee, part.pay_period.id] += part.amount
        payees = {*self.history.membership, *(payee for payee, _ in (*earned, *released))}
        payees |= {payee for payee, _ in self.calculation.book.balances()}
        found: list[Payment] = []
        for payee in sorted(payees):
            found += self._of(payee, earned, released)
        return found

    def _of(
        self, payee: str, earned: dict[tuple[str, str], int], released: dict[tuple[str, str], int]
    ) -> list[Payment]:
        book, start = self.calculation.book, self.periods[0].start
        balance = book.balance(payee, "draw.balance", start)
        carried = book.balance(payee, "carried", start)
        found = []
        for period in self.periods:
            key = (payee, period.id)
            payment = Payment(payee, period, earned.get(key, 0), released.get(key, 0), currency=self.history.currency)
            payment.carried_in = carried
            active = self.history.is_on_in(payee, period)
            self._settle(payment, balance, active and not is_vacant(payee))
            balance, carried = payment.draw_balance, payment.carried_out
            if active or payment.says_something:
                found.append(payment)
        return found

    def _settle(self, payment: Payment, balance: int, active: bool) -> None:
        scope = PayeeScope(self.calculation, payment.payee, payment.pay_period)
        settlement = scope.version.settlement
        if active and settlement.guarantee is not None and is_true(settlement.guarantee.while_, scope):
            promised = self._amount(settlement.guarantee.amount, settlement.guarantee.prorate, scope, "guarantee")
            payment.guarantee = 0 if promised is None else max(0, promised - payment.released)
        self._draw(payment, balance, scope, active)
        total = payment.carried_in + payment.released + payment.guarantee - payment.draw_recovered
        if settlement.draw is None or settlement.draw.pays != "in_advance":
            total += payment.draw_paid
        carries = scope.version.policies.negative_pay != "collect"
        payment.payable = max(0, total) if carries else total
        payment.carried_out = total - payment.payable
        self._pay_in(payment, scope)

    def _amount(self, formula: Expr, prorate: str | None, scope: PayeeScope, name: str) -> int | None:
        amount = number(formula, scope)
        if amount is None:
            self.calculation.exception(
                "held", f"The amount of {name} is missing.", component=f"settlement.{name}",
                payee=scope.payee, period=scope.period.id,
            )  # fmt: skip
            return None
        if prorate == "days":
            active = self.history.active_days(scope.payee or "", scope.period.start, scope.period.end)
            amount *= Fraction(active, scope.period.days)
        return self.history.rounded(max(ZERO, amount), scope.version)

    def _draw(self, payment: Payment, balance: int, scope: PayeeScope, active: bool) -> None:
        draw = scope.version.settlement.draw
        payment.draw_balance = balance
        if draw is None:
            return
        earned = payment.released + payment.guarantee
        promised: int | None = None
        if active and is_true(draw.while_, scope):
            promised = self._amount(draw.amount, draw.prorate, scope, "draw")
        if draw.pays == "in_advance":
            payment.draw_paid = promised or 0
            payment.draw_recovered = max(0, min(earned, payment.draw_paid + balance))
        else:
            tops_up = draw.pays == "top_up" and promised is not None
            payment.draw_paid = max(0, (promised or 0) - earned) if tops_up else promised or 0
            payment.draw_recovered = self._recovered(payment, balance, scope, earned)
            if draw.recover is None:
                return
        payment.draw_balance = balance + payment.draw_paid - payment.draw_recovered

    def _recovered(self, payment: Payment, balance: int, scope: PayeeScope, earned: int) -> int:
        draw = scope.version.settlement.draw
        recover = draw.recover if draw is not None else None
        if recover is None or self._count(payment) < recover.from_:
            return 0
        keeps = ZERO if recover.keeps is None else number(recover.keeps, scope)
        share = number(recover.share, scope)
        if keeps is None or share is None:
            if balance > 0:
                self.calculation.exception(
                    "held", "What is taken back of the draw is missing.", component="settlement.draw",
                    payee=payment.payee, period=payment.pay_period.id,
                )  # fmt: skip
            return 0
        share = max(ZERO, min(Fraction(1), share))
        above = max(0, earned - self.history.rounded(keeps, scope.version))
        return min(balance, round_fraction(share * above, 0, Rounding.HALF_UP))

    def _count(self, payment: Payment) -> int:
        """Which pay period this is, counted from the payee's first on the plan."""
        first = self.history.first_period(payment.payee, self.history.period_kind)
        if first is None:
            return 0
        end = max(first.start, payment.pay_period.end)
        return len(self.history.calendar.periods(self.history.period_kind, first.start, end))

    def _pay_in(self, payment: Payment, scope: PayeeScope) -> None:
        said = scope.version.settlement.pay_in
        payment.pay_currency, payment.pay_rate, payment.paid = self.history.currency, Fraction(1), payment.payable
        if said is None:
            return
        code = self._pay_currency(said.currency, scope.version, payment.payee)
        at = payment.pay_period.last if said.at is None else day(said.at, scope)
        rate = None
        if at is not None:
            rate = self.calculation.record.rate(said.rate, self.history.currency, code, at, said.within)
        payment.pay_currency, payment.pay_rate, payment.paid = code, rate, 0
        if rate is not None:
            amount = self.history.money(payment.payable) * rate
            payment.paid = round_fraction(amount, currency(code).places, Rounding.HALF_UP)
        elif payment.payable:
            payment.paid = None
            self.calculation.exception(
                "pay_rate_missing", f"There is no rate {said.rate} of {self.history.currency} in {code} on {at}.",
                payee=payment.payee, period=payment.pay_period.id, amount=self.history.money(payment.payable),
            )  # fmt: skip

    def _pay_currency(self, said: str, version: Plan, payee: str) -> str:
        if said != "payee":
            return said
        person = self.calculation.record.seats.people.get(payee, {})
        code: str | None = person.get("currency")
        return code or version.currency


__all__ = ["AMOUNTS", "Payment", "Settlement"]
