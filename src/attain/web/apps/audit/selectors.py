"""Reading the log, and proving that nobody changed it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from attain.kernel.errors import Finding
from attain.web.workspace import Workspace

from .models import Event
from .services import GENESIS, hash_of_event, moment

SEARCHED = ("actor", "action", "object_type", "object_id", "reason", "before", "after")


@dataclass(frozen=True)
class Head:
    sequence: int
    hash: str
    at: str


def head() -> Head | None:
    """The end of the chain, to be kept where the database's owner cannot reach it."""
    last = Event.objects.order_by("-sequence").first()
    return Head(last.sequence, last.hash, moment(last.at)) if last else None


def events(object_type: str | None = None, object_id: object | None = None) -> QuerySet[Event]:
    found = Event.objects.all()
    if object_type is not None:
        found = found.filter(object_type=object_type)
    return found if object_id is None else found.filter(object_id=str(object_id))


def events_with(text: str) -> QuerySet[Event]:
    """The last first: events in which every word of the text stands somewhere."""
    wanted = Q()
    for word in text.split():
        anywhere = Q()
        for column in SEARCHED:
            anywhere |= Q(**{f"{column}__has": word})
        wanted &= anywhere
    return Event.objects.filter(wanted).order_by("-sequence")


def verify(workspace: Workspace | None = None, kept: Head | None = None) -> list[Finding]:
    """Every place where the log is not what was written. Without a kept head, a cut at the end cannot be seen."""
    wanted = [(kept, "the head that was given")] if kept else []
    if workspace is not None and (outside := kept_head(workspace)) is not None:
        wanted.append((outside, "data/audit-head.json"))
    findings = []
    hashes: dict[int, str] = {}
    previous, expected = GENESIS, 1
    for event in _in_order():
        if event.sequence != expected:
            findings.append(_altered(f"Events {expected} to {event.sequence - 1} are missing."))
        elif event.previous_hash != previous:
            findings.append(_altered(f"Event {event.sequence} does not follow the one before it."))
        if hash_of_event(event) != event.hash:
            findings.append(_altered(f"Event {event.sequence} ({event.action}) was changed after it was written."))
        previous, expected = event.hash, event.sequence + 1
        hashes[event.sequence] = event.hash
    for one, place in wanted:
        if one.sequence not in hashes:
            findings.append(_altered(f"The log ends at {expected - 1}; {place} knows event {one.sequence}."))
        elif hashes[one.sequence] != one.hash:
            findings.append(_altered(f"Event {one.sequence} is not the one that {place} knows."))
    return findings


def _in_order(size: int = 2000) -> Iterator[Event]:
    last = 0
    while page := list(Event.objects.filter(sequence__gt=last).order_by("sequence")[:size]):
        yield from page
        last = page[-1].sequence


def kept_head(workspace: Workspace) -> Head | None:
    if not workspace.audit_head.exists():
        return None
    content = json.loads(workspace.audit_head.read_bytes())
    return Head(content["sequence"], content["hash"], content["at"])


def _altered(message: str) -> Finding:
    return Finding("error", "audit.altered", message, hint="Compare with a backup, and keep this database as evidence.")
