"""Lists as tables: what an address asks for is what the page shows, and what its files hold."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.web import company
from tests.web.conftest import Site
from tests.web.test_pay_pages import words

LISTS = ("/statements/", "/runs/", "/people/", "/organisation/positions/", "/imports/", "/plans/", "/audit/",
         "/accounts/", "/jobs/")  # fmt: skip
PAYEES = r'href="/statements/([^/?"]+)/2026-01/"'


@pytest.fixture(autouse=True)
def _contexts() -> Iterator[None]:
    """Answers carry what their templates were given."""
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    yield
    teardown_test_environment()


def rows_of(answer: Any) -> list[list[str]]:
    """Of a file of comma-separated values."""
    return list(csv.reader(io.StringIO(answer.content.decode())))


def sheet_of(answer: Any) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def payees(answer: Any) -> list[str]:
    return re.findall(PAYEES, answer.content.decode())


@pytest.mark.parametrize("address", LISTS)
def test_a_file_holds_the_rows_of_the_list_under_its_titles(site: Site, address: str) -> None:
    client = site.as_("all-seeing")
    page = client.get(address)
    table = page.context["table"]
    lines, sheet = rows_of(client.get(f"{address}?file=csv")), sheet_of(client.get(f"{address}?file=xlsx"))
    assert len(lines) - 1 == table.total
    assert [str(one.title) for one in table.columns] == [one for one in lines[0] if one not in ("Id", "Currency")]
    assert sheet[0][: len(lines[0])] == lines[0]
    assert len(sheet) in (len(lines), 1 if table.total == 0 else len(lines))


@pytest.mark.parametrize("address", LISTS)
def test_every_column_of_every_list_is_sorted_both_ways_and_taken_away(site: Site, address: str) -> None:
    client = site.as_("all-seeing")
    table = client.get(address).context["table"]
    names = "&".join(f"columns={one.name}" for one in table.table.columns)
    for column in table.table.columns:
        for sort in (column.name, f"-{column.name}"):
            answer = client.get(f"{address}?sort={sort}&{names}")
            assert answer.status_code == 200
            assert len(answer.context["table"].columns) == len(table.table.columns)
    assert len(rows_of(client.get(f"{address}?{names}&file=csv"))) == table.total + 1


def test_a_file_has_the_filter_the_order_and_the_columns_of_the_page(site: Site) -> None:
    manager = site.as_("manager")
    asked = "/statements/?period=2026-01&sort=-payable&q=r&columns=payee&columns=payable"
    page, lines = manager.get(asked), rows_of(manager.get(f"{asked}&file=csv"))
    assert lines[0] == ["Payee", "Id", "Payable", "Currency"]
    assert [row[1] for row in lines[1:]] == payees(page)
    assert "Plans" not in re.findall(r"<th.*?>(?:<a.*?>)?([^<]+)", page.content.decode())


def test_sums_of_a_file_are_the_totals_of_the_page_to_the_cent(site: Site) -> None:
    admin = site.as_("admin")
    page = admin.get("/statements/?period=2026-01")
    lines = rows_of(admin.get("/statements/?period=2026-01&file=csv"))
    place = lines[0].index("Payable")
    cents = sum(int(row[place].replace(".", "")) for row in lines[1:])
    assert f"€{cents / 100:,.2f}" in page.context["table"].totals[0][1]
    sheet = sheet_of(admin.get("/statements/?period=2026-01&file=xlsx"))
    assert round(sum(row[place] for row in sheet[1:]) * 100) == cents


def test_a_file_holds_nobody_whom_the_page_does_not_show(site: Site) -> None:
    """Who may see a team takes away that team, also with the name of another one in the address."""
    for who in ("manager", "other-manager"):
        for kind in ("csv", "xlsx"):
            answer = site.as_(who).get(f"/statements/?period=2026-01&team=nora&file={kind}")
            ids = {row[1] for row in (rows_of(answer) if kind == "csv" else sheet_of(answer))[1:]}
            assert ids <= company.SEEN[who] | {company.ACCOUNTS[who][1]}
            assert ids & company.SEEN[who]
    assert site.as_("rep").get("/people/?file=csv").status_code == 404


def test_what_a_spreadsheet_would_calculate_leaves_as_text(fresh: Site) -> None:
    """H3: a name that is a formula is a name."""
    from attain.web.apps.org.models import Person

    Person.objects.create(person="evil", name='=HYPERLINK("http://evil.example")')
    admin = fresh.as_("admin")
    assert rows_of(admin.get("/people/?q=evil&file=csv"))[1][0].startswith("'=")
    assert sheet_of(admin.get("/people/?q=evil&file=xlsx"))[1][0] == '=HYPERLINK("http://evil.example")'


def test_filters_stand_as_chips_that_are_removed_one_by_one(site: Site) -> None:
    admin = site.as_("admin")
    page = admin.get("/imports/?into=deals&state=current&q=deals")
    chips = page.context["table"].chips
    assert [one.said for one in chips] == ["“deals”", "Into: deals", "State: Counts"]
    assert {row[0].row.into for row in page.context["table"].rows} == {"deals"}
    without = admin.get(f"/imports/{chips[1].address}").context["table"]
    assert "into" not in without.chosen and without.words == "deals"


def test_nothing_found_says_so_and_leads_back(site: Site) -> None:
    page = site.as_("admin").get("/people/?q=zzz")
    assert "Nobody is found" in words(page) and 'href="?view="' in page.content.decode()


def test_an_address_with_nonsense_shows_the_list_as_it_is(site: Site) -> None:
    admin = site.as_("admin")
    for asked in ("sort=nothing", "sort=-", "columns=nothing", "page=-3", "page=x", "file=exe", "stage=%00"):
        for address in ("/statements/", "/runs/", "/people/"):
            assert admin.get(f"{address}?{asked}").status_code == 200


def test_a_team_is_everybody_below_its_head(site: Site) -> None:
    admin = site.as_("admin")
    assert set(payees(admin.get("/statements/?period=2026-01"))) == set(company.EVERYBODY)
    assert set(payees(admin.get("/statements/?period=2026-01&team=mia"))) == {"ron", "rita", "vacant:east-2"}
    assert set(payees(admin.get("/statements/?period=2026-01&team=nobody"))) == set(company.EVERYBODY)
    assert "team" not in dict.fromkeys(re.findall(r'name="(\w+)"', site.as_("rep").get("/").content.decode()))


def test_what_is_chosen_is_kept_for_the_next_pages(fresh: Site) -> None:
    """The newest period is not: when a newer one comes, that is shown."""
    admin = fresh.as_("admin")
    admin.get("/statements/?period=2026-01&team=mia")
    elsewhere = admin.get("/plans/").content.decode()
    assert 'href="/statements/?period=2026-01&amp;team=mia"' in elsewhere
    assert 'href="/runs/?period=2026-01"' in elsewhere
    admin.get("/statements/?period=2026-02&team=")
    assert 'href="/statements/"' in admin.get("/plans/").content.decode()


def test_runs_are_those_that_paid_the_period(site: Site) -> None:
    admin = site.as_("admin")
    shown, every = (
        {row[0].row.run.number for row in admin.get(address).context["table"].rows}
        for address in ("/runs/?period=2026-01", "/runs/")
    )
    assert shown < every


def save(site: Site, who: str, name: str, query: str, **more: str) -> Any:
    sent = {"table": "statements", "name": name, "query": query, **more}
    return site.as_(who).post("/views/save/", sent, headers={"referer": "http://localhost/statements/?q=x"})


def test_a_view_is_saved_opened_deleted_and_kept_after_all(fresh: Site) -> None:
    admin = fresh.as_("admin")
    asked = admin.get("/statements/?sort=-payable&period=2026-01&q=r").context["table"].state
    assert asked == "q=r&sort=-payable"
    assert save(fresh, "admin", "Best first", asked)["Location"].endswith("/statements/?q=r&sort=-payable")
    page = admin.get("/statements/")
    assert f'href="?{asked.replace("&", "&amp;")}"' in page.content.decode() and "Best first" in words(page)
    assert "Best first" not in words(fresh.as_("finance").get("/statements/"))
    view = page.context["views"][0]
    assert fresh.as_("finance").post(f"/views/{view.pk}/delete/").status_code == 404
    assert admin.post(f"/views/{view.pk}/delete/").status_code == 302
    told = admin.get("/statements/")
    assert "Best first" in words(told) and 'action="/views/restore/"' in told.content.decode()
    assert not told.context["views"]
    admin.post("/views/restore/")
    assert [one.query for one in admin.get("/statements/").context["views"]] == [asked]
    assert [one.action for one in fresh.log()[-3:]] == ["lists.view-saved", "lists.view-deleted", "lists.view-saved"]


def test_a_list_opens_with_the_view_that_is_to_open_it(fresh: Site) -> None:
    admin = fresh.as_("admin")
    save(fresh, "admin", "Mine", "sort=-payable", default="on")
    assert admin.get("/statements/")["Location"] == "/statements/?sort=-payable"
    assert admin.get("/statements/?period=2026-01")["Location"] == "/statements/?sort=-payable&period=2026-01"
    assert admin.get("/statements/?view=").status_code == 200
    save(fresh, "admin", "Other", "sort=earned", default="on")
    assert admin.get("/statements/")["Location"] == "/statements/?sort=earned"
    save(fresh, "admin", "Plain", "", default="on")
    assert admin.get("/statements/", follow=True).status_code == 200


@pytest.mark.parametrize(("name", "query"), [(" ", "q=x"), ("x" * 61, "q=x"), ("Long", "q=" + "x" * 3000)])
def test_a_view_that_cannot_be_kept_is_refused(fresh: Site, name: str, query: str) -> None:
    before = len(fresh.log())
    assert save(fresh, "admin", name, query).status_code == 409
    assert len(fresh.log()) == before


def test_who_sees_as_somebody_else_keeps_no_view(fresh: Site) -> None:
    fresh.as_("admin").post("/me/see-as/", {"email": company.email("rep"), "reason": "A question"})
    assert save(fresh, "admin", "Mine", "q=x").status_code == 409


def test_nobody_is_sent_to_another_site_after_saving(fresh: Site) -> None:
    sent = {"table": "statements", "name": "Mine", "query": "q=x"}
    answer = fresh.as_("admin").post("/views/save/", sent, headers={"referer": "http://evil.example/statements/"})
    assert answer["Location"] == "/"


def test_a_saved_view_of_a_team_alone_opens_its_list(fresh: Site) -> None:
    """It says nothing but where one stands: the way to it must end."""
    from attain.web.apps.lists.models import SavedView

    SavedView.objects.create(
        account=fresh.account("manager"), table="statements", name="Mine", query="team=mia", is_default=True
    )
    answer = fresh.as_("manager").get("/statements/", follow=True)
    assert (answer.status_code, len(answer.redirect_chain)) == (200, 1)


@pytest.mark.parametrize("address", LISTS)
def test_an_endless_search_and_a_filter_that_does_not_exist_find_nothing(site: Site, address: str) -> None:
    client = site.as_("all-seeing")
    filters = [f"{name}=zzz" for name in ("holds", "state", "into", "kind", "role")]
    for asked in ("q=" + "a+" * 1500, "q=" + "x" * 60_000, *filters):
        assert client.get(f"{address}?{asked}").status_code == 200


def test_letters_of_any_alphabet_are_found_and_sorted(fresh: Site) -> None:
    """SQLite by itself knows no Ö: neither which letter is its small one, nor where it stands."""
    from attain.web.apps.org.models import Person

    for id_, name in (("p1", "Özil Ähre"), ("p2", "Zoë Zander"), ("p3", "Olga Oben")):
        Person.objects.create(person=id_, name=name)
    admin = fresh.as_("admin")
    for asked in ("özil", "ÄHRE", "ozil"):
        assert "Özil Ähre" in words(admin.get(f"/people/?q={asked}"))
    names = re.findall("Özil Ähre|Zoë Zander|Olga Oben", words(admin.get("/people/?sort=person")))
    assert list(dict.fromkeys(names)) == ["Olga Oben", "Özil Ähre", "Zoë Zander"]
    assert "100% sure" not in words(admin.get("/people/?q=%25"))
