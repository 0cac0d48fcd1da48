"""The page of results: a table for each contest and size, the machine, the versions, and how to read them."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.company import SEED
from benchmarks.race import Conditions, Race, Result

HEADER = ("", "CPU s", "wall s", "peak MiB", "CPU ×", "wall ×", "memory ×", "cents")
PACKAGES = ("attain", "duckdb", "pyarrow", "numpy", "sqlglot", "pandas")

INTRODUCTION = """\
# Benchmarks

Written by `make bench`; run it again to have the figures of your machine. Each contestant is a process of its own, all
ran in one go, one after the other. Before a time is written, the cents of all exact contestants were found to be the
same: number of rows, sums, and sums weighted by whose cents they are, over every line and every payment.

The [reference plan](../benchmarks/reference.yaml) is paid for a year: split deals, two levels of managers whose reports
change, marginal tiers of a quota that changes, an accelerator, a retroactive bonus, a cap, a recoverable draw, and
deals that are taken back. Contestants start from the same files:

- **SQL by hand** is the floor: [SQL](../benchmarks/floor.sql) that an expert wrote for this one plan, without anything
  that makes a result provable. In groups of payees, one after the other, its sorts are smaller; the SQL is the same.
- **SQL by hand, with the tables of a proof**, is [what it takes](../benchmarks/floor_proof.sql) to leave behind what
  the engine leaves: who was credited why, every line under an id of its own, what was released of it, and a hash of
  every row. What `attain` needs above that is the price of a plan in place of SQL.
- **`attain`** compiles the plan document, calculates, and writes the run folder: all tables with a hash of each, the
  queries, the manifest. The records of a workspace have no part in it.
- **The checker** computes everything again in plain Python fractions.
- **pandas** is the same plan in [floats](../benchmarks/floats.py), rounded as pandas rounds: half a cent goes to the
  even neighbour. The last column says how many of its rows are wrong by a cent or more, for either reason.

Seconds of processor and of the clock count from the start of the process, peak memory is the highest that one
process held, and `×` compares with the first row. Where the machine had other work to do, as its load before the run
tells, trust the seconds of processor more than those of the clock.
"""


def page(races: Sequence[Race], conditions: Conditions, load: float | None) -> str:
    parts = [INTRODUCTION]
    for race in races:
        parts.append(f"## {race.contest.title}: {race.deals:,} deals\n\n{race.contest.about}{_answered(race)}\n")
        parts.append(_table(HEADER, rows_of(race)))
        if race.left_out:
            names = ", ".join(one.title for one in race.left_out)
            parts.append(f"Not asked at this size: {names}.\n")
    parts.append("## Machine and versions\n")
    parts.append(_table(("", ""), list(_circumstances(conditions, load))))
    return "\n".join(parts)


def rows_of(race: Race) -> list[tuple[str, ...]]:
    """The cells of a race as text, a row for each contestant."""
    first = race.results[0]
    return [
        (
            result.contestant.title,
            f"{result.cpu_seconds:,.2f}",
            f"{result.wall_seconds:,.2f}",
            f"{result.peak_mib:,.0f}",
            f"{result.cpu_seconds / first.cpu_seconds:.2f}",
            f"{result.wall_seconds / first.wall_seconds:.2f}",
            f"{result.peak_mib / first.peak_mib:.2f}",
            _cents(result),
        )
        for result in race.results
    ]


def _cents(result: Result) -> str:
    if result.contestant.is_exact:
        return "identical"
    off = (f"{count:,} of {result.sums[f'{shape}: rows']:,} {shape}" for shape, count in result.differing.items())
    return f"differ in {', '.join(off)}"


def _answered(race: Race) -> str:
    sums = race.results[0].sums
    rows = [f"{sums[f'{shape}: rows']:,} {shape}" for shape in race.results[0].answer.queries]
    return f" The answer has {' and '.join(rows)}."


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    marks = ["---", *("---:" if one else "---" for one in header[1:-1]), "---"]
    lines = [header, marks, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _circumstances(conditions: Conditions, load: float | None) -> Iterator[tuple[str, str]]:
    yield "Date", f"{datetime.now(UTC):%Y-%m-%d}"
    yield "Machine", f"{_processor()}, {os.cpu_count()} cores, {_memory_gib()}{platform.system()}"
    yield "Load before the run", "not known" if load is None else f"{load:.1f}"
    yield "Threads", f"{conditions.threads}"
    yield "Runs of each", f"{conditions.repeats}" + (", the median is shown" if conditions.repeats > 1 else "")
    yield "Seed of the company", f"{SEED}"
    yield "Python", platform.python_version()
    for name in PACKAGES:
        yield name, version(name)


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", about.read_text(), re.MULTILINE) if about.exists() else None
    return found[1].strip() if found else platform.machine()


def _memory_gib() -> str:
    if "SC_PHYS_PAGES" not in os.sysconf_names:
        return ""
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB, "
