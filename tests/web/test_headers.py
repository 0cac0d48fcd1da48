"""What every answer tells the browser, and that no page needs what it forbids: inline script, inline style."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.web import company
from tests.web.conftest import Site
from tests.web.routes import addresses, routes

PAGES = [
    "/", "/sign-in/", "/me/", "/me/password/", "/me/second-factor/", "/me/programs/",
    "/me/programs/reference/", "/accounts/", "/accounts/1/", "/statements/",
    "/statements/sven/2026-01/", "/runs/", "/runs/run-000001/", "/runs/run-000002/", "/imports/", "/people/",
    "/people/rita/", "/plans/", "/plans/account-executive/2026-1/", "/audit/", "/audit/?verify=1", "/jobs/1/",
    "/no/such/page/", "/sign-out/", "/search/?q=s",
]  # fmt: skip


class Inline(HTMLParser):
    """Whatever a strict policy would not run or draw."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        known = dict(attributes)
        if tag == "style" or (tag == "script" and "src" not in known):
            self.found.append(f"<{tag}>")
        self.found += [f"<{tag} {name}>" for name in known if name == "style" or re.fullmatch(r"on\w+|hx-on.*", name)]
        self.found += [value for value in known.values() if (value or "").strip().casefold().startswith("javascript:")]


def policy_of(answer: Any) -> dict[str, str]:
    return {
        name: rest
        for name, _, rest in (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    }


def of_everybody(site: Site, address: str) -> list[Any]:
    return [site.as_(who).get(address) for who in ("all-seeing", "rep", None)]


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_forbids_what_is_not_ours(site: Site, address: str) -> None:
    for answer in of_everybody(site, address):
        said = policy_of(answer)
        assert said["default-src"] == "'none'"
        assert said["script-src"] == said["style-src"] == said["form-action"] == "'self'"
        assert said["frame-ancestors"] == said["base-uri"] == "'none'"
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_no_page_has_script_or_style_of_its_own(site: Site) -> None:
    wrong = []
    for route in routes():
        if route.is_posted:
            continue
        for address in addresses(route, site.workspace)[:2]:
            for answer in of_everybody(site, address):
                if "html" in answer.headers.get("Content-Type", ""):
                    wrong += [f"{address}: {one}" for one in Inline(answer.content.decode()).found]
    assert sorted(set(wrong)) == []


def test_what_was_forgotten_is_seen() -> None:
    page = '<a onclick="x" href=" JavaScript:x" style="x"><script>x</script><script src="x"></script><style></style>'
    assert len(Inline(page).found) == 5


def test_whoever_signed_in_leaves_nothing_in_a_cache(site: Site) -> None:
    """Whole pages, files, refusals and what is not there."""
    for route in routes():
        for address in addresses(route, site.workspace)[:1]:
            kept = site.as_("all-seeing").get(address)["Cache-Control"]
            assert "no-store" in kept, address
    assert "no-store" in site.as_("rep").get("/no/such/page/")["Cache-Control"]
    assert "no-cache" in site.as_(None).get("/sign-in/")["Cache-Control"]


def test_cookies_are_out_of_reach_of_script_and_of_other_sites(fresh: Site) -> None:
    from django.conf import settings

    client = fresh.as_(None)
    client.get("/sign-in/")
    client.post("/sign-in/", {"login": company.email("rep"), "password": company.PASSWORD})
    assert set(client.cookies) >= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    for cookie in client.cookies.values():
        assert cookie["httponly"] and cookie["samesite"] in ("Lax", "Strict"), cookie


def test_signing_in_makes_a_new_session_and_signing_out_ends_it(fresh: Site) -> None:
    """F6: a session that somebody planted before is not the one that is signed in."""
    client = fresh.as_(None)
    session = client.session
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    client.post("/sign-in/", {"login": company.email("rep"), "password": company.PASSWORD})
    mine = client.cookies["sessionid"].value
    assert mine != planted
    assert client.get("/statements/").status_code == 200
    client.post("/sign-out/")
    client.cookies["sessionid"] = mine
    assert client.get("/statements/").status_code == 302


def test_a_form_that_was_sent_from_elsewhere_changes_nothing(fresh: Site) -> None:
    """Every route that takes something, by somebody who has the right, without the token of the form."""
    client = fresh.as_("all-seeing", enforce_csrf_checks=True)
    before = [event.hash for event in fresh.log()]
    for route in routes():
        for address in addresses(route, fresh.workspace)[:1]:
            answer = client.post(address, {"seen": fresh.run(2).manifest_hash, "language": "de", "theme": "dark"})
            assert answer.status_code == 403, address
            assert "This form is too old" in answer.content.decode(), address
            assert Inline(answer.content.decode()).found == []
            assert "no-store" in answer["Cache-Control"]
    assert [event.hash for event in fresh.log()] == before


def test_a_form_with_its_token_is_taken(fresh: Site) -> None:
    client = fresh.as_("rep", enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/me/").content.decode())
    assert token is not None
    sent = {"language": "de", "theme": "dark", "csrfmiddlewaretoken": token[1]}
    assert client.post("/me/", sent).status_code == 302


def test_style_and_script_are_kept_for_ever_under_an_address_of_their_content(site: Site) -> None:
    page = site.as_(None).get("/sign-in/").content.decode()
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(files) >= 4
    for file in files:
        answer = site.as_(None).get(file)
        assert answer.status_code == 200
        assert "immutable" in answer["Cache-Control"]
        answer.close()
