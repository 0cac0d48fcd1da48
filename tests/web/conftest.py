"""One company for all tests of pages in this process, and a copy of it for each test that changes something."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from attain.web import settings
from attain.web.workspace import Workspace
from tests.web import company

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(eq=False)
class Site:
    """A workspace as browsers see it: a client for each account, signed in without the slow form."""

    workspace: Workspace
    clients: dict[str, Any] = field(default_factory=dict)

    def as_(self, who: str | None, **options: Any) -> Any:
        """The client of an account; a new one for anybody without, or where options are given."""
        from django.test import Client

        if who in self.clients and not options:
            return self.clients[who]
        client = Client(headers={"host": "localhost"}, **options)
        client.handler = _handler(**options)
        if who is not None:
            client.force_login(self.account(who), backend=BACKEND)
            if not options:
                self.clients[who] = client
        return client

    def program(self, who: str | None, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """What a program with the token of an account is answered. `body` is sent as JSON."""
        given = {"Authorization": f"Bearer {company.token_of(who)}"} if who is not None else {}
        if body is not None and method == "get":
            return self.as_(None).get(address, body, headers={**given, **headers})
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self.as_(None), method)(address, headers={**given, **headers}, **sent)

    def account(self, who: str) -> Any:
        from attain.web.apps.access.models import Account

        return Account.objects.get(email=company.email(who))

    def run(self, number: int) -> Any:
        from attain.web.apps.pay.models import Run

        return Run.objects.get(number=number)

    def log(self) -> list[Any]:
        from attain.web.apps.audit.models import Event

        return list(Event.objects.order_by("sequence"))

    def work(self) -> None:
        """What the worker does with all that waits."""
        from attain.web.serving.worker import work

        work(self.workspace, until_empty=True)


_handlers: dict[bool, Any] = {}


def _handler(enforce_csrf_checks: bool = False, **options: Any) -> Any:
    """Loading what stands between request and view is slow, and the same for every workspace."""
    from django.test.client import ClientHandler

    if enforce_csrf_checks not in _handlers:
        _handlers[enforce_csrf_checks] = ClientHandler(enforce_csrf_checks)
    return _handlers[enforce_csrf_checks]


def opened(path: Path) -> Workspace:
    """A workspace on which pages work from now on."""
    workspace = Workspace.open(path)
    workspace.connect()
    settings.serve_pages(workspace)
    return workspace


def _let_go() -> None:
    from django.db import connections

    connections.close_all()


@pytest.fixture(scope="session")
def _company(tmp_path_factory: pytest.TempPathFactory) -> Site:
    path = tmp_path_factory.mktemp("pages") / "nordwind"
    company.build(path)
    return Site(opened(path))


@pytest.fixture
def site(_company: Site) -> Iterator[Site]:
    """The company, to be looked at only: what a test writes here, all others would find."""
    _use(_company.workspace)
    yield _company
    _let_go()


@pytest.fixture
def fresh(_company: Site, tmp_path: Path) -> Iterator[Site]:
    """A copy of the company for a test that changes it."""
    _let_go()
    shutil.copytree(_company.workspace.path, tmp_path / "nordwind")
    yield Site(opened(tmp_path / "nordwind"))
    _let_go()


def _use(workspace: Workspace) -> None:
    """Other tests of this process work on workspaces of their own."""
    settings.configure(workspace)
    settings.serve_pages(workspace)
