"""Tokens on the pages of their accounts: made once, shown once, never more than the account, gone when revoked."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from attain.kernel.errors import Refused
from tests.web import company
from tests.web.conftest import Site

ADDRESS = "/me/programs/"
GIVEN = {"name": "nightly import", "rights": ["SEE_IMPORTS", "IMPORT"], "days": "90"}


def made(site: Site, who: str, **given: Any) -> str:
    """The text of a token that was made on the page."""
    answer = site.as_(who).post(ADDRESS, {**GIVEN, **given})
    found = re.search(r"attain_[0-9a-f]{10}_[\w-]{43}", answer.content.decode())
    assert found, answer.content.decode()
    return found[0]


def asked(site: Site, token: str, address: str = "/api/v1/imports") -> int:
    return int(site.as_(None).get(address, headers={"Authorization": f"Bearer {token}"}).status_code)


def test_a_token_is_shown_once_and_opens_what_it_was_given(fresh: Site) -> None:
    """M.5, N.3"""
    token = made(fresh, "admin")
    assert token not in fresh.as_("admin").get(ADDRESS).content.decode()
    assert "nightly import" in fresh.as_("admin").get(ADDRESS).content.decode()
    assert asked(fresh, token) == 200
    assert asked(fresh, token, "/api/v1/runs") == 404, "The account may, and the token was not given it."


def test_nothing_that_is_kept_gives_a_token_back(fresh: Site) -> None:
    token = made(fresh, "admin")
    secret = token.split("_", 2)[2]
    content = fresh.workspace.database_file.read_bytes()
    wal = fresh.workspace.database_file.with_name(fresh.workspace.database_file.name + "-wal")
    content += wal.read_bytes() if wal.exists() else b""
    assert b"nightly import" in content
    assert secret.encode() not in content


def test_the_log_says_who_made_and_who_revoked_it(fresh: Site) -> None:
    token = made(fresh, "admin")
    prefix = token.split("_")[1]
    fresh.as_("admin").post(f"{ADDRESS}{prefix}/revoke/")
    said = [(event.action, event.actor, event.object_id) for event in fresh.log()[-2:]]
    admin = company.email("admin")
    assert said == [("access.token-made", admin, prefix), ("access.token-revoked", admin, prefix)]
    assert all(token.split("_", 2)[2] not in event.after for event in fresh.log())


def test_a_revoked_token_is_dead_at_once(fresh: Site) -> None:
    token = made(fresh, "admin")
    assert asked(fresh, token) == 200
    assert fresh.as_("admin").post(f"{ADDRESS}{token.split('_')[1]}/revoke/").status_code == 302
    assert asked(fresh, token) == 401


def test_a_token_ends_on_its_day(fresh: Site) -> None:
    from attain.web.apps.access.models import Token

    token = made(fresh, "admin")
    now = fresh.workspace.ports.clock.now()
    Token.objects.filter(prefix=token.split("_")[1]).update(expires_at=now - timedelta(seconds=1))
    assert asked(fresh, token) == 401
    assert "Ended" in fresh.as_("admin").get(ADDRESS).content.decode()


def test_an_inactive_account_has_no_token_that_works(fresh: Site) -> None:
    token = made(fresh, "admin")
    account = fresh.account("admin")
    account.is_active = False
    account.save()
    assert asked(fresh, token) == 401


def test_a_token_loses_what_its_account_loses(fresh: Site) -> None:
    """Never more than the account has as of today."""
    from attain.web.apps.access.models import Grant

    token = made(fresh, "admin")
    day = fresh.workspace.business_date
    ended = {"valid_from": day - timedelta(days=9), "valid_to": day}
    Grant.objects.filter(account=fresh.account("admin")).update(**ended)
    assert asked(fresh, token) == 404


@pytest.mark.parametrize("right", ["SEE_RUNS", "GRANT", "SEE_AS", "NOTHING"])
def test_a_right_that_the_account_has_not_cannot_be_given(fresh: Site, right: str) -> None:
    answer = fresh.as_("rep").post(ADDRESS, {**GIVEN, "rights": [right]})
    assert answer.status_code == 422
    assert "attain_" not in re.sub(r"attain_[0-9a-f]{10}_…", "", answer.content.decode())


def test_a_service_refuses_the_same(fresh: Site) -> None:
    from attain.web.apps.access.policy import Right
    from attain.web.apps.access.tokens import make_token
    from attain.web.apps.access.viewer import viewer_of

    rep = viewer_of(fresh.account("rep"), fresh.workspace.business_date)
    for wrong in ({"rights": [Right.SEE_RUNS]}, {"rights": []}, {"days": 0}, {"days": 4000}, {"name": " "}):
        given: Any = {"name": "x", "rights": [Right.SEE_PAY], "days": 3, **wrong}
        with pytest.raises(Refused):
            make_token(fresh.workspace, rep, **given)


def test_nobody_ends_a_token_of_somebody_else_but_an_administrator(fresh: Site) -> None:
    token = made(fresh, "admin")
    prefix = token.split("_")[1]
    assert fresh.as_("rep").post(f"{ADDRESS}{prefix}/revoke/").status_code == 404
    account = fresh.account("admin").pk
    assert fresh.as_("rep").post(f"/accounts/{account}/tokens/{prefix}/revoke/").status_code == 404
    assert asked(fresh, token) == 200
    page = fresh.as_("administrator").get(f"/accounts/{account}/").content.decode()
    assert f"attain_{prefix}_…" in page
    assert fresh.as_("administrator").post(f"/accounts/{account}/tokens/{prefix}/revoke/").status_code == 302
    assert asked(fresh, token) == 401


def test_who_sees_as_somebody_else_makes_no_token(fresh: Site) -> None:
    admin = fresh.as_("admin")
    admin.post("/me/see-as/", {"email": company.email("rep"), "reason": "He asked me to look"})
    answer = admin.post(ADDRESS, {**GIVEN, "rights": ["SEE_PAY"]})
    assert answer.status_code == 409
    assert fresh.account("rep").tokens.filter(name="nightly import").count() == 0


@pytest.mark.parametrize("form", ["Bearer {0}x", "Bearer {0}_", "Bearer", "Basic {0}", "{0}", "Bearer attain_x_y_z",
                                  "Bearer ä", "Bearer attain__"])  # fmt: skip
def test_what_is_no_token_opens_nothing(site: Site, form: str) -> None:
    token = company.token_of("admin")
    answer = site.as_(None).get("/api/v1/imports", headers={"Authorization": form.format(token)})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert json.loads(answer.content)["code"] == "api.token"


def test_a_session_is_no_token_and_a_token_no_session(site: Site) -> None:
    assert site.as_("admin").get("/api/v1/imports").status_code == 401
    answer = site.as_(None).get("/imports/", headers={"Authorization": f"Bearer {company.token_of('admin')}"})
    assert answer.status_code == 302


def test_the_last_use_is_noted_by_the_minute(fresh: Site) -> None:
    from attain.web.apps.access.models import Token

    token = made(fresh, "admin")
    find = Token.objects.get
    assert find(prefix=token.split("_")[1]).last_used_at is None
    asked(fresh, token)
    first = find(prefix=token.split("_")[1]).last_used_at
    asked(fresh, token)
    assert first is not None
    assert find(prefix=token.split("_")[1]).last_used_at == first


def test_a_token_that_asks_too_often_waits(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from attain.web.api import limits

    monkeypatch.setattr(limits, "REQUESTS_A_MINUTE", 2)
    monkeypatch.setattr(limits, "_counts", {})
    monkeypatch.setattr(limits.time, "monotonic", lambda: 90.0)
    told = [site.program("admin", "get", "/api/v1/imports") for _ in range(3)]
    assert [answer.status_code for answer in told] == [200, 200, 429]
    assert told[2]["Retry-After"] == "30"
    assert site.program("finance", "get", "/api/v1/imports").status_code == 200, "Each token has its own minute."
