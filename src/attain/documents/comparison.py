"""Two runs side by side: whose pay differs, by how much, and which lines make the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from attain.engine.stored import StoredRun
from attain.plans.outcome import Outcome

SHOWN = 2


@dataclass(frozen=True)
class LineChange:
    """A line with another amount; None where a run has no such line."""

    source: str
    component: str
    before: int | None
    after: int | None

    @property
    def change(self) -> int:
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True)
class PayeeChange:
    payee: str
    currency: str
    before: int
    after: int
    causes: tuple[LineChange, ...]
    """The lines that changed most; all of them are `lines` in number."""
    lines: int

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def more(self) -> int:
        """Lines that changed besides those that are shown."""
        return self.lines - len(self.causes)


def payable_by_payee(run: StoredRun) -> Mapping[tuple[str, str], int]:
    """(payee, currency) -> what the run pays in all its periods, in minor units."""
    return _payable(run.folder)


@lru_cache(maxsize=32)
def _payable(folder: Path) -> Mapping[tuple[str, str], int]:
    """Kept, because a run never changes."""
    run = StoredRun(folder)
    table = run.table("payments", ("plan", "payee", "currency", "payable"))
    sums = table.group_by(["payee", "currency"]).aggregate([("payable", "sum")]).to_pylist()
    return {(row["payee"], row["currency"]): int(row["payable_sum"] or 0) for row in sums}


def by_payee(outcome: Outcome, *columns: str) -> dict[tuple[str, str], dict[str, Any]]:
    """(plan, payee) -> currency and the sums of these columns of `payments`."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in outcome.rows("payments"):
        sums = found.setdefault((row["plan"], row["payee"]), {"currency": row["currency"], **dict.fromkeys(columns, 0)})
        for column in columns:
            sums[column] += int(row[column] or 0)
    return found


def changes_between(before: StoredRun, after: StoredRun, explained: int) -> list[PayeeChange]:
    """Whose payable amount differs, the largest change first; the first ones are explained by their lines."""
    old, new = payable_by_payee(before), payable_by_payee(after)
    found = [
        PayeeChange(*key, old.get(key, 0), new.get(key, 0), (), 0)
        for key in old.keys() | new.keys()
        if old.get(key, 0) != new.get(key, 0)
    ]
    found.sort(key=lambda one: (-abs(one.change), one.payee))
    first = found[:explained]
    causes = _causes(before, after, frozenset(one.payee for one in first)) if first else {}
    known = []
    for one in first:
        lines = causes.get((one.payee, one.currency), [])
        known.append(replace(one, causes=tuple(lines[:SHOWN]), lines=len(lines)))
    return [*known, *found[explained:]]


def _causes(
    before: StoredRun, after: StoredRun, payees: frozenset[str]
) -> Mapping[tuple[str, str], list[LineChange]]:
    """By payee and currency, the largest first."""
    keys = ["payee", "currency", "plan", "component", "source", "earning_period"]
    sides = [_sums(run, keys, payees) for run in (before, after)]
    both = sides[0].rename_columns([*keys, "before"]).join(
        sides[1].rename_columns([*keys, "after"]), keys, join_type="full outer"
    )  # fmt: skip
    same = pc.fill_null(pc.equal(both["before"], both["after"]), False)
    found: dict[tuple[str, str], list[LineChange]] = {}
    for row in both.filter(pc.invert(same)).to_pylist():
        sums = [None if row[side] is None else int(row[side]) for side in ("before", "after")]
        changes = found.setdefault((row["payee"], row["currency"]), [])
        changes.append(LineChange(row["source"] or "", row["component"], *sums))
    for changes in found.values():
        changes.sort(key=lambda one: (-abs(one.change), one.source, one.component))
    return found


def _sums(run: StoredRun, keys: list[str], payees: frozenset[str]) -> pa.Table:
    table = run.table("lines", [*keys, "amount"], payee=payees)
    filled = table.set_column(table.schema.get_field_index("source"), "source", pc.fill_null(table["source"], ""))
    return filled.group_by(keys).aggregate([("amount", "sum")])
