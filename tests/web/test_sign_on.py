"""Signing on by the company's own provider, which here answers on loopback: real addresses, a real signature."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from attain.web import settings
from attain.web.workspace import SIGN_ON_SECRET, Workspace


class Provider:
    """Knows one person. What was asked of it is kept."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.person = {"sub": "u-1", "email": "elif@nordwind.example", "email_verified": True, "name": "Elif Şahin"}
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer(parse_qs(body))

            def _answer(self, form: dict[str, list[str]]) -> None:
                path = urlsplit(self.path).path
                provider.asked.append((path, form, self.headers.get("Authorization", "")))
                content = json.dumps(provider.answer(path)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> dict[str, Any]:
        if path == "/token":
            claims = self.person | {"iss": self.address, "aud": "attain", "iat": time.time(), "exp": time.time() + 60}
            token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "k"})
            return {"access_token": "a", "token_type": "Bearer", "id_token": token}
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [public | {"kid": "k", "alg": "RS256", "use": "sig"}]}
        if path == "/person":
            return self.person
        ends = {"authorization_endpoint": "/ask", "token_endpoint": "/token", "userinfo_endpoint": "/person"}
        found = {name: f"{self.address}{end}" for name, end in ends.items()}
        return found | {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def client(provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv(SIGN_ON_SECRET, "only here")
    Workspace.create(tmp_path / "w", name="Nordwind")
    with (tmp_path / "w" / "attain.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[sign_on]\nname = "Nordwind ID"\nissuer = "{provider.address}"\nclient_id = "attain"\n')
    workspace = Workspace.open(tmp_path / "w")
    workspace.prepare()
    workspace.connect()
    settings.serve_pages(workspace)
    from django.test import Client

    from attain.web.apps.access.services import make_account

    make_account(
        workspace, "elif@nordwind.example", actor="grace", name="Elif Şahin", password="long enough 1", roles=("rep",)
    )
    yield Client(headers={"host": "localhost"})
    from django.db import connections

    connections.close_all()


def signed_on(client: Any) -> Any:
    """As a browser does it: the button, the provider's page, and back with what it gave."""
    sent = client.post("/sign-in/with/company/")
    assert sent.status_code == 302
    asked = parse_qs(urlsplit(sent["Location"]).query)
    back = urlsplit(asked["redirect_uri"][0]).path
    return client.get(back, {"state": asked["state"][0], "code": "once"}, follow=True)


def test_whom_the_company_vouches_for_is_signed_in(client: Any, provider: Provider) -> None:
    page = client.get("/sign-in/")
    assert "Sign in with Nordwind ID" in page.content.decode()
    assert page["Content-Security-Policy"].endswith(f"form-action 'self' {provider.address}")
    assert "Welcome, Elif Şahin" in signed_on(client).content.decode()
    _, form, authorization = next(one for one in provider.asked if one[0] == "/token")
    assert form["code"] == ["once"] and form["code_verifier"]
    assert base64.b64decode(authorization.removeprefix("Basic ")) == b"attain:only here"
    assert signed_on(client).status_code == 200
    from attain.web.apps.access.models import Account

    assert Account.objects.get().check_password("long enough 1"), "the password goes on to work beside it"


@pytest.mark.parametrize("other", [{"email": "stranger@nordwind.example"}, {"email_verified": False}])
def test_who_has_no_account_here_gets_none(client: Any, provider: Provider, other: dict[str, Any]) -> None:
    from attain.web.apps.access.models import Account

    provider.person |= other
    answer = signed_on(client)
    assert "Welcome" not in answer.content.decode()
    assert "<h1" in answer.content.decode(), "a page that says so, not an empty one"
    assert client.get("/").status_code == 302
    assert Account.objects.count() == 1


def test_nothing_of_it_is_there_without_a_provider(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w", name="Nordwind")
    workspace.prepare()
    workspace.connect()
    settings.serve_pages(workspace)
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    assert "Sign in with" not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/with/company/").status_code == 404
