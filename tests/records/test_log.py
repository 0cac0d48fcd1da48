"""The log: nobody changes, cuts or rebuilds it without being seen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from attain.kernel.errors import Refused
from attain.web import triggers
from attain.web.workspace import Workspace


@pytest.fixture
def log(workspace: Workspace, app: SimpleNamespace) -> Any:
    for number in range(12):
        with app.audit.acting(workspace, "ada", "try") as act:
            act.record("pay.closed", "pay-period", number, after={"amount": number}, reason="möglich")
    return app.log


def execute(*queries: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)


def without_triggers() -> None:
    from django.db import connection

    for name in triggers.RULES:
        if name.startswith("audit"):
            table = triggers.RULES[name][0]
            execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE audit_event SET actor = 'eve' WHERE sequence = 3",
        "DELETE FROM audit_event WHERE sequence = 12",
        "DELETE FROM audit_event",
        "INSERT INTO audit_event SELECT 20, at, actor, on_behalf_of, action, object_type, object_id, before, after,"
        " reason, hash, 'x' FROM audit_event WHERE sequence = 12",
    ],
)
def test_the_database_refuses_to_change_the_log(log: Any, query: str) -> None:
    """I2: triggers."""
    from django.db import DatabaseError

    with pytest.raises(DatabaseError, match=r"append-only|must follow"):
        execute(query)
    assert log.verify() == []


def test_a_replaced_row_does_not_slip_past_the_triggers(log: Any) -> None:
    """SQLite's INSERT OR REPLACE deletes without asking the delete trigger unless triggers are recursive."""
    from django.db import DatabaseError, connection

    if connection.vendor == "postgresql":
        query = "TRUNCATE audit_event CASCADE"
    else:
        query = "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE sequence = 12"
    with pytest.raises(DatabaseError):
        execute(query)
    assert log.verify() == []


@pytest.mark.parametrize("column", ["actor", "on_behalf_of", "action", "object_id", "before", "after", "reason"])
def test_a_changed_event_is_found_although_its_triggers_were_dropped(log: Any, column: str) -> None:
    without_triggers()
    execute(f"UPDATE audit_event SET {column} = 'other' WHERE sequence = 5")
    assert [finding.message for finding in log.verify()] == [
        "Event 5 (other) was changed after it was written." if column == "action"
        else "Event 5 (pay.closed) was changed after it was written."
    ]  # fmt: skip


def test_a_missing_event_is_found(log: Any) -> None:
    without_triggers()
    execute("DELETE FROM audit_event WHERE sequence IN (4, 5)")
    assert [finding.message for finding in log.verify()] == ["Events 4 to 5 are missing."]


def test_a_log_that_was_cut_is_found_by_its_head_outside(workspace: Workspace, log: Any) -> None:
    """The chain alone says that all is well: only the head that is kept elsewhere knows better."""
    without_triggers()
    execute("DELETE FROM audit_event WHERE sequence > 9")
    assert log.verify() == []
    assert [finding.message for finding in log.verify(workspace)] == [
        "The log ends at 9; data/audit-head.json knows event 12."
    ]


def test_a_log_that_was_rebuilt_is_found_by_its_head_outside(workspace: Workspace, app: Any, log: Any) -> None:
    head = log.head()
    without_triggers()
    execute("DELETE FROM audit_event WHERE sequence > 9")
    with app.audit.acting(workspace, "eve", "forge") as act:
        for number in range(3):
            act.record("pay.closed", "pay-period", number)
    assert log.verify(workspace) == []  # the forger has also overwritten the file beside the database
    assert [finding.message for finding in log.verify(kept=head)] == [
        "Event 12 is not the one that the head that was given knows."
    ]


def test_nobody_acts_without_a_name(workspace: Workspace, app: SimpleNamespace) -> None:
    with pytest.raises(Refused, match="Nobody is named"), app.audit.acting(workspace, " ", "try"):
        pass


def test_a_failed_act_leaves_no_event(workspace: Workspace, app: SimpleNamespace, log: Any) -> None:
    """I1: change and event stand or fall together."""
    with pytest.raises(ZeroDivisionError), app.audit.acting(workspace, "ada", "try") as act:
        act.record("pay.closed", "pay-period", 99)
        raise ZeroDivisionError
    assert log.head().sequence == 12


def test_the_log_keeps_its_order_when_the_clock_jumps_back(workspace: Workspace, app: Any, log: Any) -> None:
    """C5: order by number, not by clock."""
    from datetime import timedelta

    workspace.ports.clock.advance(timedelta(hours=-1))
    with app.audit.acting(workspace, "ada", "try") as act:
        act.record("pay.reopened", "pay-period", 1)
    assert log.head().sequence == 13
    assert log.verify(workspace) == []
