"""Run the benchmark and write its page: python -m benchmarks --sizes 100000 1000000"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.contests import CONTESTS
from benchmarks.page import HEADER, page, rows_of
from benchmarks.race import ROOT, Broken, Conditions, Disagreement, Race, race

WIDE = 160
"""Signs in a line of a table that no terminal has to show."""


def main(arguments: list[str] | None = None) -> int:
    chosen = _options().parse_args(arguments)
    conditions = Conditions(chosen.threads, chosen.repeats, chosen.everyone, tuple(chosen.only))
    progress = Console(stderr=True)
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    races: list[Race] = []
    try:
        for deals in chosen.sizes:
            found = race(deals, chosen.folder / str(deals), conditions, progress.print)
            for each in found:
                console.print(_shown(each))
            races += found
    except (Broken, Disagreement) as fault:
        progress.print(f"benchmark: {fault}", style="red", markup=False, soft_wrap=True)
        return 1
    chosen.page.write_text(page(races, conditions, load), encoding="utf-8")
    progress.print(f"Written to {chosen.page}.")
    return 0


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--sizes", type=_count, nargs="+", default=[100_000, 1_000_000], help="numbers of deals")
    options.add_argument("--repeats", type=_count, default=1, help="runs of each; medians are shown")
    options.add_argument("--threads", type=_count, default=os.cpu_count() or 1)
    options.add_argument("--everyone", action="store_true", help="ask those as well who would take very long")
    names = [one.name for contest in CONTESTS for one in contest.contestants]
    options.add_argument("--only", nargs="+", choices=names, default=[], metavar="NAME", help=", ".join(names))
    options.add_argument("--folder", type=Path, default=ROOT / "build" / "benchmarks", help="for files")
    options.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md")
    return options


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than one")
    return count


def _shown(race: Race) -> Table:
    table = Table(title=f"{race.contest.title}: {race.deals:,} deals", title_justify="left")
    for number, name in enumerate(HEADER):
        table.add_column(name, justify="right" if 0 < number < len(HEADER) - 1 else "left")
    for row in rows_of(race):
        table.add_row(*row)
    return table


if __name__ == "__main__":
    sys.exit(main())
