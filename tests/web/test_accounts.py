"""Two administrators for what opens everybody's pay, and accounts that are put out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web import company
from tests.web.conftest import Site
from tests.web.test_pay_pages import words


def grant(site: Site, who: str, role: str) -> Any:
    given = {"role": role, "valid_from": company.BUSINESS_DATE, "reason": "New duties"}
    site.as_("administrator").post(f"/accounts/{site.account(who).pk}/grant/", given)
    return site.account(who).grants.latest("pk")


def confirm(site: Site, held: Any, who: str) -> Any:
    return site.as_(who).post(f"/accounts/{held.account_id}/confirm/{held.pk}/")


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("compensation-admin", "/people/"),
        ("finance", "/runs/"),
        ("auditor", "/audit/"),
        ("administrator", "/accounts/"),
    ],
)
def test_a_role_that_opens_pay_or_accounts_holds_once_a_second_person_confirmed_it(
    fresh: Site, role: str, page: str
) -> None:
    """N.5: the same administrator cannot do both, and nobody for themselves."""
    nobody = fresh.as_("nobody")
    held = grant(fresh, "nobody", role)
    assert nobody.get(page).status_code == 404
    assert "Waits for a second person" in words(fresh.as_("all-seeing").get("/accounts/"))
    told = confirm(fresh, held, "administrator")
    assert told.status_code == 409 and "another administrator confirms it" in words(told)
    assert nobody.get(page).status_code == 404
    assert confirm(fresh, held, "all-seeing").status_code == 302
    assert (fresh.log()[-1].action, fresh.log()[-1].actor) == ("access.role-confirmed", company.email("all-seeing"))
    assert nobody.get(page).status_code == 200
    assert confirm(fresh, held, "all-seeing").status_code == 409, "Once is enough."
    assert "confirmed by" in words(fresh.as_("auditor").get(f"/accounts/{held.account_id}/"))


def test_nobody_confirms_a_role_of_their_own(fresh: Site) -> None:
    held = grant(fresh, "all-seeing", "finance")
    assert "Nobody confirms a role of their own" in words(confirm(fresh, held, "all-seeing"))


@pytest.mark.parametrize("role", ["rep", "manager", "executive"])
def test_a_role_of_a_team_holds_at_once(fresh: Site, role: str) -> None:
    assert not grant(fresh, "nobody", role).waits


def test_a_role_that_waits_is_refused_without_a_trace_in_the_roles(fresh: Site) -> None:
    held = grant(fresh, "nobody", "finance")
    answer = fresh.as_("all-seeing").post(f"/accounts/{held.account_id}/end/{held.pk}/")
    assert answer.status_code == 302
    assert not fresh.account("nobody").grants.exists()
    assert fresh.log()[-1].action == "access.role-ended"


def put_out(site: Site, who: str, *, active: str = "0", reason: str = "Left", seen: int | None = None, by: str) -> Any:
    account = site.account(who)
    given = {"active": active, "seen": account.version if seen is None else seen, "reason": reason}
    return site.as_(by).post(f"/accounts/{account.pk}/active/", given)


def test_an_account_is_put_out_and_let_in_again(fresh: Site) -> None:
    """F4: with the next page, and with a reason."""
    rep = fresh.as_("rep")
    assert rep.get("/statements/").status_code == 200
    assert put_out(fresh, "rep", reason=" ", by="administrator").status_code == 409
    assert put_out(fresh, "rep", by="administrator").status_code == 302
    assert rep.get("/statements/")["Location"].startswith("/sign-in/")
    assert (fresh.log()[-1].action, fresh.log()[-1].reason) == ("access.account-put-out", "Left")
    assert "Put out" in words(fresh.as_("administrator").get("/accounts/"))
    assert put_out(fresh, "rep", active="1", by="administrator").status_code == 302
    assert fresh.log()[-1].action == "access.account-opened"


def test_whoever_was_put_out_does_not_come_back_by_an_old_session(fresh: Site) -> None:
    """F4: neither does a program with an old token; and roles that need two people need them again."""
    from attain.web.apps.access.models import Token

    admin = fresh.as_("admin")
    admin.post("/me/programs/", {"name": "nightly", "rights": ["SEE_IMPORTS"], "days": 30})
    assert put_out(fresh, "admin", by="administrator").status_code == 302
    assert put_out(fresh, "admin", active="1", by="administrator").status_code == 302
    assert admin.get("/people/")["Location"].startswith("/sign-in/")
    assert not Token.objects.filter(account=fresh.account("admin"), revoked_at__isnull=True).exists()
    fresh.clients.pop("admin")
    held = fresh.account("admin").grants.get()
    assert held.waits and fresh.as_("admin").get("/people/").status_code == 404
    assert confirm(fresh, held, "administrator").status_code == 409
    assert confirm(fresh, held, "all-seeing").status_code == 302
    assert fresh.as_("admin").get("/people/").status_code == 200


def test_the_second_of_two_is_told_and_nobody_puts_themselves_out(fresh: Site) -> None:
    seen = fresh.account("rep").version
    assert put_out(fresh, "rep", by="administrator").status_code == 302
    told = put_out(fresh, "rep", active="1", seen=seen, by="all-seeing")
    assert told.status_code == 409 and "Somebody else changed this account" in words(told)
    assert put_out(fresh, "administrator", by="administrator").status_code == 409
    assert put_out(fresh, "rep", by="admin").status_code == 404
