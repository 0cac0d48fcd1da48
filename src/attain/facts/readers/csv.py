"""CSV as RFC 4180 has it, with the delimiter, quote and encoding that the mapping declares.

A record that cannot be cut into the columns of the header is a fault of that row; reading goes on with the next line,
so a stray quote never swallows its neighbours. What makes the whole text doubtful refuses the file: another encoding,
an unclosed quote, a line beyond all measure. Files in which quotes only stand around whole fields, and hide nothing,
are nearly all: they are cut by the delimiter alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from attain.facts.mapping import ENCODINGS, Mapping
from attain.facts.source import (
    MAX_COLUMNS,
    MAX_RECORD,
    RowFault,
    Source,
    checked_header,
    file_refused,
    kind_of,
    text_column,
)

MARK = b"\xef\xbb\xbf"
CONTROLS = bytes({*range(32), 127} - {10, 13})
MAX_BYTES = 512 << 20
CHECKED_AT_ONCE = 4 << 20
ROWS_AT_ONCE = 50_000
Record = tuple[int, list[str]]


def read_csv(content: bytes, mapping: Mapping) -> Source:
    """The rows and faults of a file; plain files take a faster way to the same answer."""
    return read_plain(content, mapping) or read_any(content, mapping)


def read_any(content: bytes, mapping: Mapping) -> Source:
    text = decoded(content, mapping)
    header: tuple[str, ...] | None = None
    rows = _Rows()
    faults: list[RowFault] = []
    skipped = mapping.header_row - 1
    for record in _Records(text, mapping).walk():
        if skipped:
            skipped -= 1
        elif header is None:
            if isinstance(record, RowFault):
                raise file_refused("file.header", f"The header cannot be read: {record.reason}", line=record.line)
            header = checked_header(record[1], record[0])
        elif isinstance(record, RowFault):
            faults.append(record)
        elif len(record[1]) != len(header):
            faults.append(_miscounted(record, len(header)))
        else:
            rows.add(*record)
    if header is None:
        raise file_refused("file.empty", "The file has no header.", line=1, hint="The first row names the columns.")
    return rows.source(header, faults)


def read_plain(content: bytes, mapping: Mapping) -> Source | None:
    """The same as `read_any` for a file in which nothing needs a second look, or None.

    No quote that hides anything, no NUL, no carriage return alone, no empty line, UTF-8, and as many fields in each
    line as in the header: then a line is a row, and cutting it is all that there is to do. Arrow does that faster.
    """
    check_bytes(content, mapping)
    if mapping.encoding != "utf-8" or not (mapping.delimiter + mapping.quote).isascii():
        return None
    content = content.removeprefix(MARK).removeprefix(MARK).rstrip(b"\r\n")
    if b"\x00" in content or content.count(b"\r") != content.count(b"\r\n"):
        return None
    if mapping.quote.encode() in content:
        if not _quotes_hide_nothing(content, mapping.delimiter.encode(), mapping.quote.encode()):
            return None
        content = content.replace(mapping.quote.encode(), b"")
    if b"\n\n" in content or b"\n\r\n" in content:
        return None
    start = end = 0
    for _ in range(mapping.header_row):
        start, end = end, content.find(b"\n", end) + 1
        if end == 0:
            return None
    try:
        names = content[start : end - 1].removesuffix(b"\r").decode().split(mapping.delimiter)
        columns = _cut(pa.py_buffer(content).slice(end), len(names), mapping.delimiter)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    if sum(pc.max(pc.binary_length(column)).as_py() or 0 for column in columns) > MAX_RECORD // 2:
        return None  # perhaps a line beyond all measure
    header = checked_header(names, mapping.header_row)
    first = mapping.header_row + 1
    clean = content.isascii() and len(content.translate(None, CONTROLS)) == len(content)
    return Source(header, columns, pa.arange(first, first + len(columns[0])), is_clean=clean)


def _quotes_hide_nothing(content: bytes, delimiter: bytes, quote: bytes) -> bool:
    """Whether quotes only stand around whole fields, and around neither delimiter, line end nor quote: then the file
    without its quotes says the same. (Carriage returns are known to stand before line feeds only.)"""
    start = 0
    while start < len(content):
        end = content.find(b"\n", start + CHECKED_AT_ONCE) + 1 or len(content)
        lines = np.frombuffer(b"\n" + content[start:end].rstrip(b"\n") + b"\n", np.uint8)
        if not _around_whole_fields(lines, ord(delimiter), ord(quote)):
            return False
        start = end
    return True


def _around_whole_fields(lines: np.ndarray[Any, np.dtype[np.uint8]], delimiter: int, quote: int) -> bool:
    quotes = np.flatnonzero(lines == quote)
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before, after = lines[opening - 1], lines[closing + 1]
    if not np.isin(before, (delimiter, 10)).all() or not np.isin(after, (delimiter, 10, 13)).all():
        return False
    ends = np.flatnonzero((lines == delimiter) | (lines == 10))
    return bool((np.searchsorted(ends, opening) == np.searchsorted(ends, closing)).all())


def _cut(content: pa.Buffer, count: int, delimiter: str) -> list[pa.Array]:
    names = [str(place) for place in range(count)]
    table = arrow_csv.read_csv(
        pa.BufferReader(content),
        arrow_csv.ReadOptions(column_names=names, block_size=8 << 20),
        arrow_csv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), null_values=[""], strings_can_be_null=True
        ),
    )
    return [pa.concat_arrays(column.chunks) if column.num_chunks else text_column([]) for column in table.itercolumns()]


class _Rows:
    """Gathers rows and turns them into columns now and then: Arrow keeps a text in a tenth of Python's room."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.lines: list[int] = []
        self.finished: list[list[pa.Array]] = []

    def add(self, line: int, fields: list[str]) -> None:
        self.lines.append(line)
        self.rows.append(fields)
        if len(self.rows) == ROWS_AT_ONCE:
            self._finish()

    def _finish(self) -> None:
        if self.rows:
            self.finished.append([text_column(column) for column in zip(*self.rows, strict=True)])
            self.rows = []

    def source(self, header: tuple[str, ...], faults: list[RowFault]) -> Source:
        self._finish()
        if self.finished:
            columns = [pa.concat_arrays(parts) for parts in zip(*self.finished, strict=True)]
        else:
            columns = [text_column([]) for _ in header]
        return Source(header, columns, pa.array(self.lines, pa.int64()), faults)


def check_bytes(content: bytes, mapping: Mapping) -> None:
    """What can be said of a file before it is decoded."""
    if not content.strip():
        raise file_refused("file.empty", "The file is empty.", line=1)
    if len(content) > MAX_BYTES:
        raise file_refused("file.too-large", f"More than {MAX_BYTES >> 20} MB.", line=1, hint="Split it.")
    if kind := kind_of(content):
        raise file_refused("file.kind", f"This is {kind}, not CSV.", line=1, hint="Say its format in the mapping.")
    if mapping.encoding != "utf-16" and (content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[:64].count(0) > 8):
        raise file_refused("file.encoding", "This looks like UTF-16.", line=1, hint="Say `encoding: utf-16`.")


def decoded(content: bytes, mapping: Mapping) -> str:
    check_bytes(content, mapping)
    try:
        text = content.decode(ENCODINGS[mapping.encoding])
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise file_refused(
            "file.encoding",
            f"Byte {fault.start + 1} (0x{content[fault.start]:02x}) is no {mapping.encoding}.",
            line=line,
            hint="Save the file in that encoding, or declare the one it has.",
        ) from None
    if "\n" not in text and "\r" in text:
        raise file_refused(
            "file.line-ends", "Lines end with a carriage return alone.", line=1, hint="Save it with line feeds."
        )
    return text.removeprefix("\ufeff")


class _Records:
    """Walks through the text line by line, and through a quoted field across lines."""

    def __init__(self, text: str, mapping: Mapping) -> None:
        self.text = text
        self.delimiter = mapping.delimiter
        self.quote = mapping.quote
        quote, delimiter = re.escape(mapping.quote), re.escape(mapping.delimiter)
        self.inside = re.compile(rf"[^{quote}]*(?:{quote}{quote}[^{quote}]*)*")
        self.bare = re.compile(rf"[^{delimiter}{quote}\r\n]*")

    def walk(self) -> Iterator[Record | RowFault]:
        text, quote, delimiter = self.text, self.quote, self.delimiter
        place, line, end_of_text = 0, 1, len(text.rstrip("\r\n"))
        while place < end_of_text:
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            if end - place > MAX_RECORD:
                raise file_refused("file.line-too-long", f"A line of {end - place} characters.", line=line)
            content = text[place : end - 1] if text.endswith("\r", place, end) else text[place:end]
            following, lines = end + 1, 1
            if fault := self._line_fault(content, line):
                yield fault
            elif quote not in content:
                yield line, content.split(delimiter)
            else:
                fields, stop, reason = self._quoted(place, line)
                if reason:
                    yield RowFault(line, "fact.quote", reason, json.dumps({"line": content}, ensure_ascii=False))
                else:
                    yield line, fields
                    lines += text.count("\n", place, stop) - (1 if stop and text[stop - 1] == "\n" else 0)
                    following = stop
            place, line = following, line + lines

    def _line_fault(self, content: str, line: int) -> RowFault | None:
        if content == "":
            code, reason = "fact.empty-line", "The line is empty."
        elif "\x00" in content:
            code, reason = "fact.nul", "The line holds a NUL character."
        elif "\r" in content:
            code, reason = "fact.line-end", "A carriage return stands within the line."
        else:
            return None
        return RowFault(line, code, reason, json.dumps({"line": content}, ensure_ascii=False))

    def _quoted(self, place: int, line: int) -> tuple[list[str], int, str]:
        """Fields of a record with quotes, the place behind its line end, and the reason if it is none."""
        text, fields, start = self.text, [], place
        while True:
            if text.startswith(self.quote, place):
                found = self.inside.match(text, place + 1)
                stop = found.end() if found else len(text)
                if stop >= len(text) or stop - start > MAX_RECORD:
                    raise file_refused(
                        "file.quote", "A quote that opens here is never closed.", line=line, hint="Close or double it."
                    )
                fields.append(text[place + 1 : stop].replace(self.quote * 2, self.quote))
                place = stop + 1
            else:
                found = self.bare.match(text, place)
                stop = found.end() if found else place
                fields.append(text[place:stop])
                place = stop
            if "\x00" in fields[-1]:
                return [], place, "A quoted field holds a NUL character."
            if len(fields) > MAX_COLUMNS * 2:
                return [], place, f"More than {MAX_COLUMNS * 2} fields."
            if place >= len(text):
                return fields, place, ""
            if text.startswith(self.delimiter, place):
                place += 1
            elif text.startswith("\n", place):
                return fields, place + 1, ""
            elif text.startswith("\r\n", place):
                return fields, place + 2, ""
            else:
                return [], place, "A quote stands within a field, or text follows a closing quote."


def _miscounted(record: Record, expected: int) -> RowFault:
    line, fields = record
    raw = json.dumps({"fields": fields}, ensure_ascii=False)
    return RowFault(line, "fact.field-count", f"{len(fields)} fields where the header has {expected}.", raw)
