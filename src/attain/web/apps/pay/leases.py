"""One worker at a time, even if a stopped one wakes up: a lease that runs out, and a number that only grows.

Whoever takes the lease gets the next number. What is published must carry the number of the present lease, so a worker
that slept past its lease while another took over finds its result refused.
"""

from __future__ import annotations

from datetime import timedelta

from attain.kernel.errors import Refused
from attain.web.apps.audit.services import Act, moment

from .models import Lease

LENGTH = timedelta(minutes=15)


def take(act: Act, name: str, holder: str) -> int:
    """Within a transaction: the number of the new lease, or who has it."""
    lease = Lease.objects.filter(name=name).first() or Lease(name=name)
    if lease.expires_at is not None and lease.expires_at > act.at:
        raise held(lease)
    lease.holder, lease.fence, lease.expires_at = holder, lease.fence + 1, act.at + LENGTH
    lease.save()
    return lease.fence


def held(lease: Lease) -> Refused:
    assert lease.expires_at is not None  # noqa: S101  for the type checker: the caller has looked
    return Refused(
        f"{lease.holder} is being worked on; its lease runs until {moment(lease.expires_at)[:19]}.",
        code="run.leased",
        hint="Wait until it is finished, or until its lease has run out.",
    )


def require(name: str, fence: int) -> Lease:
    """Within a transaction: the lease is still the one with this number."""
    lease = Lease.objects.filter(name=name).first()
    if lease is None or lease.fence != fence:
        taken = f" {lease.holder} has taken over." if lease else ""
        raise Refused(
            f"The lease with number {fence} is no longer the present one.{taken}",
            code="run.superseded",
            hint="Use the result of the later run; this one was not published.",
        )
    return lease


def renew(act: Act, name: str, fence: int) -> None:
    lease = require(name, fence)
    lease.expires_at = act.at + LENGTH
    lease.save(update_fields=["expires_at"])


def give_back(name: str, fence: int) -> None:
    Lease.objects.filter(name=name, fence=fence).update(expires_at=None)
