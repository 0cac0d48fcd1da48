"""Lets contestants run, each as a process of its own, and compares what they paid before anybody asks for the time."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.cents import Answer
from benchmarks.contests import CONTESTS, Contest, Contestant

ROOT = Path(__file__).resolve().parent.parent


class Disagreement(Exception):
    """Two contestants paid different cents: nothing that was measured means anything."""


class Broken(Exception):
    """A contestant ended with an error; its own message stands above."""


@dataclass(frozen=True)
class Result:
    contestant: Contestant
    cpu_seconds: float
    wall_seconds: float
    peak_mib: float
    answer: Answer
    sums: Mapping[str, int]
    differing: Mapping[str, int]
    """Shape -> rows that differ from those of the first, of a contestant that is not exact."""


@dataclass(frozen=True)
class Race:
    """A contest at one size: those who ran, in their order, and those who were not asked."""

    contest: Contest
    deals: int
    results: tuple[Result, ...]
    left_out: tuple[Contestant, ...]


@dataclass(frozen=True)
class Conditions:
    threads: int
    repeats: int
    everyone: bool = False
    only: tuple[str, ...] = ()
    """Names of contestants, if not all are asked. The first of their contest runs with them."""

    def asked(self, contest: Contest, deals: int) -> list[Contestant]:
        if contest.up_to is not None and deals > contest.up_to and not self.everyone:
            return []
        first, *others = contest.contestants
        named = [one for one in contest.contestants if not self.only or one.name in self.only]
        able = [one for one in others if one in named and (self.everyone or deals <= (one.up_to or deals))]
        return [first, *able] if named else []


def race(deals: int, folder: Path, conditions: Conditions, step: Callable[[str], None]) -> list[Race]:
    """All contests at one size. `folder` is used for files and holds only the input afterwards."""
    step(f"{deals:,} deals: making the company")
    run("company", str(folder / "input"), str(deals))
    races = []
    for contest in CONTESTS:
        asked = conditions.asked(contest, deals)
        if not asked:
            continue
        if contest.before is not None:
            step(f"{deals:,} deals: the run before")
            _once(contest.before, folder, conditions.threads)
        runs: dict[str, list[Result]] = {one.name: [] for one in asked}
        for repeat in range(conditions.repeats):
            for one in asked:
                step(f"{deals:,} deals: {one.title}" + (f", time {repeat + 1}" if conditions.repeats > 1 else ""))
                runs[one.name].append(_once(one, folder, conditions.threads))
                _agree(runs[asked[0].name][0], runs[one.name][-1])
        first = runs[asked[0].name][0]
        results = tuple(_summed_up(first, found) for found in runs.values())
        races.append(Race(contest, deals, results, tuple(one for one in contest.contestants if one not in asked)))
        for one in [*asked, *([contest.before] if contest.before is not None else [])]:
            shutil.rmtree(folder / one.name)
    return races


def run(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Broken(f"benchmarks.{module} ended with status {done.returncode}.")
    return done.stdout


def _once(one: Contestant, folder: Path, threads: int) -> Result:
    told = run(one.module, str(folder), "--name", one.name, "--threads", str(threads), *one.options)
    said = json.loads(told)
    answer = Answer(said["queries"])
    return Result(one, said["cpu_seconds"], said["wall_seconds"], said["peak_mib"], answer, said["sums"], {})


def _agree(first: Result, other: Result) -> None:
    if not other.contestant.is_exact or first.sums == other.sums:
        return
    said = [
        f"{name}: {total:,} and {other.sums.get(name, 0):,}"
        for name, total in first.sums.items()
        if other.sums.get(name) != total
    ]
    names = f"{first.contestant.title} and {other.contestant.title}"
    raise Disagreement(f"{names} paid different cents.\n" + "\n".join(said))


def _summed_up(first: Result, found: Sequence[Result]) -> Result:
    """The median of each measure, and how far a contestant in floats is off."""
    one = found[-1]
    shapes = () if one.contestant.is_exact else first.answer.queries
    differing = {shape: one.answer.differing(first.answer, shape) for shape in shapes}
    return Result(
        one.contestant,
        median(each.cpu_seconds for each in found),
        median(each.wall_seconds for each in found),
        median(each.peak_mib for each in found),
        one.answer,
        one.sums,
        differing,
    )
