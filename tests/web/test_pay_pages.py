"""From calculated to paid, on pages: sums that agree to the unit, four eyes, jobs of the worker, what the log holds."""

from __future__ import annotations

import io
import re
from collections import OrderedDict
from dataclasses import replace
from decimal import Decimal
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.cache import cache
from python_calamine import CalamineWorkbook

from tests.web import company
from tests.web.conftest import Site
from tests.web.test_leaks import rows_of

STATEMENT = "/statements/sven/2026-01/"


class Numbers(HTMLParser):
    """Every `<data value>` of a page with the part of the page that it stands in."""

    PARTS = ("dl", "tr", "aside")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside: list[tuple[str, str]] = []
        self.found: list[tuple[str, int]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        known = dict(attributes)
        if tag in self.PARTS:
            self.inside.append((tag, known.get("class") or ""))
        elif tag == "data":
            self.found.append((" ".join(self.inside[-1]) if self.inside else "", int(known["value"])))

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1][0] == tag:
            self.inside.pop()

    def of(self, part: str) -> list[int]:
        return [value for where, value in self.found if where.startswith(part)]


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def lines_of(site: Site, payee: str, period: str) -> list[int]:
    return sorted(row["amount"] for row in rows_of(site.workspace.path)
                  if (row["payee"], row["pay_period"]) == (payee, period))  # fmt: skip


def approve(site: Site, who: str, **changed: str) -> Any:
    run = site.run(2)
    return site.as_(who).post(f"/runs/{run.pk}/approve/", {"seen": run.manifest_hash, "remark": "", **changed})


def stage(site: Site) -> str:
    from attain.web.apps.pay.approving import way_of

    return way_of(site.run(2)).stage.value


def actions(site: Site) -> list[tuple[str, str]]:
    return [(event.actor.partition("@")[0], event.action) for event in site.log()]


@pytest.mark.parametrize(("payee", "period"), [("sven", "2026-01"), ("sven", "2026-02"), ("ron", "2026-01")])
def test_the_sums_of_a_statement_agree_to_the_unit(site: Site, payee: str, period: str) -> None:
    """Parts add up to the payable amount, lines to their group, groups to all lines of the run."""
    numbers = Numbers(site.as_("admin").get(f"/statements/{payee}/{period}/").content.decode())
    *parts, payable = numbers.of("dl card sums")
    lines, groups = numbers.of("tr row"), numbers.of("tr group")
    assert sum(parts) == payable
    assert sorted(lines) == lines_of(site, payee, period)
    assert sum(lines) == sum(groups) == payable


def test_the_list_comes_to_what_its_statements_come_to(site: Site) -> None:
    page = words(site.as_("admin").get("/statements/?period=2026-01"))
    payable = 0
    for payee in company.OWNERS:
        numbers = Numbers(site.as_("admin").get(f"/statements/{payee}/2026-01/").content.decode())
        payable += numbers.of("dl card sums")[-1]
        assert f"€{numbers.of('dl card sums')[-1] / 100:,.2f}" in page
    assert f"€{payable / 100:,.2f}" in page


def test_a_page_of_lines_holds_its_share_and_a_search_what_is_looked_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from attain.web.apps.pay import statement_views

    monkeypatch.setattr(statement_views, "LINES_OF_A_PAGE", 2)
    first, second, beyond, nonsense = (
        Numbers(site.as_("stranger").get(f"{STATEMENT}?page={page}").content.decode()).of("tr row")
        for page in ("1", "2", "999", "-1' OR 1")
    )
    assert (len(first), len(second)) == (2, 1)
    assert (beyond, nonsense) == (second, first)
    assert sorted(first + second) == lines_of(site, "sven", "2026-01")
    found = site.as_("stranger").get(f"{STATEMENT}?q=sven-2026-01-2").content.decode()
    assert len(Numbers(found).of("tr row")) == 1
    assert len(Numbers(site.as_("stranger").get(f"{STATEMENT}?q=%25_'").content.decode()).of("tr row")) == 0


def test_a_team_is_searched_sorted_and_cut_into_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from attain.web.apps.pay import statement_views

    manager = site.as_("manager")
    payees = r'href="/statements/([^/?]+)/2026-01/"'
    by_pay = re.findall(payees, manager.get("/statements/?sort=-payable").content.decode())
    assert by_pay == ["rita", "ron", "vacant:east-2"]
    assert re.findall(payees, manager.get("/statements/?sort=payable").content.decode()) == by_pay[::-1]
    assert re.findall(payees, manager.get("/statements/?q=rEh").content.decode()) == ["rita"]
    assert "Nobody is found" in words(manager.get("/statements/?q=sven"))
    monkeypatch.setattr(statement_views, "STATEMENTS", replace(statement_views.STATEMENTS, size=2))
    assert re.findall(payees, manager.get("/statements/?sort=-payable&page=2").content.decode()) == ["vacant:east-2"]


def test_the_workbook_has_the_same_numbers(site: Site) -> None:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(site.as_("stranger").get(f"{STATEMENT}file.xlsx").content))
    rows = sheet.get_sheet_by_index(0).to_python()
    head = next(number for number, row in enumerate(rows) if row[0] == "Date")
    lines = sorted(round(Decimal(str(row[4])) * 100) for row in rows[head + 1 :])
    sums = {row[0]: round(Decimal(str(row[1])) * 100) for row in rows[:head] if row[2] == "EUR"}
    assert lines == lines_of(site, "sven", "2026-01")
    assert sums.pop("Payable") == sum(sums.values()) == sum(lines)


def test_each_line_is_explained_to_its_own_amount(site: Site) -> None:
    """The drawer, and the page of who has no script, calculate the line again and show what the statement shows."""
    stranger = site.as_("stranger")
    lines = [row for row in rows_of(site.workspace.path) if (row["payee"], row["pay_period"]) == ("sven", "2026-01")]
    for row in lines:
        drawer = stranger.get(f"{STATEMENT}why/", {"line": row["line"]}, headers={"HX-Request": "true"})
        assert Numbers(drawer.content.decode()).of("aside") == [row["amount"]]
        assert "same result" in words(drawer)
        assert "<html" not in drawer.content.decode()
    page = stranger.get(f"{STATEMENT}why/", {"line": lines[0]["line"]}).content.decode()
    assert "<html" in page
    assert Numbers(page).of("aside") == [lines[0]["amount"]]


def test_two_people_approve_one_releases_and_payees_see_it(fresh: Site) -> None:
    """The whole way, each step as the people of a company take it; the log names who did what."""
    before = len(fresh.log())
    run = fresh.run(2)
    assert approve(fresh, "admin", remark="Seen").status_code == 302
    assert stage(fresh) == "in review"
    assert approve(fresh, "finance").status_code == 302
    assert stage(fresh) == "approved"
    assert fresh.as_("finance").post(f"/runs/{run.pk}/release/").status_code == 302
    assert stage(fresh) == "released"
    assert fresh.as_("rep").get("/statements/ron/2026-02/").status_code == 200
    assert fresh.as_("finance").post(f"/runs/{run.pk}/close/").status_code == 302
    assert stage(fresh) == "closed"
    assert "Closed" in words(fresh.as_("rep").get("/statements/ron/2026-02/"))
    assert actions(fresh)[before:] == [
        ("admin", "pay.approved"), ("finance", "pay.approved"), ("finance", "pay.released"), ("finance", "pay.closed"),
    ]  # fmt: skip
    assert fresh.log()[before].reason == "Seen"


def test_nobody_gives_both_approvals(fresh: Site) -> None:
    """I3: also not by clicking twice."""
    assert approve(fresh, "finance").status_code == 302
    again = approve(fresh, "finance")
    assert again.status_code == 409
    assert "somebody else gives the second approval" in words(again)
    assert stage(fresh) == "in review"


def test_whoever_calculated_gives_no_second_approval(fresh: Site) -> None:
    assert approve(fresh, "finance").status_code == 302
    refused = approve(fresh, "admin")
    assert refused.status_code == 409
    assert "You calculated it" in words(refused)
    assert approve(fresh, "all-seeing").status_code == 302
    assert stage(fresh) == "approved"


@pytest.mark.parametrize("seen", ["", "0" * 64])
def test_an_approval_is_of_what_was_seen(fresh: Site, seen: str) -> None:
    """I4: a page of other content approves nothing."""
    before = len(fresh.log())
    assert approve(fresh, "finance", seen=seen).status_code == 409
    assert stage(fresh) == "calculated"
    assert len(fresh.log()) == before


def test_an_approval_is_withdrawn_by_whoever_gave_it_until_the_release(fresh: Site) -> None:
    run = fresh.run(2)
    withdraw = f"/runs/{run.pk}/withdraw/"
    approve(fresh, "admin")
    assert fresh.as_("finance").post(withdraw).status_code == 409
    assert fresh.as_("admin").post(withdraw, {"reason": "Too early"}).status_code == 302
    assert stage(fresh) == "calculated"
    assert (fresh.log()[-1].action, fresh.log()[-1].reason) == ("pay.approval-withdrawn", "Too early")
    approve(fresh, "admin")
    approve(fresh, "finance")
    fresh.as_("finance").post(f"/runs/{run.pk}/release/")
    assert fresh.as_("admin").post(withdraw).status_code == 409
    assert stage(fresh) == "released"


def test_steps_out_of_their_order_are_refused(fresh: Site) -> None:
    """Release before two approvals, close before the release, and each of them twice."""
    finance, run = fresh.as_("finance"), fresh.run(2)
    before = len(fresh.log())
    assert finance.post(f"/runs/{run.pk}/release/").status_code == 409
    assert "There is nothing to close" in words(finance.post(f"/runs/{run.pk}/close/", follow=True))
    approve(fresh, "admin")
    assert finance.post(f"/runs/{run.pk}/release/").status_code == 409
    approve(fresh, "finance")
    assert [finance.post(f"/runs/{run.pk}/release/").status_code for _ in range(2)] == [302, 409]
    assert approve(fresh, "all-seeing").status_code == 409
    for _ in range(2):
        finance.post(f"/runs/{run.pk}/close/")
    done = [action for _, action in actions(fresh)[before:]]
    assert done == ["pay.approved", "pay.approved", "pay.released", "pay.closed"]


def test_a_run_that_was_replaced_is_approved_no_more(fresh: Site) -> None:
    """Two people at once: whoever still looks at the older run is told."""
    fresh.as_("admin").post("/runs/start/", {"period": "2026-02"})
    fresh.work()
    assert fresh.run(3).state == "published"
    refused = approve(fresh, "finance")
    assert refused.status_code == 409
    assert "Replaced" in words(refused)


def test_a_period_is_calculated_by_the_worker(fresh: Site) -> None:
    from attain.web.apps.jobs.models import Job

    asked = fresh.as_("admin").post("/runs/start/", {"period": "2026-03"})
    page = asked["Location"]
    assert "Waiting for the worker" in words(fresh.as_("admin").get(page))
    fresh.work()
    done = fresh.as_("admin").get(page).content.decode()
    assert f'href="/runs/{fresh.run(3).pk}/"' in done
    assert "hx-get" not in done.partition('id="job"')[2].partition("</section>")[0]
    assert fresh.as_("auditor").get(page).status_code == 200
    assert fresh.as_("rep").get(page).status_code == 404
    assert Job.objects.get(pk=page.strip("/").rpartition("/")[2]).steps_done == 4
    assert ("admin", "job.asked") in actions(fresh)


@pytest.mark.parametrize("period", ["", "2026-13", "yesterday", "2026-03..", "<script>"])
def test_a_period_that_nobody_understands_waits_for_no_worker(fresh: Site, period: str) -> None:
    from attain.web.apps.jobs.models import Job

    before = Job.objects.count()
    refused = fresh.as_("admin").post("/runs/start/", {"period": period})
    assert refused.status_code == 409
    assert "<script>" not in refused.content.decode()
    assert Job.objects.count() == before


@pytest.mark.parametrize(("period", "told"), [("2025-06", "No published plan"), ("2026-01", "closed")])
def test_what_keeps_a_period_from_being_paid_stands_on_the_page_of_its_job(fresh: Site, period: str, told: str) -> None:
    """With what to do about it; the worker goes on."""
    from attain.web.apps.jobs.models import Job

    page = fresh.as_("admin").post("/runs/start/", {"period": period})["Location"]
    fresh.work()
    failed = Job.objects.latest("pk")
    assert (failed.state, bool(failed.hint)) == ("failed", True)
    said = fresh.as_("admin").get(page).content.decode()
    assert told in said
    assert escape(failed.hint) in said
    fresh.as_("admin").post("/runs/start/", {"period": "2026-03"})
    fresh.work()
    assert Job.objects.latest("pk").state == "done"


def test_a_process_that_answers_browsers_knows_every_kind_of_job(fresh: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks for jobs that only the worker does: nothing else has to be imported before."""
    import sys

    from attain.web.apps.jobs import services

    monkeypatch.setattr(services, "_KINDS", {})
    for name in ("attain.web.apps.pay.jobs", "attain.web.apps.imports.jobs"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert fresh.as_("admin").post("/runs/start/", {"period": "2026-03"}).status_code == 302
    assert {"calculate", "import"} <= set(services._KINDS)


def test_control_totals_account_for_every_deal_of_the_source(site: Site) -> None:
    """What became of each of the deals until the end of the run, to the cent; nothing is left over."""
    page = words(site.as_("finance").get("/runs/run-000002/control/"))
    total = sum(Decimal(amount) for month in company.AMOUNTS.values() for amount in month.values()) + 1000 * 10
    assert f"Control totals of deals agree In the source, 20 €{total:,.2f} Credited, 20 €{total:,.2f}" in page
    assert "Difference, 0 €0.00" in page


def test_control_totals_differ_when_the_run_holds_what_the_source_does_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from attain.facts.snapshot import FactTable
    from attain.web.apps.pay import control

    def without_the_first(workspace: Any, run: Any, name: str) -> FactTable:
        read = facts_read(workspace, run, name)
        return FactTable(read.schema, read.table.slice(1))

    facts_read = control.facts_read
    monkeypatch.setattr(control, "facts_read", without_the_first)
    cache.clear()
    page = words(site.as_("auditor").get("/runs/run-000002/control/"))
    cache.clear()
    assert "Control totals of deals differ" in page
    assert "Difference, 1" in page


def test_control_totals_differ_when_the_run_lost_a_deal(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """No plan here leaves anything out, so what is neither credited nor listed is missed."""
    from attain.web.apps.pay import control

    events = control._events
    monkeypatch.setattr(control, "_events", lambda run, table, name: events(run, table, name)[1:])
    cache.clear()
    page = words(site.as_("auditor").get("/runs/run-000002/control/"))
    cache.clear()
    assert "Control totals of deals differ" in page
    assert "Difference, -1" in page or "Difference, −1" in page


def test_a_job_speaks_the_language_of_whoever_asked_for_it(fresh: Site) -> None:
    """The worker has no reader before it: its refusal is kept in the words in which it will be read."""
    from attain.web.apps.access.models import Account
    from attain.web.apps.jobs.models import Job

    Account.objects.filter(email=company.email("admin")).update(language="de")
    fresh.as_("admin").post("/runs/start/", {"period": "2026-01"})
    fresh.work()
    failed = Job.objects.order_by("-pk").first()
    assert failed.failure == "2026-01 ist abgeschlossen; ein Lauf kann es nicht noch einmal auszahlen."


def test_a_plan_that_shares_among_payees_is_calculated_again_once_for_all(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from attain.web.apps.pay import recalculated as again

    monkeypatch.setattr(again, "_kept", OrderedDict())
    monkeypatch.setattr(again, "is_separable", lambda plans: False)
    seen = set()
    for payee in ("ron", "rita", "sven"):
        with again.recalculated(site.workspace, site.run(1), "account-executive", payee) as found:
            seen.add(id(found.calculation))
    assert len(seen) == len(again._kept) == 1
    for one in again._kept.values():
        one.calculation.close()


def test_the_table_of_changes_closes(fresh: Site) -> None:
    """Who changed, who did not, and all: the amounts of the rows come to that of the last one."""
    deal = "id,close_date,amount,owner\nLATE-9,2026-02-25,2000.00,ron\n"
    fresh.as_("admin").post("/imports/upload/", {"file": named(deal, "late.csv"), "how": "into:deals"})
    fresh.as_("admin").post("/runs/start/", {"period": "2026-02"})
    fresh.work()
    page = fresh.as_("finance").get("/runs/run-000003/")
    said = words(page)
    assert "1 of 5 payees changed" in said and "+€100.00" in said
    assert "4 payees without a change" in said and "€0.00" in said
    before, after = (dict(one.payable)["EUR"] for one in (fresh.run(2), fresh.run(3)))
    assert after - before == 10_000
    assert f"5 payees €{before / 100:,.2f} €{after / 100:,.2f} +€100.00" in said


def named(text: str, name: str) -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = name
    return file
