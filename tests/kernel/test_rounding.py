"""Rounding against the decimal module of Python, and sharing against its three promises."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.kernel.errors import MoneyError
from attain.kernel.rounding import Rounding, allocate, round_fraction, round_ratio

DECIMAL_MODE = {
    Rounding.HALF_UP: decimal.ROUND_HALF_UP,
    Rounding.HALF_DOWN: decimal.ROUND_HALF_DOWN,
    Rounding.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    Rounding.UP: decimal.ROUND_UP,
    Rounding.DOWN: decimal.ROUND_DOWN,
    Rounding.CEILING: decimal.ROUND_CEILING,
    Rounding.FLOOR: decimal.ROUND_FLOOR,
}
SYMMETRIC = [mode for mode in Rounding if mode not in (Rounding.CEILING, Rounding.FLOOR)]


@given(
    scaled=st.integers(-(10**18), 10**18) | st.integers(-50, 50).map(lambda n: n * 5),
    behind=st.integers(0, 6),
    places=st.integers(0, 4),
    mode=st.sampled_from(Rounding),
)
def test_every_mode_rounds_as_the_decimal_module_does(scaled: int, behind: int, places: int, mode: Rounding) -> None:
    value = Decimal(scaled).scaleb(-behind)
    with decimal.localcontext(prec=60):
        expected = value.quantize(Decimal(1).scaleb(-places), rounding=DECIMAL_MODE[mode])
        assert round_fraction(Fraction(value), places, mode) == int(expected.scaleb(places))


@pytest.mark.parametrize("mode", SYMMETRIC)
@given(value=st.fractions(), places=st.integers(-3, 6))
def test_a_reversal_is_the_exact_negative(mode: Rounding, value: Fraction, places: int) -> None:
    assert round_fraction(-value, places, mode) == -round_fraction(value, places, mode)


@given(numerator=st.integers(), denominator=st.integers().filter(bool), mode=st.sampled_from(Rounding))
def test_a_ratio_of_integers_rounds_like_its_fraction(numerator: int, denominator: int, mode: Rounding) -> None:
    assert round_ratio(numerator, denominator, mode) == round_fraction(Fraction(numerator, denominator), 0, mode)


def test_a_float_is_refused_everywhere() -> None:
    for call in (lambda: round_fraction(2.5, 0, Rounding.HALF_UP), lambda: allocate(10, [0.5, 0.5])):  # type: ignore
        with pytest.raises(TypeError, match="exact number"):
            call()


WEIGHTS = st.lists(st.integers(0, 1000) | st.fractions(0, 1000), min_size=1, max_size=12).filter(any)


@given(total=st.integers(-(10**18), 10**18), weights=WEIGHTS)
def test_a_split_loses_no_cent_and_mirrors_a_return(total: int, weights: list[int | Fraction]) -> None:
    """B.2: parts sum exactly, a negative total is the mirror, and no part is a whole unit off its exact share."""
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert allocate(-total, weights) == [-part for part in parts]
    exact = [Fraction(total) * weight / sum(weights) for weight in weights]
    assert all(abs(part - share) < 1 for part, share in zip(parts, exact, strict=True))


def test_one_cent_over_three_people_goes_to_the_first() -> None:
    """B.2: 1 cent over 3 persons, no cent lost."""
    assert allocate(1, [1, 1, 1]) == [1, 0, 0]
    assert allocate(10000, [Fraction(1, 3)] * 3) == [3334, 3333, 3333]


def test_the_largest_remainder_comes_before_the_first_place() -> None:
    assert allocate(10, [Fraction("33.3"), Fraction("33.3"), Fraction("33.4")]) == [3, 3, 4]


@pytest.mark.parametrize(
    ("weights", "code"), [([], "money.no-weight"), ([0, 0], "money.no-weight"), ([2, -1], "money.negative-weight")]
)
def test_weights_that_cannot_share_are_refused(weights: list[int | Fraction], code: str) -> None:
    with pytest.raises(MoneyError) as refused:
        allocate(100, weights)
    assert refused.value.code == code
    assert "100 units" in refused.value.message
