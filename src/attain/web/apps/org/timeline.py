"""What holds of a person or a position from when to when, and who said so, when and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from attain.web.apps.audit.models import Event
from attain.web.apps.imports.models import Batch

from .models import Assignment, Leave, Person, Position, Quota, TeamMember
from .words import ACTIONS, COLUMNS, shown

SHOWN_OF_POSITION = ("title", "manager", "territory", "unit")


@dataclass(frozen=True)
class Said:
    """Who recorded something, when and why; the batch is where it can be undone."""

    by: str
    at: datetime
    why: str
    batch: str
    source: str


@dataclass(frozen=True)
class Moment:
    """What begins or ends on a day. `is_future` is seen from the day of the page."""

    on: date | None
    until: date | None
    title: str
    details: tuple[tuple[str, str], ...]
    said: Said | None
    is_future: bool
    is_now: bool


@dataclass(frozen=True)
class Recorded:
    """A change that was recorded on a page, in the order in which it was recorded."""

    what: str
    by: str
    at: datetime
    why: str
    batch: str
    changes: tuple[tuple[str, str, str], ...]
    is_undone: bool


def of_person(person: Person, day: date) -> list[Moment]:
    """The newest first."""
    assignments = list(Assignment.objects.filter(person=person.person))
    held = [one.position for one in assignments]
    versions = list(Position.objects.filter(position__in=held))
    members = list(TeamMember.objects.filter(member=person.person))
    leaves = list(Leave.objects.filter(person=person.person))
    quotas = list(Quota.objects.filter(subject__in=[person.person, *held]))
    rows = [*assignments, *versions, *members, *leaves, *quotas, person]
    said = _said({row.batch_id for row in rows if row.batch_id})
    names = _names({one.manager for one in versions if one.manager}, day)
    found = [
        _moment(one, _("Position %(position)s") % {"position": one.position}, (), said, day) for one in assignments
    ]
    for one in versions:
        if any(_overlap(one, spell) for spell in assignments if spell.position == one.position):
            found.append(_of_version(one, versions, names, said, day))
    found += [_moment(one, _("Team %(team)s") % {"team": one.team}, (), said, day) for one in members]
    found += [_moment(one, _("Leave: %(kind)s") % {"kind": one.kind}, (), said, day) for one in leaves]
    for one in quotas:
        amount = shown(one.amount) + (f" {one.currency}" if one.currency else "")
        found.append(_moment(one, _("Quota %(quota)s") % {"quota": one.quota}, ((_("Amount"), amount),), said, day))
    if person.hired_on is not None:
        found.append(_once(person.hired_on, _("Employed"), said.get(person.batch_id), day))
    if person.left_on is not None:
        found.append(_once(person.left_on, _("No longer employed"), said.get(person.batch_id), day))
    return sorted(found, key=lambda one: (one.on or date.min, one.title), reverse=True)


def of_position(position: str, day: date) -> list[Moment]:
    versions = list(Position.objects.filter(position=position))
    assignments = list(Assignment.objects.filter(position=position))
    said = _said({row.batch_id for row in (*versions, *assignments) if row.batch_id})
    names = _names({one.manager for one in versions if one.manager}, day)
    people = dict(Person.objects.filter(person__in=[one.person for one in assignments]).values_list("person", "name"))
    found = [_of_version(one, versions, names, said, day) for one in versions]
    for one in assignments:
        who = people.get(one.person) or one.person
        found.append(_moment(one, _("Held by %(who)s") % {"who": who}, (), said, day))
    return sorted(found, key=lambda one: (one.on or date.min, one.title), reverse=True)


def recorded(about: str, subject: str) -> list[Recorded]:
    """What was changed on pages, as the log has it: also what was undone since. The newest first."""
    found = list(
        Event.objects.filter(object_type=about, object_id=subject, action="org.changed").order_by("-sequence")[:50]
    )
    after = {event.sequence: json.loads(event.after) for event in found}
    undone = set(
        Batch.objects.filter(pk__in=[one["batch"] for one in after.values()], state=Batch.State.UNDONE).values_list(
            "pk", flat=True
        )
    )
    return [
        Recorded(
            str(ACTIONS.get(said["what"], said["what"])), event.actor, event.at, event.reason, said["batch"],
            tuple(_changes(json.loads(event.before or "{}"), said)), said["batch"] in undone,
        )
        for event in found for said in [after[event.sequence]]
    ]  # fmt: skip


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Label, before, after: of rows that were replaced what differs, of new ones what they say."""
    for table, rows in after.items():
        if table in ("batch", "what"):
            continue
        old_rows = list(before.get(table, ()))
        for place, row in enumerate(rows[len(rows) - len(old_rows) :] if old_rows else ()):
            old = old_rows[place]
            yield from (
                (str(COLUMNS[name]), _plain(old[name]), _plain(row[name])) for name in row if old[name] != row[name]
            )
        for row in rows[: len(rows) - len(old_rows)]:
            previous = old_rows[0] if old_rows else {}
            for name, value in row.items():
                if value is not None and previous.get(name) != value and name in COLUMNS:
                    yield str(COLUMNS[name]), _plain(previous.get(name)) if previous else "–", _plain(value)


def _plain(value: Any) -> str:
    try:
        return shown(date.fromisoformat(value)) if isinstance(value, str) and len(value) == 10 else shown(value)
    except ValueError:
        return shown(value)


def _said(batches: Iterable[str]) -> dict[str, Said]:
    reasons = dict(
        Event.objects.filter(object_type="batch", object_id__in=batches, action="imports.taken")
        .order_by("sequence").values_list("object_id", "reason")
    )  # fmt: skip
    return {
        one.pk: Said(one.imported_by, one.imported_at, reasons.get(one.pk, ""), one.pk, one.source)
        for one in Batch.objects.filter(pk__in=batches)
    }


def _names(positions: Iterable[str], day: date) -> dict[str, str]:
    """Position -> the name of whoever holds it on the day, or held it last."""
    holders = dict(
        Assignment.objects.filter(position__in=positions).order_by("valid_from").values_list("position", "person")
    )
    people = dict(Person.objects.filter(person__in=holders.values()).values_list("person", "name"))
    return {position: people.get(person) or person for position, person in holders.items()}


def _of_version(
    one: Position, versions: Sequence[Position], names: Mapping[str, str], said: Mapping[str, Said], day: date
) -> Moment:
    """What is other than in the version before; all of the first one."""
    before = [other for other in versions if other.position == one.position and other.valid_from < one.valid_from]
    last = max(before, key=lambda other: other.valid_from, default=None)
    details = tuple(
        (str(COLUMNS[name]), names.get(value, value) if name == "manager" else shown(value))
        for name in SHOWN_OF_POSITION
        for value in [getattr(one, name)]
        if (last is None and value) or (last is not None and getattr(last, name) != value)
    )
    if last is None or not details:
        rest = tuple(detail for detail in details if detail[0] != COLUMNS["title"])
        return _moment(one, one.title or one.position, rest, said, day)
    (label, value), *more = details
    return _moment(one, f"{label}: {value}", tuple(more), said, day)


def _moment(row: Any, title: str, details: tuple[tuple[str, str], ...], said: Mapping[str, Said], day: date) -> Moment:
    is_now = row.valid_from <= day and (row.valid_to is None or row.valid_to > day)
    return Moment(row.valid_from, row.valid_to, title, details, said.get(row.batch_id), row.valid_from > day, is_now)


def _once(on: date, title: str, said: Said | None, day: date) -> Moment:
    return Moment(on, None, title, (), said, on > day, False)


def _overlap(version: Position, assignment: Assignment) -> bool:
    starts_before = assignment.valid_to is None or version.valid_from < assignment.valid_to
    return starts_before and (version.valid_to is None or version.valid_to > assignment.valid_from)
