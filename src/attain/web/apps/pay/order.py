"""The order of closing: which pay period of a calendar and kind is due next, and what was left open before a run.

A pay period counts as closed when one that ends no earlier is closed, of whatever calendar and kind: a run that would
pay it is refused, and what is due for it is a difference in the first open period of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from attain.kernel.periods import Period
from attain.web.apps.plans.models import PlanVersion
from attain.web.apps.plans.selectors import published_versions
from attain.web.workspace import Workspace

from .models import PayPeriod, Run
from .selectors import pay_periods

Key = tuple[str, str, str]
CLOSED = PayPeriod.State.CLOSED


def last_closed(calendar: str, kind: str) -> PayPeriod | None:
    return PayPeriod.objects.filter(calendar=calendar, kind=kind, state=CLOSED).order_by("-starts_on").first()


def last_of_all(besides: Run | None = None) -> PayPeriod | None:
    """Of all closed periods one that ends last, without those that were closed with this run."""
    closed = PayPeriod.objects.filter(state=CLOSED).order_by("-ends_on", "starts_on")
    return (closed if besides is None else closed.exclude(run=besides)).first()


def first_version(calendar: str, kind: str) -> PlanVersion | None:
    """Of the published plan versions that pay by such periods, the one that begins first."""
    versions = [one for one in published_versions() if (one.calendar, one.period_kind) == (calendar, kind)]
    return min(versions, key=lambda one: one.effective_from, default=None)


def next_due(workspace: Workspace, calendar: str, kind: str, *, besides: Run | None = None) -> Period | None:
    """The pay period to close next: after the last one, else the first in which a published plan is in force.

    None if no plan pays by such periods. What counts as closed is passed over.
    """
    known, last = workspace.calendars[calendar], last_closed(calendar, kind)
    if last is not None:
        due = known.shift(known.parse(last.period), 1)
    else:
        version = first_version(calendar, kind)
        if version is None:
            return None
        due = known.period(kind, version.effective_from)
    until = last_of_all(besides)
    if until is not None and due.end <= until.ends_on:
        due = known.period(kind, until.ends_on)
    return due


def closable(workspace: Workspace, run: Run) -> list[Period]:
    """The open pay periods that a run calculated and that are due, in the order of closing. Of a calendar and kind of
    which an earlier one is open still, there are none.
    """
    found: list[Period] = []
    for due, periods in _by_kind(workspace, run):
        if due is None:
            found += [one for one in periods if _key(one) not in _closed_keys()]
        elif due in periods:
            found += periods[periods.index(due) :]
    return in_order(found)


def to_close(workspace: Workspace, run: Run) -> tuple[Period, Period] | None:
    """The first and the last of the periods to name in order to close what a run paid: of the default calendar, where
    it has some, because all that ends by then is closed with it.
    """
    found = closable(workspace, run)
    if not found:
        return None
    last = next((one for one in reversed(found) if one.calendar == workspace.calendar), found[-1])
    first = next(one for one in found if (one.calendar, one.kind) == (last.calendar, last.kind))
    return first, last


def left_open(workspace: Workspace, run: Run) -> list[tuple[Period, Period]]:
    """The first and the last period, of each calendar and kind, that are open and come before those of the run."""
    return [
        (due, workspace.calendars[due.calendar].shift(periods[0], -1))
        for due, periods in _by_kind(workspace, run)
        if due is not None and due.start < periods[0].start
    ]


def left_open_notes(workspace: Workspace, run: Run) -> list[str]:
    """The same in words."""
    notes = []
    for first, last in left_open(workspace, run):
        of = "" if first.calendar == workspace.calendar else f" ({first.calendar})"
        if first == last:
            notes.append(
                _("%(first)s is open and not in this run: balances carried out of it are not known.")
                % {"first": f"{first.id}{of}"}
            )
        else:
            notes.append(
                _("%(first)s to %(last)s are open and not in this run: balances carried out of them are not known.")
                % {"first": first.id, "last": f"{last.id}{of}"}
            )
    return notes


def in_order(periods: Iterable[Period]) -> list[Period]:
    """By their ends; of those that end together the shorter ones first."""
    return sorted(periods, key=lambda one: (one.end, one.days, one.calendar))


def run_began(workspace: Workspace, period: PayPeriod) -> date:
    """The first day of what the run of a closed period paid by this calendar and kind."""
    assert period.run is not None  # noqa: S101  for the type checker: a closed period has a run
    known = workspace.calendars[period.calendar]
    paid = known.periods(period.kind, period.run.starts_on, period.run.ends_on)
    return paid[0].start


def _by_kind(workspace: Workspace, run: Run) -> list[tuple[Period | None, list[Period]]]:
    kinds: dict[tuple[str, str], list[Period]] = {}
    for period in pay_periods(workspace, run):
        kinds.setdefault((period.calendar, period.kind), []).append(period)
    return [(next_due(workspace, *kind, besides=run), periods) for kind, periods in kinds.items()]


def _closed_keys() -> set[Key]:
    return set(PayPeriod.objects.filter(state=CLOSED).values_list("calendar", "kind", "period"))


def _key(period: Period) -> Key:
    return period.calendar, period.kind, period.id
