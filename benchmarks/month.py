"""One month of very many deals: what the engine takes to pay it, in parts that it chooses by itself.

    python -m benchmarks.month 25000000

prints one line of JSON: deals, lines, parts, seconds of processor and of the clock, and peak memory. The facts lie in
memory as they do in a run from a workspace; reading them counts, making them does not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from attain.engine.groups import calculate_in_parts, parts_for
from attain.facts.snapshot import FactTable, Snapshot
from attain.kernel.files import Files
from attain.kernel.intervals import Interval
from attain.plans.loader import load_plan
from benchmarks import company
from benchmarks.contest import used

ROOT = Path(__file__).resolve().parent.parent
JANUARY = Interval(date(2026, 1, 1), date(2026, 2, 1))
DAYS = 31
PIECE = 1_000_000


def make(file: Path, count: int) -> None:
    """Writes the deals piece by piece, so that making them needs no more memory than paying them."""
    with pq.ParquetWriter(file, company.fact_type().stored_schema, compression="zstd") as writer:
        for first in range(0, count, PIECE):
            size = company.Size(min(PIECE, count - first), payees(count), DAYS)
            writer.write_table(company.deals(size, company.SEED + first, first))


def payees(count: int) -> int:
    return min(company.MOST_PAYEES, max(200, count // 10))


def pay(file: Path, count: int, folder: Path, threads: int) -> dict[str, object]:
    deals = FactTable(company.fact_type(), pq.read_table(file))
    snapshot = Snapshot.build([deals], company.decisions(company.Size(count, payees(count), DAYS)))
    document = load_plan(company.PLAN)
    parts = parts_for([document.plan], snapshot)
    if parts is None:
        raise SystemExit(f"{count:,} deals are paid in one piece: ask for more.")
    pa.default_memory_pool().release_unused()
    with Files().publishing(folder / "run") as unfinished:
        hashes = {document.id: document.hash}
        manifest, _ = calculate_in_parts(
            [document.plan], snapshot, JANUARY, parts, hashes, unfinished, Files(), threads=threads
        )
    lines = manifest.totals["lines"]["reference"]["rows"]
    return {"deals": count, "lines": lines, "slices": parts.slices, "groups": parts.groups, **used()}


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.month", description=__doc__)
    options.add_argument("deals", type=int)
    options.add_argument("--folder", type=Path, default=ROOT / "build", help="a folder `month` is made in it anew")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--only-pay", action="store_true", help="the deals are there already")
    chosen = options.parse_args()
    folder = chosen.folder / "month"
    file = folder / f"{chosen.deals}.parquet"
    if chosen.only_pay:
        shutil.rmtree(folder / "run", ignore_errors=True)
        print(json.dumps(pay(file, chosen.deals, folder, chosen.threads)))
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make(file, chosen.deals)
    subprocess.run([sys.executable, "-m", "benchmarks.month", *sys.argv[1:], "--only-pay"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
