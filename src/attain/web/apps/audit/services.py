"""`acting` is the one way to write: a short transaction, alone, whose every change leaves an event in the chain.

    with acting(workspace, actor, "pay.close") as act:
        ...
        act.record("pay.closed", "pay-period", period.pk, after={...}, reason=reason)

After the commit the head of the chain is also written to `data/audit-head.json`, outside the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from attain.kernel.errors import Refused, SetupError
from attain.kernel.hashing import canonical_json, hash_of, sha256_bytes
from attain.web import store
from attain.web.workspace import Workspace

from .models import Answer, Event

GENESIS = "0" * 64


class Act:
    """What somebody is doing inside one transaction."""

    def __init__(self, workspace: Workspace, actor: str, on_behalf_of: str) -> None:
        self.workspace = workspace
        self.actor = actor
        self.on_behalf_of = on_behalf_of
        self.at = workspace.ports.clock.now()
        self.events: list[Event] = []

    def record(
        self,
        action: str,
        object_type: str,
        object_id: object,
        *,
        before: Any = None,
        after: Any = None,
        reason: str = "",
    ) -> Event:
        """Append an event. `before` and `after` are what changed, in text and whole numbers."""
        last = self.events[-1] if self.events else Event.objects.order_by("-sequence").first()
        event = Event(
            sequence=last.sequence + 1 if last else 1,
            at=self.at,
            actor=self.actor,
            on_behalf_of=self.on_behalf_of,
            action=action,
            object_type=object_type,
            object_id=str(object_id),
            before="" if before is None else canonical_json(before).decode(),
            after="" if after is None else canonical_json(after).decode(),
            reason=reason,
            previous_hash=last.hash if last else GENESIS,
        )
        event.hash = hash_of_event(event)
        event.save(force_insert=True)
        self.events.append(event)
        return event

    def once(self, key: str | None, request: dict[str, Any], answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The answer of the first call with this key; the work is done only then. Keys never expire."""
        if key is None:
            return answer()
        request_hash = hash_of(request)
        known = Answer.objects.filter(key=key).first()
        if known is None:
            given = answer()
            Answer.objects.create(
                key=key,
                request_hash=request_hash,
                answer=canonical_json(given).decode(),
                event=self.events[-1] if self.events else None,
                at=self.at,
            )
            return given
        if known.request_hash != request_hash:
            raise Refused(
                f"The key {key} was used for another request at {moment(known.at)}.",
                code="idempotency.other-request",
                hint="Send the same request again, or use a new key.",
            )
        return dict(json.loads(known.answer))


@contextmanager
def acting(workspace: Workspace, actor: str, doing: str, *, on_behalf_of: str = "") -> Iterator[Act]:
    """One transaction in which `actor` changes records. Nobody acts without a name."""
    if not actor.strip():
        raise Refused("Nobody is named as the one who does this.", code="audit.no-actor", hint="Name the actor.")
    with store.writing(doing):
        act = Act(workspace, actor, on_behalf_of)
        yield act
    if act.events:
        keep_head(workspace)


def keep_head(workspace: Workspace) -> None:
    """Write the newest head beside the database: a log that was cut or rebuilt no longer leads to it.

    Two processes may write in either order; an older head is still part of the chain, so no check goes wrong. So it
    is when it cannot be written: what was done is done, and must not be told as refused. The doctor sees it.
    """
    last = Event.objects.order_by("-sequence").first()
    if last is None:
        return
    content = {"sequence": last.sequence, "hash": last.hash, "at": moment(last.at)}
    with suppress(SetupError):
        workspace.ports.files.make_folder(workspace.data)
        workspace.ports.files.write_bytes_durably(workspace.audit_head, canonical_json(content) + b"\n")


def hash_of_event(event: Event) -> str:
    return sha256_bytes(
        canonical_json(
            {
                "sequence": event.sequence,
                "at": moment(event.at),
                "actor": event.actor,
                "on_behalf_of": event.on_behalf_of,
                "action": event.action,
                "object": [event.object_type, event.object_id],
                "before": event.before,
                "after": event.after,
                "reason": event.reason,
                "previous": event.previous_hash,
            }
        )
    )


def moment(at: datetime) -> str:
    """A moment as text, the same from either database."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
