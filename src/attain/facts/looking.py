"""The first rows of a source, looked at before anything is taken: as they stand there, and as a mapping reads them.

A file is looked at while somebody waits, so of a long CSV only its beginning is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from attain.kernel.errors import AttainError

from .mapping import Mapping
from .source import Source
from .validate import Checked

BEGINNING = 256 << 10


@dataclass(frozen=True)
class Look:
    header: tuple[str, ...]
    texts: Sequence[Sequence[str | None]]
    lines: Sequence[int]
    judged: Checked | None
    """What the mapping makes of these rows; None where it does not fit the file at all, which `fault` says."""
    fault: AttainError | None


def first_rows(source: Source, count: int) -> Source:
    lines = source.lines.slice(0, count)
    last = lines[-1].as_py() if len(lines) == count and count else None
    return replace(
        source,
        columns=[column.slice(0, count) for column in source.columns],
        lines=lines,
        faults=[fault for fault in source.faults if last is None or fault.line < last][:count],
        cell_faults=[fault for fault in source.cell_faults if fault[0] < count],
    )


def beginning_of(file: Path, mapping: Mapping) -> bytes | Path:
    """Whole lines from the start of a long CSV; any other file as it is."""
    if mapping.format != "csv" or file.stat().st_size <= BEGINNING:
        return file
    with file.open("rb") as opened:
        content = opened.read(BEGINNING)
    end = content.rfind(b"\n\x00" if mapping.encoding == "utf-16" and content[:1] == b"\xff" else b"\n")
    if end < 0:
        return file
    return content[: end + (2 if mapping.encoding == "utf-16" else 1)]
