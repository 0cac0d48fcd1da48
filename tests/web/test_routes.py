"""Every route × every role × what exists, what is a stranger's, and nonsense: the answer is the one of the policy."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web import company
from tests.web.conftest import Site
from tests.web.routes import NONSENSE, ROLES, Route, addresses, program_routes, routes

SIGN_ON = ("account_", "mfa_", "socialaccount_", "openid_connect_", "saml_")


def answered(site: Site, who: str | None, method: str, address: str) -> Any:
    return getattr(site.as_(who), method)(address)


def has_right(site: Site, who: str, route: Route) -> bool:
    from attain.web.apps.access.policy import ANYBODY, RIGHTS, SIGNED_IN

    roles, _ = company.ACCOUNTS[who]
    return route.policy in (ANYBODY, SIGNED_IN) or any(route.policy in RIGHTS[role] for role in roles)


def payee_in(address: str) -> tuple[str, str]:
    _, _, payee, period, *_ = address.split("/")
    return payee, period


def expected(site: Site, who: str, route: Route, address: str) -> set[int]:
    """What a role gets for an address of something that exists."""
    if not has_right(site, who, route):
        return {404}
    if route.is_posted:
        return {405}
    if route.name.startswith(SIGN_ON):
        return {200, 302, 400, 401, 404}  # by what the account has of a second factor, and the company of providers
    if route.name == "statement-why":
        return {404}  # no line is named
    if route.name.startswith("statement-") or route.name == "statement":
        payee, period = payee_in(address)
        is_shown = period == "2026-01" or who in company.SEES_RUNS
        return {200} if payee in company.SEEN[who] and is_shown else {404}
    if route.name == "job":
        return {200} if who in company.SEES_RUNS else {404}
    if route.name == "batch-aside":
        return {200, 409}  # most batches kept nothing aside
    if route.name == "mapping-new":
        return {302}  # no file is named
    return {200}


def test_every_route_says_who_may_reach_it(site: Site) -> None:
    """F2: a route without a policy is refused in use, and found here."""
    assert [route.pattern for route in routes() if route.policy is None] == []


def test_a_route_without_a_policy_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from attain.web.home import home

    monkeypatch.delattr(home, "policy")
    assert site.as_("all-seeing").get("/").status_code == 404


def test_each_right_is_given_by_some_role(site: Site) -> None:
    from attain.web.apps.access.policy import RIGHTS, Right

    assert {right for rights in RIGHTS.values() for right in rights} == set(Right)
    assert set(RIGHTS) == {role for roles, _ in company.ACCOUNTS.values() for role in roles}


@pytest.mark.parametrize("who", ROLES)
def test_a_role_gets_what_its_rights_say(site: Site, who: str) -> None:
    """F1: what one has no right to is answered like what does not exist."""
    wrong = [
        f"{who} {address}: {status}"
        for route in routes()
        for address in addresses(route, site.workspace)
        if (status := answered(site, who, "get", address).status_code) not in expected(site, who, route, address)
    ]
    assert wrong == []


@pytest.mark.parametrize("who", ROLES)
def test_nonsense_is_answered_as_what_does_not_exist(site: Site, who: str) -> None:
    wrong = []
    for route in (one for one in routes() if one.arguments):
        address = route.address(**NONSENSE)
        posted = route.is_posted and has_right(site, who, route)
        status = answered(site, who, "get", address).status_code
        if status != (405 if posted else 404):
            wrong.append(f"{address}: {status}")
        if posted and answered(site, who, "post", address).status_code != 404:
            wrong.append(f"POST {address}")
    assert wrong == []


@pytest.mark.parametrize("who", ROLES)
def test_nothing_is_changed_by_whoever_has_no_right_to(site: Site, who: str) -> None:
    before = [event.hash for event in site.log()]
    wrong = [
        f"{address}: {status}"
        for route in routes()
        if not has_right(site, who, route)
        for address in addresses(route, site.workspace)[:2]
        if (status := answered(site, who, "post", address).status_code) != 404
    ]
    assert wrong == []
    assert [event.hash for event in site.log()] == before


@pytest.mark.parametrize("who", ["all-seeing", "finance"])
def test_an_empty_form_breaks_nothing(fresh: Site, who: str) -> None:
    """Whatever is missing: an answer in plain words, never a fault."""
    told = {
        f"{route.name} {address}": answered(fresh, who, "post", address).status_code
        for route in routes()
        if has_right(fresh, who, route) or who == "all-seeing"
        if route.name != "account_logout"
        for address in addresses(route, fresh.workspace)[:2]
    }
    assert {name: status for name, status in told.items() if status not in (200, 302, 404, 405, 409, 422)} == {}


def test_whoever_has_not_signed_in_is_sent_to_sign_in(site: Site) -> None:
    from attain.web.apps.access.policy import ANYBODY

    wrong = []
    for route in routes():
        address = route.address(**NONSENSE)
        for method in ("get", "post"):
            answer = answered(site, None, method, address)
            if route.policy == ANYBODY:
                right = answer.status_code in (200, 302, 400, 401, 404, 405)
            else:
                right = answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=")
            if not right:
                wrong.append(f"{method} {address}: {answer.status_code}")
    assert wrong == []


def test_sign_in_leads_back_to_the_whole_address(site: Site) -> None:
    """A question with several parts comes back with all of them."""
    from urllib.parse import parse_qs, urlsplit

    answer = site.as_(None).get("/statements/?period=2026-01&q=ron&sort=-payable")
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert asked == {"next": ["/statements/?period=2026-01&q=ron&sort=-payable"]}


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_else(fresh: Site, elsewhere: str) -> None:
    given = {"login": company.email("rep"), "password": company.PASSWORD}
    assert fresh.as_(None).post("/sign-in/", {**given, "next": "/statements/"})["Location"] == "/statements/"
    assert fresh.as_(None).post("/sign-in/", {**given, "next": elsewhere})["Location"] == "/"


@pytest.mark.parametrize("address", ["/no/such/page/", "/statements/ron/", "/runs/run-000001/x/", "/%00/", "/admin/"])
def test_an_address_that_nobody_knows_is_told_so_in_our_own_words(site: Site, address: str) -> None:
    for who in ("rep", None):
        answer = site.as_(who).get(address)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.content.decode()


# Programs: the same rights, by tokens.
HAVE_TOKENS = [who for who in ROLES if company.ACCOUNTS[who][0]]


def policies_of(route: Route) -> dict[str, Any]:
    """What each method of a program's route needs."""
    from attain.web.apps.access.policy import ANYBODY

    return {"GET": ANYBODY} if route.policy == ANYBODY else dict(route.view.policy)


def may(who: str, policy: Any) -> bool:
    from attain.web.apps.access.policy import ANYBODY, RIGHTS, SIGNED_IN

    roles, _ = company.ACCOUNTS[who]
    return policy in (ANYBODY, SIGNED_IN) or any(policy in RIGHTS[role] for role in roles)


def told_by_a_program(who: str, route: Route, address: str) -> set[int]:
    """What a token is answered that asks for what exists."""
    policies = policies_of(route)
    if "GET" not in policies:
        return {405}
    if not may(who, policies["GET"]):
        return {404}
    if route.name == "api:why":
        return {422}  # no line is named
    if route.name == "api:statement":
        return {200} if _is_seen(who, *address.removeprefix("/api/v1/statements/").split("/")) else {404}
    if route.name == "api:job":
        return {200} if who in company.SEES_RUNS else {404}
    return {200}


def _is_seen(who: str, payee: str, period: str) -> bool:
    return payee in company.SEEN[who] and (period == "2026-01" or who in company.SEES_RUNS)


def test_every_operation_of_programs_says_which_right_it_needs(site: Site) -> None:
    from attain.web.api.building import ROUTERS

    operations = [one for router in ROUTERS.values() for view in router.path_operations.values()
                  for one in view.operations]  # fmt: skip
    assert [one.path for one in operations if not hasattr(one.view_func, "policy")] == []
    assert [route.pattern for route in program_routes() if not policies_of(route)] == []
    assert len(program_routes()) == len(operations) + 1, "And the description."


def test_an_operation_without_a_policy_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    views = [route.view for route in program_routes() if route.name in ("api:runs", "api:start-run")]
    for view in views:
        monkeypatch.setattr(view, "policy", {})
    assert site.program("all-seeing", "get", "/api/v1/runs").status_code == 404


@pytest.mark.parametrize("who", HAVE_TOKENS)
def test_a_token_gets_what_the_rights_of_its_account_say(site: Site, who: str) -> None:
    """F1, M.5: every route with every id of the workspace, one's own and strangers'."""
    wrong = [
        f"{who} {address}: {status}"
        for route in program_routes()
        for address in addresses(route, site.workspace)
        if (status := site.program(who, "get", address).status_code) not in told_by_a_program(who, route, address)
    ]
    assert wrong == []


@pytest.mark.parametrize("who", HAVE_TOKENS)
def test_a_token_that_asks_for_nonsense_finds_nothing(site: Site, who: str) -> None:
    wrong = []
    for route in (one for one in program_routes() if one.arguments):
        address = route.address(**NONSENSE)
        for method, policy in policies_of(route).items():
            status = site.program(who, method.lower(), address, {}).status_code
            if status not in ({404, 409, 422} if may(who, policy) else {404}):
                wrong.append(f"{method} {address}: {status}")
    assert wrong == []


@pytest.mark.parametrize("who", HAVE_TOKENS)
def test_a_token_changes_nothing_without_the_right_to(site: Site, who: str) -> None:
    before = [event.hash for event in site.log()]
    wrong = [
        f"{method} {address}: {status}"
        for route in program_routes()
        for method, policy in policies_of(route).items()
        if not may(who, policy)
        for address in addresses(route, site.workspace)[:2]
        if (status := site.program(who, method.lower(), address, {}).status_code) != 404
    ]
    assert wrong == []
    assert [event.hash for event in site.log()] == before


@pytest.mark.parametrize("token", ["none", "unknown", "revoked", "expired"])
def test_without_a_token_that_works_nothing_is_told(fresh: Site, token: str) -> None:
    from attain.web.apps.access.models import Token
    from attain.web.apps.access.policy import ANYBODY

    now = fresh.workspace.ports.clock.now()
    changed = {"revoked": {"revoked_at": now}, "expired": {"expires_at": now}}.get(token)
    if changed:
        Token.objects.update(**changed)
    given = {"none": {}, "unknown": {"Authorization": "Bearer attain_0123456789_no"}}.get(
        token, {"Authorization": f"Bearer {company.token_of('all-seeing')}"}
    )
    before = [event.hash for event in fresh.log()]
    wrong = []
    for route in program_routes():
        for method, policy in policies_of(route).items():
            for address in {route.address(**NONSENSE), *addresses(route, fresh.workspace)[:1]}:
                status = getattr(fresh.as_(None), method.lower())(address, headers=given).status_code
                if status != (200 if policy == ANYBODY else 401):
                    wrong.append(f"{method} {address}: {status}")
    assert wrong == []
    assert [event.hash for event in fresh.log()] == before
