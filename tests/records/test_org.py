"""Files of decisions: who holds what when, and which contradictions are refused before anything is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from attain.kernel.errors import Findings, NotFound, PeriodError, Refused
from attain.web.workspace import Workspace
from tests.records.company import PEOPLE, plan


@pytest.fixture
def take(workspace: Workspace, app: SimpleNamespace) -> Any:
    def take(into: str, text: str) -> Any:
        return app.imports.import_file(workspace, text.encode(), actor="ada", into=into, trusted=True)

    take("people", PEOPLE)
    return take


@pytest.fixture
def rows(workspace: Workspace, app: SimpleNamespace) -> Any:
    return lambda name: list(app.read.snapshot(workspace).rows(name))


def spells(found: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return sorted((*(row[name] for name in names), str(row["valid_from"]), str(row["valid_to"])) for row in found)


def refusal(take: Any, into: str, text: str) -> str:
    with pytest.raises(Findings) as refused:
        take(into, text)
    return "\n".join(f"{finding.code}: {finding.message}" for finding in refused.value.findings)


def test_people_with_a_title_get_a_seat_of_their_own(take: Any, rows: Any) -> None:
    assert spells(rows("positions"), "position", "manager") == [
        ("ann", None, "2024-01-01", "None"),
        ("bob", "ann", "2024-02-01", "None"),
        ("eve", "ann", "2025-06-01", "None"),
    ]
    assert spells(rows("assignments"), "person", "position")[0] == ("ann", "ann", "2024-01-01", "None")


def test_people_without_any_seat_get_none(take: Any, rows: Any) -> None:
    take("people", "person,name\nkim,Kim Kern\n")
    assert {row["person"] for row in rows("people")} == {"ann", "bob", "eve", "kim"}
    assert {row["position"] for row in rows("positions")} == {"ann", "bob", "eve"}


def test_a_new_title_ends_the_old_one_and_goes_on_with_the_same_assignment(take: Any, rows: Any) -> None:
    take("people", "person,name,title,manager,hired_on,valid_from\nbob,Bob,Lead,ann,2024-02-01,2026-03-01\n")
    assert spells([row for row in rows("positions") if row["position"] == "bob"], "title") == [
        ("Account Executive", "2024-02-01", "2026-03-01"),
        ("Lead", "2026-03-01", "None"),
    ]
    assert [row for row in rows("assignments") if row["person"] == "bob"][-1]["valid_to"] is None


def test_who_leaves_leaves_a_vacant_seat(take: Any, rows: Any) -> None:
    take("people", "person,name,title,manager,hired_on,left_on\nbob,Bob,Account Executive,ann,2024-02-01,2026-05-01\n")
    assert spells([row for row in rows("assignments") if row["person"] == "bob"]) == [("2024-02-01", "2026-05-01")]
    assert spells([row for row in rows("positions") if row["position"] == "bob"]) == [("2024-02-01", "None")]


def test_a_position_in_the_list_of_people_is_held_by_them(take: Any, rows: Any) -> None:
    take("people", "person,title,manager,position,valid_from\nkim,AE,bob,AE-7,2026-01-01\n")
    assert ("AE-7", "bob", "2026-01-01", "None") in spells(rows("positions"), "position", "manager")
    take("people", "person,title,manager,valid_from\njon,Trainee,kim,2026-02-01\n")
    assert ("jon", "AE-7", "2026-02-01", "None") in spells(rows("positions"), "position", "manager")


def test_an_open_quota_ends_where_the_next_one_starts(take: Any, rows: Any) -> None:
    take("quotas", "quota,subject,amount,currency,per,valid_from,valid_to\nnew,bob,1000.00,EUR,year,2026-01-01,\n")
    take("quotas", "quota,subject,amount,currency,per,valid_from,valid_to\nnew,bob,1200.00,EUR,year,2026-07-01,\n")
    assert spells(rows("quotas"), "amount") == [
        (Decimal("1000.0000"), "2026-01-01", "2026-07-01"),
        (Decimal("1200.0000"), "2026-07-01", "None"),
    ]


def test_quotas_that_share_days_are_refused(take: Any, rows: Any) -> None:
    header = "quota,subject,amount,per,valid_from,valid_to\n"
    said = refusal(take, "quotas", f"{header}new,bob,1,year,2026-01-01,2026-08-01\nnew,bob,2,year,2026-07-01,\n")
    assert "org.overlap: `quotas` quota new, subject bob" in said and "starts on 2026-07-01" in said
    assert rows("quotas") == []


def test_a_position_has_one_holder_at_a_time(take: Any) -> None:
    said = refusal(take, "assignments", "person,position,valid_from\neve,bob,2026-01-01\n")
    assert "org.overlap: `assignments` position bob" in said


def test_a_person_holds_one_position_at_a_time(take: Any, rows: Any) -> None:
    take("positions", "position,title,valid_from\nAE-7,AE,2026-01-01\n")
    take("assignments", "person,position,valid_from\nbob,AE-7,2026-03-01\n")
    assert spells([row for row in rows("assignments") if row["person"] == "bob"], "position") == [
        ("AE-7", "2026-03-01", "None"),
        ("bob", "2024-02-01", "2026-03-01"),
    ]


def test_an_id_is_a_person_or_a_position(take: Any) -> None:
    take("people", "person,name\nkim,Kim\n")
    take("people", "person,name\njon,Jon\n")
    take("positions", "position,title,valid_from\nkim,AE,2026-01-01\n")
    assert "org.id-twice: kim is a position that jon holds" in refusal(
        take, "assignments", "person,position,valid_from\njon,kim,2026-01-01\n"
    )


def test_a_hierarchy_in_a_circle_is_refused_on_the_days_on_which_it_is_one(take: Any) -> None:
    said = refusal(take, "positions", "position,title,manager,valid_from\nann,Director,bob,2026-05-01\n")
    assert "hierarchy.cycle: The hierarchy runs in a circle, from 2026-05-01 on: ann → bob → ann." in said
    said = refusal(take, "positions", "position,title,manager,valid_from\nann,Director,ann,2026-05-01\n")
    assert "hierarchy.cycle: ann reports to itself" in said


def test_unknown_ids_are_listed_once_each(take: Any) -> None:
    header = "quota,subject,amount,per,valid_from\n"
    rows = "new,bop,1,year,2026-01-01\nold,bop,1,year,2026-01-01\nnew,x,1,year,2026-01-01\n"
    said = refusal(take, "quotas", header + rows)
    assert said.splitlines() == [
        "org.unknown-id: `quotas` names bop (2 rows), but there is no such person, position or team.",
        "org.unknown-id: `quotas` names x, but there is no such person, position or team.",
    ]


def test_a_quota_may_belong_to_a_team_or_the_company(take: Any, rows: Any) -> None:
    take("teams", "team,member,valid_from\nnorth,bob,2026-01-01\n")
    take("quotas", "quota,subject,amount,per,valid_from\nteam,north,1,year,2026-01-01\nall,company,9,year,2026-01-01\n")
    assert len(rows("quotas")) == 2


def test_impossible_dates_are_refused(take: Any) -> None:
    said = refusal(take, "people", "person,hired_on,left_on\nkim,2026-05-01,2026-05-01\n")
    assert said.startswith("fact.reversed: It ends before it starts")
    said = refusal(take, "people", "person,title,left_on,valid_from\nkim,AE,2026-05-01,2026-06-01\n")
    assert "org.dates: person kim, position kim ends on 2026-05-01 (excluded), before it starts on 2026-06-01." in said


def test_a_corrected_row_takes_the_place_of_the_one_that_was_there(take: Any, rows: Any, app: SimpleNamespace) -> None:
    header = "quota,subject,amount,per,valid_from\n"
    take("quotas", f"{header}new,bob,1000,year,2026-01-01\n")
    corrected = take("quotas", f"{header}new,bob,1100,year,2026-01-01\n")
    assert corrected.changed_rows == 1
    assert [row["amount"] for row in rows("quotas")] == [Decimal("1100.0000")]
    assert '"amount": "1000.0000"' in app.models.org.Replaced.objects.get(batch=corrected.batch).before


def test_undoing_a_file_brings_back_what_it_replaced(
    take: Any, rows: Any, app: SimpleNamespace, workspace: Workspace
) -> None:
    header = "quota,subject,amount,per,valid_from\n"
    first = take("quotas", f"{header}new,bob,1000,year,2026-01-01\n")
    before = rows("quotas")
    second = take("quotas", f"{header}new,bob,1100,year,2026-01-01\nnew,bob,1200,year,2026-07-01\n")
    with pytest.raises(Refused, match="imported later, changed rows of this batch"):
        app.imports.undo_batch(workspace, first.batch.pk, actor="ada", reason="wrong")
    app.imports.undo_batch(workspace, second.batch.pk, actor="ada", reason="wrong")
    assert rows("quotas") == before


def test_people_that_others_refer_to_cannot_be_undone(take: Any, app: SimpleNamespace, workspace: Workspace) -> None:
    kim = take("people", "person,name\nkim,Kim\n")
    take("leaves", "person,kind,valid_from,valid_to\nkim,parental,2026-01-01,2026-03-01\n")
    with pytest.raises(Refused, match="Other records need this batch: `leaves` names kim"):
        app.imports.undo_batch(workspace, kim.batch.pk, actor="ada", reason="wrong")


def test_a_rate_keeps_every_digit(take: Any, rows: Any) -> None:
    """SQLite's numeric columns would keep 15 of them."""
    take("rates", "kind,base,quote,on,rate\nbudget,EUR,USD,2026-01-01,123456789012.123456789012\n")
    assert rows("rates")[0]["rate"] == Decimal("123456789012.123456789012")
    take("inputs", "input,subject,value,valid_from\nscore,bob,999999999999.999999,2026-01-01\n")
    assert rows("inputs")[0]["value"] == Decimal("999999999999.999999")


def test_parameters_of_no_plan_are_one_timeline(take: Any, rows: Any) -> None:
    header = "parameter,plan,level,key,value,valid_from\n"
    take("parameters", f"{header}rate,,title,AE,0.05,2026-01-01\n")
    take("parameters", f"{header}rate,,title,AE,0.06,2026-07-01\n")
    assert spells(rows("parameters"), "value") == [
        ("0.05", "2026-01-01", "2026-07-01"),
        ("0.06", "2026-07-01", "None"),
    ]


def test_a_typical_list_of_people_is_written_in_a_quarter_of_a_second(take: Any, rows: Any, writes: list[Any]) -> None:
    """B6: 500 people with seats, which are 1,500 rows, in one transaction; the best of three on a busy machine."""
    for name in "abc":
        lines = [f"{name}{number},Person {number},AE,bob,2026-01-01" for number in range(500)]
        take("people", "person,name,title,manager,hired_on\n" + "\n".join(lines) + "\n")
    assert len(rows("people")) == 1503
    assert [write.doing for write in writes[-3:]] == ["import decisions"] * 3
    assert min(write.seconds for write in writes[-3:]) < 0.250


def test_holds_overrides_and_adjustments_say_why(
    take: Any, rows: Any, app: SimpleNamespace, workspace: Workspace
) -> None:
    who = {"actor": "ada", "plan": "account-executive", "payee": "bob"}
    app.plans.publish_plan(workspace, plan(), actor="ada")
    with pytest.raises(Refused, match="A reason is needed to hold pay"):
        app.decide.place_hold(workspace, **who, reason=" ", valid_from=date(2026, 1, 1))
    hold = app.decide.place_hold(workspace, **who, reason="contract unsigned", valid_from=date(2026, 1, 1))
    app.decide.lift_hold(workspace, hold.hold, actor="eve", on=date(2026, 2, 1), reason="signed", version=1)
    with pytest.raises(Refused, match=r"changed since you saw it \(version 2, you saw 1\)"):
        app.decide.lift_hold(workspace, hold.hold, actor="ada", on=date(2026, 3, 1), reason="signed", version=1)
    money = {"pay_period": "2026-01", "component": "commission", "amount": Decimal("10.00"), "currency": "EUR"}
    for _ in range(2):
        app.decide.adjust(workspace, **who, **money, reason="contest", key="contest-1")
    with pytest.raises(Refused, match="no exact amount"):
        app.decide.adjust(workspace, **who, **{**money, "amount": 0.1}, reason="contest")
    for wrong, words in (
        ({"currency": "USD"}, "pays in EUR, not in USD"),
        ({"amount": Decimal("10.005")}, "more than the 2 decimal places"),
        ({"pay_period": "2026-Q1"}, "2026-Q1 is a quarter"),
    ):
        with pytest.raises(Refused, match=words):
            app.decide.adjust(workspace, **who, **{**money, **wrong}, reason="contest")
    with pytest.raises(PeriodError, match="2026-13"):
        app.decide.adjust(workspace, **who, **{**money, "pay_period": "2026-13"}, reason="contest")
    with pytest.raises(NotFound, match="No plan overlay is published"):
        app.decide.adjust(workspace, **{**who, "plan": "overlay"}, **money, reason="contest")
    assert [row["amount"] for row in rows("adjustments")] == [Decimal("10.0000")]
    assert [row["valid_to"] for row in rows("holds")] == [date(2026, 2, 1)]
    assert [event.action for event in app.log.events("hold")] == ["pay.hold-placed", "pay.hold-lifted"]
