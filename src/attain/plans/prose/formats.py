"""Numbers, money, percentages and dates as a reader of a language writes them: 4 %, 1.234,56 €, 31.01.2026.

Everything comes from exact fractions. A number that does not end as a decimal is shown as a fraction, never rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from attain.kernel.currencies import ACTIVE

Language = Literal["en", "de"]
_LOCALE = {"en": "en_GB", "de": "de_DE"}
_MOST_PLACES = 12


def decimal_of(value: Fraction) -> Decimal | None:
    """The same number as a decimal; None when it has no end, such as 1/3.

    >>> decimal_of(Fraction(1, 8)), decimal_of(Fraction(1, 3))
    (Decimal('0.125'), None)
    """
    scaled = value * 10**_MOST_PLACES
    if scaled.denominator != 1:
        return None
    found = Decimal(scaled.numerator).scaleb(-_MOST_PLACES).normalize()
    return found.quantize(Decimal(1)) if found == found.to_integral() else found


def places_of(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def number(value: Fraction, language: Language) -> str:
    """
    >>> number(Fraction("1234.5"), "en"), number(Fraction("1234.5"), "de"), number(Fraction(1, 3), "de")
    ('1,234.5', '1.234,5', '1/3')
    """
    exact = decimal_of(value)
    if exact is None:
        return str(value)
    pattern = "#,##0" + ("." + "0" * places_of(exact) if places_of(exact) else "")
    return format_decimal(exact, format=pattern, locale=_LOCALE[language])


def percent(value: Fraction, language: Language) -> str:
    """A space that does not break stands before the sign in German.

    >>> percent(Fraction("0.045"), "en"), percent(Fraction("0.045"), "de") == "4,5\N{NO-BREAK SPACE}%"
    ('4.5%', True)
    """
    exact = decimal_of(value)
    if exact is None:
        return f"{value * 100} %" if language == "en" else f"{value * 100}\N{NO-BREAK SPACE}%"
    places = max(0, places_of(exact) - 2)
    pattern = "#,##0" + ("." + "0" * places if places else "") + ("%" if language == "en" else "\N{NO-BREAK SPACE}%")
    return format_percent(exact, format=pattern, locale=_LOCALE[language])


def money(value: Fraction, currency: str, language: Language) -> str:
    """Always the places of the currency, more where the amount has more.

    >>> money(Fraction(2500), "EUR", "en"), money(Fraction("1234.56"), "EUR", "de") == "1.234,56\N{NO-BREAK SPACE}€"
    ('€2,500.00', True)
    """
    exact = decimal_of(value)
    if exact is None:
        return f"{value}\N{NO-BREAK SPACE}{currency}"
    usual = ACTIVE.get(currency, (2, ""))[0]
    places = max(usual, places_of(exact))
    digits = "#,##0" + ("." + "0" * places if places else "")
    pattern = f"¤{digits}" if language == "en" else f"{digits}\N{NO-BREAK SPACE}¤"
    return format_currency(exact, currency, format=pattern, locale=_LOCALE[language], currency_digits=False)


def day(value: date, language: Language) -> str:
    """
    >>> day(date(2026, 1, 31), "en"), day(date(2026, 1, 31), "de")
    ('31 January 2026', '31.01.2026')
    """
    pattern = {"en": "d MMMM y", "de": "dd.MM.y"}[language]
    return format_date(value, format=pattern, locale=_LOCALE[language])


def listed(items: Sequence[str], language: Language, *, either: bool = False) -> str:
    """
    >>> listed(["a", "b", "c"], "en"), listed(["a", "b"], "de", either=True)
    ('a, b and c', 'a oder b')
    """
    return format_list(list(items), style="or" if either else "standard", locale=_LOCALE[language])


def quoted(text: str, language: Language) -> str:
    return f"“{text}”" if language == "en" else f"„{text}“"
