"""The files as they grow: each row goes to the folder of the month in which it arrives, in pieces of a fixed size.

    imports/0000-company/people.parquet      who works here; imported first
    imports/2025-03/orders.parquet           what arrives in time in March
    imports/2025-03-late/orders.parquet      what was missing or wrong before, and arrives in March

Row groups hold the same rows however large the pieces are that come in, so the bytes are the same as well. A file
that is full is followed by one in the folder of the next part (2025-03-b2), as an import has limits.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from attain.kernel.files import Files

from .size import Form, Size
from .streams import Flags, Ints

GROUP = 16_384
MOST_ROWS = 32 * GROUP
COMPANY = "0000-company"
LATE = "-late"


@dataclass
class _Growing:
    """A file that is being written."""

    sink: ExitStack
    writer: Any
    written: int = 0
    waiting: list[pa.Table] = field(default_factory=list)
    waiting_rows: int = 0


@dataclass
class Shelves:
    """All files of a company below `root`."""

    root: Path
    files: Files
    size: Size
    rows: dict[str, int] = field(default_factory=dict)
    """Table -> rows that were put, also those of corrections."""
    count: int = 0
    byte_count: int = 0
    _growing: dict[tuple[str, str], _Growing] = field(default_factory=dict)
    _parts: dict[tuple[str, str], int] = field(default_factory=dict)

    def put(self, folder: str, name: str, rows: pa.Table, *, form: Form | None = None) -> None:
        """At the end of a table's file in a folder of imports."""
        if rows.num_rows == 0:
            return
        self.rows[name] = self.rows.get(name, 0) + rows.num_rows
        key = (folder, name)
        file = self._growing.get(key)
        if file is None:
            file = self._growing[key] = self._begun(folder, name, rows.schema, form or self.size.form)
        file.waiting.append(rows)
        file.waiting_rows += rows.num_rows
        if file.waiting_rows >= GROUP:
            self._flush(key, whole_groups=True, form=form)

    def by_month(self, name: str, month: Ints, rows: pa.Table, *, late: Flags | None = None) -> None:
        """Each row into the folder of the month in which it arrives; late ones apart."""
        place = month * 2 + (0 if late is None else late.astype(np.int64))
        order = np.argsort(place, kind="stable")
        sorted_place = place[order]
        cuts = np.flatnonzero(np.diff(sorted_place)) + 1
        for start, end in zip([0, *cuts.tolist()], [*cuts.tolist(), len(order)], strict=True):
            if end > start:
                number, is_late = divmod(int(sorted_place[start]), 2)
                folder = self.size.months[number] + (LATE if is_late else "")
                mine = rows.take(pa.array(order[start:end]))  # a copy: a slice would keep the whole piece in memory
                self.put(f"imports/{folder}", name, mine)

    def close_before(self, month: int) -> None:
        """No more rows arrive in months before this one."""
        border = f"imports/{self.size.months[month]}"
        for key in [key for key in self._growing if key[0].startswith("imports/") and key[0] < border]:
            self._close(key)

    def close_tables(self, names: Collection[str]) -> None:
        """No more rows of these tables."""
        for key in [key for key in self._growing if key[1] in names]:
            self._close(key)

    def close(self) -> None:
        for key in list(self._growing):
            self._close(key)

    def write(self, place: str, content: bytes) -> None:
        """A whole file: a document."""
        path = self.root / place
        self.files.make_folder(path.parent)
        with self.files.create(path) as stream:
            stream.write(content)
        self._counted(path)

    def _begun(self, folder: str, name: str, schema: pa.Schema, form: Form) -> _Growing:
        part = self._parts.get((folder, name), 1)
        place = self.root / (folder if part == 1 else f"{folder}-b{part}") / f"{name}.{form}"
        self.files.make_folder(place.parent)
        stack = ExitStack()
        stream = stack.enter_context(self.files.create(place))
        if form == "csv":
            writer = arrow_csv.CSVWriter(stream, schema, write_options=arrow_csv.WriteOptions(quoting_style="needed"))
        else:
            writer = pq.ParquetWriter(stream, schema, compression="zstd", write_statistics=False)
        self.count += 1
        return _Growing(stack, writer)

    def _flush(self, key: tuple[str, str], *, whole_groups: bool, form: Form | None = None) -> None:
        file = self._growing[key]
        rows = pa.concat_tables(file.waiting)
        schema = rows.schema
        while rows.num_rows >= GROUP or (rows.num_rows and not whole_groups):
            file.writer.write_table(rows.slice(0, GROUP).combine_chunks(), GROUP)
            file.written += min(GROUP, rows.num_rows)
            rows = rows.slice(GROUP)
            if file.written >= MOST_ROWS and rows.num_rows:
                self._end(file)
                self._parts[key] = self._parts.get(key, 1) + 1
                file = self._growing[key] = self._begun(*key, schema, form or self.size.form)
        file.waiting = [rows.combine_chunks()] if rows.num_rows else []
        file.waiting_rows = rows.num_rows

    def _close(self, key: tuple[str, str]) -> None:
        file = self._growing[key]
        if file.waiting_rows:
            self._flush(key, whole_groups=False)
        self._end(self._growing.pop(key))

    def _end(self, file: _Growing) -> None:
        file.writer.close()
        file.sink.close()

    def _counted(self, path: Path) -> None:
        self.count += 1
        self.byte_count += path.stat().st_size
