"""What people decided about single payments, all kinds alike: which decisions there are, and which closed periods rest
on one. A decision on which a closed period rests can end from then on, but it cannot be as if it never was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from attain.kernel.errors import FactError, NotFound, Refused, Where
from attain.web.apps.audit.models import Event
from attain.web.apps.plans.models import PlanVersion
from attain.web.workspace import Workspace

from .models import Adjustment, Hold, Override, PayPeriod
from .order import run_began
from .selectors import DECISIONS_FOLDER

KINDS: dict[str, Any] = {"hold": Hold, "override": Override, "adjustment": Adjustment}
_LINE = ("plan", "component", "payee", "source", "earning_period")


@dataclass(frozen=True)
class Decision:
    """A hold, an override or an adjustment, with who made it and when."""

    kind: str
    row: Any
    by: str = ""
    at: str = ""

    @property
    def id(self) -> str:
        return str(getattr(self.row, self.kind))


def decisions(kind: str | None = None, *, payee: str | None = None) -> list[Decision]:
    """Every decision that stands, in the order in which they were made."""
    made: dict[tuple[str, str], Event] = {}
    for event in Event.objects.filter(object_type__in=KINDS).order_by("sequence"):
        made.setdefault((event.object_type, event.object_id), event)
    found = []
    for name, model in KINDS.items():
        if kind not in (None, name):
            continue
        for row in model.objects.all() if payee is None else model.objects.filter(payee=payee):
            first = made[name, str(getattr(row, name))]
            found.append((first.sequence, Decision(name, row, first.actor, first.at.isoformat(timespec="seconds"))))
    return [one for _, one in sorted(found, key=lambda entry: entry[0])]


def decision_named(start: str) -> Decision:
    """The one whose id begins with these signs."""
    found = [
        Decision(kind, row)
        for kind, model in KINDS.items()
        for row in model.objects.filter(**{f"{kind}__startswith": start})
    ]
    if len(found) == 1 and start:
        return found[0]
    said = f"{len(found)} decisions begin" if found else "No decision begins"
    raise NotFound(f"{said} with {start!r}.", code="pay.no-decision", hint="See them with `attain decisions`.")


def require_unused(workspace: Workspace, decision: Decision) -> None:
    """Nothing that was paid and closed rests on it."""
    for period in resting_on(workspace, decision):
        raise Refused(
            f"{period.period} was closed by {period.closed_by} with this {decision.kind}.",
            code="pay.decision-used",
            hint=_instead(decision, period),
        )


def require_future(workspace: Workspace, decision: Decision, on: date) -> None:
    """Ending it on this day leaves every closed period as it was calculated."""
    for period in reversed(list(resting_on(workspace, decision))):
        if decision.kind == "hold":
            changes = on < period.ends_on
        else:  # an override holds in runs whose first pay period begins before it ends
            changes = on <= run_began(workspace, period)
        if changes:
            raise Refused(
                f"{period.period} was closed by {period.closed_by} with this {decision.kind}; it cannot have ended on "
                f"{on}.",
                code="pay.decision-used",
                hint=f"End it on {period.ends_on} or later.",
            )


def resting_on(workspace: Workspace, decision: Decision) -> Iterator[PayPeriod]:
    """Closed periods, the last one last, whose run read the decision and whose pay it could change."""
    kinds = set(PlanVersion.objects.filter(plan=decision.row.plan).values_list("calendar", "period_kind"))
    closed = PayPeriod.objects.filter(state=PayPeriod.State.CLOSED).select_related("run").order_by("ends_on")
    for period in closed:
        if (period.calendar, period.kind) not in kinds or not _reaches(workspace, decision, period):
            continue
        if decision.id in _read_by(workspace, decision.kind, period):
            yield period


def _reaches(workspace: Workspace, decision: Decision, period: PayPeriod) -> bool:
    row: Any = decision.row
    if decision.kind == "adjustment":
        return bool(row.pay_period == period.period)
    if decision.kind == "hold":  # a part is stopped while there is a hold on the last day of its period
        last = period.ends_on - timedelta(days=1)
        return bool(row.valid_from <= last and (row.valid_to is None or last < row.valid_to))
    if row.expires_on is not None and row.expires_on <= run_began(workspace, period):
        return False
    if row.earning_period == period.period:
        return True
    lines = _kept(workspace.ledger / period.ledger / "ledger_lines.parquet", *_LINE)
    for name in _LINE:
        lines = lines.filter(pc.equal(lines[name], getattr(row, name)))
    return bool(lines.num_rows)


def _read_by(workspace: Workspace, kind: str, period: PayPeriod) -> set[str]:
    assert period.run is not None  # noqa: S101  for the type checker: a closed period has a run
    return set(_kept(workspace.runs / period.run.pk / DECISIONS_FOLDER / f"{kind}s.parquet", kind)[kind].to_pylist())


def _kept(path: Path, *columns: str) -> pa.Table:
    try:
        return pq.read_table(path, columns=list(columns))
    except (OSError, pa.ArrowInvalid):
        raise FactError(
            f"{path.name} of a closed period cannot be read, so nobody can say what rests on this decision.",
            code="run.damaged",
            where=Where(str(path)),
            hint="Restore the folder from a backup; `attain doctor` lists what is damaged.",
        ) from None


def _instead(decision: Decision, period: PayPeriod) -> str:
    if decision.kind == "adjustment":
        return "Pay the opposite amount in the open period: attain adjust"
    return f"Let it end instead: attain end {decision.id[:12]} --on {period.ends_on}"
