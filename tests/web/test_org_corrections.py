"""Changes on top of changes: the same day twice, several teams, an end that is known, two people at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import Site
from tests.web.test_org_pages import GIVEN, RITA, SEAT, look, rows, save
from tests.web.test_pay_pages import words

TEAM = "/people/rita/change/team/"
TEAMS = "/organisation/team/members/"


def taken(site: Site, into: str, text: str) -> None:
    from attain.web.apps.imports.services import import_file

    import_file(site.workspace, text.encode(), actor="setup", into=into)


def spans(model: str, *names: str, **wanted: Any) -> list[tuple[str, ...]]:
    """The rows as texts: the columns named, then from when until when."""
    return [tuple(str(getattr(one, name)) for name in (*names, "valid_from", "valid_to"))
            for one in rows(model, **wanted)]  # fmt: skip


def test_a_second_team_from_the_same_day_is_refused(fresh: Site) -> None:
    """B.9: nobody is in two teams without end because the first was a mistake."""
    assert save(fresh, TEAM, GIVEN["team"]).status_code == 302
    for other in ("Tigers", ""):
        told = look(fresh, TEAM, {**GIVEN["team"], "team": other})
        assert told.status_code == 422
        assert "Something is recorded from 1 May" in words(told) and "Nothing would change" not in words(told)
    assert spans("TeamMember", "team", member="rita") == [("Lions", "2026-05-01", "None")]
    assert save(fresh, TEAM, {**GIVEN["team"], "weight": "2"}).status_code == 302, "The same team is corrected."
    moved = {**GIVEN["team"], "members": ["rita"], "group": "", "into": "Tigers"}
    assert look(fresh, TEAMS, moved).status_code == 422


@pytest.mark.parametrize(("into", "now"), [("", []), ("C", ["C"])])
def test_who_is_taken_out_of_one_team_stays_in_the_other(fresh: Site, into: str, now: list[str]) -> None:
    """B.9: somebody may be in several teams; only the one that was named is left."""
    taken(
        fresh, "teams", "team,member,weight,valid_from\nA,rita,3,2026-01-01\nB,rita,1,2026-01-01\nA,ron,1,2026-01-01\n"
    )
    given = {"group": "A", "into": into, "members": ["rita"], "day": "2026-05-01", "reason": "Smaller"}
    seen = look(fresh, f"{TEAMS}?group=A", given)
    assert "A, Weight" in words(seen) and "B, Weight" not in words(seen)
    assert save(fresh, f"{TEAMS}?group=A", given, seen).status_code == 302
    open_now = [(one.team, one.weight) for one in rows("TeamMember", member="rita") if one.valid_to is None]
    assert open_now == [("B", 1), *((one, 3) for one in now)]
    assert spans("TeamMember", "team", member="ron") == [("A", "2026-01-01", "None")]


def test_who_fills_a_group_is_told_what_others_did_to_its_members(fresh: Site) -> None:
    """N.5: a group that is only being made has no rows, its members have."""
    for address, given, other, changed in (
        ("/organisation/territory/members/", {"into": "North"}, RITA, {**SEAT, "territory": "South"}),
        (TEAMS, {"into": "Lions"}, TEAM, {"team": "Other", "weight": "1"}),
    ):
        asked = {"group": "", "members": ["rita"], "day": "2026-05-01", "reason": "A group", **given}
        seen = look(fresh, address, asked)
        assert (
            save(fresh, other, {"day": "2026-04-20", "reason": "First", **changed}, who="all-seeing").status_code == 302
        )
        told = save(fresh, address, asked, seen)
        assert told.status_code == 409
        assert ("South" if "territory" in address else "Other") in words(told)
        assert save(fresh, address, asked, told).status_code == 302, "Now it was seen."


def test_who_moves_somebody_is_told_what_others_did_to_the_position(fresh: Site) -> None:
    """N.5: the position is as much of it as the person."""
    seen = look(fresh, "/people/rita/change/move/", GIVEN["move"])
    changed = {**SEAT, "title": "Clerk", "manager": "dana", "day": "2026-04-20", "reason": "Another one"}
    assert save(fresh, "/organisation/position/east-2/change/change/", changed, who="all-seeing").status_code == 302
    told = save(fresh, "/people/rita/change/move/", GIVEN["move"], seen)
    assert told.status_code == 409 and "Clerk" in words(told)
    assert len(rows("Assignment", person="rita")) == 1


QUOTA = "/people/rita/change/quota/"
AWAY = "/people/rita/change/away/"


def test_after_a_quota_of_some_days_the_one_before_goes_on(fresh: Site) -> None:
    """D.9: no hole, and no word of something that follows where nothing else does."""
    seen = look(fresh, QUOTA, {**GIVEN["quota"], "until": "2026-08-01"})
    assert "Something else is recorded" not in words(seen)
    assert save(fresh, QUOTA, {**GIVEN["quota"], "until": "2026-08-01"}, seen).status_code == 302
    assert spans("Quota", "amount", subject="rita") == [
        ("100000.0000", "2026-01-01", "2026-07-01"), ("120000.0000", "2026-07-01", "2026-08-01"),
        ("100000.0000", "2026-08-01", "None"),
    ]  # fmt: skip
    now = {**GIVEN["quota"], "amount": "90000", "day": "2026-05-01", "until": "2026-09-01"}
    seen = look(fresh, QUOTA, now)
    assert "Something else is recorded for new_business from 1 Jul" in words(seen)
    save(fresh, QUOTA, now, seen)
    assert [one[:2] for one in spans("Quota", "amount", subject="rita")] == [
        ("100000.0000", "2026-01-01"), ("90000.0000", "2026-05-01"), ("120000.0000", "2026-07-01"),
        ("100000.0000", "2026-08-01"),
    ]  # fmt: skip


def test_a_leave_over_one_that_is_known_holds_on_all_of_its_days(fresh: Site) -> None:
    """E.8: and one whose end becomes known ends there."""
    given = {"day": "2026-06-01", "reason": "Ill", "kind": "sick", "until": "2026-07-01"}
    assert save(fresh, AWAY, given).status_code == 302
    assert save(fresh, AWAY, {**given, "day": "2026-05-01", "until": "2026-09-01"}).status_code == 302
    assert spans("Leave", person="rita") == [
        ("2026-05-01", "2026-06-01"), ("2026-06-01", "2026-07-01"), ("2026-07-01", "2026-09-01"),
    ]  # fmt: skip
    long = {"day": "2026-05-01", "reason": "A child", "kind": "parental", "until": ""}
    assert save(fresh, AWAY, long).status_code == 302
    assert save(fresh, AWAY, {**long, "day": "2026-06-01", "until": "2026-10-01"}).status_code == 302
    assert spans("Leave", person="rita", kind="parental") == [("2026-05-01", "2026-10-01")]


def test_two_people_of_one_name_are_told_apart_by_id(fresh: Site) -> None:
    """B.2: whoever reports to one of them can be changed."""
    taken(fresh, "people", "person,name,title,manager\nmia2,Mia Marder,Clerk,dana\n")
    page = fresh.as_("admin").get(RITA)
    assert page.status_code == 200
    assert 'name="manager" value="mia"' in page.content.decode()
    assert "mia is the position of Mia Marder." in words(page)
    told = look(fresh, RITA, {**GIVEN["seat"], "manager": "Mia Marder"})
    assert told.status_code == 422 and "2 people are called Mia Marder. Write the id: mia, mia2." in words(told)


def test_a_new_title_leaves_the_position_above_as_it_is(fresh: Site) -> None:
    """B.3: its holder has moved on by the day from which the title holds."""
    boss = {**SEAT, "position": "boss", "title": "VP", "manager": "dana", "day": "2026-05-01", "reason": "New"}
    assert save(fresh, "/organisation/positions/make/", boss).status_code == 302
    moved = {"position": "boss", "day": "2026-09-01", "reason": "Promoted"}
    assert save(fresh, "/people/mia/change/move/", moved).status_code == 302
    address = "/people/ron/change/seat/"
    assert 'name="manager" value="mia"' in fresh.as_("admin").get(address).content.decode()
    given = {"title": "Senior", "manager": "mia", "territory": "", "unit": "", "day": "2026-10-01", "reason": "Good"}
    seen = look(fresh, address, {**given, "manager": "Mia Marder"})
    assert "Mia Marder (mia) Mia Marder (boss)" in words(seen), "One name, and another position."
    assert save(fresh, address, given).status_code == 302
    assert spans("Position", "manager", position="ron")[-1] == ("mia", "2026-10-01", "None")


def test_a_group_of_six_hundred_is_renamed(fresh: Site) -> None:
    """D.13: all its members are one choice; a request may have no more than five hundred fields."""
    lines = "".join(f"p{place},Clerk,dana,Big,2026-01-01\n" for place in range(600))
    taken(fresh, "positions", f"position,title,manager,unit,valid_from\n{lines}")
    address = "/organisation/unit/members/?group=Big"
    given = {"group": "Big", "into": "New", "everybody": "on", "day": "2026-04-01", "reason": "Renamed"}
    page = fresh.as_("admin").get(address).content.decode()
    assert page.count(" checked") == 1, "What the page sends as it stands is not too much."
    seen = look(fresh, address, given)
    assert seen.status_code == 200
    assert save(fresh, address, given, seen).status_code == 302
    assert len(rows("Position", unit="New")) == 600
    few = {**given, "group": "New", "into": "Few", "everybody": "", "members": ["p1", "p2"], "day": "2026-04-10"}
    assert save(fresh, "/organisation/unit/members/?group=New", few).status_code == 302
    assert len(rows("Position", unit="Few")) == 2
    none = look(fresh, "/organisation/unit/members/?group=New", {**few, "group": "New", "members": []})
    assert none.status_code == 422 and "Tick at least one" in words(none)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1899-12-31", "2200-01-01"])
def test_days_that_no_file_may_name_are_refused_on_pages(fresh: Site, day: str) -> None:
    """M.3: and a page that is asked about one is that of the business date."""
    for kind, given in (
        ("seat", {"day": day}), ("quota", {"until": day}), ("away", {"day": day}), ("details", {"hired_on": day}),
    ):  # fmt: skip
        told = look(fresh, f"/people/rita/change/{kind}/", {**GIVEN[kind], **given})
        assert told.status_code == 422
        assert "A day between 1 Jan 1900 and 31 Dec 2199 is needed." in words(told)
    client = fresh.as_("admin")
    for page in ("/people/", "/people/rita/", RITA, "/organisation/tree/", "/organisation/team/"):
        assert client.get(page, {"on": day}).status_code == 200
