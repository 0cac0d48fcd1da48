"""Whose signs stand in the bytes that a role is sent: names, numbers of deals, amounts, reasons.

Everybody of the company has signs of their own. Every address is opened by every role, with every id of the workspace
filled in, and what comes back, files too, must hold nothing of somebody whom the role may not see.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Container, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from attain.engine.stored import StoredRun
from attain.web.workspace import SETTINGS
from tests.web import company
from tests.web.conftest import Site, opened
from tests.web.routes import ROLES, addresses, program_routes, routes

KNOW_NAMES = {"admin", "finance", "auditor", "administrator"}
"""They see people, or accounts, and with them names."""
LARGE = 10_000
"""The first deal of each month is the same for everybody; what it pays is nobody's sign."""


def text_of(answer: Any) -> str:
    """All that was sent, unpacked."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    return content.decode(errors="replace") + "".join(f"{name}: {value}\n" for name, value in answer.headers.items())


@cache
def rows_of(path: Path) -> list[Mapping[str, Any]]:
    """The lines of both periods."""
    columns = ("line", "payee", "pay_period", "source", "amount", "kind")
    runs = sorted((path / "data" / "runs").glob("run-*"))
    return [row for run in runs for row in StoredRun(run).table("lines", columns).to_pylist()]


@cache
def signs_of(path: Path) -> Mapping[tuple[str, str], frozenset[str]]:
    """What only that payee's pay of that period has in it."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows_of(path):
        signs = found.setdefault((row["payee"], row["pay_period"]), set())
        if row["kind"] == "line":
            signs.add(row["source"])
        else:
            signs.add(f"reason of Sven's in {row['pay_period']}".replace("'", "&#x27;"))
        if row["amount"] > LARGE:
            signs |= {str(row["amount"]), f"{row['amount'] / 100:,.2f}", f"{row['amount'] / 100:.2f}"}
    return {key: frozenset(signs) for key, signs in found.items()}


def asked(path: Path, explained: Container[str]) -> Iterator[str]:
    """Every address that is opened, with every id, and searches for everybody's signs. A line of each of these payees
    is explained: that is calculated again each time."""
    from attain.web.workspace import Workspace

    workspace = Workspace.open(path)
    for route in routes():
        if not route.is_posted and route.name != "account_logout":
            yield from addresses(route, workspace)
    lines = {(row["payee"], row["pay_period"]): row for row in rows_of(path)}
    for row in lines.values():
        at = f"/statements/{quote(row['payee'])}/{row['pay_period']}/"
        yield f"{at}?q={quote(row['source'] or '')}"
        if row["payee"] in explained:
            yield f"{at}why/?line={quote(row['line'])}"
    for period in company.AMOUNTS:
        yield from (f"/statements/?period={period}&sort={sort}" for sort in ("", "payable", "-earned"))
    for name in company.NAMES.values():
        word = quote(name.split()[0])
        yield from (f"/search/?q={word}", f"/statements/?q={word}", f"/people/?q={word}", f"/audit/?q={word}")


@cache
def sent_to(site: Site, who: str) -> Mapping[str, str]:
    """By address; of the address itself nothing is repeated."""
    explained = {"sven"} if who in KNOW_NAMES else {"sven", "ron"}
    client = site.as_(who)
    return {address: text_of(client.get(address)).replace(address, "")
            for address in asked(site.workspace.path, explained)}  # fmt: skip


def asked_by_programs(path: Path, explained: Container[str]) -> Iterator[str]:
    """The same of programs: every address with every id, lists in their whole length, lines explained."""
    from attain.web.workspace import Workspace

    workspace = Workspace.open(path)
    for route in program_routes():
        yield from addresses(route, workspace)
    for period in company.AMOUNTS:
        yield from (f"/api/v1/{what}?period={period}&limit=500" for what in ("statements", "payments"))
    lines = {(row["payee"], row["pay_period"]): row for row in rows_of(path)}
    for row in lines.values():
        if row["payee"] in explained:
            yield f"/api/v1/statements/{quote(row['payee'])}/{row['pay_period']}/why?line={quote(row['line'])}"
    for name in company.NAMES.values():
        word = quote(name.split()[0])
        yield from (f"/api/v1/{what}?limit=500&q={word}" for what in ("people", "positions", "audit"))


@cache
def sent_to_program(site: Site, who: str) -> Mapping[str, str]:
    explained = {"sven"} if who in KNOW_NAMES else {"sven", "ron"}
    asked_for = asked_by_programs(site.workspace.path, explained)
    answers = {address: site.program(who, "get", address) for address in asked_for}
    return {address: text_of(one).replace("'", "&#x27;").replace(address, "") for address, one in answers.items()}


def may_be_read(who: str, payee: str, period: str) -> bool:
    is_shown = period == "2026-01" or who in company.SEES_RUNS
    return payee in company.SEEN[who] and is_shown


@cache
def seen_in(site: Site, who: str, by_program: bool = False) -> tuple[list[str], set[str]]:
    """Signs of those whom the role may not see, with their addresses; and the signs of those whom it saw."""
    path = site.workspace.path
    _, person = company.ACCOUNTS[who]
    names = {} if who in KNOW_NAMES else {
        name: own for own, name in company.NAMES.items() if own != person and own not in company.SEEN[who]
    }  # fmt: skip
    leaks, seen = [], set()
    for address, text in (sent_to_program if by_program else sent_to)(site, who).items():
        for (payee, period), signs in signs_of(path).items():
            found = {sign for sign in signs if re.search(rf"(?<![\w-]){re.escape(sign)}(?!\w)", text)}
            if may_be_read(who, payee, period):
                seen |= found
            else:
                leaks += [f"{who} {address}: {sign} of {payee} in {period}" for sign in found]
        leaks += [f"{who} {address}: the name {name}" for name in names if name.replace("<", "&lt;") in text]
    return leaks, seen


@pytest.mark.parametrize("who", ROLES)
def test_no_byte_tells_of_somebody_whom_the_role_may_not_see(site: Site, who: str) -> None:
    """F1, F3, F8: also in what is searched for, sorted, and taken away as a file."""
    leaks, seen = seen_in(site, who)
    assert leaks == []
    if company.SEEN[who]:
        assert seen, "The signs are there to be found: those whom the role may see are found by them."


@pytest.mark.parametrize("who", [who for who in ROLES if company.ACCOUNTS[who][0]])
def test_no_byte_tells_a_program_more_than_its_account(site: Site, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """F1, F3, M.5: every route of programs, as every role."""
    from attain.web.api import limits

    monkeypatch.setattr(limits, "REQUESTS_A_MINUTE", 10**6)
    leaks, seen = seen_in(site, who, by_program=True)
    assert leaks == []
    if company.SEEN[who]:
        assert seen, "The signs are there to be found: those whom the role may see are found by them."


def test_whoever_sees_everybody_finds_every_sign(site: Site) -> None:
    """Else the signs would prove nothing."""
    _, seen = seen_in(site, "admin")
    assert {sign for signs in signs_of(site.workspace.path).values() for sign in signs} - seen == set()


@pytest.mark.parametrize("tail", ["", "file.xlsx", "why/?line=x"])
def test_what_is_a_strangers_is_answered_like_what_is_nobodys(site: Site, tail: str) -> None:
    """F1: from status, words and length nobody learns whether there is such a person or period."""
    rep = site.as_("rep")
    other, none, future = (
        rep.get(f"/statements/{payee}/{tail}") for payee in ("sven/2026-01", "nobody/2026-01", "ron/2026-02")
    )
    assert other.status_code == none.status_code == future.status_code == 404
    assert _without_token(other) == _without_token(none) == _without_token(future)


def _without_token(answer: Any) -> str:
    return re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())


@pytest.mark.parametrize("address", ["/jobs/1/", "/runs/run-000001/", "/accounts/1/", "/people/sven/"])
def test_what_one_has_no_right_to_looks_like_an_address_that_nobody_knows(site: Site, address: str) -> None:
    rep = site.as_("rep")
    assert _without_token(rep.get(address)) == _without_token(rep.get("/no/such/page/"))


def test_a_payee_does_not_see_a_period_before_its_release(fresh: Site) -> None:
    from attain.web.apps.access.viewer import viewer_of
    from attain.web.apps.pay.approving import approve, release

    day = fresh.workspace.business_date
    admin, finance = (viewer_of(fresh.account(who), day) for who in ("admin", "finance"))
    run = fresh.run(2)
    steps = [
        lambda: approve(fresh.workspace, run, admin, seen=run.manifest_hash, remark=""),
        lambda: approve(fresh.workspace, run, finance, seen=run.manifest_hash, remark=""),
        lambda: release(fresh.workspace, run, finance),
    ]
    for step in steps:
        assert fresh.as_("rep").get("/statements/ron/2026-02/").status_code == 404
        assert "2026-02" not in fresh.as_("rep").get("/").content.decode()
        step()
    assert fresh.as_("rep").get("/statements/ron/2026-02/").status_code == 200


@pytest.mark.parametrize(("day", "seer"), [("2026-02-28", "moved-manager"), ("2026-03-01", "manager")])
def test_a_team_goes_with_its_manager_of_the_day(fresh: Site, day: str, seer: str) -> None:
    """F4: Rita reported to Max until the end of February, and to Mia from March on."""
    from attain.web.apps.access.models import Grant

    settings = fresh.workspace.path / SETTINGS
    settings.write_text(settings.read_text().replace(company.BUSINESS_DATE, day))
    Grant.objects.update(valid_from=date(2025, 1, 1))
    site = Site(opened(fresh.workspace.path))
    seen = [who for who in ("moved-manager", "manager", "other-manager")
            if site.as_(who).get("/statements/rita/2026-01/").status_code == 200]  # fmt: skip
    assert seen == [seer]


def test_whoever_was_put_out_is_out_at_once(fresh: Site) -> None:
    """F4: an open session of a leaver ends with the next page."""
    from attain.web.apps.access.models import Account

    rep = fresh.as_("rep")
    assert rep.get("/statements/").status_code == 200
    Account.objects.filter(email=company.email("rep")).update(is_active=False)
    assert rep.get("/statements/")["Location"].startswith("/sign-in/")
    given = {"login": company.email("rep"), "password": company.PASSWORD}
    assert rep.post("/sign-in/", given).status_code == 200
    assert rep.get("/statements/").status_code == 302


def test_a_role_holds_from_its_first_day_until_the_day_on_which_it_ends(fresh: Site) -> None:
    from attain.web.apps.access.models import Grant

    today = fresh.workspace.business_date
    finance = fresh.as_("finance")
    held = Grant.objects.filter(account=fresh.account("finance"))
    for start, end, status in ((-9, 1, 200), (-9, 0, 404), (0, None, 200), (1, None, 404)):
        until = None if end is None else today + timedelta(days=end)
        held.update(valid_from=today + timedelta(days=start), valid_to=until)
        assert finance.get("/runs/").status_code == status, (start, end)


def test_names_are_text_on_every_page(site: Site) -> None:
    """H3: a name with HTML in it runs nothing."""
    pages = sent_to(site, "admin")
    assert [address for address, text in pages.items() if "<img src=x" in text and "file.xlsx" not in address] == []
    assert any("&lt;img src=x" in text for text in pages.values())
