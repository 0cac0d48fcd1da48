"""What the page of a run shows: stages, checks, the difference to the run before, totals, and every payee as a dot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from attain.documents.comparison import PayeeChange, changes_between, payable_by_payee
from attain.engine.stored import StoredRun
from attain.kernel.currencies import ACTIVE
from attain.web.workspace import Workspace

from .calculating import stored
from .models import Run
from .statements import name_of, names_in
from .words import REASONS

FAR = 3
"""A payee who gets more than so many times the middle of all is pointed out, so that somebody looks."""
SHOWN = 12
MOST_DOTS = 400
WIDTH, HEIGHT, RADIUS = 760, 120, 4.5


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    payee: str
    amount: int
    flagged: bool


@dataclass(frozen=True)
class Dots:
    """Each payee as a dot over what they get; those on one spot lie above each other. Of a crowd only the shape."""

    dots: tuple[Dot, ...]
    bars: tuple[tuple[float, float, float], ...]
    """Instead of dots, where there are too many of them: left edge, upper edge and height of each."""
    middle: int
    middle_x: float
    marks: tuple[tuple[float, int], ...]
    currency: str
    payees: int
    flagged: tuple[Dot, ...]
    named: Dot | None


@dataclass(frozen=True)
class PlanTotal:
    plan: str
    currency: str
    payees: int
    earned: int
    payable: int


def previous_of(run: Run) -> Run | None:
    """The last published run of the same days before this one."""
    same = Run.objects.filter(state=Run.State.PUBLISHED, starts_on=run.starts_on, ends_on=run.ends_on)
    found: Run | None = same.filter(number__lt=run.number).order_by("-number").first()
    return found


def totals_of(outcome: StoredRun) -> list[PlanTotal]:
    table = outcome.table("payments", ("plan", "payee", "currency", "earned", "payable"))
    sums = table.group_by(["plan", "currency"]).aggregate(
        [("payee", "count_distinct"), ("earned", "sum"), ("payable", "sum")]
    )
    rows = sorted(sums.to_pylist(), key=lambda row: (row["plan"], row["currency"]))
    return [
        PlanTotal(row["plan"], row["currency"], row["payee_count_distinct"], int(row["earned_sum"] or 0),
                  int(row["payable_sum"] or 0))
        for row in rows
    ]  # fmt: skip


def earned_in(totals: list[PlanTotal]) -> list[tuple[str, int]]:
    """By currency."""
    sums: Counter[str] = Counter()
    for one in totals:
        sums[one.currency] += one.earned
    return sorted(sums.items())


def counts_of(outcome: StoredRun) -> dict[str, int]:
    return {name: about["rows"] for name, about in outcome.manifest["tables"].items()}


def reasons_of(outcome: StoredRun, table: str) -> list[tuple[str, int]]:
    """How often something was left out, or could not be paid, for each reason."""
    counted = Counter(outcome.table(table, ["reason"])["reason"].to_pylist()).most_common()
    return [(str(REASONS.get(reason, reason)), count) for reason, count in counted]


def negative_payees(outcome: StoredRun) -> int:
    return sum(1 for amount in payable_by_payee(outcome).values() if amount < 0)


def changes_of(workspace: Workspace, run: Run, before: Run | None) -> list[PayeeChange]:
    return [] if before is None else changes_between(stored(workspace, before), stored(workspace, run), SHOWN)


def dots_of(workspace: Workspace, run: Run, outcome: StoredRun) -> Dots | None:
    """In the currency of most payees; None where there are too few to show a shape."""
    sums = payable_by_payee(outcome)
    codes = Counter(code for _, code in sums)
    if not codes:
        return None
    code = codes.most_common(1)[0][0]
    amounts = {payee: amount for (payee, of), amount in sums.items() if of == code and not payee.startswith("vacant:")}
    if len(amounts) < 3:
        return None
    least, most = min(0, *amounts.values()), max(1, *amounts.values())
    middle = int(median(amounts.values()))
    scale = (WIDTH - 40) / (most - least)
    stacks: Counter[int] = Counter()
    dots = []
    for payee, amount in sorted(amounts.items(), key=lambda item: item[1]):
        x = 20 + (amount - least) * scale
        spot = round(x / (2 * RADIUS + 1))
        y = HEIGHT - 30 - stacks[spot] * (2 * RADIUS + 1)
        stacks[spot] += 1
        dots.append(Dot(round(spot * (2 * RADIUS + 1), 1), max(RADIUS, y), payee, amount, amount > FAR * middle > 0))
    bars: tuple[tuple[float, float, float], ...] = ()
    flagged = tuple(dot for dot in dots if dot.flagged)
    if len(dots) > MOST_DOTS:
        bars = tuple(_bars(stacks))
        dots = []
    step = _step(most - least, ACTIVE.get(code, (2, ""))[0])
    marks = tuple((20 + (value - least) * scale, value) for value in range(0, most + 1, step))
    named = flagged[-1] if flagged and not bars else None
    return Dots(tuple(dots), bars, middle, 20 + (middle - least) * scale, marks, code, len(amounts), flagged, named)


def _bars(stacks: Counter[int]) -> Iterator[tuple[float, float, float]]:
    highest, floor = max(stacks.values()), HEIGHT - 26
    for spot, number in sorted(stacks.items()):
        height = round((HEIGHT - 40) * number / highest, 1)
        yield round(spot * (2 * RADIUS + 1), 1), round(floor - height, 1), height


def _step(width: int, places: int) -> int:
    """A round distance, in minor units, that gives at most six marks."""
    unit = 10**places
    for power in range(12):
        for base in (1, 2, 5):
            if base * 10**power * unit * 5 >= width:
                return int(base * 10**power * unit)
    return width


def named_changes(workspace: Workspace, run: Run, changes: list[PayeeChange]) -> list[dict[str, Any]]:
    """The changes with names and a bar: all bars of one scale."""
    names: Mapping[str, str] = names_in(workspace, run.pk)
    most = max((abs(one.change) for one in changes), default=1) or 1
    return [
        {"change": one, "name": name_of(names, one.payee), "bar": round(34 * abs(one.change) / most, 1),
         "left": round(36 - 34 * abs(one.change) / most, 1)}
        for one in changes
    ]  # fmt: skip
