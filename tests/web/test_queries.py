"""How often each page asks the database: as often for a thousand rows as for ten."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.web.conftest import Site

PINNED = {
    "/": 19,
    "/statements/": 10,
    "/statements/sven/2026-01/": 9,
    "/statements/sven/2026-01/file.xlsx": 9,
    "/search/?q=r": 4,
    "/runs/": 15,
    "/runs/run-000001/": 24,
    "/runs/run-000002/": 25,
    "/imports/": 8,
    "/imports/watched/": 4,
    "/imports/mappings/": 4,
    "/imports/mappings/of/crm/": 4,
    "/people/": 10,
    "/people/rita/": 20,
    "/people/rita/change/seat/": 12,
    "/organisation/positions/": 12,
    "/organisation/position/east-2/": 18,
    "/organisation/tree/": 11,
    "/organisation/territory/": 11,
    "/plans/": 6,
    "/plans/account-executive/2026-1/": 7,
    "/audit/": 9,
    "/accounts/": 7,
    "/accounts/1/": 6,
    "/me/": 4,
    "/me/programs/": 4,
    "/me/programs/reference/": 3,
    "/jobs/": 8,
    "/jobs/1/": 4,
}
"""As whoever sees most; four of each are for the session, the account, its roles and the roles of who looks."""


def queries(site: Site, who: str, address: str) -> int:
    """Of the second look: what the first one kept in memory is not asked again."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = site.as_(who)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def grow(site: Site) -> None:
    """Many more of everything that a list shows."""
    from attain.web.apps.access.models import Account, Grant
    from attain.web.apps.audit.services import acting
    from attain.web.apps.imports.models import Batch
    from attain.web.apps.org.models import Assignment, Person, Position
    from attain.web.apps.pay.models import Run

    day = date(2026, 1, 1)
    now = site.workspace.ports.clock.now()
    with acting(site.workspace, "setup", "grow") as act:
        for number in range(20):
            name = f"more-{number}"
            Person.objects.create(person=name, name=f"More Rabes {number}")
            Position.objects.create(position=name, title="Clerk", manager="mia", valid_from=day)
            Assignment.objects.create(person=name, position=name, valid_from=day)
            account = Account.objects.create(email=f"{name}@nordwind.example", name=name, created_at=now)
            Grant.objects.create(account=account, role="rep", valid_from=day, granted_by="setup")
            act.record("grown", "person", name)
    for model in (Batch, Run):
        for number in range(4):
            copied = _copy_of(model.objects.first(), number)
            copied.save(force_insert=True)


def _copy_of(row: Any, number: int) -> Any:
    for field in row._meta.fields:
        if field.primary_key or field.unique or field.name in ("sequence", "number"):
            value = getattr(row, field.name)
            setattr(row, field.attname, value + 100 + number if isinstance(value, int) else f"{value}-{number}")
    if hasattr(row, "state"):
        row.state = {"published": "failed"}.get(row.state, row.state)
    return row


@pytest.mark.parametrize("address", PINNED)
def test_a_page_asks_as_often_as_it_did(site: Site, address: str) -> None:
    """More is refused until somebody has said why; fewer is welcome, and pinned."""
    assert queries(site, "all-seeing", address) == PINNED[address]


@pytest.mark.parametrize(
    "address",
    ("/people/", "/organisation/positions/", "/organisation/tree/", "/accounts/", "/audit/", "/imports/",
     "/statements/", "/search/?q=r", "/runs/", "/"),
)  # fmt: skip
def test_more_rows_ask_no_more(fresh: Site, address: str) -> None:
    before = queries(fresh, "all-seeing", address)
    grow(fresh)
    assert queries(fresh, "all-seeing", address) == before


def test_a_larger_team_asks_no_more(fresh: Site) -> None:
    before = queries(fresh, "manager", "/statements/")
    grow(fresh)
    assert queries(fresh, "manager", "/statements/") == before
