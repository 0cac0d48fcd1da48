"""A statement as a workbook: sums above, lines below; numbers are numbers, and text is text, never a formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from attain.documents.statement import Line, Statement
from attain.kernel.money import currency

LineWords = tuple[Line, str, str, str]
"""A line with the title of its component, what it is about, and what else is to be said of it."""


def statement_workbook(
    statement: Statement, title: str, lines: Sequence[LineWords], words: Mapping[str, str], made: datetime
) -> bytes:
    """`words` has the titles of parts and columns in the language of the reader. The same statement is the same bytes:
    `made` is when its run was done."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": made})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    money = {
        code: book.add_format({"num_format": _pattern(code)}) for code in {one.currency for one in statement.totals}
    }
    sheet = book.add_worksheet(words["statement"][:31])
    sheet.write_string(0, 0, title, bold)
    row = 2
    for total in statement.totals:
        for part in total.parts:
            sheet.write_string(row, 0, words[part.name])
            sheet.write_number(row, 1, _exact(part.amount, total.currency), money[total.currency])
            sheet.write_string(row, 2, total.currency)
            row += 1
        sheet.write_string(row, 0, words["payable"], bold)
        sheet.write_number(row, 1, _exact(total.payable, total.currency), money[total.currency])
        sheet.write_string(row, 2, total.currency)
        row += 2
    for column, name in enumerate(("date", "about", "component", "more", "amount", "currency")):
        sheet.write_string(row, column, words[name], bold)
    for place, (line, component, about, more) in enumerate(lines, start=row + 1):
        if isinstance(line.credited_on, date):
            sheet.write_datetime(place, 0, line.credited_on, day)
        for column, said in ((1, about), (2, component), (3, more), (5, line.currency)):
            sheet.write_string(place, column, said)
        sheet.write_number(place, 4, _exact(line.amount, line.currency), money[line.currency])
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 3, 28)
    sheet.set_column(4, 4, 14)
    book.close()
    return content.getvalue()


def _exact(minor: int, code: str) -> Decimal:
    return Decimal(int(minor)).scaleb(-currency(code).places)


def _pattern(code: str) -> str:
    places = currency(code).places
    return "#,##0" + ("." + "0" * places if places else "")
