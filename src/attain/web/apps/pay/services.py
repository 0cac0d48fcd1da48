"""Closing and reopening pay periods: one wins, the other is told who was first.

What a close needs is worked out before the transaction; what could have changed meanwhile is looked at again inside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn

from django.db.models import Q

from attain.kernel.errors import NotFound, PeriodError, Refused, Where
from attain.kernel.periods import Period
from attain.web.apps.audit.models import Answer, Event
from attain.web.apps.audit.services import Act, acting, moment
from attain.web.apps.plans.models import PlanVersion
from attain.web.workspace import Workspace

from . import ledger
from .models import PayPeriod, Run
from .order import closable, first_version, in_order, last_closed, last_of_all, next_due
from .selectors import changes_since, closed_since, inputs, pay_periods, run_of

State = PayPeriod.State
PROVED, CONTRADICTED = "run.proved", "run.contradicted"


def record_proof(
    workspace: Workspace, run_id: str, *, actor: str, confirmed: bool, found: Mapping[str, int] | None = None
) -> None:
    """Keep what the checker said of a run: with one that it contradicts, no period is closed.

    `found` is what was computed again and what differed, by name: lines 812, differences 0.
    """
    run = run_of(run_id)
    after: dict[str, object] = {"files": run.manifest_hash, **(found or {})}
    with acting(workspace, actor, "record proof") as act:
        act.record(PROVED if confirmed else CONTRADICTED, "run", run.pk, after=after)


def proof_said(run: Run) -> bool | None:
    """What the last proof of a run said; None if nobody has proved it."""
    said = Event.objects.filter(object_type="run", object_id=run.pk, action__in=(PROVED, CONTRADICTED))
    last = said.order_by("-sequence").first()
    return None if last is None else last.action == PROVED


def close_period(
    workspace: Workspace,
    period_id: str,
    run_id: str,
    *,
    actor: str,
    kind: str | None = None,
    calendar: str | None = None,
    accept_changes: str = "",
    key: str | None = None,
) -> PayPeriod:
    """Freeze a period with the result of a run.

    Refused when the checker contradicts the run, and when periods were closed or reopened since the run began; when
    other records changed since then, unless `accept_changes` says why the run is right anyway.
    With a `key`, the same request gets the same answer however often it is sent.
    """
    period = _period(workspace, period_id, kind, calendar)
    run = run_of(run_id)
    plans = _require_paid(workspace, run, period)
    if key is None or not Answer.objects.filter(key=key).exists():  # looked at again below; here it spares the folder
        _open_row(period)
        _require_order(workspace, period, run)
        _require_current(workspace, run, accept_changes)
    tables = ledger.tables_of(workspace.runs / run.pk, period.id, plans)
    folder, sealed = ledger.keep(workspace, period.id, tables, run.pk)
    request = {"period": [period.calendar, period.kind, period.id], "run": run.pk, "accept": accept_changes}
    with acting(workspace, actor, "close period") as act:

        def close() -> dict[str, object]:
            kept = _open_row(period)
            _require_uncontradicted(run)
            _require_order(workspace, period, run)
            _require_current(workspace, run, accept_changes)
            if not (workspace.ledger / folder).exists():
                raise Refused("The ledger was swept away meanwhile.", code="pay.swept", hint="Close the period again.")
            kept.state, kept.run, kept.closed_at, kept.closed_by = State.CLOSED, run, act.at, actor
            kept.ledger, kept.ledger_hash = folder, sealed
            kept.totals = json.dumps(ledger.totals(tables), sort_keys=True)
            _save(kept)
            after = {"run": run.pk, "ledger": folder, "hash": sealed, "totals": kept.totals}
            act.record("pay.closed", "pay-period", kept, after=after, reason=accept_changes)
            return {"pay_period": kept.pk}

        answer = act.once(key, request, close)
        return PayPeriod.objects.select_related("run").get(pk=answer["pay_period"])


def close_with_all(
    workspace: Workspace,
    period_id: str,
    run_id: str,
    *,
    actor: str,
    calendar: str | None = None,
    accept_changes: str = "",
) -> list[PayPeriod]:
    """Close a period, and with it every pay period of other kinds and calendars that the run pays and that ends by
    then: with March the quarter, with a calendar month the month of a 4-4-5 calendar that has ended.
    """
    period, run = _period(workspace, period_id, None, calendar), run_of(run_id)
    _require_paid(workspace, run, period)
    _open_row(period)
    _require_order(workspace, period, run)
    _require_current(workspace, run, accept_changes)
    mine = (period.calendar, period.kind)
    ended = [one for one in closable(workspace, run) if one.end <= period.end and (one.calendar, one.kind) != mine]
    return [
        close_period(
            workspace, one.id, run_id, actor=actor, kind=one.kind, calendar=one.calendar, accept_changes=accept_changes
        )
        for one in in_order([*ended, period])
    ]


def reopen_with_all(
    workspace: Workspace, period_id: str, *, actor: str, reason: str, calendar: str | None = None
) -> list[PayPeriod]:
    """Reopen a period, and what its run closed from there on, the last one first: a 4-4-5 month that ended days
    before, the quarter that ends with it, later months. First in the answer is the period itself.

    Refused before anything is open again when another run closed what comes later.
    """
    period = _period(workspace, period_id, None, calendar)
    kept, closed = _row(period), PayPeriod.objects.filter(state=State.CLOSED)
    together: list[PayPeriod] = []
    if kept is not None and kept.state == State.CLOSED:
        mine = Q(run=kept.run, ends_on__gt=period.start) | Q(ends_on=period.end)
        together = list(closed.filter(mine).exclude(pk=kept.pk).order_by("-ends_on", "starts_on"))
        later = closed.filter(ends_on__gt=period.end).exclude(pk__in=[one.pk for one in together])
        if (last := later.order_by("-ends_on", "starts_on").first()) is not None:
            raise _closed_after(workspace, period, last)
    after = [one for one in together if one.ends_on >= period.end]
    before = [one for one in together if one.ends_on < period.end]
    later_open = [_reopened(workspace, one, actor, reason) for one in after]
    asked = reopen_period(workspace, period_id, actor=actor, reason=reason, calendar=calendar)
    return [asked, *later_open, *(_reopened(workspace, one, actor, reason) for one in before)]


def _reopened(workspace: Workspace, row: PayPeriod, actor: str, reason: str) -> PayPeriod:
    return reopen_period(workspace, row.period, actor=actor, reason=reason, kind=row.kind, calendar=row.calendar)


def _closed_after(workspace: Workspace, period: Period, last: PayPeriod) -> Refused:
    foreign = last.calendar != workspace.calendar
    also = f" --calendar {last.calendar}" if foreign else ""
    return Refused(
        f"{last.period}{f' ({last.calendar})' if foreign else ''} was closed after {period.id} and builds on it.",
        code="pay.order",
        hint=f"Reopen {last.period} first: attain reopen {last.period}{also} --reason WHY. Or correct {period.id} with "
        "a difference in the open period.",
    )


def reopen_period(
    workspace: Workspace,
    period_id: str,
    *,
    actor: str,
    reason: str,
    kind: str | None = None,
    calendar: str | None = None,
) -> PayPeriod:
    """Open the last closed period again. Its ledger no longer counts; the folder stays as evidence."""
    require_reason(reason, "to reopen a period")
    period = _period(workspace, period_id, kind, calendar)
    with acting(workspace, actor, "reopen period") as act:
        row = _row(period)
        if row is None or row.state != State.CLOSED:
            raise Refused(f"{period.id} is open.", code="pay.not-closed", hint="Only a closed period can be reopened.")
        last = last_of_all()
        if last is not None and last.ends_on > period.end:
            raise _closed_after(workspace, period, last)
        before = {"run": row.run.pk if row.run else None, "ledger": row.ledger, "hash": row.ledger_hash}
        before |= {"closed_by": row.closed_by, "closed_at": moment(row.closed_at)}
        row.state, row.run, row.ledger, row.ledger_hash = State.OPEN, None, "", ""
        row.totals, row.closed_at, row.closed_by = "{}", None, ""
        _save(row)
        act.record("pay.reopened", "pay-period", row, before=before, reason=reason)
    return row


def _period(workspace: Workspace, period_id: str, kind: str | None, calendar: str | None) -> Period:
    name = calendar or workspace.calendar
    if name not in workspace.calendars:
        raise NotFound(
            f"There is no calendar `{name}`.", code="pay.calendar", hint=f"Known: {', '.join(workspace.calendars)}."
        )
    period = workspace.calendars[name].parse(period_id)
    if kind is not None and period.kind != kind:
        raise Refused(f"{period_id} is a {period.kind}, not a {kind}.", code="pay.kind", where=Where(field="period"))
    return period


def _row(period: Period) -> PayPeriod | None:
    return PayPeriod.objects.filter(calendar=period.calendar, kind=period.kind, period=period.id).first()


def _open_row(period: Period) -> PayPeriod:
    row = _row(period)
    if row is None:
        return PayPeriod(
            calendar=period.calendar, kind=period.kind, period=period.id, starts_on=period.start, ends_on=period.end
        )
    if row.state == State.CLOSED:
        raise Refused(
            f"{period.id} was already closed by {row.closed_by} at {moment(row.closed_at)[:19]} with {row.run}.",
            code="pay.already-closed",
            hint="Reopen it first, if it is the last one; otherwise pay the difference in the open period.",
        )
    return row


def _save(row: PayPeriod) -> None:
    """Save if nobody else did: the version must still be the one that was read."""
    before, row.version = row.version, row.version + 1
    if row.pk is None:
        row.save(force_insert=True)
        return
    fields = "state run ledger ledger_hash totals closed_at closed_by version".split()
    values = {name: getattr(row, name) for name in fields}
    if not PayPeriod.objects.filter(pk=row.pk, version=before).update(**values):
        raise Refused(f"{row} was changed by somebody else just now.", code="pay.changed", hint="Look at it again.")


def _require_paid(workspace: Workspace, run: Run, period: Period) -> set[str]:
    """The run pays the period, and nothing speaks against it: the plans that are paid."""
    plans = _plans_of(run, period)
    if not plans:
        _refuse_kind(workspace, run, period)
    _require_covering(run, period)
    _require_uncontradicted(run)
    return plans


def _require_covering(run: Run, period: Period) -> None:
    if run.state != Run.State.PUBLISHED:
        raise Refused(f"{run} is {run.state}; only a published run can be closed with.", code="run.state")
    if not run.starts_on < period.end <= run.ends_on:
        raise Refused(
            f"{run} calculated {run.starts_on} to {run.ends_on} (excluded), not the whole of {period.id}.",
            code="pay.other-span",
            hint=f"Calculate {period.id} first.",
        )


def _require_uncontradicted(run: Run) -> None:
    if proof_said(run) is False:
        raise Refused(
            f"The checker contradicts {run}: what it pays is not proven.",
            code="pay.contradicted",
            hint="See what differs with `attain verify`, and calculate again.",
        )


def _refuse_kind(workspace: Workspace, run: Run, period: Period) -> NoReturn:
    """Closing such a period would book nothing and say that something was closed."""
    due = pay_periods(workspace, run)
    names = [f"{one.id} ({one.calendar})" if one.calendar != workspace.calendar else one.id for one in due]
    shown = ", ".join(names if len(names) < 8 else [*names[:3], "...", names[-1]])
    raise Refused(
        f"No plan of {run} pays by {period.kind}, so {period.id} cannot be closed.",
        code="pay.kind",
        where=Where(field="period"),
        hint=f"Its pay periods: {shown}." if due else f"{run} has no pay period; calculate one.",
    )


def _plans_of(run: Run, period: Period) -> set[str]:
    """Names of the plans of the run that are paid in periods of this calendar and kind."""
    used = json.loads(run.inputs)["plans"]
    versions = [version for version in PlanVersion.objects.all() if str(version) in used]
    return {one.plan for one in versions if (one.calendar, one.period_kind) == (period.calendar, period.kind)}


def _require_order(workspace: Workspace, period: Period, run: Run) -> None:
    due = next_due(workspace, period.calendar, period.kind, besides=run)
    if due is None or due.id == period.id:
        return
    if period.start < due.start:
        version, until = first_version(period.calendar, period.kind), last_of_all(besides=run)
        before = until is not None and period.end <= until.ends_on
        raise Refused(
            f"{period.id} counts as closed, because {until.period if until else due.id} is."
            if before or version is None
            else f"No published plan is in force in {period.id}; {due.id} is the first period to close.",
            code="pay.order",
            hint=f"What is due for it is paid as a difference in {due.id}." if before else f"Start with {due.id}.",
        )
    if last_closed(period.calendar, period.kind) is None and due.end <= run.starts_on:
        version = first_version(period.calendar, period.kind)
        raise Refused(
            f"{due.id} is the first period to close, not {period.id}: {version} holds there, and nothing is paid.",
            code="pay.order",
            hint=f"Calculate and close from {due.id} on, or publish {version} with a later `from`.",
        )
    raise Refused(
        f"{due.id} is the next period to close, not {period.id}.",
        code="pay.order",
        hint="Periods are closed one after the other, because each builds on the balances of the one before.",
    )


def _require_current(workspace: Workspace, run: Run, accept_changes: str) -> None:
    now = inputs(workspace)
    if closed := closed_since(run, now):
        raise Refused(
            f"{', '.join(closed[:5])} {'was' if len(closed) == 1 else 'were'} closed or reopened since {run} began: it "
            "starts from other balances than there are now, and knows other differences.",
            code="pay.ledger-changed",
            hint="Calculate again; a reason cannot make this run right.",
        )
    changes = changes_since(run, now)
    if changes and not accept_changes.strip():
        raise Refused(
            f"{len(changes)} thing{'s' * (len(changes) != 1)} changed since {run} began: {', '.join(changes[:5])}.",
            code="pay.inputs-changed",
            hint="Run again, or say why this run is right anyway.",
        )


def require_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise Refused(f"A reason is needed {what}.", code="pay.reason", hint="Say why, in words an auditor can follow.")


def require_open(act: Act, workspace: Workspace, plan: str, pay_period: str) -> None:
    """Within a transaction: nothing may be added to a period of this plan that counts as closed."""
    last = last_of_all()
    if last is None:
        return
    for name in sorted(set(PlanVersion.objects.filter(plan=plan).values_list("calendar", flat=True))):
        try:
            end = workspace.calendars[name].parse(pay_period).end
        except PeriodError:  # of another calendar that the plan has had
            continue
        if end <= last.ends_on:
            of = "" if last.period == pay_period else f"{pay_period} counts as closed: "
            raise Refused(
                f"{of}{last.period} was closed by {last.closed_by} at {moment(last.closed_at)[:19]}.",
                code="pay.period-closed",
                hint="Choose the open period.",
            )
