"""Which statements a viewer may read, and which run says what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.db.models import Max
from django.utils.translation import gettext as _

from attain.documents.statement import Payment, Statement, payments_of, payments_to, statement_of
from attain.engine.stored import StoredRun
from attain.kernel.errors import NotFound, PeriodError
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

    calendar: str
    period: str
    key: str
    """Names it in addresses: the period, after its calendar where the usual one means other days by it, or none."""
    plans: frozenset[str]
    """Those that are paid by periods of this calendar and kind."""
    ends_on: date
    run: str
    state: str
    """`closed`, `released`, or `calculated`: of that only those know who see runs."""
    since: datetime | None


def periods_shown(workspace: Workspace, viewer: Viewer) -> dict[str, Shown]:
    """By key, the newest first. Payees see a period from its release on."""
    versions = list(PlanVersion.objects.defer("text", "fragments"))
    plans: dict[tuple[str, str], set[str]] = {}
    for version in versions:
        plans.setdefault((version.calendar, version.period_kind), set()).add(version.plan)
    found: dict[tuple[str, str, str], Shown] = {}

    def show(kind: tuple[str, str], period: str, ends_on: date, run: str, state: str, since: datetime | None) -> None:
        key = _key(workspace, kind[0], period, ends_on)
        found[*kind, period] = Shown(kind[0], period, key, frozenset(plans.get(kind, ())), ends_on, run, state, since)

    if viewer.may(Right.SEE_RUNS):
        for run in _last_runs():
            for one in pay_periods(workspace, run, versions):
                show((one.calendar, one.kind), one.id, one.end, run.pk, "calculated", run.finished_at)
    released_at = {}
    for given in Release.objects.order_by("pk"):
        released_at[given.calendar, given.kind, given.period] = given.at
        show((given.calendar, given.kind), given.period, given.ends_on, given.run_id, "released", given.at)
    for row in PayPeriod.objects.filter(state=PayPeriod.State.CLOSED):
        since = released_at.get((row.calendar, row.kind, row.period), row.closed_at)
        show((row.calendar, row.kind), row.period, row.ends_on, row.run_id, "closed", since)
    usual_first = sorted(found.values(), key=lambda one: (one.calendar != workspace.calendar, one.calendar))
    return _by_key(usual_first)


def _key(workspace: Workspace, calendar: str, period: str, ends_on: date) -> str:
    """The period alone where the usual calendar means the same days by it."""
    try:
        usual = workspace.calendars[workspace.calendar].parse(period).end
    except PeriodError:
        usual = None
    return period if calendar == workspace.calendar or usual == ends_on else f"{calendar}:{period}"


def _by_key(shown: Iterable[Shown]) -> dict[str, Shown]:
    """Two calendars may mean the same days by a period: what one run pays for them is one statement."""
    found: dict[str, Shown] = {}
    for one in shown:
        other = found.get(one.key)
        if other is not None and other.run != one.run:
            one = replace(one, key=f"{one.calendar}:{one.period}")
        elif other is not None:
            one = replace(other, plans=other.plans | one.plans)
        found[one.key] = one
    return dict(sorted(found.items(), key=lambda item: (item[1].ends_on, item[0]), reverse=True))


def _last_runs() -> list[Run]:
    """The newest run of each span, older spans first, so that a newer run has the last word."""
    published = Run.objects.filter(state=Run.State.PUBLISHED)
    newest = published.values("starts_on", "ends_on").annotate(last=Max("number")).order_by()
    return list(published.filter(number__in=newest.values("last")).order_by("number"))


def payments_seen_by(workspace: Workspace, viewer: Viewer, shown: Shown) -> list[Payment]:
    """What those whom the viewer may see get in a period, by name."""
    names = names_in(workspace, shown.run)
    paid = payments_of(opened(workspace, shown.run), shown.period, shown.plans)
    found = [one for one in paid if viewer.sees(one.payee)]
    return sorted(found, key=lambda one: (names.get(one.payee, one.payee).casefold(), one.payee, one.currency))


def payment_rows_seen_by(workspace: Workspace, viewer: Viewer, shown: Shown) -> list[dict[str, Any]]:
    """What each plan pays each payee whom the viewer may see in a period, as the run wrote it."""
    table = opened(workspace, shown.run).table("payments", pay_period=shown.period, plan=shown.plans)
    return [row for row in table.to_pylist() if viewer.sees(row["payee"])]


def history_seen_by(
    workspace: Workspace, viewer: Viewer, periods: Mapping[str, Shown], payee: str
) -> Iterator[tuple[Shown, Payment]]:
    """The statements of one payee, the newest first. Runs are read as far back as statements are asked for."""
    _require_seen(viewer, payee)
    paid_by = cache(lambda run: payments_to(opened(workspace, run), payee))
    for shown in periods.values():
        for payment in sorted(paid_by(shown.run)(shown.period, shown.plans), key=lambda one: one.currency):
            yield shown, payment


def statement_seen_by(
    workspace: Workspace, viewer: Viewer, periods: Mapping[str, Shown], payee: str, key: str
) -> tuple[Shown, Statement]:
    """A statement; one that is not the viewer's to see does not exist."""
    _require_seen(viewer, payee)
    shown = periods.get(key)
    if shown is None:
        raise _nothing()
    return shown, statement_of(opened(workspace, shown.run), payee, shown.period, shown.plans)


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
