"""Decisions and versions that are taken back: free while nothing rests on them, refused where a closed period does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from attain.kernel.errors import NotFound, Refused
from attain.web.workspace import Workspace
from tests.records.company import PEOPLE, calculate, month_of_deals, months, plan

WHO: dict[str, Any] = {"actor": "ada", "plan": "account-executive", "payee": "bob"}
LINE = {"component": "commission", "source": "D1-0", "earning_period": "2026-01", "amount": Decimal("9.00")}
MONEY = {"pay_period": "2026-01", "component": "commission", "amount": Decimal("10.00"), "currency": "EUR"}


@pytest.fixture
def ready(workspace: Workspace, app: SimpleNamespace) -> Workspace:
    app.imports.import_file(workspace, PEOPLE.encode(), actor="ada", into="people", trusted=True)
    app.plans.publish_plan(workspace, plan(), actor="ada")
    for month in (1, 2):
        app.imports.import_file(workspace, month_of_deals(month), actor="ada", into="deals", trusted=True)
    return workspace


def close(ready: Workspace, app: SimpleNamespace, month: int) -> None:
    start = app.runs.begin_run(ready, months(month, month), actor="ada")
    calculate(start)
    run = app.runs.publish_run(ready, start, actor="ada")
    app.pay.close_period(ready, f"2026-{month:02d}", run.pk, actor="ada")


def decide(ready: Workspace, app: SimpleNamespace) -> dict[str, str]:
    """One decision of each kind, about January."""
    hold = app.decide.place_hold(ready, **WHO, reason="disputed", valid_from=date(2026, 1, 10))
    override = app.decide.override_line(ready, **WHO, **LINE, reason="agreed")
    adjustment = app.decide.adjust(ready, **WHO, **MONEY, reason="contest")
    return {"hold": hold.hold, "override": override.override, "adjustment": adjustment.adjustment}


def test_what_nothing_rests_on_is_withdrawn_and_kept_in_the_log(ready: Workspace, app: SimpleNamespace) -> None:
    made = decide(ready, app)
    assert [(one.kind, one.id, one.by) for one in app.decided.decisions()] == [
        (kind, id_, "ada") for kind, id_ in made.items()
    ]
    for kind, id_ in made.items():
        with pytest.raises(Refused, match=f"A reason is needed to withdraw an? {kind}"):
            app.decide.withdraw(ready, kind, id_, actor="eve", reason="", version=1)
        app.decide.withdraw(ready, kind, id_, actor="eve", reason="a mistake", version=1)
    assert app.decided.decisions() == []
    withdrawn = [event for event in app.log.events() if event.action.endswith("-withdrawn")]
    assert [(event.actor, event.reason) for event in withdrawn] == [("eve", "a mistake")] * 3
    assert '"amount":"9.0000"' in withdrawn[1].before
    app.decide.override_line(ready, **WHO, **LINE, reason="agreed after all")


def test_what_a_closed_period_was_calculated_with_stays(ready: Workspace, app: SimpleNamespace) -> None:
    made = decide(ready, app)
    close(ready, app, 1)
    hints = {
        "hold": f"Let it end instead: attain end {made['hold'][:12]} --on 2026-02-01",
        "override": f"Let it end instead: attain end {made['override'][:12]} --on 2026-02-01",
        "adjustment": "Pay the opposite amount in the open period: attain adjust",
    }
    for kind, id_ in made.items():
        with pytest.raises(Refused, match=f"2026-01 was closed by ada with this {kind}") as refused:
            app.decide.withdraw(ready, kind, id_, actor="eve", reason="a mistake", version=1)
        assert refused.value.hint == hints[kind]
    app.pay.reopen_period(ready, "2026-01", actor="ada", reason="wrong hold")
    for kind, id_ in made.items():
        app.decide.withdraw(ready, kind, id_, actor="eve", reason="a mistake", version=1)


def test_an_end_leaves_closed_periods_as_they_were_calculated(ready: Workspace, app: SimpleNamespace) -> None:
    made = decide(ready, app)
    close(ready, app, 1)
    ways = {"hold": app.decide.lift_hold, "override": app.decide.expire_override}
    for kind, change in ways.items():
        too_early = date(2026, 1, 31) if kind == "hold" else date(2026, 1, 1)
        with pytest.raises(Refused, match="it cannot have ended on") as refused:
            change(ready, made[kind], actor="eve", on=too_early, reason="settled", version=1)
        assert refused.value.hint == "End it on 2026-02-01 or later."
        change(ready, made[kind], actor="eve", on=date(2026, 2, 1), reason="settled", version=1)
    close(ready, app, 2)
    with pytest.raises(Refused, match="2026-01 was closed by ada with this hold"):
        app.decide.withdraw(ready, "hold", made["hold"], actor="eve", reason="a mistake", version=2)


def test_a_hold_that_stopped_nothing_on_the_last_day_is_withdrawn(ready: Workspace, app: SimpleNamespace) -> None:
    """A hold stops what is due on the last day of a pay period."""
    dates = {"valid_from": date(2026, 1, 10), "valid_to": date(2026, 1, 31)}
    hold = app.decide.place_hold(ready, **WHO, reason="disputed", **dates)
    close(ready, app, 1)
    app.decide.withdraw(ready, "hold", hold.hold, actor="eve", reason="a mistake", version=1)


def test_an_override_of_a_line_of_another_period_is_no_part_of_a_closed_one(
    ready: Workspace, app: SimpleNamespace
) -> None:
    later = {**LINE, "source": "D2-0", "earning_period": "2026-02"}
    override = app.decide.override_line(ready, **WHO, **later, reason="agreed")
    close(ready, app, 1)
    app.decide.withdraw(ready, "override", override.override, actor="eve", reason="a mistake", version=1)


def test_a_decision_is_named_by_the_first_signs_of_its_id(ready: Workspace, app: SimpleNamespace) -> None:
    made = decide(ready, app)
    assert app.decided.decision_named(made["hold"][:8]).kind == "hold"
    for unknown in ("", "zzz"):
        with pytest.raises(NotFound, match="begin"):
            app.decided.decision_named(unknown)


# Versions of plans


def ends(app: SimpleNamespace) -> list[tuple[str, str]]:
    return [(one.plan_version, str(one.effective_to)) for one in app.published.published_versions()]


def test_a_retired_version_gives_back_the_days_that_it_cut_off(ready: Workspace, app: SimpleNamespace) -> None:
    app.plans.publish_plan(ready, plan("2026-2", start="2026-07-01"), actor="ada")
    assert ends(app) == [("2026-1", "2026-07-01"), ("2026-2", "None")]
    with pytest.raises(Refused, match="A reason is needed"):
        app.plans.retire_plan(ready, "account-executive", "2026-2", actor="ada", reason=" ")
    app.plans.retire_plan(ready, "account-executive", "2026-2", actor="eve", reason="never signed")
    assert ends(app) == [("2026-1", "None")]
    assert app.published.published_plans()[0].plan.effective.end is None
    ended = [(event.after, event.object_id) for event in app.log.events() if event.action == "plans.ended"]
    assert ended == [('{"to":"2026-07-01"}', "account-executive@2026-1"), ('{"to":null}', "account-executive@2026-1")]
    app.plans.publish_plan(ready, plan("2026-3", start="2026-03-01"), actor="ada")
    with pytest.raises(Refused, match="is retired, not published"):
        app.plans.retire_plan(ready, "account-executive", "2026-2", actor="eve", reason="again")
    with pytest.raises(NotFound, match="no version account-executive@2026-9") as unknown:
        app.plans.retire_plan(ready, "account-executive", "2026-9", actor="eve", reason="x")
    assert "Did you mean account-executive@2026-" in (unknown.value.hint or "")


def test_a_retired_version_comes_back_when_it_is_published_again(ready: Workspace, app: SimpleNamespace) -> None:
    second = plan("2026-2", start="2026-07-01")
    app.plans.publish_plan(ready, second, actor="ada")
    app.plans.retire_plan(ready, "account-executive", "2026-2", actor="ada", reason="not yet")
    app.plans.publish_plan(ready, second, actor="eve")
    assert ends(app) == [("2026-1", "2026-07-01"), ("2026-2", "None")]
    app.plans.retire_plan(ready, "account-executive", "2026-2", actor="ada", reason="not yet")
    app.plans.publish_plan(ready, plan("2026-3", start="2026-05-01"), actor="ada")
    with pytest.raises(Refused, match="with another text"):
        app.plans.publish_plan(ready, plan("2026-2", start="2026-07-01", rate="9%"), actor="ada")


def test_a_version_that_paid_a_closed_period_stays_in_use(ready: Workspace, app: SimpleNamespace) -> None:
    """The next version was published already, and read by the run; but it held on no day of the closed month."""
    app.plans.publish_plan(ready, plan("2026-2", start="2026-02-01"), actor="ada")
    close(ready, app, 1)
    with pytest.raises(Refused, match=r"account-executive@2026-1 paid 2026-01 .*, which is closed"):
        app.plans.retire_plan(ready, "account-executive", "2026-1", actor="ada", reason="wrong")
    app.plans.retire_plan(ready, "account-executive", "2026-2", actor="ada", reason="never signed")
    app.plans.publish_plan(ready, plan("2026-3", start="2026-02-01"), actor="ada")
    close(ready, app, 2)
    with pytest.raises(Refused, match="paid 2026-02"):
        app.plans.retire_plan(ready, "account-executive", "2026-3", actor="ada", reason="wrong")


def test_what_a_run_read_keeps_its_ends_after_a_version_was_retired(ready: Workspace, app: SimpleNamespace) -> None:
    app.plans.publish_plan(ready, plan("2026-2", start="2026-01-15"), actor="ada")
    start = app.runs.begin_run(ready, months(1, 1), actor="ada")
    calculate(start)
    app.runs.publish_run(ready, start, actor="ada")
    app.plans.retire_plan(ready, "account-executive", "2026-2", actor="ada", reason="never signed")
    again = app.read.frozen_of(ready, "run-000001")
    assert [str(one.plan.effective.end) for one in again.plans] == ["2026-01-15", "None"]
