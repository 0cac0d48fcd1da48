"""What the page of a run shows: stages, checks, the difference to the run before, totals, and every payee as a dot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attain.documents.comparison import PayeeChange, changes_between, payable_by_payee
from attain.engine.stored import StoredRun
from attain.web.workspace import Workspace

from .calculating import stored
from .models import Run
from .statements import name_of, names_in
from .words import REASONS

SHOWN = 12


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


@dataclass(frozen=True)
class Rest:
    """What closes the table of changes in one currency: so many payees, before and now."""

    kind: str
    """`more` with a change, `same` without one, or `all`"""
    payees: int
    before: int
    after: int
    currency: str

    @property
    def change(self) -> int:
        return self.after - self.before


def rests_of(before: StoredRun, after: StoredRun, changes: Sequence[PayeeChange]) -> list[Rest]:
    """By currency: those who changed and are not shown, those who did not change, and all."""
    old, new = payable_by_payee(before), payable_by_payee(after)
    changed = {(one.payee, one.currency) for one in changes}
    shown = {(one.payee, one.currency) for one in changes[:SHOWN]}
    found = []
    for code in sorted({code for _, code in {**old, **new}}):
        every = [key for key in {**old, **new} if key[1] == code]
        parts = {"more": [key for key in every if key in changed - shown],
                 "same": [key for key in every if key not in changed], "all": every}  # fmt: skip
        for kind, keys in parts.items():
            if keys:
                first, now = (sum(amounts.get(key, 0) for key in keys) for amounts in (old, new))
                found.append(Rest(kind, len(keys), first, now, code))
    return found


def named_changes(workspace: Workspace, run: Run, changes: list[PayeeChange]) -> list[dict[str, Any]]:
    """The changes with names and a bar: all bars of one scale."""
    names: Mapping[str, str] = names_in(workspace, run.pk)
    most = max((abs(one.change) for one in changes), default=1) or 1
    return [
        {"change": one, "name": name_of(names, one.payee), "bar": round(34 * abs(one.change) / most, 1),
         "left": round(36 - 34 * abs(one.change) / most, 1)}
        for one in changes
    ]  # fmt: skip
