"""Amounts: exact, in one currency, never a float, never a truth value."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.kernel.currencies import ACTIVE, WITHDRAWN
from attain.kernel.errors import CurrencyMismatch, MoneyError, Overflow
from attain.kernel.money import Money, currency, total
from attain.kernel.rounding import Rounding

EUR, USD, JPY = currency("EUR"), currency("USD"), currency("JPY")
AMOUNTS = st.builds(Money, st.integers(-(10**17), 10**17), st.sampled_from([EUR, JPY, currency("KWD")]))


@given(amount=AMOUNTS)
def test_an_amount_survives_the_way_through_decimal_at_any_precision(amount: Money) -> None:
    with decimal.localcontext(prec=3):
        assert Money.from_decimal(amount.to_decimal(), amount.currency) == amount


@given(amount=AMOUNTS, weights=st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_parts_of_an_amount_sum_to_it(amount: Money, weights: list[int]) -> None:
    """B.2"""
    assert total(amount.allocate(weights), amount.currency) == amount


@given(minor=st.integers(-(10**15), 10**15), ppm=st.integers(-(10**6), 10**6))
def test_pay_on_a_return_is_the_negative_of_pay_on_the_sale(minor: int, ppm: int) -> None:
    """A.10"""
    sale, rate = Money(minor, EUR), Fraction(ppm, 10**6)
    assert (-sale).times(rate, Rounding.HALF_UP) == -sale.times(rate, Rounding.HALF_UP)


@pytest.mark.parametrize("make", [lambda: Money(1.0, EUR), lambda: Money(True, EUR), lambda: Money(1, "EUR")])
def test_only_whole_minor_units_of_a_currency_make_an_amount(make: Any) -> None:
    with pytest.raises(TypeError):
        make()


def test_a_float_gets_neither_in_nor_out() -> None:
    for wrong in (
        lambda: Money.from_decimal(1.5, EUR),  # type: ignore[arg-type]
        lambda: Money(150, EUR).times(0.5, Rounding.HALF_UP),  # type: ignore[arg-type]
        lambda: float(Money(150, EUR)),  # type: ignore[arg-type]
        lambda: Money(150, EUR) + 1.5,  # type: ignore[operator]
    ):
        with pytest.raises(TypeError):
            wrong()


def test_an_amount_has_no_truth_value_because_zero_is_not_missing() -> None:
    with pytest.raises(TypeError, match="is_zero"):
        bool(Money(0, EUR))
    assert Money(0, EUR).is_zero()
    assert not Money(1, EUR).is_zero()


def test_a_product_must_say_how_it_rounds() -> None:
    for wrong in (lambda: Money(1, EUR) * 2, lambda: 2 * Money(1, EUR)):
        with pytest.raises(TypeError, match="times"):
            wrong()


@pytest.mark.parametrize("meet", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_two_currencies_never_meet(meet: str) -> None:
    """A.21"""
    with pytest.raises(CurrencyMismatch, match=r"1\.00 EUR and 1\.00 USD"):
        getattr(Money(100, EUR), meet)(Money(100, USD))
    assert Money(100, EUR) != Money(100, USD)


def test_more_than_eighteen_digits_is_an_error_and_not_a_wrap() -> None:
    largest = Money(10**18 - 1, EUR)
    for wrong in (
        lambda: largest + Money(1, EUR),
        lambda: -largest - Money(1, EUR),
        lambda: Money.from_decimal(Decimal("1e17"), EUR),
        lambda: Money.from_decimal(Decimal("1e999999"), EUR),
    ):
        with pytest.raises(Overflow):
            wrong()


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_decimal_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(MoneyError) as refused:
        Money.from_decimal(Decimal(text), EUR)
    assert refused.value.code == "money.not-finite"


@pytest.mark.parametrize(("text", "code"), [("1.005", "EUR"), ("0.1", "JPY"), ("1.0001", "KWD"), ("1e-300", "EUR")])
def test_more_places_than_the_currency_has_are_refused(text: str, code: str) -> None:
    """A.21"""
    with pytest.raises(MoneyError, match=code) as refused:
        Money.from_decimal(Decimal(text), currency(code))
    assert refused.value.code == "money.too-many-places"


def test_amounts_are_shown_with_all_places_of_their_currency() -> None:
    """A.21"""
    shown = [str(Money(-5, currency(code))) for code in ("EUR", "JPY", "KWD", "CLF")]
    assert shown == ["-0.05 EUR", "-5 JPY", "-0.005 KWD", "-0.0005 CLF"]


def test_the_table_of_currencies_is_well_formed() -> None:
    """A.21: ISO 4217 codes are three capital letters; places are 0, 2, 3 or 4; no code is both in use and withdrawn."""
    assert not ACTIVE.keys() & WITHDRAWN.keys()
    assert len(ACTIVE) == 165
    for code, (places, name) in {**ACTIVE, **WITHDRAWN}.items():
        assert code.isascii() and code.isupper() and len(code) == 3
        assert places in (0, 2, 3, 4) and name
    assert currency("HRK").places == 2, "facts of 2022 in Croatia are still counted"


@pytest.mark.parametrize(
    ("wrong", "meant"), [("eur", "EUR (Euro)"), ("EURO", "EUR (Euro)"), ("USDD", "USD (US Dollar)")]
)
def test_an_unknown_currency_names_the_one_that_was_meant(wrong: str, meant: str) -> None:
    with pytest.raises(MoneyError) as refused:
        currency(wrong)
    assert refused.value.code == "money.unknown-currency"
    assert meant in str(refused.value)
