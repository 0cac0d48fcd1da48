"""Numbers as people and files write them, read strictly into exact integers and fractions.

A file says beforehand which decimal mark and which group mark it uses; nothing is sniffed. Whatever could be read in
two ways is refused: an exponent, a mark at a wrong place, digits of another script, more places than are kept.
"""

from __future__ import annotations

import re
from fractions import Fraction

from .errors import NumberError
from .rounding import require_exact

PPM = 1_000_000
RATE_PLACES = 12
_LONGEST = 100  # characters: a guard against text made to keep a program busy


def parse_decimal(
    text: str,
    *,
    places: int,
    max_digits: int = 18,
    decimal_mark: str = ".",
    group_mark: str | None = None,
    spare_zeros: bool = False,
) -> int:
    """The number in units of 10 to the minus `places`.

    `spare_zeros` lets 12.5000 pass where two places are kept, as databases export it. It is off by default because
    1.500 may have been meant as fifteen hundred.

    >>> parse_decimal("-1234.5", places=2)
    -123450
    >>> parse_decimal("1.234,50", places=2, decimal_mark=",", group_mark=".")
    123450
    """
    if decimal_mark == group_mark or not decimal_mark:
        raise ValueError(f"Decimal mark {decimal_mark!r} and group mark {group_mark!r} must be two different marks.")
    shown = repr(text if len(text) <= 40 else text[:40] + "…")
    found = _pattern(decimal_mark, group_mark).fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise NumberError(
            f"{shown} is not a number.",
            code="number.not-a-number",
            hint=_how_to_write(decimal_mark, group_mark),
        )
    sign, whole, behind = found.group("sign"), found.group("whole"), found.group("behind") or ""
    if group_mark:
        whole = whole.replace(group_mark, "")
    kept = behind.rstrip("0").ljust(min(places, len(behind)), "0") if spare_zeros else behind
    if len(kept) > places:
        raise NumberError(
            f"{shown} has {len(kept)} decimal places; {places} are kept here.",
            code="number.too-many-places",
            hint="Round it at the source, or declare the column with more places.",
        )
    digits = whole + kept.ljust(places, "0")
    if len(digits.lstrip("0")) > max_digits:
        raise NumberError(
            f"{shown} is too large: with {places} decimal places it has more than {max_digits} digits.",
            code="number.too-large",
            hint="Check the decimal mark and the unit of this column.",
        )
    return -int(digits) if sign == "-" else int(digits)


def _pattern(decimal_mark: str, group_mark: str | None) -> re.Pattern[str]:
    # re caches compiled patterns; [0-9] rather than \d, which takes digits of every script.
    mark = re.escape(decimal_mark)
    grouped = rf"[0-9]{{1,3}}(?:{re.escape(group_mark)}[0-9]{{3}})+|" if group_mark else ""
    return re.compile(rf"(?P<sign>[+-]?)(?P<whole>{grouped}[0-9]+)(?:{mark}(?P<behind>[0-9]+))?")


def _how_to_write(decimal_mark: str, group_mark: str | None) -> str:
    example = f"1{group_mark or ''}234{decimal_mark}50"
    return f"Write it with digits 0 to 9 like {example}, with a minus sign in front where it is negative."


def as_text(scaled: int, places: int) -> str:
    """The plain way to write a scaled integer: always all places, a point, no groups.

    >>> as_text(-5, 2), as_text(123450, 2), as_text(7, 0)
    ('-0.05', '1234.50', '7')
    """
    if type(scaled) is not int:
        raise TypeError(f"Expected a scaled integer, got {type(scaled).__name__} {scaled!r}.")
    digits = str(abs(scaled)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if scaled < 0 else text


def parse_rate(text: str) -> Fraction:
    """A rate written as a percentage or as a plain number; both are exact.

    >>> parse_rate("4.5%"), parse_rate("0.045"), parse_rate("-100 %")
    (Fraction(9, 200), Fraction(9, 200), Fraction(-1, 1))
    """
    number = text[:-1].removesuffix(" ") if text.endswith("%") else text
    try:
        scaled = parse_decimal(number, places=RATE_PLACES, max_digits=RATE_PLACES + 9)
    except NumberError as error:
        raise NumberError(
            error.message if error.code != "number.not-a-number" else f"{text!r} is not a rate.",
            code=error.code,
            hint="Write a rate like 4.5% or 0.045.",
        ) from None
    return Fraction(scaled, 10**RATE_PLACES) / (100 if text.endswith("%") else 1)


def rate_as_text(rate: Fraction | int) -> str:
    """A percentage where it ends, otherwise the fraction: never a rounded rate.

    >>> rate_as_text(Fraction(9, 200)), rate_as_text(1), rate_as_text(Fraction(1, 3))
    ('4.5%', '100%', '1/3')
    """
    require_exact(rate)
    scaled = Fraction(rate) * 100 * 10**RATE_PLACES
    if scaled.denominator != 1:
        return str(rate)
    text = as_text(scaled.numerator, RATE_PLACES).rstrip("0").rstrip(".")
    return f"{text}%"


def rate_ppm(rate: Fraction | int) -> int:
    """The rate in parts per million; refused when it is finer than that.

    >>> rate_ppm(parse_rate("4.5%"))
    45000
    """
    require_exact(rate)
    scaled = Fraction(rate) * PPM
    if scaled.denominator != 1:
        raise NumberError(
            f"The rate {rate_as_text(rate)} is finer than one part in a million.",
            code="number.too-many-places",
            hint="Use at most four decimal places in a percentage.",
        )
    return scaled.numerator
