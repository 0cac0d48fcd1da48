"""Workbooks for tests: whole ones by XlsxWriter, hostile ones written part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import xlsxwriter

CONTENT_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORKBOOK = (
    '<workbook xmlns="m" xmlns:r="http://r"><workbookPr/><sheets>'
    '<sheet name="Deals" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = '<Relationships xmlns="p"><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'


def book(rows: Sequence[Sequence[object]], prepare: Callable[..., None] | None = None) -> bytes:
    """A workbook with one sheet of these rows; `prepare` may add to workbook and sheet."""
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"default_date_format": "dd.mm.yyyy"})
    sheet = workbook.add_worksheet("Deals")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    if prepare:
        prepare(workbook, sheet)
    workbook.close()
    return content.getvalue()


def raw_book(rows: str, **more: str | bytes) -> bytes:
    """A workbook whose sheet holds exactly this XML."""
    sheet = f'<worksheet xmlns="m"><sheetData>{rows}</sheetData></worksheet>'
    return raw_parts(
        {"xl/worksheets/sheet1.xml": sheet, **{name.replace("__", "/"): part for name, part in more.items()}}
    )


def raw_parts(parts: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    plain = {"[Content_Types].xml": CONTENT_TYPES, "xl/workbook.xml": WORKBOOK, "xl/_rels/workbook.xml.rels": RELATIONS}
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**plain, **parts}.items():
            archive.writestr(name, part)
    return content.getvalue()


def texts(*values: str, row: int = 1) -> str:
    """A row of texts that stand in the sheet itself."""
    cells = "".join(
        f'<c r="{chr(65 + place)}{row}" t="inlineStr"><is><t>{value}</t></is></c>' for place, value in enumerate(values)
    )
    return f'<row r="{row}">{cells}</row>'
