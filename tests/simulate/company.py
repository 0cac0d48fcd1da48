"""Made-up companies for tests, and a look into their files as an import would see them."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from attain.kernel.files import Files
from attain.simulate.company import simulate
from attain.simulate.size import Size


def make(folder: Path, **asked: object) -> Path:
    given = {"payees": 40, "transactions": 4000, "first": date(2025, 1, 1), "end": date(2025, 7, 1), "seed": 3, **asked}
    simulate(folder, Size(**given), Files(), lambda _: None)
    return folder


def hashes(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def arrived(folder: Path, name: str) -> pa.Table:
    """All rows of a table in the order of their arrival; a later row takes the place of an earlier one."""
    paths = sorted(folder.glob(f"imports/*/{name}.parquet"))
    rows = pa.concat_tables([pq.read_table(path) for path in paths])
    if "id" not in rows.column_names:
        return rows
    numbered = rows.append_column("_place", pa.array(range(rows.num_rows)))
    last = numbered.group_by("id").aggregate([("_place", "max")])["_place_max"]
    return rows.take(pa.array(sorted(last.to_pylist())))


def rows(folder: Path, name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = arrived(folder, name).to_pylist()
    return found
