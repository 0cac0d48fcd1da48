"""What an executive sees: totals, and nothing that tells what one person, or a few, get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from attain.plans.loader import load_plan
from attain.web.apps.pay.disclosure import allowed
from attain.web.workspace import SETTINGS, Workspace
from tests.cli.company import PLAN
from tests.records.company import DEALS
from tests.web import company
from tests.web.conftest import Site, opened

TEAMS = {"north": 9, "south": 8, "west": 2}
"""How many reps each has; what the two of the west get would follow from all less north and south."""


def _people() -> str:
    rows = ["person,name,title,manager,hired_on", "cora,Cora Chief,Chief,,2024-01-01"]
    for team, count in TEAMS.items():
        rows.append(f"m-{team},Head of {team},Manager,cora,2024-01-01")
        rows += [f"{team}-{number},Rep {team} {number},Account Executive,m-{team},2024-01-01"
                 for number in range(count)]  # fmt: skip
    return "\n".join(rows) + "\n"


def _reps() -> list[str]:
    return [f"{team}-{number}" for team, count in TEAMS.items() for number in range(count)]


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Nineteen reps in three teams, whose first month is closed and whose second is released."""
    path: Path = tmp_path_factory.mktemp("totals") / "firm"
    made = Workspace.create(path, name="Firm", zone="Europe/Berlin")
    settings = (path / SETTINGS).read_text(encoding="utf-8")
    (path / SETTINGS).write_text(f"business_date = {company.BUSINESS_DATE}\n{settings}", encoding="utf-8")
    (path / "facts" / "deals.yaml").write_text(DEALS, encoding="utf-8")
    made.prepare()
    site = Site(opened(path))
    _fill(site.workspace)
    yield site
    site.as_("executive")
    from django.db import connections

    connections.close_all()


def _fill(workspace: Workspace) -> None:
    from attain.web.apps.access.services import make_account
    from attain.web.apps.access.viewer import viewer_of
    from attain.web.apps.imports.services import import_file
    from attain.web.apps.pay.approving import approve, release
    from attain.web.apps.pay.calculating import run_pay
    from attain.web.apps.pay.services import close_with_all
    from attain.web.apps.plans.services import publish_plan

    quotas = ["quota,subject,amount,currency,per,valid_from"]
    quotas += [f"new_business,{one},100000.00,EUR,year,2026-01-01" for one in _reps()]
    deals = ["id,close_date,amount,owner"]
    deals += [f"D-{month}-{place},2026-{month}-10,{1000 + 7 * place}.00,{one}"
              for month in ("01", "02") for place, one in enumerate(_reps())]  # fmt: skip
    for into, text in (("people", _people()), ("quotas", "\n".join(quotas)), ("deals", "\n".join(deals))):
        import_file(workspace, f"{text}\n".encode(), actor="setup", into=into, source_name=f"{into}.csv")
    publish_plan(workspace, load_plan(PLAN, "account-executive.yaml"), actor="setup")
    made = {
        who: make_account(workspace, company.email(who), actor="setup", name=who.title(), password=company.PASSWORD,
                          roles=roles, person=person)
        for who, (roles, person) in {
            "executive": (("executive",), "cora"), "admin": (("compensation-admin",), None),
            "finance": (("finance",), None), "leader": (("executive", "manager"), "m-west"),
        }.items()
    }  # fmt: skip
    viewers = [viewer_of(made[who], workspace.business_date) for who in ("admin", "finance")]
    for month in ("2026-01", "2026-02"):
        run = run_pay(workspace, workspace.span_of(month), actor=company.email("admin"), step=lambda name: None)
        for viewer in viewers:
            approve(workspace, run, viewer, seen=run.manifest_hash, remark="")
        release(workspace, run, viewers[1])
        if month == "2026-01":
            close_with_all(workspace, month, run.pk, actor=company.email("finance"))


def paid(site: Site, *teams: str) -> int:
    from attain.web.apps.pay.statements import opened as stored

    rows = stored(site.workspace, "run-000001").table("payments", ("payee", "payable")).to_pylist()
    return sum(int(row["payable"]) for row in rows if row["payee"].partition("-")[0] in teams)


def words(site: Site, who: str, address: str = "/totals/") -> str:
    answer = site.as_(who).get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def euros(minor: int) -> str:
    return f"€{minor / 100:,.2f}"


def test_an_executive_sees_what_all_and_large_teams_get(firm: Site) -> None:
    """G.1: on the home page too."""
    for address in ("/totals/", "/"):
        page = words(firm, "executive", address)
        assert euros(paid(firm, *TEAMS)) in page
        assert euros(paid(firm, "north")) in page


def test_what_would_tell_of_a_small_team_is_withheld(firm: Site) -> None:
    """F2: all less north less south are the two of the west; so south is not shown, though it is large enough."""
    page = words(firm, "executive")
    assert euros(paid(firm, "west")) not in page
    assert euros(paid(firm, "south")) not in page
    assert "2 totals are withheld" in page


def test_who_knows_the_small_team_anyway_sees_the_others(firm: Site) -> None:
    """The manager of the west sees those two one by one, so nothing new follows from the rest."""
    page = words(firm, "leader")
    for team in TEAMS:
        assert euros(paid(firm, team)) in page


def test_one_person_besides_whom_one_knows_is_not_told(firm: Site) -> None:
    """Who sees all but one of them would read that one off the total."""
    from attain.web.apps.access.viewer import viewer_of
    from attain.web.apps.pay.statements import periods_shown
    from attain.web.apps.pay.totals import totals_seen_by

    viewer = viewer_of(firm.account("executive"), firm.workspace.business_date)
    shown = periods_shown(firm.workspace, viewer)["2026-01"]
    knows_most = replace(viewer)
    knows_most.__dict__["payees"] = frozenset(_reps()[1:])
    assert [one.whole.amount for one in totals_seen_by(firm.workspace, knows_most, shown)] == [None]


def test_no_amount_of_one_person_stands_in_what_an_executive_is_sent(firm: Site) -> None:
    """F1"""
    from attain.web.apps.pay.statements import opened as stored

    rows = stored(firm.workspace, "run-000001").table("payments", ("payable",)).to_pylist()
    sent = "".join(words(firm, "executive", address) for address in ("/", "/totals/", "/statements/"))
    assert [row for row in rows if euros(int(row["payable"])) in sent] == []


def test_a_period_that_is_released_and_not_closed_has_no_totals(firm: Site) -> None:
    """A later run of it with one more payee would tell what that one gets."""
    for address in ("/", "/totals/?period=2026-02"):
        page = words(firm, "executive", address).partition("Payable in all")[2]
        assert page and "February" not in page
    assert "2026-02" not in firm.as_("executive").get("/totals/?chart=totals&take=csv").content.decode()
    assert 'value="2026-02"' not in firm.as_("executive").get("/totals/").content.decode()


def test_viewers_who_know_nobody_who_is_paid_are_told_the_same(firm: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is decided once for a period, not once for each of them."""
    from attain.web.apps.access.viewer import viewer_of
    from attain.web.apps.pay import totals
    from attain.web.apps.pay.statements import periods_shown

    decided: list[str] = []
    monkeypatch.setattr(totals, "allowed", lambda *of, **how: decided.append("") or allowed(*of, **how))
    totals._totals.cache_clear()
    viewer = viewer_of(firm.account("executive"), firm.workspace.business_date)
    shown = periods_shown(firm.workspace, viewer)["2026-01"]
    for person in ("cora", "somebody", "m-north"):
        viewer = replace(viewer)
        viewer.__dict__["payees"] = frozenset({person})
        assert totals.totals_seen_by(firm.workspace, viewer, shown)
    assert len(decided) == 1


@pytest.mark.parametrize("who", ["rep", "manager", "admin", "finance", "auditor", "administrator", "nobody"])
def test_totals_are_for_executives(site: Site, who: str) -> None:
    assert site.as_(who).get("/totals/").status_code == 404


def test_of_a_company_that_is_too_small_nothing_is_told(site: Site) -> None:
    """Four people are paid: every total would say too much."""
    page = words(site, "executive")
    assert "Withheld" in page
    assert "€" not in page


def test_a_period_before_its_release_has_no_totals(site: Site) -> None:
    assert "February" not in words(site, "executive", "/totals/?period=2026-02")
