"""How the cost of a run grows: time and memory against deals, payees, components and periods, one at a time.

    python -m benchmarks.growth --page docs/growth.md

writes a table with the slope of each, and a picture beside it. A slope of 1 is a straight line: twice the work costs
twice as much; below 1 it costs less than twice as much. Each point is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import altair as alt
import yaml

from attain.facts.snapshot import FactTable, Snapshot
from attain.kernel.intervals import Interval
from attain.plans.loader import Document, load_plan
from benchmarks import company
from benchmarks.contest import used

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Work:
    deals: int = 100_000
    payees: int = 2_000
    components: int = 1
    periods: int = 12


SERIES: dict[str, tuple[int, ...]] = {
    "deals": (50_000, 100_000, 200_000, 400_000, 800_000),
    "payees": (500, 1_000, 2_000, 5_000, 10_000),
    "components": (1, 2, 4, 8),
    "periods": (1, 3, 6, 12),
}
MEASURES = {"cpu_seconds": "seconds of processor", "peak_mib": "peak memory, MiB"}
Point = dict[str, float]


# -- one point ---------------------------------------------------------------------------------------------------------


def plan_of(work: Work) -> Document:
    """The reference plan with its commission several times over."""
    said = yaml.load(company.PLAN.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506  every value as text
    commission = said["components"].pop("commission")
    said["components"] |= {f"commission_{number}": commission for number in range(1, work.components + 1)}
    return load_plan(json.dumps(said), "growth.yaml")


def measure(work: Work, folder: Path) -> Point:
    from attain.engine import calculate, run
    from attain.kernel.files import Files

    size = company.Size(work.deals, work.payees)
    deals = FactTable(company.fact_type(), company.deals(size))
    snapshot = Snapshot.build([deals], company.decisions(size))
    before = used()["cpu_seconds"]
    document = plan_of(work)
    last = date(2027, 1, 1) if work.periods == 12 else date(2026, work.periods + 1, 1)
    calculation = calculate([document.plan], snapshot, Interval(date(2026, 1, 1), last), threads=2)
    with Files().publishing(folder) as unfinished:
        run.write(calculation, snapshot, {document.id: document.hash}, unfinished, Files())
    calculation.close()
    took = used()
    return {**took, "cpu_seconds": took["cpu_seconds"] - before}


# -- all of them -------------------------------------------------------------------------------------------------------


def measured(work: Work, folder: Path) -> Point:
    """A point, in a process of its own."""
    options = [f"--{name}={getattr(work, name)}" for name in SERIES]
    command = [sys.executable, "-m", "benchmarks.growth", "--one", "--folder", str(folder), *options]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
    found: Point = json.loads(done.stdout)
    return found


def slope(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """Of the straight line through the logarithms of both: least squares."""
    x, y = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    covered = sum((each - mean_x) ** 2 for each in x)
    return sum((one - mean_x) * (other - mean_y) for one, other in zip(x, y, strict=True)) / covered


def page(found: dict[str, list[Point]], picture: str) -> str:
    parts = [
        "# How cost grows\n",
        "Written by `make growth`: the [reference plan](../benchmarks/reference.yaml) for a company of which one thing "
        "grows at a time, from facts in memory to the finished folder of a run, each in a process of its own. Where "
        f"nothing else is said there are {Work.deals:,} deals, {Work.payees:,} payees, {Work.components} component by "
        f"credit and {Work.periods} months.\n",
        f"![Seconds of processor against deals, payees, components and periods]({picture})\n",
        "A slope of 1 is a straight line; below 1, twice the work costs less than twice as much, because a run has a "
        "part that is always the same.\n",
        "| Of what | how many | CPU s | peak MiB | slope of CPU | slope of memory |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, points in found.items():
        slopes = [f"{slope(SERIES[name], [point[what] for point in points]):.2f}" for what in MEASURES]
        for place, (size, point) in enumerate(zip(SERIES[name], points, strict=True)):
            said = slopes if place == 0 else ["", ""]
            cells = [
                name if place == 0 else "",
                f"{size:,}",
                f"{point['cpu_seconds']:.1f}",
                f"{point['peak_mib']:,.0f}",
            ]
            parts.append(f"| {' | '.join([*cells, *said])} |")
    when = datetime.now(UTC).date()
    parts.append(f"\n{when}, {os.cpu_count()} cores, {os.getloadavg()[0]:.1f} other processes at work at the end.\n")
    return "\n".join(parts)


def picture(found: dict[str, list[Point]], file: Path) -> None:
    rows = [
        {"of": f"{name}", "size": size, "measure": title, "cost": point[what]}
        for name, points in found.items()
        for size, point in zip(SERIES[name], points, strict=True)
        for what, title in MEASURES.items()
    ]
    scale, axis = alt.Scale(type="log", nice=False), alt.Axis(tickCount=4, format="~s", labelOverlap=True)
    drawn = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(point=True, color="#2f5d8a")
        .encode(
            x=alt.X("size:Q", title=None, scale=scale, axis=axis), y=alt.Y("cost:Q", title=None, scale=scale, axis=axis)
        )
        .properties(width=170, height=130)
        .facet(row=alt.Row("measure:N", title=None), column=alt.Column("of:N", title=None, sort=list(SERIES)))
        .resolve_scale(x="independent", y="independent")
        .configure(font="sans-serif", background="white")
    )
    drawn.save(str(file), format="svg")


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    options.add_argument("--one", action="store_true", help="measure one point and say it as JSON")
    options.add_argument("--page", type=Path, default=ROOT / "docs" / "growth.md")
    options.add_argument("--folder", type=Path, default=ROOT / "build" / "growth", help="for files")
    for name in SERIES:
        options.add_argument(f"--{name}", type=int, default=getattr(Work, name))
    chosen = options.parse_args()
    work = Work(**{name: getattr(chosen, name) for name in SERIES})
    shutil.rmtree(chosen.folder, ignore_errors=True)
    chosen.folder.parent.mkdir(parents=True, exist_ok=True)
    if chosen.one:
        print(json.dumps(measure(work, chosen.folder)))
        return 0
    found: dict[str, list[Point]] = {}
    for name, sizes in SERIES.items():
        for size in sizes:
            print(f"{size:,} {name}", file=sys.stderr)
            found.setdefault(name, []).append(measured(replace(work, **{name: size}), chosen.folder))
    image = chosen.page.with_suffix(".svg")
    picture(found, image)
    chosen.page.write_text(page(found, image.name), encoding="utf-8")
    shutil.rmtree(chosen.folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
