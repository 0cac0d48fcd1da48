"""A table as a file: CSV for programs, a workbook for people. Numbers are numbers, and text is never a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from attain.kernel.currencies import ACTIVE

from .export import safe_cell
from .tables import Cell, Shown, plain

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 60


def file_of(shown: Shown, kind: str) -> HttpResponse:
    content, type_ = (_workbook(shown), SHEET) if kind == "xlsx" else (_csv(shown), "text/csv; charset=utf-8")
    response = HttpResponse(content, content_type=type_)
    response.headers["Content-Disposition"] = f'attachment; filename="{shown.table.name}.{kind}"'
    return response


def _titles(shown: Shown) -> list[str]:
    titles = []
    for one in shown.columns:
        titles.append(str(one.title))
        if one.kind == "person":
            titles.append(_("Id"))
    return [*titles, *([_("Currency")] if _has_money(shown) else [])]


def _has_money(shown: Shown) -> bool:
    return any(one.kind == "money" for one in shown.columns)


def _values(shown: Shown) -> Iterator[list[Any]]:
    for cells in shown.everything:
        yield [value for cell in cells for value in _of(cell)] + _currency(cells)


def _of(cell: Cell) -> list[Any]:
    """A person takes two columns: the name, and the id below it."""
    if cell.kind == "money":
        return [_exact(cell.value, _code(cell))]
    if cell.kind == "amounts":
        return ["; ".join(f"{_exact(amount, code)} {code}" for code, amount in cell.value)]
    return [plain(cell), str(cell.under)] if cell.kind == "person" else [plain(cell)]


def _currency(cells: list[Cell]) -> list[str]:
    return [_code(next(one for one in cells if one.kind == "money"))] if any(c.kind == "money" for c in cells) else []


def _code(cell: Cell) -> str:
    return cell.column.currency(cell.row) if cell.column.currency else ""


def _exact(minor: int | None, code: str) -> Decimal | None:
    return None if minor is None else Decimal(int(minor)).scaleb(-ACTIVE.get(code, (2, ""))[0])


def _csv(shown: Shown) -> bytes:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(_titles(shown))
    for values in _values(shown):
        writer.writerow([safe_cell(_there(value)) for value in values])
    return text.getvalue().encode()


def _there(value: Any) -> Any:
    """A moment as the clock of the workspace shows it."""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(settings.WORKSPACE.zone)).isoformat(timespec="seconds")
    return value


def _workbook(shown: Shown) -> bytes:
    import xlsxwriter

    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(str(shown.table.title)[:31])
    formats = {
        "head": book.add_format({"bold": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    widths = [len(title) for title in _titles(shown)]
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(_titles(shown)):
        sheet.write_string(0, column, title, formats["head"])
    row = 0
    for row, values in enumerate(_values(shown), start=1):
        for column, value in enumerate(values):
            widths[column] = min(WIDEST, max(widths[column], len(str(value))))
            _write(sheet, row, column, value, formats, book)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width + 2)
    if row:
        sheet.autofilter(0, 0, row, len(widths) - 1)
    book.close()
    return content.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any], book: Any) -> None:
    if isinstance(value, datetime):
        there = value.astimezone(ZoneInfo(settings.WORKSPACE.zone)).replace(tzinfo=None)
        sheet.write_datetime(row, column, there, formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["day"])
    elif isinstance(value, Decimal):
        places = max(0, -int(value.as_tuple().exponent))
        shape = formats.get(f"{places}") or formats.setdefault(
            f"{places}", book.add_format({"num_format": "#,##0" + ("." + "0" * places if places else "")})
        )
        sheet.write_number(row, column, value, shape)
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, str(value))
