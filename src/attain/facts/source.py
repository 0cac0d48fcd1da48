"""What a reader hands on: columns of text with the line of each row, and the rows that have no columns at all.

Whatever the format, values arrive as text in the form of the mapping, so one set of rules judges them all. A cell
without content is NULL. Limits are the same everywhere; they bound what a hostile file can cost.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

from attain.kernel.errors import FactError, Where

from .strict_yaml import shortened
from .values import Form

MAX_COLUMNS = 1000
MAX_RECORD = 1 << 20
MAX_NAME = 200


@dataclass(frozen=True)
class RowFault:
    """A row that could not even be cut into columns."""

    line: int
    code: str
    reason: str
    raw: str


@dataclass(frozen=True)
class Source:
    header: tuple[str, ...]
    columns: Sequence[pa.Array]
    lines: pa.Array
    faults: Sequence[RowFault] = ()
    cell_faults: Sequence[tuple[int, int, str, str]] = field(default_factory=tuple)
    """(place of the row, place of the column, code, reason): cells such as #DIV/0! that hold no value."""
    unusable: Mapping[str, str] = field(default_factory=dict)
    """Columns whose type cannot be taken, and why: a fault only if the mapping uses them."""

    @property
    def row_count(self) -> int:
        return len(self.lines) + len(self.faults)


def text_column(texts: Sequence[str | None]) -> pa.Array:
    """Texts as Arrow keeps them; empty is no value."""
    return pa.array([text or None for text in texts], pa.large_string())


def bytes_of(texts: pa.Array) -> bytes:
    """All texts of a column behind each other, as Arrow keeps them: what is true of these bytes is true of each."""
    _, places, content = texts.buffers()
    if not len(texts) or content is None:
        return b""
    kind = pa.int64() if pa.types.is_large_string(texts.type) else pa.int32()
    ends = pa.Array.from_buffers(kind, len(texts) + 1, [None, places], offset=texts.offset)
    first, behind = ends[0].as_py(), ends[-1].as_py()
    said: bytes = content.slice(first, behind - first).to_pybytes()
    return said


def file_refused(
    code: str, message: str, *, line: int | None = None, column: str | None = None, hint: str | None = None
) -> FactError:
    """The file as a whole is not believed: no row of it goes on."""
    return FactError(message, code=code, where=Where(line=line, field=column), hint=hint)


def checked_header(names: Sequence[str], line: int) -> tuple[str, ...]:
    if not names or all(name == "" for name in names):
        raise file_refused("file.header", "The header is empty.", line=line, hint="The first row names the columns.")
    if len(names) > MAX_COLUMNS:
        raise file_refused("file.columns", f"{len(names)} columns; at most {MAX_COLUMNS} are read.", line=line)
    seen: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if name == "":
            raise file_refused("file.header", f"Column {place} has no name.", line=line, hint="Name or remove it.")
        if len(name) > MAX_NAME or not name.isprintable():
            raise file_refused("file.header", f"Column {place} is called {shortened(name)!r}: no name.", line=line)
        if name in seen:
            said = f"Columns {seen[name]} and {place} are both called {name!r}."
            raise file_refused("file.header-twice", said, line=line, column=name, hint="Rename one of them.")
        seen[name] = place
    return tuple(names)


def text_of(value: object, form: Form) -> str | None:
    """A typed cell as text in the form of the mapping. Floats are judged by the reader, which knows the column."""
    match value:
        case None:
            return None
        case bool():
            return min(form.true_words) if value else min(form.false_words)
        case str():
            return value
        case int():
            return str(value)
        case Decimal():
            return decimal_text(value, form)
        case datetime.datetime():
            if value.time() != datetime.time() or value.tzinfo is not None:
                return value.isoformat(sep=" ")  # no date column takes it: a moment is not a day
            return _day_text(value.date(), form)
        case datetime.date():
            return _day_text(value, form)
    return str(value)


def decimal_text(value: Decimal, form: Form) -> str:
    if not value.is_finite() or abs(value.adjusted()) > 80:
        return str(value)
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text  # zeros of a stored scale say nothing
    return text.replace(".", form.decimal_mark) if form.decimal_mark != "." else text


def _day_text(day: datetime.date, form: Form) -> str:
    parts = {"yyyy": f"{day.year:04}", "mm": f"{day.month:02}", "dd": f"{day.day:02}"}
    text = form.date_format
    for part, digits in parts.items():
        text = text.replace(part, digits)
    return text


def raw_row(header: Sequence[str], values: Sequence[str | None]) -> str:
    return json.dumps(dict(zip(header, values, strict=False)), ensure_ascii=False)


KINDS = (
    (b"PK\x03\x04", "a ZIP archive such as .xlsx"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"{\\rtf", "an RTF document"),
)


def kind_of(start: bytes) -> str | None:
    """What the first bytes say. The name of a file says nothing."""
    return next((kind for magic, kind in KINDS if start.startswith(magic)), None)
