"""One value of a file: text in a declared form on the way in, an exact value or a reason on the way out.

The form is declared once per source and never sniffed: `1.234` is a thousand in one country and a bit more than one in
another, and nobody may find out from the data which one was meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from attain.kernel.errors import AttainError, NumberError
from attain.kernel.money import currency
from attain.kernel.numbers import parse_decimal

if TYPE_CHECKING:
    from .schema import Column

Value = Decimal | date | str | bool | int | None

LARGEST = Decimal(10) ** 14
"""No number of a file may reach this: sums of a hundred million of them still fit."""
LARGEST_INTEGER = 10**18
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)  # the years that calendars know
MAX_TEXT = 4000

DATE_PARTS = {"yyyy": r"(?P<y>[0-9]{4})", "mm": r"(?P<m>[0-9]{2})", "dd": r"(?P<d>[0-9]{2})"}


class ValueRefused(Exception):
    """A value that its column cannot hold. The code never changes its meaning."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Form:
    """How a source writes numbers, dates and yes or no."""

    decimal_mark: str = "."
    group_mark: str = ""
    date_format: str = "yyyy-mm-dd"
    spare_zeros: bool = False
    """Whether 12.5000 may stand where two places are kept, as databases write it. 1.500 could also be 1500."""
    true_words: frozenset[str] = frozenset({"yes", "true"})
    false_words: frozenset[str] = frozenset({"no", "false"})


PLAIN = Form()


def typed(text: str, column: Column, form: Form = PLAIN) -> Value:
    """The value of `text` in `column`; empty text is no value. Whether one is required is a matter of the row."""
    if text == "":
        return None
    match column.type:
        case "text" | "payee":
            value: Value = plain_text(text)
        case "date":
            value = day(text, form)
        case "yes_no":
            value = yes_no(text, form)
        case "currency":
            value = currency_code(text)
        case "integer":
            value = whole(text)
        case "rate":
            value = number(text, column, form, percent=True)
        case _:
            value = number(text, column, form)
    within(value, column)
    return value


def plain_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueRefused("fact.text-too-long", f"{len(text)} characters; at most {MAX_TEXT} are kept.")
    if not text.isprintable() and (found := _control.search(text)):
        raise ValueRefused("fact.control-character", f"Character U+{ord(found.group()):04X} is not text.")
    return text


# Line ends and tabs may stand inside a quoted note; other controls, lone surrogates and re-ordering marks may not.
_control = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def number(text: str, column: Column, form: Form = PLAIN, *, percent: bool = False) -> Decimal:
    """An exact number with no more places than the column has."""
    has_sign = percent and text.endswith("%")
    digits = text[:-1].removesuffix(" ") if has_sign else text
    try:
        units = parse_decimal(
            digits,
            places=column.places - 2 if has_sign else column.places,
            max_digits=most_digits(column),
            decimal_mark=form.decimal_mark,
            group_mark=form.group_mark or None,
            spare_zeros=form.spare_zeros,
        )
    except NumberError as fault:
        raise ValueRefused(_CODES[fault.code], f"{fault.message} {_advice(fault.code, form, percent)}") from None
    return Decimal(f"{units}E-{column.places}")


_CODES = {
    "number.not-a-number": "fact.number",
    "number.too-many-places": "fact.places",
    "number.too-large": "fact.range",
}


def _advice(code: str, form: Form, percent: bool) -> str:
    if code == "number.too-many-places":
        return "Round it at the source, or give the column more places."
    if code == "number.too-large":
        return "Check the decimal mark."
    sample = f"-1{form.group_mark}234{form.decimal_mark}5"
    return f"Write it like {sample}, or 12{form.decimal_mark}5%." if percent else f"Write it like {sample}."


def fitted(exact: Decimal, column: Column) -> Decimal:
    """`exact` at the scale of the column, or the reason why it does not fit."""
    if not exact.is_finite():
        raise ValueRefused("fact.number", f"{exact} is no number.")
    if exact.is_zero():
        return _scaled(False, 0, 0, column)
    # The size is looked at before the digits: those of 1e10000000 would take minutes to write out.
    if exact.adjusted() >= 14:
        raise ValueRefused("fact.range", f"At or beyond {LARGEST:,}.")
    if exact.adjusted() < -60:
        raise ValueRefused("fact.places", f"More than {column.places} decimal places.")
    sign, digits, exponent = exact.as_tuple()
    return _scaled(sign == 1, int("".join(map(str, digits))), int(exponent), column)


def most_digits(column: Column) -> int:
    """Digits that a number of this column may have: below the largest number, and as many as its type stores."""
    return min(14 + column.places, column.precision)


def _scaled(negative: bool, digits: int, exponent: int, column: Column) -> Decimal:
    """`digits` times 10 to the `exponent` in the places of the column; integers throughout, so nothing rounds."""
    surplus = -exponent - column.places
    units, lost = divmod(digits, 10**surplus) if surplus > 0 else (digits * 10**-surplus, 0)
    if units >= 10 ** most_digits(column):
        raise ValueRefused("fact.range", f"At or beyond {LARGEST:,}.")
    if lost:
        raise ValueRefused("fact.places", f"More than {column.places} decimal places.")
    sign = 1 if negative and units else 0  # a minus before zero says nothing
    return Decimal(f"{'-' if sign else ''}{units}E-{column.places}")


def whole(text: str) -> int:
    if re.fullmatch(r"-?[0-9]{1,40}", text, re.ASCII) is None:
        raise ValueRefused("fact.number", "Not a whole number.")
    count = int(text)
    if abs(count) >= LARGEST_INTEGER:
        raise ValueRefused("fact.range", f"At or beyond {LARGEST_INTEGER:,}.")
    return count


def day(text: str, form: Form = PLAIN) -> date:
    found = date_pattern(form.date_format).fullmatch(text)
    if found is None:
        raise ValueRefused("fact.date", f"Not a date written {form.date_format}.")
    try:
        read = date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        raise ValueRefused("fact.date", "There is no such day.") from None
    return dated(read)


def dated(read: date) -> date:
    if not FIRST_DAY <= read <= LAST_DAY:
        raise ValueRefused("fact.date-range", f"Before {FIRST_DAY} or after {LAST_DAY}.")
    return read


def yes_no(text: str, form: Form = PLAIN) -> bool:
    if text in form.true_words:
        return True
    if text in form.false_words:
        return False
    words = ", ".join(sorted(form.true_words | form.false_words))
    raise ValueRefused("fact.yes-no", f"Not one of {words}.")


def within(value: Value, column: Column) -> None:
    """Choices and borders of the column."""
    if column.choices and value not in column.choices:
        raise ValueRefused("fact.choice", f"Not one of {', '.join(column.choices)}.")
    if isinstance(value, Decimal):
        if column.minimum is not None and value < column.minimum:
            raise ValueRefused("fact.minimum", f"Below {column.minimum}.")
        if column.maximum is not None and value > column.maximum:
            raise ValueRefused("fact.maximum", f"Above {column.maximum}.")


def from_python(value: object, column: Column) -> Value:
    """A value given by a program: exact types as they are, text in the plain form. Floats are refused."""
    try:
        if value is None:
            return None
        if isinstance(value, str):
            return typed(value, column)
        read = _from_type(value, column)
    except ValueRefused:
        raise
    within(read, column)
    return read


def _from_type(value: object, column: Column) -> Value:
    if isinstance(value, bool):
        if column.type == "yes_no":
            return value
    elif isinstance(value, int):
        if column.type == "integer":
            return whole(str(value)) if abs(value) < 10**40 else whole("9" * 40)
        if column.is_decimal:
            if abs(value) >= LARGEST:
                raise ValueRefused("fact.range", f"At or beyond {LARGEST:,}.")
            return fitted(Decimal(value), column)
    elif isinstance(value, Decimal):
        if column.is_decimal:
            return fitted(value, column)
        if column.type == "integer" and value.is_finite() and value == value.to_integral_value():
            return whole(str(int(fitted_integer(value))))
    elif type(value) is date:
        if column.type == "date":
            return dated(value)
    elif isinstance(value, float):
        raise ValueRefused("fact.float", "A float is not exact; give a Decimal or text.")
    raise ValueRefused("fact.type", f"{type(value).__name__} is not {column.type}.")


def fitted_integer(value: Decimal) -> Decimal:
    if value and value.adjusted() >= 18:
        raise ValueRefused("fact.range", f"At or beyond {LARGEST_INTEGER:,}.")
    return value


def currency_code(text: str) -> str:
    if places_of_currency(text) is None:
        raise ValueRefused("fact.currency", "Not a currency code of ISO 4217, such as EUR.")
    return text


def places_of_currency(code: str) -> int | None:
    """Places of the minor unit, or None for a code that ISO 4217 does not know."""
    try:
        return currency(code).places
    except AttainError:
        return None


@lru_cache(maxsize=64)
def date_pattern(date_format: str) -> re.Pattern[str]:
    """The pattern of a declared form such as `dd.mm.yyyy`: each part once, with a mark between them or none."""
    parts = re.findall(r"yyyy|mm|dd|[-./ ]|.", date_format)
    if sorted(part for part in parts if part in DATE_PARTS) != ["dd", "mm", "yyyy"]:
        raise ValueError(f"{date_format!r} must hold yyyy, mm and dd once each")
    if any(part not in DATE_PARTS and part not in "-./ " for part in parts):
        raise ValueError(f"{date_format!r} may hold yyyy, mm, dd and the marks - . / only")
    return re.compile("".join(DATE_PARTS.get(part, re.escape(part)) for part in parts), re.ASCII)
