"""Excel workbooks, cell by cell as they were stored: no formula is computed and nothing is taken on trust.

An .xlsx file is a ZIP archive of XML, and both can be bombs. So the directory of the archive is looked at before
anything is unpacked, the bytes that really come out are counted, document types and entities are refused, and cells
are counted. The XML is read here rather than by a spreadsheet library because those show #DIV/0! as an empty cell,
and an amount that failed must not become one that is missing.

Excel keeps 15 digits of a number; 1234.56 may be stored as 1234.5599999999999. The stored text is rounded to those 15
digits as a decimal, which gives what Excel shows, and never passes through a float.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from posixpath import dirname, join, normpath
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError  # types only; defusedxml does the parsing

import pyarrow as pa
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from attain.facts.mapping import Mapping
from attain.facts.source import RowFault, Source, checked_header, file_refused, kind_of, raw_row, text_column, text_of
from attain.facts.strict_yaml import shortened
from attain.kernel.errors import suggest

MAX_PACKED = 20 << 20
MAX_UNPACKED = 200 << 20
MAX_RATIO = 100
MAX_MEMBERS = 2000
MAX_DEPTH = 40
MAX_CELLS = 2_000_000
FIFTEEN_DIGITS = Context(prec=15)
DATE_FORMATS = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)})
FIRST_SAFE_SERIAL = 61  # Excel counts a 29 February 1900, which never was; before that the number is doubtful

_cell = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_number = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_not_shown = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')


@dataclass(frozen=True)
class CellFault:
    code: str
    reason: str


Cell = str | CellFault | None


def read_xlsx(content: bytes, mapping: Mapping) -> Source:
    archive = _opened(content)
    try:
        with archive:
            book = _Book(archive, mapping)
            return book.sheet(*book.chosen_sheet())
    except DefusedXmlException:
        raise file_refused("file.xml", "The workbook declares XML entities or a document type.", line=1) from None
    except (ParseError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError) as fault:
        said = shortened(str(fault), 120)
        raise file_refused("file.damaged", f"The workbook is damaged: {said}.", line=1, hint="Save it again.") from None


def _opened(content: bytes) -> zipfile.ZipFile:
    """The archive, if its directory promises something that can be unpacked safely."""
    if not content:
        raise file_refused("file.empty", "The file is empty.", line=1)
    if not content.startswith(b"PK\x03\x04"):
        kind = kind_of(content) or "no ZIP archive"
        raise file_refused(
            "file.kind", f"This is {kind}, not .xlsx.", line=1, hint="Save it as Excel workbook (.xlsx)."
        )
    if len(content) > MAX_PACKED:
        raise file_refused("file.too-large", f"More than {MAX_PACKED >> 20} MB.", line=1, hint="Export it as CSV.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as fault:
        raise file_refused("file.damaged", f"The archive is damaged: {shortened(str(fault), 120)}.", line=1) from None
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
        said = f"It would unpack {len(members)} files of {unpacked} bytes in all"
        raise file_refused("file.bomb", f"{said}; at most {MAX_UNPACKED >> 20} MB are read.", line=1)
    if unpacked > 1 << 20 and unpacked > MAX_RATIO * len(content):
        raise file_refused(
            "file.bomb", f"It unpacks to {unpacked // len(content)} times its size; {MAX_RATIO} is the limit.", line=1
        )
    if any(member.flag_bits & 1 for member in members):
        raise file_refused("file.encrypted", "The archive is encrypted.", line=1, hint="Save it without a password.")
    if any(member.filename.lower().endswith("vbaproject.bin") for member in members):
        raise file_refused("file.macros", "The workbook has macros.", line=1, hint="Save it as .xlsx.")
    return archive


class _Counted(io.RawIOBase):
    """Stops when more comes out than was promised: the sizes in a directory can lie."""

    def __init__(self, stream: IO[bytes], book: _Book) -> None:
        self.stream = stream
        self.book = book

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size if size > 0 else 1 << 16)
        self.book.unpacked += len(chunk)
        if self.book.unpacked > MAX_UNPACKED:
            raise file_refused("file.bomb", f"More than {MAX_UNPACKED >> 20} MB come out of the archive.", line=1)
        return chunk


@dataclass
class _Book:
    archive: zipfile.ZipFile
    mapping: Mapping
    unpacked: int = 0
    strings: list[str] = field(default_factory=list)
    date_styles: set[int] = field(default_factory=set)
    from_1904: bool = False

    def elements(self, member: str, *names: str) -> Iterator[Element]:
        """Finished elements of these names, forgotten again when the next one is asked for."""
        with self.archive.open(name=member) as stream:
            root: Element | None = None
            depth = 0
            for event, element in iterparse(_Counted(stream, self), events=("start", "end"), forbid_dtd=True):
                depth += 1 if event == "start" else -1
                if depth > MAX_DEPTH:
                    raise file_refused("file.damaged", f"{member} nests more than {MAX_DEPTH} levels.", line=1)
                if event == "start":
                    root = element if root is None else root
                elif _local(element) in names:
                    yield element
                    element.clear()
                    if root is not None and element is not root:
                        _forget(root)

    def chosen_sheet(self) -> tuple[str, str]:
        sheets = {}
        targets = {
            part.get("Id", ""): part.get("Target", "")
            for part in self.elements("xl/_rels/workbook.xml.rels", "Relationship")
        }
        for part in self.elements("xl/workbook.xml", "sheet", "workbookPr"):
            if _local(part) == "workbookPr":
                self.from_1904 = part.get("date1904") in ("1", "true")
                continue
            identity = next((value for key, value in part.attrib.items() if key.endswith("}id")), "")
            target = targets.get(identity, "")
            path = target.lstrip("/") if target.startswith("/") else normpath(join(dirname("xl/workbook.xml"), target))
            if part.get("state", "visible") == "visible":
                sheets[part.get("name", "")] = path
        wanted = self.mapping.sheet
        if wanted is None and len(sheets) == 1:
            wanted = next(iter(sheets))
        if wanted is None or wanted not in sheets:
            near = suggest(wanted, sheets) if wanted else None
            raise file_refused(
                "file.sheet",
                f"There is no visible sheet {wanted!r}."
                if wanted
                else f"The workbook has {len(sheets)} visible sheets.",
                line=1,
                hint=f"Did you mean {near!r}?"
                if near
                else f"Say `sheet:` in the mapping: {', '.join(sheets) or 'none'}.",
            )
        if sheets[wanted] not in self.archive.namelist():
            raise file_refused("file.damaged", f"Sheet {wanted!r} is not in the archive.", line=1)
        self._load_shared()
        return wanted, sheets[wanted]

    def _load_shared(self) -> None:
        names = set(self.archive.namelist())
        if "xl/sharedStrings.xml" in names:
            for part in self.elements("xl/sharedStrings.xml", "si"):
                self.strings.append(_joined(part))
                if len(self.strings) > MAX_CELLS:
                    raise file_refused("file.cells", f"More than {MAX_CELLS} texts.", line=1)
        if "xl/styles.xml" not in names:
            return
        dates = set(DATE_FORMATS)
        for part in self.elements("xl/styles.xml", "numFmt", "cellXfs"):
            if _local(part) == "numFmt":
                shown = _not_shown.sub("", part.get("formatCode", "")).lower()
                if "y" in shown or "d" in shown:
                    dates.add(int(part.get("numFmtId", "-1")))
                continue
            for place, style in enumerate(part):
                if int(style.get("numFmtId", "0")) in dates:
                    self.date_styles.add(place)

    def sheet(self, name: str, member: str) -> Source:
        table = _Table(self.mapping)
        cells = 0
        last = 0
        for row in self.elements(member, "row"):
            line = int(row.get("r") or last + 1)
            if line <= last:
                raise file_refused("file.damaged", f"Row {line} follows row {last}.", line=line)
            last = line
            values: dict[int, Cell] = {}
            for element in row:
                if _local(element) != "c":
                    continue
                cells += 1
                place = _place(element.get("r"), line, max(values, default=-1) + 1)
                if place in values or (values and place < max(values)):
                    raise file_refused("file.damaged", f"Cell {element.get('r')} stands twice or too late.", line=line)
                values[place] = self._value(element, line)
            if cells > MAX_CELLS:
                raise file_refused("file.cells", f"More than {MAX_CELLS} cells.", line=line, hint="Export it as CSV.")
            table.add(line, values)
        return table.source(name)

    def _value(self, cell: Element, line: int) -> Cell:
        kind, text, formula = cell.get("t", "n"), None, False
        for part in cell:
            match _local(part):
                case "v":
                    text = part.text
                case "is":
                    text = _joined(part)
                case "f":
                    formula = True
        if kind == "e":
            return CellFault("fact.cell-error", f"The cell shows {shortened(text or 'an error', 20)}.")
        if text is None or text == "":
            if formula:
                return CellFault("fact.formula", "A formula without a stored result: open and save it in Excel.")
            return None
        match kind:
            case "s":
                if not text.isdigit() or int(text) >= len(self.strings):
                    raise file_refused("file.damaged", f"Text {shortened(text, 20)} is not in the workbook.", line=line)
                return self.strings[int(text)]
            case "str" | "inlineStr":
                return text
            case "b":
                return text_of(text == "1", self.mapping.form)
            case "d":
                day = text.removesuffix("Z").removesuffix(".000").removesuffix("T00:00:00")
                return text_of(date.fromisoformat(day), self.mapping.form) if len(day) == 10 else text
            case "n":
                return self._number(text, cell.get("s"))
        raise file_refused("file.damaged", f"A cell has the unknown type {shortened(kind, 20)!r}.", line=line)

    def _number(self, text: str, style: str | None) -> Cell:
        if len(text) > 60 or not _number.fullmatch(text):
            return CellFault("fact.number", f"{shortened(text, 30)!r} is stored as a number but is none.")
        try:
            number = FIFTEEN_DIGITS.create_decimal(text)
        except InvalidOperation:
            return CellFault("fact.number", f"{shortened(text, 30)!r} is no number.")
        if style is not None and style.isdigit() and int(style) in self.date_styles:
            return self._day(number)
        if number.adjusted() >= 15:
            return CellFault(
                "fact.range", "Excel keeps 15 digits; this number has lost its last ones. Store it as text."
            )
        return text_of(number, self.mapping.form)

    def _day(self, serial: Decimal) -> Cell:
        if serial != serial.to_integral_value():
            return CellFault("fact.date", "The cell holds a time of day; only a date is kept.")
        days = int(serial) if serial.adjusted() < 8 else -1
        if not (0 if self.from_1904 else FIRST_SAFE_SERIAL) <= days <= 2_958_465:
            return CellFault("fact.date", f"Day number {serial} is no safe date in Excel.")
        start = date(1904, 1, 1) if self.from_1904 else date(1899, 12, 30)
        try:
            return text_of(start + timedelta(days=days), self.mapping.form)
        except OverflowError:
            return CellFault("fact.date", f"Day number {serial} is beyond the calendar.")


class _Table:
    """Rows of a sheet under the header; cells beside it must be empty."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.header: tuple[str, ...] = ()
        self.places: list[int] = []
        self.columns: list[list[str | None]] = []
        self.lines: list[int] = []
        self.faults: list[RowFault] = []
        self.cell_faults: list[tuple[int, int, str, str]] = []

    def add(self, line: int, values: dict[int, Cell]) -> None:
        values = {place: value for place, value in values.items() if value is not None}
        if line < self.mapping.header_row or not values:
            return
        if not self.header:
            if line == self.mapping.header_row:
                self._head(line, values)
            return
        beside = sorted(place for place in values if place not in self.places)
        if beside:
            texts = {_letters(place): _shown(value) for place, value in values.items()}
            reason = f"A value stands in column {_letters(beside[0])}, which has no name in the header."
            self.faults.append(RowFault(line, "fact.field-count", reason, raw_row(list(texts), list(texts.values()))))
            return
        for column, place in enumerate(self.places):
            value = values.get(place)
            if isinstance(value, CellFault):
                self.cell_faults.append((len(self.lines), column, value.code, value.reason))
                value = None
            self.columns[column].append(value)
        self.lines.append(line)

    def _head(self, line: int, values: dict[int, Cell]) -> None:
        self.places = sorted(values)
        self.header = checked_header([_shown(values[place]) for place in self.places], line)
        self.columns = [[] for _ in self.header]

    def source(self, sheet: str) -> Source:
        if not self.header:
            row = self.mapping.header_row
            raise file_refused("file.empty", f"Row {row} of sheet {sheet!r}, the header, is empty.", line=row)
        columns = [text_column(column) for column in self.columns]
        return Source(self.header, columns, pa.array(self.lines, pa.int64()), self.faults, self.cell_faults)


def _shown(value: Cell) -> str:
    return value.reason if isinstance(value, CellFault) else value or ""


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _joined(element: Element) -> str:
    """The runs of a text without the readings that stand above it in Japanese."""
    runs = [element, *(child for child in element if _local(child) == "r")]
    return "".join(part.text or "" for run in runs for part in run if _local(part) == "t")


def _forget(root: Element) -> None:
    """Drops what hangs below the root and is finished, two levels deep: rows hang below `sheetData`."""
    for child in root:
        if _local(child) in ("sheetData", "sst"):
            child.clear()
    if _local(root) == "sst":
        root.clear()


def _place(reference: str | None, line: int, following: int) -> int:
    if reference is None:
        return following
    found = _cell.fullmatch(reference)
    if found is None or int(found[2]) != line:
        raise file_refused("file.damaged", f"{shortened(reference, 20)!r} is no cell of row {line}.", line=line)
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


__all__: list[Any] = ["read_xlsx"]
