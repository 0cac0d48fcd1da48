"""Answers on standard output: tables for people or one JSON document for scripts; progress on standard error.

Amounts are written here and nowhere else: exact, with the places of their currency, digits in groups for people.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attain.kernel.money import Money, currency

WIDE = 160
"""Columns of a table that goes to a file or a pipe."""
Step = Callable[[str], None]
_GERMAN = str.maketrans(",.", ".,")


def answer(as_json: bool, document: Mapping[str, Any], show: Callable[[], None]) -> None:
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2, default=plain))
    else:
        show()


def plain(value: object) -> object:
    """What JSON has no form for: dates and numbers as exact text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Fraction):
        return number(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON.")


def exact(minor: int, code: str) -> str:
    """
    >>> exact(-123450, "EUR"), exact(1500, "JPY")
    ('-1234.50', '1500')
    """
    return f"{Money(int(minor), currency(code)).to_decimal():f}"


def amount(minor: int | None, code: str, language: str = "en") -> str:
    """
    >>> amount(123456789, "EUR"), amount(123456789, "EUR", "de")
    ('1,234,567.89', '1.234.567,89')
    """
    shown = "–" if minor is None else f"{Money(int(minor), currency(code)).to_decimal():,f}"
    return shown.translate(_GERMAN) if language == "de" else shown


def number(value: Fraction | int | None, places: int = 12) -> str:
    """An exact decimal where there is one of up to 12 places, otherwise the fraction.

    >>> number(Fraction(5, 4)), number(Fraction(1, 3)), number(Fraction(1200))
    ('1.25', '1/3', '1200')
    """
    if value is None:
        return ""
    scaled: Fraction = Fraction(value) * 10**places
    if scaled.denominator != 1:
        return str(value)
    sign, digits = "-" * (scaled < 0), str(abs(scaled.numerator)).rjust(places + 1, "0")
    return sign + f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")


def placed(value: Fraction | Decimal | None, code: str | None) -> str:
    """Exact, with at least the places of the currency; a third has no decimal and stays a fraction.

    >>> placed(Fraction(700), "EUR"), placed(Decimal("5.00500"), "EUR"), placed(Fraction(700), "JPY")
    ('700.00', '5.005', '700')
    """
    said = number(None if value is None else Fraction(value))
    if not said or "/" in said:
        return said
    return f"{Decimal(said):.{max(places_of(code), len(said.partition('.')[2]))}f}"


def places_of(code: str | None) -> int:
    return currency(code).places if code else 2


def grouped(value: Fraction | int, code: str | None = None) -> str:
    """For people: groups of three, the places of the currency, rounded half up.

    >>> grouped(Fraction(1234567, 10)), grouped(Fraction(1234567, 10), "JPY")
    ('123,456.70', '123,457')
    """
    places = places_of(code)
    units = int((abs(Fraction(value)) * 10**places * 2 + 1) // 2)
    return ("-" if value < 0 and units else "") + f"{Decimal(units).scaleb(-places):,.{places}f}"


def say(text: str = "") -> None:
    print(text)


def title(text: str) -> None:
    _print(_text(text, "bold"))


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, heading: str = "", total: Sequence[object] = ()
) -> None:
    """A table. A column whose name starts with `>` is aligned to the right; the last row may be a total."""
    from rich import box
    from rich.table import Table

    made = Table(
        title=_text(heading, "bold") if heading else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_footer=False,
        pad_edge=False,
    )
    for column in columns:
        right = column.startswith(">")
        made.add_column(_text(column.removeprefix(">")), justify="right" if right else "left", no_wrap=right)
    listed = list(rows)
    for place, row in enumerate(listed, start=1):
        made.add_row(*(_text(cell) for cell in row), end_section=bool(total) and place == len(listed))
    if total:
        made.add_row(*(_text(cell, "bold") for cell in total))
    _print(made)


def _text(value: object, style: str = "") -> Any:
    """Text of a user is no markup, and moves no cursor."""
    from rich.text import Text

    shown = "" if value is None else str(value)
    return Text(
        "".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in shown), style
    )


def _print(made: Any) -> None:
    """Without the spaces that would fill each row to its end: they are no part of an answer."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(made)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


@contextmanager
def working(what: str, steps: int) -> Iterator[Step]:
    """A progress bar on standard error; call what it gives with the name of each step as it begins.

    Where nobody watches a terminal, each step is a line.
    """
    if not sys.stderr.isatty():
        yield lambda step: print(f"{what}: {step} …", file=sys.stderr)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=steps)
        begun = 0

        def step(name: str) -> None:
            nonlocal begun
            progress.update(task, completed=begun, description=f"{what}: {name}")
            begun += 1

        yield step
        progress.update(task, completed=steps)
