"""From files to a closed period, on both stores: what the records promise to the person who runs pay."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from attain.kernel.errors import Findings, Refused
from attain.web.workspace import Workspace
from tests.records.company import PEOPLE, calculate, deals, month_of_deals, months, plan


def pay_month(workspace: Workspace, app: SimpleNamespace, month: int, *, actor: str = "ada"):
    start = app.runs.begin_run(workspace, months(month, month), actor=actor)
    calculate(start)
    return app.runs.publish_run(workspace, start, actor=actor)


@pytest.fixture
def ready(workspace: Workspace, app: SimpleNamespace) -> Workspace:
    """People, a published plan, and the deals of January to March."""
    app.imports.import_file(workspace, PEOPLE.encode(), actor="ada", into="people", trusted=True)
    app.plans.publish_plan(workspace, plan(), actor="ada")
    for month in (1, 2, 3):
        app.imports.import_file(workspace, month_of_deals(month), actor="ada", into="deals", trusted=True)
    return workspace


def test_the_same_file_twice_changes_nothing(ready: Workspace, app: SimpleNamespace) -> None:
    """A.1: a batch is its content."""
    before = app.log.head()
    again = app.imports.import_file(ready, month_of_deals(2), actor="eve", into="deals", trusted=True)
    assert not again.is_new
    assert again.message == "Already imported on 2026-04-01T12:00 by ada; nothing was changed."
    assert app.log.head() == before


def test_a_file_is_read_in_a_child_and_taken_whole(workspace: Workspace, app: SimpleNamespace, tmp_path) -> None:
    file = tmp_path / "january.csv"
    file.write_bytes(deals(("D1", "2026-01-10", "100.00", "bob"), ("D2", "2026-01-32", "5.00", "bob")))
    taken = app.imports.import_file(workspace, file, actor="ada", into="deals")
    assert taken.message == "1 row of deals taken from january.csv, 1 kept aside."
    assert {finding.code for finding in taken.findings} == {"fact.quarantined", "imports.unknown-payee"}
    assert [row["_row"] for row in app.read.snapshot(workspace).rows("deals")] == [2]
    assert len(app.facts.quarantined_rows(workspace, taken.batch.pk)) == 1


def test_a_period_is_closed_with_a_run_and_feeds_the_next(ready: Workspace, app: SimpleNamespace) -> None:
    run = pay_month(ready, app, 1)
    closed = app.pay.close_period(ready, "2026-01", run.pk, actor="ada")
    assert closed.state == "closed" and closed.run == run
    snapshot = app.read.snapshot(ready)
    assert [row["period"] for row in snapshot.rows("closed_periods")] == ["2026-01"]
    lines = list(snapshot.rows("ledger_lines"))
    assert len(lines) == 50 and {line["pay_period"] for line in lines} == {"2026-01"}
    total = sum(line["amount"] for line in lines)
    assert json.loads(closed.totals)["ledger_lines"] == {"EUR": total}
    assert json.loads(run.totals)["lines"] == total


def test_a_second_close_is_told_who_was_first(ready: Workspace, app: SimpleNamespace) -> None:
    run = pay_month(ready, app, 1)
    app.pay.close_period(ready, "2026-01", run.pk, actor="ada")
    with pytest.raises(Refused, match="already closed by ada at 2026-04-01T12:00:00 with run-000001"):
        app.pay.close_period(ready, "2026-01", run.pk, actor="eve")


def test_a_repeated_request_gets_the_first_answer(ready: Workspace, app: SimpleNamespace) -> None:
    run = pay_month(ready, app, 1)
    first = app.pay.close_period(ready, "2026-01", run.pk, actor="ada", key="k1")
    head = app.log.head()
    assert app.pay.close_period(ready, "2026-01", run.pk, actor="ada", key="k1") == first
    assert app.log.head() == head
    with pytest.raises(Refused, match="used for another request"):
        app.pay.close_period(ready, "2026-02", pay_month(ready, app, 2).pk, actor="ada", key="k1")


def test_periods_are_closed_in_order(ready: Workspace, app: SimpleNamespace) -> None:
    start = app.runs.begin_run(ready, months(1, 3), actor="ada")
    calculate(start)
    run = app.runs.publish_run(ready, start, actor="ada")
    with pytest.raises(Refused, match="2026-01 is the next period to close"):
        app.pay.close_period(ready, "2026-02", run.pk, actor="ada")
    for period in ("2026-01", "2026-02", "2026-03"):
        app.pay.close_period(ready, period, run.pk, actor="ada")
    with pytest.raises(Refused, match="2026-03 was closed after 2026-02"):
        app.pay.reopen_period(ready, "2026-02", actor="ada", reason="wrong")
    reopened = app.pay.reopen_period(ready, "2026-03", actor="ada", reason="a deal was missing")
    assert reopened.state == "open" and reopened.ledger == ""
    assert len(list(app.read.snapshot(ready).rows("closed_periods"))) == 2
    kept = json.loads(app.log.events().get(action="pay.reopened").before)["ledger"]
    assert (ready.ledger / kept / "ledger_lines.parquet").is_file()


def test_a_stale_run_closes_only_with_a_reason(ready: Workspace, app: SimpleNamespace) -> None:
    run = pay_month(ready, app, 1)
    late = deals(("L1", "2026-01-31", "9.00", "bob"))
    app.imports.import_file(ready, late, actor="ada", into="deals", trusted=True)
    with pytest.raises(Refused, match="1 thing changed since run-000001 began: other batches of deals"):
        app.pay.close_period(ready, "2026-01", run.pk, actor="ada")
    closed = app.pay.close_period(ready, "2026-01", run.pk, actor="ada", accept_changes="the late deal is paid in May")
    assert closed.state == "closed"


def test_a_closed_period_keeps_its_batches(ready: Workspace, app: SimpleNamespace) -> None:
    batch = app.facts.current_batches("deals").first()
    run = pay_month(ready, app, 1)
    app.pay.close_period(ready, "2026-01", run.pk, actor="ada")
    with pytest.raises(Refused, match="which is closed"):
        app.imports.undo_batch(ready, batch.pk, actor="ada", reason="wrong file")


def test_an_undone_batch_is_gone_and_can_come_back(ready: Workspace, app: SimpleNamespace) -> None:
    batch = app.facts.current_batches("deals").last()
    app.imports.undo_batch(ready, batch.pk, actor="ada", reason="wrong file")
    assert len(list(app.read.snapshot(ready).rows("deals"))) == 100
    assert app.imports.import_file(ready, month_of_deals(3), actor="ada", into="deals", trusted=True).is_new
    assert len(list(app.read.snapshot(ready).rows("deals"))) == 150


def test_a_view_as_of_a_batch_knows_nothing_later(ready: Workspace, app: SimpleNamespace) -> None:
    first = app.facts.current_batches("deals").first()
    assert len(list(app.read.snapshot(ready, as_of=first.sequence).rows("deals"))) == 50


def test_what_a_run_read_can_be_read_again_after_everything_changed(ready: Workspace, app: SimpleNamespace) -> None:
    start = app.runs.begin_run(ready, months(1, 1), actor="ada")
    calculate(start)
    app.runs.publish_run(ready, start, actor="ada")
    moved = b"person,name,title,manager,hired_on,valid_from\nbob,Bob,Director,ann,2024-02-01,2026-01-15\n"
    app.imports.import_file(ready, moved, actor="ada", into="people", trusted=True)
    late = deals(("D1-1", "2026-01-31", "9.00", "bob"))
    app.imports.import_file(ready, late, actor="ada", into="deals", trusted=True)
    again = app.read.frozen_of(ready, "run-000001")
    assert again.snapshot.hashes() == start.snapshot.hashes() != app.read.snapshot(ready).hashes()
    assert [document.hash for document in again.plans] == [document.hash for document in start.plans]


def test_a_published_plan_never_changes(ready: Workspace, app: SimpleNamespace) -> None:
    with pytest.raises(Refused, match="published on 2026-04-01T12:00 by ada with another text") as refused:
        app.plans.publish_plan(ready, plan(rate="6%"), actor="ada")
    assert refused.value.hint.startswith("Give the changed plan a version of its own")
    from django.db import DatabaseError, transaction

    version = app.models.plans.PlanVersion.objects.get()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        app.models.plans.PlanVersion.objects.filter(pk=version.pk).update(text="plan: other")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        version.delete()


def test_an_open_version_ends_where_the_next_one_starts(ready: Workspace, app: SimpleNamespace) -> None:
    app.plans.publish_plan(ready, plan("2026-2", start="2026-07-01", rate="6%"), actor="ada")
    found = app.published.published_plans()
    assert [(one.id, str(one.plan.effective.end)) for one in found] == [
        ("account-executive@2026-1", "2026-07-01"),
        ("account-executive@2026-2", "None"),
    ]
    with pytest.raises(Refused, match="would both hold on 2026-02-01"):
        app.plans.publish_plan(ready, plan("2026-x", start="2026-02-01", through="2026-03-31"), actor="ada")


def test_a_worker_that_lost_its_lease_cannot_publish(ready: Workspace, app: SimpleNamespace) -> None:
    """B5: the stale worker wakes up after another one took over."""
    from datetime import timedelta

    slow = app.runs.begin_run(ready, months(1, 1), actor="slow")
    with pytest.raises(Refused, match="run-000001 is being worked on"):
        app.runs.begin_run(ready, months(1, 1), actor="quick")
    ready.ports.clock.advance(timedelta(minutes=16))
    quick = app.runs.begin_run(ready, months(1, 1), actor="quick")
    calculate(slow)
    with pytest.raises(Refused, match=r"no longer the present one\. run-000002 has taken over"):
        app.runs.publish_run(ready, slow, actor="slow")
    calculate(quick)
    assert app.runs.publish_run(ready, quick, actor="quick").state == "published"
    assert app.read.run_of("run-000001").state == "failed"


def test_people_with_a_wrong_manager_are_refused_together(workspace: Workspace, app: SimpleNamespace) -> None:
    people = b"person,title,manager\nann,Director,\nbob,AE,anne\neve,AE,nobody\n"
    with pytest.raises(Findings) as refused:
        app.imports.import_file(workspace, people, actor="ada", into="people", trusted=True)
    assert [finding.message.split(",")[0] for finding in refused.value.findings] == [
        "`positions` names anne",
        "`positions` names nobody",
    ]
    assert app.log.head() is None
