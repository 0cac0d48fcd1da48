"""What a change of a plan means in money: the same facts paid by the one text and by the other, and nothing kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from attain.documents.comparison import by_payee
from attain.engine import calculate
from attain.facts.snapshot import Snapshot
from attain.kernel.intervals import Interval
from attain.plans.loader import Document
from attain.plans.model import Plan
from attain.web.apps.pay.runs import require_pay_period
from attain.web.apps.pay.selectors import snapshot as present
from attain.web.workspace import Workspace

STEPS = 3
Sums = Mapping[str, Mapping[str, Any]]


def sums_by_either(
    workspace: Workspace, old: Document | None, new: Document, span: Interval, step: Callable[[str], None]
) -> tuple[Sums, Sums, dict[str, str]]:
    """What each payee earns by either plan in the same periods, as if nothing had been paid before, and their names.

    Without an old plan nobody was paid by it.
    """
    step("reading")
    snapshot = unpaid(present(workspace))
    sides = [new] if old is None else [old, new]
    require_pay_period(snapshot, [one.plan for one in sides], span)
    found: list[Sums] = [{}] if old is None else []
    for document in sides:
        step(f"calculating {document.id}")
        calculation = calculate([_stretched(document.plan, [one.plan for one in sides], span)], snapshot, span)
        try:
            found.append({payee: sums for (_, payee), sums in by_payee(calculation, "earned", "payable").items()})
        finally:
            calculation.close()
    return found[0], found[1], {row["person"]: row["name"] for row in snapshot.rows("people") if row["name"]}


def unpaid(snapshot: Snapshot) -> Snapshot:
    """A copy in which no period is closed and nothing was ever paid."""
    for name in ("ledger_lines", "ledger_releases", "ledger_balances", "closed_periods"):
        snapshot = snapshot.with_decisions(name, [], instead=True)
    return snapshot


def _stretched(plan: Plan, sides: Iterable[Plan], span: Interval) -> Plan:
    """The plan as if it held through all the days of both and of the span."""
    assert span.end is not None  # noqa: S101  for the type checker: periods have an end
    starts, ends = zip(*((one.effective.start, one.effective.end) for one in sides), strict=True)
    last = None if None in ends else max([span.end, *(end for end in ends if end is not None)])
    effective = plan.effective.model_copy(
        update={"from_": min(span.start, *starts), "through": None if last is None else last - timedelta(days=1)}
    )
    return plan.model_copy(update={"effective": effective})


@dataclass(frozen=True)
class Changed:
    """A payee's earned amount by either text, in minor units."""

    payee: str
    name: str
    currency: str
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


def changes_in(before: Sums, after: Sums, names: Mapping[str, str]) -> list[Changed]:
    """Every payee of either side, the largest change first."""
    found = []
    for payee in sorted({*before, *after}):
        code = str((before.get(payee) or after[payee])["currency"])
        amounts = [int(side[payee]["earned"]) if payee in side else 0 for side in (before, after)]
        found.append(Changed(payee, names.get(payee, payee), code, *amounts))
    return sorted(found, key=lambda one: (-abs(one.change), one.payee))
