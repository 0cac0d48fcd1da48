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

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from attain.facts.given_out import unquoted
from attain.facts.mapping import ENCODINGS, Mapping
from attain.facts.source import (
    MAX_COLUMNS,
    MAX_RECORD,
    RowFault,
    Source,
    bytes_of,
    checked_header,
    file_refused,
    kind_of,
    text_column,
)

MARK = b"\xef\xbb\xbf"
MAX_BYTES = 512 << 20
ROWS_AT_ONCE = 50_000
CUT_AT_ONCE = 8 << 20
Record = tuple[int, list[str]]


def read_csv(content: bytes, mapping: Mapping) -> Source:
    """The rows and faults of a file; plain files take a faster way to the same answer."""
    return unquoted(read_plain(content, mapping) or read_any(content, mapping))


def read_any(content: bytes, mapping: Mapping) -> Source:
    text = decoded(content, mapping).rstrip("\r\n")
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

    No NUL, no carriage return alone, no empty line, UTF-8, as many fields in each line as in the header, and quotes
    around whole fields alone: then a line is a row, and cutting it at the delimiters is all that there is to do. Arrow
    does that faster.
    """
    check_bytes(content, mapping)
    if mapping.encoding != "utf-8" or not (mapping.delimiter + mapping.quote).isascii():
        return None
    content = content.removeprefix(MARK).removeprefix(MARK)
    start, end, stop = 0, 0, _end_of_rows(content)
    if b"\x00" in content:
        return None
    if b"\r" in content and content.count(b"\r", 0, stop) != content.count(b"\r\n", 0, stop):
        return None
    for _ in range(mapping.header_row):
        start, end = end, content.find(b"\n", end, stop) + 1
        if end == 0:
            return None
    try:
        before, line = content[:start].decode(), content[start : end - 1].removesuffix(b"\r").decode()
        names = _names(line, mapping)
        if names is None or mapping.quote in before:
            return None
        columns = _cut(content, end, stop, len(names), mapping)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    if not columns:
        return None
    if sum(pc.max(pc.binary_length(column)).as_py() or 0 for column in columns) > MAX_RECORD // 2:
        return None  # perhaps a line beyond all measure
    if all(column.null_count for column in columns) and any(
        content.find(empty, end - 1, stop) >= 0 for empty in (b"\n\n", b"\n\r\n")
    ):
        return None
    header = checked_header(names, mapping.header_row)
    first = mapping.header_row + 1
    return Source(header, columns, pa.arange(first, first + len(columns[0])))


def _end_of_rows(content: bytes) -> int:
    """Where the last line ends; the file as it is, if more line ends follow than anybody leaves there."""
    tail = content[-64:]
    return len(content) - len(tail) + len(tail.rstrip(b"\r\n") or tail)


def _names(line: str, mapping: Mapping) -> list[str] | None:
    """What the columns are called, or None, if a quote does not just stand around a whole name."""
    names = line.split(mapping.delimiter)
    quoted = [name for name in names if len(name) > 1 and name[0] == name[-1] == mapping.quote]
    return [name.strip(mapping.quote) for name in names] if 2 * len(quoted) == line.count(mapping.quote) else None


def _cut(content: bytes, start: int, stop: int, count: int, mapping: Mapping) -> list[pa.Array]:
    """The columns without the quotes around whole fields, or nothing, if a quote stands anywhere else.

    Fields are cut as if quotes were letters. One that hides a delimiter, a line end or a quote leaves pieces that do
    not have just one quote at either end; so two for each piece that has are fewer than there are.
    """
    names = [str(place) for place in range(count)]
    reader = arrow_csv.open_csv(
        pa.BufferReader(pa.py_buffer(content).slice(start, stop - start)),
        arrow_csv.ReadOptions(column_names=names, block_size=CUT_AT_ONCE),
        arrow_csv.ParseOptions(delimiter=mapping.delimiter, quote_char=False, ignore_empty_lines=False),
        arrow_csv.ConvertOptions(
            check_utf8=not content.isascii(),
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    columns: list[list[pa.Array]] = [[] for _ in names]
    for batch in reader:
        for parts, texts in zip(columns, batch.columns, strict=True):
            bare = _unquoted(texts, mapping.quote)
            if bare is None:
                return []
            parts.append(bare)
    return [_joined(parts) for parts in columns]


def _unquoted(texts: pa.Array, quote: str) -> pa.Array | None:
    if quote.encode() not in bytes_of(texts):
        return texts
    bare = pc.ascii_trim(texts, quote)
    lengths, within = pc.binary_length(texts), pc.binary_length(bare)
    around = pc.and_(pc.starts_with(texts, quote), pc.ends_with(texts, quote))
    pairs = pc.sum(pc.and_(around, pc.greater(lengths, 1))).as_py()
    if 2 * pairs < pc.sum(pc.subtract(lengths, within)).as_py() or quote.encode() in bytes_of(bare):
        return None
    empty = pc.equal(within, 0)
    return pc.if_else(empty, pa.scalar(None, bare.type), bare) if pc.any(empty).as_py() else bare


def _joined(parts: list[pa.Array]) -> pa.Array:
    """One array of the parts, which are let go: two copies of a file are not needed for long."""
    whole = pa.concat_arrays(parts)
    parts.clear()
    return whole


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
    if not content or content.isspace():
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
        place, line = 0, 1
        while place < len(text):
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
