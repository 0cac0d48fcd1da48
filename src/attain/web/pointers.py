"""Which folders of data the records point to. A folder that is pointed to stays for ever, and never changes."""

from __future__ import annotations

import json
from pathlib import Path

from .workspace import Workspace


def pointed_to(workspace: Workspace) -> dict[Path, set[str]]:
    """The folders of batches, runs and ledgers, each with the names in it that count."""
    from attain.web.apps.audit.models import Event
    from attain.web.apps.imports.models import Batch
    from attain.web.apps.pay.models import PayPeriod, Run

    ledgers = set(PayPeriod.objects.exclude(ledger="").values_list("ledger", flat=True))
    # A reopened period's ledger is evidence: the log still names it.
    reopened = Event.objects.filter(object_type="pay-period", action="pay.reopened").values_list("before", flat=True)
    ledgers |= {name for text in reopened if (name := str(json.loads(text).get("ledger", "")))}
    return {
        workspace.batches: set(Batch.objects.filter(is_fact=True).values_list("pk", flat=True)),
        workspace.runs: set(Run.objects.filter(state=Run.State.PUBLISHED).values_list("pk", flat=True)),
        workspace.ledger: ledgers,
    }
