"""One worker at a time, even if a stopped one wakes up: a lease that runs out, and a number that only grows.

Whoever takes the lease gets the next number. What is published must carry the number of the present lease, so a worker
that slept past its lease while another took over finds its result refused. The lease also names the process that
holds it: once that has ended for certain, nobody waits for the rest of its time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attain.kernel.errors import Refused
from attain.kernel.processes import Process, has_ended, this_process
from attain.web.apps.audit.services import Act, moment

from .models import Lease

LENGTH = timedelta(minutes=15)


def require_free(name: str, at: datetime) -> Lease:
    """The lease, if nobody works under it; otherwise who does."""
    lease = Lease.objects.filter(name=name).first() or Lease(name=name)
    if lease.expires_at is None or lease.expires_at <= at or is_abandoned(lease):
        return lease
    process = Process.of_text(lease.process)
    by = f" by {process}" if process else ""
    raise Refused(
        f"{lease.holder} is being worked on{by}; its lease runs until {moment(lease.expires_at)[:19]}.",
        code="run.leased",
        hint="Wait until it is finished, or until its lease has run out.",
    )


def is_abandoned(lease: Lease) -> bool:
    """Whether the process that holds the lease was killed: then it will never give it back."""
    process = Process.of_text(lease.process)
    return process is not None and has_ended(process)


def take(act: Act, name: str, holder: str) -> int:
    """Within a transaction: the number of the new lease, or who has it."""
    lease = require_free(name, act.at)
    process = this_process()
    lease.holder, lease.fence, lease.expires_at = holder, lease.fence + 1, act.at + LENGTH
    lease.process = process.as_text() if process else ""
    lease.save()
    return lease.fence


def require(name: str, fence: int) -> Lease:
    """The lease is still the one with this number. Certain only within a transaction."""
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
    Lease.objects.filter(name=name, fence=fence).update(expires_at=None, process="")
