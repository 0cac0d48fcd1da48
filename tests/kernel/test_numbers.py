"""Numbers in files are read strictly; every refusal has its own reason."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attain.kernel.errors import NumberError
from attain.kernel.numbers import as_text, parse_decimal, parse_rate, rate_as_text, rate_ppm


@given(scaled=st.integers(-(10**18) + 1, 10**18 - 1), places=st.integers(0, 6))
def test_what_is_written_is_read_back(scaled: int, places: int) -> None:
    assert parse_decimal(as_text(scaled, places), places=places) == scaled


@given(scaled=st.integers(-(10**15), 10**15))
def test_a_german_amount_with_groups_is_read_back(scaled: int) -> None:
    text = f"{abs(scaled) // 100:,}".replace(",", ".") + f",{abs(scaled) % 100:02d}"
    signed = f"-{text}" if scaled < 0 else text
    assert parse_decimal(signed, places=2, decimal_mark=",", group_mark=".") == scaled


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "+",
        ".5",
        "5.",
        "1e3",
        "1E+2",
        "NaN",
        "inf",
        "1_000",
        "0x10",
        "--1",
        "1.2.3",
        "1,000",
        "१२",
        "１２",
        "−5",
    ],
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(NumberError) as refused:
        parse_decimal(text, places=2)
    assert refused.value.code == "number.not-a-number"
    assert repr(text) in refused.value.message


@pytest.mark.parametrize("text", ["1,00", "1,0000", "12,34,567", "1234,567", ",123", "1,,000"])
def test_group_marks_stand_before_each_three_digits_or_not_at_all(text: str) -> None:
    with pytest.raises(NumberError):
        parse_decimal(text, places=2, group_mark=",")
    assert parse_decimal("1234567", places=0, group_mark=",") == 1234567


@pytest.mark.parametrize("text", ["1.005", "1.500", "0.0000000001"])
def test_too_many_places_are_refused_with_their_count(text: str) -> None:
    with pytest.raises(NumberError, match=f"has {len(text) - 2} decimal places") as refused:
        parse_decimal(text, places=2)
    assert refused.value.code == "number.too-many-places"


def test_spare_zeros_of_a_database_export_pass_only_when_asked_for() -> None:
    assert parse_decimal("12.5000", places=2, spare_zeros=True) == 1250
    assert parse_decimal("100.0000", places=0, spare_zeros=True) == 100
    with pytest.raises(NumberError):
        parse_decimal("12.5050", places=2, spare_zeros=True)


def test_eighteen_digits_pass_and_nineteen_do_not() -> None:
    assert parse_decimal("9999999999999999.99", places=2) == 10**18 - 1
    assert parse_decimal("000000000000000000000001.00", places=2) == 100
    with pytest.raises(NumberError) as refused:
        parse_decimal("10000000000000000.00", places=2)
    assert refused.value.code == "number.too-large"


def test_a_text_made_to_keep_us_busy_is_refused_and_shown_shortened() -> None:
    with pytest.raises(NumberError) as refused:
        parse_decimal("9" * 10_000_000, places=2)
    assert len(refused.value.message) < 100


def test_rates_are_exact_and_shown_as_they_are() -> None:
    assert parse_rate("4.5%") == parse_rate("0.045") == Fraction(9, 200)
    assert [rate_as_text(parse_rate(text)) for text in ("4.50%", "1", "-0.3", "0.0001 %")] == [
        "4.5%",
        "100%",
        "-30%",
        "0.0001%",
    ]
    assert rate_ppm(parse_rate("0.0001%")) == 1
    with pytest.raises(NumberError):
        rate_ppm(parse_rate("0.00001%"))
    for text in ("%", "4.5  %", "four", "4,5%", "4.5%%"):
        with pytest.raises(NumberError, match="is not a rate"):
            parse_rate(text)


@given(rate=st.fractions(-10, 10))
def test_a_rate_that_does_not_end_is_shown_as_a_fraction(rate: Fraction) -> None:
    shown = rate_as_text(rate)
    assert (parse_rate(shown) if shown.endswith("%") else Fraction(shown)) == rate
