"""Which statements a viewer may read, and which run says what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from attain.documents.statement import Payment, Statement, payments_of, statement_of
from attain.engine.stored import StoredRun
from attain.kernel.errors import NotFound
from attain.plans.model import Plan
from attain.web.apps.access.policy import Right
from attain.web.apps.access.viewer import Viewer
from attain.web.apps.plans.models import PlanVersion
from attain.web.apps.plans.selectors import document_of
from attain.web.workspace import Workspace

from .models import PayPeriod, Release, Run
from .selectors import pay_periods


@dataclass(frozen=True)
class Shown:
    """A pay period whose statements a viewer may read, with the run that says what stands in them."""

    period: str
    ends_on: date
    run: str
    state: str
    """`closed`, `released`, or `calculated`: of that only those know who see runs."""
    since: datetime | None


def periods_shown(workspace: Workspace, viewer: Viewer) -> dict[str, Shown]:
    """By period, the newest first. Payees see a period from its release on."""
    found: dict[str, Shown] = {}
    if viewer.may(Right.SEE_RUNS):
        for run in _last_runs():
            for one in pay_periods(workspace, run):
                found[one.id] = Shown(one.id, one.end, run.pk, "calculated", run.finished_at)
    for given in Release.objects.order_by("pk"):
        found[given.period] = Shown(given.period, given.ends_on, given.run_id, "released", given.at)
    for row in PayPeriod.objects.filter(state=PayPeriod.State.CLOSED):
        released = found.get(row.period)
        at = released.since if released is not None and released.state == "released" else row.closed_at
        found[row.period] = Shown(row.period, row.ends_on, row.run_id, "closed", at)
    return dict(sorted(found.items(), key=lambda item: (item[1].ends_on, item[0]), reverse=True))


def _last_runs() -> list[Run]:
    """The newest run of each span, older spans first, so that a newer run has the last word."""
    newest = {(run.starts_on, run.ends_on): run for run in Run.objects.filter(state=Run.State.PUBLISHED)}
    return sorted(newest.values(), key=lambda run: run.number)


def payments_seen_by(workspace: Workspace, viewer: Viewer, shown: Shown) -> list[Payment]:
    """What those whom the viewer may see get in a period, by name."""
    names = names_in(workspace, shown.run)
    found = [one for one in payments_of(opened(workspace, shown.run), [shown.period]) if viewer.sees(one.payee)]
    return sorted(found, key=lambda one: (names.get(one.payee, one.payee).casefold(), one.payee, one.currency))


def payment_rows_seen_by(workspace: Workspace, viewer: Viewer, shown: Shown) -> list[dict[str, Any]]:
    """What each plan pays each payee whom the viewer may see in a period, as the run wrote it."""
    table = opened(workspace, shown.run).table("payments", pay_period=shown.period)
    return [row for row in table.to_pylist() if viewer.sees(row["payee"])]


def history_seen_by(workspace: Workspace, viewer: Viewer, payee: str) -> list[tuple[Shown, Payment]]:
    """The statements of one payee, the newest first."""
    _require_seen(viewer, payee)
    periods = periods_shown(workspace, viewer)
    by_run: dict[str, list[str]] = {}
    for shown in periods.values():
        by_run.setdefault(shown.run, []).append(shown.period)
    found = {}
    for run, those in by_run.items():
        for one in payments_of(opened(workspace, run), those, payee):
            found[one.period, one.currency] = one
    return [
        (shown, payment)
        for period, shown in periods.items()
        for (of, _), payment in sorted(found.items())
        if of == period
    ]


def statement_seen_by(workspace: Workspace, viewer: Viewer, payee: str, period: str) -> tuple[Shown, Statement]:
    """A statement; one that is not the viewer's to see does not exist."""
    _require_seen(viewer, payee)
    shown = periods_shown(workspace, viewer).get(period)
    if shown is None:
        raise _nothing()
    return shown, statement_of(opened(workspace, shown.run), payee, period)


def _require_seen(viewer: Viewer, payee: str) -> None:
    if not viewer.sees(payee):
        raise _nothing()


def _nothing() -> NotFound:
    return NotFound(
        _("There is no such statement."), code="pay.no-statement", hint=_("Look at the list of statements.")
    )


def opened(workspace: Workspace, run: str) -> StoredRun:
    return _opened(workspace.runs / run)


@lru_cache(maxsize=64)
def _opened(folder: Path) -> StoredRun:
    """A run never changes once it is published."""
    return StoredRun(folder)


def names_in(workspace: Workspace, run: str) -> Mapping[str, str]:
    """Names of people as the run knew them."""
    return _names(workspace.runs / run / "inputs" / "people.parquet")


@lru_cache(maxsize=64)
def _names(file: Path) -> Mapping[str, str]:
    people = pq.read_table(file, columns=["person", "name"]).to_pylist()
    return {row["person"]: row["name"] for row in people if row["name"]}


def name_of(names: Mapping[str, str], payee: str) -> str:
    return names.get(payee, payee)


def plans_by_version() -> dict[tuple[str, str], Plan]:
    """Every plan version that was ever published, as its document says it: for titles."""
    return {(one.plan, one.plan_version): document_of(one).plan for one in PlanVersion.objects.all()}
