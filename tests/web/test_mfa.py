"""A second factor through the pages: turning it on, signing in with it, and what is refused."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from attain.kernel.errors import SetupError
from attain.web.workspace import SETTINGS, Workspace
from tests.web import company
from tests.web.conftest import Site, opened

SETUP = "/me/second-factor/app/"


class App:
    """The app on somebody's phone: it shows another code every half minute."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from allauth.mfa.totp.internal import auth

        self.auth, self.now, self.secret = auth, 1_790_000_000.0, ""
        monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: self.now))

    def code(self) -> str:
        self.now += 30
        return self.shown()

    def shown(self, ago: int = 0) -> str:
        return str(self.auth.format_hotp_value(self.auth.hotp_value(self.secret, int(self.now) // 30 - ago)))


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> App:
    from django.core.cache import cache

    cache.clear()
    return App(monkeypatch)


def signed_in(site: Site, who: str) -> Any:
    """By the form with the password; where a second factor is set up it is asked for next."""
    client = site.as_(None)
    answer = client.post("/sign-in/", {"login": company.email(who), "password": company.PASSWORD})
    assert answer.status_code == 302, answer.content
    client.then = answer["Location"]
    return client


def at_setup(site: Site, who: str) -> Any:
    """The password is asked for again before anything of it is changed."""
    client = signed_in(site, who)
    asked = client.get(SETUP)["Location"]
    assert asked.startswith("/sign-in/again/")
    assert client.post(asked, {"password": company.PASSWORD})["Location"] == SETUP
    return client


def turned_on(site: Site, who: str, app: App) -> Any:
    client = at_setup(site, who)
    page = client.get(SETUP).content.decode()
    found = re.search(r'value="([A-Z2-7]{32})"', page)
    assert found
    app.secret = found[1]
    assert client.post(SETUP, {"code": app.code()}).status_code == 302
    return client


def test_the_code_of_the_app_is_asked_for_after_the_password(fresh: Site, app: App) -> None:
    """N.3"""
    turned_on(fresh, "rep", app)
    client = signed_in(fresh, "rep")
    assert client.then == "/sign-in/code/"
    assert client.get("/statements/").status_code == 302, "The password alone opens nothing."
    answer = client.post("/sign-in/code/", {"code": app.code()})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/statements/").status_code == 200


def test_it_is_turned_on_only_with_a_right_code(fresh: Site, app: App) -> None:
    client = at_setup(fresh, "rep")
    client.get(SETUP)
    assert client.post(SETUP, {"code": "000000"}).status_code == 200
    assert signed_in(fresh, "rep").then == "/"


def test_a_wrong_code_opens_nothing(fresh: Site, app: App) -> None:
    turned_on(fresh, "rep", app)
    client = signed_in(fresh, "rep")
    for wrong in (str(int(app.code()) ^ 1).zfill(6), "", "x" * 400):
        answer = client.post("/sign-in/code/", {"code": wrong})
        assert answer.status_code == 200
        assert client.get("/statements/").status_code == 302


def test_a_code_counts_once(fresh: Site, app: App) -> None:
    """Whoever looks over a shoulder comes too late."""
    turned_on(fresh, "rep", app)
    code = app.code()
    assert signed_in(fresh, "rep").post("/sign-in/code/", {"code": code}).status_code == 302
    assert signed_in(fresh, "rep").post("/sign-in/code/", {"code": code}).status_code == 200


def test_an_old_code_is_worth_nothing(fresh: Site, app: App) -> None:
    turned_on(fresh, "rep", app)
    app.now += 600
    assert signed_in(fresh, "rep").post("/sign-in/code/", {"code": app.shown(ago=4)}).status_code == 200


def test_a_recovery_code_opens_once(fresh: Site, app: App) -> None:
    client = turned_on(fresh, "rep", app)
    page = client.get("/me/second-factor/codes/").content.decode()
    codes = re.findall(r"\b[0-9a-f]{8}\b", re.search(r"<textarea.*?</textarea>", page, re.S)[0])  # type: ignore[index]
    assert len(codes) == 10
    assert signed_in(fresh, "rep").post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    assert signed_in(fresh, "rep").post("/sign-in/code/", {"code": codes[0]}).status_code == 200
    assert signed_in(fresh, "rep").post("/sign-in/code/", {"code": codes[1]}).status_code == 302


def test_it_cannot_be_turned_off_by_an_open_session_alone(fresh: Site, app: App) -> None:
    """A password that was read over a shoulder does not do either: the code is asked for again."""
    turned_on(fresh, "rep", app)
    client = fresh.as_("rep")
    answer = client.get("/me/second-factor/app/end/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/again/")
    assert client.post("/me/second-factor/app/end/").status_code == 302
    assert signed_in(fresh, "rep").then == "/sign-in/code/"


def wanted(site: Site, *roles: str) -> Site:
    """The company, after somebody wrote it into its settings."""
    path = site.workspace.path
    listed = ", ".join(f'"{role}"' for role in roles)
    with (path / SETTINGS).open("a", encoding="utf-8") as file:
        file.write(f"\n[access]\nsecond_factor = [{listed}]\n")
    return Site(opened(path))


def test_a_role_that_needs_one_finds_nothing_before_it_is_set_up(fresh: Site, app: App) -> None:
    """N.3: pages, parts of pages, files and programs."""
    site = wanted(fresh, "finance")
    client = signed_in(site, "finance")
    for address in ("/", "/runs/", "/statements/", "/me/", "/statements/sven/2026-01/file.xlsx", "/me/programs/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, SETUP)
    part = client.get("/search/?q=r", headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == SETUP
    assert site.program("finance", "get", "/api/v1/runs").status_code == 403
    assert signed_in(site, "rep").get("/statements/").status_code == 200, "The others go on as they did."

    turned_on(site, "finance", app)
    client = signed_in(site, "finance")
    assert client.then == "/sign-in/code/"
    client.post("/sign-in/code/", {"code": app.code()})
    assert client.get("/runs/").status_code == 200
    assert site.program("finance", "get", "/api/v1/runs").status_code == 200


def test_seeing_as_somebody_else_is_no_way_round(fresh: Site) -> None:
    site = wanted(fresh, "compensation-admin")
    session = site.as_("admin").session
    session["seen_as"] = site.account("rep").pk
    session.save()
    assert site.as_("admin").get("/statements/")["Location"] == SETUP


def test_the_setting_is_kept_and_read(tmp_path: Any) -> None:
    from attain.web.apps.access.models import Role
    from attain.web.workspace import ROLES

    made = Workspace.create(tmp_path / "w", name="W")
    file = made.path / SETTINGS
    text = file.read_text(encoding="utf-8")
    file.write_text(f'{text}\n[access]\nsecond_factor = ["finance", "administrator"]\n', encoding="utf-8")
    read = Workspace.open(made.path)
    assert read.second_factor == ("finance", "administrator")
    file.write_text(read.as_toml(), encoding="utf-8")
    assert Workspace.open(made.path).second_factor == read.second_factor
    assert tuple(Role.values) == ROLES
    for wrong in ('second_factor = ["king"]', 'second_factor = "finance"', "second_factors = []"):
        file.write_text(f"{text}\n[access]\n{wrong}\n", encoding="utf-8")
        with pytest.raises(SetupError, match="second_factor"):
            Workspace.open(made.path)
