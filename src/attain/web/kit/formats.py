"""Numbers, money and days as pages write them: one place for English and German.

Booked money is exact, from whole minor units. A minus is −, a change always has its sign, and no space before € or %
breaks. What is cut for the eye (a percentage to one place) is cut here and nowhere earlier.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time, get_month_names
from babel.numbers import format_decimal, get_currency_symbol
from django.utils.translation import get_language, pgettext_lazy

from attain.kernel.currencies import ACTIVE
from attain.kernel.rounding import Rounding, round_fraction
from attain.plans.prose import formats
from attain.plans.prose.formats import Language

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS, HYPHEN = "\N{MINUS SIGN}", "-"
_LOCALE = {"en": "en_GB", "de": "de_DE"}
_SIZES = {"en": ((6, 2, "M"), (3, 1, "K")), "de": ((6, 2, "\N{NO-BREAK SPACE}Mio."), (3, 1, "\N{NO-BREAK SPACE}Tsd."))}
"""Powers of ten of short money, with the most places that are shown of each, and what it is called."""
_KINDS_OF_PERIOD = {
    "week": pgettext_lazy("period", "week"),
    "half_month": pgettext_lazy("period", "half a month"),
    "month": pgettext_lazy("period", "month"),
    "quarter": pgettext_lazy("period", "quarter"),
    "half": pgettext_lazy("period", "half a year"),
    "year": pgettext_lazy("period", "year"),
}


def language() -> Language:
    return "de" if (get_language() or "en").startswith("de") else "en"


def money(minor: int | None, currency: str, *, signed: bool = False) -> str:
    """Whole minor units, such as cents; nothing is shown as a dash, because it is not zero."""
    if minor is None:
        return "–"
    places = ACTIVE.get(currency, (2, ""))[0]
    said = formats.money(Fraction(abs(int(minor)), 10**places), currency, language())
    return sign(int(minor), signed=signed) + said


def near(amount: Fraction, currency: str) -> str:
    """To the places of the currency, rounded half up: a credit may have more of them than money."""
    return money(round_fraction(amount, ACTIVE.get(currency, (2, ""))[0], Rounding.HALF_UP), currency)


def exact(amount: Decimal, currency: str | None) -> str:
    """Money with the places of its currency, more where it has more; a number where there is no currency."""
    value = Fraction(amount)
    said = formats.money(abs(value), currency, language()) if currency else formats.number(abs(value), language())
    return sign(value) + said


def short_money(minor: int, currency: str) -> str:
    """For axes alone: €2K, €3.5M, in German 2 Tsd. €, 3,5 Mio. €; smaller amounts whole, without cents."""
    units = Fraction(abs(minor), 10 ** ACTIVE.get(currency, (2, ""))[0])
    symbol = get_currency_symbol(currency, _LOCALE[language()])
    shown, name = Fraction(round_fraction(units, 0, Rounding.HALF_UP)), ""
    for power, places, letter in _SIZES[language()]:
        rounded = Fraction(round_fraction(units / 10**power, places, Rounding.HALF_UP), 10**places)
        if rounded >= 1:
            shown, name = rounded, letter
            break
    if not shown:
        return "0"
    digits = formats.number(shown, language()) + name
    return sign(minor) + (f"{symbol}{digits}" if language() == "en" else f"{digits}\N{NO-BREAK SPACE}{symbol}")


def number(value: float | Fraction, places: int) -> str:
    """Rounded for the eye."""
    said: str = format_decimal(
        Decimal(f"{float(value):.{places}f}"),
        format="#,##0." + "0" * places if places else "#,##0",
        locale=_LOCALE[language()],
    )
    return said.replace(HYPHEN, MINUS)


def sign(value: int | Fraction, *, signed: bool = False) -> str:
    return MINUS if value < 0 else "+" if signed and value > 0 else ""


def count(value: int) -> str:
    return format_decimal(value, locale=_LOCALE[language()]).replace(HYPHEN, MINUS)


def percent(value: Fraction | None, places: int = 1) -> str:
    """A share to so many places, rounded half up: 94.5%."""
    if value is None:
        return "–"
    rounded = Fraction(round_fraction(abs(value), places + 2, Rounding.HALF_UP), 10 ** (places + 2))
    said = formats.percent(rounded, language())
    return sign(value) + said if rounded else said


def attainment(value: Fraction) -> str:
    """Always to one place, so that numbers below each other can be compared: 70.0%."""
    tenths = round_fraction(abs(value) * 1000, 0, Rounding.HALF_UP)
    return f"{sign(value)}{number(Fraction(tenths, 10), 1)}{'%' if language() == 'en' else NO_BREAK + '%'}"


def day(value: date | None) -> str:
    """18 Nov 2026, 18. Nov. 2026"""
    return "–" if value is None else f"{day_of_year(value)}\N{NO-BREAK SPACE}{value.year}"


def day_of_year(value: date | None) -> str:
    """18 Nov, where the year is known from around it. English months have three letters, German ones as they are."""
    if value is None:
        return ""
    said = get_month_names("abbreviated", locale=language())[value.month]
    return f"{value.day}{'.' if language() == 'de' else ''}\N{NO-BREAK SPACE}{said}"


def moment(value: datetime | None, zone: str) -> str:
    if value is None:
        return "–"
    there = value.astimezone(ZoneInfo(zone))
    return f"{day(there.date())}, {format_time(there, format='HH:mm', locale=_LOCALE[language()])}"


def titled(titles: Mapping[str, str], otherwise: str) -> str:
    """A title that a plan gives in several languages, in that of the reader, else in English."""
    return titles.get(language()) or titles.get("en") or otherwise


def period(id_: str) -> str:
    """November 2026, Q4 2026; a period of another kind keeps its id, one of another calendar names it."""
    calendar, colon, of = id_.partition(":")
    if colon:
        return f"{of} ({calendar})"
    year, _, rest = id_.partition("-")
    if rest.isdecimal() and len(rest) == 2 and year.isdecimal():
        said: str = format_skeleton("yMMMM", date(int(year), int(rest), 1), locale=_LOCALE[language()])
        return said
    return f"{rest} {year}" if rest.startswith("Q") and year.isdecimal() else id_


def short_period(id_: str) -> str:
    """On an axis: Nov ’26, Q4 ’26; a period of another kind keeps its id."""
    year, _, rest = id_.partition("-")
    if not (year.isdecimal() and len(year) == 4):
        return id_
    if rest.isdecimal() and len(rest) == 2:
        rest = get_month_names("abbreviated", locale=language())[int(rest)]
    return f"{rest} ’{year[2:]}" if rest else id_


def listed(words: list[str]) -> str:
    """4% and 6%"""
    return formats.listed(words, language()) if words else ""


def kind_of_period(kind: str) -> str:
    return str(_KINDS_OF_PERIOD.get(kind, kind))


def quoted(text: str) -> str:
    return formats.quoted(text, language())


def initials(name: str) -> str:
    words = [word for word in name.replace(".", " ").split() if word[:1].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "–"
