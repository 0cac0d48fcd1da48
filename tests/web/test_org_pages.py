"""Hiring, moving, leaving: what it would do is seen first, what is saved is a batch with who, when and why."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from tests.web import company
from tests.web.conftest import Site
from tests.web.test_pay_pages import words

RITA = "/people/rita/change/seat/"
SEAT = {"title": "Account Executive", "manager": "Nora Natter", "territory": "North", "unit": ""}
GIVEN = {
    "seat": {"day": "2026-05-01", "reason": "New team", **SEAT},
    "move": {"day": "2026-05-01", "reason": "Takes the empty seat", "position": "east-2"},
    "plan": {"day": "2026-05-01", "reason": "Sells now", "plan": "account-executive"},
    "team": {"day": "2026-05-01", "reason": "A new team", "team": "Lions", "weight": "1"},
    "quota": {"day": "2026-07-01", "reason": "Larger patch", "quota": "new_business", "amount": "120000",
              "currency": "eur", "per": "year", "until": ""},
    "away": {"day": "2026-05-04", "reason": "A child", "kind": "parental", "until": "2026-08-01"},
    "details": {"reason": "Married", "name": "Rita Roth", "country": "DE", "currency": "EUR", "hired_on": "2024-02-01",
                "kind": "employee"},
    "leave": {"day": "2026-05-01", "reason": "Goes elsewhere"},
}  # fmt: skip


def hidden(answer: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    return unescape(found[1]) if found else ""


def look(site: Site, address: str, given: dict[str, Any], who: str = "admin") -> Any:
    """What somebody sees who opens the form, fills it in and looks."""
    client = site.as_(who)
    return client.post(address, {**given, "seen": hidden(client.get(address), "seen")})


def save(site: Site, address: str, given: dict[str, Any], looked: Any = None, who: str = "admin") -> Any:
    looked = looked or look(site, address, given, who)
    sent = {**given, "seen": hidden(looked, "seen"), "looked": hidden(looked, "looked"), "save": "1"}
    return site.as_(who).post(address, sent)


def rows(model: str, **wanted: Any) -> list[Any]:
    from attain.web.apps.org import models

    return list(getattr(models, model).objects.filter(**wanted).order_by("valid_from"))


def test_a_new_manager_is_seen_before_it_is_saved(fresh: Site) -> None:
    """B.10, M.3: who moves, whose deals fall elsewhere, which pay it would change; then a batch with who and why."""
    given = {**GIVEN["seat"], "day": "2026-02-15"}
    before = len(fresh.log())
    seen = look(fresh, RITA, given)
    said = words(seen)
    assert "this moves 1 person, and 1 of deals from then on." in said
    assert "Max Molch → Nora Natter" in said
    assert "deals 1 dated from" in said, "Her deal of 20 February; the others are earlier."
    assert "February 2026 1 statement may change" in said
    assert "January" not in said.partition("What falls elsewhere")[2], "It ended before the day."
    assert "This holds until then" in said, "Mia follows on 1 March, as it is recorded."
    assert len(fresh.log()) == before, "To look changes nothing."
    answer = save(fresh, RITA, given, seen)
    assert (answer.status_code, answer["Location"]) == (302, "/people/rita/")
    versions = rows("Position", position="rita")
    assert [(str(one.valid_from), str(one.valid_to), one.manager) for one in versions] == [
        ("2024-02-01", "2026-02-15", "max"), ("2026-02-15", "2026-03-01", "nora"), ("2026-03-01", "None", "mia"),
    ]  # fmt: skip
    event = fresh.log()[-1]
    assert (event.action, event.object_id, event.actor, event.reason) == (
        "org.changed", "rita", company.email("admin"), "New team",
    )  # fmt: skip
    assert '"manager":"max"' in event.before and '"manager":"nora"' in event.after
    page = words(fresh.as_("admin").get("/people/rita/"))
    assert "New team" in page and company.email("admin") in page


def test_what_was_calculated_and_closed_is_named(fresh: Site) -> None:
    """A closed period stays as it was paid; the difference is a correction."""
    said = words(look(fresh, RITA, {**GIVEN["seat"], "day": "2026-01-15"}))
    assert "January 2026 1 statement of a closed period" in said
    assert "paid as a correction" in said
    assert "credits were calculated" in said


def test_everybody_below_moves_along(fresh: Site) -> None:
    """B.3: Nora's people get another manager's manager."""
    said = words(look(fresh, "/people/nora/change/seat/", {**GIVEN["seat"], "title": "Manager", "manager": "mia"}))
    assert "this moves 3 people" in said
    assert said.count("because of somebody above") == 2


@pytest.mark.parametrize("kind", GIVEN)
def test_everything_about_a_person_is_changed_with_a_reason_and_undone(fresh: Site, kind: str) -> None:
    """M.3: each a batch of its own, that can be taken back like a file."""
    from attain.web.apps.imports.models import Batch

    address = f"/people/rita/change/{kind}/"
    if kind == "plan":
        save(fresh, RITA, {**GIVEN["seat"], "title": "Clerk", "day": "2026-04-20"})
    before = _state()
    answer = save(fresh, address, GIVEN[kind])
    assert answer.status_code == 302, words(answer)
    assert _state() != before
    batch = Batch.objects.latest("sequence")
    assert (batch.imported_by, batch.source) == (company.email("admin"), f"rita: {kind}")
    assert GIVEN[kind]["reason"] in words(fresh.as_("admin").get("/people/rita/"))
    assert fresh.as_("admin").get(f"/imports/{batch.pk}/").status_code == 200
    undone = fresh.as_("admin").post(f"/imports/{batch.pk}/undo/", {"reason": "By mistake"})
    assert undone.status_code == 302
    assert _state() == before
    assert "Undone" in words(fresh.as_("admin").get("/people/rita/"))


def _state() -> dict[str, list[Any]]:
    from attain.web.apps.org.tables import ORG_TABLES, as_text

    return {
        name: sorted(as_text(row) for row in table.model.objects.values(*table.columns))
        for name, table in ORG_TABLES.items()
    }


def test_a_hire_gets_a_position_of_their_own_or_a_vacant_one(fresh: Site) -> None:
    """B.11: a new hire takes a vacant position; its deals fall to them from that day."""
    given = {"person": "hans", "name": "Hans Hirsch", "country": "DE", "currency": "EUR", "kind": "employee",
             "position": "east-2", "title": "", "manager": "", "territory": "", "unit": "", "day": "2026-05-01",
             "reason": "Replaces nobody"}  # fmt: skip
    seen = look(fresh, "/organisation/hire/", given)
    assert "Mia Marder" in words(seen) and "Account executive" in words(seen)
    assert save(fresh, "/organisation/hire/", given, seen)["Location"] == "/people/hans/"
    own = {
        **given,
        "person": "hedi",
        "name": "Hedi Hase",
        "position": "",
        "title": "Account Executive",
        "manager": "max",
    }
    assert save(fresh, "/organisation/hire/", own).status_code == 302
    assert [one.manager for one in rows("Position", position="hedi")] == ["max"]
    again = look(fresh, "/organisation/hire/", given)
    assert again.status_code == 422 and "Hans Hirsch" in words(again)


def test_who_leaves_leaves_a_vacant_position(fresh: Site) -> None:
    """B.11: whose reports stay where they are."""
    said = words(look(fresh, "/people/nora/change/leave/", GIVEN["leave"]))
    assert "Nora Natter → vacant seat nora" in said
    save(fresh, "/people/nora/change/leave/", GIVEN["leave"])
    page = words(fresh.as_("admin").get("/organisation/positions/?on=2026-05-01&only=vacant"))
    assert "nora" in page and "east-2" in page
    assert rows("Position", position="sven")[-1].manager == "nora"


def test_a_position_is_made_filled_vacated_and_closed(fresh: Site) -> None:
    base = "/organisation/position/west-1/change"
    made = {"position": "west-1", "title": "Account Executive", "manager": "max", "territory": "West", "unit": "SMB",
            "day": "2026-05-01", "reason": "Growth"}  # fmt: skip
    assert save(fresh, "/organisation/positions/make/", made)["Location"] == "/organisation/position/west-1/"
    fill = {"person": "Ron Rabe", "day": "2026-05-01", "reason": "Promoted"}
    assert save(fresh, f"{base}/fill/", fill).status_code == 302
    assert [one.position for one in rows("Assignment", person="ron")] == ["ron", "west-1"]
    assert save(fresh, f"{base}/vacate/", {"day": "2026-06-01", "reason": "Back"}).status_code == 302
    assert save(fresh, f"{base}/close/", {"day": "2026-07-01", "reason": "No growth"}).status_code == 302
    assert fresh.as_("admin").get("/organisation/position/west-1/?on=2026-08-01").status_code == 200
    assert "Not on this day" in words(fresh.as_("admin").get("/organisation/position/west-1/?on=2026-08-01"))
    told = look(fresh, "/organisation/position/mia/change/close/", {"day": "2026-07-01", "reason": "Merge"})
    assert told.status_code == 422 and "report to mia after that day" in words(told)


@pytest.mark.parametrize(
    ("address", "changed", "told"),
    [
        (RITA, {"day": "2026-02-30"}, "Enter a valid date"),
        (RITA, {"day": ""}, "This field is required"),
        (RITA, {"reason": ""}, "This field is required"),
        (RITA, {"day": "1999-01-01"}, "holds no position"),
        (RITA, {"manager": "Nora Nater"}, "Did you mean Nora Natter?"),
        (RITA, {"manager": "nobody-at-all-like-this"}, "Nobody and no position is called"),
        (RITA, {"manager": "rita"}, "cannot report to itself"),
        (RITA, {"title": "Account Executive", "manager": "mia", "territory": ""}, "Nothing would change"),
        (RITA, {"title": "x" * 151}, "at most 150 characters"),
        ("/people/dana/change/seat/", {"title": "Director", "manager": "ron"}, "circle"),
        ("/people/rita/change/move/", {"position": "ron"}, "Ron Rabe holds ron"),
        ("/people/rita/change/move/", {"position": "rita"}, "Rita Reh holds rita on that day"),
        ("/people/rita/change/move/", {"position": ""}, "This field is required"),
        ("/people/rita/change/quota/", {"quota": "new_business", "amount": "-1", "per": "year"},
         "greater than or equal"),
        ("/people/rita/change/quota/", {"quota": "new_business", "amount": "1", "per": "year", "currency": "EUX"},
         "EUX is no currency"),
        ("/people/rita/change/quota/", {"quota": "q", "amount": "1", "per": "fortnight"}, "not one of the available"),
        ("/people/rita/change/away/", {"kind": "sick", "until": "2026-04-01"}, "end before it begins"),
        ("/people/rita/change/leave/", {"day": "2024-01-01"}, "only hired on"),
        ("/people/rita/change/leave/", {"day": "2024-02-10"}, "recorded from"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_beside_its_field(fresh: Site, address: str, changed: dict[str, str], told: str) -> None:
    """Wrong days, overlaps, circles, unknown ids: nothing is written, and what was typed stays."""
    if "recorded from" in told:
        save(fresh, "/people/rita/change/team/", GIVEN["team"])
        changed = {"day": "2026-04-20"}
    before = fresh.log()[-1].sequence
    answer = look(fresh, address, {"day": "2026-05-01", "reason": "Try", **SEAT, **changed})
    assert answer.status_code == 422
    assert told in unescape(words(answer))
    assert fresh.log()[-1].sequence == before


def test_the_second_of_two_editors_is_told_and_shown_the_difference(fresh: Site) -> None:
    """N.5: nothing is overwritten unseen."""
    first, second = (look(fresh, RITA, {**GIVEN["seat"], "manager": who}) for who in ("nora", "max"))
    assert save(fresh, RITA, {**GIVEN["seat"], "manager": "nora"}, first).status_code == 302
    told = save(fresh, RITA, {**GIVEN["seat"], "manager": "max"}, second, who="all-seeing")
    assert told.status_code == 409
    said = words(told)
    assert f"{company.email('admin')} changed Rita Reh since you opened this page" in said
    assert "nora" in said and "Nora Natter → Max Molch" in said
    assert rows("Position", position="rita")[-1].manager == "nora"
    assert save(fresh, RITA, {**GIVEN["seat"], "manager": "max"}, told, who="all-seeing").status_code == 302
    assert rows("Position", position="rita")[-1].manager == "max"


def test_what_was_not_looked_at_is_not_saved(fresh: Site) -> None:
    """Other values than those that were seen are shown first; without a sign of what was seen nothing is written."""
    seen = look(fresh, RITA, GIVEN["seat"])
    other = save(fresh, RITA, {**GIVEN["seat"], "manager": "max"}, seen)
    assert other.status_code == 200 and "Max Molch" in words(other)
    assert rows("Position", position="rita")[-1].manager == "mia"
    forged = {**GIVEN["seat"], "seen": "forged", "looked": hidden(seen, "looked"), "save": "1"}
    assert "It is not known what you saw" in words(fresh.as_("admin").post(RITA, forged))
    assert rows("Position", position="rita")[-1].manager == "mia"


def test_a_territory_is_renamed_and_a_team_is_made(fresh: Site) -> None:
    """D.13: from a day on; before it the old name stays."""
    address = "/organisation/territory/members/"
    given = {"group": "East", "into": "East and South", "members": ["east-2"], "day": "2026-05-01", "reason": "Renamed"}
    client = fresh.as_("admin")
    seen = client.post(address, {**given, "seen": hidden(client.get(f"{address}?group=East"), "seen")})
    sent = {**given, "seen": hidden(seen, "seen"), "looked": hidden(seen, "looked"), "save": "1"}
    assert client.post(address, sent)["Location"] == "/organisation/territory/"
    assert [(one.territory, str(one.valid_from)) for one in rows("Position", position="east-2")] == [
        ("East", "2024-01-01"), ("East and South", "2026-05-01"),
    ]  # fmt: skip
    assert "East and South" in words(client.get("/organisation/territory/?on=2026-05-01"))
    team = {"into": "Lions", "members": ["ron", "rita"], "day": "2026-05-01", "reason": "A team"}
    assert save(fresh, "/organisation/team/members/", team).status_code == 302
    assert {one.member for one in rows("TeamMember", team="Lions")} == {"ron", "rita"}
    assert "Ron Rabe" in words(client.get("/organisation/team/?on=2026-05-02"))


def test_the_tree_is_that_of_the_day(site: Site) -> None:
    """B.10: Rita stands below Max until the end of February."""

    def order(day: str) -> list[str]:
        page = site.as_("admin").get(f"/organisation/tree/?on={day}").content.decode()
        return re.findall(r'class="name" href="/organisation/position/([^"/]+)/"', page)

    assert order("2026-02-28") == ["dana", "max", "rita", "mia", "east-2", "ron", "nora", "ole", "sven"]
    assert order("2026-03-01") == ["dana", "max", "mia", "east-2", "rita", "ron", "nora", "ole", "sven"]


@pytest.mark.parametrize("who", ["finance", "auditor", "rep", "manager", "administrator"])
def test_only_whoever_may_change_people_is_offered_it(site: Site, who: str) -> None:
    """N.2: others see no button, and the address is not there for them."""
    client = site.as_(who)
    assert client.get(RITA).status_code == client.post(RITA, GIVEN["seat"]).status_code == 404
    assert client.get("/organisation/hire/").status_code == 404
    page = client.get("/people/rita/")
    assert page.status_code == 404 or "/change/" not in page.content.decode()


def test_open_deals_are_counted_by_their_last_stage(fresh: Site) -> None:
    from attain.web.apps.imports.services import import_file
    from attain.web.apps.org.foreseen import falling
    from tests.web.conftest import opened

    facts = fresh.workspace.path / "facts"
    (facts / "opportunities.yaml").write_text(
        "fact: opportunities\nkey: id\ndate: on\ncolumns: {id: text, on: date, owner: payee}\n"
    )
    (facts / "steps.yaml").write_text(
        "fact: steps\nkey: id\ndate: on\ncolumns: {id: text, on: date, opportunity: text, stage: text}\n"
        "relations: {opportunity: opportunities}\n"
    )
    workspace = opened(fresh.workspace.path)
    for into, text in (
        ("opportunities", "O1,2026-01-05,rita O2,2026-01-06,rita O3,2026-05-07,rita O4,2026-01-05,ron"),
        ("steps", "S1,2026-01-05,O1,Offer S2,2026-02-05,O2,Offer S3,2026-03-05,O2,Won"),
    ):
        head = {"opportunities": "id,on,owner", "steps": "id,on,opportunity,stage"}[into]
        content = "\n".join([head, *text.split(" ")])
        import_file(workspace, content.encode(), actor="setup", into=into, source_name=f"{into}.csv")
    found = {one.fact: (one.dated, one.open) for one in falling(workspace, {"rita"}, date(2026, 5, 1))}
    assert found == {"deals": (0, None), "opportunities": (1, 2)}


# Files


def upload(
    site: Site, content: bytes, name: str = "people.csv", *, how: str = "into:people", who: str = "admin"
) -> Any:
    """The page of the file, after the worker has looked at it."""
    file = io.BytesIO(content)
    file.name = name
    answer = site.as_(who).post("/organisation/file/", {"file": file, "how": how})
    site.work()
    return answer


HR = """\
person,name,title,manager,hired_on,left_on,valid_from,valid_to
ron,Ron Rabe-Roth,Account Executive,mia,2024-02-01,,,
sven,Sven Star,Account Executive,nora,2024-02-01,,,
hans,Hans Hirsch,Account Executive,max,2026-05-01,,,
"""


def test_a_file_is_looked_at_and_then_taken(fresh: Site) -> None:
    """M.3: new, changed, unchanged, and what changes for whom; nothing counts before it is confirmed."""
    from attain.web.apps.imports.models import Batch

    batches, before = Batch.objects.count(), _state()
    page = upload(fresh, HR.encode())["Location"]
    said = words(fresh.as_("admin").get(page))
    assert "People 1 1 1" in said and "Positions 1 0 2" in said
    assert "Ron Rabe → Ron Rabe-Roth" in said and "hans" in said
    assert (Batch.objects.count(), _state()) == (batches, before)
    job = fresh.as_("admin").post(page)["Location"]
    fresh.work()
    assert "Done" in words(fresh.as_("admin").get(job))
    batch = Batch.objects.latest("sequence")
    assert (batch.source, batch.imported_by, batch.rows) == ("people.csv", company.email("admin"), 3)
    assert rows("Position", position="hans")[0].manager == "max"
    assert fresh.as_("admin").post(page).status_code == 409, "It was taken already."
    again = upload(fresh, HR.encode(), "again.csv")["Location"]
    assert "recorded already" in words(fresh.as_("admin").get(again))
    assert "Hans Hirsch" in words(fresh.as_("admin").get("/people/hans/"))


@pytest.mark.parametrize(
    ("how", "content", "told"),
    [
        ("into:people", "person,name,title,manager,hired_on\nkim,Kim Kranich,Clerk,mia,2026-02-31\n",
         ["1", "Employed from", "2026-02-31"]),
        ("into:people", "person,name,title,manager,hired_on\nkim,Kim Kranich,Clerk,miaa,2026-02-01\n",
         ["Reports to", "miaa", "Did you mean mia?"]),
        ("into:positions", "position,title,territory,unit,manager,valid_from,valid_to\ndana,Boss,,,ron,2026-05-01,\n",
         ["Reports to", "circle"]),
        ("into:positions", "position,title,territory,unit,manager,valid_from,valid_to\n"
         "w,T,,,mia,2026-05-01,2026-07-01\nw,T,,,max,2026-06-01,\n", ["2", "w"]),
        ("into:quotas", "quota,subject,amount,currency,per,valid_from\nnew_business,ron,-5,EUR,yaer,2026-07-01\n",
         ["Did you mean year?", "below zero"]),
        ("into:assignments", "person,position,valid_from\nron,mia,2026-05-01\n", ["mia"]),
        ("into:people", "persn,name\nx,X\n", ["person"]),
        ("into:people", "", []),
    ],
)  # fmt: skip
def test_a_file_with_faults_says_row_and_column_and_is_uploaded_again(
    fresh: Site, how: str, content: str, told: list[str]
) -> None:
    """M.3: all of it or nothing; what is wrong can be corrected in the file."""
    before = _state()
    answer = upload(fresh, content.encode(), "hr.csv", how=how)
    page = unescape(words(fresh.as_("admin").get(answer["Location"])))
    assert "Nothing was taken" in page
    for word in told:
        assert word in page
    assert fresh.as_("admin").post(answer["Location"]).status_code == 409
    assert _state() == before
    assert list((fresh.workspace.data / "uploads").glob("*")) == []


def test_a_file_is_compared_again_where_the_records_have_changed_since(fresh: Site) -> None:
    page = upload(fresh, HR.encode())["Location"]
    save(fresh, RITA, GIVEN["seat"])
    assert "have changed since" in words(fresh.as_("admin").get(page))
    again = fresh.as_("admin").post(page)["Location"]
    fresh.work()
    assert again.startswith("/organisation/file/") and again != page
    assert rows("Position", position="hans") == []
    fresh.as_("admin").post(again)
    fresh.work()
    assert rows("Position", position="hans") != []


def test_a_file_is_put_away(fresh: Site) -> None:
    before = _state()
    page = upload(fresh, HR.encode())["Location"]
    assert fresh.as_("admin").post(page, {"discard": "1"}).status_code == 302
    assert list((fresh.workspace.data / "uploads").glob("*")) == []
    assert _state() == before
    assert fresh.as_("admin").post(page).status_code == 409


@pytest.mark.parametrize(("name", "how"), [("x.exe", "into:people"), ("x.csv", "into:deals"), ("x.csv", "mapping:no")])
def test_what_is_no_file_of_the_organisation_is_refused_with_the_form(fresh: Site, name: str, how: str) -> None:
    answer = upload(fresh, b"person\nx\n", name, how=how)
    assert answer.status_code == 422
    assert "look at this again" in words(answer)


def test_a_file_is_nobody_elses_to_see(fresh: Site) -> None:
    """F1: a file holds names and quotas."""
    page = upload(fresh, HR.encode())["Location"]
    for who in ("finance", "rep", "auditor", "administrator"):
        assert fresh.as_(who).get(page).status_code == fresh.as_(who).post(page).status_code == 404


def test_what_is_recorded_for_later_goes_on_and_the_timeline_shows_it(fresh: Site) -> None:
    """B.10: a change of today does not undo one that is already known for next month."""
    save(fresh, RITA, {**GIVEN["seat"], "day": "2026-06-01", "manager": "max", "territory": "", "reason": "Known long"})
    seen = look(fresh, RITA, {**GIVEN["seat"], "day": "2026-05-01", "territory": "", "reason": "In between"})
    assert "Something else is recorded for rita from 1 Jun" in words(seen)
    save(fresh, RITA, {**GIVEN["seat"], "day": "2026-05-01", "territory": "", "reason": "In between"}, seen)
    assert [(str(one.valid_from), one.manager) for one in rows("Position", position="rita")][-3:] == [
        ("2026-03-01", "mia"), ("2026-05-01", "nora"), ("2026-06-01", "max"),
    ]  # fmt: skip
    page = words(fresh.as_("admin").get("/people/rita/"))
    assert page.index("Reports to: Max Molch") < page.index("Reports to: Nora Natter") < page.index("Mia Marder")
    assert "to come" in page and "Known long" in page


def test_a_leaver_leaves_team_and_position_and_a_second_end_is_refused(fresh: Site) -> None:
    save(fresh, "/people/rita/change/team/", {**GIVEN["team"], "day": "2026-04-20"})
    save(fresh, "/people/rita/change/leave/", GIVEN["leave"])
    assert [str(one.valid_to) for one in rows("TeamMember", member="rita")] == ["2026-05-01"]
    assert [str(one.valid_to) for one in rows("Assignment", person="rita")] == ["2026-05-01"]
    again = look(fresh, "/people/rita/change/leave/", GIVEN["leave"])
    assert again.status_code == 422 and "Nothing would change" in words(again)


def test_what_a_run_reads_is_what_was_saved(fresh: Site) -> None:
    """D.13, M.3: a change on a page counts in the next run as one in a file does."""
    from attain.web.apps.pay.calculating import run_pay
    from attain.web.apps.pay.selectors import changes_since, inputs

    save(fresh, "/people/rita/change/seat/", {**GIVEN["seat"], "day": "2026-02-01", "title": "Clerk"})
    assert "changed positions" in changes_since(fresh.run(2), inputs(fresh.workspace))
    run = run_pay(
        fresh.workspace, fresh.workspace.span_of("2026-02"), actor=company.email("admin"), step=lambda name: None
    )
    from attain.web.apps.pay.calculating import stored

    payees = set(stored(fresh.workspace, run).table("lines", ["payee"])["payee"].to_pylist())
    assert "rita" not in payees and "ron" in payees


def test_facts_are_counted_by_the_position_too(fresh: Site) -> None:
    """A deal may name the seat: it falls to whoever takes it."""
    given = {"person": "ron", "day": "2026-01-01", "reason": "Took it over"}
    said = words(look(fresh, "/organisation/position/east-2/change/fill/", given))
    assert "deals 9 dated from" in said, "Five of Ron's, four of the seat's."
