"""Exact amounts: whole minor units of one currency. No float gets in or out.

Two amounts meet only in the same currency, a product says how it rounds, and an amount has no truth value, because
"no amount" and "an amount of zero" pay differently. How many places a currency has is a fact of ISO 4217.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NoReturn

from .currencies import ACTIVE, WITHDRAWN
from .errors import CurrencyMismatch, MoneyError, Overflow, suggest
from .rounding import Rounding, allocate, require_exact, round_fraction

MAX_DIGITS = 18
"""Digits of minor units that an amount may have: every sum of the product fits into 64 bits."""


@dataclass(frozen=True, slots=True)
class Currency:
    code: str
    places: int
    name: str

    def __str__(self) -> str:
        return self.code


@lru_cache(maxsize=512)
def currency(code: str) -> Currency:
    """The currency of an ISO 4217 code; withdrawn ones are known too, since old facts are still counted.

    >>> currency("JPY").places, currency("EUR").places, currency("KWD").places, currency("CLF").places
    (0, 2, 3, 4)
    """
    entry = ACTIVE.get(code) or WITHDRAWN.get(code)
    if entry is None:
        near = code.upper() if code.upper() in ACTIVE else suggest(code, ACTIVE)
        raise MoneyError(
            f"{code!r} is no currency code of ISO 4217.",
            code="money.unknown-currency",
            hint=f"Did you mean {near} ({ACTIVE[near][1]})?" if near else "Use three capital letters, such as EUR.",
        )
    places, name = entry
    return Currency(code, places, name)


@dataclass(frozen=True, slots=True)
class Money:
    """
    >>> print(Money(123450, currency("EUR")) - Money(50, currency("EUR")))
    1234.00 EUR
    >>> print(Money(100001, currency("JPY")).times(Fraction(15, 1000), Rounding.HALF_UP))
    1500 JPY
    """

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"Money counts whole minor units; got {type(self.minor).__name__} {self.minor!r}.")
        if not isinstance(self.currency, Currency):
            raise TypeError(f'Money needs a Currency, such as currency("EUR"); got {self.currency!r}.')
        if abs(self.minor) >= 10**MAX_DIGITS:
            raise Overflow(
                f"An amount of {self.minor} minor units of {self.currency} has more than {MAX_DIGITS} digits.",
                hint="Look for a wrong decimal mark or a repeated factor in the rows that make up this amount.",
            )

    @classmethod
    def zero(cls, currency: Currency) -> Money:
        return cls(0, currency)

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: Currency) -> Money:
        """The exact amount. Zeros behind the last place of the currency are notation; other digits are refused."""
        if not isinstance(amount, Decimal):
            raise TypeError(f"Expected a Decimal, got {type(amount).__name__} {amount!r}.")
        if not amount.is_finite():
            raise MoneyError(f"{amount} is no amount of {currency}.", code="money.not-finite")
        if amount and amount.adjusted() + currency.places >= MAX_DIGITS:
            raise Overflow(f"{amount} {currency} has more than {MAX_DIGITS} digits.")
        scaled = Fraction(amount) * 10**currency.places
        if scaled.denominator != 1:
            raise MoneyError(
                f"{amount} has more decimal places than {currency} has ({currency.places}).",
                code="money.too-many-places",
                hint="Round it where the plan or the import says how.",
            )
        return cls(scaled.numerator, currency)

    def to_decimal(self) -> Decimal:
        # Built from its digits: arithmetic would round to whatever precision the caller's context has.
        digits = tuple(int(digit) for digit in str(abs(self.minor)))
        return Decimal((int(self.minor < 0), digits, -self.currency.places))

    def __str__(self) -> str:
        return f"{self.to_decimal():f} {self.currency.code}"

    def __bool__(self) -> NoReturn:
        raise TypeError("Ask is_zero(): no amount and an amount of zero are different things.")

    def is_zero(self) -> bool:
        return self.minor == 0

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other, "add").minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other, "subtract").minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other, "compare").minor

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other, "compare").minor

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other, "compare").minor

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other, "compare").minor

    def __mul__(self, factor: object) -> NoReturn:
        raise TypeError(f"Say how {self} * {factor!r} rounds: use times(rate, mode).")

    __rmul__ = __mul__

    def times(self, rate: int | Fraction, mode: Rounding) -> Money:
        require_exact(rate)
        return Money(round_fraction(Fraction(self.minor) * rate, 0, mode), self.currency)

    def allocate(self, weights: Sequence[int | Fraction]) -> list[Money]:
        """Parts by weight that sum to this amount exactly."""
        return [Money(part, self.currency) for part in allocate(self.minor, weights)]

    def _same(self, other: object, verb: str) -> Money:
        if not isinstance(other, Money):
            raise TypeError(f"Cannot {verb} {self} and {type(other).__name__} {other!r}.")
        if other.currency != self.currency:
            raise CurrencyMismatch(
                f"Cannot {verb} {self} and {other}: they are in different currencies.",
                hint="Convert one of them with a dated exchange rate first.",
            )
        return other


def total(amounts: Iterable[Money], currency: Currency) -> Money:
    """The sum. The currency is named, so that the sum of nothing is an amount too."""
    running = Money.zero(currency)
    for amount in amounts:
        running = running + amount
    return running
