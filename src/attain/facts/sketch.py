"""A first mapping for a file that nobody described yet, from its beginning: for a person to correct and to confirm.

An import finds nothing out from the data. What is proposed here is written down as a mapping before it counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .mapping import LAST_DAYS, Format, Origin
from .mapping import Mapping as SourceMapping
from .schema import Column, TableType
from .values import PLAIN, Form, ValueRefused, typed

DELIMITERS = (",", ";", "\t", "|")
DATE_FORMATS = ("yyyy-mm-dd", "dd.mm.yyyy", "mm/dd/yyyy", "dd/mm/yyyy", "yyyy/mm/dd", "dd-mm-yyyy", "yyyymmdd")
_MARKS = ((".", ""), (",", "."), (".", ","), (",", ""), (",", " "), (".", "'"))
_words = re.compile(r"[a-z0-9]+")
MOST_LIKE = 0.5
"""The part of the values that must be values of a column before it is proposed for it."""


def format_of(start: bytes, name: str) -> Format:
    if start.startswith(b"PAR1"):
        return "parquet"
    return "xlsx" if start.startswith(b"PK") and name.casefold().endswith(".xlsx") else "csv"


def encoding_of(start: bytes) -> str:
    """Of a beginning, whose last letter may be cut."""
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        start.decode()
    except UnicodeDecodeError as fault:
        return "utf-8" if fault.start > len(start) - 4 else "cp1252"
    return "utf-8"


def delimiter_of(text: str) -> str:
    """The mark that cuts the first line into most columns, and the lines after it into as many."""
    lines = [line for line in text.splitlines()[:20] if line]
    if not lines:
        return ","

    def agreement(mark: str) -> tuple[int, int]:
        columns = lines[0].count(mark)
        return sum(line.count(mark) == columns for line in lines) if columns else 0, columns

    return max(DELIMITERS, key=agreement)


def form_of(texts: Iterable[str]) -> Form:
    """How dates and numbers are written, as most of these texts agree; the plain form where nothing speaks for another.

    03/04/2026 fits two of them: the one that more of the texts fit is proposed, and in a tie the month stands first.
    """
    said = [text for text in texts if text][:5000]
    date = Column("date", "date")
    dates = {form: _fits(said, date, replace(PLAIN, date_format=form)) for form in DATE_FORMATS}
    money = Column("amount", "number", places=6, precision=18)
    numbers = {
        marks: _fits(said, money, replace(PLAIN, decimal_mark=marks[0], group_mark=marks[1])) for marks in _MARKS
    }
    marks = max(_MARKS, key=lambda one: numbers[one])
    return replace(
        PLAIN, date_format=max(DATE_FORMATS, key=lambda one: dates[one]), decimal_mark=marks[0], group_mark=marks[1]
    )


def columns_of(
    table: TableType,
    header: Sequence[str],
    values: Mapping[str, Sequence[str]],
    form: Form,
    known: Iterable[SourceMapping] = (),
) -> dict[str, Origin]:
    """For each column of the table the one of the file that probably fills it: as mappings of the same table have it,
    by its name, or because it is the only one left whose values fit."""
    left, found = list(header), {}
    for name in table.columns:
        if (source := _from_known(name, left, known) or _from_name(name, left)) is not None:
            found[name] = Origin(source)
            left.remove(source)
    for name, column in table.columns.items():
        if name in found or column.type not in ("date", "money", "number", "rate", "yes_no"):
            continue
        fitting = [source for source in left if _is_like(values.get(source, ()), column, form)]
        rivals = [other for other, its in table.columns.items() if other not in found and its.type == column.type]
        if len(fitting) == 1 and len(rivals) == 1:
            found[name] = Origin(fitting[0])
            left.remove(fitting[0])
    return {name: found[name] for name in table.columns if name in found}


def _from_known(name: str, left: Sequence[str], known: Iterable[SourceMapping]) -> str | None:
    used = Counter(
        origin.source for mapping in known for column, origin in mapping.columns.items()
        if origin.source in left and LAST_DAYS.get(column, column) == name
    )  # fmt: skip
    return used.most_common(1)[0][0] if used else None


def _from_name(name: str, left: Sequence[str]) -> str | None:
    """The same name, the same words, or one whose words stand in the other."""
    wanted = _words.findall(name)
    for alike in (
        lambda words: words == wanted,
        lambda words: "".join(words) == "".join(wanted),
        lambda words: bool(words) and (set(words) < set(wanted) or set(wanted) < set(words)),
    ):
        fitting = [source for source in left if alike(_words.findall(source.casefold()))]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _is_like(texts: Sequence[str], column: Column, form: Form) -> bool:
    said = [text for text in texts if text]
    return bool(said) and _fits(said, column, form) >= MOST_LIKE * len(said)


def _fits(texts: Sequence[str], column: Column, form: Form) -> int:
    count = 0
    for text in texts:
        try:
            count += typed(text, column, form) is not None
        except ValueRefused:
            continue
    return count
